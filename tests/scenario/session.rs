//! The stream: login, resumption, loss, back-off.

use linnet_messenger::command::{Command, Secret};
use linnet_messenger::fault::Violation;
use linnet_messenger::input::Input;
use linnet_messenger::view::item::{Connection, LoginFailure, Missing, WaitReason};
use linnet_tests::fake_server::scram::{Lie, Mechanism};
use linnet_tests::fake_world::{Death, FakeWorld, address};
use linnet_tests::world::{Device, World};

use crate::on_fake;

mod client_state;
mod conflict;
mod enable;
mod fast;
mod stream_error;

fn numbered(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix}{number}")).collect()
}

/// Says `count` numbered texts and lets them arrive.
fn talk(from: Device<'_>, to: Device<'_>, prefix: &str, count: usize) {
    for text in numbered(prefix, count) {
        from.say(to, &text);
    }
}

fn state(device: Device<'_>) -> Connection {
    device.account().connection
}

#[test]
fn signing_in_ends_online_and_says_what_is_missing() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        assert!(matches!(state(alice), Connection::Connecting));
        assert!(!alice.account().signed_in);
        world.settle();
        let account = alice.account();
        assert_eq!(account.connection, Connection::Online);
        assert!(account.signed_in);
        assert_eq!(account.missing, []);
        assert_eq!(account.archiving, Some(true));
    });
}

#[test]
fn a_server_without_anything_works_and_says_so() {
    on_fake(|world| {
        {
            let mut server = world.server();
            server.switches.archive = false;
            server.switches.stream_management = false;
        }
        let (alice, bob) = world.any().friends("alice", "bob");
        assert_eq!(alice.account().missing, [Missing::Archive, Missing::StreamManagement]);
        assert_eq!(alice.account().archiving, None);
        talk(alice, bob, "a", 5);
        talk(bob, alice, "b", 5);
        world.settle();
        assert_eq!(bob.bodies(alice).len(), 10);
        assert_eq!(alice.bodies(bob).len(), 10);
        alice.sees("nobody@linnet.test", "");
    });
}

#[test]
fn every_mechanism_signs_in() {
    for mechanism in [
        Mechanism::Sha1,
        Mechanism::Sha256,
        Mechanism::Sha512,
        Mechanism::Sha1Plus,
        Mechanism::Sha256Plus,
        Mechanism::Sha512Plus,
    ] {
        on_fake(|world| {
            world.server().switches.mechanisms = vec![mechanism, Mechanism::Plain];
            let alice = world.any().device("alice");
            world.settle();
            assert_eq!(state(alice), Connection::Online, "{mechanism:?}");
        });
    }
}

#[test]
fn a_wrong_password_fails_until_it_is_corrected() {
    on_fake(|world| {
        world.server().register(&address("alice"), &FakeWorld::password("alice"));
        let id = world.add_device_with("alice", "alice", "guess");
        let alice = Device { world, id };
        world.settle();
        assert_eq!(state(alice), Connection::Failed { reason: LoginFailure::WrongPassword });
        assert!(!alice.account().signed_in);
        world.advance(24 * 3_600_000);
        assert_eq!(world.server().counts.login_failed, 1, "a wrong password is not tried again");
        alice.order(Command::AddAccount {
            address: address("alice").to_string(),
            password: Secret::new(FakeWorld::password("alice")),
            server: None,
            proxy: None,
        });
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        assert!(alice.account().signed_in);
        assert_eq!(world.accounts(id).len(), 1);
    });
}

#[test]
fn a_password_changed_elsewhere_is_told() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        world.server().register(&address("alice"), "changed");
        world.restart_server();
        world.settle();
        assert_eq!(state(alice), Connection::Failed { reason: LoginFailure::WrongPassword });
        assert!(alice.account().signed_in, "the chats stay in reach");
        let set = |password: &str| {
            let account = world.account(alice.id);
            alice.order(Command::SetPassword { account, password: Secret::new(password) });
            world.settle();
        };
        set("guessed");
        assert_eq!(state(alice), Connection::Failed { reason: LoginFailure::WrongPassword });
        set("changed");
        assert_eq!(state(alice), Connection::Online);
        assert_eq!(world.accounts(alice.id).len(), 1);
        set("guessed");
        assert_eq!(
            state(alice),
            Connection::Failed { reason: LoginFailure::WrongPassword },
            "what was kept of the password before is gone with it"
        );
        set("changed");
        alice.kill();
        alice.start();
        world.settle();
        assert_eq!(state(alice), Connection::Online, "the new password is kept");
    });
}

