//! The versions of a corrected message, oldest first; the last one is shown in the timeline (XEP-0308).
//!
//! Invariant: bounded; of a message corrected without end, the first and the newest versions are there, and of a
//! long one its beginning.

use rusqlite::Connection;

use super::item::VersionItem;
use super::{View, Window};
use crate::change::Change;
use crate::ids::MessageId;
use crate::message::portion::{self, Place};
use crate::store::StoreError;

/// Corrections shown.
const MOST: u32 = 100;

/// The versions of one message.
#[derive(Debug)]
pub struct Versions {
    message: MessageId,
}

impl Versions {
    /// Of this message; empty if there is none.
    pub fn new(message: MessageId) -> Self {
        Self { message }
    }
}

impl View for Versions {
    type Item = VersionItem;

    fn concerns(&self, change: Change) -> bool {
        matches!(change, Change::Chat(_))
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<VersionItem>, StoreError> {
        let items = connection
            .prepare_cached(
                "SELECT id, body, time, unstyled FROM (
                     SELECT id, body, time, unstyled, correction, position FROM (
                         SELECT id, body, time, unstyled, 1 AS correction, position FROM message
                         WHERE corrects = ?1 ORDER BY position DESC LIMIT ?2)
                     UNION ALL SELECT id, body, time, unstyled, 0, 0 FROM message WHERE id = ?1)
                 ORDER BY correction, position",
            )?
            .query_map((self.message, MOST), |row| {
                let id: MessageId = row.get(0)?;
                let body: String = row.get(1)?;
                let shown = portion::read(&body, row.get(3)?, false, Place::default());
                Ok(VersionItem {
                    key: format!("{id}"),
                    id,
                    cut: shown.as_ref().is_some_and(|shown| shown.next.is_some()),
                    text: shown.map(|shown| shown.blocks).unwrap_or_default(),
                    time: row.get(2)?,
                })
            })?
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Window { items, at_start: true, at_end: true })
    }
}
