//! What shall happen, drawn from the seed before anything runs.
//!
//! The plan is the same for the same wishes. What the processes make of it is not: they run in real time.

use super::proxy::{Cut, Direction, End};
use super::random::Random;

/// What was asked for on the command line.
#[derive(Debug, Clone)]
pub struct Wishes {
    pub messages: u64,
    pub cuts: u64,
    pub kills: u64,
    /// Seconds; each device's clock is wrong by up to that much, another value at each start.
    pub clock_skew: u64,
    pub seed: u64,
    /// 2: the first device's store has a second process on it now and then.
    pub processes: u64,
}

/// The devices, in the order of [`Plan::lanes`].
pub const DEVICES: [&str; 3] = ["A1", "A2", "B"];

/// How many of 100 ordinary messages each device sends.
const SHARE: [u64; 3] = [40, 20, 40];

/// Everything that shall happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// One list of steps a device.
    pub lanes: [Vec<Step>; 3],
    /// The server is restarted when that many messages have been journalled.
    pub restarts: Vec<u64>,
}

/// One step of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Say so many messages; then go on at once, or only when the server has them all.
    Say { messages: u64, drain: bool },
    /// Cut the link while `own` messages of this device and `others` for it are under way.
    Cut { own: u64, others: u64, kind: CutKind, ends: Cut },
    /// Suspend the device as a phone's system does, while `others` messages for it come; then wake it.
    Sleep { others: u64 },
    /// Wake the second process on the device's store while the app is in this state and `others` messages come.
    Wake { app: App, others: u64, end: WakeEnd },
    /// Kill the process, with the same traffic around; `reboot` changes the boot id, so that the stream must not resume.
    Kill { own: u64, others: u64, point: Option<FaultPoint>, after: u64, reboot: bool },
}

/// What the app does while the extension is woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum App {
    /// It is there: the extension has to go.
    Alive,
    Suspended,
    Killed,
}

/// How the extension's work ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WakeEnd {
    /// By itself, when it is online.
    Done,
    /// The app comes that many milliseconds after it woke.
    Overtaken(u64),
    /// Killed that many milliseconds after it woke.
    Killed(u64),
    /// It kills itself the nth time at this point.
    Fault(FaultPoint, u64),
}

/// Where a cut hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutKind {
    Clean(Moment),
    /// That many bytes into one long message.
    InsideStanza {
        direction: Direction,
        bytes: u64,
    },
    /// Nobody is told; `None` swallows both directions.
    HalfOpen(Option<Direction>),
    /// A clean cut, and the connection after it is cut too, that many bytes into its login.
    InsideLogin {
        direction: Direction,
        bytes: u64,
    },
}

/// What is under way when a clean cut falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The device's messages: the server never gets them.
    Leaving,
    /// The server's answer: it has the messages, the device does not know.
    Acknowledging,
    /// Messages for the device: it never gets them.
    Arriving,
    /// The device's acknowledgement: it has the messages, the server does not know.
    Arrived,
}

/// Where the engine kills its own process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultPoint {
    /// A message was read and not committed.
    Received,
    /// Committed, and not acknowledged.
    Committed,
    /// The acknowledgement has left.
    Acknowledged,
}

impl FaultPoint {
    /// As the driver's option names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Committed => "committed",
            Self::Acknowledged => "acknowledged",
        }
    }
}

impl Plan {
    /// Draws the plan.
    pub fn draw(wishes: &Wishes) -> Self {
        let mut random = Random::new(wishes.seed);
        let mut events = cuts(wishes.cuts, &mut random);
        events.extend(kills(wishes.kills, &mut random));
        events.extend((0..wishes.cuts / 8).map(|_| Step::Sleep { others: random.below(4) }));
        random.shuffle(&mut events);
        let wakes = if wishes.processes > 1 { wakes(wishes.cuts / 4, &mut random) } else { Vec::new() };
        let mut lanes: [Vec<Step>; 3] = Default::default();
        let first = random.below(3) as usize;
        for (at, step) in events.iter().enumerate() {
            if let Some(lane) = lanes.get_mut((first + at) % 3) {
                lane.push(*step);
            }
        }
        let taken: u64 = events.iter().chain(&wakes).map(Step::messages).sum();
        // All on the first device's store, evenly among its other steps.
        if let Some(lane) = lanes.first_mut() {
            let gap = (lane.len() / wakes.len().max(1)).max(1);
            for (number, wake) in wakes.into_iter().enumerate() {
                lane.insert((number * (gap + 1)).min(lane.len()), wake);
            }
        }
        let rest = wishes.messages.saturating_sub(taken);
        let [first, second, third] = &mut lanes;
        let shares = [rest * SHARE[0] / 100, rest * SHARE[1] / 100];
        let shares = [shares[0], shares[1], rest - shares[0] - shares[1]];
        for (lane, share) in [first, second, third].into_iter().zip(shares) {
            spread(lane, share, &mut random);
        }
        Self { lanes, restarts: restarts(wishes, &mut random) }
    }
}