#[test]
fn a_refused_account_is_told() {
    on_fake(|world| {
        let jid = address("alice");
        world.server().register(&jid, &FakeWorld::password("alice"));
        world.server().refuse(&jid, Some("account-disabled"));
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!(state(alice), Connection::Failed { reason: LoginFailure::AccountRefused });
    });
}

#[test]
fn a_passing_failure_of_the_server_is_waited_out() {
    on_fake(|world| {
        let jid = address("alice");
        world.server().register(&jid, &FakeWorld::password("alice"));
        world.server().refuse(&jid, Some("temporary-auth-failure"));
        let alice = world.any().device("alice");
        world.advance(60_000);
        assert!(!matches!(state(alice), Connection::Failed { .. }), "{:?}", state(alice));
        world.server().refuse(&jid, None);
        world.settle();
        assert_eq!(state(alice), Connection::Online);
    });
}

#[test]
fn a_server_that_does_not_know_the_password_is_found_out() {
    for lie in [Lie::Signature, Lie::NoSignature, Lie::Nonce, Lie::OneIteration, Lie::EndlessIterations, Lie::Lists] {
        on_fake(|world| {
            world.server().lie = Some(lie);
            let alice = world.any().device("alice");
            world.advance(120_000);
            assert!(world.server().signed_in().is_empty(), "{lie:?}: nothing is bound");
            assert!(!alice.account().signed_in);
            match lie {
                Lie::Signature | Lie::NoSignature => {
                    assert_eq!(state(alice), Connection::Failed { reason: LoginFailure::ServerNotProven }, "{lie:?}");
                }
                _ => assert!(!matches!(state(alice), Connection::Online), "{lie:?}"),
            }
        });
    }
}

#[test]
fn after_scram_a_password_is_never_sent_plainly() {
    on_fake(|world| {
        // With a token no password is needed.
        world.server().switches.fast = Vec::new();
        let alice = world.any().device("alice");
        world.settle();
        world.server().switches.mechanisms = vec![Mechanism::Plain];
        world.restart_server();
        world.settle();
        assert_eq!(state(alice), Connection::Failed { reason: LoginFailure::NoSafeMechanism });
    });
}

#[test]
fn without_tls_nothing_is_said() {
    on_fake(|world| {
        world.server().switches.tls = false;
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!(state(alice), Connection::Failed { reason: LoginFailure::NoTls });
    });
}

#[test]
fn a_cut_session_is_resumed_and_nothing_is_lost() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let before = world.server().counts;
        for number in 0..10 {
            alice.say(bob, &format!("a{number}"));
            bob.say(alice, &format!("b{number}"));
            world.advance(30);
            if number % 3 == 0 {
                alice.cut();
            }
        }
        world.settle();
        let after = world.server().counts;
        assert!(after.resumed > before.resumed, "it did resume");
        assert_eq!(after.bound, before.bound, "no new session was needed");
        let of = |prefix: &str, bodies: Vec<String>| bodies.into_iter().filter(|b| b.starts_with(prefix)).collect();
        for bodies in [alice.bodies(bob), bob.bodies(alice)] {
            let (a, b): (Vec<String>, Vec<String>) = (of("a", bodies.clone()), of("b", bodies));
            assert_eq!((a, b), (numbered("a", 10), numbered("b", 10)));
        }
    });
}

#[test]
fn a_dead_connection_is_noticed_and_nothing_is_lost() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.half_open(alice.id);
        talk(alice, bob, "a", 3);
        talk(bob, alice, "b", 3);
        world.advance(180_000);
        world.settle();
        assert_eq!(bob.bodies(alice).len(), 6);
        assert_eq!(alice.bodies(bob).len(), 6);
    });
}

