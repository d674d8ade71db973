//! One device's way through the plan. Lanes run beside each other, each in a thread of its own.
//!
//! A cut waits for the moment it was planned for and tries again when something else came in between (the server was
//! restarted, the peer was dead); so a plan's counts are met however the processes race.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::device::{Device, Known, Start};
use super::extension::Extension;
use super::plan::{App, CutKind, FaultPoint, Moment, Step, WakeEnd};
use super::proxy::{Cut, Direction, End, Traffic, Trigger};
use super::random::Random;
use super::tally::Tally;
use super::words;

/// How long a device may take until it is online again, the server's restart and a half-open link included.
pub const RETURN: Duration = Duration::from_secs(120);
/// How long the moment of a cut may take to come.
const MOMENT: Duration = Duration::from_secs(15);
const TRIES: u32 = 10;
/// After that, a device that still waits is told again.
const AGAIN: Duration = Duration::from_secs(1);
/// The least a message takes on the wire; an acknowledgement takes less.
const STANZA: u64 = 150;
/// How long an extension may work: the system gives it 30 s.
const WORK: Duration = Duration::from_secs(10);
/// A planned fault that has not struck by then never will: there is not enough traffic.
const FAULT: Duration = Duration::from_secs(60);

/// What all lanes share.
#[derive(Debug)]
pub struct World {
    pub devices: [Arc<Device>; 3],
    pub tally: Mutex<Tally>,
    /// No server right now: there is no use in trying.
    pub server_down: AtomicBool,
    /// A lane has failed; the others stop where they are.
    pub over: AtomicBool,
    /// Milliseconds.
    pub skew: u64,
}

