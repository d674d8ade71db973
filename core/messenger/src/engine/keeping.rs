//! One transaction for several calls while the archive is read: what a commit costs, on flash above all, is the pages it
//! touches, and a hundred messages touch nearly as many as a thousand do. A call stays open if nobody was promised
//! anything by it: its inputs can be asked for again, and all that leaves is the question for the next page.
//!
//! Invariants: whatever else a call brings is in a transaction of its own, begun after what was open is committed; what
//! is open lasts no longer than [`LONGEST`]; views hear of it when it is committed. What an open transaction holds is lost
//! with its process, and with a fault: the cursor (ADR 3) goes back with it, and sessions begin again. An extension, which
//! may be frozen at any moment, leaves none open: the app could not write.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection as Database;

use super::Outcome;
use crate::change::Change;
use crate::effect::Effect;
use crate::fault::Fault;
use crate::ids::AccountId;
use crate::input::Input;
use crate::session::Session;

/// Inputs of an open transaction: about as many messages. The pages that they touch still fit into the cache. It is
/// committed after something was stored: while the archive talks, at the latest at twice as many.
const MOST: usize = 768;
/// So many are a burst.
const MANY: usize = 256;

/// How long a transaction may stay open, milliseconds: views wait for it.
const LONGEST: u64 = 250;

/// A transaction that was left open.
#[derive(Debug)]
pub(super) struct Kept {
    /// To be committed then, mono.
    pub(super) until: u64,
    inputs: usize,
    changes: BTreeSet<Change>,
}

/// Begins a transaction, or goes on with the one that was left open.
pub(super) fn begin(database: &Database, kept: Option<&Kept>) -> Result<(), Fault> {
    match (database.is_autocommit(), kept) {
        (true, None) => Ok(database.execute_batch("BEGIN IMMEDIATE")?),
        (false, Some(_)) => Ok(()),
        // SQLite itself rolls back when the disk is full.
        (true, Some(_)) => Err(Fault::Corrupt("an open transaction was lost")),
        (false, None) => Err(Fault::Corrupt("a transaction was left open")),
    }
}

/// Commits; views hear of everything since it was begun.
pub(super) fn commit(database: &Database, kept: &mut Option<Kept>, outcome: &mut Outcome) -> Result<(), Fault> {
    database.execute_batch("COMMIT")?;
    if let Some(mut kept) = kept.take() {
        outcome.changes.append(&mut kept.changes);
    }
    Ok(())
}

/// Takes back what is open.
pub(super) fn roll_back(database: &Database) {
    if !database.is_autocommit()
        && let Err(error) = database.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "a transaction can't be rolled back");
    }
}

impl Kept {
    /// With what a call of so many inputs did; the views do not hear of it yet.
    pub(super) fn add(kept: Option<Self>, mono: u64, inputs: usize, outcome: &mut Outcome) -> Self {
        let mut kept =
            kept.unwrap_or_else(|| Self { until: mono.saturating_add(LONGEST), inputs: 0, changes: BTreeSet::new() });
        kept.inputs += inputs;
        kept.changes.append(&mut outcome.changes);
        kept
    }

    /// Whether it may stay open after a call of so many inputs more.
    pub(super) fn has_room(kept: Option<&Self>, mono: u64, inputs: usize, reads: bool) -> bool {
        let most = if reads { 2 * MOST } else { MOST };
        kept.is_none_or(|kept| mono < kept.until && kept.inputs + inputs < most)
    }

    /// Whether more than a look at the archive was made.
    pub(super) fn is_much(&self) -> bool {
        self.inputs >= MANY
    }
}

/// Whether more of an archive is on its way.
pub(super) fn reads_on(sessions: &BTreeMap<AccountId, Session>) -> bool {
    sessions.values().any(|session| session.archive.run.is_some())
}

/// Whether all that a call led to may leave before it is committed. A question for a page may, in a session that ends with
/// its process; where it could be resumed the server would know more of it than we do.
pub(super) fn promises_nothing(asks_only: bool, effects: &[Effect], sessions: &BTreeMap<AccountId, Session>) -> bool {
    let is_unmanaged = |account| sessions.get(account).is_some_and(Session::is_unmanaged);
    effects.iter().all(|effect| match effect {
        Effect::Write { account, .. } => asks_only && is_unmanaged(account),
        Effect::Violation { .. } => true,
        _ => false,
    })
}

/// Whether nothing but results of the archive came. The clock may have other reasons to write.
pub(super) fn is_archive(inputs: &[Input]) -> bool {
    inputs.iter().all(|input| matches!(input, Input::Frame { .. }))
}