#[test]
fn a_dead_connection_is_noticed_without_a_word_said() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.half_open(alice.id);
        world.advance(600_000);
        bob.say(alice, "still there?");
        world.settle();
        assert_eq!(alice.bodies(bob), ["still there?"]);
    });
}

#[test]
fn a_new_network_path_is_probed_at_once() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.half_open(alice.id);
        alice.say(bob, "from the new network");
        world.tell(alice.id, Input::NetworkChanged);
        world.advance(15_000);
        assert_eq!(bob.bodies(alice), ["from the new network"], "not only when the long probe fails");
    });
}

/// Dies at the first, second, third … stanza of a conversation, at each of the three moments.
#[test]
fn killed_between_receive_commit_and_acknowledgement() {
    for death in [Death::Received, Death::Committed, Death::Acknowledged] {
        on_fake(|world| {
            let (alice, bob) = world.any().friends("alice", "bob");
            let mut deaths = 0;
            for number in 0..12_u32 {
                world.doom(bob.id, death, 1 + number % 3);
                alice.say(bob, &format!("a{number}"));
                if world.is_running(bob.id) {
                    bob.say(alice, &format!("b{number}"));
                } else {
                    deaths += 1;
                    bob.start();
                    bob.say(alice, &format!("b{number}"));
                }
                world.advance(200);
            }
            if !world.is_running(bob.id) {
                bob.start();
            }
            world.doom(bob.id, death, u32::MAX);
            world.settle();
            assert!(deaths > 0, "{death:?} never struck");
            let order = |bodies: Vec<String>, prefix: &str| -> Vec<String> {
                bodies.into_iter().filter(|body| body.starts_with(prefix)).collect()
            };
            for (who, bodies) in [("alice", alice.bodies(bob)), ("bob", bob.bodies(alice))] {
                assert_eq!(order(bodies.clone(), "a"), numbered("a", 12), "{who} after {death:?}\n{}", world.trace());
                assert_eq!(order(bodies, "b"), numbered("b", 12), "{who} after {death:?}\n{}", world.trace());
            }
        });
    }
}

#[test]
fn a_killed_process_resumes_its_session() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let before = world.server().counts;
        alice.kill();
        bob.say(alice, "while you were dead");
        world.advance(5_000);
        alice.start();
        world.settle();
        let after = world.server().counts;
        assert_eq!((after.resumed, after.bound), (before.resumed + 1, before.bound));
        assert_eq!(alice.bodies(bob), ["while you were dead"]);
    });
}

#[test]
fn after_a_reboot_no_session_is_resumed() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let before = world.server().counts;
        alice.say(bob, "before");
        alice.kill();
        world.reboot(alice.id);
        bob.say(alice, "meanwhile");
        alice.start();
        alice.say(bob, "after");
        world.settle();
        let after = world.server().counts;
        assert_eq!((after.resumed, after.resume_failed), (before.resumed, before.resume_failed), "not even tried");
        assert_eq!(after.bound, before.bound + 1);
        assert_eq!(bob.bodies(alice).len(), 3);
        assert_eq!(alice.bodies(bob).len(), 3);
        assert_eq!(state(alice), Connection::Online, "deadlines of the old boot hold nothing up");
    });
}

#[test]
fn a_restored_store_does_not_resume_and_misses_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "first");
        world.settle();
        let copy = world.backup(alice.id);
        alice.say(bob, "second");
        world.settle();
        bob.say(alice, "third");
        world.settle();
        alice.kill();
        world.restore(alice.id, &copy);
        let before = world.server().counts;
        alice.start();
        world.settle();
        let after = world.server().counts;
        assert_eq!((after.resumed, after.resume_failed), (before.resumed, before.resume_failed), "not even tried");
        assert_eq!(alice.bodies(bob), ["first", "second", "third"]);
        assert_eq!(bob.bodies(alice), ["first", "second", "third"]);
    });
}

