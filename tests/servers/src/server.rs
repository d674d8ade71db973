//! One running server of any kind: its folder, its ports, its process.
//!
//! Invariants: `start` returns only when all ports answer; the ports stay the same over `kill` and `restart`; the
//! folder goes away with the value, or with the process however that ends, unless the environment has `LINNET_KEEP`.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::folder::Folder;
use crate::{certificates, ejabberd, ports, prosody, spawn};

const START_PATIENCE: Duration = Duration::from_secs(90);
const STOP_PATIENCE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Which server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The machine's own Prosody, 0.12 on Debian 12: no SASL 2, no Bind 2, no FAST.
    #[default]
    Prosody,
    /// Prosody 13 with SASL 2 (XEP-0388), Bind 2 (XEP-0386) and FAST (XEP-0484).
    Prosody13,
    /// ejabberd 24.12 with the same.
    Ejabberd,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Prosody, Self::Prosody13, Self::Ejabberd];

    /// The word for it on command lines and in names of folders.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prosody => "prosody",
            Self::Prosody13 => "prosody13",
            Self::Ejabberd => "ejabberd",
        }
    }

    fn log(self) -> &'static str {
        match self {
            Self::Prosody | Self::Prosody13 => prosody::LOG,
            Self::Ejabberd => ejabberd::LOG,
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| format!("no such server: {text}"))
    }
}

/// Where the server keeps its message archive (XEP-0313), if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archive {
    /// No archive at all: the module is not loaded.
    None,
    /// In SQLite: survives a restart, and may be read and seeded as `archive.sqlite`.
    Sql,
    /// Only in memory: the fastest, forgotten at a restart. Prosody alone has it.
    Memory,
}

/// The one hash under which the server keeps passwords, hence the one SCRAM mechanism it offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordHash {
    /// Offers SCRAM-SHA-1.
    Sha1,
    /// Offers SCRAM-SHA-256.
    Sha256,
}

/// Who may make an account in the app (XEP-0077).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Nobody.
    Closed,
    /// Everybody.
    Open,
    /// Who brings the token of an invitation (XEP-0445), see [`Server::invite`]. Prosody alone has it.
    Invited,
    /// Who reads off a picture what [`Server::captcha`] tells (XEP-0158). ejabberd alone has it.
    Captcha,
}

/// What may differ from server to server.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which server.
    pub kind: Kind,
    /// The one host served.
    pub domain: String,
    /// XEP-0313.
    pub archive: Archive,
    /// The most messages in one page of the archive, whatever a client asks for; of ejabberd it is always 250.
    pub page_size: u32,
    /// XEP-0198.
    pub stream_management: bool,
    /// XEP-0484: tokens for the next login. Prosody 0.12 never has them.
    pub fast: bool,
    /// How long a lost stream may still be resumed; whole seconds.
    pub hibernation: Duration,
    /// XEP-0368: a second port that begins with TLS.
    pub direct_tls: bool,
    /// Which SCRAM mechanism is offered.
    pub password_hash: PasswordHash,
    /// XEP-0077.
    pub registration: Registration,
    /// Modules to load besides those of `prosody.cfg.lua` or `ejabberd.yml`.
    pub modules: Vec<String>,
    /// Write every stanza to the log.
    pub verbose: bool,
}

impl Options {
    /// The usual ones for this server.
    pub fn on(kind: Kind) -> Self {
        Self { kind, ..Self::default() }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            kind: Kind::Prosody,
            domain: "linnet.test".into(),
            archive: Archive::Sql,
            page_size: 250,
            stream_management: true,
            fast: true,
            hibernation: Duration::from_secs(300),
            direct_tls: true,
            password_hash: PasswordHash::Sha256,
            registration: Registration::Closed,
            modules: Vec::new(),
            verbose: false,
        }
    }
}

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    /// The host that it serves: addresses are `local@domain`.
    pub domain: String,
    /// Always the loopback address.
    pub host: String,
    /// Client port with STARTTLS.
    pub port: u16,
    /// Client port that begins with TLS, if asked for.
    pub direct_tls_port: Option<u16>,
    /// The certificate authority to trust, PEM.
    pub ca: PathBuf,
    /// The folder that holds everything of this server.
    pub folder: PathBuf,
    pub(crate) options: Options,
    pub(crate) as_root: bool,
    /// Where accounts are made, if not through a socket in the folder.
    pub(crate) admin_port: Option<u16>,
    child: Mutex<Option<Child>>,
    // After the server: fields are dropped in this order.
    home: Folder,
}

