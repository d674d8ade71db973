//! One subscriber's memory: what it last got, and whether anything changed since.

use rusqlite::Connection;

use super::diff::diff;
use super::{Batch, Op, Page, View, Window};
use crate::change::Change;
use crate::store::StoreError;

/// A view with the list its subscriber holds.
#[derive(Debug)]
pub struct Watch<V: View> {
    view: V,
    held: Window<V::Item>,
    revision: u64,
    dirty: bool,
}

impl<V: View> Watch<V> {
    /// A fresh watch is dirty: the first `next` yields everything.
    pub fn new(view: V) -> Self {
        Self { view, held: Window { items: Vec::new(), at_start: false, at_end: false }, revision: 0, dirty: true }
    }

    /// Marks the window dirty if a change concerns it; tells whether it is dirty now.
    pub fn notice(&mut self, changes: impl IntoIterator<Item = Change>) -> bool {
        self.dirty =
            self.dirty || changes.into_iter().any(|change| change == Change::All || self.view.concerns(change));
        self.dirty
    }

    /// Moves or grows the window.
    pub fn page(&mut self, page: Page) {
        self.view.page(page);
        self.dirty = true;
    }

    /// The next batch, or `None` if the subscriber already holds what the window shows. `applied` is the revision the
    /// subscriber holds; any but the last one handed out yields a reset, so a batch lost on its way spoils nothing.
    pub fn next(&mut self, connection: &Connection, applied: u64) -> Result<Option<Batch<V::Item>>, StoreError> {
        let lost = applied != self.revision;
        if !self.dirty && !lost {
            return Ok(None);
        }
        let window = self.view.read(connection)?;
        self.dirty = false;
        let ops = if lost || self.revision == 0 {
            vec![Op::Reset { items: window.items.clone() }]
        } else {
            diff(&self.held.items, &window.items)
        };
        let same_edges = self.held.at_start == window.at_start && self.held.at_end == window.at_end;
        if ops.is_empty() && same_edges {
            return Ok(None);
        }
        self.revision += 1;
        let batch = Batch { revision: self.revision, ops, at_start: window.at_start, at_end: window.at_end };
        self.held = window;
        Ok(Some(batch))
    }
}
