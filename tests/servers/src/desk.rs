//! A desk for a foreign client with windows: a display that nobody sees, and a home folder that goes away with it.
//!
//! Who works at it is not root, has nothing of our environment, and finds no D-Bus: the desktop of this machine, if it
//! has one, must neither see nor change anything.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::folder::Folder;
use crate::spawn;

const NOBODY: &str = "65534";
/// There is no such transport, so whoever asks is refused at once.
const NO_BUS: &str = "disabled:";
/// Of what a program complained about, as much as is told.
const COMPLAINTS: usize = 4_000;

/// See the module. It ends with the value, and so does its display; its programs are their owner's.
#[derive(Debug)]
pub struct Desk {
    screen: Child,
    display: String,
    // After the display: fields are dropped in this order.
    folder: Folder,
}

impl Desk {
    /// An empty one; `name` says whose.
    pub fn new(name: &str) -> Result<Self, String> {
        let folder = Folder::new(name)?;
        for part in ["home", "run"] {
            std::fs::create_dir(folder.path().join(part)).map_err(|e| told(folder.path(), &e))?;
        }
        // GLib wants its folder for sockets closed to others.
        std::fs::set_permissions(folder.path().join("run"), std::fs::Permissions::from_mode(0o700))
            .map_err(|e| told(folder.path(), &e))?;
        folder.give_away().map_err(|e| told(folder.path(), &e))?;
        let mut command = unprivileged("Xvfb", folder.as_root());
        command.args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "1024x768x24"]);
        let complaints = File::create(folder.path().join("screen")).map_err(|e| told(folder.path(), &e))?;
        let mut screen = spawn::spawn({
            command.stdout(Stdio::piped()).stderr(complaints);
            command
        })?;
        let mut number = String::new();
        let heard = screen.stdout.take().map(|output| BufReader::new(output).read_line(&mut number));
        let desk = Self { screen, display: format!(":{}", number.trim()), folder };
        match heard {
            Some(Ok(_)) if !number.trim().is_empty() => Ok(desk),
            _ => Err(format!("Xvfb does not start (`cargo xtask setup` brings it): {}", desk.read("screen"))),
        }
    }

    /// Lays a copy of a file on the desk: who works at it may not be able to read the original.
    pub fn lay(&self, file: &Path) -> Result<PathBuf, String> {
        let name = file.file_name().ok_or_else(|| format!("{}: no file", file.display()))?;
        let copy = self.folder.path().join(name);
        std::fs::copy(file, &copy).map_err(|e| told(file, &e))?;
        std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o644)).map_err(|e| told(&copy, &e))?;
        Ok(copy)
    }

    /// A command to be completed with what works at it. What it complains about is kept for [`Desk::complaints`].
    pub fn command(&self, program: &str) -> Result<Command, String> {
        let mut command = unprivileged(program, self.folder.as_root());
        command.env("HOME", self.folder.path().join("home")).env("XDG_RUNTIME_DIR", self.folder.path().join("run"));
        command.env("DISPLAY", &self.display).env("GDK_BACKEND", "x11").env("GSETTINGS_BACKEND", "memory");
        command.env("DBUS_SESSION_BUS_ADDRESS", NO_BUS).env("DBUS_SYSTEM_BUS_ADDRESS", NO_BUS).env("NO_AT_BRIDGE", "1");
        let complaints = self.folder.path().join("complaints");
        command.stderr(File::create(&complaints).map_err(|e| told(&complaints, &e))?);
        Ok(command)
    }

    /// The last that was complained about.
    pub fn complaints(&self) -> String {
        self.read("complaints")
    }

    fn read(&self, name: &str) -> String {
        let text = std::fs::read(self.folder.path().join(name)).unwrap_or_default();
        String::from_utf8_lossy(text.get(text.len().saturating_sub(COMPLAINTS)..).unwrap_or_default()).into_owned()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // Asked rather than killed, it takes the mark of its number away.
        spawn::terminate(&self.screen);
        let _ = self.screen.wait();
    }
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// A command that runs as nobody and dies with us.
fn unprivileged(program: &str, as_root: bool) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM"]);
    if as_root {
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]);
    }
    command.args(["--inh-caps=-all", "--ambient-caps=-all", program]);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8").current_dir("/");
    command
}
