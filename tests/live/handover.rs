//! An account on a further phone: the keys that one phone made of the password sign the other one in, on real servers.

use std::sync::Arc;
use std::time::Duration;

use linnet_messenger::command::{Command, Receipt, Secret};
use linnet_messenger::store::StoreOptions;
use linnet_messenger::view::accounts::Accounts;
use linnet_messenger::view::item::Connection;
use linnet_runtime::{Client, Options};
use linnet_servers::Kind;
use linnet_tests::live_world::LiveWorld;
use linnet_tests::live_world::follower::Follower;
use linnet_tests::world::World;
use tokio::runtime::Runtime;

fn a_further_phone_signs_in_without_the_password(kind: Kind) {
    let world = LiveWorld::new(linnet_servers::Options::on(kind)).unwrap();
    let any: &dyn World = &world;
    let old = any.device("alice");
    any.settle();

    let store = StoreOptions::new(Some(world.server().folder.join("devices").join("new.db")), [7; 32]);
    let options = Options { ca_file: Some(world.server().ca.clone()), ..Options::new(store) };
    let client = Client::open(options, Arc::new(())).unwrap();
    let runtime = Runtime::new().unwrap();
    let order = |command| runtime.block_on(client.submit(command)).unwrap();
    let scan = |code: String| order(Command::ReadArrival { code: Secret::new(code) });

    let Receipt::Arrival { code, .. } = order(Command::BeginArrival) else { panic!("no key") };
    let account = old.account().id;
    let begun = old.order(Command::BeginHandover { account, code, owner: None });
    let Receipt::Handover { code, digits, .. } = begun else { panic!("{begun:?}") };
    assert_eq!(scan(code), Receipt::Digits(digits));
    let Receipt::Sealed(code) = old.order(Command::ConfirmHandover) else { panic!("not sealed") };
    assert!(matches!(scan(code), Receipt::Account(_)));

    let accounts = Follower::new(&client, Accounts, &runtime);
    let online = accounts.wait(Duration::from_secs(60), |items| {
        items.first().is_some_and(|account| account.connection == Connection::Online && account.signed_in)
    });
    assert!(online, "the new phone does not get in");
    assert_eq!(old.account().connection, Connection::Online);
}

on_every_kind! { a_further_phone_signs_in_without_the_password }
