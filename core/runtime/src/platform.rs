//! What the surroundings of a client may supply or want to hear of. Everything has a default: a headless client needs
//! none of it.

use linnet_messenger::effect::Effect;
use linnet_messenger::engine::End;

use crate::log::LogLevel;
use crate::lookup::{Lookup, Question};

/// What the platform says of a chain of certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// It does not judge: Linnet asks the operating system by itself.
    Pass,
    /// An authority that the platform trusts signed it, and its time is now. Name and purpose are checked elsewhere.
    Trusted,
    Revoked,
    NotTrusted,
}

/// The surroundings of a client. Methods are called from the core's own threads and must not block.
pub trait Platform: Send + Sync + 'static {
    /// Names this boot of the device; `None`: ask the operating system.
    fn boot_id(&self) -> Option<String> {
        None
    }

    /// One log line, if [`crate::log_to`] was called with this platform.
    fn log(&self, _level: LogLevel, _target: &str, _message: &str) {}

    /// Finds something out about a name. Begins and returns; the answer goes to the lookup, from any thread.
    fn lookup(&self, _question: &Question, lookup: Lookup) {
        lookup.pass();
    }

    /// Judges a server's certificates (DER), the server's own first. May take some milliseconds.
    fn judge(&self, _chain: Vec<Vec<u8>>, _domain: &str) -> Judgement {
        Judgement::Pass
    }

    /// An effect is about to be carried out, in order, after its commit. For tests and the driver.
    fn effect(&self, _effect: &Effect) {}

    /// The core ends without having been asked to; the file is closed.
    fn ended(&self, _end: End) {}
}

/// Surroundings without anything of their own.
impl Platform for () {}
