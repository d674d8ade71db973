//! Putting a page of the archive into the chats: the archive's order is the order.
//!
//! A page is walked in one direction; each chat has a cursor, the position of the row last met. What is new goes right
//! beside the cursor; what is known and stands further on becomes the cursor; our own provisional messages move to it.
//! So a page merges to the same result however often, and in whatever pieces, it comes.

use std::collections::BTreeMap;

use jid::BareJid;
use rusqlite::params;

use super::page::Archived;
use crate::chat::read::{self, Horizon};
use crate::chat::{open, read_sync, stranger};
use crate::engine::cx::Cx;
use crate::engine::fault::Sabotage;
use crate::fault::{Fault, Violation};
use crate::ids::{ChatId, GapId, MessageId};
use crate::message::identity::{self, Content, Known, Via};
use crate::message::order::{self, Place, Side};
use crate::message::{deletion, relation, state, text};
use crate::outbox;

/// Where a page stands in a chat: the row last met, and the one above it; and how far the chat was read.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    position: Option<i64>,
    next: Option<i64>,
    horizon: Horizon,
}

impl Cursor {
    /// Whether nothing fits in without moving what stands around.
    fn is_crowded(self) -> bool {
        matches!((self.position, self.next), (Some(low), Some(high)) if high.saturating_sub(low) < 2)
    }
}

/// What a page did to a chat, told once at its end.
#[derive(Debug, Default)]
struct Arrivals {
    /// The newest message that was new.
    newest: Option<i64>,
    /// The highest of our own, written on another device, that was new.
    answered: Option<MessageId>,
}

/// Merges a page that follows what is settled, oldest message first.
pub fn forward(cx: &mut Cx<'_>, page: &[Archived]) -> Result<(), Fault> {
    let absent = identity::Absent::of(cx)?;
    let blocks = relation::any_blocked(cx)?;
    let mut peers: BTreeMap<&BareJid, ChatId> = BTreeMap::new();
    let mut cursors: BTreeMap<ChatId, Cursor> = BTreeMap::new();
    let mut arrivals: BTreeMap<ChatId, Arrivals> = BTreeMap::new();
    // Where nothing was ever corrected and nothing waits, nobody has to look for it at each message.
    let mut related = relation::any(cx)?;
    for archived in page {
        for signal in &archived.signals {
            relation::hear(cx, signal)?;
            related = true;
        }
        let Some(content) = &archived.content else { continue };
        related |= content.replaces.is_some();
        let via = Via::Archive(&archived.id);
        let (known, chat) = match identity::find_unless(cx, content, via, absent)? {
            Known::Deleted => {
                deletion::also_known_as(cx, &archived.id)?;
                continue;
            }
            Known::Message(message) => {
                check(cx, message, content)?;
                (Some(message), chat_of(cx, message)?)
            }
            Known::New if !relation::is_admissible(cx, content, archived.time, blocks)? => {
                deletion::also_known_as(cx, &archived.id)?;
                continue;
            }
            Known::New => match peers.get(&content.peer) {
                Some(chat) => (None, *chat),
                None => {
                    let chat = open::for_peer(cx, &content.peer)?;
                    peers.insert(&content.peer, chat);
                    (None, chat)
                }
            },
        };
        let cursor = match cursors.get(&chat) {
            Some(cursor) => *cursor,
            None => {
                let position = order::last_settled(cx.tx, chat)?;
                Cursor { position, next: order::after(cx.tx, chat, position)?, horizon: Horizon::of(cx, chat)? }
            }
        };
        let cursor = match known {
            None => {
                let position = match cx.sabotage {
                    Some(Sabotage::OrderByClock) => order::by_clock(cx.tx, chat, cx.now.wall)?,
                    _ => order::between(cx.tx, chat, cursor.position, cursor.next, Side::Low)?,
                };
                let unread = if content.outgoing { read::READ } else { cursor.horizon.begins(position) };
                let row = row(chat, position, archived, content, unread);
                let message = text::insert_row(cx, &row)?;
                identity::name(cx, message, content, via)?;
                if related {
                    text::relate(cx, &row, message)?;
                }
                let arrived = arrivals.entry(chat).or_default();
                if content.replaces.is_none() {
                    arrived.newest = arrived.newest.max(Some(archived.time));
                }
                if content.outgoing && content.replaces.is_none() {
                    arrived.answered = Some(message);
                }
                // Making room has moved the neighbours.
                let (next, horizon) = match cursor.is_crowded() {
                    true => (order::after(cx.tx, chat, Some(position))?, Horizon::of(cx, chat)?),
                    false => (cursor.next, cursor.horizon),
                };
                Cursor { position: Some(position), next, horizon }
            }
            Some(message) => {
                let (position, place) = whereabouts(cx, message)?;
                if place == Place::Settled && cursor.position.is_some_and(|cursor| position <= cursor) {
                    // Read again: it stands where it belongs.
                    identity::name(cx, message, content, via)?;
                    continue;
                }
                let position = if stays(cx, chat, position, place, cursor.position)? {
                    position
                } else {
                    right_after(cx, chat, cursor.position)?
                };
                settle(cx, message, chat, position, archived, content)?;
                let next = order::after(cx.tx, chat, Some(position))?;
                Cursor { position: Some(position), next, horizon: Horizon::of(cx, chat)? }
            }
        };
        cursors.insert(chat, cursor);
    }
    let chats: Vec<ChatId> = arrivals.keys().copied().collect();
    for (chat, arrived) in arrivals {
        if let Some(newest) = arrived.newest {
            text::list(cx, chat, newest)?;
        }
        if let Some(message) = arrived.answered {
            // Whoever answered on another device had read what stands before the answer.
            read::read_up_to(cx, chat, message)?;
        }
    }
    stranger::wrote_page(cx, &chats)
}

