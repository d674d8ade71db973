//! What a message says of another one, and what waits because the other is not there yet: an archive is read from its end,
//! a gap is filled later, a carbon is faster than what it is about.
//!
//! A message is meant by the `id` of its stanza, in its own chat; the newest of that id counts, as old clients use ids
//! again. Receipts and markers wait in the table `relation`; a correction is a message itself, and waits hidden. Both are
//! bounded a chat: of the receipts and markers the newest are kept; a correction above the bound, or one whose message
//! can't come any more, is shown as a message of its own, as Conversations does: whoever wrote it wanted it read, and a
//! text that nobody sees is a lost one.
//!
//! XEPs: 0184, 0308, 0333

use jid::BareJid;
use rusqlite::{OptionalExtension, params};

use super::{identity, state};
use crate::chat::read;
use crate::contact::blocking;
use crate::engine::cx::Cx;
use crate::fault::{Fault, Violation};
use crate::ids::{ChatId, MessageId};
use crate::wire::{Element, ns};

/// Receipts and markers that may wait, a chat and an account.
const MOST_SIGNALS: u32 = 1_000;
const MOST_OF_ACCOUNT: u32 = 10_000;
/// Corrections that may wait, a chat.
const MOST_CORRECTIONS: u32 = 500;
/// A shorter id may be the same by chance: many clients count from 1.
const UNGUESSABLE: usize = 16;

/// A receipt or a marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    pub about: About,
    pub sender: BareJid,
    /// The other side of the chat.
    pub peer: BareJid,
    /// One of our own devices said it.
    pub outgoing: bool,
    /// The `id` of the stanza it is about.
    pub target: String,
}

/// What a [`Signal`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// XEP-0184: it has arrived.
    Receipt,
    /// XEP-0333: it, and all before it, has been seen.
    Displayed,
}

impl About {
    fn name(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Displayed => "displayed",
        }
    }

    fn violation(self) -> Violation {
        match self {
            Self::Receipt => Violation::ReceiptForged,
            Self::Displayed => Violation::MarkerForged,
        }
    }

    fn state(self) -> i64 {
        match self {
            Self::Receipt => state::DELIVERED,
            Self::Displayed => state::READ,
        }
    }
}

/// The receipt and the marker in a message. What is said to ourselves says nothing.
pub fn signals(message: &Element, own: &BareJid) -> Vec<Signal> {
    if matches!(message.attribute("type"), Some("error" | "groupchat")) {
        return Vec::new();
    }
    let Some((sender, peer, outgoing)) = identity::parties(message, own).filter(|(_, peer, _)| peer != own) else {
        return Vec::new();
    };
    let kinds = [("received", ns::RECEIPTS, About::Receipt), ("displayed", ns::MARKERS, About::Displayed)];
    let signal = |(name, ns, about)| {
        let target = message.first(name, ns)?.attribute("id").and_then(identity::usable)?;
        Some(Signal { about, sender: sender.clone(), peer: peer.clone(), outgoing, target })
    };
    kinds.into_iter().filter_map(signal).collect()
}

/// Whether the account has anything that waits for a message, or is about one that may come again.
pub fn any(cx: &Cx<'_>) -> Result<bool, Fault> {
    let account = cx.session.account;
    let waits = cx.tx.prepare_cached("SELECT 1 FROM relation WHERE account_id = ?1 LIMIT 1")?.exists([account])?;
    Ok(waits
        || cx
            .tx
            .prepare_cached(
                "SELECT 1 FROM chat CROSS JOIN message INDEXED BY message_replaces
                     ON message.chat_id = chat.id AND message.replaces IS NOT NULL
                 WHERE chat.account_id = ?1 LIMIT 1",
            )?
            .exists([account])?)
}

/// Takes what a receipt or marker says; what is said of an unknown message waits for it.
pub fn hear(cx: &mut Cx<'_>, signal: &Signal) -> Result<(), Fault> {
    // Where another device of ours sent a receipt there is nothing to do.
    if signal.outgoing && signal.about == About::Receipt {
        return Ok(());
    }
    let chat: Option<ChatId> = cx
        .tx
        .prepare_cached("SELECT id FROM chat WHERE account_id = ?1 AND jid = ?2")?
        .query_row((cx.session.account, signal.peer.as_str()), |row| row.get(0))
        .optional()?;
    // A signal is about what its sender was told.
    if let Some(chat) = chat {
        let message = match newest(cx, chat, &signal.target, !signal.outgoing)? {
            Some(message) => Some(message),
            None => corrected_by(cx, chat, signal)?,
        };
        if let Some(message) = message {
            return heed(cx, chat, message, signal.about, signal.outgoing);
        }
    }
    if !signal.outgoing && is_anothers(cx, chat, &signal.target, Whose::Own)? {
        cx.violation(signal.about.violation());
        return Ok(());
    }
    park(cx, signal)
}

