//! How much of an archive a look has read, and whether it gets anywhere. Ids are opaque and a page is what the server
//! says it is, so that an archive without end can't be told from a long one; what can be told are pages that lead back to
//! where one has been, and pages with nothing in them.
//!
//! Invariant: whatever an archive answers, a look ends, and the next one that gets nowhere waits longer.

use crate::engine::cx::Cx;

/// Pages in a row that have nothing in them and say that there is more.
const BARREN: u32 = 20;

/// How much a look may read.
pub(super) struct Reach {
    pub(super) messages: usize,
    pub(super) pages: u32,
}

/// How much a look has read, and where it has been.
#[derive(Debug, Clone, Default)]
pub(super) struct Read {
    pub(super) messages: usize,
    pages: u32,
    barren: u32,
    /// A place on the way; from time to time the latest one, after twice as many pages each time. Whoever goes round
    /// comes by it, however long the round.
    mark: Option<String>,
    since_mark: u32,
    next_mark: u32,
    stuck: bool,
    by_stamp: bool,
}

impl Read {
    /// One page more; `edge`: where the next one begins. Pages of a single message, read in search of a bad one, do not
    /// count as pages.
    pub(super) fn and(mut self, cx: &Cx<'_>, messages: usize, edge: Option<&str>) -> Self {
        self.messages += messages;
        self.pages += u32::from(cx.session.archive.careful == 0);
        self.barren = if messages == 0 { self.barren + 1 } else { 0 };
        self.stuck |= self.barren >= BARREN || (edge.is_some() && self.mark.as_deref() == edge);
        if self.since_mark >= self.next_mark {
            self.mark = edge.map(str::to_owned);
            self.since_mark = 0;
            self.next_mark = (self.next_mark * 2).max(1);
        }
        self.since_mark += 1;
        self
    }

    pub(super) fn reaches(&self, reach: &Reach) -> bool {
        self.messages >= reach.messages || self.pages >= reach.pages
    }

    /// The id to read after was gone, and a stamp took its place: that helps once.
    pub(super) fn by_stamp(self) -> Self {
        Self { by_stamp: true, ..self }
    }

    pub(super) fn is_by_stamp(&self) -> bool {
        self.by_stamp
    }

    /// Whether it goes round, or through nothing.
    pub(super) fn is_stuck(&self) -> bool {
        self.stuck
    }
}
