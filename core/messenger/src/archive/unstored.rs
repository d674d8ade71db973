//! Pages that were read and are not stored yet: they are stored while the server already prepares the next page, in
//! slices between which commands are obeyed, and results taken.
//!
//! Invariants: nothing is stored in the call in which a page ended, so that the next query leaves first; at most
//! `MOST` pages wait; whoever needs the archive's word calls [`all`] before. A page that is lost with its process is
//! asked for again, because the cursor moves with what is stored.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::params;

use super::merge::{self, News};
use super::page::Archived;
use crate::change::Change;
use crate::chat::read_sync;
use crate::engine::cx::Cx;
use crate::fault::Fault;
use crate::ids::{ChatId, MessageId};

/// Messages stored in one call.
const SLICE: usize = 64;
/// Pages that may wait.
const MOST: usize = 2;

/// See the module.
#[derive(Debug, Default)]
pub struct Unstored {
    pages: VecDeque<Page>,
    /// A page ended in this call.
    fresh: bool,
    /// The lowest message that backward pages stored, a chat.
    pub lowest: BTreeMap<ChatId, MessageId>,
}

/// A page, or what is left of it.
#[derive(Debug)]
pub struct Page {
    pub kind: Kind,
    pub results: Vec<Archived>,
    /// Where the archive's cursor stands once all of it is stored: for a page without results.
    pub last: Option<String>,
}

/// In which direction a page is stored.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// It follows what is stored.
    Forward,
    /// It precedes what is stored. The `newest` page may be younger than what came live.
    Backward { newest: bool, news: News },
}

impl Unstored {
    /// Whether there is something to store.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }
}

/// Takes a page that has ended.
pub fn add(cx: &mut Cx<'_>, page: Page) -> Result<(), Fault> {
    if cx.modes.discard {
        return Ok(());
    }
    while cx.session.archive.unstored.pages.len() >= MOST {
        store_slice(cx)?;
    }
    let unstored = &mut cx.session.archive.unstored;
    unstored.fresh = true;
    unstored.pages.push_back(page);
    Ok(())
}

/// Stores everything: what follows relies on it.
pub fn all(cx: &mut Cx<'_>) -> Result<(), Fault> {
    while !cx.session.archive.unstored.is_empty() {
        store_slice(cx)?;
    }
    Ok(())
}

/// Stores the next slice, unless its page ended just now. Whatever goes wrong in it stays in it: the pages are dropped,
/// and the archive is asked again later.
pub fn go_on(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let unstored = &mut cx.session.archive.unstored;
    if std::mem::take(&mut unstored.fresh) || unstored.is_empty() {
        return Ok(());
    }
    cx.tx.execute_batch("SAVEPOINT slice")?;
    let why = match catch_unwind(AssertUnwindSafe(|| store_slice(cx))) {
        Ok(Ok(())) => return Ok(cx.tx.execute_batch("RELEASE slice")?),
        Ok(Err(fault)) => fault.to_string(),
        Err(_) => "panicked".to_owned(),
    };
    tracing::error!(why, "a page of the archive could not be stored");
    cx.tx.execute_batch("ROLLBACK TO slice; RELEASE slice")?;
    cx.change(Change::All);
    let archive = &mut cx.session.archive;
    archive.unstored.pages.clear();
    archive.run = None;
    archive.caught_up = false;
    archive.pause_after_fault(cx.now.mono);
    Ok(())
}

fn store_slice(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let Some(mut page) = cx.session.archive.unstored.pages.pop_front() else { return Ok(()) };
    match page.kind {
        Kind::Forward => {
            let rest = page.results.split_off(page.results.len().min(SLICE));
            merge::forward(cx, &page.results)?;
            let (id, time) = match page.results.last() {
                Some(last) => (Some(last.id.clone()), Some(last.time)),
                None => (page.last.take(), None),
            };
            set_cursor(cx, id.as_deref(), time)?;
            page.results = rest;
        }
        Kind::Backward { newest, news } => {
            // The newest page is placed around what came live: as a whole.
            let keep = if newest { 0 } else { page.results.len().saturating_sub(SLICE) };
            let slice = page.results.split_off(keep);
            if newest {
                merge::after_live(cx, &slice)?;
            }
            let mut lowest = std::mem::take(&mut cx.session.archive.unstored.lowest);
            let merged = merge::backward(cx, &slice, &mut lowest, news);
            cx.session.archive.unstored.lowest = lowest;
            merged?;
        }
    }
    if !page.results.is_empty() {
        cx.session.archive.unstored.pages.push_front(page);
    }
    read_sync::merged(cx)
}

fn set_cursor(cx: &mut Cx<'_>, id: Option<&str>, time: Option<i64>) -> Result<(), Fault> {
    let Some(id) = id else { return Ok(()) };
    cx.tx
        .prepare_cached(
            "UPDATE account SET archive_cursor = ?2, archive_cursor_time = coalesce(?3, archive_cursor_time)
             WHERE id = ?1",
        )?
        .execute(params![cx.session.account, id, time])?;
    Ok(())
}
