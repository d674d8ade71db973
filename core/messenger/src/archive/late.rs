//! What the server's archive was late to write. Around a break a server may hand a message over before it stands in the
//! archive, where what was said after it may stand already (ejabberd: what a lost session had not taken). The page that
//! brings the later one moves the cursor past it, and no later page shows it.
//!
//! The law: a message that the archive has named and does not show after the cursor stands before it, or is not written
//! yet. Then the newest pages are read once more, and what stands in them up to the cursor goes where they have it. Nothing
//! of it is asked where nothing was late.
//!
//! XEPs: 0313

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rusqlite::OptionalExtension;

use super::merge::{self, right_after, settle, whereabouts};
use super::page::{Archived, Fin};
use super::progress::{Reach, Read};
use super::query::Query;
use super::run::{self, Goal};
use crate::engine::cx::Cx;
use crate::fault::{Fault, Violation};
use crate::ids::{ChatId, MessageId};
use crate::message::identity::{self, Known, Via};
use crate::message::order::{self, Place, Side};
use crate::message::{relation, state};

/// What came live while a session caught up is looked for so often before the user is told that all is there.
pub(super) const ROUNDS: u32 = 2;
/// Stanzas a page, and in all: so many may have come between.
const PAGE: u32 = 50;
const REACH: Reach = Reach { messages: 250, pages: 25 };

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

/// How many messages the archive has named and did not show in all that follows the cursor.
pub(super) fn in_doubt(cx: &Cx<'_>, newest_message: i64) -> Result<i64, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT count(*) FROM message INDEXED BY message_unsettled CROSS JOIN chat ON chat.id = message.chat_id
             WHERE message.place <> 0 AND message.place = 1 AND message.id <= ?2 AND chat.account_id = ?1
                 AND EXISTS (SELECT 1 FROM message_key AS key
                             WHERE key.message_id = message.id AND key.kind = 'archive')",
        )?
        .query_row((cx.session.account, newest_message), |row| row.get(0))?)
}

/// A search for what was written late, backwards from the newest.
#[derive(Debug, Clone, Default)]
pub struct Late {
    /// The newest message when the look began: what came since is for the next one.
    newest_message: i64,
    /// The id before which the next page ends; empty: the newest.
    before: String,
    read: Read,
    /// The cursor was met.
    passed: bool,
    /// Messages in doubt that stand after the cursor: the next look brings them.
    ahead: i64,
    /// The row last met, a chat.
    lowest: BTreeMap<ChatId, MessageId>,
}

impl Late {
    pub(super) fn before(newest_message: i64) -> Self {
        Self { newest_message, ..Self::default() }
    }

    pub(super) fn query(&self, max: u32) -> Query {
        Query { before: Some(self.before.clone()), max: max.min(PAGE), ..Query::default() }
    }
}

