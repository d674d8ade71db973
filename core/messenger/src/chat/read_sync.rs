//! How far each chat was read, kept in a node of the account that our devices share: read on one, a chat is read on all,
//! and what it was notified of is withdrawn.
//!
//! What is to be published is a row until the server has it, so it survives a killed process and waits for a connection;
//! one publication is under way at a time, and says what is true when it leaves. Archive ids are opaque: one that names
//! nothing stored here is parked until its message comes.
//!
//! Invariants: only our own account is believed; the node can be read by nobody else (XEP-0223); what it says moves the
//! mark of a chat forward, never back.
//!
//! XEPs: 0060, 0163, 0223, 0359, 0490

use jid::BareJid;
use rusqlite::{OptionalExtension, params};

use super::read;
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature, SessionEvent};
use crate::engine::request::{Answer, Purpose};
use crate::fault::{Fault, Violation};
use crate::ids::{ChatId, MessageId};
use crate::message::identity::{self, Known};
use crate::wire::{Element, ns};

/// Rows of the node that are kept: an account has fewer chats.
const MOST: u32 = 10_000;
/// Items of one push that are taken: honest ones have one.
const MOST_PUSHED: u32 = 1_000;
/// Messages looked through for one that the archive has.
const REACH: u32 = 500;

/// What is known in this process.
#[derive(Debug, Default)]
pub struct ReadSyncState {
    /// The node is read, or can't be.
    pub fetched: bool,
    /// Nothing can be published in this session.
    off: bool,
    /// Look at the rows before this call ends.
    pump: bool,
}

/// See the module.
#[derive(Debug)]
pub struct ReadSync;

impl Feature for ReadSync {
    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        match event {
            SessionEvent::Bound => {
                cx.session.read_sync = ReadSyncState::default();
                cx.tx
                    .prepare_cached("UPDATE read_sync SET in_flight = NULL WHERE account_id = ?1")?
                    .execute([cx.session.account])?;
                let items = Element::new("items", ns::PUBSUB).with("node", ns::READ_SYNC);
                cx.request("get", None, Element::new("pubsub", ns::PUBSUB).child(items), &Purpose::ReadStates)
            }
            SessionEvent::Resumed => {
                // If its answer is still to come, that is only told again.
                cx.session.read_sync.fetched = true;
                cx.session.read_sync.pump = true;
                Ok(())
            }
            SessionEvent::Lost => Ok(()),
        }
    }

    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        let event = inbound.stanza.first("event", ns::PUBSUB_EVENT).filter(|_| inbound.kind == Kind::Message);
        let Some(items) = event.and_then(|event| event.first("items", ns::PUBSUB_EVENT)).filter(|items| is_ours(items))
        else {
            return Ok(Done::Pass);
        };
        if inbound.is_from_own_account(cx) {
            take_items(cx, items, ns::PUBSUB_EVENT, MOST_PUSHED)?;
        } else {
            cx.violation(Violation::ReadStateForged);
        }
        Ok(Done::Taken)
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        match purpose {
            Purpose::ReadStates => {
                if let Answer::Result(iq) = answer
                    && let Some(items) = iq.first("pubsub", ns::PUBSUB).and_then(|p| p.first("items", ns::PUBSUB))
                    && is_ours(items)
                {
                    take_items(cx, items, ns::PUBSUB, MOST)?;
                }
                cx.session.read_sync.fetched = true;
            }
            Purpose::ReadStatePublished { jid } => published(cx, jid, answer)?,
            // Once it is as it must be, what was refused is published.
            Purpose::ReadNodeConfigured => cx.session.read_sync.off = !matches!(answer, Answer::Result(_)),
            _ => return Ok(Done::Pass),
        }
        cx.session.read_sync.pump = true;
        Ok(Done::Taken)
    }
}

/// A chat was read here.
pub fn wish(cx: &mut Cx<'_>, chat: ChatId) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "INSERT INTO read_sync (account_id, jid, wished) SELECT account_id, jid, 1 FROM chat WHERE id = ?1
             ON CONFLICT (account_id, jid) DO UPDATE SET wished = 1",
        )?
        .execute([chat])?;
    cx.session.read_sync.pump = true;
    Ok(())
}

