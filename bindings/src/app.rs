//! What is the app's and no account's: its lock, and what people nearby can see of it.

use linnet_messenger::command;
use linnet_messenger::view::item;

use crate::subscription::subscription;

/// The app's own settings.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AppItem {
    /// Always the same.
    pub key: String,
    /// How much notifications tell.
    pub notification_content: NotificationContent,
    /// The screen is kept out of pictures and of the list of open apps, where the platform can do that.
    pub hides_screen: bool,
    /// The app lock; `None`: there is none.
    pub lock: Option<LockItem>,
    /// The chat list shows this account's chats only; `None`: those of all. Only where there are several accounts.
    #[uniffi(default = None)]
    pub shown_account: Option<i64>,
}

/// The app lock.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LockItem {
    /// Nothing but the lock may be on screen.
    pub locked: bool,
    /// The device's own way (fingerprint, face) opens it, too.
    pub biometrics: bool,
    /// Time out of sight after which it locks, milliseconds, 0 to a day.
    pub patience: u64,
    /// Wrong PINs in a row.
    pub wrong: u32,
    /// No PIN is looked at before, UTC milliseconds.
    pub wait_until: Option<i64>,
}

/// How much a notification tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum NotificationContent {
    /// Who writes, and what.
    Full,
    /// Who writes: the texts of `NotificationLine.body` are empty.
    Sender,
    /// That there is something: names are empty, too.
    Nothing,
}

subscription! {
    /// The app's own settings: always one row.
    AppSubscription, AppBatch, AppOp, AppItem, linnet_messenger::view::app::App
}

impl From<item::AppItem> for AppItem {
    fn from(item: item::AppItem) -> Self {
        Self {
            key: item.key,
            notification_content: item.notification_content.into(),
            hides_screen: item.hides_screen,
            shown_account: item.shown_account.map(|account| account.0),
            lock: item.lock.map(Into::into),
        }
    }
}

impl From<item::LockItem> for LockItem {
    fn from(item: item::LockItem) -> Self {
        let item::LockItem { locked, biometrics, patience, wrong, wait_until } = item;
        Self { locked, biometrics, patience, wrong, wait_until }
    }
}

impl From<command::NotificationContent> for NotificationContent {
    fn from(content: command::NotificationContent) -> Self {
        match content {
            command::NotificationContent::Full => Self::Full,
            command::NotificationContent::Sender => Self::Sender,
            command::NotificationContent::Nothing => Self::Nothing,
        }
    }
}

impl From<NotificationContent> for command::NotificationContent {
    fn from(content: NotificationContent) -> Self {
        match content {
            NotificationContent::Full => Self::Full,
            NotificationContent::Sender => Self::Sender,
            NotificationContent::Nothing => Self::Nothing,
        }
    }
}
