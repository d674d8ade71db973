//! The pull side of a view: a subscriber asks for the difference to what it holds, and waits until there is one.
//!
//! Invariants: nothing is queued (what changes while nobody asks is one set of marks); reads run on the reader threads;
//! a `next` dropped at any moment loses nothing, because the caller names the revision it holds and any other than the
//! last one handed out yields a reset.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use linnet_messenger::change::Change;
use linnet_messenger::view::watch::Watch;
use linnet_messenger::view::{Batch, Page, View};
use tokio::sync::{Notify, oneshot};

use crate::readers::Readers;
use crate::tasks;

/// The least time between two batches: one frame at 60 Hz.
const DEBOUNCE: Duration = Duration::from_millis(16);
/// Above this many marks "anything may have changed" is cheaper and as good.
const MOST_MARKS: usize = 64;
/// Between the end of the readers and that of the subscriptions.
const END_IS_TOLD: Duration = Duration::from_secs(5);

/// Why there is no batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubscriptionError {
    #[error("another `next` is waiting")]
    Busy,
    #[error("the database can't be read")]
    Storage,
}

/// One subscriber of a view. Dropping it closes it.
pub struct Subscription<V: View> {
    shared: Arc<Shared<V>>,
    readers: Readers,
}

struct Shared<V: View> {
    watch: Mutex<Watch<V>>,
    marks: Mutex<Marks>,
    /// Holds one permit, so a mark set between two looks is not missed.
    woken: Notify,
    waiting: AtomicBool,
    end: AtomicU8,
}

/// What happened since the last read.
#[derive(Default)]
struct Marks {
    changes: BTreeSet<Change>,
    pages: Vec<Page>,
    last_batch: Option<Instant>,
}

const OPEN: u8 = 0;
const CLOSED: u8 = 1;
const DEAD: u8 = 2;

impl<V: View> Subscription<V> {
    /// Waits for the next difference; see the module. `None` once closed.
    pub async fn next(&self, applied: u64) -> Result<Option<Batch<V::Item>>, SubscriptionError> {
        let _turn = Turn::take(&self.shared.waiting)?;
        // The first look reads always: a `next` dropped before may have used up the marks.
        let mut look = true;
        loop {
            match self.shared.end.load(Ordering::Acquire) {
                OPEN => {}
                CLOSED => return Ok(None),
                _ => return Err(SubscriptionError::Storage),
            }
            if look {
                self.debounce().await;
                if let Some(batch) = self.read(applied).await? {
                    return Ok(Some(batch));
                }
            }
            self.shared.woken.notified().await;
            look = true;
        }
    }

    /// Moves or grows the window; the next batch shows it.
    pub fn page(&self, page: Page) {
        let mut marks = lock(&self.shared.marks);
        if !matches!(page, Page::Older(_)) {
            marks.pages.clear();
        }
        match (marks.pages.last_mut(), page) {
            (Some(Page::Older(sum)), Page::Older(more)) => *sum = sum.saturating_add(more),
            (_, page) => marks.pages.push(page),
        }
        drop(marks);
        self.shared.woken.notify_one();
    }

    /// Ends the subscription: a waiting `next` and every later one returns `None`.
    pub fn close(&self) {
        self.shared.finish(CLOSED);
    }

    async fn debounce(&self) {
        let last = lock(&self.shared.marks).last_batch;
        let left = last.and_then(|last| DEBOUNCE.checked_sub(last.elapsed()));
        if let Some(left) = left {
            tasks::sleep(left).await;
        }
    }

    async fn read(&self, applied: u64) -> Result<Option<Batch<V::Item>>, SubscriptionError> {
        let (answer, answered) = oneshot::channel();
        let shared = Arc::clone(&self.shared);
        self.readers.submit(move |connection| {
            let mut watch = lock(&shared.watch);
            if answer.is_closed() {
                return;
            }
            let (changes, pages) = {
                let mut marks = lock(&shared.marks);
                (std::mem::take(&mut marks.changes), std::mem::take(&mut marks.pages))
            };
            for page in pages {
                watch.page(page);
            }
            watch.notice(changes);
            let batch = watch.next(connection, applied);
            drop(watch);
            match batch {
                Ok(batch) => {
                    if batch.is_some() {
                        lock(&shared.marks).last_batch = Some(Instant::now());
                    }
                    // A receiver that is gone has lost this batch; the next `next` notices by its revision.
                    let _ = answer.send(Ok(batch));
                }
                Err(error) => {
                    tracing::warn!(%error, "a view could not be read");
                    lock(&shared.marks).changes.insert(Change::All);
                    let _ = answer.send(Err(SubscriptionError::Storage));
                }
            }
        });
        tokio::select! {
            biased;
            answer = answered => match answer {
                Ok(batch) => batch,
                // Unanswered: the readers are gone, and which end it was is told in a moment.
                Err(_) => {
                    tokio::select! {
                        () = self.ended() => {}
                        () = tasks::sleep(END_IS_TOLD) => {}
                    }
                    match self.shared.end.load(Ordering::Acquire) {
                        CLOSED => Ok(None),
                        _ => Err(SubscriptionError::Storage),
                    }
                }
            },
            () = self.ended() => Ok(None),
        }
    }

