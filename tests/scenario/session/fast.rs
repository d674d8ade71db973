//! The login that costs one round trip, and all that can be wrong with it.

use linnet_messenger::command::{Command, Secret};
use linnet_messenger::effect::{SessionKind, SignIn};
use linnet_messenger::fault::Violation;
use linnet_messenger::view::item::{Connection, LoginFailure};
use linnet_tests::fake_server::scram::{Lie, Mechanism};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use super::{state, talk};
use crate::on_fake;

const RESUMED: SessionKind = SessionKind::Resumed;
const BOUND: SessionKind = SessionKind::Bound { after_failed_resume: false };
const BOUND_ANEW: SessionKind = SessionKind::Bound { after_failed_resume: true };
const TOKEN: SignIn = SignIn { mechanism: "HT-SHA-256-EXPR", flights: 1, pipelined: true, fast: true };

/// Two friends on a server with SASL2, signed in for the first time.
fn on_sasl2(scenario: impl Fn(&FakeWorld, Device<'_>, Device<'_>)) {
    on_fake(|world| {
        world.server().switches.sasl2 = true;
        let (alice, bob) = world.any().friends("alice", "bob");
        scenario(world, alice, bob);
    });
}

fn last(world: &FakeWorld, device: Device<'_>) -> (SessionKind, SignIn) {
    world.sign_ins(device.id).pop().unwrap()
}

#[test]
fn a_cut_link_costs_one_flight() {
    on_sasl2(|world, alice, bob| {
        let first = SignIn { mechanism: "SCRAM-SHA-256-PLUS", flights: 5, pipelined: false, fast: false };
        assert_eq!(world.sign_ins(alice.id), [(BOUND, first)], "with STARTTLS in two of the flights");
        talk(bob, alice, "a", 3);
        alice.cut();
        talk(bob, alice, "b", 3);
        talk(alice, bob, "c", 3);
        world.settle();
        assert_eq!(last(world, alice), (RESUMED, SignIn { flights: 3, ..TOKEN }), "STARTTLS, and one more");
        assert_eq!(alice.bodies(bob).len(), 9);
        assert_eq!(bob.bodies(alice), alice.bodies(bob));
        let counts = world.server().counts;
        assert_eq!((counts.token_logins, counts.flights, counts.login_failed), (1, 1, 0));
    });
}

#[test]
fn behind_direct_tls_it_is_the_only_one() {
    on_fake(|world| {
        world.server().switches.sasl2 = true;
        let alice = world.any().device("alice");
        let server = linnet_messenger::command::ServerAddress { host: "host".into(), port: 5223, direct_tls: true };
        let password = Secret::new(FakeWorld::password("alice"));
        let address = address("alice").to_string();
        alice.order(Command::AddAccount { address, password, server: Some(server), proxy: None, again: true });
        world.settle();
        let scram = SignIn { mechanism: "SCRAM-SHA-256-PLUS", flights: 3, pipelined: false, fast: false };
        assert_eq!(last(world, alice), (BOUND, scram));
        alice.kill();
        alice.start();
        world.settle();
        assert_eq!(last(world, alice), (RESUMED, TOKEN));
        alice.kill();
        world.restart_server();
        alice.start();
        world.settle();
        assert_eq!(last(world, alice), (BOUND_ANEW, TOKEN), "a lost session costs nothing more");
    });
}

#[test]
fn a_lost_session_loses_nothing() {
    for with_h in [true, false] {
        on_sasl2(|world, alice, bob| {
            world.server().switches.failed_with_h = with_h;
            world.server().switches.hibernation = 1_000;
            alice.goes_offline();
            talk(alice, bob, "a", 3);
            talk(bob, alice, "b", 3);
            world.advance(60_000);
            alice.comes_online();
            world.settle();
            assert_eq!(last(world, alice).0, BOUND_ANEW);
            assert!(last(world, alice).1.fast);
            assert_eq!(alice.bodies(bob).len(), 6);
            assert_eq!(bob.bodies(alice).len(), 6);
        });
    }
}

