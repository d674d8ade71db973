//! What has been seen, here or on another device of ours.

use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, Refusal};
use crate::fault::{CommandError, Fault};
use crate::ids::{ChatId, MessageId};
use crate::message::{marker, state};

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
        read_up_to(cx, *chat, *message)?;
        Ok(Some(Receipt::Done))
    }
}

/// Everything up to and including this message has been seen: here, or so another device of ours says.
pub fn read_up_to(cx: &mut Cx<'_>, chat: ChatId, message: MessageId) -> Result<(), Fault> {
    let read = cx
        .tx
        .prepare_cached(
            "UPDATE message SET unread = 0 WHERE chat_id = ?1 AND unread = 1
               AND position <= (SELECT position FROM message WHERE id = ?2)",
        )?
        .execute((chat, message))?;
    if read > 0 {
        cx.chat_changed(chat);
    }
    Ok(())
}
