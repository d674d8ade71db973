//! One's own devices on real servers: names, what they tell each other, and signing out everywhere else.

use std::time::{SystemTime, UNIX_EPOCH};

use linnet_messenger::command::{Command, Secret};
use linnet_messenger::view::item::{AccountTask, Connection, LoginFailure, OwnDevicesItem, Support};
use linnet_servers::{Kind, Options, Registration};
use linnet_tests::live_world::LiveWorld;
use linnet_tests::world::World;

use crate::waiting::until;

fn together(kind: Kind) {
    let world = LiveWorld::new(Options { registration: Registration::Open, ..Options::on(kind) }).unwrap();
    let any: &dyn World = &world;
    let (phone, tablet) = (any.phone("phone", "alice"), any.phone("tablet", "alice"));
    world.settle();
    let account = tablet.account().id;
    tablet.order(Command::SetDevice { account, name: "Zuhause".to_owned(), priority: 5 });
    for enabled in [false, true] {
        tablet.order(Command::SetAccountEnabled { account, enabled });
    }
    let home = |item: &OwnDevicesItem| {
        // Bind 2 lets the server make the resource of the name.
        item.sessions.iter().find(|session| session.name.starts_with("Zuhause")).cloned()
    };
    until("the tablet has its name", || home(&world.own_devices(phone.id)).is_some());
    let account = phone.account().id;
    phone.order(Command::AskDevices { account });
    until("the tablet tells what it is", || {
        let told = home(&world.own_devices(phone.id)).and_then(|session| session.software);
        told.is_some_and(|software| software.starts_with("Linnet "))
    });
    until("the server has answered", || world.own_devices(phone.id).manages != Support::Unknown);
    let may_stay = world.own_devices(phone.id).tokens_may_stay;
    // Prosody writes down the second of a new password: a token made in that same second is still good.
    let second = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let now = second();
    until("the tablet's token is of an earlier second", || second() > now);
    phone.order(Command::SignOutEverywhere { account, password: Secret::new("another word") });
    until("the password is changed", || phone.account().task == Some(AccountTask::PasswordChanged));
    // Whatever became of its session, it has to sign in again now: with what it had.
    tablet.kill();
    tablet.start();
    let refused = Connection::Failed { reason: LoginFailure::WrongPassword };
    until("the tablet knows", || [&refused, &Connection::Online].contains(&&tablet.account().connection));
    if kind == Kind::Ejabberd {
        // ejabberd 24.12 goes on taking its tokens, and lists none: that is why it is said before.
        assert!(may_stay);
        assert!(world.sign_ins(tablet.id).last().is_some_and(|(_, sign_in)| sign_in.fast));
    } else {
        assert_eq!(tablet.account().connection, refused, "neither by its token nor by the old password");
        world.server().restart().unwrap();
        tablet.kill();
        tablet.start();
        until("it is still out", || tablet.account().connection == refused);
    }
    until("the phone is still in", || phone.account().connection == Connection::Online);
}

on_every_kind!(together);
