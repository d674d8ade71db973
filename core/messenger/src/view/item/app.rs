//! The app's own settings and its lock, as their screens show them.

use serde::{Deserialize, Serialize};

use crate::command::NotificationContent;
use crate::ids::AccountId;
use crate::view::Item;

/// The only row of [`crate::view::app::App`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppItem {
    pub key: String,
    pub notification_content: NotificationContent,
    /// The screen is kept out of pictures and of the list of open apps.
    pub hides_screen: bool,
    /// The chat list shows this account's chats only. Only where there are several.
    pub shown_account: Option<AccountId>,
    /// `None`: there is no lock.
    pub lock: Option<LockItem>,
}

/// The app lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockItem {
    pub locked: bool,
    /// The device's own way (fingerprint, face) opens it, too.
    pub biometrics: bool,
    /// Time out of sight after which it locks, milliseconds.
    pub patience: u64,
    /// Wrong PINs in a row.
    pub wrong: u32,
    /// No PIN is looked at before, UTC milliseconds.
    pub wait_until: Option<i64>,
}

impl Item for AppItem {
    fn key(&self) -> &str {
        &self.key
    }
}
