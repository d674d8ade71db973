//! Two threads that read the database for views. A read never runs inside a future's poll, and never on the core
//! thread.
//!
//! Invariant: a connection is either free, or out with exactly one job; after [`Readers::park`] and [`Readers::close`]
//! returned none is open.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

/// How many reader connections and threads a client has.
pub(crate) const COUNT: usize = 2;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// A handle on the reader threads.
#[derive(Clone)]
pub(crate) struct Readers(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    free: Vec<Connection>,
    out: usize,
    phase: Phase,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    Serving,
    /// Suspended: jobs wait.
    Parked,
    /// No connection to be had: jobs are dropped, their askers learn of it.
    Broken,
    Closed,
}

impl Readers {
    /// Starts the threads.
    pub(crate) fn start(connections: Vec<Connection>) -> std::io::Result<Self> {
        let state = State { free: connections, ..State::default() };
        let readers = Self(Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() }));
        for number in 0..COUNT {
            let shared = Arc::clone(&readers.0);
            std::thread::Builder::new().name(format!("linnet-read-{number}")).spawn(move || shared.serve())?;
        }
        Ok(readers)
    }

    /// Gives a job. It is dropped unrun once the readers are closed or broken.
    pub(crate) fn submit(&self, job: impl FnOnce(&Connection) + Send + 'static) {
        let mut state = self.0.lock();
        if matches!(state.phase, Phase::Serving | Phase::Parked) {
            state.jobs.push_back(Box::new(job));
            self.0.changed.notify_all();
        }
    }

    /// Closes every connection, waiting for running reads. Jobs wait until [`Readers::serve_again`].
    pub(crate) fn park(&self) {
        self.close_connections(Phase::Parked);
    }

    /// Whether they have connections; if not, [`Readers::serve_again`] brings them back.
    pub(crate) fn serving(&self) -> bool {
        self.0.lock().phase == Phase::Serving
    }

    /// Goes on after [`Readers::park`]; without connections every job fails.
    pub(crate) fn serve_again(&self, connections: Option<Vec<Connection>>) {
        let mut state = self.0.lock();
        if state.phase == Phase::Closed {
            return;
        }
        match connections {
            Some(connections) => {
                state.free = connections;
                state.phase = Phase::Serving;
            }
            None => {
                state.jobs.clear();
                state.phase = Phase::Broken;
            }
        }
        self.0.changed.notify_all();
    }

    /// Closes every connection for good, waiting for running reads, and ends the threads.
    pub(crate) fn close(&self) {
        self.close_connections(Phase::Closed);
    }

    fn close_connections(&self, phase: Phase) {
        let mut state = self.0.lock();
        if state.phase == Phase::Closed {
            return;
        }
        state.phase = phase;
        let free = std::mem::take(&mut state.free);
        let dropped = if phase == Phase::Closed { std::mem::take(&mut state.jobs) } else { VecDeque::new() };
        self.0.changed.notify_all();
        while state.out > 0 {
            state = self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        drop(free);
        drop(dropped);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        while let Some((job, connection)) = self.next() {
            if catch_unwind(AssertUnwindSafe(|| job(&connection))).is_err() {
                tracing::error!("a read panicked");
            }
            let mut state = self.lock();
            if state.phase == Phase::Serving {
                state.free.push(connection);
            } else {
                drop(connection);
            }
            state.out -= 1;
            self.changed.notify_all();
        }
    }

    fn next(&self) -> Option<(Job, Connection)> {
        let mut state = self.lock();
        loop {
            if state.phase == Phase::Closed {
                return None;
            }
            if let Some(connection) = state.free.pop() {
                if let Some(job) = state.jobs.pop_front() {
                    state.out += 1;
                    return Some((job, connection));
                }
                state.free.push(connection);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