/// Whether another device has read this chat up to a message that is not stored here yet.
pub fn is_parked(cx: &Cx<'_>, chat: ChatId) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT 1 FROM chat JOIN read_sync ON read_sync.account_id = chat.account_id AND read_sync.jid = chat.jid
             WHERE chat.id = ?1 AND read_sync.parked = 1",
        )?
        .exists([chat])?)
}

/// A live message has this archive id.
pub fn arrived(cx: &mut Cx<'_>, archive_id: &str) -> Result<(), Fault> {
    let awaited = cx
        .tx
        .prepare_cached("SELECT 1 FROM read_sync WHERE account_id = ?1 AND archive_id = ?2 AND parked = 1")?
        .exists((cx.session.account, archive_id))?;
    cx.session.read_sync.pump = true;
    if awaited { merged(cx) } else { Ok(()) }
}

/// A page of the archive is stored: what was parked may be known now, and what could not be named has its name.
pub fn merged(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.session.read_sync.pump = true;
    let found: Vec<(String, MessageId)> = cx
        .tx
        .prepare_cached(
            "SELECT read_sync.jid, key.message_id FROM read_sync INDEXED BY read_sync_parked
             JOIN message_key AS key ON key.account_id = ?1 AND key.scope = ?2 AND key.kind = 'archive'
                 AND key.value = read_sync.archive_id
             WHERE read_sync.account_id = ?1 AND read_sync.parked = 1",
        )?
        .query_map((cx.session.account, cx.session.jid.as_str()), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (jid, message) in found {
        cx.tx
            .prepare_cached("UPDATE read_sync SET parked = 0 WHERE account_id = ?1 AND jid = ?2")?
            .execute((cx.session.account, &jid))?;
        mark(cx, &jid, message)?;
    }
    Ok(())
}

/// A fresh device has read what it shows of the archive unasked. Where the node names a message of it, what follows that
/// is unread; elsewhere the history from before the first sign-in counts as read.
pub fn joined(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE message SET unread = 0 WHERE unread = 3 AND chat_id IN (
                 SELECT chat.id FROM chat
                 JOIN read_sync ON read_sync.account_id = chat.account_id AND read_sync.jid = chat.jid
                 WHERE chat.account_id = ?1 AND read_sync.parked = 1)",
        )?
        .execute([cx.session.account])?;
    Ok(())
}