#[cfg(test)]
mod tests {
    use jid::FullJid;

    use super::*;
    use crate::account::settings;
    use crate::fault::Violation;
    use crate::ids::ConnectionId;
    use crate::now::Now;
    use crate::session::{Link, connect};
    use crate::store::{Store, StoreOptions};

    fn database() -> Database {
        let database = Database::open_in_memory().unwrap();
        database.execute_batch("CREATE TABLE x (y INTEGER) STRICT").unwrap();
        database
    }

    fn call(database: &Database, kept: Option<Kept>, change: Change) -> Kept {
        begin(database, kept.as_ref()).unwrap();
        database.execute_batch("INSERT INTO x (y) VALUES (1)").unwrap();
        let mut outcome = Outcome { changes: BTreeSet::from([change]), ..Outcome::default() };
        let kept = Kept::add(kept, 1_000, 1, &mut outcome);
        assert!(outcome.changes.is_empty(), "views hear of nothing yet");
        kept
    }

    fn rows(database: &Database) -> i64 {
        database.query_row("SELECT count(*) FROM x", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn what_was_kept_is_committed_and_told_together() {
        let database = database();
        let kept = call(&database, None, Change::Accounts);
        let mut kept = Some(call(&database, Some(kept), Change::ChatList));
        let mut outcome = Outcome::default();
        commit(&database, &mut kept, &mut outcome).unwrap();
        assert_eq!(outcome.changes, BTreeSet::from([Change::Accounts, Change::ChatList]));
        assert!(kept.is_none() && database.is_autocommit());
        roll_back(&database);
        assert_eq!(rows(&database), 2);
    }

    #[test]
    fn a_fault_takes_back_all_of_it() {
        let database = database();
        let kept = call(&database, None, Change::Accounts);
        call(&database, Some(kept), Change::ChatList);
        roll_back(&database);
        assert_eq!(rows(&database), 0);
        assert!(begin(&database, None).is_ok(), "and the next call begins anew");
    }

    #[test]
    fn a_transaction_that_is_not_what_it_should_be_is_a_fault() {
        let database = database();
        let kept = call(&database, None, Change::Accounts);
        assert!(begin(&database, None).is_err());
        // As SQLite does by itself when the disk is full.
        database.execute_batch("ROLLBACK").unwrap();
        assert!(begin(&database, Some(&kept)).is_err());
    }

    #[test]
    fn only_a_question_leaves_before_it_is_committed_and_only_in_a_session_that_ends_with_its_process() {
        let now = Now { wall: 1_790_000_000_000, mono: 5, boot_id: "boot".to_owned() };
        let mut store = Store::open(StoreOptions::new(None, [1; 32])).unwrap();
        let account = "INSERT INTO account (jid, password, resource, connection) VALUES ('a@b.test', '', 'r', '')";
        store.connection.execute_batch(account).unwrap();
        let mut sessions = settings::load(&mut store, &now).unwrap();
        let account = *sessions.keys().next().unwrap();
        let write = || Effect::Write { account, connection: ConnectionId(1), bytes: b"<iq/>".to_vec() };
        let told = || Effect::Violation { account, violation: Violation::ArchiveResultMalformed };
        let close = Effect::Close { account, connection: ConnectionId(1) };
        assert!(!promises_nothing(true, &[write()], &sessions), "there is no session");
        let mut live = |managed| {
            let bound = FullJid::new("a@b.test/r").unwrap();
            let live = connect::live(ConnectionId(1), bound, managed, 5);
            sessions.get_mut(&account).unwrap().link = Link::Live(Box::new(live));
            promises_nothing(true, &[told(), write()], &sessions)
        };
        assert!(!live(true), "the server would count it");
        assert!(live(false));
        assert!(!promises_nothing(false, &[write()], &sessions), "it may be something else");
        assert!(promises_nothing(false, &[told()], &sessions));
        assert!(!promises_nothing(true, &[close], &sessions));
    }

    #[test]
    fn it_ends_in_time_and_before_it_is_too_much() {
        let database = database();
        let mut kept = call(&database, None, Change::Accounts);
        assert!(Kept::has_room(Some(&kept), 1_249, 1, false));
        assert!(!Kept::has_room(Some(&kept), 1_250, 1, true));
        assert!(!kept.is_much());
        kept.inputs = MOST;
        assert!(kept.is_much());
        assert!(!Kept::has_room(Some(&kept), 1_001, 1, false));
        assert!(Kept::has_room(Some(&kept), 1_001, 1, true), "while the archive talks nobody wants to wait");
        assert!(!Kept::has_room(Some(&kept), 1_001, MOST, true));
    }
}
