//! The server's archive: catching up, joining, gaps, expiry, what it lacks, what it garbles.

use jid::Jid;
use linnet_messenger::command::Command;
use linnet_messenger::fault::Violation;
use linnet_messenger::input::Input;
use linnet_messenger::view::item::{Connection, GapState, Missing};
use linnet_messenger::wire::{Element, ns};
use linnet_tests::fake_server::archive::Archiving;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::picture;
use linnet_tests::world::{Device, World};

use crate::on_fake;

const DAY: i64 = 86_400_000;

/// Puts `count` messages between alice and bob into alice's archive, a minute apart from `days` days ago on; every
/// third is alice's. Gives their archive ids.
fn seed(world: &FakeWorld, count: usize, days: i64) -> Vec<String> {
    let alice = address("alice");
    world.server().register(&alice, &FakeWorld::password("alice"));
    let start = world.server().now() - days * DAY;
    (0..count)
        .map(|number| {
            let (from, to) = if number % 3 == 0 { ("alice", "bob") } else { ("bob", "alice") };
            let full = Jid::new(&format!("{}/old", address(from))).unwrap();
            let id = format!("old-{number}");
            let message = Element::new("message", ns::CLIENT)
                .with("type", "chat")
                .with("id", &id)
                .child(Element::new("origin-id", ns::STANZA_ID).with("id", id))
                .child(Element::new("body", ns::CLIENT).text(format!("old {number:03}")));
            let stamp = start + i64::try_from(number).unwrap() * 60_000;
            world.server().archive_by_hand(&alice, &full, &Jid::from(address(to)), message, stamp)
        })
        .collect()
}

fn old(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| format!("old {number:03}")).collect()
}

fn fill(device: Device<'_>, with: &str) {
    for (gap, state) in device.gaps(with) {
        if state != GapState::Loading {
            device.order(Command::FillGap { gap });
        }
    }
}

const BOB: &str = "bob@linnet.test";

#[test]
fn catching_up_while_messages_keep_arriving() {
    on_fake(|world| {
        world.server().switches.page_cap = 7;
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "before");
        world.settle();
        alice.kill();
        world.restart_server();
        world.advance(10_000);
        let mut expected = vec!["before".to_owned()];
        for number in 0..40 {
            bob.say(alice, &format!("missed {number:02}"));
            expected.push(format!("missed {number:02}"));
        }
        world.advance(60_000);
        world.latency(100, 200);
        alice.start();
        for number in 0..60 {
            bob.say(alice, &format!("live {number:02}"));
            expected.push(format!("live {number:02}"));
            world.advance(100);
        }
        world.settle();
        assert_eq!(alice.bodies_all(BOB), expected);
        assert!(alice.gaps(bob).is_empty());
    });
}

#[test]
fn own_messages_take_their_place_in_the_archive_once_it_is_known() {
    on_fake(|world| {
        // Slow enough that what bob says is archived before what alice said earlier by her clock.
        world.latency(400, 900);
        let (alice, bob) = world.any().friends("alice", "bob");
        for number in 0..10 {
            alice.say(bob, &format!("a{number}"));
            bob.say(alice, &format!("b{number}"));
            world.advance(300);
        }
        world.settle();
        let server = world.server();
        let archive = |owner: &str| -> Vec<String> {
            server.archive(&address(owner)).rows.iter().map(|row| row.body()).filter(|body| !body.is_empty()).collect()
        };
        let (of_alice, of_bob) = (archive("alice"), archive("bob"));
        drop(server);
        assert_eq!(alice.bodies(bob), of_alice);
        assert_eq!(bob.bodies(alice), of_bob);
    });
}