/// Everything the archive has is stored: what could have been read further on was not.
pub fn caught_up(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.session.read_sync.pump = true;
    let chats: Vec<ChatId> = cx
        .tx
        .prepare_cached(
            "UPDATE message SET unread = 1
             WHERE unread = 3 AND chat_id IN (SELECT id FROM chat WHERE account_id = ?1) RETURNING chat_id",
        )?
        .query_map([cx.session.account], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for chat in chats {
        cx.chat_changed(chat);
    }
    Ok(())
}

/// Publishes what was read here and is further on than what the node says: one at a time.
pub fn flush(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let state = &mut cx.session.read_sync;
    if !std::mem::take(&mut state.pump) || !state.fetched || state.off {
        return Ok(());
    }
    if !cx.session.is_live() || !cx.session.archive.caught_up {
        return Ok(());
    }
    let wishes: Vec<(String, Option<String>, bool)> = cx
        .tx
        .prepare_cached(
            "SELECT jid, archive_id, in_flight IS NOT NULL FROM read_sync INDEXED BY read_sync_wished
             WHERE account_id = ?1 AND wished = 1 ORDER BY jid",
        )?
        .query_map([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    if wishes.iter().any(|(.., in_flight)| *in_flight) {
        return Ok(());
    }
    for (jid, known, _) in wishes {
        match target(cx, &jid, known.as_deref())? {
            Target::Later => {}
            Target::Nothing => {
                cx.tx
                    .prepare_cached("UPDATE read_sync SET wished = 0 WHERE account_id = ?1 AND jid = ?2")?
                    .execute((cx.session.account, &jid))?;
            }
            Target::Publish(id) => {
                cx.tx
                    .prepare_cached("UPDATE read_sync SET in_flight = ?3 WHERE account_id = ?1 AND jid = ?2")?
                    .execute((cx.session.account, &jid, &id))?;
                let publication = publication(&jid, cx.session.jid.as_str(), &id);
                return cx.request("set", None, publication, &Purpose::ReadStatePublished { jid });
            }
        }
    }
    Ok(())
}

/// What to tell the node of a chat.
enum Target {
    Publish(String),
    /// The node is as far, or there is no message it could name.
    Nothing,
    /// The archive has yet to say how it names the message.
    Later,
}

fn target(cx: &Cx<'_>, jid: &str, known: Option<&str>) -> Result<Target, Fault> {
    let chat: Option<ChatId> = cx
        .tx
        .prepare_cached("SELECT id FROM chat WHERE account_id = ?1 AND jid = ?2")?
        .query_row((cx.session.account, jid), |row| row.get(0))
        .optional()?;
    let Some(chat) = chat else { return Ok(Target::Nothing) };
    let Some(mark) = read::mark(cx, chat)? else { return Ok(Target::Nothing) };
    let newest: Vec<(i64, bool, Option<String>)> = cx
        .tx
        .prepare_cached(
            "SELECT message.position, message.place <> 0, (
                 SELECT value FROM message_key AS key WHERE key.message_id = message.id AND key.kind = 'archive')
             FROM message WHERE message.chat_id = ?1 AND message.position <= ?2 AND message.outgoing = 0
             ORDER BY message.position DESC LIMIT ?3",
        )?
        .query_map((chat, mark, REACH), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let Some((position, id)) = newest.iter().find_map(|(at, _, id)| id.as_ref().map(|id| (*at, id))) else {
        let awaited = newest.iter().any(|(_, unsettled, _)| *unsettled);
        return Ok(if awaited { Target::Later } else { Target::Nothing });
    };
    if newest.iter().any(|(at, unsettled, _)| *at > position && *unsettled) {
        return Ok(Target::Later);
    }
    let of_known = match known.map(|known| identity::by_archive_id(cx, known)).transpose()? {
        Some(Known::Message(message)) => position_in(cx, chat, message)?,
        _ => None,
    };
    let as_far = known == Some(id.as_str()) || of_known.is_some_and(|of_known| of_known >= position);
    Ok(if as_far { Target::Nothing } else { Target::Publish(id.clone()) })
}

fn position_in(cx: &Cx<'_>, chat: ChatId, message: MessageId) -> Result<Option<i64>, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT position FROM message WHERE id = ?1 AND chat_id = ?2")?
        .query_row((message, chat), |row| row.get(0))
        .optional()?)
}

fn published(cx: &mut Cx<'_>, jid: &str, answer: &Answer<'_>) -> Result<(), Fault> {
    let done = matches!(answer, Answer::Result(_));
    cx.tx
        .prepare_cached(
            "UPDATE read_sync SET archive_id = CASE WHEN ?3 THEN coalesce(in_flight, archive_id) ELSE archive_id END,
                 parked = CASE WHEN ?3 THEN 0 ELSE parked END, in_flight = NULL
             WHERE account_id = ?1 AND jid = ?2",
        )?
        .execute((cx.session.account, jid, done))?;
    if done || !cx.session.is_live() {
        return Ok(());
    }
    // Not in this session: a server that refuses one refuses all.
    cx.session.read_sync.off = true;
    if answer.condition() == Some("conflict") {
        // A node that another client made otherwise, perhaps for all contacts to read.
        return cx.request("set", None, configuration(), &Purpose::ReadNodeConfigured);
    }
    Ok(())
}

fn is_ours(items: &Element) -> bool {
    items.attribute("node") == Some(ns::READ_SYNC)
}

fn take_items(cx: &mut Cx<'_>, items: &Element, ns: &str, most: u32) -> Result<(), Fault> {
    let kept: u32 = cx
        .tx
        .prepare_cached("SELECT count(*) FROM read_sync WHERE account_id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?;
    let mut room = MOST.saturating_sub(kept);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    for item in items.children().filter(|child| child.is("item", ns)).take(most) {
        // What is no bare JID is a chat with somebody in a room, and what another than our account names is a room's.
        let jid = item.attribute("id").and_then(|id| BareJid::new(id).ok());
        let id = item.first("displayed", ns::READ_SYNC).and_then(|d| d.first("stanza-id", ns::STANZA_ID));
        let own = |id: &&Element| id.attribute("by").and_then(|by| BareJid::new(by).ok()) == Some(cx.own());
        let id = id.filter(own).and_then(|id| id.attribute("id")).filter(|id| !id.is_empty() && id.len() <= 1024);
        if let (Some(jid), Some(id)) = (jid, id) {
            take(cx, &jid, id, &mut room)?;
        }
    }
    Ok(())
}

/// `room`: how many more chats can have a row.
fn take(cx: &mut Cx<'_>, jid: &BareJid, id: &str, room: &mut u32) -> Result<(), Fault> {
    let has_row = cx
        .tx
        .prepare_cached("SELECT 1 FROM read_sync WHERE account_id = ?1 AND jid = ?2")?
        .exists((cx.session.account, jid.as_str()))?;
    if !has_row {
        let Some(rest) = room.checked_sub(1) else { return Ok(()) };
        *room = rest;
    }
    let known = identity::by_archive_id(cx, id)?;
    cx.tx
        .prepare_cached(
            "INSERT INTO read_sync (account_id, jid, archive_id, parked) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (account_id, jid) DO UPDATE SET archive_id = excluded.archive_id, parked = excluded.parked",
        )?
        .execute(params![cx.session.account, jid.as_str(), id, known == Known::New])?;
    match known {
        Known::Message(message) => mark(cx, jid.as_str(), message),
        Known::New | Known::Deleted => Ok(()),
    }
}

/// The chat was read up to this message, if that is one of its messages.
fn mark(cx: &mut Cx<'_>, jid: &str, message: MessageId) -> Result<(), Fault> {
    let place: Option<(ChatId, i64)> = cx
        .tx
        .prepare_cached(
            "SELECT message.chat_id, message.position FROM message JOIN chat ON chat.id = message.chat_id
             WHERE message.id = ?1 AND chat.jid = ?2",
        )?
        .query_row((message, jid), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((chat, position)) = place {
        read::up_to(cx, chat, position)?;
    }
    Ok(())
}

fn publication(jid: &str, own: &str, id: &str) -> Element {
    let displayed = Element::new("displayed", ns::READ_SYNC)
        .child(Element::new("stanza-id", ns::STANZA_ID).with("by", own).with("id", id));
    let item = Element::new("item", ns::PUBSUB).with("id", jid).child(displayed);
    Element::new("pubsub", ns::PUBSUB)
        .child(Element::new("publish", ns::PUBSUB).with("node", ns::READ_SYNC).child(item))
        .child(
            Element::new("publish-options", ns::PUBSUB)
                .child(form("http://jabber.org/protocol/pubsub#publish-options")),
        )
}

fn configuration() -> Element {
    Element::new("pubsub", ns::PUBSUB_OWNER).child(
        Element::new("configure", ns::PUBSUB_OWNER)
            .with("node", ns::READ_SYNC)
            .child(form("http://jabber.org/protocol/pubsub#node_config")),
    )
}

/// What the node must be: kept, unbounded, told when it changes only, and for our eyes.
fn form(kind: &str) -> Element {
    let field = |var: &str, value: &str| {
        Element::new("field", ns::DATA_FORM).with("var", var).child(Element::new("value", ns::DATA_FORM).text(value))
    };
    Element::new("x", ns::DATA_FORM)
        .with("type", "submit")
        .child(field("FORM_TYPE", kind).with("type", "hidden"))
        .child(field("pubsub#persist_items", "true"))
        .child(field("pubsub#max_items", "max"))
        .child(field("pubsub#send_last_published_item", "never"))
        .child(field("pubsub#access_model", "whitelist"))
}