impl Step {
    /// How many messages it is certain to send, those of other devices included.
    pub fn messages(&self) -> u64 {
        match *self {
            Self::Say { messages, .. } => messages,
            Self::Sleep { others } | Self::Wake { others, .. } => others,
            Self::Cut { own, others, .. } | Self::Kill { own, others, .. } => own + others,
        }
    }

    /// How many cuts it makes.
    pub fn cuts(&self) -> u64 {
        match self {
            Self::Cut { kind: CutKind::InsideLogin { .. }, .. } => 2,
            Self::Cut { .. } => 1,
            Self::Say { .. } | Self::Sleep { .. } | Self::Wake { .. } | Self::Kill { .. } => 0,
        }
    }
}

/// A part of `cuts`, in hundredths, but at least one of each kind as soon as there are enough for all.
fn part(cuts: u64, hundredths: u64) -> u64 {
    (cuts * hundredths).div_ceil(100).min(cuts / 6)
}

fn cuts(cuts: u64, random: &mut Random) -> Vec<Step> {
    let (logins, stanzas, half_open) = (part(cuts, 8), part(cuts, 10), part(cuts, 8));
    let clean = cuts - 2 * logins - stanzas - half_open;
    let mut steps = Vec::new();
    let ends = |random: &mut Random| Cut {
        client: random.pick(&[End::Close, End::Reset]),
        server: random.pick(&[End::Close, End::Reset, End::Silent]),
    };
    let direction = |random: &mut Random| random.pick(&[Direction::Up, Direction::Down]);
    for _ in 0..clean {
        let moment = random.pick(&[Moment::Leaving, Moment::Acknowledging, Moment::Arriving, Moment::Arrived]);
        let (own, others) = match moment {
            Moment::Leaving | Moment::Acknowledging => (random.between(1, 4), random.below(3)),
            // Mostly with something of its own under way, too: then the cut is sure to hit.
            Moment::Arriving | Moment::Arrived => (random.below(4).min(2), random.between(1, 4)),
        };
        steps.push(Step::Cut { own, others, kind: CutKind::Clean(moment), ends: ends(random) });
    }
    for _ in 0..stanzas {
        // The first TLS record of a long message holds 16 KiB: beyond it a reader has half a stanza in its hands.
        let (direction, bytes) = (direction(random), random.between(17_000, 34_000));
        let (own, others) = if direction == Direction::Up { (1, 0) } else { (0, 1) };
        steps.push(Step::Cut { own, others, kind: CutKind::InsideStanza { direction, bytes }, ends: ends(random) });
    }
    for _ in 0..half_open {
        let kind = CutKind::HalfOpen(random.pick(&[None, None, Some(Direction::Up), Some(Direction::Down)]));
        let ends = Cut { client: End::Silent, server: End::Silent };
        steps.push(Step::Cut { own: random.between(1, 3), others: random.between(1, 3), kind, ends });
    }
    for _ in 0..logins {
        let direction = direction(random);
        let bytes = random.between(1, if direction == Direction::Up { 1_400 } else { 3_500 });
        let kind = CutKind::InsideLogin { direction, bytes };
        steps.push(Step::Cut { own: random.between(1, 3), others: random.below(3), kind, ends: ends(random) });
    }
    steps
}

fn kills(kills: u64, random: &mut Random) -> Vec<Step> {
    let step = |at: u64, random: &mut Random| {
        let point = match at * 100 / kills.max(1) {
            0..35 => Some(FaultPoint::Received),
            35..65 => Some(FaultPoint::Committed),
            65..75 => Some(FaultPoint::Acknowledged),
            _ => None,
        };
        Step::Kill {
            own: random.between(1, 3),
            others: random.between(1, 3),
            point,
            // Messages are fewer than stanzas.
            after: if point == Some(FaultPoint::Received) { random.between(1, 5) } else { random.between(1, 15) },
            reboot: random.chance(20),
        }
    };
    (0..kills).map(|at| step(at, random)).collect()
}

fn wakes(count: u64, random: &mut Random) -> Vec<Step> {
    let step = |number: u64, random: &mut Random| {
        let app = match number % 5 {
            0 => App::Alive,
            1 | 2 => App::Suspended,
            _ => App::Killed,
        };
        let end = match random.below(6) {
            0 | 1 => WakeEnd::Done,
            2 | 3 => WakeEnd::Overtaken(random.below(600)),
            4 => WakeEnd::Killed(random.below(600)),
            _ => {
                let points = [FaultPoint::Received, FaultPoint::Committed, FaultPoint::Acknowledged];
                WakeEnd::Fault(random.pick(&points), random.between(1, 6))
            }
        };
        Step::Wake { app, others: random.between(1, 5), end }
    };
    (0..count).map(|number| step(number, random)).collect()
}

