//! The whole run: server, devices, lanes, restarts of the server, settling, verdict.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::ToSocketAddrs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use linnet_servers::{Options, Server};
use serde_json::{Value, json};

use super::compare::{Account, Listing, Shown, Verdict, compare};
use super::device::{Device, Known, Settings, sorted_out};
use super::journal::Journal;
use super::lane::{Lane, World};
use super::oracle::read_archive;
use super::plan::{DEVICES, Plan, Wishes};
use super::proxy::Link;
use super::random::Random;
use super::screen::Message;
use super::tally::Tally;

const PASSWORD: &str = "correct horse battery staple";
/// How long the devices may take to reach their final state once everything has been said.
const SETTLE: Duration = Duration::from_secs(30);
/// How long an outbox may take to become empty on a sound network.
const DRAIN: Duration = Duration::from_secs(120);

/// What to run, with what.
#[derive(Debug, Clone)]
pub struct Setup {
    pub wishes: Wishes,
    pub sabotage: Option<String>,
    /// The `linnet-driver` binary, built with the feature `sabotage`.
    pub driver: PathBuf,
    /// Journal, stores, logs and archives are left here.
    pub folder: PathBuf,
    /// The drivers' log level.
    pub log: String,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Report {
    pub verdict: Verdict,
    pub tally: Tally,
    pub sent: u64,
    /// Quotas that were missed, and whatever else must not happen.
    pub failures: Vec<String>,
    /// What is worth knowing and no failure.
    pub notes: Vec<String>,
}

/// Runs a plan to its verdict. An error means that there is no verdict: something did not even run.
pub fn run(setup: &Setup) -> Result<Report, String> {
    let told = |error: std::io::Error| format!("{}: {error}", setup.folder.display());
    drop(std::fs::remove_dir_all(&setup.folder));
    std::fs::create_dir_all(&setup.folder).map_err(told)?;
    let server = Server::start(Options { verbose: setup.log == "debug", ..Options::default() })?;
    for user in ["alice", "bob"] {
        server.add_user(user, PASSWORD)?;
    }
    server.befriend("alice", "bob")?;
    let journal = Arc::new(Journal::create(&setup.folder.join("journal")).map_err(told)?);
    let mut random = Random::new(setup.wishes.seed).fork("run");
    let plan = Plan::draw(&setup.wishes);
    let world = Arc::new(world(setup, &server, &journal)?);
    let verdict = act(setup, &server, &world, &journal, &plan, &mut random);
    for device in &world.devices {
        device.kill()?;
    }
    for log in ["prosody.log", "prosody.log.before"] {
        // For people who look into a failed run; there is no earlier one without a restart.
        drop(std::fs::copy(server.folder.join(log), setup.folder.join(log)));
    }
    let (verdict, mut failures) = verdict?;
    let mut tally = world.tally.lock().unwrap_or_else(PoisonError::into_inner).clone();
    count_sessions(&world, &mut tally, &mut failures);
    for device in &world.devices {
        failures.extend(device.known().complaints.iter().map(|what| format!("{}: {what}", device.settings.name)));
    }
    failures.extend(tally.missed(setup.wishes.cuts, setup.wishes.kills, setup.wishes.processes));
    if verdict.strange > 0 {
        failures.push(format!("messages that nobody sent like that: {}", verdict.strange));
    }
    if verdict.misdated > 0 {
        failures.push(format!("messages shown with another time than the archive's: {}", verdict.misdated));
    }
    let sent = journal.read().map_err(told)?.len() as u64;
    let notes = violations(&world);
    Ok(Report { verdict, tally, sent, failures, notes })
}

/// What the devices hold against the server: a resumed stream, for one, brings answers to a killed process.
fn violations(world: &World) -> Vec<String> {
    let mut notes = Vec::new();
    for device in &world.devices {
        for (violation, count) in &device.known().violations {
            notes.push(format!("{} noticed a violation, {count} times: {violation}", device.settings.name));
        }
    }
    notes
}

fn world(setup: &Setup, server: &Server, journal: &Arc<Journal>) -> Result<World, String> {
    let target = (server.host.as_str(), server.port).to_socket_addrs().map_err(|error| error.to_string())?.next();
    let target = target.ok_or("the server has no address")?;
    let device = |name: &'static str| -> Result<Arc<Device>, String> {
        let link = Link::open(target).map_err(|error| format!("{name}: {error}"))?;
        let settings = Settings {
            name,
            driver: setup.driver.clone(),
            folder: setup.folder.clone(),
            ca: server.ca.clone(),
            address: address(server, name),
            password: PASSWORD.to_owned(),
            contact: format!("{}@{}", if name == "B" { "alice" } else { "bob" }, server.domain),
            sabotage: setup.sabotage.clone(),
            log: setup.log.clone(),
        };
        Ok(Arc::new(Device::new(settings, link, Arc::clone(journal))))
    };
    let [first, second, bob] = DEVICES;
    Ok(World {
        devices: [device(first)?, device(second)?, device(bob)?],
        tally: Mutex::default(),
        server_down: AtomicBool::new(false),
        over: AtomicBool::new(false),
        skew: setup.wishes.clock_skew * 1000,
    })
}

