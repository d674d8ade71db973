//! Reading all pages of the database once a boot, on a thread of its own and after the first bustle: damage is found
//! before someone meets it.
//!
//! Invariant: after [`Check::stop`] returned, the connection is closed.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use linnet_messenger::store::{StoreOptions, Verdict, check_pages};

use crate::thread::Inbox;

/// After opening, the user waits for other things.
const DELAY: Duration = Duration::from_secs(15);
/// How often a stop is repeated: an interruption only meets a statement that runs.
const AGAIN: Duration = Duration::from_millis(1);

/// A check that is planned or runs.
pub(crate) struct Check {
    handle: JoinHandle<()>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    stopped: Condvar,
}

#[derive(Default)]
struct State {
    stopped: bool,
    interrupt: Option<rusqlite::InterruptHandle>,
}

impl Check {
    /// Plans a check; its verdict goes to the core thread. `None` if the system gives no thread: then another time.
    pub(crate) fn start(options: StoreOptions, inbox: Inbox) -> Option<Self> {
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let run = move || {
            let verdict = if own.wait() { check_pages(&options, |handle| own.begin(handle)) } else { Verdict::Unknown };
            if verdict != Verdict::Unknown {
                inbox.checked(verdict);
            }
        };
        let handle = std::thread::Builder::new().name("linnet-check".to_owned()).spawn(run);
        let handle = handle.inspect_err(|error| tracing::debug!(%error, "the pages are not checked")).ok()?;
        Some(Self { handle, shared })
    }

    /// Breaks it off, and waits until it has closed the file.
    pub(crate) fn stop(self) {
        self.shared.lock().stopped = true;
        self.shared.stopped.notify_all();
        while !self.handle.is_finished() {
            if let Some(interrupt) = &self.shared.lock().interrupt {
                interrupt.interrupt();
            }
            std::thread::sleep(AGAIN);
        }
        if self.handle.join().is_err() {
            tracing::error!("checking the pages panicked");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the quiet time after opening; false if it was stopped.
    fn wait(&self) -> bool {
        let waited = self.stopped.wait_timeout_while(self.lock(), DELAY, |state| !state.stopped);
        !waited.unwrap_or_else(PoisonError::into_inner).0.stopped
    }

    /// The check is about to run; false if it shall not.
    fn begin(&self, interrupt: rusqlite::InterruptHandle) -> bool {
        let mut state = self.lock();
        state.interrupt = Some(interrupt);
        !state.stopped
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_check_is_stopped_before_it_begins() {
        let (inbox, messages) = Inbox::new();
        let begun = Instant::now();
        Check::start(StoreOptions::new(Some("/nowhere/x.db".into()), [0; 32]), inbox).unwrap().stop();
        assert!(begun.elapsed() < DELAY);
        assert!(messages.try_recv().is_err(), "no verdict");
    }
}
