//! Displayed markers: the sender learns that we have seen a message, and all before it, if he asked to.
//!
//! Only the newest of what was read at once is told, once, under the `id` of the original, to someone who was
//! granted our presence. What another device of ours has told is not told again: it is read here then. What comes in is taken
//! by `receipt` and `relation`.
//!
//! XEPs: 0333

use jid::BareJid;
use rusqlite::OptionalExtension;

use super::receipt::signal;
use super::relation::About;
use crate::command::PrivacySetting;
use crate::contact::subscription;
use crate::engine::cx::Cx;
use crate::fault::Fault;
use crate::ids::{ChatId, MessageId};
use crate::outbox;
use crate::wire::{Element, ns};

/// The user is about to have read everything up to here.
pub fn tell(cx: &mut Cx<'_>, chat: ChatId, position: i64) -> Result<(), Fault> {
    let mut newest: Option<(i64, MessageId, String, String)> = None;
    for sql in [
        "SELECT message.position, message.id, message.stanza_id, chat.jid FROM message
         JOIN chat ON chat.id = message.chat_id
         WHERE message.chat_id = ?1 AND message.unread = 1 AND message.position <= ?2
           AND message.markable = 1 AND message.outgoing = 0 AND message.stanza_id IS NOT NULL
         ORDER BY message.position DESC LIMIT 1",
        "SELECT message.position, message.id, message.stanza_id, chat.jid FROM message
         JOIN chat ON chat.id = message.chat_id
         WHERE message.chat_id = ?1 AND message.unread = 3 AND message.position <= ?2
           AND message.markable = 1 AND message.outgoing = 0 AND message.stanza_id IS NOT NULL
         ORDER BY message.position DESC LIMIT 1",
    ] {
        let found = cx
            .tx
            .prepare_cached(sql)?
            .query_row((chat, position), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        newest = newest.max(found);
    }
    let Some((_, message, id, peer)) = newest else { return Ok(()) };
    let Some(peer) = BareJid::new(&peer).ok().filter(|peer| *peer != cx.session.jid) else { return Ok(()) };
    if !cx.tells(PrivacySetting::ReadMarkers, &peer)? || !subscription::is_acquainted(cx, &peer)? {
        return Ok(());
    }
    let displayed = Element::new("displayed", ns::MARKERS).with("id", id);
    let marker = signal(cx, peer.as_str(), displayed);
    outbox::add_signal(cx, chat, message, About::Displayed, &marker)
}
