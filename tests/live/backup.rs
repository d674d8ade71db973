//! A backup file, sealed with a passphrase, signs in on another device of a real server.

use std::sync::Arc;
use std::time::Duration;

use linnet_messenger::command::{Command, Receipt, Restored, Secret, ServerAddress};
use linnet_messenger::fault::CommandError;
use linnet_messenger::store::StoreOptions;
use linnet_messenger::view::accounts::Accounts;
use linnet_messenger::view::item::Connection;
use linnet_runtime::{Client, Options};
use linnet_servers::Kind;
use linnet_tests::live_world::LiveWorld;
use linnet_tests::live_world::follower::Follower;
use tokio::runtime::Runtime;

fn a_file_signs_in_on_another_device(kind: Kind) {
    let world = LiveWorld::new(linnet_servers::Options::on(kind)).unwrap();
    world.server().add_user("alice", "secret").unwrap();
    let runtime = Runtime::new().unwrap();
    let open = |name: &str| {
        let store = StoreOptions::new(Some(world.server().folder.join("devices").join(name)), [7; 32]);
        Client::open(Options { ca_file: Some(world.server().ca.clone()), ..Options::new(store) }, Arc::new(())).unwrap()
    };
    let online = |client: &Client| {
        let accounts = Follower::new(client, Accounts, &runtime);
        let online = accounts.wait(Duration::from_secs(60), |items| {
            items.first().is_some_and(|account| account.connection == Connection::Online && account.signed_in)
        });
        assert!(online, "it does not get in");
    };
    let old = open("old.db");
    let server =
        Some(ServerAddress { host: world.server().host.clone(), port: world.server().port, direct_tls: false });
    let address = format!("alice@{}", world.server().domain);
    let add = Command::AddAccount { address, password: Secret::new("secret"), server, proxy: None, again: false };
    assert!(matches!(runtime.block_on(old.submit(add)), Ok(Receipt::Account(_))));
    online(&old);

    let passphrase = || Secret::new("correct horse");
    let file = runtime.block_on(old.export_backup(passphrase(), true, None)).unwrap();
    let new = open("new.db");
    let wrong = runtime.block_on(new.import_backup(Secret::new("correct house"), file.clone()));
    assert_eq!(wrong, Err(CommandError::PassphraseWrong));
    let restored = runtime.block_on(new.import_backup(passphrase(), file));
    assert_eq!(restored, Ok(Restored { accounts: 1, ..Restored::default() }));
    online(&new);
}

on_every_kind! { a_file_signs_in_on_another_device }