impl Server {
    /// Starts a server and waits until it answers; an error tells why and ends with the log's last lines.
    pub fn start(options: Options) -> Result<Self, String> {
        let home = Folder::new(options.kind.name())?;
        let folder = home.path().to_owned();
        for inner in ["data", "certs"] {
            std::fs::create_dir(folder.join(inner)).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        let mut server = Self {
            domain: options.domain.clone(),
            host: "127.0.0.1".into(),
            port: 0,
            direct_tls_port: None,
            admin_port: None,
            ca: folder.join("certs/ca.crt"),
            as_root: home.as_root(),
            home,
            folder,
            options,
            child: Mutex::new(None),
        };
        certificates::make(&server.folder.join("certs"), &server.domain)?;
        // Somebody else may take a port between its choice and its use: then once more, with others.
        let mut last = String::new();
        for _ in 0..3 {
            server.port = ports::free()?;
            server.direct_tls_port = server.options.direct_tls.then(ports::free).transpose()?;
            server.admin_port = (server.kind() == Kind::Ejabberd).then(ports::free).transpose()?;
            match server.run() {
                Ok(()) => return Ok(server),
                Err(Trouble::PortTaken(why)) => last = why,
                Err(Trouble::Other(why)) => return Err(why),
            }
        }
        Err(last)
    }

    /// Which server it is.
    pub fn kind(&self) -> Kind {
        self.options.kind
    }

    /// Makes an account, or gives an existing one a new password. Works at any time while the server runs.
    pub fn add_user(&self, local: &str, password: &str) -> Result<(), String> {
        let added = match self.kind() {
            Kind::Prosody | Kind::Prosody13 => prosody::add_user(self, local, password),
            Kind::Ejabberd => ejabberd::add_user(self, local, password),
        };
        added.map_err(|e| format!("account {local}: {e}"))
    }

    /// Gives `a` and `b` each other as contacts, subscribed both ways (RFC 6121, section 3). Works at any time; who
    /// is online is told by a roster push.
    pub fn befriend(&self, a: &str, b: &str) -> Result<(), String> {
        for (user, contact) in [(a, b), (b, a)] {
            let added = match self.kind() {
                Kind::Prosody | Kind::Prosody13 => prosody::add_contact(self, user, contact),
                Kind::Ejabberd => ejabberd::add_contact(self, user, contact),
            };
            added.map_err(|e| format!("{user} and {contact}: {e}"))?;
        }
        Ok(())
    }

    /// Evaluates a Lua expression inside a running Prosody, with everything of it in reach (`prosody.hosts`, …).
    pub fn lua(&self, expression: &str) -> Result<String, String> {
        match self.kind() {
            Kind::Prosody | Kind::Prosody13 => prosody::lua_in(self, expression),
            Kind::Ejabberd => Err("ejabberd speaks no Lua".into()),
        }
    }

    /// Makes an invitation to an account of one's own and gives its token.
    pub fn invite(&self) -> Result<String, String> {
        prosody::invite(self)
    }

    /// An account as the server itself writes it down (XEP-0227), passwords left out; ejabberd tells of all others, too.
    pub fn export_account(&self, local: &str) -> Result<Vec<u8>, String> {
        match self.kind() {
            Kind::Prosody | Kind::Prosody13 => prosody::export_account(self, local),
            Kind::Ejabberd => ejabberd::export_accounts(self),
        }
    }

    /// Has the server read such a file, which tells of `local`. Nobody is to be signed in there.
    pub fn import_account(&self, local: &str, file: &[u8]) -> Result<(), String> {
        match self.kind() {
            Kind::Prosody | Kind::Prosody13 => prosody::import_account(self, local, file),
            Kind::Ejabberd => ejabberd::import_accounts(self, file),
        }
    }

    /// What can be read off the last picture that the server has shown.
    pub fn captcha(&self) -> Result<String, String> {
        let answer = self.folder.join(ejabberd::CAPTCHA);
        std::fs::read_to_string(&answer).map_err(|e| format!("{}: {e}", answer.display()))
    }

    /// How many sessions an account has, lost ones that may still be resumed among them.
    pub fn sessions(&self, local: &str) -> Result<usize, String> {
        match self.kind() {
            Kind::Prosody | Kind::Prosody13 => prosody::sessions(self, local),
            Kind::Ejabberd => ejabberd::sessions(self, local),
        }
    }

    /// Waits until the server has noticed that every client's connection is gone, and has dealt with all they said.
    ///
    /// Prosody does one thing after the other, so there is nothing to wait for. In ejabberd every session is a process
    /// of its own, and what it has acknowledged to one of them but not yet brought to the other is lost when it stops.
    pub fn wait_until_alone(&self) -> Result<(), String> {
        let deadline = Instant::now() + STOP_PATIENCE;
        let log = self.folder.join(self.kind().log());
        while self.kind() == Kind::Ejabberd && ejabberd::streams(&read(&log)) > 0 {
            if Instant::now() > deadline {
                return Err(self.told("clients are still connected"));
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }

    /// Stops the server, takes away all tokens that it gave out (XEP-0484), and starts it again. Sessions are gone, too.
    pub fn forget_tokens(&self) -> Result<(), String> {
        self.stop();
        let folder = match self.kind() {
            Kind::Prosody | Kind::Prosody13 => prosody::tokens(self),
            Kind::Ejabberd => ejabberd::tokens(self),
        };
        match std::fs::remove_dir_all(&folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(format!("{}: {e}", folder.display())),
            _ => self.restart(),
        }
    }

    /// Ends the server in good order: clients get a stream error, and what it holds is saved.
    pub fn stop(&self) {
        if let Some(mut child) = self.child().take() {
            spawn::terminate(&child);
            let deadline = Instant::now() + STOP_PATIENCE;
            while Instant::now() < deadline {
                if !matches!(child.try_wait(), Ok(None)) {
                    return;
                }
                std::thread::sleep(LOOK_AGAIN);
            }
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Ends the server at once, as a power cut would.
    pub fn kill(&self) {
        if let Some(mut child) = self.child().take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Stops the server if it still runs, and starts it on the same ports with the same data.
    pub fn restart(&self) -> Result<(), String> {
        self.stop();
        self.run().map_err(|trouble| match trouble {
            Trouble::PortTaken(why) | Trouble::Other(why) => why,
        })
    }

    /// The process id while the server runs.
    pub fn pid(&self) -> Option<u32> {
        self.child().as_ref().map(Child::id)
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) -> Result<(), Trouble> {
        let log = self.folder.join(self.kind().log());
        // A new log a start: its lines tell when *this* process listens.
        match std::fs::rename(&log, self.folder.join(format!("{}.before", self.kind().log()))) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(other(format!("{}: {e}", log.display()))),
            _ => {}
        }
        let mut child = spawn::spawn(self.command().map_err(other)?).map_err(other)?;
        let deadline = Instant::now() + START_PATIENCE;
        let outcome = loop {
            let ended = child.try_wait();
            // The log first: an open port alone might be somebody else's.
            let said = read(&log);
            let ready = self.listens(&said) && self.answers();
            // Read anew: all modules are loaded before the first answer, so now all complaints are in.
            let said = read(&log);
            if self.port_taken(&said) {
                break Err(Trouble::PortTaken(self.told("the server could not open its ports")));
            }
            // Prosody itself goes on without a module that it can't load; a test would then fail far from the cause.
            if self.lacks(&said) {
                break Err(other(self.told("the server lacks a module")));
            }
            if let Ok(Some(status)) = ended {
                break Err(other(self.told(&format!("the server ended at its start ({status})"))));
            }
            if ready {
                break Ok(());
            }
            if Instant::now() > deadline {
                break Err(other(self.told("the server does not open its ports")));
            }
            std::thread::sleep(LOOK_AGAIN);
        };
        if outcome.is_err() {
            let _ = child.kill();
            let _ = child.wait();
        } else {
            *self.child() = Some(child);
        }
        outcome
    }

    fn command(&self) -> Result<Command, String> {
        let told = |e: std::io::Error| format!("{}: {e}", self.folder.display());
        let mut command = match self.kind() {
            Kind::Prosody | Kind::Prosody13 => prosody::command(self),
            Kind::Ejabberd => ejabberd::command(self),
        }?;
        let output = std::fs::File::create(self.folder.join("stdout.log")).map_err(told)?;
        self.home.give_away().map_err(told)?;
        command.stdin(Stdio::null()).stdout(output.try_clone().map_err(told)?).stderr(output);
        Ok(command)
    }

    fn listens(&self, log: &str) -> bool {
        match self.kind() {
            Kind::Prosody | Kind::Prosody13 => prosody::listens(self, log),
            Kind::Ejabberd => ejabberd::listens(self, log),
        }
    }

    fn port_taken(&self, log: &str) -> bool {
        match self.kind() {
            Kind::Prosody | Kind::Prosody13 => prosody::port_taken(log),
            Kind::Ejabberd => ejabberd::port_taken(log),
        }
    }

    fn lacks(&self, log: &str) -> bool {
        match self.kind() {
            Kind::Prosody | Kind::Prosody13 => prosody::lacks(log),
            Kind::Ejabberd => ejabberd::lacks(log),
        }
    }

    /// Whether the host itself answers: a port is open before the host behind it is ready.
    fn answers(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect((self.host.as_str(), self.port)) else { return false };
        let header = format!(
            "<stream:stream to='{}' version='1.0' xmlns='jabber:client' \
             xmlns:stream='http://etherx.jabber.org/streams'>",
            self.domain
        );
        if stream.set_read_timeout(Some(START_PATIENCE)).is_err() || stream.write_all(header.as_bytes()).is_err() {
            return false;
        }
        let mut answer = Vec::new();
        let mut chunk = [0; 1024];
        loop {
            match stream.read(&mut chunk) {
                Ok(count) if count > 0 => answer.extend(chunk.iter().take(count)),
                _ => return false,
            }
            let text = String::from_utf8_lossy(&answer);
            if text.contains("</stream:features>") {
                return true;
            }
            if text.contains("</stream:stream>") {
                return false;
            }
        }
    }

    fn told(&self, why: &str) -> String {
        let mut told = why.to_owned();
        for file in ["stdout.log", self.kind().log()] {
            let text = read(&self.folder.join(file));
            let lines: Vec<&str> = text.lines().collect();
            for line in lines.iter().skip(lines.len().saturating_sub(8)) {
                let _ = write!(told, "\n  {file}: {line}");
            }
        }
        told
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody needs what it would save.
        self.kill();
    }
}

enum Trouble {
    PortTaken(String),
    Other(String),
}

/// The file's text; empty while there is none.
fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

fn other(why: String) -> Trouble {
    Trouble::Other(why)
}
