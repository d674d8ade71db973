//! Reading the archive, one query at a time and account: first the newest pages (a fresh device), then forward from the
//! cursor (what was missed, and where our own messages really stand), then the gaps someone looks at.
//!
//! Invariants: the cursor moves only in the transaction that stores what it passes, and only by pages of the archive. A
//! query that fails is tried again later, and never holds back the outbox for good. If an archived stanza breaks the
//! stream, pages shrink to one message, then the archive is read from its other side: what can't be read costs its own
//! place and nothing else.
//!
//! XEPs: 0059, 0313

use super::gap;
use super::join::{self, Join};
use super::late::{self, Late};
use super::page::{Archived, Fin};
use super::progress::{Reach, Read};
use super::query::Query;
use super::results::Results;
use super::unstored::{self, Kind, Page, Unstored};
use crate::chat::read_sync;
use crate::engine::cx::Cx;
use crate::engine::request::{Answer, Purpose};
use crate::fault::{Fault, Violation};
use crate::ids::{ChatId, GapId};
use crate::message::order::Place;
use crate::message::relation;
use crate::outbox;
use crate::session::clock::format_stamp;
use crate::session::disco::AccountFeatures;
use crate::session::{connect, stream};
use crate::view::item::Connection;
use crate::wire::{Element, ns};

/// Messages a page. Servers may give fewer (Prosody's usual cap is 50).
const PAGE: u32 = 250;
/// More missed messages than this, or pages of a server that gives few at a time: the newest first, a gap for the rest.
const FORWARD: Reach = Reach { messages: 15_000, pages: 300 };
/// The archive is asked again when it has been quiet that long, and at the latest after the longer time.
const QUIET: u64 = 3_000;
const CONFIRM_LATEST: u64 = 20_000;
/// With copies of everything that is said (XEP-0280) and archive ids on it there is no hurry: the archive is asked after
/// this time, or when so many messages have come, so that a later look has little to read again.
const CONFIRM_LAZILY: u64 = 5 * 60_000;
const CONFIRM_MANY: u32 = 200;
/// So long after a break there is hurry all the same.
const AFTERMATH: u64 = 15_000;
/// After a query that failed; each look in a row that gets nowhere doubles it, and so does each failure, so often at the
/// most.
const RETRY: u64 = 30_000;
const DOUBLINGS: u32 = 7;
const DOUBLINGS_OF_FAILURES: u32 = 3;
/// Looks at the archive, `QUIET` apart, after which a message that it does not show keeps the place it has.
pub(super) const CONFIRMATIONS: i64 = 3;
/// The newest message known is that old: there may be many after it.
const LONG_AGO: i64 = 6 * 3_600_000;
/// Clocks and stamps are allowed to be that wrong when an archive id has expired.
const OVERLAP: i64 = 3_600_000;
/// A single message may break the stream that often before it is given up.
pub(super) const TRIES: u32 = 3;

/// What is known of an account's archive in this process.
#[derive(Debug)]
pub struct ArchiveState {
    /// `None`: never asked.
    pub features: Option<AccountFeatures>,
    /// Everything up to the start of this session is stored.
    pub caught_up: bool,
    /// Since when, mono.
    caught_up_at: u64,
    pub run: Option<Run>,
    /// When to look at the archive again, mono.
    confirm_at: Option<u64>,
    /// After a query that failed: not before, mono.
    retry_at: Option<u64>,
    confirm_since: Option<u64>,
    /// Messages since the last look for which there was no hurry.
    unconfirmed: u32,
    /// How often in a row the stream broke while a page was on its way.
    broken: u32,
    /// Messages a page now: fewer on a link that can't bring a full one in time.
    page: u32,
    /// Queries that failed in a row.
    failures: u32,
    /// Looks in a row that got nowhere.
    stuck: u32,
    /// This session has already left a gap behind to be with the newest.
    skipped: bool,
    /// How much was read for a gap that someone waits for.
    pub(super) gap_read: Option<(GapId, Read)>,
    /// So many messages are still asked for one by one, because one of them broke the stream.
    pub(super) careful: u32,
    /// Further looks of this session's catch-up.
    again: u32,
    /// When a look last counted for what it did not show, mono.
    counted_at: Option<u64>,
    /// A first look that the loss of the stream interrupted.
    interrupted: Option<Join>,
    pub(super) unstored: Unstored,
    /// A first look that a metered network cut short may be waiting to go on.
    pub(super) deepens: bool,
}