/// Places what a page has after a message that came live: the archive's newest page may be younger than the connection.
/// The rest of the page is left for [`backward`].
pub fn after_live(cx: &mut Cx<'_>, page: &[Archived]) -> Result<(), Fault> {
    let blocks = relation::any_blocked(cx)?;
    let mut anchors: BTreeMap<ChatId, i64> = BTreeMap::new();
    for archived in page {
        let Some((content, known, chat)) = identify(cx, archived, Via::Archive(&archived.id), blocks)? else {
            continue;
        };
        let place = match known {
            Some(message) => Some(whereabouts(cx, message)?),
            None => None,
        };
        if let Some((position, Place::Settled | Place::Live)) = place {
            anchors.insert(chat, position);
            continue;
        }
        let Some(anchor) = anchors.get(&chat).copied() else { continue };
        let next = order::after(cx.tx, chat, Some(anchor))?;
        let position = order::between(cx.tx, chat, Some(anchor), next, Side::Low)?;
        match known {
            Some(message) => settle(cx, message, chat, position, archived, content)?,
            None => insert(cx, chat, position, archived, content, true).map(|_| ())?,
        }
        anchors.insert(chat, position);
    }
    Ok(())
}

/// Merges a page that precedes what is stored, newest message first. `high` finds the row before which a chat's first
/// message goes.
pub fn backward(
    cx: &mut Cx<'_>,
    page: &[Archived],
    lowest: &mut BTreeMap<ChatId, MessageId>,
    news: News,
) -> Result<(), Fault> {
    let blocks = relation::any_blocked(cx)?;
    let mut room = stranger::Room::default();
    for archived in page.iter().rev() {
        let Some((content, known, chat)) = identify(cx, archived, Via::Archive(&archived.id), blocks)? else {
            continue;
        };
        let cursor = match lowest.get(&chat) {
            // It may have been deleted meanwhile, or dropped with all before it.
            Some(message) => match state::whereabouts(cx, *message)? {
                Some((_, position, _)) => Some(position),
                None if stranger::is_trimmed(cx, chat)? => continue,
                None => first_unsettled(cx, chat)?,
            },
            None => first_unsettled(cx, chat)?,
        };
        if known.is_none() && !room.take(cx, chat, cursor)? {
            continue;
        }
        if let Some(message) = place_below(cx, chat, cursor, known, archived, content, news)? {
            lowest.insert(chat, message);
        }
    }
    room.close(cx)
}

/// Whether what a page brings is news to the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    Yes,
    /// It is from before the first sign-in: only where another device has told how far the chat was read.
    IfParked,
    No,
}

/// What a page did to the gap it was read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    /// The gap's other side was reached.
    pub closed: bool,
    /// Messages that were new.
    pub added: usize,
}