    /// Waits for the end alone: a read may itself wait long, while the readers are parked. A mark that comes meanwhile
    /// is put back for who waits after the read.
    async fn ended(&self) {
        let mut marked = Mark { woken: &self.shared.woken, set: false };
        while self.shared.end.load(Ordering::Acquire) == OPEN {
            self.shared.woken.notified().await;
            marked.set = true;
        }
    }
}

/// A permit of [`Shared::woken`] that was taken and is not used.
struct Mark<'a> {
    woken: &'a Notify,
    set: bool,
}

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        if self.set {
            self.woken.notify_one();
        }
    }
}

impl<V: View> Drop for Subscription<V> {
    fn drop(&mut self) {
        self.close();
    }
}

/// One `next` at a time, also when it is dropped half-way.
struct Turn<'a>(&'a AtomicBool);

impl<'a> Turn<'a> {
    fn take(waiting: &'a AtomicBool) -> Result<Self, SubscriptionError> {
        if waiting.swap(true, Ordering::AcqRel) { Err(SubscriptionError::Busy) } else { Ok(Self(waiting)) }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// What the core thread sees of a subscription.
trait Noticed: Send + Sync {
    fn notice(&self, changes: &BTreeSet<Change>);
    fn finish(&self, end: u8);
    fn is_open(&self) -> bool;
}

impl<V: View> Noticed for Shared<V> {
    fn notice(&self, changes: &BTreeSet<Change>) {
        let mut marks = lock(&self.marks);
        marks.changes.extend(changes);
        if marks.changes.len() > MOST_MARKS {
            marks.changes = BTreeSet::from([Change::All]);
        }
        drop(marks);
        self.woken.notify_one();
    }

    fn finish(&self, end: u8) {
        // The first end stays: a subscription closed by its owner is not dead.
        if self.end.compare_exchange(OPEN, end, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            self.woken.notify_one();
        }
    }

    fn is_open(&self) -> bool {
        self.end.load(Ordering::Acquire) == OPEN
    }
}

/// All subscriptions of a client.
#[derive(Clone, Default)]
pub(crate) struct Subscriptions(Arc<Mutex<Registry>>);

#[derive(Default)]
struct Registry {
    list: Vec<Weak<dyn Noticed>>,
    end: Option<u8>,
}

impl Subscriptions {
    pub(crate) fn add<V: View>(&self, view: V, readers: Readers) -> Subscription<V> {
        let shared = Arc::new(Shared {
            watch: Mutex::new(Watch::new(view)),
            marks: Mutex::default(),
            woken: Notify::new(),
            waiting: AtomicBool::new(false),
            end: AtomicU8::new(OPEN),
        });
        let weak: Weak<dyn Noticed> = Arc::downgrade(&(Arc::clone(&shared) as Arc<dyn Noticed>));
        let mut registry = lock(&self.0);
        match registry.end {
            Some(end) => shared.finish(end),
            None => {
                registry.list.retain(|entry| entry.upgrade().is_some_and(|entry| entry.is_open()));
                registry.list.push(weak);
            }
        }
        Subscription { shared, readers }
    }

    /// Something was committed.
    pub(crate) fn notice(&self, changes: &BTreeSet<Change>) {
        if changes.is_empty() {
            return;
        }
        for entry in lock(&self.0).list.iter().filter_map(Weak::upgrade) {
            entry.notice(changes);
        }
    }

    /// No batch will come any more: closed on purpose, or the core thread died.
    pub(crate) fn finish(&self, on_purpose: bool) {
        let end = if on_purpose { CLOSED } else { DEAD };
        let mut registry = lock(&self.0);
        registry.end.get_or_insert(end);
        for entry in registry.list.drain(..).filter_map(|entry| entry.upgrade()) {
            entry.finish(end);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
