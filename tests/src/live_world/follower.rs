//! A subscriber that follows a view in the background as an app does, and can be waited for.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use linnet_messenger::view::diff::apply;
use linnet_messenger::view::{Page, View};
use linnet_runtime::{Client, Subscription};
use tokio::runtime::Runtime;

/// See the module.
pub struct Follower<V: View> {
    subscription: Arc<Subscription<V>>,
    held: Arc<Held<V::Item>>,
}

struct Held<T> {
    list: Mutex<Vec<T>>,
    changed: Condvar,
}

impl<V: View> Follower<V> {
    /// Follows until it is dropped.
    pub fn new(client: &Client, view: V, runtime: &Runtime) -> Self {
        let subscription = Arc::new(client.subscribe(view));
        let held = Arc::new(Held { list: Mutex::new(Vec::new()), changed: Condvar::new() });
        let (source, target) = (Arc::clone(&subscription), Arc::clone(&held));
        runtime.spawn(async move {
            let mut revision = 0;
            while let Ok(Some(batch)) = source.next(revision).await {
                revision = batch.revision;
                apply(&mut target.list.lock().unwrap_or_else(PoisonError::into_inner), &batch.ops);
                target.changed.notify_all();
            }
        });
        Self { subscription, held }
    }

    /// Moves the window.
    pub fn page(&self, page: Page) {
        self.subscription.page(page);
    }

    /// Waits until the list is as wished; false after `patience`.
    pub fn wait(&self, patience: Duration, mut wished: impl FnMut(&[V::Item]) -> bool) -> bool {
        let until = Instant::now() + patience;
        let mut list = self.held.list.lock().unwrap_or_else(PoisonError::into_inner);
        while !wished(&list) {
            let Some(left) = until.checked_duration_since(Instant::now()) else { return false };
            list = self.held.changed.wait_timeout(list, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

impl<V: View> Drop for Follower<V> {
    fn drop(&mut self) {
        self.subscription.close();
    }
}