fn park(cx: &Cx<'_>, signal: &Signal) -> Result<(), Fault> {
    let (account, peer) = (cx.session.account, signal.peer.as_str());
    cx.tx
        .prepare_cached(
            "INSERT OR REPLACE INTO relation (account_id, peer, sender, kind, target) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((account, peer, signal.sender.as_str(), signal.about.name(), &signal.target))?;
    cx.tx
        .prepare_cached(
            "DELETE FROM relation WHERE id IN (
                 SELECT id FROM relation WHERE account_id = ?1 AND peer = ?2 ORDER BY id DESC LIMIT -1 OFFSET ?3)",
        )?
        .execute((account, peer, MOST_SIGNALS))?;
    // Strangers without end, one each.
    cx.tx
        .prepare_cached("DELETE FROM relation WHERE id <= (SELECT max(id) FROM relation) - ?2 AND +account_id = ?1")?
        .execute((account, MOST_OF_ACCOUNT))?;
    Ok(())
}

fn heed(cx: &mut Cx<'_>, chat: ChatId, message: MessageId, about: About, by_us: bool) -> Result<(), Fault> {
    if !by_us {
        return state::reached(cx, message, about.state());
    }
    read::read_up_to(cx, chat, message)
}

/// The newest message of this id that we, or the other side, wrote in a chat. Never a correction.
fn newest(cx: &Cx<'_>, chat: ChatId, id: &str, outgoing: bool) -> Result<Option<MessageId>, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT id FROM message
             WHERE chat_id = ?1 AND stanza_id = ?2 AND outgoing = ?3 AND replaces IS NULL
             ORDER BY position DESC LIMIT 1",
        )?
        .query_row((chat, id, outgoing), |row| row.get(0))
        .optional()?)
}

/// Some clients mean a message by the id of its newest correction (Conversations does).
fn corrected_by(cx: &Cx<'_>, chat: ChatId, signal: &Signal) -> Result<Option<MessageId>, Fault> {
    let writer = if signal.outgoing { signal.peer.clone() } else { cx.own() };
    let Some(correction) = identity::by_origin(cx, &writer, &signal.target)? else { return Ok(None) };
    Ok(cx
        .tx
        .prepare_cached("SELECT corrects FROM message WHERE id = ?1 AND chat_id = ?2 AND corrects IS NOT NULL")?
        .query_row((correction, chat), |row| row.get(0))
        .optional()?)
}

/// Whose messages an id is looked for among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Ours, in other chats.
    Own,
    /// Anybody's but this side's of this chat.
    Anybody,
}

/// Whether an id that can't be guessed names a message that is none of this chat's side.
fn is_anothers(cx: &Cx<'_>, chat: Option<ChatId>, id: &str, whose: Whose) -> Result<bool, Fault> {
    if id.len() < UNGUESSABLE {
        return Ok(false);
    }
    let sql = match whose {
        Whose::Own => {
            "SELECT 1 FROM chat CROSS JOIN message ON message.chat_id = chat.id AND message.stanza_id = ?2
                 AND message.outgoing = 1 AND message.replaces IS NULL
             WHERE chat.account_id = ?1 AND chat.id IS NOT ?3 LIMIT 1"
        }
        Whose::Anybody => {
            "SELECT 1 FROM chat CROSS JOIN message ON message.chat_id = chat.id AND message.stanza_id = ?2
                 AND message.replaces IS NULL
             WHERE chat.account_id = ?1 LIMIT 1"
        }
    };
    let mut statement = cx.tx.prepare_cached(sql)?;
    Ok(match whose {
        Whose::Own => statement.exists(params![cx.session.account, id, chat])?,
        Whose::Anybody => statement.exists(params![cx.session.account, id])?,
    })
}

/// Whether the account blocks anybody: for many messages in a row.
pub fn any_blocked(cx: &Cx<'_>) -> Result<bool, Fault> {
    blocking::any(cx)
}

/// Whether a message that was sent at this time may be kept: none of somebody blocked (if anybody is), no correction of a
/// message that was deleted here or is someone else's.
pub fn is_admissible(cx: &mut Cx<'_>, content: &identity::Content, time: i64, blocks: bool) -> Result<bool, Fault> {
    if blocks && !content.outgoing && blocking::is_unheard(cx, &content.peer, time)? {
        return Ok(false);
    }
    let Some(target) = &content.replaces else { return Ok(true) };
    let chat: Option<ChatId> = cx
        .tx
        .prepare_cached("SELECT id FROM chat WHERE account_id = ?1 AND jid = ?2")?
        .query_row((cx.session.account, content.peer.as_str()), |row| row.get(0))
        .optional()?;
    if let Some(chat) = chat
        && newest(cx, chat, target, content.outgoing)?.is_some()
    {
        return Ok(true);
    }
    if identity::is_buried(cx, &content.sender, target)? {
        return Ok(false);
    }
    // What we wrote elsewhere is no forgery, just nothing of this chat.
    if !content.outgoing && is_anothers(cx, chat, target, Whose::Anybody)? {
        cx.violation(Violation::CorrectionForged);
        return Ok(false);
    }
    Ok(true)
}

