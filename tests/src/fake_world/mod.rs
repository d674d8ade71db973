//! A world in virtual time: devices, a network and a server in one thread, driven by one queue of events. Nothing sleeps;
//! an hour of silence is one step. The same seed gives the same run.
//!
//! Invariants: bytes of one direction of one connection arrive in order or not at all; a device sees only its own clocks;
//! whatever the server could object to, the end of the world does ([`FakeWorld::forgive`] says where a scenario wants it).

mod events;
mod held;
mod network;
mod phone;
mod screens;

use std::cell::{Cell, RefCell, RefMut};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use jid::BareJid;
use linnet_messenger::command::{Command, Receipt, Secret};
use linnet_messenger::effect::{ConnectTarget, ScramHash, SessionKind, SignIn};
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::ids::{AccountId, ChatId, MessageId};
use linnet_messenger::input::Input;
use linnet_messenger::view::Page;
use linnet_messenger::view::contact::Contact;
use linnet_messenger::view::item::{
    AccountItem, ChatItem, CodeItem, ContactItem, NotificationItem, RequestItem, TimelineItem, VersionItem,
};
use linnet_messenger::view::timeline::Timeline;
use linnet_messenger::view::versions::Versions;
use linnet_messenger::view::whole_text::TextOf;
use linnet_messenger::wire::Element;

use self::held::Held;
use self::network::{Event, Wire};
use self::phone::Phone;
pub use self::phone::{Cost, Death, Disk};
use crate::fake_server::{DOMAIN, FakeServer, LinkId};
use crate::seed::Seed;
use crate::world::{DeviceId, World};

/// The world begins at 2026-01-01T00:00:00Z, after the devices ran for an hour.
const EPOCH: i64 = 1_767_225_600_000;
const START: u64 = 3_600_000;
/// Nothing moved for this long: nothing will.
const QUIET: u64 = 20_000;
/// A scenario that is not quiet after this never will be.
const PATIENCE: u64 = 3 * 3_600_000;
/// More steps than this without time passing is a loop.
const STEPS_AT_ONCE: u32 = 20_000;
const TRACE_LINES: usize = 4_000;

type Salted = BTreeMap<(ScramHash, String, Vec<u8>, u32), Vec<u8>>;

/// See the module.
pub struct FakeWorld {
    inner: RefCell<Inner>,
    tokens: Cell<u32>,
    forgiving: Cell<bool>,
    quiet: Cell<bool>,
}

struct Inner {
    time: u64,
    steps_now: u32,
    sequence: u64,
    queue: BTreeMap<(u64, u64), Event>,
    wires: BTreeMap<LinkId, Wire>,
    next_link: u64,
    server: FakeServer,
    server_up: bool,
    phones: Vec<Phone>,
    seed: Seed,
    /// Least and most milliseconds a byte travels.
    latency: (u64, u64),
    /// How often something arrived anywhere.
    arrivals: u64,
    next_ticket: u64,
    answers: BTreeMap<u64, Result<Receipt, CommandError>>,
    violations: Vec<(usize, Violation)>,
    alternatives: u32,
    unknown_hosts: BTreeSet<String>,
    sign_ins: Vec<(usize, SessionKind, SignIn)>,
    targets: Vec<(usize, ConnectTarget)>,
    trace: VecDeque<String>,
    salted: Salted,
    folder: PathBuf,
}

