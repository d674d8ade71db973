//! A new password, and leaving an account, on real servers.

use linnet_messenger::command::{Command, Secret, ServerAddress};
use linnet_messenger::view::item::{AccountTask, Connection, LoginFailure};
use linnet_servers::{Kind, Options, Registration};
use linnet_tests::live_world::LiveWorld;
use linnet_tests::world::{Device, World};

use crate::waiting::until;

/// Alice behind direct TLS, where servers have tokens, with her second phone.
fn on(kind: Kind, scenario: fn(&LiveWorld, Device<'_>, Device<'_>)) {
    let world = LiveWorld::new(Options { registration: Registration::Open, ..Options::on(kind) }).unwrap();
    let any: &dyn World = &world;
    let (phone, tablet) = (any.phone("phone", "alice"), any.phone("tablet", "alice"));
    world.settle();
    scenario(&world, phone, tablet);
}

fn sign_in(world: &LiveWorld, device: Device<'_>, password: &str) {
    let server = ServerAddress { host: world.server().host.clone(), port: world.server().port, direct_tls: false };
    let address = format!("alice@{}", world.server().domain);
    let password = Secret::new(password);
    device.order(Command::AddAccount { address, password, server: Some(server), proxy: None, again: true });
}

fn connection(world: &LiveWorld, device: Device<'_>) -> Option<Connection> {
    world.accounts(device.id).first().map(|account| account.connection)
}

fn a_new_password(world: &LiveWorld, phone: Device<'_>, tablet: Device<'_>) {
    let account = phone.account().id;
    phone.order(Command::ChangePassword { account, password: Secret::new("another word") });
    until("it is changed", || phone.account().task == Some(AccountTask::PasswordChanged));
    phone.kill();
    phone.start();
    until("the new one opens", || phone.account().connection == Connection::Online);
    let old = LiveWorld::password("alice");
    sign_in(world, tablet, &old);
    let refused = Connection::Failed { reason: LoginFailure::WrongPassword };
    until("the old one does not", || connection(world, tablet) == Some(refused));
}

fn signing_out(world: &LiveWorld, phone: Device<'_>, _: Device<'_>) {
    let account = phone.account().id;
    phone.order(Command::SignOut { account });
    until("it is gone from the phone", || world.accounts(phone.id).is_empty());
    until("and its session from the server", || world.server().sessions("alice").is_ok_and(|count| count == 1));
}

fn deleting(world: &LiveWorld, phone: Device<'_>, tablet: Device<'_>) {
    let account = phone.account().id;
    phone.order(Command::DeleteAccount { account });
    until("it is gone from the phone", || world.accounts(phone.id).is_empty());
    // ejabberd 24.12 leaves sessions of an account that is no more alone, and lets them be resumed.
    sign_in(world, tablet, &LiveWorld::password("alice"));
    let refused = |state| matches!(state, Some(Connection::Failed { .. }));
    until("and the tablet does not get in again", || refused(connection(world, tablet)));
}

#[test]
fn prosody_changes_passwords() {
    on(Kind::Prosody, a_new_password);
}

#[test]
fn prosody13_changes_passwords() {
    on(Kind::Prosody13, a_new_password);
}

#[test]
fn ejabberd_changes_passwords() {
    on(Kind::Ejabberd, a_new_password);
}

#[test]
fn prosody_lets_go() {
    on(Kind::Prosody, signing_out);
}

#[test]
fn prosody13_forgets_the_token() {
    on(Kind::Prosody13, signing_out);
}

#[test]
fn ejabberd_forgets_the_token() {
    on(Kind::Ejabberd, signing_out);
}

#[test]
fn prosody_deletes_accounts() {
    on(Kind::Prosody, deleting);
}

#[test]
fn prosody13_deletes_accounts() {
    on(Kind::Prosody13, deleting);
}

#[test]
fn ejabberd_deletes_accounts() {
    on(Kind::Ejabberd, deleting);
}
