//! What the surroundings of a client may supply or want to hear of. Everything has a default: a headless client needs
//! none of it.

use linnet_messenger::effect::Effect;
use linnet_messenger::engine::End;

use crate::log::LogLevel;

/// The surroundings of a client. Methods are called from the core's own threads and must not block.
pub trait Platform: Send + Sync + 'static {
    /// Names this boot of the device; `None`: ask the operating system.
    fn boot_id(&self) -> Option<String> {
        None
    }

    /// One log line, if [`crate::log_to`] was called with this platform.
    fn log(&self, _level: LogLevel, _target: &str, _message: &str) {}

    /// An effect is about to be carried out, in order, after its commit. For tests and the driver.
    fn effect(&self, _effect: &Effect) {}

    /// The core ends without having been asked to; the file is closed.
    fn ended(&self, _end: End) {}
}

/// Surroundings without anything of their own.
impl Platform for () {}
