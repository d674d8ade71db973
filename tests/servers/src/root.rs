//! The Debian root folder that holds what this machine's own Debian has not: Prosody 13, ejabberd 24.12, Profanity.
//!
//! Made by `tools/setup-root`. Invariants: nothing that runs in it changes it (the data of a server is a folder of ours,
//! bound to [`DATA`]); nothing stays mounted (the mounts live in the child's own mount namespace); the child keeps the
//! process id it was started with, and ends with us. Works as root, and without where user namespaces are allowed.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a server in the root sees its own folder.
pub const DATA: &str = "/mnt";

const NOBODY: &str = "65534";

/// `exec` throughout: the process that was started becomes the server.
const ENTER: &str = "mount --rbind /dev \"$LINNET_ROOT/dev\"; mount --rbind /proc \"$LINNET_ROOT/proc\"; \
                     mount --bind \"$LINNET_BIND\" \"$LINNET_ROOT/mnt\"; root=$LINNET_ROOT; \
                     unset LINNET_ROOT LINNET_BIND; exec chroot \"$root\" \"$@\"";

/// The root folder, if it was made.
pub fn folder() -> Result<PathBuf, String> {
    let cache = std::env::var_os("LINNET_CACHE").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("HOME")?;
        Some(Path::new(&home).join(".cache/linnet"))
    });
    let folder = cache.ok_or("neither LINNET_CACHE nor HOME is set")?.join("servers-trixie");
    if folder.join(".linnet-ready").exists() {
        return Ok(folder);
    }
    Err(format!("{} is not there: `cargo xtask setup` makes it", folder.display()))
}

/// A command to be completed with what runs in the root: unprivileged, dying with us, `data` at [`DATA`], and of our
/// environment nothing.
pub fn command(data: &Path, as_root: bool) -> Result<Command, String> {
    let root = folder()?;
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM", "unshare", "--mount", "--propagation", "private"]);
    if !as_root {
        command.args(["--user", "--map-current-user", "--keep-caps"]);
    }
    command.args(["sh", "-ec", ENTER, "sh", "setpriv", "--pdeathsig", "TERM"]);
    if as_root {
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]);
    }
    command.args(["--inh-caps=-all", "--ambient-caps=-all"]);
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LANG", "C.UTF-8").env("HOME", DATA);
    command.env("LINNET_ROOT", root).env("LINNET_BIND", data).current_dir("/");
    Ok(command)
}