#[test]
fn a_fresh_device_shows_the_newest_and_fills_the_gap_on_demand() {
    on_fake(|world| {
        world.server().switches.page_cap = 10;
        seed(world, 130, 60);
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!(alice.bodies(BOB), old(120..130), "older than a month is not read unasked");
        assert_eq!(alice.gaps(BOB).len(), 1);
        assert!(picture::of(&alice.timeline(BOB)).starts_with("~~ open ~~"));
        alice.order(Command::ChatOpened { chat: alice.chat(BOB) });
        world.settle();
        assert_eq!(alice.bodies(BOB), old(80..130), "the newest 50 of a chat on sight");
        let before = alice.bodies_all(BOB).len();
        fill(alice, BOB);
        alice.sees_gap(GapState::Loading);
        world.settle();
        assert!(alice.bodies_all(BOB).len() > before);
        for _ in 0..20 {
            fill(alice, BOB);
            world.settle();
        }
        assert_eq!(alice.bodies_all(BOB), old(0..130));
        assert!(alice.gaps(BOB).is_empty(), "the beginning is reached");
    });
}

trait Gaps {
    fn sees_gap(self, state: GapState);
    fn bodies_all(self, with: &str) -> Vec<String>;
}

impl Gaps for Device<'_> {
    fn sees_gap(self, state: GapState) {
        assert_eq!(self.gaps(BOB).iter().map(|gap| gap.1).collect::<Vec<_>>(), [state]);
    }

    fn bodies_all(self, with: &str) -> Vec<String> {
        self.scroll_to_beginning(with);
        self.bodies(with)
    }
}

#[test]
fn a_gap_that_fails_says_so_and_can_be_asked_again() {
    on_fake(|world| {
        world.server().switches.page_cap = 50;
        seed(world, 130, 60);
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!(alice.bodies_all(BOB).len(), 50);
        world.server().archive_errors.push_back("internal-server-error");
        fill(alice, BOB);
        world.settle();
        alice.sees_gap(GapState::Failed);
        assert_eq!(alice.bodies_all(BOB).len(), 50);
        for _ in 0..5 {
            fill(alice, BOB);
            world.settle();
        }
        assert_eq!(alice.bodies_all(BOB), old(0..130));
    });
}

#[test]
fn a_gap_asked_for_offline_fills_when_the_network_is_back() {
    on_fake(|world| {
        seed(world, 80, 60);
        let alice = world.any().device("alice");
        world.settle();
        alice.goes_offline();
        fill(alice, BOB);
        world.settle();
        assert_eq!(alice.bodies_all(BOB).len(), 50);
        alice.comes_online();
        world.settle();
        assert_eq!(alice.bodies_all(BOB), old(0..80));
    });
}

#[test]
fn a_gap_cut_in_the_middle_of_its_page_fills_in_the_end() {
    on_fake(|world| {
        seed(world, 100, 60);
        let alice = world.any().device("alice");
        world.settle();
        fill(alice, BOB);
        world.advance(110);
        alice.cut();
        world.settle();
        fill(alice, BOB);
        world.settle();
        assert_eq!(alice.bodies_all(BOB), old(0..100));
    });
}

#[test]
fn after_a_long_absence_the_newest_come_first_and_nothing_is_missing_in_the_end() {
    on_fake(|world| {
        world.server().switches.page_cap = 1;
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "before");
        world.settle();
        alice.kill();
        world.restart_server();
        world.advance(10_000);
        let texts: Vec<String> = (0..620).map(|number| format!("m{number:03}")).collect();
        for text in &texts {
            bob.say(alice, text);
        }
        world.settle();
        alice.start();
        world.settle();
        let newest = alice.bodies(bob);
        assert_eq!(newest.last(), texts.last());
        for _ in 0..400 {
            if alice.gaps(bob).is_empty() {
                alice.scroll_to_beginning(bob);
                if alice.gaps(bob).is_empty() {
                    break;
                }
            }
            fill(alice, BOB);
            world.settle();
        }
        let expected: Vec<String> = std::iter::once("before".to_owned()).chain(texts).collect();
        assert_eq!(alice.bodies_all(BOB), expected);
    });
}

