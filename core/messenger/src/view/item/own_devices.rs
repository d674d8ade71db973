//! One's own devices: this one, those that are there, and whatever has access to the account.

use serde::{Deserialize, Serialize};

use super::{Availability, Support};
use crate::ids::AccountId;
use crate::view::Item;

/// What the server said of the clients that have access. Stored as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientAnswers {
    /// Whether it lists them at all; `None`: it was not asked, or said nothing.
    pub listed: Option<bool>,
    pub clients: Vec<ClientAccess>,
    /// Why the last one that was to be shut out still has access.
    pub problem: Option<RevokeProblem>,
}

/// A client that has access to the account (XEP-0494). Its texts are its own, shortened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientAccess {
    /// The server's name for it.
    pub id: String,
    /// This is we.
    pub this: bool,
    pub connected: bool,
    pub software: Option<String>,
    pub device: Option<String>,
    /// UTC milliseconds.
    pub first_seen: Option<i64>,
    pub last_seen: Option<i64>,
    /// It knows the password: only another password shuts it out.
    pub password: bool,
    /// It is being shut out.
    pub revoking: bool,
}

/// Why somebody still has access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeProblem {
    /// It knows the password: only another password helps.
    PasswordNeeded,
    /// For another reason, or none.
    Refused,
}

/// A session of the account that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSession {
    /// The resource.
    pub name: String,
    /// This is we.
    pub this: bool,
    pub availability: Availability,
    pub status: Option<String>,
    /// What program it is, if it has told (XEP-0092).
    pub software: Option<String>,
}

/// The only row of [`crate::view::own_devices::OwnDevices`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnDevicesItem {
    pub key: String,
    pub account: AccountId,
    /// What the user calls this device.
    pub name: Option<String>,
    /// What others can see of that: the resource of the next session.
    pub resource: String,
    /// RFC 6121 4.7.2.3.
    pub priority: i8,
    /// Those that are there, this one first; none without a connection.
    pub sessions: Vec<OwnSession>,
    /// Whether the server lists who has access.
    pub manages: Support,
    pub clients: Vec<ClientAccess>,
    pub problem: Option<RevokeProblem>,
    /// The server gives out tokens (XEP-0484) and lists none of them: whether they outlast a password, it alone knows.
    pub tokens_may_stay: bool,
}

impl Item for OwnDevicesItem {
    fn key(&self) -> &str {
        &self.key
    }
}
