//! Another session with this one's name (RFC 6120 4.9.3.3).

use linnet_messenger::command::Command;
use linnet_messenger::view::item::{Connection, LoginFailure};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::World;

use super::{numbered, state, talk};
use crate::on_fake;

fn conflict(world: &FakeWorld) {
    world.server_acts(|server| server.throw_out(&address("alice"), "conflict"));
    world.settle();
}

#[test]
fn a_late_try_of_our_own_costs_a_new_session_and_no_message() {
    on_fake(|world| {
        // With Bind 2 the server makes the name, of what the device calls itself.
        world.server().switches.sasl2 = false;
        let (alice, bob) = world.any().friends("alice", "bob");
        let before = world.server().resources(&address("alice"));
        talk(alice, bob, "a", 3);
        talk(bob, alice, "b", 3);
        // What is under way on both sides may have been sent to the other session.
        conflict(world);
        talk(alice, bob, "more a", 3);
        talk(bob, alice, "more b", 3);
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        let after = world.server().resources(&address("alice"));
        assert_eq!(after.len(), 1);
        assert_ne!(after, before, "another name than the one that was taken");
        for bodies in [alice.bodies(bob), bob.bodies(alice)] {
            for prefix in ["a", "b", "more a", "more b"] {
                let said: Vec<String> =
                    bodies.iter().filter(|body| body.trim_end_matches(char::is_numeric) == prefix).cloned().collect();
                assert_eq!(said, numbered(prefix, 3));
            }
        }
    });
}

#[test]
fn a_conflict_again_and_again_is_told_and_no_war_begins() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let before = world.server().counts.bound;
        conflict(world);
        conflict(world);
        assert_eq!(state(alice), Connection::Online);
        conflict(world);
        assert_eq!(state(alice), Connection::Failed { reason: LoginFailure::Replaced });
        assert_eq!(world.server().counts.bound, before + 2);
        world.advance(3_600_000);
        assert_eq!(world.server().counts.bound, before + 2);
        alice.order(Command::SetAccountEnabled { account: world.account(alice.id), enabled: true });
        world.settle();
        assert_eq!(state(alice), Connection::Online, "the user may take the place back");
        conflict(world);
        assert_eq!(state(alice), Connection::Online, "and the count begins anew");
    });
}

#[test]
fn conflicts_far_apart_are_no_war() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        for _ in 0..6 {
            world.advance(120_000);
            world.settle();
            conflict(world);
            assert_eq!(state(alice), Connection::Online);
        }
    });
}

#[test]
fn our_own_new_session_is_no_conflict() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        // The server still believes in the old connection when the rebooted device binds its resource again.
        world.half_open(alice.id);
        alice.kill();
        world.reboot(alice.id);
        alice.start();
        bob.say(alice, "hi");
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        assert_eq!(alice.bodies(bob), ["hi"]);
    });
}
