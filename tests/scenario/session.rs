//! The stream: login, resumption, loss, back-off.

use linnet_messenger::command::{Command, Receipt, Secret};
use linnet_messenger::effect::SessionKind;
use linnet_messenger::fault::{CommandError, Violation};
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
mod login;
mod resumption;
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
