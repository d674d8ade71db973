//! The folder that holds everything of one server or foreign program, and goes away with it.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

const NOBODY: u32 = 65_534;

/// See the module. It goes away even if this process is killed, unless the environment has `LINNET_KEEP`.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    as_root: bool,
    _caretaker: Option<Caretaker>,
}

impl Folder {
    /// A new one, that names what it is for.
    pub fn new(name: &str) -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        loop {
            let name = format!("linnet-{name}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            let path = std::env::temp_dir().join(name);
            let told = |e: std::io::Error| format!("{}: {e}", path.display());
            match std::fs::create_dir(&path) {
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => continue,
                made => made.map_err(told)?,
            }
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).map_err(told)?;
            let as_root = std::fs::metadata(&path).is_ok_and(|folder| folder.uid() == 0);
            return Ok(Self { _caretaker: Caretaker::of(&path), path, as_root });
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether we are root, and what runs here must be somebody else.
    pub fn as_root(&self) -> bool {
        self.as_root
    }

    /// Servers refuse to run as root, and should: so their files become nobody's.
    pub fn give_away(&self) -> std::io::Result<()> {
        if self.as_root { give_to_nobody(&self.path) } else { Ok(()) }
    }
}

/// A child that waits for the end of its input, which only we hold.
#[derive(Debug)]
struct Caretaker(Child);

impl Caretaker {
    fn of(folder: &Path) -> Option<Self> {
        if std::env::var_os("LINNET_KEEP").is_some() {
            return None;
        }
        // A server that is just ending may still write into the folder: then once more.
        let script = "trap '' INT TERM HUP; read -r _; for _ in 1 2 3 4 5 6 7 8 9; do \
                      rm -rf -- \"$0\" 2>/dev/null; [ -e \"$0\" ] || exit; sleep 0.2; done";
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().ok().map(Self)
    }
}

impl Drop for Caretaker {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn give_to_nobody(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            give_to_nobody(&entry.path())?;
        } else {
            chown(entry.path(), Some(NOBODY), Some(NOBODY))?;
        }
    }
    chown(folder, Some(NOBODY), Some(NOBODY))
}