/// A query under way.
#[derive(Debug)]
pub struct Run {
    query_id: String,
    /// Its number in the session.
    sent: i64,
    goal: Goal,
    results: Results,
    /// Results above a limit, skipped by the reader.
    too_large: u32,
}

#[derive(Debug, Clone)]
pub(super) enum Goal {
    /// The newest pages, backwards.
    Join(Join),
    /// What follows the cursor.
    Forward {
        from: From,
        read: Read,
        newest_message: i64,
    },
    /// The newest pages once more.
    Late(Late),
    Gap {
        gap: GapId,
        chat: ChatId,
    },
}

#[derive(Debug, Clone)]
pub(super) enum From {
    Beginning,
    After(String),
    /// The cursor's id has expired: from its stamp on.
    Start(i64),
}

impl ArchiveState {
    /// With what an earlier process learnt of the server.
    pub fn new(features: Option<AccountFeatures>) -> Self {
        Self {
            features,
            caught_up: false,
            caught_up_at: 0,
            run: None,
            confirm_at: None,
            retry_at: None,
            confirm_since: None,
            unconfirmed: 0,
            broken: 0,
            page: PAGE,
            failures: 0,
            stuck: 0,
            skipped: false,
            gap_read: None,
            careful: 0,
            again: 0,
            counted_at: None,
            interrupted: None,
            unstored: Unstored::default(),
            deepens: true,
        }
    }

    /// Whether the server archives, as far as is known.
    pub fn exists(&self) -> bool {
        self.features.is_none_or(|features| features.archive)
    }

    /// Whether archive ids on live messages are the server's own.
    pub fn trusts_stanza_ids(&self) -> bool {
        self.features.is_some_and(|features| features.archive && features.stanza_ids)
    }

    /// How sure the place of a live message is. What was not copied to us (XEP-0280), or got lost in the server, comes
    /// through the archive alone, and may stand before it.
    pub fn place_of_live(&self) -> Place {
        if self.exists() { Place::Live } else { Place::Settled }
    }

    /// Nothing is left to catch up with, or it can't be had now.
    pub fn is_over(&self) -> bool {
        self.caught_up || self.failures > 0 || self.stuck > 0
    }

    /// A break is only just over: what lay in the server may still come, in any order (`late.rs`).
    pub fn is_fresh(&self, mono: u64) -> bool {
        !self.caught_up || mono < self.caught_up_at.saturating_add(AFTERMATH)
    }

    /// Whether something that was read is still to be stored.
    pub fn is_storing(&self) -> bool {
        !self.unstored.is_empty()
    }

    /// When there is something to ask, mono.
    pub fn deadline(&self) -> Option<u64> {
        let can_ask = self.run.is_none() && self.features.is_some_and(|features| features.archive);
        self.retry_at.or(self.confirm_at).filter(|_| can_ask)
    }

    fn ask_nothing(&mut self) {
        self.confirm_at = None;
        self.confirm_since = None;
        self.unconfirmed = 0;
        self.retry_at = None;
    }

    /// What was asked could not be had: not again at once.
    pub fn pause_after_fault(&mut self, mono: u64) {
        if self.run.is_none() {
            let doublings = self.stuck + self.failures.min(DOUBLINGS_OF_FAILURES);
            self.retry_at = Some(mono + (RETRY << doublings.min(DOUBLINGS)));
        }
    }

    /// Something waits for the archive's word on its place.
    pub fn confirm_soon(&mut self, mono: u64) {
        let since = *self.confirm_since.get_or_insert(mono);
        self.confirm_at = Some((mono + QUIET).min(since + CONFIRM_LATEST));
    }

    /// If anything waits, it waits no longer.
    pub fn confirm_what_waits(&mut self, mono: u64) {
        if self.confirm_at.is_some() {
            self.confirm_soon(mono);
        }
    }

