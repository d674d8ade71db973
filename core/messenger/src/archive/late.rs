//! What the server's archive was late to write. Around a break a server may hand a message over before it stands in the
//! archive, where what was said after it may stand already (ejabberd: what a lost session had not taken). The page that
//! brings the later one moves the cursor past it, and no later page shows it.
//!
//! The law: a message that the archive has named and does not show after the cursor stands before it. Then the newest
//! page is read once more, and what came live goes where that has it. Nothing of it is asked where nothing was late.
//!
//! XEPs: 0313

use std::collections::BTreeMap;

use super::merge::{chat_of, settle, whereabouts};
use super::page::Archived;
use crate::engine::cx::Cx;
use crate::fault::Fault;
use crate::ids::{ChatId, MessageId};
use crate::message::identity::{self, Known, Via};
use crate::message::order::{self, Place, Side};

/// What came live while a session caught up is looked for so often before the user is told that all is there.
pub(super) const ROUNDS: u32 = 2;
/// So many messages may have come between.
pub(super) const REACH: u32 = 50;

/// Whether something came live while the archive was read.
pub(super) fn arrived_since(cx: &Cx<'_>, newest_message: i64) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1 FROM message INDEXED BY message_unsettled CROSS JOIN chat ON chat.id = message.chat_id
                 WHERE message.place <> 0 AND message.place = 1 AND message.id > ?2 AND chat.account_id = ?1)",
        )?
        .query_row((cx.session.account, newest_message), |row| row.get(0))?)
}

/// Whether the archive has named a message and did not show it in all that follows the cursor.
pub(super) fn is_overtaken(cx: &Cx<'_>, newest_message: i64) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1 FROM message INDEXED BY message_unsettled CROSS JOIN chat ON chat.id = message.chat_id
                 WHERE message.place <> 0 AND message.place = 1 AND message.id <= ?2 AND chat.account_id = ?1
                     AND EXISTS (SELECT 1 FROM message_key AS key
                                 WHERE key.message_id = message.id AND key.kind = 'archive'))",
        )?
        .query_row((cx.session.account, newest_message), |row| row.get(0))?)
}

/// Puts what came live to where the newest page has it. What is not known is left to the looks that store.
pub(super) fn page(cx: &mut Cx<'_>, page: &[Archived]) -> Result<(), Fault> {
    let mut lowest: BTreeMap<ChatId, MessageId> = BTreeMap::new();
    for archived in page.iter().rev() {
        let Some(content) = &archived.content else { continue };
        let Known::Message(message) = identity::find(cx, content, Via::Archive(&archived.id))? else { continue };
        let chat = chat_of(cx, message)?;
        let (position, place) = whereabouts(cx, message)?;
        let above = match lowest.get(&chat) {
            Some(lowest) => Some(whereabouts(cx, *lowest)?.0),
            None => None,
        };
        match (above, place) {
            (Some(above), Place::Live) if position > above => {
                let low = order::before(cx.tx, chat, above)?;
                let position = order::between(cx.tx, chat, low, Some(above), Side::High)?;
                settle(cx, message, chat, position, archived, content)?;
            }
            (Some(above), _) if position > above => continue,
            (_, Place::Live) => settle(cx, message, chat, position, archived, content)?,
            _ => {}
        }
        lowest.insert(chat, message);
    }
    Ok(())
}