#[test]
fn an_expired_cursor_falls_back_to_its_time_with_overlap() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for text in ["one", "two", "three"] {
            bob.say(alice, text);
            alice.say(bob, &format!("{text}!"));
        }
        world.settle();
        bob.order(Command::DeleteMessage { message: bob.message(alice, "two") });
        alice.order(Command::DeleteMessage { message: alice.message(bob, "two!") });
        let before = alice.bodies(bob);
        alice.kill();
        bob.kill();
        world.restart_server();
        for owner in ["alice", "bob"] {
            let everything = world.server().archive(&address(owner)).rows.len();
            world.server().expire(&address(owner), everything);
        }
        let seeds = ["late one", "late two"];
        for text in seeds {
            let message = Element::parse(&format!(
                "<message from='bob@linnet.test/other' to='alice@linnet.test' id='{text}' type='chat'>\
                 <body>{text}</body></message>"
            ));
            world.server_acts(|server| server.arrives(&message.unwrap()));
        }
        alice.start();
        bob.start();
        world.settle();
        let expected: Vec<String> = before.into_iter().chain(seeds.map(str::to_owned)).collect();
        assert_eq!(alice.bodies(bob), expected);
        assert_eq!(alice.account().connection, Connection::Online);
    });
}

/// The overlap brings messages again that are already there, and one that was deleted.
#[test]
fn the_overlap_doubles_nothing_and_brings_nothing_deleted_back() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for number in 0..6 {
            bob.say(alice, &format!("b{number}"));
            alice.say(bob, &format!("a{number}"));
        }
        world.settle();
        alice.order(Command::DeleteMessage { message: alice.message(bob, "b2") });
        alice.order(Command::DeleteMessage { message: alice.message(bob, "a3") });
        let before = alice.bodies(bob);
        alice.kill();
        world.restart_server();
        // The newest message vanishes, the others stay: its id is the cursor.
        world.server().forget_newest(&address("alice"), 1);
        bob.say(alice, "new");
        world.advance(60_000);
        alice.start();
        world.settle();
        let expected: Vec<String> = before.into_iter().chain(["new".to_owned()]).collect();
        assert_eq!(alice.bodies(bob), expected);
    });
}

#[test]
fn without_stanza_ids_history_is_read_twice_and_shown_once() {
    on_fake(|world| {
        world.server().switches.stanza_ids = false;
        let (alice, bob) = world.any().friends("alice", "bob");
        assert_eq!(alice.account().missing, [Missing::StanzaIds]);
        let mut expected = Vec::new();
        for number in 0..10 {
            for (from, to, name) in [(alice, bob, "a"), (bob, alice, "b")] {
                from.say(to, &format!("{name}{number}"));
                expected.push(format!("{name}{number}"));
                world.advance(1_000);
            }
        }
        world.settle();
        assert_eq!(alice.bodies(bob), expected);
        alice.kill();
        world.restart_server();
        bob.say(alice, "last");
        world.advance(30_000);
        alice.start();
        world.settle();
        expected.push("last".to_owned());
        assert_eq!(alice.bodies(bob), expected);
        assert_eq!(bob.bodies(alice), expected);
    });
}

#[test]
fn without_an_archive_offline_messages_arrive_and_resets_double_nothing() {
    on_fake(|world| {
        world.server().switches.archive = false;
        let (alice, bob) = world.any().friends("alice", "bob");
        assert_eq!(alice.account().missing, [Missing::Archive]);
        alice.say(bob, "a0");
        world.settle();
        alice.kill();
        world.restart_server();
        for number in 0..5 {
            bob.say(alice, &format!("b{number}"));
        }
        world.settle();
        alice.start();
        alice.say(bob, "a1");
        world.settle();
        for round in 2..8 {
            alice.say(bob, &format!("a{round}"));
            world.advance(45);
            world.restart_server();
        }
        world.settle();
        let of = |bodies: Vec<String>, prefix: &str| -> Vec<String> {
            bodies.into_iter().filter(|body| body.starts_with(prefix)).collect()
        };
        let expected = |prefix: &str, count| (0..count).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>();
        assert_eq!(of(alice.bodies(bob), "b"), expected("b", 5));
        assert_eq!(of(bob.bodies(alice), "a"), expected("a", 8));
        assert_eq!(of(alice.bodies(bob), "a"), expected("a", 8));
        assert!(alice.gaps(bob).is_empty(), "no archive, no gap to fill");
    });
}

