//! Archives that break the stream, garble what they give, or give what nobody asked for.

use jid::Jid;
use linnet_messenger::fault::Violation;
use linnet_messenger::view::item::{Connection, GapState};
use linnet_messenger::wire::{Element, ns};
use linnet_tests::fake_server::archive::Archived;
use linnet_tests::fake_server::whim::Whim;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use super::{BOB, Gaps, fill, old, seed};
use crate::on_fake;

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

/// An archive with more in it than goes round, and a message in doubt; then it answers as it likes.
fn with_whim(whim: Whim, fresh: bool, scenario: impl Fn(&FakeWorld, Device<'_>, Device<'_>)) {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for number in 0..10 {
            bob.say(alice, &format!("before {number}"));
        }
        // Until it has said where they stand: whoever tells another order is believed.
        world.advance(600_000);
        if fresh {
            alice.kill();
            world.server().switches.archive_whim = Some(whim);
            let other = world.any().phone("other", "alice");
            world.advance(1_000);
            scenario(world, other, bob);
        } else {
            world.server().switches.archive_whim = Some(whim);
            scenario(world, alice, bob);
        }
    });
}

fn queries(world: &FakeWorld, hours: u64) -> u32 {
    let before = world.server().counts.archive_queries;
    world.advance(hours * 3_600_000);
    world.server().counts.archive_queries - before
}

#[test]
fn an_archive_that_leads_nowhere_is_asked_less_and_less() {
    for whim in [Whim::Empty, Whim::Round, Whim::Forgets, Whim::Anything] {
        for fresh in [false, true] {
            with_whim(whim, fresh, |world, alice, bob| {
                // Named by the server, and in no page.
                world.inject(
                    alice.id,
                    "<message from='bob@linnet.test/x' to='alice@linnet.test' id='l1' type='chat'><body>live</body>\
                     <stanza-id xmlns='urn:xmpp:sid:0' by='alice@linnet.test' id='in no page'/></message>",
                );
                bob.say(alice, "and in some");
                fill(alice, BOB);
                let first = queries(world, 1);
                assert!(first < 600, "{whim:?} {fresh}: {first} in the first hour");
                queries(world, 12);
                let later = queries(world, 12);
                assert!(later < 1_000, "{whim:?} {fresh}: {later} in twelve hours, a day later");
                assert_eq!(alice.account().connection, Connection::Online, "{whim:?} {fresh}");
                assert!(alice.gaps(BOB).iter().all(|gap| gap.1 != GapState::Loading), "{whim:?} {fresh}");
            });
        }
    }
}

#[test]
fn once_it_answers_again_all_is_there() {
    for whim in [Whim::Empty, Whim::Round, Whim::Forgets, Whim::Anything] {
        with_whim(whim, false, |world, alice, bob| {
            for number in 0..4 {
                bob.say(alice, &format!("live {number}"));
                alice.cut();
                world.advance(120_000);
                alice.say(bob, &format!("mine {number}"));
                world.advance(60_000);
            }
            world.server().switches.archive_whim = None;
            world.advance(3 * 3_600_000);
            bob.say(alice, "and on");
            world.settle();
            let mut expected: Vec<String> = (0..10).map(|number| format!("before {number}")).collect();
            expected.extend((0..4).flat_map(|number| [format!("live {number}"), format!("mine {number}")]));
            expected.push("and on".to_owned());
            assert_eq!(alice.bodies(bob), expected, "{whim:?}");
            assert_eq!(bob.bodies(alice), expected, "{whim:?}: nothing is sent twice");
        });
    }
}

#[test]
fn two_messages_under_one_id_are_a_violation() {
    on_fake(|world| {
        let ids = seed(world, 10, 5);
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!(alice.bodies_all(BOB), old(0..10));
        alice.kill();
        world.restart_server();
        let (one, other) = {
            let server = world.server();
            let rows = &server.archive(&address("alice")).rows;
            (rows[9].clone(), Archived { message: rows[8].message.clone(), ..rows[9].clone() })
        };
        world.server_acts(|server| server.archive_late(&address("alice"), (10, other.clone())));
        assert_eq!(one.id, ids[9]);
        alice.start();
        world.settle();
        assert_eq!(alice.bodies_all(BOB), old(0..10));
        assert!(world.violations().contains(&Violation::ArchiveResultMalformed), "{:?}", world.violations());
    });
}

/// A page may hold what memory should not: what is left out of it is asked for again.
#[test]
fn texts_that_are_too_much_for_a_page_are_read_all_the_same() {
    on_fake(|world| {
        world.quiet();
        let large = |number: usize| format!("{number:02} {}", "x".repeat(1_000_000));
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "before");
        world.settle();
        alice.kill();
        world.restart_server();
        let (from, to) = (Jid::new("bob@linnet.test/other").unwrap(), Jid::from(address("alice")));
        for number in 0..6 {
            let message = Element::new("message", ns::CLIENT)
                .with("type", "chat")
                .with("id", number.to_string())
                .child(Element::new("body", ns::CLIENT).text(large(number)));
            let now = world.server().now();
            world.server().archive_by_hand(&address("alice"), &from, &to, message, now);
        }
        let in_order = |device: Device<'_>| {
            let begins = |text: &String| text.chars().take(2).collect::<String>();
            assert_eq!(
                device.bodies_all(BOB).iter().map(begins).collect::<Vec<_>>(),
                ["be", "00", "01", "02", "03", "04", "05"]
            );
            assert_eq!(world.count(device.id, "SELECT count(*) FROM message WHERE length(body) = 1000003"), 6);
        };
        alice.start();
        world.settle();
        in_order(alice);
        // A fresh device reads from the other end.
        let other = world.any().phone("other", "alice");
        world.settle();
        in_order(other);
        assert_eq!(world.violations(), []);
        assert!(world.server().counts.archive_results > 14, "what was left out came again");
    });
}
