//! People who go on at another address (XEP-0283), the user included.

use linnet_messenger::command::Command;
use linnet_messenger::ids::AccountId;
use linnet_messenger::view::item;

use crate::client::Client;
use crate::error::CommandError;

/// Where the user of an account has gone on.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MovedItem {
    /// The new address, a bare JID; mostly that of another account in this app.
    pub address: String,
    /// Since when, UTC milliseconds; `None`: another device said so, and not when.
    pub since: Option<i64>,
    /// What the account's server has of it.
    pub state: MovedState,
    /// Contacts who are told from the new account, and put on its roster; 0 if another device does it.
    pub total: u32,
    /// How many of them are still to be told; 0: all that could be told are.
    pub left: u32,
    /// How many the new account's server did not take.
    pub refused: u32,
}

/// What an account's server has of the statement that its user has gone on elsewhere (XEP-0283 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum MovedState {
    /// It is being told. Nobody else is yet.
    Publishing,
    /// It has it, and whoever asks for it gets it.
    Published,
    /// It did not take it, or said nothing: nobody was told.
    Refused,
    /// It is being told that it was not so.
    Retracting,
    /// It could not be taken back: it may still be there. `Client.retract_moved` tries again.
    Kept,
}

/// Whom somebody who asks to be a contact was before: their old address says that it is they.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RequestMoved {
    /// The old address, a bare JID of the account's roster.
    pub address: String,
    /// What they are called there, as in `ChatItem.title`.
    pub title: String,
}

/// Where a contact has gone on; their old address says so.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ContactMoved {
    /// The new address, a bare JID.
    pub address: String,
    /// The user is still to say whether to go on there: answer by `Client.answer_request` with this address.
    pub asks: bool,
    /// When they said so, or were followed; UTC milliseconds.
    pub time: i64,
    /// The chat there; `None` if there is none yet.
    pub chat: Option<i64>,
}

impl From<item::MovedItem> for MovedItem {
    fn from(moved: item::MovedItem) -> Self {
        let item::MovedItem { address, since, state, total, left, refused } = moved;
        Self { address, since, state: state.into(), total, left, refused }
    }
}

impl From<item::MovedState> for MovedState {
    fn from(state: item::MovedState) -> Self {
        match state {
            item::MovedState::Publishing => Self::Publishing,
            item::MovedState::Published => Self::Published,
            item::MovedState::Refused => Self::Refused,
            item::MovedState::Retracting => Self::Retracting,
            item::MovedState::Kept => Self::Kept,
        }
    }
}

impl From<item::RequestMoved> for RequestMoved {
    fn from(moved: item::RequestMoved) -> Self {
        let item::RequestMoved { address, title } = moved;
        Self { address, title }
    }
}

impl From<item::ContactMoved> for ContactMoved {
    fn from(moved: item::ContactMoved) -> Self {
        let item::ContactMoved { address, asks, time, chat } = moved;
        Self { address, asks, time, chat: chat.map(|chat| chat.0) }
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Says at `account` that its user has gone on at `to`, another account in this app, for everyone who asks its
    /// server (XEP-0283 4.1). Once the server has that, `to` asks the contacts of `account` to see each other, with
    /// names and groups and few at a time; it goes on by itself, after a restart too. `account` stays as it is.
    /// `AccountItem.moved` tells how far it is.
    ///
    /// Errors: `NotFound` (no such accounts, or `to` never signed in), `AddressInvalid` (both are one), `NotNow` (the
    /// app is locked, or either of them has moved already), `Offline` (both have to be connected), `Storage`.
    pub async fn publish_moved(&self, account: i64, to: i64) -> Result<(), CommandError> {
        self.done(Command::PublishMoved { account: AccountId(account), to: AccountId(to) }).await
    }

    /// Takes that back: who looks for it from now on does not find it, and who was not told yet is not told. It leaves
    /// with the next connection.
    ///
    /// Errors: `NotFound` (no such account, or it has not moved), `Storage`.
    pub async fn retract_moved(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::RetractMoved { account: AccountId(account) }).await
    }

    /// Asks the account's server whether another device has said that the account has moved, or taken it back;
    /// `AccountItem.moved` shows it. Does nothing without a connection.
    ///
    /// Errors: `NotFound`, `Storage`.
    pub async fn ask_moved(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::AskMoved { account: AccountId(account) }).await
    }
}