impl World {
    /// The counts.
    pub fn note(&self, note: impl FnOnce(&mut Tally)) {
        note(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits until a device is online, telling it of a changed network whenever it would rather wait.
    pub fn wait_online(&self, device: &Device) -> Result<(), String> {
        self.wait_online_or(device, |_| false)?;
        if device.known().alive {
            return Ok(());
        }
        let status = device.reap()?.map_or_else(String::new, |status| status.to_string());
        Err(format!("{} died unasked: {status}", device.settings.name))
    }

    /// Waits until a device is online, dead, or as wished.
    fn wait_online_or(&self, device: &Device, wished: impl Fn(&Known) -> bool) -> Result<(), String> {
        let until = Instant::now() + RETURN;
        // At which change of the account it was told last, and when: it may try and fail without a visible change.
        let mut told: Option<(u64, Instant)> = None;
        loop {
            // The link's changes wake nobody here, so it is looked at now and then.
            let waiting = device.wait(Duration::from_millis(100), |known| match known.connection() {
                _ if !known.alive || wished(known) => Some(None),
                // A device that has not noticed its cut yet still says that it is online.
                "online" if device.link.traffic().live => Some(None),
                "waiting" if !self.server_down.load(Ordering::SeqCst) => {
                    let changes = known.account_changes;
                    let again = told.is_none_or(|(at, when)| at != changes || when.elapsed() > AGAIN);
                    again.then_some(Some(changes))
                }
                _ => None,
            });
            match waiting {
                Some(None) => return Ok(()),
                Some(Some(changes)) => {
                    told = Some((changes, Instant::now()));
                    device.network_changed()?;
                }
                None => {}
            }
            if Instant::now() > until {
                let state = device.known().connection().to_owned();
                return Err(format!("{} is not back after {RETURN:?}: {state}", device.settings.name));
            }
        }
    }

    /// A start with a clock that is wrong in a new way.
    pub fn start(&self, random: &mut Random) -> Start {
        let skew = i64::try_from(random.below(2 * self.skew + 1)).unwrap_or(0) - i64::try_from(self.skew).unwrap_or(0);
        Start { skew, reboot: false, fault: None }
    }
}

/// A device on its way.
#[derive(Debug)]
pub struct Lane {
    world: Arc<World>,
    device: Arc<Device>,
    random: Random,
}

impl Lane {
    /// The lane of the device at this place of [`World::devices`].
    pub fn new(world: &Arc<World>, device: &Arc<Device>, random: Random) -> Self {
        Self { world: Arc::clone(world), device: Arc::clone(device), random }
    }

    /// Goes through the steps.
    pub fn run(mut self, steps: &[Step]) -> Result<(), String> {
        for step in steps {
            if self.world.over.load(Ordering::SeqCst) {
                return Ok(());
            }
            match *step {
                Step::Say { messages, drain } => self.say(messages, drain)?,
                Step::Cut { own, others, kind, ends } => self.cut(own, others, kind, ends)?,
                Step::Sleep { others } => self.sleep(others)?,
                Step::Wake { app, others, end } => self.wake(app, others, end)?,
                Step::Kill { own, others, point, after, reboot } => self.kill(own, others, point, after, reboot)?,
            }
        }
        Ok(())
    }

    fn say(&mut self, messages: u64, drain: bool) -> Result<(), String> {
        for _ in 0..messages {
            let text = words::short(&mut self.random);
            self.device.say(&text)?;
        }
        // Without a bound the whole plan would be in one outbox before the first cut.
        let most = if drain { 0 } else { 40 };
        let until = Instant::now() + RETURN;
        while self.device.known().pending() > most {
            self.world.wait_online(&self.device)?;
            self.device.wait(Duration::from_secs(1), |known| (known.pending() <= most || !known.alive).then_some(()));
            if Instant::now() > until {
                let (name, left) = (self.device.settings.name, self.device.known().pending());
                return Err(format!("{name}: {left} messages still wait after {RETURN:?} online"));
            }
        }
        Ok(())
    }

    /// Lets the others say something to this device.
    fn hear(&mut self, messages: u64) -> Result<(), String> {
        for _ in 0..messages {
            let text = words::short(&mut self.random);
            self.other().say(&text)?;
        }
        Ok(())
    }

    fn other(&mut self) -> Arc<Device> {
        let [first, second, bob] = &self.world.devices;
        let others = if self.device.settings.name == bob.settings.name { [first, second] } else { [bob, bob] };
        Arc::clone(self.random.pick(&others))
    }

    fn murmur(&mut self, own: u64) -> Result<(), String> {
        for _ in 0..own {
            let text = words::short(&mut self.random);
            self.device.say(&text)?;
        }
        Ok(())
    }

    fn cut(&mut self, own: u64, others: u64, kind: CutKind, ends: Cut) -> Result<(), String> {
        for _ in 0..TRIES {
            self.world.wait_online(&self.device)?;
            // Long enough for the moment to last until this thread runs, on a busy machine too.
            let latency = Duration::from_millis(self.random.between(40, 120));
            self.device.link.delay(latency);
            let done = match kind {
                CutKind::Clean(moment) => self.cut_clean(own, others, moment, ends)?,
                CutKind::InsideStanza { direction, bytes } => self.cut_inside_stanza(direction, bytes, ends)?,
                CutKind::HalfOpen(direction) => self.half_open(own, others, direction)?,
                CutKind::InsideLogin { direction, bytes } => {
                    self.cut_inside_login(own, others, direction, bytes, ends)?
                }
            };
            let latency = Duration::from_millis(self.random.below(15));
            self.device.link.delay(latency);
            if done || self.world.over.load(Ordering::SeqCst) {
                return Ok(());
            }
            self.device.link.disarm();
        }
        Err(format!("{}: {kind:?} never found its moment", self.device.settings.name))
    }

    fn cut_clean(&mut self, own: u64, others: u64, moment: Moment, ends: Cut) -> Result<bool, String> {
        let before = self.device.link.traffic();
        let link = |traffic: &Traffic| traffic.live && traffic.connection == before.connection;
        if !before.live {
            return Ok(false);
        }
        if matches!(moment, Moment::Leaving | Moment::Acknowledging) {
            self.hear(others)?;
            self.murmur(own)?;
        } else {
            self.murmur(own)?;
            self.hear(others)?;
        }
        let come = self.device.link.wait(MOMENT, |now| {
            !link(now) || {
                let (up, down) = (now.forwarded_up - before.forwarded_up, now.forwarded_down - before.forwarded_down);
                match moment {
                    Moment::Leaving => up + now.queued_up >= own * STANZA && now.queued_up > 0,
                    Moment::Acknowledging => up >= own * STANZA && now.queued_up == 0,
                    Moment::Arriving => down + now.queued_down >= STANZA && now.queued_down > 0,
                    Moment::Arrived => down >= others * STANZA && now.queued_down == 0,
                }
            }
        });
        if !come.is_some_and(|now| link(&now)) {
            return Ok(false);
        }
        let Some(record) = self.device.link.cut(ends) else { return Ok(false) };
        self.device.network_changed()?;
        let in_flight = record.undelivered_down > 0
            || (record.forwarded_down > before.forwarded_down && record.forwarded_up == before.forwarded_up);
        self.count(in_flight, |_| ());
        Ok(true)
    }

    fn cut_inside_stanza(&mut self, direction: Direction, bytes: u64, ends: Cut) -> Result<bool, String> {
        let cuts = self.device.link.traffic().cuts;
        if !self.device.link.arm(Trigger { direction, bytes, cut: ends }) {
            return Ok(false);
        }
        let text = words::long(&mut self.random);
        let (sender, number) = match direction {
            Direction::Up => (Arc::clone(&self.device), self.device.say(&text)?),
            Direction::Down => {
                let other = self.other();
                let number = other.say(&text)?;
                (other, number)
            }
        };
        let Some(_) = self.device.link.wait(MOMENT, |now| now.cuts > cuts || !now.live).filter(|now| now.cuts > cuts)
        else {
            return Ok(false);
        };
        // The rest of the long message was held back, so neither end can have it: if this device shows it as received
        // or sent, the bytes were another's and the cut fell elsewhere.
        let label = format!("{} #{number} ", sender.settings.name);
        let undone = !self.device.known().timeline.messages().any(|message| {
            message.body.starts_with(&label) && (message.state == "sent" || message.state == "received")
        });
        self.device.network_changed()?;
        self.count(undone, |tally| tally.inside_stanza += u64::from(undone));
        Ok(true)
    }

    fn half_open(&mut self, own: u64, others: u64, direction: Option<Direction>) -> Result<bool, String> {
        let sessions = self.device.known().sessions.len();
        self.murmur(own)?;
        let record = match direction {
            Some(direction) => self.device.link.swallow(direction),
            None => self.device.link.cut(Cut { client: End::Silent, server: End::Silent }),
        };
        let Some(record) = record else { return Ok(false) };
        // What is said now goes into the void, too.
        self.murmur(1)?;
        self.hear(others)?;
        self.device.network_changed()?;
        self.count(record.undelivered_down > 0, |tally| tally.half_open += 1);
        let back = self.device.wait(RETURN, |known| (known.sessions.len() > sessions || !known.alive).then_some(()));
        back.map(|()| true).ok_or_else(|| format!("{} never left a half-open link", self.device.settings.name))
    }

    fn cut_inside_login(
        &mut self,
        own: u64,
        others: u64,
        direction: Direction,
        bytes: u64,
        ends: Cut,
    ) -> Result<bool, String> {
        let sessions = self.device.known().sessions.len();
        self.murmur(own)?;
        self.device.link.arm_next(Trigger { direction, bytes, cut: ends });
        let Some(record) = self.device.link.cut(ends) else { return Ok(false) };
        let cuts = self.device.link.traffic().cuts;
        self.device.network_changed()?;
        self.count(record.undelivered_down > 0, |_| ());
        self.hear(others)?;
        let until = Instant::now() + RETURN;
        while self.device.link.traffic().cuts == cuts {
            // The first attempt may have met a restarting server.
            self.world.wait_online_or(&self.device, |known| known.sessions.len() > sessions)?;
            let cut = self.device.link.wait(Duration::from_millis(500), |now| now.cuts > cuts);
            if cut.is_none() && (self.device.known().sessions.len() > sessions || Instant::now() > until) {
                return Ok(false);
            }
        }
        self.device.network_changed()?;
        let pending = self.device.known().pending() > 0;
        self.world.wait_online(&self.device)?;
        // One session since the first cut: so the connection that was cut never had one.
        let inside = self.device.known().sessions.len() == sessions + 1;
        self.world.note(|tally| {
            tally.cuts += 1;
            tally.hits += u64::from(pending);
            tally.inside_login += u64::from(inside);
        });
        Ok(true)
    }

    /// Counts a cut, after the device has been told of it: what it still holds as unsent then was unacknowledged.
    fn count(&self, in_flight: bool, more: impl FnOnce(&mut Tally)) {
        let hit = in_flight || self.device.known().pending() > 0;
        self.world.note(|tally| {
            tally.cuts += 1;
            tally.hits += u64::from(hit);
            more(tally);
        });
    }

    fn sleep(&mut self, others: u64) -> Result<(), String> {
        self.world.wait_online(&self.device)?;
        self.device.obey("suspend")?;
        self.hear(others)?;
        self.device.obey("resume")
    }

    /// Wakes the second process on this device's store, and brings the app back whatever became of it.
    fn wake(&mut self, app: App, others: u64, end: WakeEnd) -> Result<(), String> {
        self.world.wait_online(&self.device)?;
        match app {
            App::Alive => {}
            App::Suspended => self.device.obey("suspend")?,
            App::Killed => self.device.kill()?,
        }
        self.hear(others)?;
        let name = self.device.settings.name;
        let fault = if let WakeEnd::Fault(point, after) = end { Some((point, after)) } else { None };
        let woken = Extension::wake(&self.device, fault)?;
        let Some(mut extension) = woken else {
            let refused = app == App::Alive;
            self.world.note(|tally| tally.wakes_refused += u64::from(refused));
            return if refused {
                Ok(())
            } else {
                Err(format!("{name}: nobody was there, and the extension went away"))
            };
        };
        if app == App::Alive {
            return Err(format!("{name}: the extension works beside the app"));
        }
        let back = |lane: &mut Self| match app {
            App::Killed => lane.device.start(lane.world.start(&mut lane.random)),
            App::Alive | App::Suspended => lane.device.obey("resume"),
        };
        match end {
            WakeEnd::Done => {
                extension.work(WORK)?;
                extension.quit()?;
            }
            WakeEnd::Overtaken(after) => {
                extension.work(Duration::from_millis(after))?;
                back(self)?;
                extension.overtaken()?;
                self.world.note(|tally| tally.wakes_overtaken += 1);
                return Ok(());
            }
            WakeEnd::Killed(after) => {
                extension.work(Duration::from_millis(after))?;
                extension.kill()?;
            }
            WakeEnd::Fault(..) => {
                extension.dies(WORK)?;
            }
        }
        self.world.note(|tally| tally.wakes += 1);
        back(self)
    }

    fn kill(
        &mut self,
        own: u64,
        others: u64,
        point: Option<FaultPoint>,
        after: u64,
        reboot: bool,
    ) -> Result<(), String> {
        self.world.wait_online(&self.device)?;
        let struck = match point {
            None => {
                self.hear(others)?;
                self.murmur(own)?;
                self.device.kill()?;
                None
            }
            Some(point) => self.kill_at(own, others, point, after)?,
        };
        self.world.note(|tally| tally.kill(struck));
        let start = Start { reboot, ..self.world.start(&mut self.random) };
        self.device.start(start)
    }

    /// Restarts the device with a fault planted, and makes traffic until it strikes.
    fn kill_at(&mut self, own: u64, others: u64, point: FaultPoint, after: u64) -> Result<Option<FaultPoint>, String> {
        self.device.quit()?;
        let start = Start { fault: Some((point, after)), ..self.world.start(&mut self.random) };
        self.device.start(start)?;
        self.hear(others)?;
        self.murmur(own)?;
        let until = Instant::now() + FAULT;
        while self.device.known().alive {
            if Instant::now() > until {
                // Counted as a kill by the clock.
                self.device.kill()?;
                return Ok(None);
            }
            self.world.wait_online_or(&self.device, |_| false)?;
            if self.device.wait(Duration::from_millis(500), |known| (!known.alive).then_some(())).is_none() {
                self.hear(1)?;
            }
        }
        self.device.reap()?;
        Ok(Some(point))
    }
}