impl FakeWorld {
    /// A world with a server and nobody in it.
    pub fn new(seed: u64) -> Self {
        static WORLDS: AtomicU32 = AtomicU32::new(0);
        let number = WORLDS.fetch_add(1, Ordering::Relaxed);
        // In memory where the system has that: every commit is flushed, and thousands of worlds would wait for a disk.
        let base =
            Some(Path::new("/dev/shm")).filter(|path| path.is_dir()).map_or_else(std::env::temp_dir, Path::to_owned);
        let folder = base.join(format!("linnet-world-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("invariant: a temporary folder can be made");
        let mut seed = Seed::new(seed);
        let server = FakeServer::new(seed.fork(), EPOCH.saturating_add_unsigned(START));
        let inner = Inner {
            time: START,
            steps_now: 0,
            sequence: 0,
            queue: BTreeMap::new(),
            wires: BTreeMap::new(),
            next_link: 0,
            server,
            server_up: true,
            phones: Vec::new(),
            seed,
            latency: (20, 80),
            arrivals: 0,
            next_ticket: 0,
            answers: BTreeMap::new(),
            violations: Vec::new(),
            alternatives: 0,
            unknown_hosts: BTreeSet::new(),
            sign_ins: Vec::new(),
            targets: Vec::new(),
            trace: VecDeque::new(),
            salted: BTreeMap::new(),
            folder,
        };
        Self { inner: RefCell::new(inner), tokens: Cell::new(0), forgiving: Cell::new(false), quiet: Cell::new(false) }
    }

    /// As a world for the parts of a scenario that run anywhere.
    pub fn any(&self) -> &dyn World {
        self
    }

    /// The server, to look at and to change.
    pub fn server(&self) -> RefMut<'_, FakeServer> {
        RefMut::map(self.inner.borrow_mut(), |inner| &mut inner.server)
    }

    /// Lets this world end although the server had something to object to.
    pub fn forgive(&self) {
        self.forgiving.set(true);
    }

    /// Prints nothing when the scenario fails, unless `LINNET_TRACE` asks for it: for searches that fail on purpose.
    pub fn quiet(&self) {
        self.quiet.set(std::env::var_os("LINNET_TRACE").is_none());
    }

    /// Takes back what [`FakeWorld::doom`] said.
    pub fn spare(&self, device: DeviceId) {
        self.inner.borrow_mut().phones[device.0].doom = None;
    }

    /// Milliseconds a byte travels from now on.
    pub fn latency(&self, least: u64, most: u64) {
        self.inner.borrow_mut().latency = (least, most);
    }

    /// Lets time pass.
    pub fn advance(&self, milliseconds: u64) {
        let mut inner = self.inner.borrow_mut();
        let until = inner.time + milliseconds;
        inner.run_until(until);
    }

    /// Runs until this holds; fails after `patience` milliseconds.
    pub fn wait_for(&self, what: &str, patience: u64, mut holds: impl FnMut() -> bool) {
        let until = self.inner.borrow().time + patience;
        while !holds() {
            let mut inner = self.inner.borrow_mut();
            if inner.time >= until {
                drop(inner);
                self.fail(&format!("{what}: not within {patience} ms"));
            }
            let next = (inner.time + 50).min(until);
            inner.run_until(next);
        }
    }

    /// Violations counted so far, in order.
    pub fn violations(&self) -> Vec<Violation> {
        self.inner.borrow().violations.iter().map(|(_, violation)| *violation).collect()
    }

    /// How the device's sessions were established so far, in order.
    pub fn sign_ins(&self, device: DeviceId) -> Vec<(SessionKind, SignIn)> {
        let inner = self.inner.borrow();
        inner.sign_ins.iter().filter(|(id, ..)| *id == device.0).map(|(_, kind, how)| (*kind, *how)).collect()
    }

    /// Where the device wanted to connect so far, in order.
    pub fn targets(&self, device: DeviceId) -> Vec<ConnectTarget> {
        let inner = self.inner.borrow();
        inner.targets.iter().filter(|(id, _)| *id == device.0).map(|(_, target)| target.clone()).collect()
    }

    /// Everything that went over the wires lately.
    pub fn trace(&self) -> String {
        self.inner.borrow().trace.iter().fold(String::new(), |text, line| text + line + "\n")
    }

    /// Delivers a stanza to every session of a device's account as it stands, whatever it says it is from.
    pub fn inject(&self, to: DeviceId, xml: &str) {
        let stanza = Element::parse(xml).unwrap_or_else(|error| panic!("{xml}: {error}"));
        let mut inner = self.inner.borrow_mut();
        let jid = inner.phones[to.0].user.clone();
        inner.catch_up_server();
        inner.server.inject(&jid, &stanza);
        inner.drain_server();
    }

    /// Makes the server's clock go on and carries out what it wants: after it was changed from outside.
    pub fn server_acts<T>(&self, act: impl FnOnce(&mut FakeServer) -> T) -> T {
        let mut inner = self.inner.borrow_mut();
        inner.catch_up_server();
        let result = act(&mut inner.server);
        inner.drain_server();
        result
    }

    /// The device's connection silently stops carrying bytes; nobody is told.
    pub fn half_open(&self, device: DeviceId) {
        self.inner.borrow_mut().half_open(device.0);
    }

    /// Kills the device at the n-th stanza it reads from now on.
    pub fn doom(&self, device: DeviceId, death: Death, nth: u32) {
        self.inner.borrow_mut().phones[device.0].doom = Some((death, nth));
    }

    /// Whether the device's process runs.
    pub fn is_running(&self, device: DeviceId) -> bool {
        self.inner.borrow().phones[device.0].running.is_some()
    }

    /// Sets how wrong the device's clock is.
    pub fn skew(&self, device: DeviceId, milliseconds: i64) {
        self.inner.borrow_mut().phones[device.0].skew = milliseconds;
    }

    /// The device boots anew: to be called while its process does not run.
    pub fn reboot(&self, device: DeviceId) {
        let mut inner = self.inner.borrow_mut();
        let time = inner.time;
        let phone = &mut inner.phones[device.0];
        assert!(phone.running.is_none(), "a device boots with nothing running");
        phone.boot += 1;
        // A clock since boot starts near nothing: any old deadline is far in the future.
        phone.booted = time - 5_000;
    }

    /// A copy of the device's store.
    pub fn backup(&self, device: DeviceId) -> Disk {
        self.inner.borrow().phones[device.0].copy_store().expect("invariant: the store can be read")
    }

    /// Puts a copy in the place of the device's store; its process must not run.
    pub fn restore(&self, device: DeviceId, copy: &Disk) {
        let inner = self.inner.borrow();
        assert!(inner.phones[device.0].running.is_none(), "a running store can't be replaced");
        inner.phones[device.0].restore_store(copy).expect("invariant: the store can be written");
    }

    /// Stops the server; connecting fails until it starts again.
    pub fn stop_server(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.stop_server();
    }

    /// Starts it again.
    pub fn start_server(&self) {
        self.inner.borrow_mut().server_up = true;
    }

    /// Gives the device an input of the platform's.
    pub fn tell(&self, device: DeviceId, input: Input) {
        self.inner.borrow_mut().handle(device.0, vec![input]);
    }

    /// The next so many connections lead to one of several places where the server may be.
    pub fn alternatives(&self, count: u32) {
        self.inner.borrow_mut().alternatives = count;
    }

    /// DNS knows no such host.
    pub fn unknown_host(&self, host: &str) {
        self.inner.borrow_mut().unknown_hosts.insert(host.to_owned());
    }

    /// How often any device has connected, or tried.
    pub fn connections(&self) -> usize {
        self.inner.borrow().targets.len()
    }

    /// What it has cost the device to be there.
    pub fn cost(&self, device: DeviceId) -> Cost {
        self.inner.borrow().phones[device.0].cost
    }

    /// Where the device connected last.
    pub fn target(&self, device: DeviceId) -> Option<ConnectTarget> {
        self.targets(device).pop()
    }

    /// One number out of the device's store.
    pub fn count(&self, device: DeviceId, sql: &str) -> i64 {
        self.inner.borrow().phones[device.0].count(sql)
    }

    /// A new phone, of somebody who has no account yet.
    pub fn add_new_device(&self, name: &str, user: &str) -> DeviceId {
        let mut inner = self.inner.borrow_mut();
        let phone = Phone::new(name, address(user), &inner.folder, START - 1_800_000);
        let id = DeviceId(inner.phones.len());
        inner.phones.push(phone);
        inner.open(id.0);
        id
    }

    /// The device's account, once it has made one.
    pub fn has_account(&self, device: DeviceId, account: AccountId) {
        self.inner.borrow_mut().phones[device.0].account = Some(account);
    }

    /// A device that has signed in with this password, or tries to.
    pub fn add_device_with(&self, name: &str, user: &str, password: &str) -> DeviceId {
        let jid = address(user);
        let id = self.add_new_device(name, user);
        let password = Secret::new(password);
        let command =
            Command::AddAccount { address: jid.to_string(), password, server: None, proxy: None, again: false };
        match self.submit(id, command) {
            Ok(Receipt::Account(account)) => self.inner.borrow_mut().phones[id.0].account = Some(account),
            other => self.fail(&format!("adding an account gave {other:?}")),
        }
        id
    }

    /// What a registered user's password is.
    pub fn password(user: &str) -> String {
        format!("{user}'s pässword")
    }

    fn look<T>(&self, device: DeviceId, look: impl FnOnce(&mut phone::Running) -> Result<T, String>) -> T {
        let result = {
            let mut inner = self.inner.borrow_mut();
            let phone = &mut inner.phones[device.0];
            match phone.running.as_mut() {
                Some(running) => look(running),
                None => Err(format!("{} does not run", phone.name)),
            }
        };
        result.unwrap_or_else(|error| self.fail(&error))
    }
}

/// The bare JID of a local user.
pub fn address(user: &str) -> BareJid {
    BareJid::new(&format!("{user}@{DOMAIN}")).expect("invariant: test users have plain names")
}

impl World for FakeWorld {
    fn add_device(&self, name: &str, user: &str) -> DeviceId {
        let jid = address(user);
        let password = Self::password(user);
        self.server().register(&jid, &password);
        self.add_device_with(name, user, &password)
    }