/// Puts what a page has up to the cursor where it has it, and reads on as long as something is in doubt. What stands
/// after the cursor the next look brings: to be put there now, it would stand before what that look has to bring before
/// it.
pub(super) fn page(cx: &mut Cx<'_>, mut late: Late, page: &[Archived], fin: &Fin) -> Result<(), Fault> {
    let at = if late.passed { Some(page.len()) } else { cursor(cx, page)? };
    late.passed = at.is_some();
    let (passed, ahead) = page.split_at(at.unwrap_or(0));
    late.ahead += count_in_doubt(cx, ahead)?;
    let blocks = relation::any_blocked(cx)?;
    for archived in passed.iter().rev() {
        let Some((content, known, chat)) = merge::identify(cx, archived, Via::Archive(&archived.id), blocks)? else {
            continue;
        };
        let above = match late.lowest.get(&chat) {
            Some(lowest) => match state::whereabouts(cx, *lowest)? {
                Some((_, position, _)) => Some(position),
                // The user has deleted it meanwhile: nothing tells any more where this one goes.
                None => continue,
            },
            None => None,
        };
        let message = match (known, above) {
            (Some(message), _) => {
                let Some(standing) = Standing::of(cx, message)? else { continue };
                if standing.by_archive {
                    match archived.time.cmp(&standing.time) {
                        // The first copy counts.
                        Ordering::Less => {}
                        // A further copy of what stands below.
                        Ordering::Greater => continue,
                        Ordering::Equal if above.is_some_and(|above| standing.position > above) => continue,
                        Ordering::Equal => {
                            late.lowest.insert(chat, message);
                            continue;
                        }
                    }
                }
                let position = right_below(cx, chat, &standing, above)?;
                settle(cx, message, chat, position, archived, content)?;
                message
            }
            // Nobody has brought it, and nobody will.
            (None, Some(above)) => match order::before(cx.tx, chat, above)? {
                Some(low) if order::is_message(cx.tx, chat, low)? => {
                    let position = order::between(cx.tx, chat, Some(low), Some(above), Side::High)?;
                    merge::insert(cx, chat, position, archived, content, true)?
                }
                _ => continue,
            },
            (None, None) => continue,
        };
        late.lowest.insert(chat, message);
    }
    let newest_message = late.newest_message;
    let next = page.first().map(|archived| archived.id.clone()).or_else(|| fin.first.clone());
    late.read = late.read.and(cx, page.len(), next.as_deref());
    match next {
        Some(next) if !fin.complete && !late.read.reaches(&REACH) && in_doubt(cx, newest_message)? > late.ahead => {
            if late.read.is_stuck() || next == late.before {
                cx.violation(Violation::ArchivePageLoops);
                return run::looked(cx, newest_message);
            }
            late.before = next;
            run::start(cx, Goal::Late(late))
        }
        _ => run::looked(cx, newest_message),
    }
}

/// Where a message stands, and by whose word.
struct Standing {
    position: i64,
    place: Place,
    /// Of the copy that it was settled by, if the archive told.
    time: i64,
    /// The archive has shown it there. Otherwise it came live, was written here, or keeps its place because the archive
    /// did not show it for long.
    by_archive: bool,
}

impl Standing {
    fn of(cx: &Cx<'_>, message: MessageId) -> Result<Option<Self>, Fault> {
        Ok(cx
            .tx
            .prepare_cached("SELECT position, place, time, confirmations FROM message WHERE id = ?1")?
            .query_row([message], |row| {
                let (place, looks) = (Place::of(row.get(1)?), row.get::<_, i64>(3)?);
                let by_archive = place == Place::Settled && looks < run::CONFIRMATIONS;
                Ok(Self { position: row.get(0)?, place, time: row.get(2)?, by_archive })
            })
            .optional()?)
    }
}

/// Where one belongs of which the archive has told nothing yet, or a later place: between the row that follows it and
/// whatever precedes that. The last of its chat stands after all that is settled.
fn right_below(cx: &Cx<'_>, chat: ChatId, standing: &Standing, above: Option<i64>) -> Result<i64, Fault> {
    let position = standing.position;
    // It keeps its place for want of a better one.
    let kept = standing.place == Place::Settled && !standing.by_archive;
    let Some(above) = above else {
        let low = order::last_settled(cx.tx, chat)?;
        let stays = kept || (standing.place == Place::Live && low.is_none_or(|low| low < position));
        return if stays { Ok(position) } else { right_after(cx, chat, low) };
    };
    let low = order::before(cx.tx, chat, above)?;
    let stays = low == Some(position) || (kept && position < above);
    if stays { Ok(position) } else { order::between(cx.tx, chat, low, Some(above), Side::High) }
}

/// How much of a page stands up to the cursor, if that is in it.
fn cursor(cx: &Cx<'_>, page: &[Archived]) -> Result<Option<usize>, Fault> {
    let cursor: Option<String> = cx
        .tx
        .prepare_cached("SELECT archive_cursor FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?;
    Ok(page.iter().position(|archived| Some(&archived.id) == cursor.as_ref()).map(|at| at + 1))
}

fn count_in_doubt(cx: &mut Cx<'_>, page: &[Archived]) -> Result<i64, Fault> {
    let mut count = 0;
    for archived in page {
        let Some(content) = &archived.content else { continue };
        if let Known::Message(message) = identity::find(cx, content, Via::Archive(&archived.id))? {
            count += i64::from(whereabouts(cx, message)?.1 == Place::Live);
        }
    }
    Ok(count)
}
