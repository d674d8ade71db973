//! What has been seen: a mark a chat that only moves forward, whoever moves it. Reading on another device counts, and so
//! does answering there. What the archive brings below the mark later was read, too.
//!
//! XEPs: 0333, 0490

use rusqlite::OptionalExtension;

use super::read_sync;
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, Refusal};
use crate::fault::{CommandError, Fault};
use crate::ids::{ChatId, MessageId};
use crate::message::{marker, order, state};

/// The values of `message.unread`; 2 is a correction's.
pub const READ: i64 = 0;
pub const UNREAD: i64 = 1;
/// Another device has read the chat up to a message that is not stored here yet: it may be further on.
pub const UNDECIDED: i64 = 3;

/// See the module.
#[derive(Debug)]
pub struct Read;

impl Feature for Read {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        let Command::MarkRead { chat, message } = command else { return Ok(None) };
        let (of, position, _) = state::whereabouts(cx, *message)?.ok_or(CommandError::NotFound)?;
        if of != *chat {
            return Err(CommandError::NotFound.into());
        }
        marker::tell(cx, *chat, position)?;
        if up_to(cx, *chat, position)? {
            read_sync::wish(cx, *chat)?;
        }
        Ok(Some(Receipt::Done))
    }
}

/// Everything up to this position has been seen; true if that was not known.
pub fn up_to(cx: &mut Cx<'_>, chat: ChatId, position: i64) -> Result<bool, Fault> {
    // What waits to be sent stands last, and would take the mark along.
    let last: Option<(MessageId, i64)> = cx
        .tx
        .prepare_cached(
            "SELECT id, position FROM message WHERE chat_id = ?1 AND position <= ?2 AND position < ?3
             ORDER BY position DESC LIMIT 1",
        )?
        .query_row((chat, position, order::UNSENT), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((message, position)) = last else { return Ok(false) };
    let moved = mark(cx, chat)?.is_none_or(|mark| mark < position);
    if moved {
        cx.tx.prepare_cached("UPDATE chat SET read_up_to = ?2 WHERE id = ?1")?.execute((chat, message))?;
    }
    let mut read = 0;
    for sql in [
        "UPDATE message SET unread = 0 WHERE chat_id = ?1 AND unread = 1 AND position <= ?2",
        "UPDATE message SET unread = 0 WHERE chat_id = ?1 AND unread = 3 AND position <= ?2",
    ] {
        read += cx.tx.prepare_cached(sql)?.execute((chat, position))?;
    }
    if read > 0 {
        cx.chat_changed(chat);
    }
    Ok(moved || read > 0)
}

/// Everything up to and including this message has been seen on another device of ours.
pub fn read_up_to(cx: &mut Cx<'_>, chat: ChatId, message: MessageId) -> Result<(), Fault> {
    match state::whereabouts(cx, message)? {
        Some((of, position, _)) if of == chat => up_to(cx, chat, position).map(|_| ()),
        _ => Ok(()),
    }
}

/// How far a chat was read, for what comes in.
#[derive(Debug, Clone, Copy)]
pub struct Horizon {
    mark: Option<i64>,
    undecided: bool,
}

impl Horizon {
    /// Of a chat, now.
    pub fn of(cx: &Cx<'_>, chat: ChatId) -> Result<Self, Fault> {
        let undecided = !cx.session.archive.caught_up && read_sync::is_parked(cx, chat)?;
        Ok(Self { mark: mark(cx, chat)?, undecided })
    }

    /// How a message of somebody else begins at this position.
    pub fn begins(self, position: i64) -> i64 {
        match self.mark {
            Some(mark) if position <= mark => READ,
            _ if self.undecided => UNDECIDED,
            _ => UNREAD,
        }
    }
}

/// A message is about to be deleted: the mark goes on to the one before it.
pub fn forget(cx: &Cx<'_>, message: MessageId) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE chat SET read_up_to = (
                 SELECT before.id FROM message AS gone JOIN message AS before
                     ON before.chat_id = gone.chat_id AND before.position < gone.position
                 WHERE gone.id = ?1 ORDER BY before.position DESC LIMIT 1)
             WHERE read_up_to = ?1 AND id = (SELECT chat_id FROM message WHERE id = ?1)",
        )?
        .execute([message])?;
    Ok(())
}

/// Where the mark of a chat stands.
pub fn mark(cx: &Cx<'_>, chat: ChatId) -> Result<Option<i64>, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT message.position FROM chat JOIN message ON message.id = chat.read_up_to WHERE chat.id = ?1",
        )?
        .query_row([chat], |row| row.get(0))
        .optional()?)
}
