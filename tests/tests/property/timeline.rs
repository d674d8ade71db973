//! Whatever way an archive reaches a device (in pages of any size, with any part of it live, twice or not at all, with
//! deaths and cuts between, its gaps filled in any order) the timeline is the archive.

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
    let flags = (any::<bool>(), any::<bool>());
    (0_usize..3, flags, naming, 0_u8..4, pause).prop_map(|(peer, (by_us, copied), naming, word, pause)| Said {
        peer,
        by_us: by_us || peer == 2,
        copied,
        // A note to self is archived twice; only a modern client tells the copies from two notes.
        naming: if peer == 2 { Naming::Modern } else { naming },
        word,
        pause,
    })
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

/// A stanza with its sender and recipient.
fn stanza(said: Said, number: usize) -> (Jid, Jid, Element) {
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
        .with_some("id", id.as_deref())
        .child(Element::new("body", ns::CLIENT).text(format!("word {}", said.word)));
    if matches!(said.naming, Naming::Modern) {
        message = message.child(Element::new("origin-id", ns::STANZA_ID).with_some("id", id));
    }
    (from, to, message)
}

/// What a chat should show: the archive, with the two copies of a note to self as one.
fn archived(world: &FakeWorld, peer: &str) -> Vec<String> {
    let own = address("alice");
    let server = world.server();
    let mut notes = std::collections::BTreeSet::new();
    server
        .archive(&own)
        .rows
        .iter()
        .filter(|row| {
            let other = if row.from.to_bare() == own { row.to.to_bare() } else { row.from.to_bare() };
            other.as_str() == peer
        })
        .filter(|row| peer != own.as_str() || notes.insert(row.message.attribute("id").map(str::to_owned)))
        .map(|row| format!("{}: {}", row.from.node().map(ToString::to_string).unwrap_or_default(), row.body()))
        .collect()
}

fn shown(device: Device<'_>, peer: &str) -> Vec<String> {
    device.scroll_to_beginning(peer);
    let timeline = device.timeline(peer);
    picture::messages(&timeline)
        .map(|message| format!("{}: {}", message.sender.split('@').next().unwrap_or_default(), message.body))
        .collect()
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
    let keep = |said: Said, number: usize, time: i64| {
        let (from, to, message) = stanza(said, number);
        let id = world.server().archive_by_hand(&own, &from, &to, message.clone(), time);
        if said.peer == 2 {
            world.server().archive_by_hand(&own, &from, &to, message, time);
        }
        id
    };
    for (number, said) in plan.before.iter().enumerate() {
        time += i64::from(said.pause);
        keep(*said, number, time);
    }
    let alice = world.any().device("alice");
    world.advance(plan.seed % 3_000);
    for (number, said) in plan.live.iter().enumerate() {
        world.advance(u64::from(said.pause));
        if said.by_us {
            // From another device of hers: what is not copied is not delivered here.
            let now = world.server_acts(|server| server.now());
            let id = keep(*said, 1_000 + number, now);
            if said.copied {
                let (.., message) = stanza(*said, 1_000 + number);
                world.server_acts(|server| server.copies(&own, &message, &id));
            }
        } else {
            let (.., message) = stanza(*said, 1_000 + number);
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
        for peer in PEERS.into_iter().filter(|peer| !archived(&world, peer).is_empty()) {
            device.chat(peer);
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
