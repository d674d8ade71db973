//! What has been seen here.

use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, Refusal};
use crate::fault::CommandError;
use crate::message::state;

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
        let read = cx
            .tx
            .prepare_cached("UPDATE message SET unread = 0 WHERE chat_id = ?1 AND unread = 1 AND position <= ?2")?
            .execute((chat, position))?;
        if read > 0 {
            cx.chat_changed(*chat);
        }
        Ok(Some(Receipt::Done))
    }
}
