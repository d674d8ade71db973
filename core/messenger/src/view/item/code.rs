//! What the screen of one's own code shows.

use serde::{Deserialize, Serialize};

use crate::ids::AccountId;

/// An account's own code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeItem {
    pub key: String,
    pub account: AccountId,
    /// Bare JID.
    pub address: String,
    /// What the code says; also to be sent as a link.
    pub link: String,
    /// Until when who comes by it is a contact at once, UTC milliseconds; `None`: he has to ask.
    pub expires: Option<i64>,
    /// What the server gave for people without an account, if it was asked.
    pub invitation: Option<ServerInvitation>,
}

/// An invitation of the server's (XEP-0401).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ServerInvitation {
    /// The server is asked.
    Asking,
    /// For one person. `newcomers`: he may make an account on our server with it.
    Ready { link: String, page: Option<String>, expires: Option<i64>, newcomers: bool },
    /// The server makes none.
    NotOffered,
    /// The server makes some, but not for us, or not now.
    Refused,
    /// The server did not answer, or not with an invitation.
    Failed,
}
