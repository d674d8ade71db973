//! Clients of the runtime as an app has them, without the world around them.

use std::sync::Arc;
use std::time::Duration;

use linnet_messenger::command::{Command, Receipt, Secret, ServerAddress};
use linnet_messenger::store::StoreOptions;
use linnet_messenger::view::accounts::Accounts;
use linnet_messenger::view::item::{AccountItem, Connection};
use linnet_runtime::{Client, Options};
use linnet_servers::{Kind, Registration, Server};
use linnet_tests::live_world::follower::Follower;
use tokio::runtime::Runtime;

/// What nobody can wait for and pass.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Several devices, on a server of their own, where the same of a client is asked as an app asks it.
pub struct Devices {
    pub server: Server,
    pub runtime: Runtime,
}

impl Devices {
    /// Whoever has an account there may delete it.
    pub fn new(kind: Kind) -> Self {
        let options = linnet_servers::Options { registration: Registration::Open, ..linnet_servers::Options::on(kind) };
        let server = Server::start(options).unwrap();
        std::fs::create_dir_all(server.folder.join("devices")).unwrap();
        Self { server, runtime: Runtime::new().unwrap() }
    }

    /// A device without an account.
    pub fn open(&self, name: &str) -> Client {
        let folder = self.server.folder.join("devices");
        let store = StoreOptions::new(Some(folder.join(name)), [7; 32]);
        let ca_file = Some(self.server.ca.clone());
        Client::open(Options { ca_file, ..Options::new(store) }, Arc::new(())).unwrap()
    }

    /// Makes an account.
    pub fn add_user(&self, user: &str) {
        self.server.add_user(user, "secret").unwrap();
    }

    /// A device that is signed in with the password.
    pub fn signed_in(&self, name: &str, user: &str) -> Client {
        let device = self.open(name);
        let server = &self.server;
        let address = format!("{user}@{}", server.domain);
        let place = Some(ServerAddress { host: server.host.clone(), port: server.port, direct_tls: false });
        let password = Secret::new("secret");
        let add = Command::AddAccount { address, password, server: place, proxy: None, again: false };
        assert!(matches!(self.order(&device, add), Receipt::Account(_)));
        self.see(&device, "it gets in", is_online);
        device
    }

    /// What must not be refused.
    pub fn order(&self, device: &Client, command: Command) -> Receipt {
        self.runtime.block_on(device.submit(command)).unwrap()
    }

    /// Waits for the account to be as wished, and gives it.
    pub fn see(&self, device: &Client, what: &str, wished: impl Fn(&AccountItem) -> bool) -> AccountItem {
        let mut seen = None;
        let accounts = Follower::new(device, Accounts, &self.runtime);
        let done = accounts.wait(PATIENCE, |items| {
            seen = items.first().cloned();
            seen.as_ref().is_some_and(&wished)
        });
        assert!(done, "not within a minute: {what}, but {seen:?}");
        seen.unwrap()
    }
}

/// Signed in, and there.
pub fn is_online(account: &AccountItem) -> bool {
    account.connection == Connection::Online && account.signed_in
}
