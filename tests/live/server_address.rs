//! Another way to a real server while messages are under way: its other port, and back.

use linnet_messenger::command::{Command, ServerAddress};
use linnet_messenger::effect::SessionKind;
use linnet_messenger::view::item::{Connection, WaitReason};
use linnet_servers::{Kind, Options};
use linnet_tests::live_world::LiveWorld;
use linnet_tests::world::{Device, World};

use crate::waiting::until;

on_every_kind! {
    the_other_port_takes_the_session_along,
    a_port_where_nobody_listens_is_told_and_taken_back,
}

fn lead(device: Device<'_>, port: u16, direct_tls: bool) {
    let server = Some(ServerAddress { host: "127.0.0.1".to_owned(), port, direct_tls });
    device.order(Command::SetServer { account: device.account().id, server });
}

fn the_other_port_takes_the_session_along(kind: Kind) {
    let world = LiveWorld::new(Options::on(kind)).unwrap();
    let any: &dyn World = &world;
    let (alice, bob) = any.friends("alice", "bob");
    let (port, direct) = (world.server().port, world.server().direct_tls_port.unwrap());
    let mut said = Vec::new();
    for (round, (port, direct_tls)) in [(direct, true), (port, false), (direct, true)].into_iter().enumerate() {
        for (from, to, name) in [(alice, bob, "alice"), (bob, alice, "bob")] {
            for number in 0..10 {
                said.push(format!("{name} {round} {number}"));
                from.say(to, &said[said.len() - 1]);
            }
        }
        let sessions = world.sign_ins(alice.id).len();
        lead(alice, port, direct_tls);
        until("a session at the other port", || world.sign_ins(alice.id).len() > sessions);
        said.push(format!("arrived {round}"));
        alice.say(bob, &said[said.len() - 1]);
        world.settle();
    }
    let kinds: Vec<SessionKind> = world.sign_ins(alice.id).into_iter().skip(1).map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [SessionKind::Resumed; 3]);
    said.sort();
    for (device, other) in [(alice, bob), (bob, alice)] {
        device.scroll_to_beginning(other);
        let mut seen = device.bodies(other);
        seen.sort();
        assert_eq!(seen, said);
    }
}

fn a_port_where_nobody_listens_is_told_and_taken_back(kind: Kind) {
    let world = LiveWorld::new(Options::on(kind)).unwrap();
    let any: &dyn World = &world;
    let (alice, bob) = any.friends("alice", "bob");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    lead(alice, nobody, false);
    until("she is told that nobody is there", || {
        matches!(alice.account().connection, Connection::Waiting { reason: WaitReason::Unreachable, .. })
    });
    bob.say(alice, "where are you?");
    alice.say(bob, "on my way");
    lead(alice, world.server().direct_tls_port.unwrap(), true);
    until("she is online", || alice.account().connection == Connection::Online);
    world.settle();
    let mut seen = (alice.bodies(bob), bob.bodies(alice));
    seen.0.sort();
    seen.1.sort();
    assert_eq!(seen.0, ["on my way", "where are you?"]);
    assert_eq!(seen.0, seen.1);
}
