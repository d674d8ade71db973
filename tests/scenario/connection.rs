//! The way to the server: certificates that the user looks at and pins, proxies.

use linnet_messenger::command::{Command, ProxyAddress, Secret};
use linnet_messenger::fault::CommandError;
use linnet_messenger::ids::Fingerprint;
use linnet_messenger::input::{CertificateProblem, Input};
use linnet_messenger::view::item::{CertificateItem, Connection, LoginFailure};
use linnet_tests::fake_server::certificate;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World as _};

use crate::on_fake;

const REFUSED: Connection = Connection::Failed { reason: LoginFailure::Certificate };
const DAY: u64 = 24 * 3_600_000;

fn state(device: Device<'_>) -> Connection {
    device.account().connection
}

fn shown(device: Device<'_>) -> CertificateItem {
    device.account().certificate.expect("a certificate should be shown")
}

fn sha256(number: u8) -> String {
    Fingerprint([number; 32]).to_string()
}

fn pin(device: Device<'_>, number: u8) {
    let account = device.account().id;
    device.order(Command::PinCertificate { account, sha256: Fingerprint([number; 32]) });
}

/// A server whose certificate number 1 only its own authority knows, and someone who has pinned it.
fn pinned(world: &FakeWorld) -> Device<'_> {
    world.server().certificate = certificate(1, Some(CertificateProblem::UnknownIssuer));
    let alice = world.any().device("alice");
    world.settle();
    pin(alice, 1);
    world.settle();
    assert_eq!(state(alice), Connection::Online);
    alice
}

/// The server changes its certificate and starts again.
fn shows(world: &FakeWorld, number: u8, problem: Option<CertificateProblem>) {
    world.server().certificate = certificate(number, problem);
    world.restart_server();
    world.settle();
}

#[test]
fn a_certificate_that_is_not_trusted_is_shown_and_nothing_is_sent() {
    on_fake(|world| {
        world.server().certificate = certificate(1, Some(CertificateProblem::WrongName));
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!(state(alice), REFUSED);
        let item = shown(alice);
        assert_eq!((item.sha256.as_str(), item.problem), (sha256(1).as_str(), Some(CertificateProblem::WrongName)));
        assert_eq!((item.pinned_sha256, item.changed), (None, false));
        assert_eq!((item.issuer.as_str(), item.names.as_slice()), ("CN=Authority 1", &["linnet.test".to_owned()][..]));
        assert!(world.server().signed_in().is_empty());

        // Only the user, or another network path, can help.
        world.server().certificate = certificate(2, None);
        world.advance(DAY);
        assert_eq!(state(alice), REFUSED);
        world.tell(alice.id, Input::NetworkChanged);
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        assert_eq!(alice.account().certificate, None, "what was refused is of no interest any more");
    });
}

#[test]
fn a_pinned_certificate_is_accepted_from_then_on_and_no_other() {
    on_fake(|world| {
        let alice = pinned(world);
        let item = shown(alice);
        assert_eq!((item.pinned_sha256, item.changed), (Some(sha256(1)), false));
        alice.kill();
        alice.start();
        world.settle();
        assert_eq!(state(alice), Connection::Online);

        shows(world, 2, Some(CertificateProblem::UnknownIssuer));
        assert_eq!(state(alice), REFUSED);
        let item = shown(alice);
        assert_eq!((item.sha256, item.pinned_sha256, item.changed), (sha256(2), Some(sha256(1)), true));

        // It was a stranger in between: on the next path the right one is there again.
        world.server().certificate = certificate(1, Some(CertificateProblem::UnknownIssuer));
        world.tell(alice.id, Input::NetworkChanged);
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        assert!(!shown(alice).changed);
    });
}

#[test]
fn a_publicly_trusted_certificate_does_not_replace_a_pin() {
    on_fake(|world| {
        let alice = pinned(world);
        shows(world, 2, None);
        assert_eq!(state(alice), REFUSED);
        let item = shown(alice);
        assert_eq!((item.problem, item.changed), (None, true), "the device would trust it, and that is told");
        alice.order(Command::UnpinCertificate { account: alice.account().id });
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        assert_eq!(alice.account().certificate, None);
    });
}

