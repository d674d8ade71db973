//! Streams that the server ends, each with its consequence.

use linnet_messenger::view::item::{Connection, WaitReason};
use linnet_tests::fake_world::address;
use linnet_tests::world::World;

use super::state;
use crate::on_fake;

#[test]
fn who_broke_a_rule_waits_before_coming_back() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        world.server_acts(|server| server.throw_out(&address("alice"), "policy-violation"));
        world.advance(55_000);
        assert!(matches!(state(alice), Connection::Waiting { reason: WaitReason::ServerError, .. }));
        world.settle();
        assert_eq!(state(alice), Connection::Online);
    });
}

#[test]
fn a_server_that_starts_anew_is_asked_for_its_features_again() {
    on_fake(|world| {
        world.server().switches.sasl2 = true;
        let alice = world.any().device("alice");
        world.settle();
        for (condition, pipelined) in [("system-shutdown", true), ("reset", false), ("connection-timeout", true)] {
            world.server_acts(|server| server.throw_out(&address("alice"), condition));
            world.settle();
            assert_eq!(state(alice), Connection::Online);
            assert_eq!(world.sign_ins(alice.id).pop().unwrap().1.pipelined, pipelined, "{condition}");
        }
    });
}

#[test]
fn another_host_is_tried_once() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let place = |nth: usize| {
            let target = world.targets(alice.id)[nth].clone();
            assert_eq!(target.domain, "linnet.test", "whose certificate it must be does not change");
            target.redirect.map(|redirect| (redirect.host, redirect.port))
        };
        let count = || world.targets(alice.id).len();
        let tried = count();
        world.server_acts(|server| server.send_elsewhere(&address("alice"), "node2.linnet.test:5322"));
        bob.say(alice, "hi");
        world.settle();
        assert_eq!(count(), tried + 1);
        assert_eq!(place(tried), Some(("node2.linnet.test".to_owned(), Some(5_322))));
        assert_eq!(alice.bodies(bob), ["hi"]);
        // That one sends us on: back to what DNS says.
        world.server_acts(|server| server.send_elsewhere(&address("alice"), "[2001:db8::7]"));
        world.settle();
        assert_eq!(count(), tried + 2);
        assert_eq!(place(tried + 1), None);
        assert_eq!(state(alice), Connection::Online);
        world.server_acts(|server| server.send_elsewhere(&address("alice"), "https://linnet.test/"));
        world.settle();
        assert_eq!(place(tried + 2), None, "that is no host");
    });
}

#[test]
fn two_hosts_that_send_us_to_each_other_are_no_hot_loop() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let before = world.targets(alice.id).len();
        for _ in 0..3_600 {
            world.advance(1_000);
            world.server_acts(|server| server.send_elsewhere(&address("alice"), "node2.linnet.test"));
        }
        let tries = world.targets(alice.id).len() - before;
        assert!((5..60).contains(&tries), "{tries} in an hour");
        world.settle();
        assert_eq!(state(alice), Connection::Online);
    });
}
