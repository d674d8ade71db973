//! Who a message is. The same message comes live, from the archive, and again after a lost session; it is told by its
//! archive id, else by the sender's origin id, else, only while the archive is being reconciled, by a bare stanza id
//! with an equal body, because old clients use the same stanza ids again after a restart.
//!
//! Invariants: a key names one message; names of deleted messages stay as tombstones, so that the archive does not
//! bring them back.
//!
//! XEPs: 0359

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jid::{BareJid, Jid};
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::engine::cx::Cx;
use crate::engine::fault::Sabotage;
use crate::fault::Fault;
use crate::ids::{ChatId, MessageId};
use crate::wire::{Element, ns};

/// What a message stanza says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The other side: whose chat it belongs to.
    pub peer: BareJid,
    /// Who wrote it.
    pub sender: BareJid,
    pub outgoing: bool,
    pub body: String,
    pub stanza_id: Option<String>,
    pub origin_id: Option<String>,
    /// XEP-0308: the `id` of the sender's message that this one corrects.
    pub replaces: Option<String>,
    /// XEP-0393: to be shown as it is.
    pub unstyled: bool,
    /// XEP-0333: the sender wants to know when it is read.
    pub markable: bool,
}

/// Longest id taken from a stanza; a longer one names nothing.
const LONGEST_ID: usize = 1024;

/// An id that can name a message.
pub fn usable(id: &str) -> Option<String> {
    (!id.is_empty() && id.len() <= LONGEST_ID).then(|| id.to_owned())
}

impl Content {
    /// Reads a chat message; `None` if it says nothing to people, or is not of a one-to-one chat.
    pub fn read(message: &Element, own: &BareJid) -> Option<Self> {
        let type_ = message.attribute("type").unwrap_or("normal");
        if !message.is("message", ns::CLIENT) || matches!(type_, "error" | "groupchat" | "headline") {
            return None;
        }
        let body = super::fallback::body(message)?;
        let (sender, peer, outgoing) = parties(message, own)?;
        let id_of = |name: &str, ns: &str| message.first(name, ns)?.attribute("id").and_then(usable);
        Some(Self {
            peer,
            sender,
            outgoing,
            body,
            stanza_id: message.attribute("id").and_then(usable),
            origin_id: id_of("origin-id", ns::STANZA_ID),
            replaces: id_of("replace", ns::CORRECTION),
            unstyled: message.first("unstyled", ns::STYLING).is_some(),
            markable: message.first("markable", ns::MARKERS).is_some(),
        })
    }
}

/// Who says something to whom: the sender, the other side, and whether the sender is we. `None` if it is neither from us
/// nor to us, or an address can't be read.
pub fn parties(message: &Element, own: &BareJid) -> Option<(BareJid, BareJid, bool)> {
    let address = |name: &str| match message.attribute(name) {
        None => Some(own.clone()),
        Some(jid) => Jid::new(jid).ok().map(|jid| jid.to_bare()),
    };
    let (from, to) = (address("from")?, address("to")?);
    match (from == *own, to == *own) {
        (true, _) => Some((from, to, true)),
        (false, true) => Some((from.clone(), from, false)),
        (false, false) => None,
    }
}

/// What is known of a message that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    New,
    Message(MessageId),
    /// The user deleted it here.
    Deleted,
}

