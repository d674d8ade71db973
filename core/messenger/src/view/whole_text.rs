//! The whole of a text of which a row shows the beginning: in portions to be shown one after the other, and in one to be
//! copied or corrected.

use rusqlite::{Connection, OptionalExtension};

use super::item::TextPortion;
use crate::ids::MessageId;
use crate::message::portion::{self, Place};
use crate::store::StoreError;

/// Which text of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextOf {
    /// What the timeline shows: the newest version.
    Message(MessageId),
    /// This version itself.
    Version(MessageId),
}

/// The portion that begins there, 0 at first. `None`: the message is gone, or that is no place in it.
pub fn portion(connection: &Connection, of: TextOf, from: u64) -> Result<Option<TextPortion>, StoreError> {
    let Some((body, unstyled)) = stored(connection, of)? else { return Ok(None) };
    let acts = matches!(of, TextOf::Message(_));
    let read = portion::read(&body, unstyled, acts, Place::of(from));
    Ok(read.map(|read| TextPortion { text: read.blocks, me: read.me, next: read.next.map(Place::number) }))
}

/// All of it, as it was written. `None`: the message is gone.
pub fn body(connection: &Connection, of: TextOf) -> Result<Option<String>, StoreError> {
    Ok(stored(connection, of)?.map(|(body, _)| body))
}

fn stored(connection: &Connection, of: TextOf) -> rusqlite::Result<Option<(String, bool)>> {
    let (sql, message) = match of {
        TextOf::Message(message) => (
            "SELECT coalesce(version.body, message.body), coalesce(version.unstyled, message.unstyled) FROM message
             LEFT JOIN message AS version ON version.id = (SELECT id FROM message AS newer
                 WHERE newer.corrects = message.id ORDER BY newer.position DESC LIMIT 1)
             WHERE message.id = ?1",
            message,
        ),
        TextOf::Version(message) => ("SELECT body, unstyled FROM message WHERE id = ?1", message),
    };
    connection.prepare_cached(sql)?.query_row([message], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}
