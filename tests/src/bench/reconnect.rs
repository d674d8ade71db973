//! How many round trips a lost connection costs: the driver against Prosody 13 and ejabberd 24.12, through a network of
//! 150 ms, and slixmpp over the same network in the same run.
//!
//! The time is that from the client's TCP connection to what the user waits for: the message that came meanwhile, on the
//! screen; where there is no such message (a first login, a stale token, a lost session), the established session.
//! Round trips are counted in the proxy, apart from the time.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use linnet_servers::{Kind, Options, Server};
use serde_json::{Value, json};

use super::delay::Delay;
use super::driver::{Driver, Way};
use crate::process::Process;

const ROUND_TRIP: Duration = Duration::from_millis(150);
const ROUNDS: usize = 5;
const PASSWORD: &str = "a reconnecting pässword";
const PEER: &str = include_str!("../../oracle/reconnect.py");
/// How long a session is kept where it shall be lost.
const SOON: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(60);

/// One way of coming back, median of all rounds.
#[derive(Debug, Clone, Copy)]
struct Cost {
    ms: f64,
    /// Counted in the proxy.
    trips: usize,
    /// More than one: the first was given up.
    connections: usize,
}

/// What one server cost.
struct Costs {
    kind: Kind,
    warm: Cost,
    lost: Cost,
    cold: Cost,
    first: Cost,
    stale: Cost,
    peer: Cost,
}

/// Runs the bench; gives the line. `python` has slixmpp.
pub fn run(folder: &Path, python: &Path, tell: impl Fn(&str)) -> Result<String, String> {
    let folder = folder.join("reconnect");
    // What an older run left is no store of ours.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    for kind in [Kind::Prosody13, Kind::Ejabberd] {
        let costs =
            on(kind, &folder.join(kind.name()), python, &tell).map_err(|why| format!("{}: {why}", kind.name()))?;
        tell(&table(&costs));
        all.push(costs);
    }
    let slower = all.iter().max_by(|a, b| a.warm.ms.total_cmp(&b.warm.ms)).ok_or("no server")?;
    let most = |of: fn(&Costs) -> usize| all.iter().map(of).max().unwrap_or_default();
    Ok(format!(
        "bench reconnect {:.2} (warm {} lost {}, cold {} first {} stale {}, ms {:.0}; slixmpp {:.2}, same run)",
        rtts(slower.warm),
        most(|costs| costs.warm.trips),
        most(|costs| costs.lost.trips),
        most(|costs| costs.cold.trips),
        most(|costs| costs.first.trips),
        most(|costs| costs.stale.trips),
        slower.warm.ms,
        rtts(slower.peer),
    ))
}

fn rtts(cost: Cost) -> f64 {
    cost.ms / (ROUND_TRIP.as_secs_f64() * 1_000.0)
}

fn table(costs: &Costs) -> String {
    let mut text = format!("{}, median of {ROUNDS}, {} ms a round trip", costs.kind.name(), ROUND_TRIP.as_millis());
    for (what, cost) in [
        ("warm: token, session resumed, message shown", costs.warm),
        ("lost: token, session gone, new one", costs.lost),
        ("cold: password, features known, session resumed, message shown", costs.cold),
        ("first: password, nothing known, new session", costs.first),
        ("stale: token refused, then password, session gone, new one", costs.stale),
        ("slixmpp: password, session resumed, message told", costs.peer),
    ] {
        let Cost { ms, trips, connections } = cost;
        text.push_str(&format!("\n  {ms:6.0} ms  {trips} round trips  {connections} connection(s)  {what}"));
    }
    text
}

fn on(kind: Kind, folder: &Path, python: &Path, tell: &impl Fn(&str)) -> Result<Costs, String> {
    let start = |name: &str, options: Options| {
        tell(&format!("{}: {name}", kind.name()));
        Lab::start(&folder.join(name), options)
    };
    let mut lab = start("warm", Options::on(kind))?;
    let warm = lab.rounds(|lab, round| lab.resumed(round))?;
    let stale = lab.rounds(|lab, _| lab.stale())?;
    let first = lab.rounds(|lab, round| lab.first(round))?;
    let peer = lab.peer(python)?;
    drop(lab);
    let mut lab = start("lost", Options { hibernation: SOON, ..Options::on(kind) })?;
    let lost = lab.rounds(|lab, _| lab.lost())?;
    drop(lab);
    let mut lab = start("cold", Options { fast: false, ..Options::on(kind) })?;
    let cold = lab.rounds(|lab, round| lab.resumed(round))?;
    Ok(Costs { kind, warm, lost, cold, first, stale, peer })
}

/// A server, a slow way to it for Alice, and Bob beside it.
struct Lab {
    // The drivers go before the server they talk to.
    alice: Driver,
    bob: Driver,
    /// Bob's chat with Alice.
    chat: i64,
    delay: Delay,
    server: Server,
    folder: PathBuf,
}

impl Lab {
    fn start(folder: &Path, options: Options) -> Result<Self, String> {
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let server = Server::start(options)?;
        for user in ["alice", "bob"] {
            server.add_user(user, PASSWORD)?;
        }
        server.befriend("alice", "bob")?;
        let port = server.direct_tls_port.ok_or("the server has no port that begins with TLS")?;
        let delay = Delay::open(SocketAddr::from(([127, 0, 0, 1], port)), ROUND_TRIP).map_err(|e| e.to_string())?;
        let driver = |user: &str, port: u16| {
            let way = Way { ca: &server.ca, port, direct_tls: true };
            Driver::start(user, &folder.join(format!("{user}.db")), &way, &address(&server, user), PASSWORD)
        };
        let mut alice = driver("alice", delay.port())?;
        let mut bob = driver("bob", port)?;
        alice.online(0)?;
        bob.online(0)?;
        alice.open_chat(&address(&server, "bob"))?;
        let chat = bob.open_chat(&address(&server, "alice"))?;
        let mut this = Self { alice, bob, chat, delay, server, folder: folder.to_owned() };
        // The first message makes chats and tables that the others find.
        let mark = this.alice.process.mark();
        this.bob.send(chat, "hello")?;
        this.alice.shown(mark, "hello")?;
        // The first session of a device is managed only behind its first look; this one is from its binding on.
        this.delay.close();
        let mark = this.back()?;
        this.alice.online(mark)?;
        Ok(this)
    }

