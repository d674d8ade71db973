//! The chat_list view.

use rusqlite::Connection;

use super::item::ChatItem;
use super::{View, Window};
use crate::change::Change;
use crate::store::StoreError;

/// See the module.
#[derive(Debug)]
pub struct ChatList;

impl View for ChatList {
    type Item = ChatItem;

    fn concerns(&self, _change: Change) -> bool {
        true
    }

    fn read(&mut self, _connection: &Connection) -> Result<Window<ChatItem>, StoreError> {
        Ok(Window { items: Vec::new(), at_start: true, at_end: true })
    }
}
