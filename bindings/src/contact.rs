//! People: strangers who wait to be answered, and whom the user does not want to hear.

use linnet_messenger::command;
use linnet_messenger::view::item;

use crate::subscription::subscription;

/// A stranger who asks to see our presence (RFC 6121 3.1), or has written, or both. Nothing else tells of strangers: no
/// notification, no receipt, and their chats are not on the list until they are accepted.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RequestItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// The account that was asked.
    pub account: i64,
    /// Bare JID of the one who asks.
    pub address: String,
    /// When it came last, UTC milliseconds.
    pub time: i64,
    /// They ask to see our presence.
    pub asks: bool,
    /// How many messages of theirs wait, 0–200.
    #[uniffi(default = 0)]
    pub messages: u32,
    /// Their newest message, at most 200 characters, line breaks as spaces. To be shown as plain text, and only to who
    /// asks to see it; `None` if they wrote nothing.
    #[uniffi(default = None)]
    pub preview: Option<String>,
    /// The account's server takes reports (XEP-0377).
    #[uniffi(default = false)]
    pub reportable: bool,
}

subscription! {
    /// Strangers over all accounts, the newest first, 200 at most. Answer them with `Client.answer_request` or
    /// `Client.block`; those behind move up.
    RequestsSubscription, RequestsBatch, RequestsOp, RequestItem, linnet_messenger::view::requests::Requests
}

/// Somebody the user hears nothing of (XEP-0191).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct BlockItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// The account that blocks.
    pub account: i64,
    /// A bare JID, or a domain; a full JID if another program has blocked one. Give it to `Client.unblock` as it is.
    pub address: String,
    /// Everybody of a server: `address` is a domain.
    pub server: bool,
    /// The server has it; else it is hidden on this device only, so far or because the server can't block.
    pub held: bool,
}

subscription! {
    /// Whom the accounts hear nothing of, in the order of their addresses.
    BlocksSubscription, BlocksBatch, BlocksOp, BlockItem, linnet_messenger::view::blocks::Blocks
}

#[uniffi::export]
impl BlocksSubscription {
    /// Shows that many more at the end of the list; needed once a batch says that it is not `at_end`. The first window
    /// has 200.
    pub fn load_more(&self, count: u32) {
        self.inner.page(linnet_messenger::view::Page::Older(count));
    }
}

/// Why somebody is reported to the server (XEP-0377 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Report {
    /// Unwanted messages.
    Spam,
    /// Any other abuse.
    Abuse,
}

impl From<Report> for command::Report {
    fn from(report: Report) -> Self {
        match report {
            Report::Spam => Self::Spam,
            Report::Abuse => Self::Abuse,
        }
    }
}

impl From<item::RequestItem> for RequestItem {
    fn from(item: item::RequestItem) -> Self {
        Self {
            key: item.key,
            account: item.account.0,
            address: item.address,
            time: item.time,
            asks: item.asks,
            messages: item.messages,
            preview: item.preview,
            reportable: item.reportable,
        }
    }
}

impl From<item::BlockItem> for BlockItem {
    fn from(item: item::BlockItem) -> Self {
        Self { key: item.key, account: item.account.0, address: item.address, server: item.server, held: item.held }
    }
}
