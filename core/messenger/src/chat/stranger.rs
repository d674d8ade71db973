//! Strangers: whoever writes or asks without being a contact, and without having been written to, waits in a box of
//! requests. Nothing tells of them there: no notification, no receipt, no marker, and they are shown no sign of us.
//!
//! Invariants: a chat that was known once stays so; what strangers can store is bounded, in chats and in messages a chat,
//! and what is dropped can be read from the archive again, should they become known.
//!
//! XEPs: RFC 6121 3

use jid::BareJid;
use rusqlite::OptionalExtension;

use super::open;
use crate::change::Change;
use crate::command::{Command, Receipt};
use crate::contact::subscription;
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, Refusal, SessionEvent};
use crate::fault::{CommandError, Fault};
use crate::ids::ChatId;
use crate::message::deletion;

/// Chats of strangers, an account: the newest are kept.
const MOST_CHATS: u32 = 1_000;
/// Messages of one stranger.
const MOST_MESSAGES: u32 = 200;

/// See the module.
#[derive(Debug)]
pub struct Strangers;

impl Feature for Strangers {
    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        if event == SessionEvent::Bound { bound(cx, None) } else { Ok(()) }
    }

    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        let Command::AnswerRequest { address, accept, .. } = command else { return Ok(None) };
        let peer = BareJid::new(address).map_err(|_| CommandError::AddressInvalid)?;
        let chat: Option<ChatId> = cx
            .tx
            .prepare_cached("SELECT id FROM chat WHERE account_id = ?1 AND jid = ?2 AND known = 0 AND listed = 1")?
            .query_row((cx.session.account, peer.as_str()), |row| row.get(0))
            .optional()?;
        match (*accept, chat) {
            (true, Some(chat)) => known(cx, chat)?,
            (false, Some(chat)) => deletion::delete_chat(cx, chat)?,
            (_, None) => {}
        }
        subscription::answer(cx, &peer, *accept)?;
        Ok(Some(Receipt::Done))
    }
}

/// The user wants to have to do with them.
pub fn known(cx: &mut Cx<'_>, chat: ChatId) -> Result<(), Fault> {
    cx.tx.prepare_cached("UPDATE chat SET known = 1 WHERE id = ?1")?.execute([chat])?;
    cx.chat_changed(chat);
    Ok(())
}

/// A message is about to be put into this chat: of a stranger who has written too much only what comes now is kept.
/// Returns the chat to put it into.
pub fn make_room(cx: &mut Cx<'_>, chat: ChatId, peer: &BareJid) -> Result<ChatId, Fault> {
    let full: bool = cx
        .tx
        .prepare_cached(
            "SELECT known = 0 AND ?2 <= (SELECT count(*) FROM
                 (SELECT 1 FROM message WHERE message.chat_id = chat.id LIMIT ?2))
             FROM chat WHERE id = ?1",
        )?
        .query_row((chat, MOST_MESSAGES), |row| row.get(0))?;
    if !full {
        return Ok(chat);
    }
    forget(cx, chat)?;
    open::for_peer(cx, peer)
}

/// A message was put into this chat.
pub fn wrote(cx: &mut Cx<'_>, chat: ChatId) -> Result<(), Fault> {
    let known: bool =
        cx.tx.prepare_cached("SELECT known FROM chat WHERE id = ?1")?.query_row([chat], |row| row.get(0))?;
    if known { Ok(()) } else { bound(cx, Some(chat)) }
}

/// Keeps the chats of strangers within their bound, and this one in any case.
pub fn bound(cx: &mut Cx<'_>, kept: Option<ChatId>) -> Result<(), Fault> {
    let above: Vec<ChatId> = cx
        .tx
        .prepare_cached(
            "SELECT id FROM chat INDEXED BY chat_strangers WHERE account_id = ?1 AND known = 0
             ORDER BY last_activity DESC, id DESC LIMIT -1 OFFSET ?2",
        )?
        .query_map((cx.session.account, MOST_CHATS), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    above.into_iter().filter(|chat| Some(*chat) != kept).try_for_each(|chat| forget(cx, chat))
}

fn forget(cx: &mut Cx<'_>, chat: ChatId) -> Result<(), Fault> {
    cx.tx.prepare_cached("DELETE FROM chat WHERE id = ?1")?.execute([chat])?;
    // The archive has more than what is stored here: a chat that is opened anew begins with a gap.
    cx.tx.prepare_cached("UPDATE account SET archive_whole = 0 WHERE id = ?1")?.execute([cx.session.account])?;
    cx.change(Change::Chat(chat));
    cx.change(Change::ChatList);
    Ok(())
}
