//! Servers whose archive lacks something, is switched off, or fails.

use linnet_messenger::command::Command;
use linnet_messenger::view::item::{Connection, Missing};
use linnet_tests::fake_server::archive::Archiving;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::World;

use crate::on_fake;

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