#[test]
fn a_changed_certificate_can_be_pinned_instead() {
    on_fake(|world| {
        let alice = pinned(world);
        shows(world, 2, Some(CertificateProblem::UnknownIssuer));
        pin(alice, 2);
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        assert_eq!((shown(alice).pinned_sha256, shown(alice).changed), (Some(sha256(2)), false));
    });
}

#[test]
fn only_what_was_shown_can_be_pinned() {
    on_fake(|world| {
        world.server().certificate = certificate(1, Some(CertificateProblem::UnknownIssuer));
        let alice = world.any().device("alice");
        world.settle();
        let account = alice.account().id;
        // The server changes while the user looks at the screen.
        world.server().certificate = certificate(2, Some(CertificateProblem::UnknownIssuer));
        world.tell(alice.id, Input::NetworkChanged);
        world.settle();
        let old = Command::PinCertificate { account, sha256: Fingerprint([1; 32]) };
        assert_eq!(world.submit(alice.id, old), Err(CommandError::NotNow));
        assert_eq!(shown(alice).pinned_sha256, None);
        let nobody = linnet_messenger::ids::AccountId(account.0 + 1);
        let stranger = Command::PinCertificate { account: nobody, sha256: Fingerprint([2; 32]) };
        assert_eq!(world.submit(alice.id, stranger), Err(CommandError::NotFound));
        assert_eq!(state(alice), REFUSED);
    });
}

#[test]
fn without_its_pin_a_private_certificate_is_refused_again() {
    on_fake(|world| {
        let alice = pinned(world);
        alice.order(Command::UnpinCertificate { account: alice.account().id });
        world.settle();
        assert_eq!(state(alice), REFUSED);
        assert_eq!((shown(alice).pinned_sha256, shown(alice).changed), (None, false));
    });
}

#[test]
fn a_pinned_certificate_that_ends_is_accepted_and_told() {
    on_fake(|world| {
        let alice = pinned(world);
        shows(world, 1, Some(CertificateProblem::Expired));
        assert_eq!(state(alice), Connection::Online);
        assert_eq!(shown(alice).problem, Some(CertificateProblem::Expired));
    });
}

#[test]
fn a_new_password_does_not_lose_pin_or_proxy() {
    on_fake(|world| {
        let alice = pinned(world);
        let tor = ProxyAddress { host: "127.0.0.1".to_owned(), port: 9050 };
        alice.order(Command::SetProxy { account: alice.account().id, proxy: Some(tor.clone()) });
        alice.order(Command::AddAccount {
            address: address("alice").to_string(),
            password: Secret::new(FakeWorld::password("alice")),
            server: None,
            proxy: None,
            again: true,
        });
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        let target = world.target(alice.id).expect("it has connected");
        assert_eq!((target.proxy, target.pin), (Some(tor), Some(Fingerprint([1; 32]))));
    });
}

#[test]
fn a_proxy_is_taken_at_once_and_kept() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let account = alice.account().id;
        let bound = world.server().counts.bound;
        let tor = ProxyAddress { host: "127.0.0.1".to_owned(), port: 9050 };
        alice.order(Command::SetProxy { account, proxy: Some(tor.clone()) });
        assert_eq!(state(alice), Connection::Connecting, "the straight connection is left");
        world.settle();
        assert_eq!(world.target(alice.id).and_then(|target| target.proxy), Some(tor.clone()));
        assert_eq!(world.server().counts.bound, bound, "the session goes on through the proxy");
        alice.kill();
        alice.start();
        world.settle();
        assert_eq!(world.target(alice.id).and_then(|target| target.proxy), Some(tor.clone()));
        assert_eq!(alice.account().proxy, Some(tor));
        alice.order(Command::SetProxy { account, proxy: None });
        world.settle();
        assert_eq!(world.target(alice.id).and_then(|target| target.proxy), None);

        for (host, port) in [("", 9050), ("127.0.0.1", 0), ("proxy.example.org", 9050)] {
            let wrong = ProxyAddress { host: host.to_owned(), port };
            let set = Command::SetProxy { account, proxy: Some(wrong) };
            assert_eq!(world.submit(alice.id, set), Err(CommandError::AddressInvalid));
        }
    });
}

