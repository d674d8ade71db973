//! The requests view.

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

    fn concerns(&self, _change: Change) -> bool {
        true
    }

    fn read(&mut self, _connection: &Connection) -> Result<Window<RequestItem>, StoreError> {
        Ok(Window { items: Vec::new(), at_start: true, at_end: true })
    }
}
