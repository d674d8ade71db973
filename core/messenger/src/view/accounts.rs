//! Accounts with the state of their connections, in the order in which they were added.

use rusqlite::Connection;

use super::item::{self, AccountItem, Privacy};
use super::{View, Window};
use crate::change::Change;
use crate::store::StoreError;

/// See the module.
#[derive(Debug)]
pub struct Accounts;

impl View for Accounts {
    type Item = AccountItem;

    fn concerns(&self, change: Change) -> bool {
        change == Change::Accounts
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<AccountItem>, StoreError> {
        let items = connection
            .prepare_cached(
                "SELECT id, jid, enabled, connection, signed_in, missing, archiving, receipts,
                        read_markers, typing
                 FROM account ORDER BY id",
            )?
            .query_map([], |row| {
                let id = row.get(0)?;
                let connection: String = row.get(3)?;
                let missing: String = row.get(5)?;
                Ok(AccountItem {
                    key: format!("{id}"),
                    id,
                    address: row.get(1)?,
                    enabled: row.get(2)?,
                    connection: serde_json::from_str(&connection).unwrap_or(item::Connection::Off),
                    signed_in: row.get(4)?,
                    missing: serde_json::from_str(&missing).unwrap_or_default(),
                    archiving: row.get(6)?,
                    privacy: Privacy { receipts: row.get(7)?, read_markers: row.get(8)?, typing: row.get(9)? },
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(Window { items, at_start: true, at_end: true })
    }
}
