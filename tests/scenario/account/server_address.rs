//! Where an account connects, changed while it is in use: nothing is lost on the way, and nothing of the old place counts
//! at the new one.

use linnet_messenger::command::{Command, ProxyAddress, Receipt, ServerAddress};
use linnet_messenger::effect::SessionKind;
use linnet_messenger::fault::CommandError;
use linnet_messenger::ids::{AccountId, Fingerprint};
use linnet_messenger::input::CertificateProblem;
use linnet_messenger::view::item::{Connection, LoginFailure, WaitReason};
use linnet_tests::fake_server::certificate;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use crate::on_fake;

const REFUSED: Connection = Connection::Failed { reason: LoginFailure::Certificate };

fn at(host: &str, port: u16, direct_tls: bool) -> Option<ServerAddress> {
    Some(ServerAddress { host: host.to_owned(), port, direct_tls })
}

fn elsewhere() -> Option<ServerAddress> {
    at("xmpp.linnet.test", 5_299, true)
}

fn lead(device: Device<'_>, server: Option<ServerAddress>) {
    device.order(Command::SetServer { account: device.account().id, server });
}

fn state(device: Device<'_>) -> Connection {
    device.account().connection
}

/// Where the device connected last.
fn place(world: &FakeWorld, device: Device<'_>) -> Option<ServerAddress> {
    world.target(device.id).and_then(|target| target.server)
}

#[test]
fn another_address_is_taken_at_once_and_kept_until_it_is_taken_back() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!((alice.account().server, place(world, alice)), (None, None));
        let bound = world.server().counts.bound;
        lead(alice, elsewhere());
        assert_eq!(state(alice), Connection::Connecting, "the old connection is left");
        world.settle();
        assert_eq!((alice.account().server, place(world, alice)), (elsewhere(), elsewhere()));
        assert_eq!(state(alice), Connection::Online);
        alice.kill();
        alice.start();
        world.settle();
        assert_eq!((alice.account().server, place(world, alice)), (elsewhere(), elsewhere()));
        lead(alice, None);
        world.settle();
        assert_eq!((alice.account().server, place(world, alice)), (None, None));
        assert_eq!(world.server().counts.bound, bound, "one session all the way");
        let tried = world.connections();
        lead(alice, None);
        world.settle();
        assert_eq!((world.connections(), state(alice)), (tried, Connection::Online), "nothing was changed");
    });
}

#[test]
fn what_is_under_way_is_neither_lost_nor_doubled() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let ways = [elsewhere(), None, at("192.0.2.7", 5_222, false), at("[2001:db8::7]", 5_223, true), None];
        let mut said = Vec::new();
        for (round, server) in ways.into_iter().cycle().take(20).enumerate() {
            let text = format!("{round:02}");
            alice.say(bob, &format!("{text} from alice"));
            bob.say(alice, &format!("{text} from bob"));
            // From before anything has left to after everything has come; in between, also within a login.
            world.advance(round as u64 * 17);
            lead(alice, server);
            alice.say(bob, &format!("{text} again"));
            world.advance(round as u64 * 29);
            said.extend([format!("{text} from alice"), format!("{text} from bob"), format!("{text} again")]);
        }
        world.settle();
        assert_eq!(world.target(alice.id).and_then(|target| target.server), None);
        said.sort();
        for (device, other) in [(alice, bob), (bob, alice)] {
            device.scroll_to_beginning(other);
            let mut seen = device.bodies(other);
            seen.sort();
            assert_eq!(seen, said);
        }
        // Who leaves between <starttls/> and <proceed/> says goodbye, and it may come where TLS was to begin.
        world.server().complaints.retain(|complaint| complaint != "bytes that are no XML stream");
    });
}

#[test]
fn a_wrong_host_is_told_and_the_old_one_can_be_set_again() {
    on_fake(|world| {
        world.unknown_host("typo.linnet.test");
        let (alice, bob) = world.any().friends("alice", "bob");
        let bound = world.server().counts.bound;
        lead(alice, at("typo.linnet.test", 5_222, false));
        let told = |state| matches!(state, Connection::Waiting { reason: WaitReason::ServerNotFound, .. });
        world.wait_for("it is told", 2_000, || told(state(alice)));
        bob.say(alice, "where are you?");
        alice.say(bob, "moving");
        // The pauses between tries have become long.
        world.advance(10 * 60_000);
        assert!(!matches!(state(alice), Connection::Online));
        lead(alice, None);
        world.wait_for("nobody waits for the pause to end", 5_000, || state(alice) == Connection::Online);
        world.settle();
        assert_eq!(alice.bodies(bob).len(), 2);
        assert_eq!(alice.bodies(bob), bob.bodies(alice));
        assert!(world.server().counts.bound <= bound + 1, "it was gone for ten minutes");
    });
}

