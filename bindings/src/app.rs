//! What is the app's and no account's: its lock, and what people nearby can see of it.

use linnet_messenger::command::{self, Command, Receipt, Secret};
use linnet_messenger::view::item;

use crate::client::{Client, unexpected};
use crate::error::CommandError;
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

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Whether the app is in front. In the background the servers hold back what can wait (XEP-0352). Say it at every
    /// change; at first the app counts as in front. Errors: `Storage`.
    pub async fn set_active(&self, active: bool) -> Result<(), CommandError> {
        self.done(Command::SetActive { active }).await
    }

    /// Whether the app has to be opened by its user, after all that was asked before: ask it behind `set_active`, and
    /// show nothing until the answer has come. Errors: `Storage`.
    pub async fn is_locked(&self) -> Result<bool, CommandError> {
        match self.inner.submit(Command::AskLocked).await? {
            Receipt::Locked(locked) => Ok(locked),
            other => Err(unexpected(other)),
        }
    }

    /// Sets the PIN of the app lock (4 to 64 characters of any kind), changes it, or with `None` takes the lock away.
    /// Where there is one, `current` must name it. A new lock is open.
    ///
    /// Errors: `TextInvalid` (too short or too long), `PinWrong`, `NotNow` (after too many wrong ones, until
    /// `LockItem.wait_until`), `Storage`.
    pub async fn set_pin(&self, current: Option<String>, pin: Option<String>) -> Result<(), CommandError> {
        self.done(Command::SetPin { current: current.map(Secret::new), pin: pin.map(Secret::new) }).await
    }

    /// Chooses after how many milliseconds out of sight the app locks (a day at most), and whether the device's own way
    /// opens it, too. Errors: `NotNow` (there is no lock, or it is locked), `Storage`.
    pub async fn set_lock_options(&self, biometrics: bool, patience: u64) -> Result<(), CommandError> {
        self.done(Command::SetLockOptions { biometrics, patience }).await
    }

    /// Opens the app. Five wrong PINs are free; each further one makes the next wait, 30 seconds at first, at most 15
    /// minutes, over a restart of the app and the device. Errors: `PinWrong`, `NotNow` (still to wait), `Storage`.
    pub async fn unlock(&self, pin: String) -> Result<(), CommandError> {
        self.done(Command::Unlock { pin: Secret::new(pin) }).await
    }

    /// The device has made sure of its owner by its own means. Errors: `NotNow` (that does not open it), `Storage`.
    pub async fn unlock_by_device(&self) -> Result<(), CommandError> {
        self.done(Command::UnlockByDevice).await
    }

    /// Locks at once. Errors: `NotNow` (there is no lock), `Storage`.
    pub async fn lock_now(&self) -> Result<(), CommandError> {
        self.done(Command::LockNow).await
    }

    /// Chooses how much notifications tell. Errors: `Storage`.
    pub async fn set_notification_content(&self, content: NotificationContent) -> Result<(), CommandError> {
        self.done(Command::SetNotificationContent { content: content.into() }).await
    }

    /// Keeps the screen out of pictures and of the list of open apps, or not any more. Errors: `Storage`.
    pub async fn hide_screen(&self, hides: bool) -> Result<(), CommandError> {
        self.done(Command::HideScreen { hides }).await
    }
}
