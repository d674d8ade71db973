//! Gaps: stretches of a chat that are not stored. A gap is a row the user can see; it fills itself from its upper end
//! when someone looks, and says so when it can't.
//!
//! XEPs: 0313

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};

use super::merge;
use super::page::{Archived, Fin};
use super::progress::{Reach, Read};
use super::query::Query;
use super::run::TRIES;
use crate::chat::{open, read_sync};
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::Refusal;
use crate::fault::{CommandError, Fault, Violation};
use crate::ids::{ChatId, GapId, MessageId};
use crate::message::order::{self, Side};
use crate::message::{identity, relation, state};

/// Messages fetched for one look.
const LOOK: u32 = 50;
/// As many are read for one look at the most: there may be much that is not shown.
const LONGEST: Reach = Reach { messages: 5_000, pages: 200 };

/// The commands that make a gap fill.
pub fn command(cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
    match command {
        Command::FillGap { gap } => {
            let chat: Option<ChatId> = cx
                .tx
                .prepare_cached("SELECT chat_id FROM gap WHERE id = ?1")?
                .query_row([gap], |row| row.get(0))
                .optional()?;
            want(cx, *gap, chat.ok_or(CommandError::NotFound)?)?;
        }
        Command::ChatOpened { chat } => {
            // On sight: only what lies among the newest rows.
            let gaps: Vec<GapId> = cx
                .tx
                .prepare_cached(
                    "SELECT id FROM gap WHERE chat_id = ?1 AND state IN ('open', 'failed') AND position >= coalesce(
                         (SELECT position FROM message WHERE chat_id = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2),
                         -9223372036854775807)",
                )?
                .query_map((chat, LOOK - 1), |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for gap in gaps {
                want(cx, gap, *chat)?;
            }
        }
        _ => return Ok(None),
    }
    Ok(Some(Receipt::Done))
}

fn want(cx: &mut Cx<'_>, gap: GapId, chat: ChatId) -> Result<(), Fault> {
    // A message that could not be read is given another chance when the user asks.
    let state = if cx.session.archive.exists() { "loading" } else { "failed" };
    cx.session.archive.gap_read = None;
    cx.tx
        .prepare_cached("UPDATE gap SET state = ?2, wanted = ?3, tries = 0 WHERE id = ?1")?
        .execute((gap, state, LOOK))?;
    cx.change(crate::change::Change::Chat(chat));
    Ok(())
}

/// Tries every gap of the account.
pub fn want_all(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE gap SET state = 'loading', wanted = ?2
             WHERE state = 'open' AND chat_id IN (SELECT id FROM chat WHERE account_id = ?1)",
        )?
        .execute((cx.session.account, LOOK))?;
    cx.change(crate::change::Change::All);
    Ok(())
}

/// There is no archive any more to fill them from.
pub fn fail_all(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE gap SET state = 'failed'
             WHERE state = 'loading' AND chat_id IN (SELECT id FROM chat WHERE account_id = ?1)",
        )?
        .execute([cx.session.account])?;
    cx.change(crate::change::Change::All);
    Ok(())
}

