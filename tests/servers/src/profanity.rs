//! Profanity, a foreign client for people, on a terminal of its own: what is typed goes in, what it shows is read from the
//! log of its chats.
//!
//! It runs in the root folder, unprivileged, with all its files in one folder that goes away with it.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use crate::folder::Folder;
use crate::root::{self, DATA};
use crate::{Server, spawn};

/// The terminal must have a size, or nothing is drawn.
const RUN: &str = "stty rows 50 cols 200; exec profanity -l DEBUG -f \"$HOME/profanity.log\" -a \"$LINNET_ACCOUNT\"";

/// See the module. It ends with the value.
#[derive(Debug)]
pub struct Profanity {
    child: Child,
    account: String,
    // After the program: fields are dropped in this order.
    folder: Folder,
}

impl Profanity {
    /// Starts it and has it sign in as `user`; it trusts any certificate.
    pub fn start(server: &Server, user: &str, password: &str) -> Result<Self, String> {
        let folder = Folder::new("profanity")?;
        let account = format!("{user}@{}", server.domain);
        let told = |e: std::io::Error| format!("{}: {e}", folder.path().display());
        let (settings, data) = (folder.path().join("config/profanity"), folder.path().join("data/profanity"));
        std::fs::create_dir_all(&settings).map_err(told)?;
        std::fs::create_dir_all(&data).map_err(told)?;
        std::fs::write(settings.join("profrc"), "[logging]\nchlog=true\n[ui]\nsplash=false\n").map_err(told)?;
        let accounts = format!(
            "[{account}]\nenabled=true\njid={account}\nresource=profanity\nserver={}\nport={}\npassword={password}\n\
             tls.policy=trust\npresence.login=online\n",
            server.host, server.port
        );
        std::fs::write(data.join("accounts"), accounts).map_err(told)?;
        folder.give_away().map_err(told)?;
        let mut command = root::command(folder.path(), folder.as_root())?;
        command.args(["script", "--quiet", "--return", "--flush", "--command", RUN, "/dev/null"]);
        command.env("TERM", "xterm").env("LINNET_ACCOUNT", &account);
        command.env("XDG_CONFIG_HOME", format!("{DATA}/config")).env("XDG_DATA_HOME", format!("{DATA}/data"));
        let screen = std::fs::File::create(folder.path().join("screen")).map_err(told)?;
        command.stdin(Stdio::piped()).stdout(screen.try_clone().map_err(told)?).stderr(screen);
        Ok(Self { child: spawn::spawn(command)?, account, folder })
    }

    /// Types a line and the key that ends it.
    pub fn enter(&mut self, line: &str) -> Result<(), String> {
        let input = self.child.stdin.as_mut().ok_or("no terminal")?;
        input.write_all(format!("{line}\r").as_bytes()).map_err(|e| format!("Profanity: {e}"))
    }

    /// Whether it says that it is signed in.
    pub fn is_online(&self) -> bool {
        self.log().contains("Connection handler: XMPP_CONN_CONNECT")
    }

    /// What it wrote into its own log; for who looks for a cause.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("profanity.log")).unwrap_or_default()
    }

    /// The conversation with somebody, a line a message: when, who, what.
    pub fn chat(&self, with: &str) -> Vec<String> {
        let name = |address: &str| address.replace('@', "_at_");
        let logs = self.folder.path().join("data/profanity/chatlogs").join(name(&self.account)).join(name(with));
        let mut files: Vec<PathBuf> = std::fs::read_dir(logs)
            .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
            .unwrap_or_default();
        // A file a day, named by it.
        files.sort();
        let texts = files.into_iter().map(|file| std::fs::read_to_string(file).unwrap_or_default());
        texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
    }
}

impl Drop for Profanity {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
