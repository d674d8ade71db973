//! Waiting for the signs of a real server, never for time to pass.

use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
/// A look costs a read of the store.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Waits until it holds; the limit only turns a hang into a failure.
pub fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "not in time: {what}");
        std::thread::sleep(LOOK_AGAIN);
    }
}