    fn add_account(&self, device: DeviceId, user: &str) -> AccountId {
        let jid = address(user);
        let password = Self::password(user);
        self.server().register(&jid, &password);
        let password = Secret::new(password);
        match self.submit(
            device,
            Command::AddAccount { address: jid.to_string(), password, server: None, proxy: None, again: false },
        ) {
            Ok(Receipt::Account(account)) => account,
            other => self.fail(&format!("adding an account gave {other:?}")),
        }
    }

    fn befriend(&self, one: &str, other: &str) {
        self.server_acts(|server| server.befriend(&address(one), &address(other)));
    }

    fn address(&self, device: DeviceId) -> BareJid {
        self.inner.borrow().phones[device.0].user.clone()
    }

    fn account(&self, device: DeviceId) -> AccountId {
        self.inner.borrow().phones[device.0].account.expect("invariant: devices are made with an account")
    }

    fn token(&self) -> String {
        self.tokens.set(self.tokens.get() + 1);
        format!("token-{:06}", self.tokens.get())
    }

    fn submit(&self, device: DeviceId, command: Command) -> Result<Receipt, CommandError> {
        let mut inner = self.inner.borrow_mut();
        inner.next_ticket += 1;
        let ticket = inner.next_ticket;
        inner.handle(device.0, vec![Input::Command { ticket, command }]);
        let answer = inner.answers.remove(&ticket);
        drop(inner);
        answer.unwrap_or_else(|| self.fail("a command was not answered in its own call"))
    }