#[test]
fn archiving_switched_off_is_read_and_can_be_switched_on() {
    on_fake(|world| {
        let jid = address("alice");
        world.server().register(&jid, &FakeWorld::password("alice"));
        world.server().set_archiving(&jid, Archiving::Never);
        let (alice, bob) = world.any().friends("alice", "bob");
        assert_eq!(alice.account().archiving, Some(false));
        alice.say(bob, "unkept");
        bob.say(alice, "unkept too");
        world.settle();
        assert_eq!(alice.bodies(bob).len(), 2);
        let account = world.account(alice.id);
        alice.order(Command::SetArchiving { account, on: true });
        world.settle();
        assert_eq!(alice.account().archiving, Some(true));
        assert_eq!(world.server().archiving(&jid), Archiving::Always);
        alice.order(Command::SetArchiving { account, on: false });
        world.settle();
        assert_eq!(alice.account().archiving, Some(false));
        assert_eq!(world.server().archiving(&jid), Archiving::Never);
        alice.goes_offline();
        let refused = world.submit(alice.id, Command::SetArchiving { account, on: true });
        assert_eq!(refused, Err(linnet_messenger::fault::CommandError::Offline));
    });
}

#[test]
fn the_choice_of_archiving_outlives_a_lost_stream() {
    on_fake(|world| {
        let jid = address("alice");
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!(world.server().archiving(&jid), Archiving::Always);
        let account = world.account(alice.id);
        alice.order(Command::SetArchiving { account, on: false });
        // Nothing of it has arrived, and the server forgets the session.
        alice.cut();
        world.restart_server();
        world.settle();
        assert_eq!(world.server().archiving(&jid), Archiving::Never);
        assert_eq!(alice.account().archiving, Some(false));
    });
}

#[test]
fn a_first_look_over_a_metered_network_goes_on_when_bytes_cost_nothing() {
    on_fake(|world| {
        world.server().switches.page_cap = 20;
        seed(world, 90, 10);
        let alice = world.any().device("alice");
        world.tell(alice.id, Input::Metered(true));
        world.settle();
        assert_eq!(alice.bodies_all(BOB), old(70..90), "older than three days is not read");
        assert_eq!(alice.gaps(BOB).len(), 1);
        alice.kill();
        alice.start();
        world.tell(alice.id, Input::Metered(true));
        world.settle();
        assert_eq!(alice.bodies_all(BOB).len(), 20);
        world.tell(alice.id, Input::Metered(false));
        world.settle();
        assert_eq!(alice.bodies_all(BOB), old(0..90));
        assert!(alice.gaps(BOB).is_empty());
        let queries = world.server().counts.archive_queries;
        world.tell(alice.id, Input::Metered(true));
        world.tell(alice.id, Input::Metered(false));
        world.advance(60_000);
        assert_eq!(world.server().counts.archive_queries, queries, "it is done once");
    });
}

/// What is said while archiving is off never shows in the archive; it must neither vanish nor be sent for ever.
#[test]
fn unarchived_messages_stay_and_are_not_sent_twice() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for jid in ["alice", "bob"] {
            world.server().set_archiving(&address(jid), Archiving::Never);
        }
        for number in 0..5 {
            alice.say(bob, &format!("a{number}"));
            bob.say(alice, &format!("b{number}"));
            world.advance(500);
        }
        world.settle();
        alice.kill();
        world.restart_server();
        alice.start();
        world.settle();
        world.advance(600_000);
        for bodies in [alice.bodies(bob), bob.bodies(alice)] {
            assert_eq!(bodies.len(), 10, "{bodies:?}");
        }
    });
}

