//! People who go on at another address, ourselves included.

use serde::{Deserialize, Serialize};

use crate::ids::ChatId;

/// Where the user of an account of ours has gone on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedItem {
    /// Bare JID.
    pub address: String,
    /// Since when, UTC milliseconds; `None`: another device said so.
    pub since: Option<i64>,
    pub state: MovedState,
    /// Contacts who are told.
    pub total: u32,
    /// Still to be told.
    pub left: u32,
    /// Whom the new account's server did not take.
    pub refused: u32,
}

/// What the server has of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovedState {
    /// It is being told.
    Publishing,
    Published,
    /// It did not take it: nobody was told.
    Refused,
    /// It is being taken back.
    Retracting,
    /// It could not be taken back.
    Kept,
}

/// Whom somebody who asks to be a contact was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestMoved {
    /// The contact's bare JID.
    pub address: String,
    /// As in [`super::ChatItem::title`].
    pub title: String,
}

/// Where a contact has gone on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactMoved {
    /// Bare JID.
    pub address: String,
    /// The user is still to say whether he follows; by [`crate::command::Command::AnswerRequest`] to that address.
    pub asks: bool,
    /// When they said so, or were followed; UTC milliseconds.
    pub time: i64,
    /// The chat there, if there is one.
    pub chat: Option<ChatId>,
}