    fn settle(&self) {
        let begin = self.inner.borrow().time;
        loop {
            let busy = {
                let mut inner = self.inner.borrow_mut();
                let arrivals = inner.arrivals;
                let until = inner.time + QUIET;
                inner.run_until(until);
                inner.busy().or_else(|| (arrivals != inner.arrivals).then(|| "stanzas are on their way".to_owned()))
            };
            let Some(busy) = busy else { return };
            if self.inner.borrow().time - begin > PATIENCE {
                self.fail(&format!("never settles: {busy}"));
            }
        }
    }

    fn timeline(&self, device: DeviceId, chat: ChatId) -> Vec<TimelineItem> {
        self.look(device, |running| {
            let held = running.timelines.entry(chat).or_insert_with(|| Held::new(Timeline::new(chat)));
            held.look(&running.reader).map(<[_]>::to_vec)
        })
    }

    fn leave(&self, device: DeviceId, chat: ChatId) {
        self.look(device, |running| {
            running.timelines.remove(&chat);
            Ok(())
        });
    }

    fn page(&self, device: DeviceId, chat: ChatId, page: Page) {
        self.look(device, |running| {
            running.timelines.entry(chat).or_insert_with(|| Held::new(Timeline::new(chat))).page(page);
            Ok(())
        });
    }

