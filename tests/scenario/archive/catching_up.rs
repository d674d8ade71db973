//! Catching up: what was missed, in the archive's order, whatever happens on the way.

use linnet_messenger::command::Command;
use linnet_messenger::input::Input;
use linnet_messenger::view::item::Connection;
use linnet_messenger::wire::Element;
use linnet_tests::fake_server::FakeServer;
use linnet_tests::fake_world::address;
use linnet_tests::picture;
use linnet_tests::world::World;

use super::{BOB, DAY, Gaps, missed, old, seed};
use crate::on_fake;

#[test]
fn catching_up_while_messages_keep_arriving() {
    on_fake(|world| {
        world.server().switches.page_cap = 7;
        let (alice, bob) = world.any().friends("alice", "bob");
        let mut expected = missed(world, alice, bob, 40);
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

/// A link that was dead for a while, or a device that slept: what the server said of its clock is old by then.
#[test]
fn an_answer_about_the_clock_that_was_long_on_its_way_is_asked_for_again() {
    on_fake(|world| {
        for late in [7_000, 50_000] {
            let (alice, bob) = world.any().friends(&format!("alice{late}"), &format!("bob{late}"));
            world.server_acts(|server| server.on_the_way = Some(Vec::new()));
            alice.cut();
            world.advance(late);
            world.server_acts(FakeServer::late_answers_arrive);
            world.advance(500);
            bob.say(alice, "what time is it?");
            world.advance(500);
            let now = world.server().now();
            let off = picture::messages(&alice.timeline(bob)).last().expect("bob's message").time - now;
            assert!(off.abs() < 1_500, "{off} ms off");
        }
    });
}

/// Then times are about right, and the archive's, soon.
#[test]
fn a_link_on_which_every_answer_is_late_is_not_asked_about_the_clock_for_ever() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.server_acts(|server| server.on_the_way = Some(Vec::new()));
        world.skew(alice.id, 3_600_000);
        alice.cut();
        let mut answers = 0;
        for _ in 0..10 {
            world.advance(5_000);
            world.server_acts(|server| {
                answers += server.on_the_way.as_ref().map_or(0, Vec::len);
                server.late_answers_arrive();
                server.on_the_way = Some(Vec::new());
            });
        }
        assert_eq!(answers, 3);
        bob.say(alice, "late");
        world.advance(500);
        let off = picture::messages(&alice.timeline(bob)).last().expect("bob's message").time - world.server().now();
        assert!(off.abs() < 10_000, "{off} ms off");
        world.settle();
        assert_eq!(alice.bodies(bob), ["late"]);
    });
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
