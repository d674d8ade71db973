//! What the server is told of the app, and how long either side may be silent.

use linnet_messenger::command::Command;
use linnet_messenger::view::item::{Connection, MessageState, SendFailure, TimelineItem};
use linnet_tests::fake_world::address;
use linnet_tests::world::World;

use super::{state, talk};
use crate::on_fake;

#[test]
fn the_server_knows_whether_the_app_is_in_front() {
    for sasl2 in [true, false] {
        on_fake(|world| {
            world.server().switches.sasl2 = sasl2;
            let (alice, bob) = world.any().friends("alice", "bob");
            let jid = address("alice");
            let active = || world.server().is_active(&jid).unwrap();
            assert!(active());
            assert_eq!(world.server().counts.client_states, 0, "that goes without saying");
            for front in [false, false, true, false] {
                alice.order(Command::SetActive { active: front });
                world.settle();
                assert_eq!(active(), front);
            }
            assert_eq!(world.server().counts.client_states, 3);
            // Not a stanza: had anybody counted it, the next acknowledgements would be wrong.
            talk(alice, bob, "a", 3);
            talk(bob, alice, "b", 3);
            world.settle();
            alice.cut();
            world.settle();
            assert!(!active(), "a resumed stream is told again");
            assert_eq!(world.server().counts.client_states, 4);
            world.restart_server();
            world.settle();
            assert!(!active(), "a new session begins in the background");
            let told = if sasl2 { 4 } else { 5 };
            assert_eq!(world.server().counts.client_states, told, "with SASL2 as part of the binding");
            assert_eq!(alice.bodies(bob).len(), 6);
        });
    }
}

#[test]
fn a_server_that_does_not_care_is_told_nothing() {
    on_fake(|world| {
        world.server().switches.client_state = false;
        let alice = world.any().device("alice");
        world.settle();
        alice.order(Command::SetActive { active: false });
        alice.cut();
        world.settle();
        assert_eq!(state(alice), Connection::Online);
    });
}

#[test]
fn who_comes_back_to_a_dead_link_does_not_wait_for_it() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.order(Command::SetActive { active: false });
        world.settle();
        world.half_open(alice.id);
        bob.say(alice, "hi");
        world.advance(60_000);
        alice.order(Command::SetActive { active: true });
        world.wait_for("the message", 10_000, || alice.bodies(bob) == ["hi"]);
    });
}

#[test]
fn who_comes_back_does_not_wait_for_the_next_try() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        alice.order(Command::SetActive { active: false });
        world.stop_server();
        world.advance(3_600_000);
        assert!(matches!(state(alice), Connection::Waiting { .. }), "{:?}", state(alice));
        world.start_server();
        alice.order(Command::SetActive { active: true });
        world.wait_for("the session", 5_000, || state(alice) == Connection::Online);
    });
}

#[test]
fn a_silent_link_costs_few_pings_in_the_end() {
    on_fake(|world| {
        world.server().switches.limits = Some((10_000, 840));
        let alice = world.any().device("alice");
        world.settle();
        world.advance(6 * 3_600_000);
        let before = world.server().counts.asked;
        world.advance(3_600_000);
        let pings = world.server().counts.asked - before;
        assert!((4..=5).contains(&pings), "{pings} pings an hour");
        assert_eq!(state(alice), Connection::Online);
    });
}

#[test]
fn what_the_server_would_not_take_is_not_sent() {
    for sasl2 in [true, false] {
        on_fake(|world| {
            world.server().switches.sasl2 = sasl2;
            world.server().switches.limits = Some((10_000, 840));
            let (alice, bob) = world.any().friends("alice", "bob");
            let before = world.sign_ins(alice.id).len();
            alice.say(bob, "a");
            alice.say(bob, &"x".repeat(10_000));
            alice.say(bob, "b");
            world.settle();
            let states: Vec<MessageState> = alice
                .timeline(bob)
                .iter()
                .filter_map(|item| if let TimelineItem::Message(message) = item { Some(message.state) } else { None })
                .collect();
            let failed = MessageState::Failed { reason: SendFailure::TooLarge };
            assert_eq!(states.iter().filter(|state| **state == failed).count(), 1, "{states:?}");
            assert_eq!(bob.bodies(alice), ["a", "b"]);
            assert_eq!(world.sign_ins(alice.id).len(), before, "the stream lives on");
        });
    }
}