#[test]
fn a_suspended_device_tries_no_path() {
    on_fake(|world| {
        world.server().certificate = certificate(1, Some(CertificateProblem::UnknownIssuer));
        let alice = world.any().device("alice");
        world.settle();
        world.tell(alice.id, Input::Suspend);
        world.tell(alice.id, Input::NetworkChanged);
        world.advance(DAY);
        assert_eq!(state(alice), Connection::Off);
        world.server().certificate = certificate(1, None);
        world.tell(alice.id, Input::Resume);
        world.settle();
        assert_eq!(state(alice), Connection::Online);
    });
}

#[test]
fn a_switched_off_account_stays_off_with_another_proxy() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let account = alice.account().id;
        alice.order(Command::SetAccountEnabled { account, enabled: false });
        let tor = ProxyAddress { host: "127.0.0.1".to_owned(), port: 9050 };
        alice.order(Command::SetProxy { account, proxy: Some(tor) });
        world.settle();
        assert_eq!(state(alice), Connection::Off);
    });
}

#[test]
fn a_useless_place_is_left_for_the_next_one_at_once() {
    on_fake(|world| {
        world.server().register(&address("alice"), &FakeWorld::password("alice"));
        world.server().switches.login_breaks = true;
        world.alternatives(3);
        world.latency(5, 10);
        let alice = world.any().device("alice");
        // The pauses of a back-off would be three and a half seconds at least.
        world.wait_for("the fourth place", 2_000, || world.connections() == 4);
        world.server().switches.login_breaks = false;
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        world.violations();
    });
}

#[test]
fn a_server_with_endless_places_is_not_a_hot_loop() {
    on_fake(|world| {
        world.server().register(&address("alice"), &FakeWorld::password("alice"));
        world.server().switches.login_breaks = true;
        world.alternatives(u32::MAX);
        let alice = world.any().device("alice");
        world.advance(10 * 60_000);
        assert!(!matches!(state(alice), Connection::Online));
        // Nine a round, and the pauses between rounds double up to five minutes.
        assert!(world.connections() < 9 * 14, "{} connections in ten minutes", world.connections());
        world.violations();
    });
}

#[test]
fn a_bad_certificate_at_one_of_several_places_is_not_the_end() {
    on_fake(|world| {
        world.server().register(&address("alice"), &FakeWorld::password("alice"));
        world.server().certificate = certificate(1, Some(CertificateProblem::Expired));
        world.alternatives(2);
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!(world.connections(), 3);
        assert_eq!(state(alice), REFUSED, "at all of them it is");
        world.server().certificate = certificate(2, None);
        alice.order(Command::SetAccountEnabled { account: alice.account().id, enabled: true });
        world.settle();
        assert_eq!(state(alice), Connection::Online);
    });
}

#[test]
fn a_domain_in_punycode_is_the_same_account_as_in_letters() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        let add = |address: &str| Command::AddAccount {
            address: address.to_owned(),
            password: Secret::new("secret"),
            server: None,
            proxy: None,
            again: true,
        };
        let one = alice.order(add("alice@xn--bcher-kva.example"));
        assert_eq!(alice.order(add("alice@Bücher.example")), one);
        let addresses: Vec<String> = world.accounts(alice.id).into_iter().map(|account| account.address).collect();
        assert_eq!(addresses, ["alice@linnet.test", "alice@bücher.example"]);
        // What goes to XMPP is in letters; the runtime makes punycode of it for DNS and TLS.
        assert_eq!(world.target(alice.id).map(|target| target.domain), Some("bücher.example".to_owned()));
    });
}
