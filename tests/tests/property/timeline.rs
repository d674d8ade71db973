//! Whatever way an archive reaches a device (in pages of any size, with any part of it live, twice or not at all, with
//! deaths and cuts between, its gaps filled in any order) the timeline is the archive: corrections in the place of what
//! they correct, receipts and markers as states.

use jid::{BareJid, Jid};
use linnet_messenger::command::Command;
use linnet_messenger::view::item::{GapState, TimelineItem};
use linnet_messenger::wire::{Element, ns};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::picture;
use linnet_tests::world::{Device, World};
use proptest::prelude::*;
use proptest::sample::Index;

const PEERS: [&str; 3] = ["bob@linnet.test", "carol@far.test", "alice@linnet.test"];

/// How a client names its messages.
#[derive(Debug, Clone, Copy)]
enum Naming {
    /// `id` and origin id, both unique.
    Modern,
    /// A unique `id` alone.
    Plain,
    /// One of very few ids, as clients do that count from 1 at every start.
    Reused(u8),
    Nameless,
}

#[derive(Debug, Clone, Copy)]
struct Said {
    peer: usize,
    by_us: bool,
    /// What another device of ours said is copied to this one.
    copied: bool,
    naming: Naming,
    word: u8,
    /// Milliseconds since the one before.
    pause: u32,
    relation: Relation,
}

/// What it says of another one, counted back from the newest that it can be about.
#[derive(Debug, Clone, Copy)]
enum Relation {
    Nothing,
    /// Of the same sender, or, wrongly, of whomever.
    Corrects(u8, bool),
    Receipt(u8),
    Displayed(u8),
}

#[derive(Debug, Clone, Copy)]
enum Trouble {
    Cut,
    Die,
    Reboot,
    RestartServer,
    Drop(u8),
    Duplicate(u8),
    Settle,
    Look,
}

#[derive(Debug, Clone)]
struct Plan {
    seed: u64,
    cap: usize,
    millis: bool,
    /// Said before the device exists, that many days ago.
    before: Vec<Said>,
    days: i64,
    /// Said while it exists.
    live: Vec<Said>,
    troubles: Vec<(Index, Trouble)>,
    fills: Vec<Index>,
}

fn said() -> impl Strategy<Value = Said> {
    let naming = prop_oneof![
        3 => Just(Naming::Modern),
        2 => Just(Naming::Plain),
        2 => (0_u8..3).prop_map(Naming::Reused),
        1 => Just(Naming::Nameless),
    ];
    let pause = prop_oneof![Just(0_u32), 1_u32..3_000, 3_000_u32..900_000];
    let relation = prop_oneof![
        5 => Just(Relation::Nothing),
        3 => (0_u8..4, prop::bool::weighted(0.9)).prop_map(|(back, same)| Relation::Corrects(back, same)),
        1 => (0_u8..6).prop_map(Relation::Receipt),
        1 => (0_u8..6).prop_map(Relation::Displayed),
    ];
    let flags = (any::<bool>(), any::<bool>());
    (0_usize..3, flags, naming, 0_u8..4, pause, relation).prop_map(
        |(peer, (by_us, copied), naming, word, pause, relation)| Said {
            peer,
            by_us: by_us || peer == 2,
            copied,
            // A note to self is archived twice; only a modern client tells the copies from two notes.
            naming: if peer == 2 { Naming::Modern } else { naming },
            word,
            pause,
            relation,
        },
    )
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        Just(Trouble::Cut),
        Just(Trouble::Die),
        Just(Trouble::Reboot),
        Just(Trouble::RestartServer),
        Just(Trouble::Settle),
        Just(Trouble::Look),
        prop_oneof![Just(0_u8), Just(40)].prop_map(Trouble::Drop),
        prop_oneof![Just(0_u8), Just(50)].prop_map(Trouble::Duplicate),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    (
        (any::<u64>(), 1_usize..13, any::<bool>(), prop_oneof![Just(2_i64), Just(45)]),
        prop::collection::vec(said(), 0..60),
        prop::collection::vec(said(), 0..25),
        prop::collection::vec((any::<Index>(), trouble()), 0..8),
        prop::collection::vec(any::<Index>(), 1..20),
    )
        .prop_map(|((seed, cap, millis, days), before, live, troubles, fills)| Plan {
            seed,
            cap,
            millis,
            before,
            days,
            live,
            troubles,
            fills,
        })
}

/// A message that can be meant by another.
#[derive(Debug, Clone)]
struct Meant {
    peer: usize,
    by_us: bool,
    id: String,
    unique: bool,
}

/// The newest but so many that fits.
fn meant(history: &[Meant], back: u8, fits: impl Fn(&Meant) -> bool) -> Option<String> {
    let fitting: Vec<&Meant> = history.iter().rev().filter(|one| fits(one)).collect();
    fitting.get(usize::from(back) % fitting.len().max(1)).map(|one| one.id.clone())
}

