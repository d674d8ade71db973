//! How far our own messages got: sending → sent → delivered → read, or failed, with a reason and a way back.
//!
//! States only move forward: an error that comes after a receipt changes nothing, a receipt after an error does. A message
//! that was marked as read says the same of all own messages before it; that is not written down but seen by who looks, so
//! that it holds for those which the archive brings later, too.
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
pub const DELIVERED: i64 = 4;
pub const READ: i64 = 5;

/// Confirmed within this, a message has the archive's stamp but for what nobody sees, milliseconds.
const AT_ONCE: i64 = 1_000;

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
        let place = if !cx.session.archive.exists() {
            Place::Settled
        } else if went_straight(cx, chat, message)? {
            Place::Live
        } else {
            Place::Provisional
        };
        let position = match cx.sabotage {
            Some(Sabotage::OrderByClock) => order::by_clock(cx.tx, chat, cx.now.wall)?,
            _ => order::at_end(cx.tx, chat, place)?,
        };
        cx.tx.prepare_cached("UPDATE message SET position = ?2, place = ?3 WHERE id = ?1")?.execute(params![
            message,
            position,
            place.number()
        ])?;
        match place {
            Place::Live => cx.session.archive.confirm_later(cx.now.mono),
            Place::Provisional => cx.session.archive.confirm_soon(cx.now.mono),
            Place::Settled | Place::Unsent => {}
        }
    }
    cx.chat_changed(chat);
    Ok(())
}

/// Whether the order of arrival is the archive's order, too: the server has confirmed the message at once, and nothing
/// else has come into its chat meanwhile. Only a session that is told everything can know that.
fn went_straight(cx: &Cx<'_>, chat: ChatId, message: MessageId) -> Result<bool, Fault> {
    if !cx.session.has_carbons() || !cx.session.archive.trusts_stanza_ids() {
        return Ok(false);
    }
    let made: i64 =
        cx.tx.prepare_cached("SELECT time FROM message WHERE id = ?1")?.query_row([message], |row| row.get(0))?;
    let crossed = cx
        .tx
        .prepare_cached("SELECT 1 FROM message WHERE chat_id = ?1 AND id > ?2 AND NOT (outgoing = 1 AND place = ?3)")?
        .exists((chat, message, Place::Unsent.number()))?;
    Ok(!crossed && (cx.server_time() - made).abs() < AT_ONCE)
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
        .prepare_cached(
            "UPDATE message SET state = ?2, failure = ?3
             WHERE id = ?1 AND state NOT IN (4, 5) AND position > coalesce(
                 (SELECT max(position) FROM message AS read WHERE read.chat_id = ?4 AND read.state = 5),
                 -9223372036854775807)",
        )?
        .execute((message, FAILED, json, chat))?;
    cx.chat_changed(chat);
    Ok(())
}

/// A device of the recipient has it, or its user has seen it: moves an own message there, if that is forward.
pub fn reached(cx: &mut Cx<'_>, message: MessageId, state: i64) -> Result<(), Fault> {
    let chat: Option<ChatId> = cx
        .tx
        .prepare_cached(
            "UPDATE message SET state = ?2, failure = NULL
             WHERE id = ?1 AND outgoing = 1 AND (state IN (1, 2, 3) OR (state = 4 AND ?2 = 5)) RETURNING chat_id",
        )?
        .query_row((message, state), |row| row.get(0))
        .optional()?;
    if let Some(chat) = chat {
        cx.chat_changed(chat);
    }
    Ok(())
}
