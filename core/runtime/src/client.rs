//! The handle on a running core.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use linnet_messenger::command::{Command, Receipt};
use linnet_messenger::fault::CommandError;
use linnet_messenger::input::Input;
use linnet_messenger::store::StoreOptions;
use linnet_messenger::view::View;

use crate::clock::Clock;
use crate::platform::Platform;
use crate::readers::Readers;
use crate::subscription::{Subscription, Subscriptions};
use crate::thread::{self, Inbox, Life};

/// How to open a client.
pub struct Options {
    pub store: StoreOptions,
    /// A PEM file with certificates to trust besides the platform's.
    pub ca_file: Option<PathBuf>,
    /// Milliseconds added to the wall clock, for tests of wrong clocks.
    pub wall_skew: i64,
}

impl Options {
    /// Everything but the store as usual.
    pub fn new(store: StoreOptions) -> Self {
        Self { store, ca_file: None, wall_skew: 0 }
    }
}

/// Why a client can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] linnet_messenger::store::OpenError),
    #[error("no reader connection: {0}")]
    Reader(#[from] linnet_messenger::store::StoreError),
    #[error("the system gives no thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// A running core. Dropping it closes it.
pub struct Client {
    inbox: Inbox,
    life: Life,
    readers: Readers,
    subscriptions: Subscriptions,
    core: Mutex<Option<JoinHandle<()>>>,
}

impl Client {
    /// Opens the store on a thread of its own and starts it; returns when the store is open.
    pub fn open(options: Options, platform: Arc<dyn Platform>) -> Result<Self, OpenError> {
        let clock = Clock::new(platform.boot_id(), options.wall_skew);
        let subscriptions = Subscriptions::default();
        let started = thread::start(options.store, clock, platform, subscriptions.clone())?;
        Ok(Self {
            inbox: started.inbox,
            life: started.life,
            readers: started.readers,
            subscriptions,
            core: Mutex::new(Some(started.handle)),
        })
    }

    /// Gives a command; the answer comes after its local commit.
    pub async fn submit(&self, command: Command) -> Result<Receipt, CommandError> {
        match self.inbox.command(command).await {
            Some(result) => result,
            None => Err(self.life.refusal()),
        }
    }

    /// Subscribes to a view.
    pub fn subscribe<V: View>(&self, view: V) -> Subscription<V> {
        self.subscriptions.add(view, self.readers.clone())
    }

    /// The network path changed.
    pub fn network_changed(&self) {
        self.inbox.input(Input::NetworkChanged);
    }

    /// Flushes acknowledgements and closes every connection and reader; returns when that is done, 2 s at most.
    pub async fn suspend(&self) {
        self.inbox.suspend().await;
    }

    /// The DNS servers of the current network.
    pub fn set_dns_servers(&self, _servers: &[String]) {}

    /// Runs again after [`Client::suspend`].
    pub fn resume(&self) {
        self.inbox.resume();
    }

    /// Ends the core thread and closes the database; returns when that is done.
    pub fn close(&self) {
        self.inbox.stop();
        let handle = self.core.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(handle) = handle.filter(|handle| handle.thread().id() != std::thread::current().id()) {
            // A panic of the core thread has been told to everyone who waited.
            let _ = handle.join();
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.close();
    }
}
