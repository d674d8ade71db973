//! Which chats there are: made by the user, or by the first message.

use jid::BareJid;
use rusqlite::OptionalExtension;

use crate::archive::gap;
use crate::command::{Command, Receipt};
use crate::contact::address::Address;
use crate::contact::link::Introduction;
use crate::contact::subscription;
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, Refusal};
use crate::fault::{CommandError, Fault};
use crate::ids::ChatId;

/// See the module.
#[derive(Debug)]
pub struct Open;

impl Feature for Open {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        let Command::StartChat { address, .. } = command else { return Ok(None) };
        let address = Address::read(address).map_err(|_| CommandError::AddressInvalid)?;
        let introduction = Introduction::of(&address);
        let peer = address.jid;
        let chat = for_peer(cx, &peer)?;
        let time = cx.server_time();
        cx.tx
            .prepare_cached(
                "UPDATE chat SET listed = 1, known = 1, last_activity = max(last_activity, ?2) WHERE id = ?1",
            )?
            .execute((chat, time))?;
        cx.chat_changed(chat);
        if peer != cx.own() {
            subscription::ask_unless_subscribed(cx, &peer, &introduction)?;
        }
        Ok(Some(Receipt::Chat(chat)))
    }
}

/// The chat with this bare JID, made if needed; what is put into it puts it on the list.
pub fn for_peer(cx: &mut Cx<'_>, peer: &BareJid) -> Result<ChatId, Fault> {
    let known: Option<ChatId> = cx
        .tx
        .prepare_cached("SELECT id FROM chat WHERE account_id = ?1 AND jid = ?2")?
        .query_row((cx.session.account, peer.as_str()), |row| row.get(0))
        .optional()?;
    if let Some(chat) = known {
        return Ok(chat);
    }
    // Our own server's announcements are no stranger's.
    let own = *peer == cx.session.jid || peer.as_str() == cx.session.jid.domain().as_str();
    cx.tx
        .prepare_cached(
            "INSERT INTO chat (account_id, jid, listed, known)
             VALUES (?1, ?2, 0, ?3 OR EXISTS (SELECT 1 FROM contact WHERE account_id = ?1 AND jid = ?2))",
        )?
        .execute((cx.session.account, peer.as_str(), own))?;
    let chat = ChatId(cx.tx.last_insert_rowid());
    gap::open_before_new_chat(cx, chat)?;
    Ok(chat)
}

/// The other side of a chat.
pub fn jid(cx: &Cx<'_>, chat: ChatId) -> Result<String, Fault> {
    Ok(cx.tx.prepare_cached("SELECT jid FROM chat WHERE id = ?1")?.query_row([chat], |row| row.get(0))?)
}