/// A stanza with its sender and recipient.
fn stanza(said: Said, number: usize, history: &mut Vec<Meant>) -> (Jid, Jid, Element) {
    let own = Jid::new("alice@linnet.test/elsewhere").unwrap();
    let peer = BareJid::new(PEERS[said.peer]).unwrap();
    let (from, to) = if said.by_us {
        (own, Jid::from(peer))
    } else {
        (Jid::from(peer.with_resource_str("desk").unwrap()), Jid::from(own.to_bare()))
    };
    let id = match said.naming {
        Naming::Modern | Naming::Plain => Some(format!("id-{number}")),
        Naming::Reused(id) => Some(id.to_string()),
        Naming::Nameless => None,
    };
    let mut message = Element::new("message", ns::CLIENT)
        .with("type", "chat")
        .with("from", from.as_str())
        .with("to", to.as_str())
        .with_some("id", id.as_deref());
    let here = |one: &Meant| one.peer == said.peer;
    // Of ids that are used again the newest counts when it is said, which is no law of the archive alone.
    let others = |one: &Meant| here(one) && one.by_us != said.by_us && one.unique;
    let signal = match said.relation {
        Relation::Receipt(back) => meant(history, back, others).map(|id| ("received", ns::RECEIPTS, id)),
        Relation::Displayed(back) => meant(history, back, others).map(|id| ("displayed", ns::MARKERS, id)),
        _ => None,
    };
    if let Some((name, ns, id)) = signal {
        return (from, to, message.child(Element::new(name, ns).with("id", id)));
    }
    message = message.child(Element::new("body", ns::CLIENT).text(format!("word {}", said.word)));
    if matches!(said.naming, Naming::Modern) {
        message = message.child(Element::new("origin-id", ns::STANZA_ID).with_some("id", id.clone()));
    }
    let corrected = match said.relation {
        Relation::Corrects(back, same) => meant(history, back, |one| here(one) && (one.by_us == said.by_us || !same)),
        _ => None,
    };
    if let Some(original) = corrected {
        message = message.child(Element::new("replace", ns::CORRECTION).with("id", original));
    } else if let Some(id) = id {
        let unique = matches!(said.naming, Naming::Modern | Naming::Plain);
        history.push(Meant { peer: said.peer, by_us: said.by_us, id, unique });
    }
    (from, to, message)
}

/// A message as it should be shown.
struct Shown {
    sender: String,
    id: Option<String>,
    own: bool,
    text: String,
    edited: bool,
    delivered: bool,
    read: bool,
}

/// What a chat should show: the archive, with the two copies of a note to self as one, read by the letter.
fn archived(world: &FakeWorld, peer: &str) -> Vec<String> {
    let own = address("alice");
    let server = world.server();
    let mut notes = std::collections::BTreeSet::new();
    let mut shown: Vec<Shown> = Vec::new();
    for row in &server.archive(&own).rows {
        let other = if row.from.to_bare() == own { row.to.to_bare() } else { row.from.to_bare() };
        let id = row.message.attribute("id").map(str::to_owned);
        if other.as_str() != peer || (peer == own.as_str() && !notes.insert(id.clone())) {
            continue;
        }
        let by_us = row.from.to_bare() == own;
        let about = |name: &str, ns: &str| row.message.first(name, ns).and_then(|child| child.attribute("id"));
        if let Some(target) = about("received", ns::RECEIPTS) {
            let newest = shown.iter_mut().rfind(|one| one.own && !by_us && one.id.as_deref() == Some(target));
            newest.into_iter().for_each(|one| one.delivered = true);
            continue;
        }
        if let Some(target) = about("displayed", ns::MARKERS) {
            let newest = shown.iter().rposition(|one| one.own && !by_us && one.id.as_deref() == Some(target));
            newest.into_iter().for_each(|at| shown[..=at].iter_mut().for_each(|one| one.read = true));
            continue;
        }
        let replaced = about("replace", ns::CORRECTION);
        let original = replaced
            .and_then(|target| shown.iter_mut().rfind(|one| one.own == by_us && one.id.as_deref() == Some(target)));
        match original {
            Some(original) => (original.text, original.edited) = (row.body(), true),
            None => shown.push(Shown {
                sender: row.from.node().map(ToString::to_string).unwrap_or_default(),
                // A correction can't be corrected.
                id: id.filter(|_| replaced.is_none()),
                own: by_us,
                text: row.body(),
                edited: false,
                delivered: false,
                read: false,
            }),
        }
    }
    let line = |one: &Shown| {
        let edited = if one.edited { " (edited)" } else { "" };
        let state = match (one.own, one.read, one.delivered) {
            (false, ..) => "",
            (_, true, _) => " ✓✓ read",
            (_, _, true) => " ✓✓",
            _ => " ✓",
        };
        format!("{}: {}{edited}{state}", one.sender, one.text)
    };
    shown.iter().map(line).collect()
}

