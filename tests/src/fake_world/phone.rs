//! A device: an engine over a store file, clocks of its own, and the subscribers of its screens. It can be killed between
//! any two steps; what survives is what was on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jid::BareJid;
use linnet_messenger::engine::Engine;
use linnet_messenger::ids::{AccountId, ChatId, ConnectionId};
use linnet_messenger::now::Now;
use linnet_messenger::store::StoreOptions;
use linnet_messenger::view::accounts::Accounts;
use linnet_messenger::view::app::App;
use linnet_messenger::view::chat_list::ChatList;
use linnet_messenger::view::codes::Codes;
use linnet_messenger::view::notifications::Notifications;
use linnet_messenger::view::requests::Requests;
use linnet_messenger::view::sign_up::SignUps;
use linnet_messenger::view::timeline::Timeline;
use rusqlite::Connection;

use super::held::Held;
use crate::fake_server::LinkId;
use crate::seed::Seed;

/// Where in the handling of a stanza a device dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// The stanza is read, nothing of it stored.
    Received,
    /// It is stored, nothing that follows from it has left.
    Committed,
    /// What follows has left too.
    Acknowledged,
}

/// What a device's battery notices, since the beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// How often the process was woken by a clock or by bytes. What follows within [`Cost::BURST`] is the same time.
    pub wakes: u64,
    /// Written and received, without TLS and TCP.
    pub bytes: u64,
    /// When it last did something, world time.
    last: Option<u64>,
}

impl Cost {
    /// Milliseconds: a timer and the answer to what it sent are one burst of the radio.
    pub const BURST: u64 = 2_000;

    /// It does something now.
    pub fn act(&mut self, time: u64) {
        self.wakes += u64::from(self.last.is_none_or(|last| time - last > Self::BURST));
        self.last = Some(time);
    }
}

/// What runs: gone with the process.
pub struct Running {
    pub engine: Engine,
    pub reader: Connection,
    pub timelines: BTreeMap<ChatId, Held<Timeline>>,
    pub chat_list: Held<ChatList>,
    pub accounts: Held<Accounts>,
    pub requests: Held<Requests>,
    pub notifications: Held<Notifications>,
    pub app: Held<App>,
    pub sign_ups: Held<SignUps>,
    pub codes: Held<Codes>,
    /// The transports of this process, by the engine's name for them.
    pub links: BTreeMap<ConnectionId, LinkId>,
}

/// See the module.
pub struct Phone {
    pub name: String,
    pub user: BareJid,
    pub account: Option<AccountId>,
    pub running: Option<Running>,
    /// World time at which the device booted.
    pub booted: u64,
    pub boot: u32,
    /// Which process this is.
    pub life: u32,
    /// How wrong its clock is, milliseconds.
    pub skew: i64,
    pub network: bool,
    /// Dies at the n-th stanza from now.
    pub doom: Option<(Death, u32)>,
    /// What it costs to be there.
    pub cost: Cost,
    path: PathBuf,
}

impl Phone {
    pub fn new(name: &str, user: BareJid, folder: &Path, booted: u64) -> Self {
        Self {
            name: name.to_owned(),
            user,
            account: None,
            running: None,
            booted,
            boot: 1,
            life: 0,
            skew: 0,
            network: true,
            doom: None,
            cost: Cost::default(),
            path: folder.join(format!("{name}.db")),
        }
    }

    /// The device's clocks at world time `time`, milliseconds after `epoch`.
    pub fn now(&self, time: u64, epoch: i64) -> Now {
        Now {
            wall: epoch.saturating_add_unsigned(time).saturating_add(self.skew),
            mono: time - self.booted,
            boot_id: format!("{}-boot-{}", self.name, self.boot),
        }
    }

    /// Starts the process on whatever is on disk.
    pub fn open(&mut self, seed: Seed, now: &Now) -> Result<(), String> {
        let options = StoreOptions::new(Some(self.path.clone()), [7; 32]);
        self.life += 1;
        let engine = Engine::open(options, Box::new(seed), now).map_err(|error| error.to_string())?;
        let reader = engine.reader().map_err(|error| error.to_string())?;
        self.running = Some(Running {
            engine,
            reader,
            timelines: BTreeMap::new(),
            chat_list: Held::new(ChatList::new()),
            accounts: Held::new(Accounts),
            requests: Held::new(Requests),
            notifications: Held::new(Notifications),
            app: Held::new(App),
            sign_ups: Held::new(SignUps),
            codes: Held::new(Codes),
            links: BTreeMap::new(),
        });
        Ok(())
    }

    /// Kills the process; gives the transports it had. Closing a database moves its log into the file, which a killed
    /// process does not do: so the files are put back as they were at the moment of death, in place, since a kill makes
    /// no new file either.
    pub fn kill(&mut self) -> std::io::Result<Vec<LinkId>> {
        let Some(running) = self.running.take() else { return Ok(Vec::new()) };
        let disk = Disk::read(&self.path)?;
        let links = running.links.values().copied().collect();
        drop(running);
        disk.write(&self.path)?;
        Ok(links)
    }

    /// A copy of the store as a backup would take it.
    pub fn copy_store(&self) -> std::io::Result<Disk> {
        Disk::read(&self.path)
    }

    /// Puts a copy in the place of the store: new files, as a restored backup gives.
    pub fn restore_store(&self, copy: &Disk) -> std::io::Result<()> {
        for suffix in ["", "-wal", "-shm"] {
            remove(&beside(&self.path, suffix))?;
        }
        copy.write(&self.path)
    }

    /// One number out of the store.
    pub fn count(&self, sql: &str) -> i64 {
        let Some(running) = &self.running else { return 0 };
        running.reader.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }
}

/// Database and write-ahead log as bytes.
#[derive(Debug, Clone)]
pub struct Disk {
    database: Vec<u8>,
    log: Option<Vec<u8>>,
}

impl Disk {
    fn read(path: &Path) -> std::io::Result<Self> {
        let log = beside(path, "-wal");
        let log = if log.exists() { Some(std::fs::read(log)?) } else { None };
        Ok(Self { database: std::fs::read(path)?, log })
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        std::fs::write(path, &self.database)?;
        remove(&beside(path, "-shm"))?;
        match &self.log {
            Some(log) => std::fs::write(beside(path, "-wal"), log),
            None => remove(&beside(path, "-wal")),
        }
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
