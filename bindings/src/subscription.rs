//! The shape all subscriptions share: a pull of batches of edits. UniFFI exports no generics, so a macro writes the
//! three types of each view; only the timeline has paging of its own.

/// Writes `XOp`, `XBatch` and `XSubscription` for a view whose items convert with `From`.
macro_rules! subscription {
    (
        $(#[$doc:meta])*
        $subscription:ident, $batch:ident, $op:ident, $item:ident, $view:ty
    ) => {
        /// One edit of the list a subscriber holds. Edits are applied in the order given; an index counts in the list
        /// as it is after the edits before. There is no move: animate by the item's key.
        // It lives for the moment of crossing the boundary only.
        #[allow(clippy::large_enum_variant)]
        #[derive(Debug, Clone, PartialEq, uniffi::Enum)]
        pub enum $op {
            /// The whole list anew.
            Reset {
                /// Everything the list holds now.
                items: Vec<$item>,
            },
            /// New items.
            Insert {
                /// Where the first of them stands afterwards; 0 is the start of the list.
                at: u32,
                /// At least one, in the order of the list.
                items: Vec<$item>,
            },
            /// An item with the same key and new content.
            Update {
                /// Where it stands.
                at: u32,
                /// What stands there now.
                item: $item,
            },
            /// Items that are gone.
            Remove {
                /// Where the first of them stood.
                at: u32,
                /// How many, at least one.
                count: u32,
            },
        }

        impl From<linnet_messenger::view::Op<linnet_messenger::view::item::$item>> for $op {
            fn from(op: linnet_messenger::view::Op<linnet_messenger::view::item::$item>) -> Self {
                use linnet_messenger::view::Op;
                match op {
                    Op::Reset { items } => Self::Reset { items: items.into_iter().map(Into::into).collect() },
                    Op::Insert { at, items } => {
                        Self::Insert { at, items: items.into_iter().map(Into::into).collect() }
                    }
                    Op::Update { at, item } => Self::Update { at, item: item.into() },
                    Op::Remove { at, count } => Self::Remove { at, count },
                }
            }
        }

        /// The next state of the list, as edits to the last one.
        #[derive(Debug, Clone, PartialEq, uniffi::Record)]
        pub struct $batch {
            /// Names this state; give it to the next `next`. Starts at 1.
            pub revision: u64,
            /// To be applied in order.
            pub ops: Vec<$op>,
            /// Nothing is stored before the first item.
            pub at_start: bool,
            /// Nothing is stored after the last item.
            pub at_end: bool,
        }

        $(#[$doc])*
        #[derive(uniffi::Object)]
        pub struct $subscription {
            inner: linnet_runtime::Subscription<$view>,
        }

        impl $subscription {
            pub(crate) fn new(inner: linnet_runtime::Subscription<$view>) -> std::sync::Arc<Self> {
                std::sync::Arc::new(Self { inner })
            }
        }

        #[uniffi::export(async_runtime = "tokio")]
        impl $subscription {
            /// Waits until the list differs from what the caller holds, then returns the difference; `None` once the
            /// subscription is closed or the client is.
            ///
            /// `applied` is the revision of the last batch the caller has applied, 0 at first. If it is not the last
            /// one handed out (a cancelled call lost it), the answer starts with a reset, so a cancelled `next` spoils
            /// nothing. Batches come at most once in 16 ms; what changes in between is one batch. While the client is
            /// suspended it waits.
            ///
            /// Errors: `Busy` if another `next` of this object is waiting, `Storage` if the database can't be read.
            pub async fn next(&self, applied: u64) -> Result<Option<$batch>, $crate::error::SubscriptionError> {
                let batch = self.inner.next(applied).await?;
                Ok(batch.map(|batch| $batch {
                    revision: batch.revision,
                    ops: batch.ops.into_iter().map(Into::into).collect(),
                    at_start: batch.at_start,
                    at_end: batch.at_end,
                }))
            }

            /// Ends the subscription: a waiting `next` returns `None` at once, and so does every later one. Dropping
            /// the object does the same once no `next` is waiting. Doing it twice is harmless. Kotlin: `end`, since
            /// `close` there lets go of the object.
            pub fn close(&self) {
                self.inner.close();
            }
        }
    };
}

pub(crate) use subscription;