/// How a message came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via<'a> {
    /// Live, with the archive id the server wrote on it, if it is to be trusted.
    Live(Option<&'a str>),
    /// From our own archive, under this id.
    Archive(&'a str),
    /// The same, from a stretch of it that is older than what came live: nothing there has to be reconciled.
    Gap(&'a str),
}

impl<'a> Via<'a> {
    fn archive_id(self) -> Option<&'a str> {
        match self {
            Self::Live(id) => id,
            Self::Archive(id) | Self::Gap(id) => Some(id),
        }
    }
}

/// What a search may pass over, because the account has nothing of the kind.
#[derive(Debug, Clone, Copy)]
pub struct Absent {
    tombstones: bool,
    unsettled: bool,
}

impl Absent {
    /// Looks it up: for many searches in a row, in one transaction that leaves neither behind.
    pub fn of(cx: &Cx<'_>) -> Result<Self, Fault> {
        let account = cx.session.account;
        let tombstones =
            !cx.tx.prepare_cached("SELECT 1 FROM tombstone WHERE account_id = ?1 LIMIT 1")?.exists([account])?;
        let unsettled = !cx
            .tx
            .prepare_cached(
                "SELECT 1 FROM message INDEXED BY message_unsettled CROSS JOIN chat ON chat.id = message.chat_id
                 WHERE message.place <> 0 AND chat.account_id = ?1 LIMIT 1",
            )?
            .exists([account])?;
        Ok(Self { tombstones, unsettled })
    }
}

/// Looks a message up by every name it has.
pub fn find(cx: &Cx<'_>, content: &Content, via: Via<'_>) -> Result<Known, Fault> {
    find_unless(cx, content, via, Absent { tombstones: false, unsettled: false })
}

/// The same among what is not absent.
pub fn find_unless(cx: &Cx<'_>, content: &Content, via: Via<'_>, absent: Absent) -> Result<Known, Fault> {
    if cx.sabotage == Some(Sabotage::NoDedup) && !content.outgoing {
        return Ok(Known::New);
    }
    let own = cx.session.jid.as_str();
    if let Some(id) = via.archive_id() {
        let known = by_key(cx, own, "archive", id, absent)?;
        if known != Known::New {
            return Ok(known);
        }
    }
    if let Some(id) = &content.origin_id {
        match by_key(cx, content.sender.as_str(), "origin", id, absent)? {
            // A sender who gives one id to two texts, or to two people, sent two messages.
            Known::Message(message) if !says(cx, message, content)? => {}
            Known::New => {}
            known => return Ok(known),
        }
    }
    match via {
        Via::Archive(_) => match if absent.unsettled { Known::New } else { reconcile(cx, content)? } {
            // The second copy of a note to self.
            Known::New if content.outgoing && content.peer == content.sender => {
                Ok(among_newest(cx, content)?.map_or(Known::New, Known::Message))
            }
            Known::New if absent.tombstones => Ok(Known::New),
            Known::New => by_key(
                cx,
                content.sender.as_str(),
                "unnamed",
                &fingerprint(content.stanza_id.as_deref(), &content.body),
                absent,
            ),
            known => Ok(known),
        },
        Via::Gap(_) | Via::Live(_) => Ok(Known::New),
    }
}

fn by_key(cx: &Cx<'_>, scope: &str, kind: &str, value: &str, absent: Absent) -> Result<Known, Fault> {
    let key = (cx.session.account, scope, kind, value);
    let message: Option<MessageId> = cx
        .tx
        .prepare_cached(
            "SELECT message_id FROM message_key WHERE account_id = ?1 AND scope = ?2 AND kind = ?3 AND value = ?4",
        )?
        .query_row(key, |row| row.get(0))
        .optional()?;
    if let Some(message) = message {
        return Ok(Known::Message(message));
    }
    if absent.tombstones {
        return Ok(Known::New);
    }
    let deleted = cx
        .tx
        .prepare_cached("SELECT 1 FROM tombstone WHERE account_id = ?1 AND scope = ?2 AND kind = ?3 AND value = ?4")?
        .exists(key)?;
    Ok(if deleted { Known::Deleted } else { Known::New })
}

/// Whether the user deleted a message that its sender had given this stanza id.
pub fn is_buried(cx: &Cx<'_>, sender: &BareJid, stanza_id: &str) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT 1 FROM tombstone WHERE account_id = ?1 AND scope = ?2 AND kind = 'stanza' AND value = ?3",
        )?
        .exists((cx.session.account, sender.as_str(), stanza_id))?)
}

/// What tells a deleted message that had no unique name when it was deleted.
pub fn fingerprint(stanza_id: Option<&str>, body: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(stanza_id.unwrap_or_default());
    hash.update([0]);
    hash.update(body);
    STANDARD_NO_PAD.encode(hash.finalize())
}

/// Whether a message says this, in this chat.
pub fn says(cx: &Cx<'_>, message: MessageId, content: &Content) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT 1 FROM message JOIN chat ON chat.id = message.chat_id
             WHERE message.id = ?1 AND message.body = ?2 AND chat.jid = ?3",
        )?
        .exists((message, &content.body, content.peer.as_str()))?)
}

