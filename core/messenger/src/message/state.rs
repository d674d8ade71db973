//! How far our own messages got: sending → sent → (failed, with a reason and a way back).
//!
//! Invariant: an unsent message stands after everything else; once the server has it, it takes its place after what is
//! there, provisionally, until the archive has told where it really is.

use rusqlite::{OptionalExtension, params};

use super::order::{self, Place};
use crate::engine::cx::Cx;
use crate::engine::fault::Sabotage;
use crate::fault::Fault;
use crate::ids::{ChatId, MessageId};
use crate::view::item::SendFailure;

/// The values of `message.state`.
pub const RECEIVED: i64 = 0;
pub const SENDING: i64 = 1;
pub const SENT: i64 = 2;
pub const FAILED: i64 = 3;

/// The chat a message is in, and its place.
pub fn whereabouts(cx: &Cx<'_>, message: MessageId) -> Result<Option<(ChatId, i64, Place)>, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT chat_id, position, place FROM message WHERE id = ?1")?
        .query_row([message], |row| Ok((row.get(0)?, row.get(1)?, Place::of(row.get(2)?))))
        .optional()?)
}

/// The server has confirmed the message.
pub fn taken_by_server(cx: &mut Cx<'_>, message: MessageId) -> Result<(), Fault> {
    let Some((chat, _, place)) = whereabouts(cx, message)? else { return Ok(()) };
    cx.tx
        .prepare_cached("UPDATE message SET state = ?2 WHERE id = ?1 AND state = ?3")?
        .execute((message, SENT, SENDING))?;
    if place == Place::Unsent {
        let archived = cx.session.archive.exists();
        let place = if archived { Place::Provisional } else { Place::Settled };
        let position = match cx.sabotage {
            Some(Sabotage::OrderByClock) => order::by_clock(cx.tx, chat, cx.now.wall)?,
            _ => order::at_end(cx.tx, chat, place)?,
        };
        cx.tx.prepare_cached("UPDATE message SET position = ?2, place = ?3 WHERE id = ?1")?.execute(params![
            message,
            position,
            place.number()
        ])?;
        if archived {
            cx.session.archive.confirm_soon(cx.now.mono);
        }
    }
    cx.chat_changed(chat);
    Ok(())
}

/// The message can't be sent as it is.
pub fn refuse(cx: &mut Cx<'_>, message: MessageId) -> Result<(), Fault> {
    fail(cx, message, SendFailure::Refused)
}

/// The message was refused.
pub fn fail(cx: &mut Cx<'_>, message: MessageId, reason: SendFailure) -> Result<(), Fault> {
    let Some((chat, _, _)) = whereabouts(cx, message)? else { return Ok(()) };
    let json = serde_json::to_string(&reason).map_err(|_| Fault::Corrupt("failure"))?;
    cx.tx
        .prepare_cached("UPDATE message SET state = ?2, failure = ?3 WHERE id = ?1")?
        .execute((message, FAILED, json))?;
    cx.chat_changed(chat);
    Ok(())
}
