//! What only the platform has.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use zeroize::{Zeroize, Zeroizing};

use crate::network::{self, PlatformNetwork};

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum LogLevel {
    /// A bug of Linnet's own.
    Error,
    /// Something that should not happen often, such as a server that breaks the protocol.
    Warn,
    /// Milestones: opened, suspended, closed.
    Info,
    /// May name addresses. Only in debug builds.
    Debug,
    /// Everything. Only in debug builds.
    Trace,
}

/// Implemented by the app. Every method is called from the core's own threads, must not block, and must not call back
/// into [`crate::Client`]: hand over to your own thread or loop for that.
#[uniffi::export(with_foreign)]
pub trait Platform: Send + Sync {
    /// The key of the database: exactly 32 random bytes, made once at the first start and kept in Keystore or Keychain.
    /// Called once in every `Client.open`. Losing it loses the database.
    fn database_key(&self) -> Vec<u8>;

    /// Names this boot of the device: the same until the next boot, never the same again after. Empty: the core asks
    /// the operating system (Linux and Android only, where apps may read it). Called once in every `Client.open`.
    fn boot_id(&self) -> String;

    /// One log line. At `Error`, `Warn` and `Info` it holds no address, message or key. `target` is the module it comes
    /// from.
    fn log(&self, level: LogLevel, target: String, message: String);
}

/// The 256-bit key, or `None` if the platform gave something else.
pub(crate) fn database_key(platform: &Arc<dyn Platform>) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = platform.database_key();
    let mut key = Zeroizing::new([0_u8; 32]);
    let fits = bytes.len() == key.len();
    if fits {
        key.copy_from_slice(&bytes);
    }
    bytes.zeroize();
    fits.then_some(key)
}

/// Lets the runtime speak to the foreign trait.
pub(crate) struct Bridge {
    pub(crate) platform: Arc<dyn Platform>,
    network: Option<Arc<dyn PlatformNetwork>>,
    boot_id: String,
}

impl Bridge {
    pub(crate) fn new(platform: Arc<dyn Platform>, network: Option<Arc<dyn PlatformNetwork>>) -> Self {
        let boot_id = platform.boot_id();
        Self { platform, network, boot_id }
    }
}

impl linnet_runtime::Platform for Bridge {
    fn boot_id(&self) -> Option<String> {
        Some(self.boot_id.clone()).filter(|id| !id.is_empty())
    }

    fn lookup(&self, question: &linnet_runtime::Question, lookup: linnet_runtime::Lookup) {
        match &self.network {
            Some(network) => network::lookup(network, question, lookup),
            None => lookup.pass(),
        }
    }

    fn judge(&self, chain: Vec<Vec<u8>>, domain: &str) -> linnet_runtime::Judgement {
        let Some(network) = &self.network else { return linnet_runtime::Judgement::Pass };
        // An exception from the other side arrives as a panic; whatever it was, nothing was found trustworthy.
        let judged = catch_unwind(AssertUnwindSafe(|| network.judge(chain, domain.to_owned()).into()));
        judged.unwrap_or(linnet_runtime::Judgement::NotTrusted)
    }

    fn log(&self, level: linnet_runtime::LogLevel, target: &str, message: &str) {
        let level = match level {
            linnet_runtime::LogLevel::Error => LogLevel::Error,
            linnet_runtime::LogLevel::Warn => LogLevel::Warn,
            linnet_runtime::LogLevel::Info => LogLevel::Info,
            linnet_runtime::LogLevel::Debug => LogLevel::Debug,
            linnet_runtime::LogLevel::Trace => LogLevel::Trace,
        };
        self.platform.log(level, target.to_owned(), message.to_owned());
    }
}
