//! The operating system's randomness.

use linnet_messenger::account::passphrase;
use linnet_messenger::command::Secret;
use linnet_messenger::random::Random;

/// Fills from the operating system on every call.
pub(crate) struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("invariant: the operating system has randomness once it has booted");
    }
}

/// An unguessable id for one send: 128 bits in 22 URL-safe characters.
pub fn new_token() -> String {
    let mut random = SystemRandom;
    (&mut random as &mut dyn Random).id()
}

/// A password for a new account.
pub fn new_password() -> Secret {
    passphrase::generate(&mut SystemRandom)
}
