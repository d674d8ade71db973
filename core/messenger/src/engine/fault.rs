//! Planted bugs and points to die at, for the chaos test. Only a build with the feature `sabotage` can set them.

/// Where a process may be killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultPoint {
    /// A stanza was read; nothing of it is committed.
    Received,
    /// A stanza is committed; no effect of it has left.
    Committed,
    /// The effects of a committed stanza have left.
    Acknowledged,
}

/// A bug that the chaos test must catch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    AckBeforeCommit,
    NoDedup,
    OrderByClock,
}

/// What the chaos test plants.
#[derive(Default)]
pub struct Faults {
    pub sabotage: Option<Sabotage>,
    /// Told of every passed point; may not return.
    pub on_point: Option<Box<dyn FnMut(FaultPoint) + Send>>,
}

impl std::fmt::Debug for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Faults").field("sabotage", &self.sabotage).finish_non_exhaustive()
    }
}

impl Faults {
    pub(super) fn pass(&mut self, point: FaultPoint) {
        if let Some(on_point) = &mut self.on_point {
            on_point(point);
        }
    }
}