#[test]
fn one_archived_message_that_breaks_the_stream_costs_only_itself() {
    for raw in ["<message><body>&nbsp;</body></message>", "<?php ?>", "<message><body>unclosed</message>"] {
        on_fake(|world| {
            world.server().switches.page_cap = 20;
            let ids = seed(world, 60, 5);
            world.server().poison(&address("alice"), &ids[30], raw);
            let alice = world.any().device("alice");
            // Pages of one message and pauses after each break take their time.
            world.advance(2 * 3_600_000);
            world.settle();
            let seen = alice.bodies_all(BOB);
            let expected: Vec<String> = old(0..30).into_iter().chain(old(31..60)).collect();
            assert_eq!(seen, expected, "{raw}");
            assert!(alice.gaps(BOB).len() <= 1, "a one-message gap at most: {:?}", alice.gaps(BOB));
            let queries = world.server().counts.archive_queries;
            world.advance(24 * 3_600_000);
            world.settle();
            let more = world.server().counts.archive_queries - queries;
            assert!(more < 30, "{more} queries in a day after it is known to be unreadable");
        });
    }
}

#[test]
fn a_missed_message_that_breaks_the_stream_costs_only_itself() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "before");
        world.settle();
        alice.kill();
        world.restart_server();
        world.advance(10_000);
        for number in 0..20 {
            bob.say(alice, &format!("missed {number:02}"));
        }
        world.settle();
        let id = {
            let server = world.server();
            server.archive(&address("alice")).rows.iter().find(|row| row.body() == "missed 07").unwrap().id.clone()
        };
        world.server().poison(&address("alice"), &id, "<message><body>&nbsp;</body></message>");
        alice.start();
        world.advance(2 * 3_600_000);
        world.settle();
        let expected: Vec<String> = std::iter::once("before".to_owned())
            .chain((0..20).filter(|number| *number != 7).map(|number| format!("missed {number:02}")))
            .collect();
        assert_eq!(alice.bodies_all(BOB), expected);
        assert!(alice.gaps(BOB).len() <= 1, "{:?}", alice.gaps(BOB));
        bob.say(alice, "and on");
        world.settle();
        assert_eq!(alice.bodies(bob).last().map(String::as_str), Some("and on"));
    });
}

#[test]
fn an_archived_message_above_the_limits_costs_only_itself() {
    on_fake(|world| {
        let ids = seed(world, 20, 5);
        let huge = format!("<message><body>{}</body></message>", "z".repeat(3 << 20));
        world.server().poison(&address("alice"), &ids[10], &huge);
        let alice = world.any().device("alice");
        world.settle();
        let expected: Vec<String> = old(0..10).into_iter().chain(old(11..20)).collect();
        assert_eq!(alice.bodies_all(BOB), expected);
        assert!(world.violations().contains(&Violation::StanzaTooLarge));
        assert_eq!(alice.account().connection, Connection::Online);
    });
}

#[test]
fn an_archived_message_that_is_odd_costs_only_itself() {
    for raw in [
        "<message xmlns='jabber:client'/>",
        "<presence xmlns='jabber:client' from='bob@linnet.test'/>",
        "<message xmlns='jabber:client' from='@@' to='alice@linnet.test' type='chat'><body>x</body></message>",
        "<message xmlns='jabber:client' from='carol@linnet.test' to='dave@linnet.test'><body>not ours</body></message>",
    ] {
        on_fake(|world| {
            let ids = seed(world, 10, 5);
            world.server().poison(&address("alice"), &ids[4], raw);
            let alice = world.any().device("alice");
            world.settle();
            let expected: Vec<String> = old(0..4).into_iter().chain(old(5..10)).collect();
            assert_eq!(alice.bodies_all(BOB), expected, "{raw}");
            assert_eq!(world.chat_list(alice.id).len(), 1, "nobody else appears: {raw}");
        });
    }
}

