//! Logins on real servers: what the fake one was taught is what they do.

use linnet_messenger::command::{Command, Secret, ServerAddress};
use linnet_messenger::effect::{SessionKind, SignIn};
use linnet_messenger::view::item::{Connection, LoginFailure};
use linnet_servers::{Kind, Options};
use linnet_tests::live_world::LiveWorld;
use linnet_tests::world::{Device, World};

use crate::waiting::until;

const TOKEN: SignIn = SignIn { mechanism: "HT-SHA-256-EXPR", flights: 1, pipelined: true, fast: true };

/// Alice, behind direct TLS, and Bob.
fn on(kind: Kind, scenario: fn(&LiveWorld, Device<'_>, Device<'_>)) {
    let world = LiveWorld::new(Options::on(kind)).unwrap();
    let any: &dyn World = &world;
    let (alice, bob) = any.friends("alice", "bob");
    directly(&world, alice, &LiveWorld::password("alice"));
    until("a second session", || world.sign_ins(alice.id).len() >= 2);
    world.settle();
    scenario(&world, alice, bob);
}

/// Signs in (again) with TLS from the first byte.
fn directly(world: &LiveWorld, device: Device<'_>, password: &str) {
    let port = world.server().direct_tls_port.unwrap();
    let server = Some(ServerAddress { host: "127.0.0.1".into(), port, direct_tls: true });
    let address = world.address(device.id).to_string();
    device.order(Command::AddAccount { address, password: Secret::new(password), server, proxy: None, again: true });
}

fn last(world: &LiveWorld, device: Device<'_>) -> (SessionKind, SignIn) {
    world.sign_ins(device.id).pop().unwrap()
}

fn come_back(world: &LiveWorld, device: Device<'_>) -> (SessionKind, SignIn) {
    device.kill();
    device.start();
    world.settle();
    last(world, device)
}

fn reaches(device: Device<'_>, state: Connection) {
    until(&format!("{state:?}"), || device.account().connection == state);
}

fn comes_back_in_one_flight(world: &LiveWorld, alice: Device<'_>, bob: Device<'_>) {
    // The first ever with STARTTLS, then one behind direct TLS with the password given anew: nothing else is known.
    let mechanism = last(world, alice).1.mechanism;
    assert!(mechanism.ends_with("-PLUS"), "{mechanism}");
    let with = |flights| SignIn { mechanism, flights, pipelined: false, fast: false };
    let first = SessionKind::Bound { after_failed_resume: false };
    assert_eq!(world.sign_ins(alice.id), [(first, with(5)), (SessionKind::Resumed, with(3))]);
    alice.kill();
    bob.say(alice, "while you were away");
    alice.start();
    world.settle();
    assert_eq!(last(world, alice), (SessionKind::Resumed, TOKEN));
    assert_eq!(alice.bodies(bob), ["while you were away"]);
    alice.say(bob, "here I am");
    world.settle();
    assert_eq!(bob.bodies(alice).len(), 2);
    assert_eq!(come_back(world, alice), (SessionKind::Resumed, TOKEN), "and again");
    // The server forgets the session, not the token.
    alice.kill();
    world.server().restart().unwrap();
    alice.start();
    world.settle();
    let (kind, how) = world.sign_ins(alice.id).pop().unwrap();
    assert_eq!((kind, how), (SessionKind::Bound { after_failed_resume: true }, TOKEN));
    assert_eq!(alice.bodies(bob).len(), 2);
}

fn falls_back_on_the_same_stream(world: &LiveWorld, alice: Device<'_>, bob: Device<'_>) {
    alice.kill();
    world.server().forget_tokens().unwrap();
    alice.start();
    world.settle();
    let (_, how) = last(world, alice);
    let expected = SignIn { mechanism: how.mechanism, flights: 3, pipelined: true, fast: false };
    assert_eq!(how, expected, "keys instead of the token, no other connection");
    assert!(how.mechanism.starts_with("SCRAM-"));
    assert!(come_back(world, alice).1.fast, "there is a new one");
    bob.say(alice, "hi");
    world.settle();
    assert_eq!(alice.bodies(bob), ["hi"]);
}

fn is_told_of_a_new_password(world: &LiveWorld, alice: Device<'_>, bob: Device<'_>) {
    alice.kill();
    world.server().forget_tokens().unwrap();
    world.server().add_user("alice", "changed").unwrap();
    alice.start();
    reaches(alice, Connection::Failed { reason: LoginFailure::WrongPassword });
    directly(world, alice, "changed");
    reaches(alice, Connection::Online);
    bob.say(alice, "hi");
    world.settle();
    assert_eq!(alice.bodies(bob), ["hi"]);
}

fn is_in_the_background(world: &LiveWorld, alice: Device<'_>, bob: Device<'_>) {
    alice.order(Command::SetActive { active: false });
    bob.say(alice, "one");
    world.settle();
    assert_eq!(come_back(world, alice).0, SessionKind::Resumed);
    alice.order(Command::SetActive { active: false });
    alice.order(Command::SetActive { active: true });
    alice.say(bob, "two");
    world.settle();
    assert_eq!(alice.bodies(bob), ["one", "two"]);
    assert_eq!(come_back(world, alice).0, SessionKind::Resumed, "nobody counted what is no stanza");
}

macro_rules! on_servers {
    ($($name:ident),*) => {$(
        mod $name {
            #[test]
            fn prosody13() {
                super::on(linnet_servers::Kind::Prosody13, super::$name);
            }

            #[test]
            fn ejabberd() {
                super::on(linnet_servers::Kind::Ejabberd, super::$name);
            }
        }
    )*};
}

on_servers!(comes_back_in_one_flight, falls_back_on_the_same_stream, is_told_of_a_new_password, is_in_the_background);

#[test]
fn a_server_without_sasl2_is_met_in_the_ordinary_order() {
    on(Kind::Prosody, |world, alice, bob| {
        bob.say(alice, "hi");
        for _ in 0..2 {
            let (kind, how) = come_back(world, alice);
            let expected = SignIn { mechanism: how.mechanism, flights: 5, pipelined: false, fast: false };
            assert_eq!((kind, how), (SessionKind::Resumed, expected));
        }
        assert_eq!(alice.bodies(bob), ["hi"]);
    });
}
