//! Planted bugs and points to die at, for the chaos test. Only a build with the feature `sabotage` can set them.

use std::collections::BTreeMap;

use rusqlite::Connection as Database;

use crate::fault::Fault;
use crate::ids::AccountId;
use crate::input::Input;
use crate::session::Session;
use crate::wire::{Frame, ns};

/// Where a process may be killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultPoint {
    /// A message was read; nothing of it is committed. Of other stanzas nobody would miss anything.
    Received,
    /// A stanza is committed; no effect of it has left.
    Committed,
    /// The effects of a committed stanza have left.
    Acknowledged,
}

/// A bug that the chaos test must catch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    AckBeforeCommit,
    NoDedup,
    OrderByClock,
}

/// What the chaos test plants.
#[derive(Default)]
pub struct Faults {
    pub sabotage: Option<Sabotage>,
    /// Told of every passed point; may not return.
    pub on_point: Option<Box<dyn FnMut(FaultPoint) + Send>>,
}

impl std::fmt::Debug for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Faults").field("sabotage", &self.sabotage).finish_non_exhaustive()
    }
}

impl Faults {
    pub(super) fn pass(&mut self, point: FaultPoint) {
        if let Some(on_point) = &mut self.on_point {
            on_point(point);
        }
    }
}

/// A cursor that was moved too early, and where it stood.
pub(super) struct Premature {
    pub(super) account: AccountId,
    pub(super) cursor: Option<String>,
}

/// The planted bug: what counts as stored, for the server (`h`) and for the archive (the cursor), is committed before
/// what it counts. Gives what makes it true again once that is committed, too.
pub(super) fn count_before_commit(
    database: &Database,
    sessions: &BTreeMap<AccountId, Session>,
    inputs: &[Input],
) -> Result<Vec<Premature>, Fault> {
    let mut early = Vec::new();
    for input in inputs {
        let Input::Frame { account, connection, frame: Frame::Element(element) } = input else { continue };
        let Some(session) = sessions.get(account).filter(|session| session.is_live()) else { continue };
        if session.connection() != Some(*connection) || element.ns != ns::CLIENT {
            continue;
        }
        database.execute("UPDATE stream SET h_in = h_in + 1 WHERE account_id = ?1", [account])?;
        let ids = element.children().filter(|child| child.is("stanza-id", ns::STANZA_ID));
        let Some(id) = ids.filter_map(|child| child.attribute("id")).next() else { continue };
        let cursor =
            database.query_row("SELECT archive_cursor FROM account WHERE id = ?1", [account], |row| row.get(0))?;
        database
            .execute("UPDATE account SET archive_cursor = ?2 WHERE id = ?1 AND archive_joined = 1", (account, id))?;
        early.push(Premature { account: *account, cursor });
    }
    Ok(early)
}
