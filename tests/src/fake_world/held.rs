//! A subscriber as Kotlin and Swift have it: it holds a list, asks for the next batch, applies it. Each look also reads
//! the window from nothing, so that a commit that forgot to say what it changed is found out.

use linnet_messenger::change::Change;
use linnet_messenger::view::diff::apply;
use linnet_messenger::view::watch::Watch;
use linnet_messenger::view::{Op, Page, View};
use rusqlite::Connection;

/// See the module.
pub struct Held<V: View> {
    watch: Watch<V>,
    list: Vec<V::Item>,
    revision: u64,
    pub at_start: bool,
    pub at_end: bool,
}

impl<V: View> Held<V> {
    /// A subscriber that holds nothing.
    pub fn new(view: V) -> Self {
        Self { watch: Watch::new(view), list: Vec::new(), revision: 0, at_start: false, at_end: false }
    }

    /// Tells what a commit touched.
    pub fn notice(&mut self, changes: impl IntoIterator<Item = Change>) {
        self.watch.notice(changes);
    }

    /// Moves the window.
    pub fn page(&mut self, page: Page) {
        self.watch.page(page);
    }

    /// Brings the list up to date and gives it; an error tells how the batches went wrong.
    pub fn look(&mut self, connection: &Connection) -> Result<&[V::Item], String> {
        self.next(connection, self.revision)?;
        let followed = self.list.clone();
        // Naming no revision asks for everything anew.
        self.next(connection, 0)?;
        if followed != self.list {
            return Err(format!(
                "a change was not announced, or a diff is wrong: the subscriber held\n{followed:#?}\nthe store shows\n{:#?}",
                self.list
            ));
        }
        Ok(&self.list)
    }

    fn next(&mut self, connection: &Connection, applied: u64) -> Result<(), String> {
        if let Some(batch) = self.watch.next(connection, applied).map_err(|error| error.to_string())? {
            for op in &batch.ops {
                self.fits(op)?;
                apply(&mut self.list, std::slice::from_ref(op));
            }
            (self.revision, self.at_start, self.at_end) = (batch.revision, batch.at_start, batch.at_end);
        }
        Ok(())
    }

    /// Kotlin's and Swift's lists throw on what `apply` forgives.
    fn fits(&self, op: &Op<V::Item>) -> Result<(), String> {
        let length = self.list.len();
        let fits = match op {
            Op::Reset { .. } => true,
            Op::Insert { at, .. } => *at as usize <= length,
            Op::Update { at, .. } => (*at as usize) < length,
            Op::Remove { at, count } => at.saturating_add(*count) as usize <= length,
        };
        if fits { Ok(()) } else { Err(format!("{op:?} does not fit a list of {length}")) }
    }
}
