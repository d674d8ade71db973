//! Holding the file, letting go of it, and what follows when it can't be had: suspension, the lease, storage that failed,
//! damage.
//!
//! Invariants: a suspended engine has no file open and no lease; what it is then asked is refused. Sessions in memory are
//! kept over a suspension only if nobody else took the lease meanwhile. A lost lease ends an extension; the app takes it
//! back, and reads everything anew.

use super::{Engine, Outcome};
use crate::account::settings;
use crate::change::Change;
use crate::effect::Effect;
use crate::fault::{CommandError, Fault};
use crate::ids::{AccountId, ConnectionId};
use crate::input::Input;
use crate::now::Now;
use crate::store::{OpenError, Role, Store, Verdict, integrity};
use crate::view::item::{Connection, WaitReason};

/// After storage failed.
const RESTART_PAUSE: u64 = 5_000;

/// Why an engine takes nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The app took the lease from this extension.
    LeaseLost,
    /// The file is damaged; the next open says so too.
    Damaged,
}

/// What was under way when a call began: to be answered and closed if the call fails.
pub(super) struct UnderWay {
    tickets: Vec<u64>,
    open: Vec<(AccountId, ConnectionId)>,
}

/// How many of the inputs make one transaction: a suspension ends one, waking up begins one.
pub(super) fn first_part(inputs: &[Input]) -> usize {
    let end = |(at, input): (usize, &Input)| match input {
        Input::Suspend => Some(at + 1),
        Input::Resume if at > 0 => Some(at),
        _ => None,
    };
    inputs.iter().enumerate().find_map(end).unwrap_or(inputs.len())
}

impl Engine {
    /// Whether the file is open: not while suspended, and not at the end.
    pub fn is_open(&self) -> bool {
        self.store.is_some()
    }

    /// Set once nothing more will be done. The file is closed then.
    pub fn ended(&self) -> Option<End> {
        self.end
    }

    /// For an extension, between its calls: whether the app has come. If so, this was the end.
    pub fn look_for_app(&mut self) -> Outcome {
        let lost = |store: &Store| !store.lease.holds(&store.connection).unwrap_or(true);
        if self.options.role == Role::Extension && self.store.as_ref().is_some_and(lost) {
            let under_way = self.under_way(&[]);
            return self.finish(End::LeaseLost, &under_way);
        }
        Outcome::default()
    }

    /// Whether all pages of the file should be read now, in the background ([`crate::store::check_pages`]).
    pub fn wants_check(&self, now: &Now) -> bool {
        // An extension has no time for it.
        self.options.role == Role::App && self.store.as_ref().is_some_and(|store| !store.is_checked(&now.boot_id))
    }

    /// All pages have been read.
    pub fn pages_checked(&mut self, verdict: Verdict, now: &Now) -> Outcome {
        if let Some(store) = &self.store
            && let Err(error) = integrity::remember(&store.connection, verdict, &now.boot_id)
        {
            tracing::warn!(%error, "it is not remembered what reading all pages gave");
        }
        if verdict == Verdict::Damaged {
            let under_way = self.under_way(&[]);
            return self.finish(End::Damaged, &under_way);
        }
        Outcome::default()
    }

    pub(super) fn under_way(&self, inputs: &[Input]) -> UnderWay {
        let ticket = |input: &Input| if let Input::Command { ticket, .. } = input { Some(*ticket) } else { None };
        let open = self
            .sessions
            .values()
            .filter_map(|session| session.connection().map(|connection| (session.account, connection)))
            .collect();
        UnderWay { tickets: inputs.iter().filter_map(ticket).collect(), open }
    }

    /// Opens the file again after a suspension. What another process did meanwhile is read.
    pub(super) fn open_again(&mut self, now: &Now, outcome: &mut Outcome) -> Result<(), OpenError> {
        if self.store.is_none() {
            let mut store = Store::open(self.options.clone())?;
            let others = store.lease.epoch != self.left.wrapping_add(1);
            if others || store.restored {
                self.sessions = settings::load(&mut store, now)?;
                outcome.changes.insert(Change::All);
            }
            self.store = Some(store);
        }
        self.suspended = false;
        Ok(())
    }