    /// Something has its place by all that is known; what the archive has besides is learnt in passing.
    pub fn confirm_later(&mut self, mono: u64) {
        self.unconfirmed += 1;
        if self.unconfirmed >= CONFIRM_MANY {
            self.unconfirmed = 0;
            return self.confirm_soon(mono);
        }
        let at = mono + CONFIRM_LAZILY;
        self.confirm_at = Some(self.confirm_at.map_or(at, |confirm_at| confirm_at.min(at)));
    }
}

/// Whether a session that begins now has much to read: a device that is new here, or was away for long. Not where the
/// user has switched archiving off: what the server hands over then is nowhere else.
pub fn expects_much(cx: &Cx<'_>) -> Result<bool, Fault> {
    if !cx.session.archive.exists() {
        return Ok(false);
    }
    let (joined, archiving, newest): (bool, Option<bool>, Option<i64>) = cx
        .tx
        .prepare_cached(
            "SELECT archive_joined, archiving, (SELECT max(last_activity) FROM chat WHERE account_id = account.id)
             FROM account WHERE id = ?1",
        )?
        .query_row([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if archiving == Some(false) {
        return Ok(false);
    }
    Ok(!joined || newest.is_some_and(|newest| cx.server_time().saturating_sub(newest) > LONG_AGO))
}

/// Stores what was read, and starts the next query if none is under way and there is a reason for one.
pub fn advance(cx: &mut Cx<'_>) -> Result<(), Fault> {
    unstored::go_on(cx)?;
    if !cx.session.is_live() || cx.session.archive.run.is_some() {
        return Ok(());
    }
    if !cx.session.archive.features.is_some_and(|features| features.archive) {
        return Ok(());
    }
    let mono = cx.now.mono;
    let retry = cx.session.archive.retry_at;
    if retry.is_some_and(|at| at > mono) {
        return Ok(());
    }
    if !cx.session.archive.caught_up {
        return catch_up(cx);
    }
    if let Some((gap, chat)) = gap::wanted(cx)? {
        return start(cx, Goal::Gap { gap, chat });
    }
    if retry.is_some() || cx.session.archive.confirm_at.is_some_and(|at| at <= mono) {
        return catch_up(cx);
    }
    if cx.session.archive.deepens && !cx.modes.metered {
        return match join::deepening(cx)? {
            Some(join) => {
                unstored::all(cx)?;
                cx.session.archive.unstored.lowest = join::first_of_each_chat(cx)?;
                start(cx, Goal::Join(join))
            }
            None => {
                cx.session.archive.deepens = false;
                Ok(())
            }
        };
    }
    Ok(())
}

pub(super) fn catch_up(cx: &mut Cx<'_>) -> Result<(), Fault> {
    unstored::all(cx)?;
    cx.session.archive.ask_nothing();
    let (joined, cursor): (bool, Option<String>) = cx
        .tx
        .prepare_cached("SELECT archive_joined, archive_cursor FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if joined {
        forward(cx, cursor.map_or(From::Beginning, From::After), Read::default())
    } else {
        // A fresh device first has to know what its user has read elsewhere.
        if cursor.is_none() && !cx.session.read_sync.fetched {
            return Ok(());
        }
        let join = match cx.session.archive.interrupted.take() {
            Some(join) => join,
            None => {
                cx.session.archive.unstored.lowest.clear();
                Join { floor: cursor, ..Join::default() }
            }
        };
        start(cx, Goal::Join(join))
    }
}

fn forward(cx: &mut Cx<'_>, from: From, read: Read) -> Result<(), Fault> {
    let newest_message =
        cx.tx.prepare_cached("SELECT coalesce(max(id), 0) FROM message")?.query_row([], |row| row.get(0))?;
    start(cx, Goal::Forward { from, read, newest_message })
}

pub(super) fn start(cx: &mut Cx<'_>, goal: Goal) -> Result<(), Fault> {
    let max = if cx.session.archive.careful > 0 { 1 } else { cx.session.archive.page };
    let query = match &goal {
        Goal::Join(join) => Query { before: Some(join.before.clone()), max, ..Query::default() },
        Goal::Forward { from: From::Beginning, .. } => Query { max, ..Query::default() },
        Goal::Forward { from: From::After(id), .. } => Query { after: Some(id.clone()), max, ..Query::default() },
        Goal::Forward { from: From::Start(time), .. } => {
            Query { start: Some(format_stamp(time.saturating_sub(OVERLAP))), max, ..Query::default() }
        }
        Goal::Late(late) => late.query(max),
        Goal::Gap { gap, chat } => gap::query(cx, *gap, *chat, max)?,
    };
    let backward = match &goal {
        Goal::Forward { .. } => false,
        Goal::Join(_) | Goal::Late(_) => true,
        Goal::Gap { .. } => query.before.is_some(),
    };
    // A server that sends more than it was asked for is stopped at twice as much.
    let results = Results::new(backward, 2 * PAGE as usize);
    let query_id = cx.random.id();
    cx.request("set", None, query.element(&query_id), &Purpose::ArchivePage { query: query_id.clone() })?;
    let sent = stream::asks_for_page(cx);
    cx.session.archive.run = Some(Run { query_id, sent, goal, results, too_large: 0 });
    Ok(())
}

/// A `<result/>` came.
pub fn collect(cx: &mut Cx<'_>, result: &Element) {
    let own = cx.own();
    let archived = super::page::read_result(result, &own);
    let query = result.attribute("queryid");
    let outcome = match &mut cx.session.archive.run {
        Some(run) if query == Some(run.query_id.as_str()) => match archived {
            Some(archived) => (!run.results.take(archived)).then_some(Violation::ArchiveResultMalformed),
            None => Some(Violation::ArchiveResultMalformed),
        },
        _ => Some(Violation::ArchiveResultUnasked),
    };
    if let Some(violation) = outcome {
        cx.violation(violation);
    }
}

/// A stanza above the limits was skipped: most likely a result, as nothing else of that size comes through a server.
pub fn result_too_large(cx: &mut Cx<'_>, head: &Element) -> Result<(), Fault> {
    if let Some(run) = cx.session.archive.run.as_mut().filter(|_| head.is("message", ns::CLIENT)) {
        run.too_large += 1;
    }
    Ok(())
}

/// A page ended, or its query failed.
pub fn page_ended(cx: &mut Cx<'_>, query: &str, answer: &Answer<'_>) -> Result<(), Fault> {
    let Some(run) = cx.session.archive.run.take_if(|run| run.query_id == query) else { return Ok(()) };
    if !matches!(answer, Answer::None) {
        stream::page_came(cx, run.sent)?;
    }
    let fin = if let Answer::Result(iq) = answer { super::page::read_fin(iq) } else { None };
    match fin {
        Some(fin) => {
            // One that left something out has not told everything.
            let fin = Fin { complete: fin.complete && !run.results.is_short(), ..fin };
            let results = run.results.into_rows();
            let archive = &mut cx.session.archive;
            archive.broken = 0;
            archive.failures = 0;
            archive.careful = archive.careful.saturating_sub(1);
            archive.page = archive.page.saturating_mul(2).min(PAGE);
            match run.goal {
                Goal::Join(join) => join::page(cx, join, results, &fin),
                Goal::Forward { from, read, newest_message } => {
                    forward_page(cx, &from, read, newest_message, results, &fin)
                }
                Goal::Late(late) => late::page(cx, late, &results, &fin),
                Goal::Gap { gap, chat } => {
                    unstored::all(cx)?;
                    gap::page(cx, gap, chat, &results, &fin, run.too_large)
                }
            }
        }
        None => {
            if matches!(answer, Answer::None) {
                cx.session.archive.page = (cx.session.archive.page / 4).max(1);
            }
            failed(cx, &run.goal, answer.condition() == Some("item-not-found"))
        }
    }
}

fn failed(cx: &mut Cx<'_>, goal: &Goal, not_found: bool) -> Result<(), Fault> {
    unstored::all(cx)?;
    match goal {
        // It does not know the ids that it has just given.
        Goal::Forward { from: From::After(_), read, .. } if not_found && read.is_by_stamp() => nowhere(cx),
        Goal::Forward { from: From::After(_), read, .. } if not_found => {
            let time: Option<i64> = cx
                .tx
                .prepare_cached("SELECT archive_cursor_time FROM account WHERE id = ?1")?
                .query_row([cx.session.account], |row| row.get(0))?;
            match time {
                Some(time) => forward(cx, From::Start(time), read.clone().by_stamp()),
                None => {
                    cx.session.archive.unstored.lowest.clear();
                    start(cx, Goal::Join(Join::default()))
                }
            }
        }
        Goal::Gap { gap, chat } => gap::failed(cx, *gap, *chat, not_found),
        _ => {
            // The outbox must not wait for an archive that does not answer.
            cx.session.archive.pause_after_fault(cx.now.mono);
            cx.session.archive.failures += 1;
            if cx.session.archive.failures >= TRIES {
                connect::show(cx, Connection::Online)?;
            }
            outbox::end_doubt(cx)
        }
    }
}

fn forward_page(
    cx: &mut Cx<'_>,
    from: &From,
    read: Read,
    newest_message: i64,
    results: Vec<Archived>,
    fin: &Fin,
) -> Result<(), Fault> {
    let messages = results.len();
    let last = results.last().map(|archived| archived.id.clone()).or_else(|| fin.last.clone());
    unstored::add(cx, Page { kind: Kind::Forward, results, last: last.clone() })?;
    match last {
        Some(id) if !fin.complete => {
            let read = read.and(cx, messages, Some(&id));
            if read.is_stuck() || matches!(from, From::After(before) if *before == id) {
                return nowhere(cx);
            }
            if read.reaches(&FORWARD) {
                return if cx.session.archive.skipped { nowhere(cx) } else { skip_ahead(cx) };
            }
            start(cx, Goal::Forward { from: From::After(id), read, newest_message })
        }
        _ => forward_done(cx, newest_message),
    }
}

/// The archive leads round, or never ends. What it has shown is stored; it is asked again, less and less often.
pub(super) fn nowhere(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.violation(Violation::ArchivePageLoops);
    unstored::all(cx)?;
    gap::fail_all(cx)?;
    cx.session.archive.pause_after_fault(cx.now.mono);
    cx.session.archive.stuck += 1;
    connect::show(cx, Connection::Online)?;
    outbox::end_doubt(cx)
}

/// Everything the archive has is stored: what it did not show was never archived, never arrived, or is not written yet.
fn forward_done(cx: &mut Cx<'_>, newest_message: i64) -> Result<(), Fault> {
    unstored::all(cx)?;
    count_look(cx, newest_message)?;
    let archive = &cx.session.archive;
    if !archive.caught_up && archive.again < late::ROUNDS && late::arrived_since(cx, newest_message)? {
        cx.session.archive.again += 1;
        return catch_up(cx);
    }
    if late::in_doubt(cx, newest_message)? > 0 {
        return start(cx, Goal::Late(Late::before(newest_message)));
    }
    looked(cx, newest_message)
}

/// What so many looks did not show keeps its place. Looks that follow each other closely are one: a server that is late
/// to write (see `late.rs`) would be late for all of them.
fn count_look(cx: &mut Cx<'_>, newest_message: i64) -> Result<(), Fault> {
    let mono = cx.now.mono;
    let archive = &mut cx.session.archive;
    if archive.counted_at.is_some_and(|at| mono < at.saturating_add(QUIET)) {
        return Ok(());
    }
    archive.counted_at = Some(mono);
    cx.tx
        .prepare_cached(
            "UPDATE message SET confirmations = confirmations + 1,
                 place = CASE WHEN confirmations + 1 >= ?3 THEN 0 ELSE place END
             WHERE place <> 0 AND place IN (1, 2) AND id <= ?2 AND chat_id IN (SELECT id FROM chat WHERE account_id = ?1)",
        )?
        .execute((cx.session.account, newest_message, CONFIRMATIONS))?;
    Ok(())
}

/// A look is over.
pub(super) fn looked(cx: &mut Cx<'_>, newest_message: i64) -> Result<(), Fault> {
    let account = cx.session.account;
    let (waiting, in_doubt): (bool, bool) = cx
        .tx
        .prepare_cached(
            "SELECT count(*) > 0, coalesce(max(message.id <= ?2 OR message.place = 2), 0)
             FROM message INDEXED BY message_unsettled CROSS JOIN chat ON chat.id = message.chat_id
             WHERE message.place <> 0 AND message.place IN (1, 2) AND chat.account_id = ?1",
        )?
        .query_row((account, newest_message), |row| Ok((row.get(0)?, row.get(1)?)))?;
    caught_up(cx)?;
    if waiting && (in_doubt || !cx.session.has_carbons() || !cx.session.archive.trusts_stanza_ids()) {
        cx.session.archive.confirm_soon(cx.now.mono);
    } else if waiting {
        cx.session.archive.confirm_later(cx.now.mono);
    }
    Ok(())
}

fn caught_up(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.session.archive.stuck = 0;
    cx.session.archive.skipped = false;
    if !cx.session.archive.caught_up {
        cx.session.archive.caught_up = true;
        cx.session.archive.caught_up_at = cx.now.mono;
        read_sync::caught_up(cx)?;
        connect::show(cx, Connection::Online)?;
    }
    relation::give_up(cx)?;
    outbox::end_doubt(cx)
}

/// There is no archive: nothing will tell more about what is in doubt, or where it stands.
pub fn do_without(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE message SET place = 0
             WHERE place <> 0 AND place IN (1, 2) AND chat_id IN (SELECT id FROM chat WHERE account_id = ?1)",
        )?
        .execute([cx.session.account])?;
    cx.session.archive.ask_nothing();
    gap::fail_all(cx)?;
    caught_up(cx)
}

/// After a long absence the newest messages matter first: every chat gets a gap after what it has, and the archive is
/// joined anew from its end.
fn skip_ahead(cx: &mut Cx<'_>) -> Result<(), Fault> {
    unstored::all(cx)?;
    cx.session.archive.skipped = true;
    gap::open_after_each_chat(cx)?;
    cx.tx.prepare_cached("UPDATE account SET archive_joined = 0 WHERE id = ?1")?.execute([cx.session.account])?;
    catch_up(cx)
}

/// The stream could not be read any further. If a page was on its way, something in it is the most likely cause.
pub fn stream_broke(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let Some(run) = cx.session.archive.run.take() else { return Ok(()) };
    unstored::all(cx)?;
    cx.session.archive.broken += 1;
    cx.session.archive.careful = PAGE;
    match run.goal {
        Goal::Gap { gap, .. } => gap::broke(cx, gap),
        // One message at a time has failed often enough: it is the message after the cursor.
        Goal::Forward { .. } if cx.session.archive.broken > TRIES => {
            cx.session.archive.broken = 0;
            gap::open_after_each_chat(cx)?;
            cx.tx
                .prepare_cached("UPDATE account SET archive_joined = 0 WHERE id = ?1")?
                .execute([cx.session.account])?;
            Ok(())
        }
        // What is left unread stays a gap of each chat.
        Goal::Join(join) if join.deepens => {
            if cx.session.archive.broken > TRIES {
                cx.session.archive.broken = 0;
                join::remember_deepening(cx, None)?;
            }
            Ok(())
        }
        // From this side too: what is left between are the gaps of the chats, each tried on its own.
        Goal::Join(join) if cx.session.archive.broken > TRIES => {
            cx.session.archive.broken = 0;
            join::joined(cx, &join, false)?;
            if join.floor.is_none() {
                gap::open_before_each_chat(cx)?;
            }
            gap::want_all(cx)
        }
        Goal::Join(join) => {
            cx.session.archive.interrupted = Some(join);
            Ok(())
        }
        Goal::Forward { .. } | Goal::Late(_) => Ok(()),
    }
}

/// The stream is gone: what it was about to bring has to be asked for again. A gap that was loading goes on loading.
pub fn reset(cx: &mut Cx<'_>) {
    if cx.session.archive.run.take().is_some() {
        cx.session.archive.page = (cx.session.archive.page / 2).max(1);
    }
    cx.session.archive.caught_up = false;
    cx.session.archive.again = 0;
    cx.session.archive.ask_nothing();
}
