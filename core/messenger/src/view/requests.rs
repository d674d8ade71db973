//! Who asks to see our presence, newest first.

use rusqlite::Connection;

use super::item::RequestItem;
use super::{View, Window};
use crate::change::Change;
use crate::store::StoreError;

/// See the module.
#[derive(Debug)]
pub struct Requests;

impl View for Requests {
    type Item = RequestItem;

    fn concerns(&self, change: Change) -> bool {
        matches!(change, Change::Contacts(_))
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<RequestItem>, StoreError> {
        let items = connection
            .prepare_cached("SELECT account_id, jid, time FROM subscription_request ORDER BY time DESC, jid LIMIT 200")?
            .query_map([], |row| {
                let account = row.get(0)?;
                let address: String = row.get(1)?;
                Ok(RequestItem { key: format!("{account} {address}"), account, address, time: row.get(2)? })
            })?
            .collect::<Result<_, _>>()?;
        Ok(Window { items, at_start: true, at_end: true })
    }
}