/// A gap that someone waits for.
pub fn wanted(cx: &Cx<'_>) -> Result<Option<(GapId, ChatId)>, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT gap.id, gap.chat_id FROM gap INDEXED BY gap_loading CROSS JOIN chat ON chat.id = gap.chat_id
             WHERE chat.account_id = ?1 AND gap.state = 'loading' ORDER BY gap.id LIMIT 1",
        )?
        .query_row([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// What to ask for: the newest unread messages of the gap.
pub fn query(cx: &Cx<'_>, gap: GapId, chat: ChatId, max: u32) -> Result<Query, Fault> {
    let (position, after, before, tries, from_below): (i64, Option<String>, Option<String>, u32, bool) = cx
        .tx
        .prepare_cached("SELECT position, after_id, before_id, tries, from_below FROM gap WHERE id = ?1")?
        .query_row([gap], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
    let max = if tries > 0 { 1 } else { max.min(LOOK) };
    let with = Some(open::jid(cx, chat)?);
    if from_below {
        return Ok(Query { with, after, max, ..Query::default() });
    }
    let before = match before {
        Some(before) => before,
        None => identity::archive_id_above(cx, chat, position)?.unwrap_or_default(),
    };
    Ok(Query { with, before: Some(before), max, ..Query::default() })
}

/// A page of the gap came.
pub fn page(
    cx: &mut Cx<'_>,
    gap: GapId,
    chat: ChatId,
    results: &[Archived],
    fin: &Fin,
    too_large: u32,
) -> Result<(), Fault> {
    let row: Option<(Option<String>, Option<String>, i64, bool)> = cx
        .tx
        .prepare_cached("SELECT after_id, before_id, wanted, from_below FROM gap WHERE id = ?1")?
        .query_row([gap], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    // The chat was deleted meanwhile.
    let Some((after_id, before_id, wanted, from_below)) = row else { return Ok(()) };
    let (near, far) = if from_below { (after_id, before_id) } else { (before_id, after_id) };
    let filled = if from_below {
        merge::into_gap_from_below(cx, chat, gap, far.as_deref(), results)?
    } else {
        merge::into_gap(cx, chat, gap, far.as_deref(), results)?
    };
    read_sync::merged(cx)?;
    cx.chat_changed(chat);
    let edge = if from_below { results.last() } else { results.first() };
    let next = edge.map(|archived| archived.id.clone()).or_else(|| {
        let edge = if from_below { &fin.last } else { &fin.first };
        edge.clone()
    });
    if too_large > 0 {
        mark_unreadable(cx, gap, chat, from_below)?;
    }
    if filled.closed || fin.complete || next.is_none() {
        cx.tx.prepare_cached("DELETE FROM gap WHERE id = ?1")?.execute([gap])?;
        return relation::give_up(cx);
    }
    let read = cx.session.archive.gap_read.take().filter(|(of, _)| *of == gap);
    let read = read.map_or_else(Read::default, |(_, read)| read).and(cx, results.len(), next.as_deref());
    if next == near || read.is_stuck() {
        cx.violation(Violation::ArchivePageLoops);
        return failed(cx, gap, chat, false);
    }
    let wanted = wanted - i64::try_from(filled.added).unwrap_or(0);
    let state = if wanted > 0 && !read.reaches(&LONGEST) { "loading" } else { "open" };
    cx.session.archive.gap_read = Some((gap, read));
    cx.tx
        .prepare_cached(
            "UPDATE gap SET before_id = CASE WHEN from_below THEN before_id ELSE ?2 END,
                 after_id = CASE WHEN from_below THEN ?2 ELSE after_id END,
                 wanted = ?3, state = ?4, tries = 0 WHERE id = ?1",
        )?
        .execute(params![gap, next, wanted.max(0), state])?;
    Ok(())
}

/// A message at the edge of the gap was skipped because of its size: it leaves a row of its own.
fn mark_unreadable(cx: &mut Cx<'_>, gap: GapId, chat: ChatId, below: bool) -> Result<(), Fault> {
    let at: i64 = cx.tx.prepare_cached("SELECT position FROM gap WHERE id = ?1")?.query_row([gap], |row| row.get(0))?;
    let position = if below {
        order::between(cx.tx, chat, order::before(cx.tx, chat, at)?, Some(at), Side::Low)?
    } else {
        order::between(cx.tx, chat, Some(at), order::after(cx.tx, chat, Some(at))?, Side::High)?
    };
    cx.tx
        .prepare_cached("INSERT INTO gap (chat_id, position, state) VALUES (?1, ?2, 'unreadable')")?
        .execute((chat, position))?;
    Ok(())
}

/// The query failed.
pub fn failed(cx: &mut Cx<'_>, gap: GapId, chat: ChatId, not_found: bool) -> Result<(), Fault> {
    let from_below: bool = cx
        .tx
        .prepare_cached("SELECT from_below FROM gap WHERE id = ?1")?
        .query_row([gap], |row| row.get(0))
        .optional()?
        .unwrap_or(false);
    if not_found && !from_below {
        // The message above the gap has expired on the server, and so has all that was before it.
        cx.tx.prepare_cached("DELETE FROM gap WHERE id = ?1")?.execute([gap])?;
        relation::give_up(cx)?;
    } else {
        cx.tx.prepare_cached("UPDATE gap SET state = 'failed', wanted = 0 WHERE id = ?1")?.execute([gap])?;
    }
    cx.chat_changed(chat);
    Ok(())
}

/// Reading this gap broke the stream. When its next message can't be read for good, the gap goes on from its other side;
/// when that ends at the same message, the gap is just that message.
pub fn broke(cx: &mut Cx<'_>, gap: GapId) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE gap SET tries = CASE WHEN tries < ?2 THEN tries + 1 ELSE 0 END,
                 from_below = from_below OR tries >= ?2,
                 state = CASE WHEN tries >= ?2 AND from_below THEN 'unreadable' ELSE 'loading' END
             WHERE id = ?1",
        )?
        .execute((gap, TRIES))?;
    cx.change(crate::change::Change::All);
    Ok(())
}

/// History before the first message of each chat that has none yet.
pub fn open_before_each_chat(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let chats = chats(cx)?;
    for chat in chats {
        let first = order::after(cx.tx, chat, None)?;
        let begins_with_gap =
            cx.tx.prepare_cached("SELECT 1 FROM gap WHERE chat_id = ?1 AND position = ?2")?.exists((chat, first))?;
        if !begins_with_gap {
            open_at(cx, chat, first.unwrap_or(0) - order::JUMP, None)?;
        }
    }
    Ok(())
}

/// A stretch after what is stored of each chat.
pub fn open_after_each_chat(cx: &mut Cx<'_>) -> Result<(), Fault> {
    for chat in chats(cx)? {
        let Some(last) = order::last_settled(cx.tx, chat)? else { continue };
        let next = order::after(cx.tx, chat, Some(last))?;
        let position = match next {
            Some(next) => order::between(cx.tx, chat, Some(last), Some(next), Side::Low)?,
            None => last + order::STEP,
        };
        let after_id = identity::archive_id_at_or_below(cx, chat, last)?;
        open_at(cx, chat, position, after_id)?;
    }
    Ok(())
}

/// A chat that did not exist before may have a history on the server.
pub fn open_before_new_chat(cx: &mut Cx<'_>, chat: ChatId) -> Result<(), Fault> {
    let (joined, whole): (bool, bool) = cx
        .tx
        .prepare_cached("SELECT archive_joined, archive_whole AND NOT chats_dropped FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if joined && !whole && cx.session.archive.exists() {
        open_at(cx, chat, -order::JUMP, None)?;
    }
    Ok(())
}

/// What a stranger wrote before this position was dropped, down to the beginning of the chat: whoever wants to read it
/// has to look.
pub fn open_where_trimmed(cx: &mut Cx<'_>, chat: ChatId, position: i64) -> Result<(), Fault> {
    if !cx.session.archive.exists() {
        return Ok(());
    }
    cx.tx
        .prepare_cached("INSERT INTO gap (chat_id, position, state, trimmed) VALUES (?1, ?2, 'open', 1)")?
        .execute((chat, position - order::JUMP))?;
    Ok(())
}

/// Where what was dropped of this chat lies.
pub fn trimmed(cx: &Cx<'_>, chat: ChatId) -> Result<Option<i64>, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT position FROM gap WHERE chat_id = ?1 AND trimmed = 1")?
        .query_row([chat], |row| row.get(0))
        .optional()?)
}

fn open_at(cx: &mut Cx<'_>, chat: ChatId, position: i64, after_id: Option<String>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("INSERT INTO gap (chat_id, position, after_id, state) VALUES (?1, ?2, ?3, 'open')")?
        .execute(params![chat, position, after_id])?;
    cx.chat_changed(chat);
    Ok(())
}

/// The archive was read as far as what was stored: nothing lies between that and the lowest message it brought. An older
/// gap further down stays, and so does what was dropped. `keep_history`: what precedes a chat's first message is still unread.
pub fn close_all_open(cx: &mut Cx<'_>, keep_history: bool, lowest: &BTreeMap<ChatId, MessageId>) -> Result<(), Fault> {
    for chat in chats(cx)? {
        let roof = match lowest.get(&chat) {
            Some(message) => state::whereabouts(cx, *message)?.map_or(i64::MAX, |(_, position, _)| position),
            None => i64::MAX,
        };
        let closed = cx
            .tx
            .prepare_cached(
                "DELETE FROM gap WHERE chat_id = ?1 AND state <> 'unreadable' AND trimmed = 0 AND (NOT ?2 OR (
                     EXISTS (SELECT 1 FROM message WHERE message.chat_id = ?1 AND message.position < gap.position)
                     AND NOT EXISTS (SELECT 1 FROM message WHERE message.chat_id = ?1 AND message.place = 0
                                     AND message.position > gap.position AND message.position < ?3)))",
            )?
            .execute((chat, keep_history, roof))?;
        if closed > 0 {
            cx.chat_changed(chat);
        }
    }
    Ok(())
}

/// Chats that begin inside a stretch that was skipped: what they have before is unread too.
pub fn open_before_first_seen(cx: &mut Cx<'_>, lowest: &BTreeMap<ChatId, MessageId>) -> Result<(), Fault> {
    for (&chat, &message) in lowest {
        let Some((_, position, _)) = state::whereabouts(cx, message)? else { continue };
        if order::before(cx.tx, chat, position)?.is_none() {
            open_at(cx, chat, position - order::JUMP, None)?;
        }
    }
    Ok(())
}

fn chats(cx: &Cx<'_>) -> Result<Vec<ChatId>, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT id FROM chat WHERE account_id = ?1")?
        .query_map([cx.session.account], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}
