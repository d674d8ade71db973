//! Subscriptions as lines.

use std::rc::Rc;
use std::time::Instant;

use linnet_messenger::view::{Batch, Op, Page, View};
use linnet_runtime::{Subscription, SubscriptionError};
use serde::Serialize;
use serde_json::{Value, json};

use crate::output::{self, Output};

/// A running watch; dropping it ends it.
pub(crate) trait Watching {
    fn page(&self, page: Page);
}

struct Running<V: View>(Rc<Subscription<V>>);

impl<V: View> Watching for Running<V> {
    fn page(&self, page: Page) {
        self.0.page(page);
    }
}

impl<V: View> Drop for Running<V> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// How a watch's batches are printed.
pub(crate) struct Print {
    pub(crate) watch: u64,
    /// Count the items instead of printing them.
    pub(crate) discard: bool,
    pub(crate) opened_at: Instant,
}

/// Prints every batch until the subscription ends.
pub(crate) fn start<V: View<Item: Serialize>>(
    subscription: Subscription<V>,
    print: Print,
    output: Output,
) -> Box<dyn Watching> {
    let subscription = Rc::new(subscription);
    let running = Running(Rc::clone(&subscription));
    tokio::task::spawn_local(async move {
        let mut applied = 0;
        loop {
            match subscription.next(applied).await {
                Ok(Some(batch)) => {
                    applied = batch.revision;
                    if !output.written(print.batch(&batch)).await {
                        return;
                    }
                }
                Ok(None) => {
                    output.line(json!({ "watch": print.watch, "closed": true }));
                    return;
                }
                Err(error) => {
                    let name = match error {
                        SubscriptionError::Busy => "busy",
                        SubscriptionError::Storage => "storage",
                    };
                    output.line(json!({ "watch": print.watch, "error": name }));
                    return;
                }
            }
        }
    });
    Box::new(running)
}

impl Print {
    fn batch<T: Serialize>(&self, batch: &Batch<T>) -> Value {
        let mut line = json!({
            "watch": self.watch,
            "revision": batch.revision,
            "at_start": batch.at_start,
            "at_end": batch.at_end,
            "micros": output::micros(self.opened_at),
        });
        if let Some(fields) = line.as_object_mut() {
            if self.discard {
                fields.insert("items".to_owned(), json!(batch.ops.iter().map(count).sum::<usize>()));
            } else {
                fields.insert("ops".to_owned(), batch.ops.iter().map(op).collect());
            }
        }
        line
    }
}

fn op<T: Serialize>(op: &Op<T>) -> Value {
    match op {
        Op::Reset { items } => json!({ "op": "reset", "items": items }),
        Op::Insert { at, items } => json!({ "op": "insert", "at": at, "items": items }),
        Op::Update { at, item } => json!({ "op": "update", "at": at, "item": item }),
        Op::Remove { at, count } => json!({ "op": "remove", "at": at, "count": count }),
    }
}

/// The items that an edit carries.
fn count<T>(op: &Op<T>) -> usize {
    match op {
        Op::Reset { items } | Op::Insert { items, .. } => items.len(),
        Op::Update { .. } => 1,
        Op::Remove { .. } => 0,
    }
}
