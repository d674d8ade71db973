//! What a screen reads. A view is a window on the database; nothing is computed until its subscriber asks, and what it
//! then gets is the difference to what it last got. Views read, never write, and know no XMPP.
//!
//! Invariant: applying the ops of every batch in order to the subscriber's list gives exactly the list the window holds.

pub mod accounts;
pub mod app;
pub mod blocks;
pub mod chat_list;
pub mod codes;
pub mod contact;
pub mod diff;
pub mod item;
pub mod notifications;
pub mod own_devices;
pub mod people;
pub mod picture;
pub mod requests;
pub mod server_details;
pub mod sign_up;
pub mod timeline;
pub mod versions;
pub mod watch;
pub mod whole_text;

use rusqlite::Connection;

use crate::change::Change;
use crate::store::StoreError;

/// One row on a screen.
pub trait Item: Clone + PartialEq + std::fmt::Debug + Send + 'static {
    /// Stable for the life of the row; unique in a window.
    fn key(&self) -> &str;
}

/// A query window that yields items.
pub trait View: Send + 'static {
    type Item: Item;

    /// Whether this change may alter the window.
    fn concerns(&self, change: Change) -> bool;

    /// Reads the window afresh, in a snapshot.
    fn read(&mut self, connection: &Connection) -> Result<Window<Self::Item>, StoreError>;

    /// Moves or grows the window. Views without paging ignore it.
    fn page(&mut self, _page: Page) {}
}

/// Where a subscriber wants to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// That many more rows towards the beginning.
    Older(u32),
    /// Back to the newest rows.
    Newest,
    /// Around this message.
    Around(crate::ids::MessageId),
}

/// What a window holds right now, oldest or topmost first.
#[derive(Debug, Clone, PartialEq)]
pub struct Window<T> {
    pub items: Vec<T>,
    /// Nothing is stored before the first item.
    pub at_start: bool,
    /// Nothing is stored after the last item.
    pub at_end: bool,
}

/// One edit of the subscriber's list; indexes count in the list as it is after the ops before.
#[derive(Debug, Clone, PartialEq)]
pub enum Op<T> {
    Reset { items: Vec<T> },
    Insert { at: u32, items: Vec<T> },
    Update { at: u32, item: T },
    Remove { at: u32, count: u32 },
}

/// The next state of a window as edits to the last one.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch<T> {
    /// Name this in the next `next(applied)`. Starts at 1; 0 means "I hold nothing".
    pub revision: u64,
    pub ops: Vec<Op<T>>,
    pub at_start: bool,
    pub at_end: bool,
}