#[test]
fn a_failed_resumption_with_h_and_without() {
    for with_h in [true, false] {
        on_fake(|world| {
            world.server().switches.failed_with_h = with_h;
            world.server().switches.hibernation = 30_000;
            let (alice, bob) = world.any().friends("alice", "bob");
            talk(alice, bob, "a", 3);
            world.advance(100);
            alice.goes_offline();
            alice.say(bob, "a3");
            talk(bob, alice, "b", 3);
            world.advance(120_000);
            let before = world.server().counts;
            alice.comes_online();
            world.settle();
            let after = world.server().counts;
            assert_eq!(after.resume_failed, before.resume_failed + 1, "one try, then a fresh session");
            assert_eq!(bob.bodies(alice).iter().filter(|b| b.starts_with('a')).count(), 4, "h: {with_h}");
            assert_eq!(alice.bodies(bob).iter().filter(|b| b.starts_with('b')).count(), 3, "h: {with_h}");
        });
    }
}

#[test]
fn without_resumption_every_cut_is_a_reset_that_loses_nothing() {
    on_fake(|world| {
        world.server().switches.resumption = false;
        let (alice, bob) = world.any().friends("alice", "bob");
        for number in 0..10 {
            alice.say(bob, &format!("a{number}"));
            bob.say(alice, &format!("b{number}"));
            world.advance(40);
            alice.cut();
        }
        world.settle();
        for bodies in [alice.bodies(bob), bob.bodies(alice)] {
            let a: Vec<String> = bodies.iter().filter(|b| b.starts_with('a')).cloned().collect();
            let b: Vec<String> = bodies.iter().filter(|b| b.starts_with('b')).cloned().collect();
            assert_eq!((a, b), (numbered("a", 10), numbered("b", 10)));
        }
    });
}

#[test]
fn without_stream_management_a_cut_loses_and_doubles_nothing() {
    on_fake(|world| {
        world.server().switches.stream_management = false;
        let (alice, bob) = world.any().friends("alice", "bob");
        for number in 0..10 {
            alice.say(bob, &format!("a{number}"));
            bob.say(alice, &format!("b{number}"));
            world.advance(60);
            if number % 2 == 0 {
                alice.cut();
            }
        }
        world.settle();
        for bodies in [alice.bodies(bob), bob.bodies(alice)] {
            let a: Vec<String> = bodies.iter().filter(|b| b.starts_with('a')).cloned().collect();
            let b: Vec<String> = bodies.iter().filter(|b| b.starts_with('b')).cloned().collect();
            assert_eq!((a, b), (numbered("a", 10), numbered("b", 10)));
        }
    });
}

#[test]
fn a_server_that_throws_out_after_each_login_is_not_stormed() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let before = world.server().counts;
        for _ in 0..3_600 {
            world.advance(1_000);
            world.server_acts(|server| server.throw_out(&address("alice"), "internal-server-error"));
        }
        let after = world.server().counts;
        let sessions = after.bound + after.resumed - before.bound - before.resumed;
        assert!((5..60).contains(&sessions), "{sessions} sessions in an hour");
        assert!(matches!(state(alice), Connection::Waiting { reason: WaitReason::ServerError, .. }));
        world.settle();
        assert_eq!(state(alice), Connection::Online);
    });
}

#[test]
fn an_unreachable_server_is_tried_with_growing_pauses() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.stop_server();
        alice.say(bob, "later");
        world.advance(3 * 3_600_000);
        assert!(matches!(state(alice), Connection::Waiting { .. } | Connection::Connecting));
        world.start_server();
        world.advance(310_000);
        world.settle();
        assert_eq!(bob.bodies(alice), ["later"]);
    });
}

#[test]
fn a_server_that_falls_silent_in_the_login_is_given_up() {
    on_fake(|world| {
        for delay in [150, 250, 350, 450, 600, 800] {
            let name = format!("user{delay}");
            let device = world.any().device(&name);
            world.advance(delay);
            world.half_open(device.id);
            world.advance(100_000);
            world.settle();
            assert_eq!(state(device), Connection::Online, "silent after {delay} ms");
        }
    });
}

#[test]
fn cut_anywhere_in_the_login_it_comes_online() {
    on_fake(|world| {
        for delay in (20..1_500).step_by(90) {
            let device = world.any().device(&format!("user{delay}"));
            world.advance(delay);
            device.cut();
            world.settle();
            assert_eq!(state(device), Connection::Online, "cut after {delay} ms");
        }
        world.forgive();
    });
}