#[test]
fn a_clock_wrong_by_years_changes_neither_order_nor_times() {
    for years in [-30, 20] {
        on_fake(|world| {
            let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
            world.skew(alice.id, years * 365 * DAY);
            world.befriend("alice", "bob");
            world.settle();
            for number in 0..5 {
                alice.say(bob, &format!("a{number}"));
                world.advance(2_000);
                bob.say(alice, &format!("b{number}"));
                world.advance(2_000);
            }
            world.settle();
            alice.kill();
            world.restart_server();
            bob.say(alice, "missed");
            world.advance(10_000);
            alice.start();
            world.settle();
            assert_eq!(alice.bodies(bob), bob.bodies(alice), "{years} years");
            assert_eq!(alice.bodies(bob).len(), 11);
            let now = world.server().now();
            for (device, with) in [(alice, bob), (bob, alice)] {
                let timeline = device.timeline(with);
                for message in picture::messages(&timeline) {
                    let off = (now - message.time).abs();
                    assert!(off < 10 * 60_000, "{}: {} is {off} ms off", device.address(), message.body);
                }
            }
            assert!((world.chat_list(alice.id)[0].preview.as_ref().unwrap().time - now).abs() < 10 * 60_000);
        });
    }
}

#[test]
fn a_clock_that_jumps_stalls_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for (number, skew) in [3_600_000, -3_600_000, 10 * 365 * DAY, 0].into_iter().enumerate() {
            world.skew(alice.id, skew);
            alice.cut();
            alice.say(bob, &format!("a{number}"));
            bob.say(alice, &format!("b{number}"));
            world.settle();
        }
        assert_eq!(bob.bodies(alice).len(), 8);
        assert_eq!(alice.bodies(bob).len(), 8);
    });
}

#[test]
fn results_nobody_asked_for_are_a_violation_and_change_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "real");
        world.settle();
        for (from, queryid) in [
            (" from='mallory@evil.test'", "x"),
            (" from='bob@linnet.test'", "y"),
            ("", "z"),
            (" from='alice@linnet.test'", ""),
        ] {
            world.inject(
                alice.id,
                &format!(
                    "<message{from} to='alice@linnet.test'><result xmlns='urn:xmpp:mam:2' queryid='{queryid}' id='evil'>\
                     <forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>\
                     <message xmlns='jabber:client' from='bob@linnet.test' to='alice@linnet.test' type='chat'>\
                     <body>never said</body></message></forwarded></result></message>"
                ),
            );
        }
        world.settle();
        assert_eq!(alice.bodies(bob), ["real"]);
        assert_eq!(world.chat_list(alice.id).len(), 1);
        assert_eq!(world.violations(), [Violation::ArchiveResultUnasked; 4]);
    });
}

#[test]
fn an_archive_that_does_not_answer_holds_nothing_up() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.kill();
        world.restart_server();
        world.settle();
        world.server().switches.archive_silent = true;
        alice.start();
        alice.say(bob, "now");
        world.advance(300_000);
        assert_eq!(bob.bodies(alice), ["now"], "the outbox waits for the archive, but not for ever");
        bob.say(alice, "back");
        world.advance(5_000);
        assert!(alice.bodies(bob).contains(&"back".to_owned()));
        world.server().switches.archive_silent = false;
        world.advance(600_000);
        world.settle();
        assert_eq!(alice.bodies(bob), ["now", "back"]);
        assert_eq!(alice.account().connection, Connection::Online);
    });
}

#[test]
fn an_archive_that_fails_for_a_while_is_asked_again() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.kill();
        world.restart_server();
        for _ in 0..4 {
            world.server().archive_errors.push_back("internal-server-error");
        }
        for number in 0..5 {
            bob.say(alice, &format!("b{number}"));
        }
        world.advance(30_000);
        alice.start();
        world.advance(600_000);
        world.settle();
        assert_eq!(alice.bodies(bob), ["b0", "b1", "b2", "b3", "b4"]);
    });
}

/// The other phone's texts are never delivered here live. What follows them is, and must not hide them.
#[test]
fn what_another_phone_said_is_found_although_later_messages_came_live() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let second = world.any().phone("alice2", "alice");
        world.settle();
        for number in 0..5 {
            second.say(bob, &format!("s{number}"));
            world.settle();
            bob.say(alice, &format!("b{number}"));
            world.settle();
        }
        alice.kill();
        world.restart_server();
        alice.start();
        world.settle();
        let expected: Vec<String> = (0..5).flat_map(|n| [format!("s{n}"), format!("b{n}")]).collect();
        assert_eq!(second.bodies(bob), expected);
        assert_eq!(alice.bodies(bob), expected);
    });
}