/// Merges a page into a gap of a chat, newest message first.
pub fn into_gap(
    cx: &mut Cx<'_>,
    chat: ChatId,
    gap: GapId,
    after_id: Option<&str>,
    page: &[Archived],
) -> Result<Filled, Fault> {
    let blocks = relation::any_blocked(cx)?;
    let mut lowest: Option<MessageId> = None;
    let mut added = 0;
    for archived in page.iter().rev() {
        if Some(archived.id.as_str()) == after_id {
            return Ok(Filled { closed: true, added });
        }
        let Some((content, known, of)) = identify(cx, archived, Via::Gap(&archived.id), blocks)? else { continue };
        if of != chat {
            continue;
        }
        let floor = gap_position(cx, gap)?;
        let cursor = match lowest {
            Some(message) => Some(whereabouts(cx, message)?.0),
            None => order::after(cx.tx, chat, Some(floor))?,
        };
        if let Some(message) = known {
            let (position, place) = whereabouts(cx, message)?;
            if place == Place::Settled && position < floor {
                return Ok(Filled { closed: true, added });
            }
        }
        if known.is_none() {
            added += 1;
        }
        if let Some(message) = place_below(cx, chat, cursor, known, archived, content, News::No)? {
            lowest = Some(message);
        }
    }
    Ok(Filled { closed: false, added })
}

/// Merges a page into a gap of a chat from its lower end, oldest message first.
pub fn into_gap_from_below(
    cx: &mut Cx<'_>,
    chat: ChatId,
    gap: GapId,
    before_id: Option<&str>,
    page: &[Archived],
) -> Result<Filled, Fault> {
    let blocks = relation::any_blocked(cx)?;
    let mut added = 0;
    for archived in page {
        if Some(archived.id.as_str()) == before_id {
            return Ok(Filled { closed: true, added });
        }
        let Some((content, known, of)) = identify(cx, archived, Via::Gap(&archived.id), blocks)? else { continue };
        if of != chat {
            continue;
        }
        let roof = gap_position(cx, gap)?;
        match known {
            Some(message) => {
                let (position, place) = whereabouts(cx, message)?;
                match place {
                    Place::Settled if position > roof => return Ok(Filled { closed: true, added }),
                    Place::Settled | Place::Live => {
                        identity::name(cx, message, content, Via::Archive(&archived.id))?;
                    }
                    Place::Provisional | Place::Unsent => {
                        let low = order::before(cx.tx, chat, roof)?;
                        let position = order::between(cx.tx, chat, low, Some(roof), Side::Low)?;
                        settle(cx, message, chat, position, archived, content)?;
                    }
                }
            }
            None => {
                let low = order::before(cx.tx, chat, roof)?;
                let position = order::between(cx.tx, chat, low, Some(roof), Side::Low)?;
                insert(cx, chat, position, archived, content, false)?;
                added += 1;
            }
        }
    }
    Ok(Filled { closed: false, added })
}

fn gap_position(cx: &Cx<'_>, gap: GapId) -> Result<i64, Fault> {
    Ok(cx.tx.prepare_cached("SELECT position FROM gap WHERE id = ?1")?.query_row([gap], |row| row.get(0))?)
}

/// Puts one message right below the cursor, or leaves it where it stands further down; gives the new cursor.
fn place_below(
    cx: &mut Cx<'_>,
    chat: ChatId,
    cursor: Option<i64>,
    known: Option<MessageId>,
    archived: &Archived,
    content: &Content,
    news: News,
) -> Result<Option<MessageId>, Fault> {
    if let Some(message) = known {
        let (position, place) = whereabouts(cx, message)?;
        let below = cursor.is_none_or(|cursor| position < cursor);
        // One that came live in an earlier session may stand above what the archive has after it.
        if place == Place::Settled || (place == Place::Live && below) {
            identity::name(cx, message, content, Via::Archive(&archived.id))?;
            return Ok(below.then_some(message));
        }
    }
    let low = order::before(cx.tx, chat, cursor.unwrap_or(order::UNSENT))?;
    let position = order::between(cx.tx, chat, low, cursor, Side::High)?;
    match known {
        Some(message) => settle(cx, message, chat, position, archived, content).map(|()| Some(message)),
        None => {
            let fresh = match news {
                News::Yes => true,
                News::IfParked => read_sync::is_parked(cx, chat)?,
                News::No => false,
            };
            insert(cx, chat, position, archived, content, fresh).map(Some)
        }
    }
}

/// The first row that the archive has not settled.
fn first_unsettled(cx: &Cx<'_>, chat: ChatId) -> Result<Option<i64>, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT min(position) FROM message WHERE chat_id = ?1 AND place <> 0")?
        .query_row([chat], |row| row.get(0))?)
}

/// What an archived message says, which stored message it is, and its chat.
pub(super) type Identified<'a> = (&'a Content, Option<MessageId>, ChatId);