#[test]
fn a_login_that_breaks_is_a_violation_and_tried_again() {
    on_fake(|world| {
        world.server().switches.login_breaks = true;
        let alice = world.any().device("alice");
        world.advance(20_000);
        assert!(!world.violations().is_empty());
        assert!(world.violations().iter().all(|violation| *violation == Violation::LoginBroken));
        assert!(matches!(state(alice), Connection::Waiting { .. } | Connection::Connecting), "{:?}", state(alice));
        world.server().switches.login_breaks = false;
        world.settle();
        assert_eq!(state(alice), Connection::Online);
    });
}

#[test]
fn too_high_an_acknowledgement_is_a_violation() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.server_acts(|server| server.write_raw(&address("alice"), "<a xmlns='urn:xmpp:sm:3' h='4000'/>"));
        world.settle();
        assert_eq!(world.violations(), [Violation::AckTooHigh]);
        alice.say(bob, "all the same");
        world.settle();
        assert_eq!(bob.bodies(alice), ["all the same"]);
    });
}

#[test]
fn an_unknown_nonza_is_a_violation_and_the_stream_lives() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let before = world.server().counts;
        world.server_acts(|server| server.write_raw(&address("alice"), "<wave xmlns='urn:example:greeting'/>"));
        bob.say(alice, "hi");
        world.settle();
        assert_eq!(world.violations(), [Violation::UnknownNonza]);
        assert_eq!(world.server().counts.resumed, before.resumed);
        assert_eq!(alice.bodies(bob), ["hi"]);
    });
}

#[test]
fn bytes_that_are_no_xml_end_the_session_and_nothing_else() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "before");
        world.settle();
        let before = world.server().counts;
        world.server_acts(|server| server.write_raw(&address("alice"), "<a></b>"));
        bob.say(alice, "after");
        alice.say(bob, "mine");
        world.settle();
        let after = world.server().counts;
        assert_eq!(after.bound, before.bound + 1, "no resumption into the same bytes");
        assert_eq!(alice.bodies(bob).len(), 3);
        assert_eq!(bob.bodies(alice).len(), 3);
    });
}

#[test]
fn a_suspended_device_resumes_its_session() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let before = world.server().counts;
        world.tell(alice.id, Input::Suspend);
        assert_eq!(state(alice), Connection::Off);
        world.advance(60_000);
        assert_eq!(world.server().hibernating(&address("alice")), 1, "the server keeps the session");
        bob.say(alice, "while asleep");
        world.advance(60_000);
        world.tell(alice.id, Input::Resume);
        world.settle();
        let after = world.server().counts;
        assert_eq!((after.resumed, after.bound), (before.resumed + 1, before.bound));
        assert_eq!(alice.bodies(bob), ["while asleep"]);
    });
}

#[test]
fn a_disabled_account_stays_off_until_it_is_enabled() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let account = world.account(alice.id);
        alice.order(Command::SetAccountEnabled { account, enabled: false });
        alice.say(bob, "not now");
        bob.say(alice, "hello?");
        world.advance(3_600_000);
        assert_eq!(state(alice), Connection::Off);
        assert!(!alice.account().enabled);
        assert_eq!(bob.bodies(alice), ["hello?"]);
        alice.kill();
        alice.start();
        world.advance(60_000);
        assert_eq!(state(alice), Connection::Off);
        alice.order(Command::SetAccountEnabled { account, enabled: true });
        world.settle();
        assert_eq!(bob.bodies(alice), ["hello?", "not now"]);
        assert_eq!(alice.bodies(bob), ["hello?", "not now"]);
    });
}

#[test]
fn a_removed_account_leaves_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        talk(alice, bob, "a", 3);
        world.settle();
        alice.order(Command::RemoveAccount { account: world.account(alice.id) });
        world.advance(60_000);
        assert!(world.accounts(alice.id).is_empty());
        assert!(world.chat_list(alice.id).is_empty());
        for table in ["account", "chat", "message", "message_key", "job", "contact", "tombstone", "unacknowledged"] {
            assert_eq!(world.count(alice.id, &format!("SELECT count(*) FROM {table}")), 0, "{table}");
        }
        assert!(!world.server().signed_in().iter().any(|jid| jid.to_bare() == address("alice")), "signed out");
    });
}
