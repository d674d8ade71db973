//! The login: by which mechanism, and what it says when it fails.

use super::*;

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
            again: true,
        });
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        assert!(alice.account().signed_in);
        assert_eq!(world.accounts(id).len(), 1);
    });
}

#[test]
fn an_account_that_works_is_not_added_again() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let add = |again| {
            let (address, password) = (address("alice").to_string(), Secret::new("slip of a finger"));
            world.submit(alice.id, Command::AddAccount { address, password, server: None, proxy: None, again })
        };
        assert_eq!(add(false), Err(CommandError::AccountKnown));
        alice.goes_offline();
        assert_eq!(add(false), Err(CommandError::AccountKnown), "nothing was said against its password");
        alice.comes_online();
        alice.kill();
        alice.start();
        world.settle();
        assert_eq!(state(alice), Connection::Online, "nothing of it was changed");
        // Meant, it is done; refused, it may be mended.
        let account = alice.account().id;
        assert_eq!(add(true), Ok(Receipt::Account(account)));
        world.settle();
        assert_eq!(state(alice), Connection::Failed { reason: LoginFailure::WrongPassword });
        assert_eq!(add(false), Ok(Receipt::Account(account)));
        let right = Secret::new(FakeWorld::password("alice"));
        alice.order(Command::SetPassword { account, password: right });
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        // And so may one that is switched off.
        alice.order(Command::SetAccountEnabled { account, enabled: false });
        assert_eq!(add(false), Ok(Receipt::Account(account)));
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
        world.advance(3_600_000);
        assert!(matches!(state(alice), Connection::Waiting { reason: WaitReason::Tls, .. }), "{:?}", state(alice));
        let tries = world.targets(alice.id).len();
        assert!((3..60).contains(&tries), "{tries} in an hour");
        // It was the network, say, that took the offer out.
        world.server().switches.tls = true;
        world.settle();
        assert_eq!(state(alice), Connection::Online);
    });
}

/// Before TLS anybody on the way can end the stream, with whatever he likes: it costs time, nothing else.
#[test]
fn what_is_said_before_tls_changes_nothing_that_is_stored() {
    for condition in ["conflict", "reset", "not-authorized", "host-unknown", "policy-violation"] {
        on_fake(|world| {
            world.server().switches.sasl2 = true;
            let (alice, bob) = world.any().friends("alice", "bob");
            bob.say(alice, "before");
            alice.kill();
            alice.start();
            world.settle();
            let before = world.server().resources(&address("alice"));
            world.server().switches.injected = Some(condition);
            alice.cut();
            world.advance(300_000);
            assert!(matches!(state(alice), Connection::Waiting { .. }), "{condition}: {:?}", state(alice));
            world.server().switches.injected = None;
            world.settle();
            assert_eq!(state(alice), Connection::Online, "{condition}");
            let (kind, sign_in) = world.sign_ins(alice.id).pop().unwrap();
            assert_eq!(kind, SessionKind::Resumed, "{condition}: the session is kept");
            assert!(sign_in.fast && sign_in.pipelined, "{condition}: {sign_in:?}");
            assert_eq!(world.server().resources(&address("alice")), before);
        });
    }
}

/// Between the binding and `<enabled/>` nobody reads yet what comes: it is bounded, and a little of it is kept.
#[test]
fn a_flood_before_the_session_ends_the_login() {
    let tree = format!("<message from='mallory@evil.test/x' type='chat'>{}</message>", "<x/>".repeat(60_000));
    let small = "<message from='mallory@evil.test/x' type='chat'/>".to_owned();
    for (stanza, count) in [(tree, 2), (small, 1_500)] {
        on_fake(|world| {
            // SASL2 does it all at once.
            world.server().switches.sasl2 = false;
            let alice = world.any().device("alice");
            world.settle();
            world.server().switches.enable_silent = true;
            world.restart_server();
            alice.cut();
            world.wait_for("the binding", 60_000, || !world.server().signed_in().is_empty());
            world.server_acts(|server| (0..count).for_each(|_| server.write_raw(&address("alice"), &stanza)));
            world.wait_for("the end of it", 2_000, || world.violations().contains(&Violation::LoginBroken));
            assert!(!matches!(state(alice), Connection::Online));
            world.server().switches.enable_silent = false;
            world.settle();
            assert_eq!(state(alice), Connection::Online);
        });
    }
}