#[test]
fn what_can_be_no_place_is_refused_and_changes_nothing() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let account = alice.account().id;
        let tried = world.connections();
        for wrong in [at("", 5_222, false), at("linnet.test", 0, true), at("a b", 5_222, false), at("1.2.3", 1, false)]
        {
            let set = Command::SetServer { account, server: wrong.clone() };
            assert_eq!(world.submit(alice.id, set), Err(CommandError::AddressInvalid), "{wrong:?}");
        }
        let stranger = Command::SetServer { account: AccountId(account.0 + 1), server: None };
        assert_eq!(world.submit(alice.id, stranger), Err(CommandError::NotFound));
        world.settle();
        assert_eq!((alice.account().server, world.connections()), (None, tried));
        let letters = at("b\u{fc}cher.example", 5_222, false);
        lead(alice, letters.clone());
        world.settle();
        assert_eq!((place(world, alice), state(alice)), (letters, Connection::Online));
    });
}

#[test]
fn an_account_that_was_refused_tries_again() {
    on_fake(|world| {
        world.server().certificate = certificate(1, Some(CertificateProblem::WrongName));
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!(state(alice), REFUSED);
        assert!(alice.account().certificate.is_some());
        // At the right port there is the right certificate.
        world.server().certificate = certificate(2, None);
        lead(alice, elsewhere());
        assert_eq!(alice.account().certificate, None, "what the old place showed is no longer to be trusted");
        world.settle();
        assert_eq!(state(alice), Connection::Online);

        world.server().refuse(&address("alice"), Some("account-disabled"));
        world.restart_server();
        world.settle();
        assert!(matches!(state(alice), Connection::Failed { .. }));
        world.server().refuse(&address("alice"), None);
        lead(alice, None);
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        world.forgive();
    });
}

#[test]
fn a_pin_holds_at_every_place() {
    on_fake(|world| {
        world.server().certificate = certificate(1, Some(CertificateProblem::UnknownIssuer));
        let alice = world.any().device("alice");
        world.settle();
        let account = alice.account().id;
        alice.order(Command::PinCertificate { account, sha256: Fingerprint([1; 32]) });
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        world.server().certificate = certificate(2, None);
        lead(alice, elsewhere());
        world.settle();
        assert_eq!(state(alice), REFUSED);
        let item = alice.account().certificate.unwrap();
        assert!(item.changed && item.pinned_sha256 == Some(Fingerprint([1; 32]).to_string()));
    });
}

#[test]
fn where_a_server_sent_us_is_forgotten_with_the_server() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        world.server_acts(|server| server.send_elsewhere(&address("alice"), "node2.linnet.test:5322"));
        world.wait_for("it was sent away", 1_000, || matches!(state(alice), Connection::Waiting { .. }));
        lead(alice, elsewhere());
        world.settle();
        let target = world.target(alice.id).unwrap();
        assert_eq!((target.server, target.redirect), (elsewhere(), None));
        assert_eq!(state(alice), Connection::Online);
    });
}

#[test]
fn a_new_place_is_asked_what_it_offers() {
    on_fake(|world| {
        world.server().switches.sasl2 = true;
        let alice = world.any().device("alice");
        world.settle();
        let last = || world.sign_ins(alice.id).pop().unwrap();
        alice.cut();
        world.settle();
        assert!(last().1.pipelined, "what it offers is known");
        lead(alice, elsewhere());
        world.settle();
        let (kind, how) = last();
        assert_eq!(kind, SessionKind::Resumed);
        assert!(!how.pipelined && how.fast, "asked first, and the token is still good: {how:?}");
        alice.cut();
        world.settle();
        assert!(last().1.pipelined, "known again");
    });
}

#[test]
fn behind_a_proxy_it_is_for_the_proxy_to_find() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let tor = Some(ProxyAddress { host: "127.0.0.1".to_owned(), port: 9050 });
        alice.order(Command::SetProxy { account: alice.account().id, proxy: tor.clone() });
        lead(alice, elsewhere());
        world.settle();
        for target in world.targets(alice.id).into_iter().skip(1) {
            assert_eq!(target.proxy, tor, "nothing goes past it");
        }
        assert_eq!(place(world, alice), elsewhere());
    });
}

#[test]
fn who_is_switched_off_or_leaves_stays_so() {
    on_fake(|world| {
        world.server().switches.sasl2 = true;
        let alice = world.any().device("alice");
        world.settle();
        let account = alice.account().id;
        alice.order(Command::SetAccountEnabled { account, enabled: false });
        lead(alice, elsewhere());
        world.settle();
        assert_eq!(state(alice), Connection::Off);
        alice.order(Command::SetAccountEnabled { account, enabled: true });
        world.settle();
        assert_eq!((state(alice), place(world, alice)), (Connection::Online, elsewhere()));
        assert_eq!(world.submit(alice.id, Command::SignOut { account }), Ok(Receipt::Done));
        let set = Command::SetServer { account, server: None };
        assert_eq!(
            world.submit(alice.id, set),
            Err(CommandError::NotNow),
            "its token is taken back where it was given"
        );
        world.advance(11_000);
        assert!(world.accounts(alice.id).is_empty());
    });
}