fn address(server: &Server, device: &str) -> String {
    format!("{}@{}", if device == "B" { "bob" } else { "alice" }, server.domain)
}

fn act(
    setup: &Setup,
    server: &Server,
    world: &Arc<World>,
    journal: &Journal,
    plan: &Plan,
    random: &mut Random,
) -> Result<(Verdict, Vec<String>), String> {
    for device in &world.devices {
        let start = world.start(random);
        device.start(start)?;
    }
    for device in &world.devices {
        world.wait_online(device)?;
    }
    let mut lanes = Vec::new();
    for (device, steps) in world.devices.iter().zip(plan.lanes.clone()) {
        let lane = Lane::new(world, device, random.fork(device.settings.name));
        let world = Arc::clone(world);
        let run = move || {
            let outcome = lane.run(&steps);
            if outcome.is_err() {
                world.over.store(true, Ordering::SeqCst);
            }
            outcome
        };
        lanes.push(thread::Builder::new().spawn(run).map_err(|error| error.to_string())?);
    }
    // From here on trouble is a failure beside the verdict: what the devices then show is judged all the same.
    let mut failures = Vec::new();
    let all = || lanes.iter().all(thread::JoinHandle::is_finished);
    if let Err(trouble) = restart_server(setup, server, world, plan, all) {
        world.over.store(true, Ordering::SeqCst);
        failures.push(trouble);
    }
    for lane in lanes {
        let outcome = lane.join().unwrap_or_else(|_| Err("a lane panicked".to_owned()));
        failures.extend(outcome.err());
    }
    failures.extend(settle(world).err());
    let (verdict, unfinished) = judge(setup, server, world, journal)?;
    failures.extend(unfinished);
    Ok((verdict, failures))
}

