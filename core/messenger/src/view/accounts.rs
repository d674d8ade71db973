//! The accounts view.

use rusqlite::Connection;

use super::item::AccountItem;
use super::{View, Window};
use crate::change::Change;
use crate::store::StoreError;

/// See the module.
#[derive(Debug)]
pub struct Accounts;

impl View for Accounts {
    type Item = AccountItem;

    fn concerns(&self, _change: Change) -> bool {
        true
    }

    fn read(&mut self, _connection: &Connection) -> Result<Window<AccountItem>, StoreError> {
        Ok(Window { items: Vec::new(), at_start: true, at_end: true })
    }
}