/// Which message and chat an archived message is; `None` if there is nothing to show.
pub(super) fn identify<'a>(
    cx: &mut Cx<'_>,
    archived: &'a Archived,
    via: Via<'_>,
    blocks: bool,
) -> Result<Option<Identified<'a>>, Fault> {
    for signal in &archived.signals {
        relation::hear(cx, signal)?;
    }
    let Some(content) = &archived.content else { return Ok(None) };
    match identity::find(cx, content, via)? {
        Known::Deleted => {
            deletion::also_known_as(cx, &archived.id)?;
            Ok(None)
        }
        Known::Message(message) => {
            check(cx, message, content)?;
            Ok(Some((content, Some(message), chat_of(cx, message)?)))
        }
        Known::New if !relation::is_admissible(cx, content, archived.time, blocks)? => {
            deletion::also_known_as(cx, &archived.id)?;
            Ok(None)
        }
        Known::New => Ok(Some((content, None, open::for_peer(cx, &content.peer)?))),
    }
}

/// An id of the archive names one message. What another one says under it can't be kept apart from that, and is not
/// shown; a message that is there stays as it is.
fn check(cx: &mut Cx<'_>, message: MessageId, content: &Content) -> Result<(), Fault> {
    if !identity::says(cx, message, content)? {
        cx.violation(Violation::ArchiveResultMalformed);
    }
    Ok(())
}

fn chat_of(cx: &Cx<'_>, message: MessageId) -> Result<ChatId, Fault> {
    Ok(cx.tx.prepare_cached("SELECT chat_id FROM message WHERE id = ?1")?.query_row([message], |row| row.get(0))?)
}

pub(super) fn whereabouts(cx: &Cx<'_>, message: MessageId) -> Result<(i64, Place), Fault> {
    state::whereabouts(cx, message)?.map(|(_, position, place)| (position, place)).ok_or(Fault::Corrupt("message_key"))
}

/// A free position with nothing between it and the cursor.
pub(super) fn right_after(cx: &Cx<'_>, chat: ChatId, cursor: Option<i64>) -> Result<i64, Fault> {
    if cx.sabotage == Some(Sabotage::OrderByClock) {
        return order::by_clock(cx.tx, chat, cx.now.wall);
    }
    let next = order::after(cx.tx, chat, cursor)?;
    order::between(cx.tx, chat, cursor, next, Side::Low)
}

/// Whether a known message already stands where the archive has it, seen from the cursor.
fn stays(cx: &Cx<'_>, chat: ChatId, position: i64, place: Place, cursor: Option<i64>) -> Result<bool, Fault> {
    if cx.sabotage == Some(Sabotage::OrderByClock) {
        return Ok(place != Place::Unsent);
    }
    let beyond = cursor.is_none_or(|cursor| position > cursor);
    Ok(match place {
        Place::Settled | Place::Live => beyond,
        // Its place was a guess: only if nothing else stands between.
        Place::Provisional => beyond && order::after(cx.tx, chat, cursor)? == Some(position),
        Place::Unsent => false,
    })
}

/// The archive has this message, here.
pub(super) fn settle(
    cx: &mut Cx<'_>,
    message: MessageId,
    chat: ChatId,
    position: i64,
    archived: &Archived,
    content: &Content,
) -> Result<(), Fault> {
    identity::name(cx, message, content, Via::Archive(&archived.id))?;
    let changed = cx
        .tx
        .prepare_cached(
            "UPDATE message SET position = ?2, place = 0, time = ?3, confirmations = 0,
                 state = CASE state WHEN ?4 THEN ?5 ELSE state END
             WHERE id = ?1 AND (place <> 0 OR position <> ?2 OR confirmations <> 0)",
        )?
        .execute(params![message, position, archived.time, state::SENDING, state::SENT])?;
    if changed > 0 {
        if content.outgoing {
            outbox::drop_job(cx, message)?;
        }
        cx.chat_changed(chat);
    }
    Ok(())
}

pub(super) fn insert(
    cx: &mut Cx<'_>,
    chat: ChatId,
    position: i64,
    archived: &Archived,
    content: &Content,
    fresh: bool,
) -> Result<MessageId, Fault> {
    let fresh = fresh && !content.outgoing;
    let unread = if fresh { Horizon::of(cx, chat)?.begins(position) } else { read::READ };
    let message = text::insert(cx, &row(chat, position, archived, content, unread))?;
    identity::name(cx, message, content, Via::Archive(&archived.id))?;
    if content.outgoing && content.replaces.is_none() {
        read::read_up_to(cx, chat, message)?;
    }
    Ok(message)
}

fn row<'a>(
    chat: ChatId,
    position: i64,
    archived: &Archived,
    content: &'a Content,
    unread: i64,
) -> text::NewMessage<'a> {
    text::NewMessage {
        chat,
        position,
        place: Place::Settled,
        content,
        time: archived.time,
        unread,
        state: if content.outgoing { state::SENT } else { state::RECEIVED },
    }
}