/// A message was stored: what waited for it is applied to it.
pub fn message_came(cx: &mut Cx<'_>, chat: ChatId, message: MessageId, id: &str, outgoing: bool) -> Result<(), Fault> {
    // Those after it, and before the next message that has the same id.
    let next = "(SELECT min(next.position) FROM message AS next
                 WHERE next.chat_id = ?1 AND next.stanza_id = ?2 AND next.outgoing = ?3 AND next.replaces IS NULL
                   AND next.position > (SELECT position FROM message WHERE id = ?4))";
    cx.tx
        .prepare_cached(&format!(
            "UPDATE message SET corrects = ?4, hidden = 1, unread = 0
             WHERE chat_id = ?1 AND replaces = ?2 AND outgoing = ?3
               AND position > (SELECT position FROM message WHERE id = ?4)
               AND position < coalesce({next}, 9223372036854775807)"
        ))?
        .execute(params![chat, id, outgoing, message])?;
    heed_waiting(cx, chat, message, id, outgoing)
}

/// Receipts and markers that came before the message, or correction, of this id.
fn heed_waiting(cx: &mut Cx<'_>, chat: ChatId, message: MessageId, id: &str, outgoing: bool) -> Result<(), Fault> {
    let waiting: Vec<(String, String)> = cx
        .tx
        .prepare_cached(
            "DELETE FROM relation WHERE account_id = ?1 AND peer = (SELECT jid FROM chat WHERE id = ?2) AND target = ?3
             RETURNING sender, kind",
        )?
        .query_map(params![cx.session.account, chat, id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let own = cx.own();
    for (sender, kind) in waiting {
        let by_us = sender == own.as_str();
        let about = if kind == About::Receipt.name() { About::Receipt } else { About::Displayed };
        // About a message of the same side it means nothing.
        if by_us != outgoing {
            heed(cx, chat, message, about, by_us)?;
        }
    }
    Ok(())
}

/// A correction was stored, hidden: it finds its message, or waits.
pub fn correction_came(
    cx: &mut Cx<'_>,
    chat: ChatId,
    correction: MessageId,
    target: &str,
    id: Option<&str>,
    outgoing: bool,
) -> Result<(), Fault> {
    let found: Option<MessageId> = cx
        .tx
        .prepare_cached(
            "SELECT id FROM message
             WHERE chat_id = ?1 AND stanza_id = ?2 AND outgoing = ?3 AND replaces IS NULL
               AND position < (SELECT position FROM message WHERE id = ?4)
             ORDER BY position DESC LIMIT 1",
        )?
        .query_row(params![chat, target, outgoing, correction], |row| row.get(0))
        .optional()?;
    if let Some(message) = found {
        cx.tx
            .prepare_cached("UPDATE message SET corrects = ?2, unread = 0 WHERE id = ?1")?
            .execute((correction, message))?;
        return match id {
            Some(id) => heed_waiting(cx, chat, message, id, outgoing),
            None => Ok(()),
        };
    }
    // The archive knows whether it has the message.
    cx.session.archive.confirm_soon(cx.now.mono);
    let which = if cx.session.archive.exists() {
        "id IN (SELECT id FROM message WHERE chat_id = ?1 AND hidden = 1 AND replaces IS NOT NULL AND corrects IS NULL
                ORDER BY position DESC LIMIT -1 OFFSET ?2)"
    } else {
        "chat_id = ?1 AND hidden = 1 AND replaces IS NOT NULL AND corrects IS NULL AND ?2"
    };
    show(cx, which, params![chat, MOST_CORRECTIONS])
}

/// Shows the corrections whose message can't come any more: the archive has told where they stand, and before them nothing
/// is left to be read.
pub fn give_up(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let account = cx.account();
    show(
        cx,
        "hidden = 1 AND replaces IS NOT NULL AND corrects IS NULL AND place = 0
         AND chat_id IN (SELECT id FROM chat WHERE account_id = ?1)
         AND NOT EXISTS (SELECT 1 FROM gap WHERE gap.chat_id = message.chat_id AND gap.position < message.position
                         AND gap.state IN ('open', 'loading'))",
        params![account],
    )
}

fn show(cx: &mut Cx<'_>, which: &str, params: &[&dyn rusqlite::ToSql]) -> Result<(), Fault> {
    let shown: Vec<(ChatId, i64)> = cx
        .tx
        .prepare_cached(&format!(
            "UPDATE message SET hidden = 0, unread = unread = 2 AND position > coalesce(
                 (SELECT mark.position FROM chat JOIN message AS mark ON mark.id = chat.read_up_to
                  WHERE chat.id = message.chat_id), -9223372036854775807)
             WHERE {which} RETURNING chat_id, time"
        ))?
        .query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (chat, time) in shown {
        cx.tx
            .prepare_cached("UPDATE chat SET listed = 1, last_activity = max(last_activity, ?2) WHERE id = ?1")?
            .execute((chat, time))?;
        cx.chat_changed(chat);
    }
    Ok(())
}
