//! The handle on a running core.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use linnet_messenger::command::{Command, Receipt};
use linnet_messenger::fault::CommandError;
use linnet_messenger::input::Input;
use linnet_messenger::store::StoreOptions;
use linnet_messenger::view::View;
use linnet_messenger::view::item::TextPortion;
use linnet_messenger::view::picture;
use linnet_messenger::view::whole_text::{self, TextOf};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::dns::{PlatformResolver, SharedResolver, SystemResolver};
use crate::net::Net;
use crate::platform::Platform;
use crate::readers::Readers;
use crate::subscription::{Subscription, Subscriptions};
use crate::thread::{self, Inbox, Life, Start};
use crate::tls::Tls;
use crate::trust::PlatformTrust;

/// How to open a client.
pub struct Options {
    pub store: StoreOptions,
    /// A PEM file with certificates to trust besides the platform's.
    pub ca_file: Option<PathBuf>,
    /// The only name server to ask, for everything; for tests. Else the platform's resolver, or the system's.
    pub name_server: Option<SocketAddr>,
    /// Milliseconds added to the wall clock, for tests of wrong clocks.
    pub wall_skew: i64,
    /// What servers are asked to say things in: a tag of BCP 47; what is none counts as English.
    pub language: String,
    /// For benches: what the archive brings is read and dropped.
    pub discard: bool,
    /// Planted bugs and points to die at, for the chaos test.
    #[cfg(feature = "sabotage")]
    pub sabotage: crate::sabotage::Sabotages,
}

impl Options {
    /// Everything but the store as usual.
    pub fn new(store: StoreOptions) -> Self {
        Self {
            store,
            ca_file: None,
            name_server: None,
            wall_skew: 0,
            language: "en".to_owned(),
            discard: false,
            #[cfg(feature = "sabotage")]
            sabotage: crate::sabotage::Sabotages::default(),
        }
    }
}

/// Why a client can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] linnet_messenger::store::OpenError),
    #[error("no reader connection: {0}")]
    Reader(#[from] linnet_messenger::store::StoreError),
    #[error("the file of extra roots: {0}")]
    Roots(#[source] std::io::Error),
    #[error("the system gives no thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// A running core. Dropping it closes it.
pub struct Client {
    inbox: Inbox,
    life: Life,
    readers: Readers,
    subscriptions: Subscriptions,
    resolver: Arc<SystemResolver>,
    core: Mutex<Option<JoinHandle<()>>>,
}

impl Client {
    /// Opens the store on a thread of its own and starts it; returns when the store is open.
    pub fn open(options: Options, platform: Arc<dyn Platform>) -> Result<Self, OpenError> {
        let trust = match &options.ca_file {
            Some(path) => PlatformTrust::with_file(path).map_err(OpenError::Roots)?,
            None => PlatformTrust::default(),
        };
        let resolver = Arc::new(SystemResolver::only(options.name_server));
        let own = Arc::clone(&resolver);
        let shared: SharedResolver = match options.name_server {
            Some(_) => own,
            None => Arc::new(PlatformResolver { platform: Arc::clone(&platform), own }),
        };
        let net = Net::new(shared, Tls::new(trust.judged_by(Arc::clone(&platform))));
        let subscriptions = Subscriptions::default();
        let started = thread::start(Start {
            store: options.store,
            clock: Clock::new(platform.boot_id(), options.wall_skew),
            net,
            platform,
            subscriptions: subscriptions.clone(),
            discard: options.discard,
            language: options.language,
            #[cfg(feature = "sabotage")]
            sabotage: options.sabotage,
        })?;
        Ok(Self {
            inbox: started.inbox,
            life: started.life,
            readers: started.readers,
            subscriptions,
            resolver,
            core: Mutex::new(Some(started.handle)),
        })
    }

    /// Gives a command, at once and in order; the answer comes after its local commit. Dropping the future does not
    /// take the command back.
    pub fn submit(&self, command: Command) -> impl Future<Output = Result<Receipt, CommandError>> + Send + use<> {
        let (answered, life) = (self.inbox.command(command), self.life.clone());
        async move { answered.await.unwrap_or_else(|_| Err(life.refusal())) }
    }

    /// Subscribes to a view.
    pub fn subscribe<V: View>(&self, view: V) -> Subscription<V> {
        self.subscriptions.add(view, self.readers.clone())
    }

    /// A picture that an item names: JPEG or PNG. `None` once nobody has it any more, or if it can't be read.
    pub fn picture(&self, name: String) -> impl Future<Output = Option<Vec<u8>>> + Send + use<> {
        let asked = self.ask(move |connection| picture::bytes(connection, &name).ok().flatten());
        async move { asked.await.ok().flatten() }
    }

    /// A portion of a message's text, from a place that the portion before has named, 0 at first. `None` once it is gone, or
    /// if it can't be read.
    pub fn text_portion(&self, of: TextOf, from: u64) -> impl Future<Output = Option<TextPortion>> + Send + use<> {
        let asked = self.ask(move |connection| whole_text::portion(connection, of, from).ok().flatten());
        async move { asked.await.ok().flatten() }
    }

    /// All of a message's text, as it was written. `None` once it is gone, or if it can't be read.
    pub fn text(&self, of: TextOf) -> impl Future<Output = Option<String>> + Send + use<> {
        let asked = self.ask(move |connection| whole_text::body(connection, of).ok().flatten());
        async move { asked.await.ok().flatten() }
    }

    /// Reads something once.
    fn ask<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Option<T> + Send + 'static,
    ) -> oneshot::Receiver<Option<T>> {
        let (found, is_found) = oneshot::channel();
        self.readers.submit(move |connection| {
            // Who does not wait any more needs no answer.
            let _ = found.send(read(connection));
        });
        is_found
    }

    /// The network path changed.
    pub fn network_changed(&self) {
        self.inbox.input(Input::NetworkChanged);
    }

    /// Whether the network is paid for by the byte: then only what someone looks at is read from the archive, and
    /// little at a first sign-in. Unmetered until told otherwise.
    pub fn set_metered(&self, metered: bool) {
        self.inbox.input(Input::Metered(metered));
    }

    /// Flushes acknowledgements, closes the database and lets go of the lease, within 100 ms; then closes every
    /// connection: done when that is, after 2 s at most. Commands and subscriptions wait for [`Client::resume`].
    pub fn suspend(&self) -> impl Future<Output = ()> + Send + use<> {
        let is_done = self.inbox.suspend();
        async move { is_done.await.unwrap_or(()) }
    }

    /// The DNS servers of the current network, each an IP address with or without port; empty: the system's own.
    pub fn set_dns_servers(&self, servers: &[String]) {
        self.resolver.set_servers(servers);
    }

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
