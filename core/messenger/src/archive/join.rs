//! The first look of a device, or the first after a long absence: the newest pages, backwards, as far as is worth reading
//! unasked. What lies before is a gap of each chat.

use std::collections::BTreeMap;

use rusqlite::params;

use super::gap;
use super::merge::News;
use super::page::{Archived, Fin};
use super::progress::{Reach, Read};
use super::run::{self, Goal};
use super::unstored::{self, Kind, Page};
use crate::chat::read_sync;
use crate::engine::cx::Cx;
use crate::fault::{Fault, Violation};
use crate::ids::{ChatId, MessageId};

/// A fresh device reads that far back, or that much, whichever ends first.
const SPAN: i64 = 30 * 86_400_000;
const REACH: Reach = Reach { messages: 10_000, pages: 200 };
/// On a network that is paid for by the byte.
const METERED_SPAN: i64 = 3 * 86_400_000;
const METERED_REACH: Reach = Reach { messages: 500, pages: 20 };

/// How far it has come.
#[derive(Debug, Clone, Default)]
pub(super) struct Join {
    pub(super) read: Read,
    /// The archive's end when the first page came: the cursor to be.
    pub(super) newest: Option<(String, i64)>,
    /// The next page ends before this id.
    pub(super) before: String,
    /// The old cursor, after a long absence: no need to go further back.
    pub(super) floor: Option<String>,
    /// It goes on below what an earlier look has read.
    pub(super) deepens: bool,
}

/// A page came.
pub(super) fn page(cx: &mut Cx<'_>, mut join: Join, mut results: Vec<Archived>, fin: &Fin) -> Result<(), Fault> {
    let reached = join.floor.as_ref().and_then(|floor| results.iter().position(|archived| archived.id == *floor));
    let next = results.first().map(|archived| archived.id.clone()).or_else(|| fin.first.clone());
    let oldest = results.first().map(|archived| archived.time);
    let newest = join.newest.is_none() && !join.deepens;
    if newest {
        join.newest = results.last().map(|archived| (archived.id.clone(), archived.time));
    }
    join.read = join.read.and(cx, results.len(), next.as_deref());
    let stuck = !fin.complete && (join.read.is_stuck() || next.as_deref() == Some(join.before.as_str()));
    if stuck {
        cx.violation(Violation::ArchivePageLoops);
    }
    let fresh = results.split_off(reached.map_or(0, |at| at + 1));
    let kind = Kind::Backward { newest, news: if join.floor.is_some() { News::Yes } else { News::IfParked } };
    unstored::add(cx, Page { kind, results: fresh, last: None })?;
    let Some(next) = next.filter(|_| !fin.complete && reached.is_none() && !stuck) else {
        return done(cx, &join, fin.complete, reached.is_some(), None);
    };
    let far = |span: i64, reach: &Reach| {
        let limit = cx.server_time().saturating_sub(span);
        join.read.reaches(reach) || oldest.is_some_and(|oldest| oldest < limit)
    };
    if far(SPAN, &REACH) {
        return done(cx, &join, false, false, None);
    }
    if cx.modes.metered && (join.deepens || far(METERED_SPAN, &METERED_REACH)) {
        return done(cx, &join, false, false, Some(next));
    }
    join.before = next;
    run::start(cx, Goal::Join(join))
}

/// `deepen`: where to go on when bytes cost nothing.
fn done(cx: &mut Cx<'_>, join: &Join, whole: bool, reached: bool, deepen: Option<String>) -> Result<(), Fault> {
    unstored::all(cx)?;
    let lowest = std::mem::take(&mut cx.session.archive.unstored.lowest);
    if whole || reached {
        gap::close_all_open(cx, !whole, &lowest)?;
    }
    if !whole && !reached && join.floor.is_some() {
        gap::open_before_first_seen(cx, &lowest)?;
    }
    if !whole && join.floor.is_none() {
        gap::open_before_each_chat(cx)?;
    }
    if join.floor.is_none() {
        read_sync::joined(cx)?;
    }
    joined(cx, join, whole)?;
    remember_deepening(cx, deepen.filter(|_| join.floor.is_none()))?;
    // What came in the meantime.
    run::catch_up(cx)
}

/// Where a first look goes on that a metered network cut short; `None` if there is none.
pub(super) fn deepening(cx: &Cx<'_>) -> Result<Option<Join>, Fault> {
    let before: Option<String> = cx
        .tx
        .prepare_cached("SELECT archive_deepen FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?;
    Ok(before.map(|before| Join { before, deepens: true, ..Join::default() }))
}

/// What a deepening puts its messages below: the first message of each chat.
pub(super) fn first_of_each_chat(cx: &Cx<'_>) -> Result<BTreeMap<ChatId, MessageId>, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT chat.id, message.id FROM chat JOIN message ON message.chat_id = chat.id
                 AND message.position = (SELECT min(position) FROM message WHERE message.chat_id = chat.id)
             WHERE chat.account_id = ?1",
        )?
        .query_map([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?)
}

/// Keeps where to go on, or that there is nothing left.
pub(super) fn remember_deepening(cx: &mut Cx<'_>, before: Option<String>) -> Result<(), Fault> {
    cx.session.archive.deepens = before.is_some();
    cx.tx
        .prepare_cached("UPDATE account SET archive_deepen = ?2 WHERE id = ?1")?
        .execute(params![cx.session.account, before])?;
    Ok(())
}

/// From here on the archive is followed from its newest message.
pub(super) fn joined(cx: &mut Cx<'_>, join: &Join, whole: bool) -> Result<(), Fault> {
    let (id, time) = join.newest.clone().unzip();
    cx.tx
        .prepare_cached(
            "UPDATE account SET archive_joined = 1, archive_whole = archive_whole OR ?2,
                 archive_cursor = coalesce(?3, archive_cursor), archive_cursor_time = coalesce(?4, archive_cursor_time)
             WHERE id = ?1",
        )?
        .execute(params![cx.session.account, whole, id, time])?;
    Ok(())
}
