//! A backup file, sealed with a passphrase, signs in on another device of a real server, and brings back a profile that the
//! server has lost.

use std::sync::Arc;
use std::time::Duration;

use linnet_messenger::command::{Command, Receipt, Restored, Secret, ServerAddress};
use linnet_messenger::fault::CommandError;
use linnet_messenger::store::StoreOptions;
use linnet_messenger::view::accounts::Accounts;
use linnet_messenger::view::item::{AccountItem, Connection, ProfileState};
use linnet_runtime::{Client, Options};
use linnet_servers::{Kind, Registration};
use linnet_tests::live_world::LiveWorld;
use linnet_tests::live_world::follower::Follower;
use tokio::runtime::Runtime;

use crate::anywhere::profile::{chosen, typed};

const PATIENCE: Duration = Duration::from_secs(60);

/// Alice's devices, on a server of their own.
struct Devices {
    world: LiveWorld,
    runtime: Runtime,
}

impl Devices {
    fn new(kind: Kind) -> Self {
        // Whoever may make an account may delete it.
        let options = linnet_servers::Options { registration: Registration::Open, ..linnet_servers::Options::on(kind) };
        let world = LiveWorld::new(options).unwrap();
        world.server().add_user("alice", "secret").unwrap();
        Self { world, runtime: Runtime::new().unwrap() }
    }

    fn open(&self, name: &str) -> Client {
        let folder = self.world.server().folder.join("devices");
        let store = StoreOptions::new(Some(folder.join(name)), [7; 32]);
        let ca_file = Some(self.world.server().ca.clone());
        Client::open(Options { ca_file, ..Options::new(store) }, Arc::new(())).unwrap()
    }

    /// A device that is signed in with the password.
    fn signed_in(&self, name: &str) -> Client {
        let device = self.open(name);
        let server = self.world.server();
        let address = format!("alice@{}", server.domain);
        let place = Some(ServerAddress { host: server.host.clone(), port: server.port, direct_tls: false });
        let password = Secret::new("secret");
        let add = Command::AddAccount { address, password, server: place, proxy: None, again: false };
        assert!(matches!(self.order(&device, add), Receipt::Account(_)));
        self.see(&device, "it gets in", is_online);
        device
    }

    fn order(&self, device: &Client, command: Command) -> Receipt {
        self.runtime.block_on(device.submit(command)).unwrap()
    }

    /// Waits for the account to be as wished, and gives it.
    fn see(&self, device: &Client, what: &str, wished: impl Fn(&AccountItem) -> bool) -> AccountItem {
        let mut seen = None;
        let accounts = Follower::new(device, Accounts, &self.runtime);
        let done = accounts.wait(PATIENCE, |items| {
            seen = items.first().cloned();
            seen.as_ref().is_some_and(&wished)
        });
        assert!(done, "not within a minute: {what}, but {seen:?}");
        seen.unwrap()
    }

    fn export(&self, device: &Client) -> Vec<u8> {
        self.runtime.block_on(device.export_backup(passphrase(), true, None)).unwrap()
    }

    fn import(&self, device: &Client, file: Vec<u8>) {
        let restored = self.runtime.block_on(device.import_backup(passphrase(), file));
        assert_eq!(restored, Ok(Restored { accounts: 1, ..Restored::default() }));
    }
}

fn is_online(account: &AccountItem) -> bool {
    account.connection == Connection::Online && account.signed_in
}

fn passphrase() -> Secret {
    Secret::new("correct horse")
}

fn a_file_signs_in_on_another_device(kind: Kind) {
    let devices = Devices::new(kind);
    let old = devices.signed_in("old.db");
    let file = devices.export(&old);
    let new = devices.open("new.db");
    let wrong = devices.runtime.block_on(new.import_backup(Secret::new("correct house"), file.clone()));
    assert_eq!(wrong, Err(CommandError::PassphraseWrong));
    devices.import(&new, file);
    devices.see(&new, "it gets in", is_online);
}

fn a_profile_comes_back_where_the_server_has_none(kind: Kind) {
    let devices = Devices::new(kind);
    let old = devices.signed_in("old.db");
    let account = devices.see(&old, "it is there", is_online).id;
    let name = |nickname: &str| Command::SetNickname { account, nickname: nickname.to_owned() };
    devices.order(&old, name("Alice of the lake"));
    devices.order(&old, Command::SetPicture { account, picture: Some(chosen(1)) });
    devices.order(&old, Command::SetVcard { account, vcard: typed() });
    let before = devices.see(&old, "all is published", |own| own.profile == ProfileState::Known);
    assert!(before.picture.is_some() && before.nickname.is_some());
    let file = devices.export(&old);
    // The server has all of it, and a newer name.
    devices.order(&old, name("Alice by now"));
    devices.see(&old, "the newer name is published", |own| own.profile == ProfileState::Known);
    let new = devices.open("new.db");
    devices.import(&new, file.clone());
    devices.see(&new, "what the server has", |own| {
        own.nickname.as_deref() == Some("Alice by now") && own.picture == before.picture
    });
    new.close();
    // Another account of the same address: it has nothing, nor the keys that the file has.
    let accounts = Follower::new(&old, Accounts, &devices.runtime);
    assert!(accounts.wait(PATIENCE, |items| !items.is_empty()));
    devices.order(&old, Command::DeleteAccount { account });
    assert!(accounts.wait(PATIENCE, <[AccountItem]>::is_empty), "the account is not deleted");
    devices.world.server().add_user("alice", "secret").unwrap();
    let newest = devices.open("newest.db");
    devices.import(&newest, file);
    let account = devices.see(&newest, "it is there", |_| true).id;
    devices.order(&newest, Command::SetPassword { account, password: Secret::new("secret") });
    let whole = |own: &AccountItem| {
        let same = own.nickname == before.nickname && own.picture == before.picture && own.vcard == before.vcard;
        same && own.profile == ProfileState::Known
    };
    devices.see(&newest, "the profile is published", whole);
    // The server has it: whoever signs in with the password alone is told.
    let witness = devices.signed_in("witness.db");
    devices.see(&witness, "what the server has now", |own| own.nickname == before.nickname && own.picture.is_some());
}

on_every_kind! { a_file_signs_in_on_another_device, a_profile_comes_back_where_the_server_has_none }