/// Restarts the server where the plan says so, and tells how far things are; until all lanes have finished.
fn restart_server(
    setup: &Setup,
    server: &Server,
    world: &World,
    plan: &Plan,
    finished: impl Fn() -> bool,
) -> Result<(), String> {
    let mut restarts = plan.restarts.iter().copied().peekable();
    let begun = Instant::now();
    let mut told = Instant::now();
    while !finished() {
        let said: u64 = world.devices.iter().map(|device| device.known().said).sum();
        if restarts.next_if(|at| said >= *at).is_some() {
            world.server_down.store(true, Ordering::SeqCst);
            server.restart()?;
            world.server_down.store(false, Ordering::SeqCst);
            world.note(|tally| tally.server_restarts += 1);
            world.devices.iter().try_for_each(|device| device.network_changed())?;
        }
        if told.elapsed() > Duration::from_secs(10) {
            told = Instant::now();
            let tally = world.tally.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let line = format!(
                "{:>4} s: {said} of {} messages, {} of {} cuts, {} of {} kills, {} server restarts",
                begun.elapsed().as_secs(),
                setup.wishes.messages,
                tally.cuts,
                setup.wishes.cuts,
                tally.kills,
                setup.wishes.kills,
                tally.server_restarts,
            );
            // Progress is for people: nobody listening is no reason to stop.
            drop(writeln!(std::io::stderr(), "{line}"));
        }
        // What is waited for happens in three other places (lanes, journal, devices); a look a tick is simplest.
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Brings everything to rest: outboxes empty, and a marker along each pair, between alice's phones too (XEP-0280).
fn settle(world: &World) -> Result<(), String> {
    for device in &world.devices {
        device.link.disarm();
        device.link.delay(Duration::ZERO);
        drain(world, device)?;
    }
    let [first, second, bob] = &world.devices;
    let mut markers = Vec::new();
    for device in &world.devices {
        markers.push(device.say("is the last word")?);
    }
    for device in &world.devices {
        drain(world, device)?;
    }
    let arrives = |to: &Device, from: &Device, number: u64| {
        let label = format!("{} #{number} ", from.settings.name);
        let shown =
            to.wait(SETTLE, |known| known.timeline.messages().any(|m| m.body.starts_with(&label)).then_some(()));
        shown.ok_or_else(|| format!("{}: the last word of {} does not come", to.settings.name, from.settings.name))
    };
    if let [of_first, of_second, of_bob] = markers[..] {
        arrives(bob, first, of_first)?;
        arrives(bob, second, of_second)?;
        arrives(first, bob, of_bob)?;
        arrives(second, bob, of_bob)?;
        arrives(first, second, of_second)?;
        arrives(second, first, of_first)?;
    }
    Ok(())
}

/// Waits until the server has everything of this device.
fn drain(world: &World, device: &Device) -> Result<(), String> {
    let until = Instant::now() + DRAIN;
    loop {
        world.wait_online(device)?;
        let empty = |known: &mut Known| (known.pending() == 0 || known.connection() != "online").then_some(());
        device.wait(Duration::from_secs(5), empty);
        let left = device.known().pending();
        if left == 0 {
            return Ok(());
        }
        if Instant::now() > until {
            return Err(format!("{}: {left} messages were not sent in {DRAIN:?}", device.settings.name));
        }
    }
}

/// Compares, again and again while the devices still put their last messages in place.
fn judge(setup: &Setup, server: &Server, world: &World, journal: &Journal) -> Result<(Verdict, Vec<String>), String> {
    let entries = journal.read().map_err(|error| format!("the journal: {error}"))?;
    let addresses: BTreeMap<String, String> = DEVICES.map(|name| (name.to_owned(), address(server, name))).into();
    let archive = |device: &str| -> Result<Listing, String> {
        let address = address(server, device);
        let name = format!("archive of {address}");
        let keep = setup.folder.join(format!("{name}.lines"));
        let archived = read_archive(&server.host, server.port, &server.ca, &address, PASSWORD, &keep)?;
        Ok(Listing { name, messages: archived })
    };
    let [first, second, bob] = &world.devices;
    let archives = [archive("A1")?, archive("B")?];
    let until = Instant::now() + SETTLE;
    loop {
        let [alices, bobs] = archives.clone();
        let (first, second, bob) = (look(first)?, look(second)?, look(bob)?);
        let mut failures = Vec::new();
        for look in [&first, &second, &bob] {
            failures.extend(look.unfinished.clone());
        }
        let accounts = [
            Account { archive: alices, timelines: vec![first.listing, second.listing] },
            Account { archive: bobs, timelines: vec![bob.listing] },
        ];
        let verdict = compare(&entries, &addresses, &accounts);
        if verdict.clean() && failures.is_empty() {
            return Ok((verdict, failures));
        }
        if Instant::now() > until {
            return Ok((verdict, failures));
        }
        // Any change on any screen may be the one that is waited for; a second is short enough to look anyway.
        thread::sleep(Duration::from_secs(1));
    }
}

/// What a device shows when asked for everything.
struct Look {
    listing: Listing,
    /// Messages that are not sent, gaps that are not filled.
    unfinished: Vec<String>,
}

/// Reads a device's whole timeline. As a person would, it touches what is open: gaps are filled, failed messages retried.
fn look(device: &Device) -> Result<Look, String> {
    let name = device.settings.name;
    let items = device.dump()?;
    let keep = device.settings.folder.join(format!("timeline of {name}.json"));
    std::fs::write(&keep, Value::Array(items.clone()).to_string()).map_err(|error| format!("{name}: {error}"))?;
    let (gaps, messages) = sorted_out(&items);
    let mut unfinished = Vec::new();
    for (gap, state) in gaps {
        unfinished.push(format!("{name}: a gap is {state}"));
        if state != "loading" {
            // A refusal is seen at the next look: the gap is still there.
            drop(device.ask(json!({ "do": "fill_gap", "gap": gap })));
        }
    }
    for message in &messages {
        if !matches!(message.state, "sent" | "delivered" | "read" | "received") {
            let start: String = message.body.chars().take(12).collect();
            unfinished.push(format!("{name}: “{start}” is {}", message.state));
        }
        if message.state == "failed" {
            drop(device.ask(json!({ "do": "retry", "message": message.id })));
        }
    }
    let shown = |message: &Message<'_>| {
        let body = if message.cut { device.text(message.id)? } else { message.body.to_owned() };
        Ok(Shown { sender: message.sender.to_owned(), body, time: message.time })
    };
    let messages = messages.iter().map(shown).collect::<Result<_, String>>()?;
    Ok(Look { listing: Listing { name: format!("timeline of {name}"), messages }, unfinished })
}

fn count_sessions(world: &World, tally: &mut Tally, failures: &mut Vec<String>) {
    for device in &world.devices {
        let known = device.known();
        tally.resumed += known.sessions.iter().filter(|session| session.resumed).count() as u64;
        tally.reset += known.sessions.iter().skip(1).filter(|session| !session.resumed).count() as u64;
        for pair in known.sessions.windows(2) {
            if let [before, after] = pair
                && after.resumed
                && after.boot != before.boot
            {
                failures.push(format!("{}: a stream was resumed over a reboot", device.settings.name));
            }
        }
        if !known.seen_twice.is_empty() {
            failures.push(format!("{}: shown twice for a moment: {:?}", device.settings.name, known.seen_twice));
        }
    }
}
