//! The loop that knows every feature: one call is one transaction, one input is one savepoint, and effects are handed out
//! only after the commit that caused them.

use std::collections::BTreeSet;

use crate::change::Change;
use crate::effect::Effect;
use crate::input::Input;
use crate::now::Now;
use crate::random::Random;
use crate::store::{OpenError, StoreError, StoreOptions};

/// The messenger: all accounts over one database.
pub struct Engine {
    _random: Box<dyn Random>,
}

/// What a call of [`Engine::handle`] gave, already committed.
#[derive(Debug, Default)]
pub struct Outcome {
    /// To be carried out in this order.
    pub effects: Vec<Effect>,
    pub changes: BTreeSet<Change>,
}

impl Engine {
    /// Opens the store, migrates it, and is ready for inputs. The first `handle` connects what is enabled.
    pub fn open(_options: StoreOptions, random: Box<dyn Random>, _now: &Now) -> Result<Self, OpenError> {
        Ok(Self { _random: random })
    }

    /// Takes what happened; returns what to do about it.
    pub fn handle(&mut self, _inputs: Vec<Input>, _now: &Now) -> Outcome {
        Outcome::default()
    }

    /// When to send [`Input::Tick`] at the latest, in [`Now::mono`] milliseconds.
    pub fn next_deadline(&self) -> Option<u64> {
        None
    }

    /// A read-only connection for views.
    pub fn reader(&self) -> Result<rusqlite::Connection, StoreError> {
        Ok(rusqlite::Connection::open_in_memory()?)
    }
}