/// A client that answers a full JID (RFC 6121 5.1) reaches one phone only; the other finds it in the archive.
#[test]
fn what_was_sent_to_another_phone_alone_is_found() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let second = world.any().phone("alice2", "alice");
        world.settle();
        let phones: Vec<String> = world
            .server()
            .signed_in()
            .into_iter()
            .filter(|jid| jid.to_bare() == address("alice"))
            .map(|jid| jid.to_string())
            .collect();
        assert_eq!(phones.len(), 2);
        for (number, to) in phones.iter().cycle().take(8).enumerate() {
            let message = Element::parse(&format!(
                "<message from='bob@linnet.test/desk' to='{to}' id='locked-{number}' type='chat'><body>l{number}</body>\
                 </message>"
            ));
            world.server_acts(|server| server.arrives(&message.unwrap()));
            world.settle();
            bob.say(alice, &format!("b{number}"));
            world.settle();
        }
        for phone in [alice, second] {
            phone.kill();
        }
        world.restart_server();
        for phone in [alice, second] {
            phone.start();
        }
        world.settle();
        let expected: Vec<String> = (0..8).flat_map(|n| [format!("l{n}"), format!("b{n}")]).collect();
        assert_eq!(alice.bodies(bob), expected);
        assert_eq!(second.bodies(bob), expected);
    });
}

#[test]
fn an_archive_that_never_moves_on_is_a_violation_and_not_asked_for_ever() {
    on_fake(|world| {
        world.server().switches.archive_loops = true;
        seed(world, 10, 2);
        let alice = world.any().device("alice");
        world.advance(3_600_000);
        assert!(world.violations().contains(&Violation::ArchivePageLoops), "{:?}", world.violations());
        let queries = world.server().counts.archive_queries;
        assert!(queries < 200, "{queries} queries in an hour");
        assert_eq!(alice.account().connection, Connection::Online);
        world.server().switches.archive_loops = false;
        alice.kill();
        world.restart_server();
        alice.start();
        world.settle();
        for _ in 0..10 {
            fill(alice, BOB);
            world.settle();
        }
        assert_eq!(alice.bodies_all(BOB), old(0..10));
    });
}

#[test]
fn results_without_a_stamp_are_violations_and_break_nothing() {
    on_fake(|world| {
        world.server().switches.archive_stampless = true;
        seed(world, 5, 2);
        let alice = world.any().device("alice");
        world.settle();
        assert!(world.violations().len() >= 5);
        assert!(world.violations().iter().all(|violation| *violation == Violation::ArchiveResultMalformed));
        assert_eq!(alice.account().connection, Connection::Online);
        world.inject(
            alice.id,
            "<message from='bob@linnet.test/x' to='alice@linnet.test' id='l1' type='chat'><body>live</body></message>",
        );
        world.settle();
        assert_eq!(alice.bodies(BOB), ["live"]);
    });
}

#[test]
fn every_page_size_gives_the_same_history() {
    for cap in [1, 2, 3, 7, 49] {
        on_fake(|world| {
            world.server().switches.page_cap = cap;
            seed(world, 25, 2);
            let alice = world.any().device("alice");
            world.settle();
            assert_eq!(alice.bodies_all(BOB), old(0..25), "pages of {cap}");
            assert!(alice.gaps(BOB).is_empty());
        });
    }
}

#[test]
fn killed_anywhere_in_the_first_catch_up_the_history_is_whole() {
    on_fake(|world| {
        world.server().switches.page_cap = 4;
        seed(world, 30, 2);
        let alice = world.any().device("alice");
        for step in 0..12 {
            world.advance(150 + 170 * step);
            alice.kill();
            alice.start();
        }
        world.settle();
        assert_eq!(alice.bodies_all(BOB), old(0..30));
    });
}