/// Puts `messages` between the steps, in bursts.
fn spread(lane: &mut Vec<Step>, messages: u64, random: &mut Random) {
    let mut bursts = Vec::new();
    let mut rest = messages;
    while rest > 0 {
        let messages = random.between(1, 8).min(rest);
        bursts.push(Step::Say { messages, drain: random.chance(60) });
        rest -= messages;
    }
    // Each burst goes before a random step, or after all; so the steps keep their order and stand apart unevenly.
    let mut slots: Vec<Vec<Step>> = vec![Vec::new(); lane.len() + 1];
    for burst in bursts {
        let at = random.below(slots.len() as u64) as usize;
        if let Some(slot) = slots.get_mut(at) {
            slot.push(burst);
        }
    }
    let mut slots = slots.into_iter();
    let mut mixed: Vec<Step> = slots.next().unwrap_or_default();
    for (step, slot) in lane.drain(..).zip(slots) {
        mixed.push(step);
        mixed.extend(slot);
    }
    *lane = mixed;
}

fn restarts(wishes: &Wishes, random: &mut Random) -> Vec<u64> {
    let count = if wishes.cuts >= 100 { 6 } else { wishes.cuts.div_ceil(20) };
    let mut at: Vec<u64> =
        (0..count).map(|n| wishes.messages * (5 + n * 85 / count + random.below(85 / count)) / 100).collect();
    at.sort_unstable();
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(seed: u64) -> Wishes {
        Wishes { messages: 2000, cuts: 100, kills: 20, clock_skew: 3600, seed, processes: 1 }
    }

    fn steps(plan: &Plan) -> Vec<Step> {
        plan.lanes.iter().flatten().copied().collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_plan_and_another_seed_another() {
        assert_eq!(Plan::draw(&wishes(7)), Plan::draw(&wishes(7)));
        assert_ne!(Plan::draw(&wishes(7)), Plan::draw(&wishes(8)));
    }

    #[test]
    fn every_plan_holds_what_was_wished_and_more_of_each_kind_than_its_quota() {
        for seed in 0..200 {
            let plan = Plan::draw(&wishes(seed));
            let steps = steps(&plan);
            assert_eq!(steps.iter().map(Step::messages).sum::<u64>(), 2000);
            assert_eq!(steps.iter().map(Step::cuts).sum::<u64>(), 100);
            let count = |wanted: fn(&Step) -> bool| steps.iter().filter(|step| wanted(step)).count();
            assert_eq!(count(|step| matches!(step, Step::Kill { .. })), 20);
            assert!(count(|step| matches!(step, Step::Cut { kind: CutKind::InsideStanza { .. }, .. })) > 5);
            assert!(count(|step| matches!(step, Step::Cut { kind: CutKind::InsideLogin { .. }, .. })) > 5);
            assert!(count(|step| matches!(step, Step::Cut { kind: CutKind::HalfOpen(_), .. })) > 5);
            let between = |step: &Step| {
                matches!(step, Step::Kill { point: Some(FaultPoint::Received | FaultPoint::Committed), .. })
            };
            assert!(steps.iter().filter(|step| between(step)).count() * 10 >= 20 * 4);
            assert!(plan.restarts.len() > 5 && plan.restarts.iter().all(|at| *at < 1900));
        }
    }

    #[test]
    fn small_wishes_are_met_too() {
        for (messages, cuts, kills) in [(0, 0, 0), (5, 0, 0), (30, 1, 1), (50, 6, 2), (100, 10, 3)] {
            let plan = Plan::draw(&Wishes { messages, cuts, kills, clock_skew: 0, seed: 1, processes: 1 });
            let steps = steps(&plan);
            assert!(steps.iter().map(Step::messages).sum::<u64>() >= messages);
            assert_eq!(steps.iter().map(Step::cuts).sum::<u64>(), cuts);
            assert_eq!(steps.iter().filter(|step| matches!(step, Step::Kill { .. })).count() as u64, kills);
        }
    }

    #[test]
    fn a_second_process_wakes_in_every_state_of_the_first_devices_app_only() {
        let plan = Plan::draw(&Wishes { processes: 2, ..wishes(5) });
        assert_eq!(steps(&plan).iter().map(Step::messages).sum::<u64>(), 2000);
        let wakes = |lane: &[Step], app: App| {
            lane.iter().filter(|step| matches!(step, Step::Wake { app: its, .. } if *its == app)).count()
        };
        let [first, second, bob] = &plan.lanes;
        for app in [App::Alive, App::Suspended, App::Killed] {
            assert!(wakes(first, app) >= 5);
            assert_eq!(wakes(second, app) + wakes(bob, app), 0);
        }
        assert_eq!(Plan::draw(&wishes(5)).lanes.iter().flatten().filter(|s| matches!(s, Step::Wake { .. })).count(), 0);
    }

    #[test]
    fn bursts_stand_before_and_after_the_steps_and_all_devices_speak() {
        let plan = Plan::draw(&wishes(3));
        for lane in &plan.lanes {
            let say = |step: &Step| matches!(step, Step::Say { .. });
            assert!(lane.iter().filter(|step| say(step)).count() > 20);
            assert!(lane.iter().any(|step| !say(step)));
        }
    }
}