#[test]
fn a_revoked_token_falls_back_to_keys_on_the_same_connection() {
    on_sasl2(|world, alice, bob| {
        world.server().revoke_tokens(&address("alice"));
        let connections = world.targets(alice.id).len();
        alice.cut();
        bob.say(alice, "hi");
        world.settle();
        let scram = SignIn { mechanism: "SCRAM-SHA-256-PLUS", flights: 5, pipelined: true, fast: false };
        assert_eq!(last(world, alice), (RESUMED, scram), "the session is not lost with the token");
        assert_eq!(world.targets(alice.id).len(), connections + 1);
        assert_eq!(world.server().counts.login_failed, 1);
        assert_eq!(alice.bodies(bob), ["hi"]);
        alice.cut();
        world.settle();
        assert!(last(world, alice).1.fast, "it asked for another one");
    });
}

#[test]
fn tokens_that_change_all_the_time_are_followed() {
    on_sasl2(|world, alice, _| {
        world.server().switches.rotates_tokens = true;
        for _ in 0..5 {
            alice.cut();
            world.settle();
        }
        for _ in 0..5 {
            alice.kill();
            alice.start();
            world.settle();
        }
        let counts = world.server().counts;
        assert_eq!((counts.token_logins, counts.login_failed), (10, 0));
    });
}

#[test]
fn a_lost_answer_with_a_new_token_does_no_harm() {
    on_sasl2(|world, alice, bob| {
        world.server().switches.rotates_tokens = true;
        for round in 0..20_u64 {
            alice.cut();
            // In the middle of the login, and behind it.
            world.advance(40 + 25 * round);
        }
        bob.say(alice, "hi");
        world.settle();
        assert_eq!(alice.bodies(bob), ["hi"]);
        assert_eq!(world.server().counts.login_failed, 0);
    });
}

#[test]
fn a_server_that_gave_sasl2_up_is_met_in_the_ordinary_order() {
    on_sasl2(|world, alice, bob| {
        world.server().switches.sasl2 = false;
        alice.cut();
        bob.say(alice, "hi");
        world.settle();
        let (kind, how) = last(world, alice);
        assert_eq!((kind, how.pipelined, how.fast), (RESUMED, false, false), "and the session is still there");
        assert_eq!(world.server().counts.flights, 1);
        for _ in 0..3 {
            alice.cut();
            world.settle();
        }
        assert_eq!(world.server().counts.flights, 1, "it is remembered");
        world.server().switches.sasl2 = true;
        alice.cut();
        world.settle();
        alice.cut();
        world.settle();
        assert!(last(world, alice).1.pipelined, "until the server says otherwise");
        assert_eq!(alice.bodies(bob), ["hi"]);
    });
}

#[test]
fn a_server_that_ends_streams_that_begin_with_a_login_is_not_asked_again() {
    on_sasl2(|world, alice, _| {
        world.server().switches.flight_breaks = true;
        for _ in 0..5 {
            alice.cut();
            world.settle();
            assert_eq!(state(alice), Connection::Online);
        }
        assert_eq!(world.server().counts.flights, 1);
        let (kind, how) = last(world, alice);
        assert_eq!((kind, how.pipelined, how.fast), (RESUMED, false, true), "the token serves all the same");
        alice.kill();
        alice.start();
        world.settle();
        assert_eq!(world.server().counts.flights, 1, "nor by the next process");
        // What it offers changes: it may have learnt.
        world.server().switches.flight_breaks = false;
        world.server().switches.fast = vec!["HT-SHA-256-EXPR"];
        alice.cut();
        world.settle();
        alice.cut();
        world.settle();
        assert_eq!(last(world, alice), (RESUMED, SignIn { flights: 3, ..TOKEN }));
    });
}

#[test]
fn a_server_that_says_nothing_to_it_is_met_in_the_ordinary_order_in_the_end() {
    on_sasl2(|world, alice, bob| {
        world.server().switches.flight_ignored = true;
        alice.cut();
        bob.say(alice, "hi");
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        assert!(!last(world, alice).1.pipelined);
        assert_eq!(world.server().counts.flights, 2);
        assert_eq!(alice.bodies(bob), ["hi"]);
    });
}

#[test]
fn nobody_waits_for_features_behind_a_resumption() {
    on_sasl2(|world, alice, bob| {
        world.server().switches.features_after_resumption = false;
        alice.cut();
        bob.say(alice, "hi");
        world.settle();
        assert_eq!(last(world, alice).0, RESUMED);
        assert_eq!(alice.bodies(bob), ["hi"]);
        assert_eq!(world.violations(), []);
    });
}