fn shown(device: Device<'_>, peer: &str) -> Vec<String> {
    device.scroll_to_beginning(peer);
    let messages: Vec<TimelineItem> =
        device.timeline(peer).into_iter().filter(|item| matches!(item, TimelineItem::Message(_))).collect();
    picture::of(&messages).lines().map(str::to_owned).collect()
}

/// Asks for one gap after the other, in an order the plan chooses, until none is left.
fn fill_all(world: &FakeWorld, device: Device<'_>, plan: &Plan) -> Result<(), TestCaseError> {
    for round in 0..200 {
        let mut gaps = Vec::new();
        for chat in world.chat_list(device.id) {
            device.scroll_to_beginning(chat.address.as_str());
            let timeline = world.timeline(device.id, chat.id);
            gaps.extend(timeline.iter().filter_map(|item| match item {
                TimelineItem::Gap(gap) if gap.state != GapState::Loading => Some(gap.id),
                _ => None,
            }));
        }
        if gaps.is_empty() {
            return Ok(());
        }
        let gap = *plan.fills[round % plan.fills.len()].get(&gaps);
        device.order(Command::FillGap { gap });
        world.settle();
    }
    Err(TestCaseError::fail("gaps that are never filled"))
}

fn run(plan: &Plan) -> Result<(), TestCaseError> {
    let world = FakeWorld::new(plan.seed);
    world.quiet();
    let own = address("alice");
    {
        let mut server = world.server();
        server.register(&own, &FakeWorld::password("alice"));
        server.switches.page_cap = plan.cap;
        server.switches.millisecond_stamps = plan.millis;
    }
    let mut time = world.server().now() - plan.days * 86_400_000;
    let mut history = Vec::new();
    let keep = |said: Said, number: usize, time: i64, history: &mut Vec<Meant>| {
        let (from, to, message) = stanza(said, number, history);
        let id = world.server().archive_by_hand(&own, &from, &to, message.clone(), time);
        if said.peer == 2 {
            world.server().archive_by_hand(&own, &from, &to, message.clone(), time);
        }
        (id, message)
    };
    for (number, said) in plan.before.iter().enumerate() {
        time += i64::from(said.pause);
        keep(*said, number, time, &mut history);
    }
    let alice = world.any().device("alice");
    world.advance(plan.seed % 3_000);
    for (number, said) in plan.live.iter().enumerate() {
        world.advance(u64::from(said.pause));
        if said.by_us {
            // From another device of hers: what is not copied is not delivered here.
            let now = world.server_acts(|server| server.now());
            let (id, message) = keep(*said, 1_000 + number, now, &mut history);
            if said.copied {
                world.server_acts(|server| server.copies(&own, &message, &id));
            }
        } else {
            let (.., message) = stanza(*said, 1_000 + number, &mut history);
            world.server_acts(|server| server.arrives(&message));
        }
        for (_, trouble) in plan.troubles.iter().filter(|(at, _)| at.index(plan.live.len()) == number) {
            match trouble {
                Trouble::Cut => alice.cut(),
                Trouble::Die => {
                    alice.kill();
                    alice.start();
                }
                Trouble::Reboot => {
                    alice.kill();
                    world.reboot(alice.id);
                    alice.start();
                }
                Trouble::RestartServer => world.restart_server(),
                Trouble::Drop(percent) => world.server().switches.drop_live = *percent,
                Trouble::Duplicate(percent) => world.server().switches.duplicate_live = *percent,
                Trouble::Settle => world.settle(),
                Trouble::Look => {
                    for chat in world.chat_list(alice.id) {
                        alice.order(Command::ChatOpened { chat: chat.id });
                    }
                }
            }
        }
    }
    // The last look at the archive.
    world.settle();
    alice.kill();
    world.restart_server();
    alice.start();
    let fresh = world.any().phone("fresh", "alice");
    world.settle();
    for device in [alice, fresh] {
        // Whom one has not written with for a month is not on the list of a fresh device; opening the chat shows a gap.
        // Who is a stranger till then is none any more.
        for peer in PEERS.into_iter().filter(|peer| !archived(&world, peer).is_empty()) {
            device.order(Command::StartChat { account: world.account(device.id), address: peer.to_owned() });
        }
        fill_all(&world, device, plan)?;
    }
    for peer in PEERS {
        let expected = archived(&world, peer);
        if !expected.is_empty() {
            prop_assert_eq!(shown(fresh, peer), expected.clone(), "a fresh device, {}", peer);
            prop_assert_eq!(shown(alice, peer), expected, "the device that was there, {}", peer);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::slow_cases(40))]

    #[test]
    fn any_way_an_archive_comes_gives_the_same_timeline(plan in plan()) {
        run(&plan)?;
    }
}