    /// Lets go of the file.
    pub(super) fn let_go(&mut self) {
        if self.store.as_ref().is_some_and(Store::is_in_memory) {
            return;
        }
        if let Some(store) = self.store.take() {
            self.left = store.lease.epoch;
            store.close();
        }
    }

    /// Nothing of a call happened, and this is why.
    pub(super) fn recover(&mut self, fault: &Fault, under_way: &UnderWay, now: &Now) -> Outcome {
        match fault {
            Fault::LeaseLost if self.options.role == Role::Extension => self.finish(End::LeaseLost, under_way),
            Fault::LeaseLost => {
                tracing::info!("another process had the lease; it is taken back");
                let raised = self.store.as_mut().map(|store| store.lease.raise(&store.connection));
                let pause = if matches!(raised, Some(Ok(()))) { 0 } else { RESTART_PAUSE };
                self.start_again(under_way, CommandError::NotNow, pause, now)
            }
            Fault::Store(error) if error.is_damage() => {
                tracing::error!(%error, "the database is damaged");
                if let Some(store) = &self.store
                    && let Err(error) = integrity::remember(&store.connection, Verdict::Damaged, &now.boot_id)
                {
                    tracing::warn!(%error, "the damage could not be noted");
                }
                self.finish(End::Damaged, under_way)
            }
            fault => {
                tracing::error!(%fault, "a transaction failed; all sessions start again");
                self.start_again(under_way, CommandError::Storage, RESTART_PAUSE, now)
            }
        }
    }

    /// Transports are dropped, sessions read again; they connect after a pause.
    fn start_again(&mut self, under_way: &UnderWay, refusal: CommandError, pause: u64, now: &Now) -> Outcome {
        let mut outcome = Outcome::default();
        outcome.drop_all(under_way, refusal);
        let until = now.wall.saturating_add_unsigned(pause);
        let waiting = Connection::Waiting { until, reason: WaitReason::Lost };
        let read = self.store.as_mut().map(|store| {
            let sessions = settings::load(store, now)?;
            settings::show_all(store, &waiting)?;
            Ok::<_, OpenError>(sessions)
        });
        if let Some(Ok(sessions)) = read {
            self.sessions = sessions;
        }
        self.sessions.values_mut().for_each(|session| session.wait(now.mono + pause));
        outcome.changes.insert(Change::All);
        outcome
    }

    fn finish(&mut self, end: End, under_way: &UnderWay) -> Outcome {
        tracing::info!(?end, "the messenger ends");
        let mut outcome = Outcome::default();
        let refusal = if end == End::LeaseLost { CommandError::NotNow } else { CommandError::Storage };
        outcome.drop_all(under_way, refusal);
        self.end = Some(end);
        self.sessions.clear();
        self.next_deadline = None;
        // Not closed with care: the file is another's, or damaged.
        self.store = None;
        outcome
    }
}

impl Outcome {
    /// Refuses the commands among these inputs; the others concern nobody.
    pub(super) fn refuse(&mut self, inputs: &[Input], refusal: CommandError) {
        for input in inputs {
            if let Input::Command { ticket, .. } = input {
                self.effects.push(Effect::Answer { ticket: *ticket, result: Err(refusal) });
            }
        }
    }

    fn drop_all(&mut self, under_way: &UnderWay, refusal: CommandError) {
        for &(account, connection) in &under_way.open {
            self.effects.push(Effect::Close { account, connection });
        }
        for &ticket in &under_way.tickets {
            self.effects.push(Effect::Answer { ticket, result: Err(refusal) });
        }
    }

    pub(super) fn add(&mut self, more: Self) {
        self.effects.extend(more.effects);
        self.changes.extend(more.changes);
    }
}