    fn chat_list(&self, device: DeviceId) -> Vec<ChatItem> {
        self.look(device, |running| running.chat_list.look(&running.reader).map(<[_]>::to_vec))
    }

    fn accounts(&self, device: DeviceId) -> Vec<AccountItem> {
        self.look(device, |running| running.accounts.look(&running.reader).map(<[_]>::to_vec))
    }

    fn requests(&self, device: DeviceId) -> Vec<RequestItem> {
        self.look(device, |running| running.requests.look(&running.reader).map(<[_]>::to_vec))
    }

    fn contact(&self, device: DeviceId, chat: ChatId) -> Option<ContactItem> {
        let look = |running: &mut phone::Running| {
            Held::new(Contact::new(chat)).look(&running.reader).map(|items| items.first().cloned())
        };
        self.look(device, look)
    }

    fn codes(&self, device: DeviceId) -> Vec<CodeItem> {
        self.look(device, |running| running.codes.look(&running.reader).map(<[_]>::to_vec))
    }

    fn text(&self, device: DeviceId, message: MessageId) -> String {
        self.whole_text(device, TextOf::Message(message)).1
    }

    fn versions(&self, device: DeviceId, message: MessageId) -> Vec<VersionItem> {
        self.look(device, |running| Held::new(Versions::new(message)).look(&running.reader).map(<[_]>::to_vec))
    }

    fn notifications(&self, device: DeviceId) -> Vec<NotificationItem> {
        self.look(device, |running| running.notifications.look(&running.reader).map(<[_]>::to_vec))
    }

    fn cut(&self, device: DeviceId) {
        self.inner.borrow_mut().cut(device.0);
        self.tell(device, Input::NetworkChanged);
    }

    fn network(&self, device: DeviceId, there: bool) {
        let mut inner = self.inner.borrow_mut();
        inner.phones[device.0].network = there;
        if there {
            inner.handle(device.0, vec![Input::NetworkChanged]);
        } else {
            inner.cut(device.0);
        }
    }

    fn kill(&self, device: DeviceId) {
        self.inner.borrow_mut().kill(device.0);
    }

    fn start(&self, device: DeviceId) {
        self.inner.borrow_mut().open(device.0);
    }

    fn restart_server(&self) {
        self.stop_server();
        self.advance(1_000);
        self.start_server();
    }

    fn fail(&self, why: &str) -> ! {
        panic!("{why}");
    }
}

impl Drop for FakeWorld {
    #[allow(clippy::print_stderr)]
    fn drop(&mut self) {
        let inner = self.inner.get_mut();
        let undecided: Vec<(String, i64)> = inner
            .phones
            .iter()
            .map(|phone| (phone.name.clone(), phone.count("SELECT count(*) FROM undecided")))
            .filter(|(_, count)| *count > 0)
            .collect();
        let complaints = std::mem::take(&mut inner.server.complaints);
        for phone in &mut inner.phones {
            phone.running = None;
        }
        // What is left behind is a folder in memory, nothing a test should fail for.
        let _ = std::fs::remove_dir_all(&inner.folder);
        if std::thread::panicking() {
            if self.quiet.get() {
                return;
            }
            let lines = std::env::var("LINNET_TRACE").ok().and_then(|text| text.parse().ok()).unwrap_or(80);
            let skipped = inner.trace.len().saturating_sub(lines);
            let tail: Vec<&str> = inner.trace.iter().skip(skipped).map(String::as_str).collect();
            eprintln!("--- the last of what happened (LINNET_TRACE=N for N lines)\n{}", tail.join("\n"));
        } else if !self.forgiving.get() {
            assert!(complaints.is_empty(), "the server objects: {complaints:#?}");
            assert!(undecided.is_empty(), "stanzas could not be handled: {undecided:?}");
        }
    }
}
