//! The timeline view.

use rusqlite::Connection;

use super::item::TimelineItem;
use super::{View, Window};
use crate::change::Change;
use crate::store::StoreError;

/// See the module.
#[derive(Debug)]
pub struct Timeline {
    _chat: crate::ids::ChatId,
}

impl Timeline {
    /// The newest messages of a chat.
    pub fn new(chat: crate::ids::ChatId) -> Self {
        Self { _chat: chat }
    }
}

impl View for Timeline {
    type Item = TimelineItem;

    fn concerns(&self, _change: Change) -> bool {
        true
    }

    fn read(&mut self, _connection: &Connection) -> Result<Window<TimelineItem>, StoreError> {
        Ok(Window { items: Vec::new(), at_start: true, at_end: true })
    }
}