/// The archived form of a message that came live without any id of the server or of a modern client: same sender, same
/// stanza id (or none), same text, and its place not yet settled by the archive.
fn reconcile(cx: &Cx<'_>, content: &Content) -> Result<Known, Fault> {
    let message: Option<MessageId> = cx
        .tx
        .prepare_cached(
            "SELECT message.id FROM chat
             JOIN message INDEXED BY message_unsettled ON message.chat_id = chat.id
             WHERE chat.account_id = ?1 AND chat.jid = ?2 AND message.place <> 0 AND message.sender = ?3
               AND message.stanza_id IS ?4 AND message.body = ?5
               AND NOT EXISTS (SELECT 1 FROM message_key AS key WHERE key.message_id = message.id AND key.kind = 'archive')
             ORDER BY message.position LIMIT 1",
        )?
        .query_row(
            params![
                cx.session.account,
                content.peer.as_str(),
                content.sender.as_str(),
                content.stanza_id,
                content.body
            ],
            |row| row.get(0),
        )
        .optional()?;
    Ok(message.map_or(Known::New, Known::Message))
}

/// A message without any unique id that stands among the newest of its chat: same sender, same stanza id, same text.
/// Told so are what a server without archive gives again after a lost session, and the second copy of a note to self.
pub fn among_newest(cx: &Cx<'_>, content: &Content) -> Result<Option<MessageId>, Fault> {
    let Some(id) = content.stanza_id.as_ref().filter(|_| content.origin_id.is_none()) else { return Ok(None) };
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT id FROM (
                 SELECT message.id, message.sender, message.stanza_id, message.body FROM message
                 JOIN chat ON chat.id = message.chat_id
                 WHERE chat.account_id = ?1 AND chat.jid = ?2 ORDER BY message.position DESC LIMIT 250)
             WHERE sender = ?3 AND stanza_id = ?4 AND body = ?5 LIMIT 1",
        )?
        .query_row(
            params![cx.session.account, content.peer.as_str(), content.sender.as_str(), id, content.body],
            |row| row.get(0),
        )
        .optional()?)
}

/// Gives a message its names. A name that is already another's stays there.
pub fn name(cx: &Cx<'_>, message: MessageId, content: &Content, via: Via<'_>) -> Result<(), Fault> {
    if let Some(id) = via.archive_id() {
        put_key(cx, cx.session.jid.as_str(), "archive", id, message)?;
    }
    if let Some(id) = &content.origin_id {
        put_key(cx, content.sender.as_str(), "origin", id, message)?;
    }
    Ok(())
}

/// Gives a message one name.
pub fn put_key(cx: &Cx<'_>, scope: &str, kind: &str, value: &str, message: MessageId) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "INSERT OR IGNORE INTO message_key (account_id, scope, kind, value, message_id)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((cx.session.account, scope, kind, value, message))?;
    Ok(())
}

/// The message that our own archive gave this id.
pub fn by_archive_id(cx: &Cx<'_>, id: &str) -> Result<Known, Fault> {
    by_key(cx, cx.session.jid.as_str(), "archive", id, Absent { tombstones: false, unsettled: false })
}

/// The message that a sender gave this origin id.
pub fn by_origin(cx: &Cx<'_>, sender: &BareJid, id: &str) -> Result<Option<MessageId>, Fault> {
    let absent = Absent { tombstones: true, unsettled: true };
    Ok(match by_key(cx, sender.as_str(), "origin", id, absent)? {
        Known::Message(message) => Some(message),
        Known::New | Known::Deleted => None,
    })
}

/// A message with its archive id: the newest settled one of a chat at or below a position.
pub fn archive_id_at_or_below(cx: &Cx<'_>, chat: ChatId, position: i64) -> Result<Option<String>, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT key.value FROM message
             JOIN message_key AS key ON key.message_id = message.id AND key.kind = 'archive'
             WHERE message.chat_id = ?1 AND message.position <= ?2 AND message.place = 0
             ORDER BY message.position DESC LIMIT 1",
        )?
        .query_row((chat, position), |row| row.get(0))
        .optional()?)
}

/// The archive id of the first settled message above a position.
pub fn archive_id_above(cx: &Cx<'_>, chat: ChatId, position: i64) -> Result<Option<String>, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT key.value FROM message
             JOIN message_key AS key ON key.message_id = message.id AND key.kind = 'archive'
             WHERE message.chat_id = ?1 AND message.position > ?2
             ORDER BY message.position LIMIT 1",
        )?
        .query_row((chat, position), |row| row.get(0))
        .optional()?)
}
