//! What to tell the user outside the app.

use linnet_messenger::view::item;

use crate::subscription::subscription;

/// The unread messages of a chat. It goes when they are read, here or on another device (XEP-0490).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NotificationItem {
    /// Stable for the life of the row, unique in the list: use it as the notification's id.
    pub key: String,
    /// The account it came in on.
    pub account: i64,
    /// The chat a tap opens.
    pub chat: i64,
    /// Roster name of the contact, else the address' local part, else the address; empty with
    /// `NotificationContent.Nothing`.
    pub title: String,
    /// The newest unread messages, oldest first, 6 at most. Alert again when the last one has another id.
    pub lines: Vec<NotificationLine>,
    /// All unread messages of the chat, up to 1,000.
    pub unread: u32,
    /// Bare JID of the contact; empty with `NotificationContent.Nothing`.
    #[uniffi(default = "")]
    pub address: String,
    /// Their picture, as in `ChatItem.picture`; `None` with `NotificationContent.Nothing`.
    #[uniffi(default = None)]
    pub picture: Option<String>,
    /// The name or address of the account it came in on, to be said along; `None` if there is only one, and with
    /// `NotificationContent.Nothing`.
    #[uniffi(default = None)]
    pub account_title: Option<String>,
    /// To be shown without a sound, and over nothing that is on screen: the user does not want to be disturbed
    /// (`Show.DoNotDisturb`).
    #[uniffi(default = false)]
    pub silent: bool,
}

/// One message in a notification.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NotificationLine {
    /// Names the message.
    pub message: i64,
    /// Roster name of the sender, else the local part of the address, else the address; empty with
    /// `NotificationContent.Nothing`.
    pub sender_name: String,
    /// At most 200 characters, line breaks as spaces; empty but with `NotificationContent.Full`.
    pub body: String,
    /// UTC milliseconds.
    pub time: i64,
}

subscription! {
    /// Chats with unread messages over all accounts, the one with the newest first, 50 at most.
    NotificationsSubscription, NotificationsBatch, NotificationsOp, NotificationItem,
    linnet_messenger::view::notifications::Notifications
}

impl From<item::NotificationItem> for NotificationItem {
    fn from(item: item::NotificationItem) -> Self {
        Self {
            key: item.key,
            account: item.account.0,
            chat: item.chat.0,
            title: item.title,
            lines: item.lines.into_iter().map(Into::into).collect(),
            unread: item.unread,
            address: item.address,
            picture: item.picture,
            account_title: item.account_title,
            silent: item.silent,
        }
    }
}

impl From<item::NotificationLine> for NotificationLine {
    fn from(line: item::NotificationLine) -> Self {
        Self { message: line.message.0, sender_name: line.sender_name, body: line.body, time: line.time }
    }
}
