//! People who ask to see our presence.

use linnet_messenger::view::item;

use crate::subscription::subscription;

/// Someone who asks to see our presence (RFC 6121 3.1).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RequestItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// The account that was asked.
    pub account: i64,
    /// Bare JID of the one who asks.
    pub address: String,
    /// When it came, UTC milliseconds.
    pub time: i64,
}

subscription! {
    /// Open requests over all accounts, the newest first. Answer them with `Client.answer_request`.
    RequestsSubscription, RequestsBatch, RequestsOp, RequestItem, linnet_messenger::view::requests::Requests
}

impl From<item::RequestItem> for RequestItem {
    fn from(item: item::RequestItem) -> Self {
        Self { key: item.key, account: item.account.0, address: item.address, time: item.time }
    }
}
