//! The list of chats over all accounts, or of one.

use linnet_messenger::view::item;

use crate::account_look::AccountMark;
use crate::subscription::subscription;
use crate::timeline::MessageState;

/// One line of the chat list.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ChatItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// Names the chat in commands and subscriptions.
    pub id: i64,
    /// The account it belongs to: one contact under two accounts is two chats.
    pub account: i64,
    /// Bare JID of the contact; our own for the note to self.
    pub address: String,
    /// Roster name (RFC 6121 2.1.2.4), else their nickname (XEP-0172), else the address' local part, else the address.
    pub title: String,
    /// The chat with our own address.
    pub note_to_self: bool,
    /// The newest message, if any.
    pub preview: Option<Preview>,
    /// Received messages after the last one read.
    pub unread: u32,
    /// The contact is writing right now (XEP-0085).
    pub typing: bool,
    /// The user hears nothing of them (XEP-0191); offer to unblock instead of a place to write.
    #[uniffi(default = false)]
    pub blocked: bool,
    /// No notification tells of it on this device.
    #[uniffi(default = false)]
    pub muted: bool,
    /// Whose chat it is, where the list has chats of several accounts.
    #[uniffi(default = None)]
    pub mark: Option<AccountMark>,
    /// The contact's picture (XEP-0084, 0153), for `Client.picture`; `None`: draw `portrait`.
    #[uniffi(default = None)]
    pub picture: Option<String>,
}

/// The newest message of a chat, in short.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Preview {
    /// At most 200 characters, line breaks as spaces.
    pub body: String,
    /// UTC milliseconds.
    pub time: i64,
    /// Sent by this account, from any of its devices.
    pub outgoing: bool,
    /// Where it stands.
    pub state: MessageState,
}

subscription! {
    /// The chats of all accounts or of one, the one with the newest message first.
    ChatListSubscription, ChatListBatch, ChatListOp, ChatItem, linnet_messenger::view::chat_list::ChatList
}

#[uniffi::export]
impl ChatListSubscription {
    /// Shows that many more chats at the end of the list; needed once a batch says that it is not `at_end`. The first
    /// window has 200.
    pub fn load_more(&self, count: u32) {
        self.inner.page(linnet_messenger::view::Page::Older(count));
    }
}

impl From<item::ChatItem> for ChatItem {
    fn from(item: item::ChatItem) -> Self {
        Self {
            key: item.key,
            id: item.id.0,
            account: item.account.0,
            address: item.address,
            title: item.title,
            note_to_self: item.note_to_self,
            preview: item.preview.map(Into::into),
            unread: item.unread,
            typing: item.typing,
            blocked: item.blocked,
            muted: item.muted,
            mark: item.mark.map(Into::into),
            picture: item.picture,
        }
    }
}

impl From<item::Preview> for Preview {
    fn from(preview: item::Preview) -> Self {
        Self { body: preview.body, time: preview.time, outgoing: preview.outgoing, state: preview.state.into() }
    }
}