#[test]
fn a_password_changed_elsewhere_needs_the_user() {
    on_sasl2(|world, alice, _| {
        world.server().register(&address("alice"), "changed");
        alice.cut();
        world.settle();
        assert_eq!(state(alice), Connection::Failed { reason: LoginFailure::WrongPassword });
        let tries = world.targets(alice.id).len();
        world.advance(24 * 3_600_000);
        assert_eq!(world.targets(alice.id).len(), tries, "nobody's account gets locked");
        let address = address("alice").to_string();
        alice.order(Command::AddAccount {
            address,
            password: Secret::new("changed"),
            server: None,
            proxy: None,
            again: true,
        });
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        alice.cut();
        world.settle();
        assert!(last(world, alice).1.fast);
    });
}

#[test]
fn a_server_that_leaves_tokens_alive_takes_them() {
    on_sasl2(|world, alice, _| {
        world.server().switches.password_voids_tokens = false;
        world.server().register(&address("alice"), "changed");
        alice.cut();
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        assert!(last(world, alice).1.fast);
    });
}

#[test]
fn the_password_is_not_kept() {
    for sasl2 in [true, false] {
        on_fake(|world| {
            world.server().switches.sasl2 = sasl2;
            world.server().switches.fast = Vec::new();
            let alice = world.any().device("alice");
            world.settle();
            assert_eq!(world.count(alice.id, "SELECT count(*) FROM account WHERE password <> ''"), 0);
            assert_eq!(world.count(alice.id, "SELECT count(*) FROM salted_keys"), 1);
            for _ in 0..2 {
                alice.kill();
                alice.start();
                world.settle();
                assert_eq!(last(world, alice).1.mechanism, "SCRAM-SHA-256-PLUS", "its keys serve the next process");
            }
            // What the keys are not for.
            world.server().switches.mechanisms = vec![Mechanism::Sha1Plus, Mechanism::Sha1];
            alice.cut();
            world.settle();
            assert_eq!(state(alice), Connection::Failed { reason: LoginFailure::WrongPassword });
        });
    }
}

#[test]
fn every_mechanism_signs_in_with_sasl2() {
    for mechanism in [Mechanism::Sha512, Mechanism::Sha512Plus, Mechanism::Sha1, Mechanism::Sha256Plus] {
        on_fake(|world| {
            world.server().switches.sasl2 = true;
            world.server().switches.mechanisms = vec![mechanism, Mechanism::Plain];
            let alice = world.any().device("alice");
            world.settle();
            assert_eq!(last(world, alice).1.mechanism, mechanism.name());
        });
    }
}

#[test]
fn a_server_without_the_token_is_found_out() {
    on_sasl2(|world, alice, _| {
        world.forgive();
        world.server().lie = Some(Lie::Signature);
        alice.cut();
        world.settle();
        // It could not prove that it knows the token, and then not that it knows the password.
        assert_eq!(state(alice), Connection::Failed { reason: LoginFailure::ServerNotProven });
        assert_eq!(world.violations(), [Violation::LoginBroken]);
        assert_eq!(world.server().counts.token_logins, 1);
    });
}

#[test]
fn whoever_changes_the_lists_is_found_out() {
    on_fake(|world| {
        world.server().switches.sasl2 = true;
        world.server().lie = Some(Lie::Lists);
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!(state(alice), Connection::Failed { reason: LoginFailure::ServerNotProven });
    });
}

#[test]
fn a_copy_of_the_database_takes_neither_name_nor_token_along() {
    on_sasl2(|world, alice, bob| {
        alice.kill();
        let copy = world.backup(alice.id);
        alice.start();
        world.settle();
        alice.kill();
        world.restore(alice.id, &copy);
        alice.start();
        world.settle();
        let (kind, how) = last(world, alice);
        assert_eq!((kind, how.fast, how.mechanism), (BOUND, false, "SCRAM-SHA-256-PLUS"));
        bob.say(alice, "hi");
        world.settle();
        assert_eq!(alice.bodies(bob), ["hi"]);
    });
}