    fn rounds(&mut self, mut round: impl FnMut(&mut Self, usize) -> Result<Cost, String>) -> Result<Cost, String> {
        let mut costs = Vec::new();
        for number in 0..ROUNDS {
            costs.push(round(self, number)?);
        }
        median(costs)
    }

    /// Cut off, written to, back again: until the message is shown.
    fn resumed(&mut self, round: usize) -> Result<Cost, String> {
        let body = format!("message {round}");
        self.delay.close();
        self.bob.send(self.chat, &body)?;
        let mark = self.back()?;
        let shown = self.alice.shown(mark, &body)?;
        if !self.alice.session(mark)?.1 {
            return Err("the session was not resumed".to_owned());
        }
        self.alice.online(mark)?;
        self.cost(shown)
    }

    /// Cut off until the server has forgotten the session: until there is a new one.
    fn lost(&mut self) -> Result<Cost, String> {
        self.delay.close();
        let until = Instant::now() + PATIENCE;
        while self.server.sessions("alice")? > 0 {
            if Instant::now() > until {
                return Err("the server never forgets the session".to_owned());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.bound()
    }

    /// Cut off until the server has forgotten session and token.
    fn stale(&mut self) -> Result<Cost, String> {
        self.delay.close();
        self.server.forget_tokens()?;
        self.bound()
    }

    fn bound(&mut self) -> Result<Cost, String> {
        let mark = self.back()?;
        let (at, resumed) = self.alice.session(mark)?;
        if resumed {
            return Err("a session that should be gone was resumed".to_owned());
        }
        self.alice.online(mark)?;
        self.cost(at)
    }

    /// A new device of Carol's: until there is a session.
    fn first(&mut self, round: usize) -> Result<Cost, String> {
        self.alice.suspended(true)?;
        self.delay.reopen();
        self.server.add_user("carol", PASSWORD)?;
        let way = Way { ca: &self.server.ca, port: self.delay.port(), direct_tls: true };
        let store = self.folder.join(format!("carol{round}.db"));
        let mut carol = Driver::start("carol", &store, &way, &address(&self.server, "carol"), PASSWORD)?;
        let (at, _) = carol.session(0)?;
        let cost = self.cost(at);
        drop(carol);
        self.alice.suspended(false)?;
        cost
    }

    fn peer(&mut self, python: &Path) -> Result<Cost, String> {
        let script = self.folder.join("reconnect.py");
        fs::write(&script, PEER).map_err(|error| error.to_string())?;
        self.server.add_user("dora", PASSWORD)?;
        self.server.befriend("dora", "bob")?;
        self.alice.suspended(true)?;
        self.restore_bob()?;
        self.delay.reopen();
        let chat = self.bob.open_chat(&address(&self.server, "dora"))?;
        let mut command = Command::new(python);
        command.arg(&script).arg(self.delay.port().to_string()).arg(&self.server.ca).arg(address(&self.server, "dora"));
        let mut peer = Process::start("slixmpp", &mut command)?;
        peer.say(PASSWORD)?;
        peer.wait("being online", 0, |line| line.get("online").map(drop))?;
        let mut costs = Vec::new();
        for round in 0..ROUNDS {
            let body = format!("message {round}");
            let mark = peer.mark();
            self.delay.close();
            peer.wait("the end of its connection", mark, |line| line.get("lost").map(drop))?;
            self.bob.send(chat, &body)?;
            self.delay.reopen();
            peer.say("go")?;
            let told = |line: &Value| (line.get("message")? == body.as_str()).then_some(());
            let (at, ()) = peer.wait(&body, mark, told)?;
            peer.wait("a resumed session", mark, |line| line.get("resumed").map(drop))?;
            costs.push(self.cost(at)?);
        }
        self.alice.suspended(false)?;
        median(costs)
    }

    /// Bob may have lost his server.
    fn restore_bob(&mut self) -> Result<(), String> {
        self.bob.suspended(true)?;
        let mark = self.bob.process.mark();
        self.bob.suspended(false)?;
        self.bob.online(mark)
    }

    /// The network is there again, and Alice is told.
    fn back(&mut self) -> Result<usize, String> {
        let mark = self.alice.process.mark();
        self.delay.reopen();
        self.alice.ask(json!({ "do": "network_changed" }))?;
        Ok(mark)
    }

    fn cost(&self, at: Instant) -> Result<Cost, String> {
        let traces = self.delay.traces();
        let begin = traces.first().ok_or("nobody connected")?.accepted;
        let trips = traces.iter().map(|trace| trace.round_trips(at)).sum();
        Ok(Cost { ms: (at - begin).as_secs_f64() * 1_000.0, trips, connections: traces.len() })
    }
}

fn median(mut costs: Vec<Cost>) -> Result<Cost, String> {
    costs.sort_by(|a, b| a.ms.total_cmp(&b.ms));
    costs.get(costs.len() / 2).copied().ok_or_else(|| "nothing measured".to_owned())
}

fn address(server: &Server, user: &str) -> String {
    format!("{user}@{}", server.domain)
}
