//! Accounts that are being made on a server, each with what its screen shows.

use rusqlite::Connection;

use super::item::{SignUpItem, SignUpProblem, SignUpState, WaitReason};
use super::{View, Window};
use crate::change::Change;
use crate::store::StoreError;

/// See the module.
#[derive(Debug)]
pub struct SignUps;

impl View for SignUps {
    type Item = SignUpItem;

    fn concerns(&self, change: Change) -> bool {
        change == Change::SignUps
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<SignUpItem>, StoreError> {
        let items = connection
            .prepare_cached("SELECT id, server, state FROM sign_up ORDER BY id")?
            .query_map([], |row| {
                let id = row.get(0)?;
                let state: String = row.get(2)?;
                let unreadable =
                    SignUpState::Failed { problem: SignUpProblem::Connection { why: WaitReason::ServerError } };
                Ok(SignUpItem {
                    key: format!("{id}"),
                    id,
                    server: row.get(1)?,
                    state: serde_json::from_str(&state).unwrap_or(unreadable),
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(Window { items, at_start: true, at_end: true })
    }
}
