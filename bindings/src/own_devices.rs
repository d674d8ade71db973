//! One's own devices: this one, those that are there, and whatever has access to the account.

use linnet_messenger::command::{Command, Secret};
use linnet_messenger::ids::AccountId;
use linnet_messenger::view::item;

use crate::client::Client;
use crate::contact::Availability;
use crate::error::CommandError;
use crate::server_details::Support;
use crate::subscription::subscription;

/// All that is known of an account's devices.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OwnDevicesItem {
    /// Stable for the life of the row.
    pub key: String,
    /// The account.
    pub account: i64,
    /// What the user calls this device, 1 to 30 characters.
    pub name: Option<String>,
    /// What others can see of that: the resource of the next session.
    pub resource: String,
    /// How much it wants messages that are for any device (RFC 6121 4.7.2.3): those with the highest get them, one below
    /// 0 gets none.
    pub priority: i8,
    /// Those that are there, this one first; empty without a connection.
    pub sessions: Vec<OwnSession>,
    /// Whether the server lists who has access (XEP-0494).
    pub manages: Support,
    /// Whatever has access, at most 200; empty unless `manages`.
    pub clients: Vec<ClientAccess>,
    /// Why the last one that was to be shut out still has access.
    pub problem: Option<RevokeProblem>,
    /// The server gives out tokens that devices sign in with (XEP-0484), and neither lists nor takes back any: whether
    /// they are good for anything after `sign_out_everywhere`, nobody here knows.
    pub tokens_may_stay: bool,
}

/// A session of the account that is there.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OwnSession {
    /// The resource: what it calls itself.
    pub name: String,
    /// This is we.
    pub this: bool,
    /// How much it is there.
    pub availability: Availability,
    /// What its user wrote about it.
    pub status: Option<String>,
    /// What program it is, if it told (XEP-0092); at most 100 characters.
    pub software: Option<String>,
}

/// A client that has access to the account (XEP-0494). Its texts are its own, at most 100 characters each.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ClientAccess {
    /// Names it in `Client.revoke_client`.
    pub id: String,
    /// This is we.
    pub this: bool,
    /// It is connected, or will come back to its session.
    pub connected: bool,
    /// What program it is.
    pub software: Option<String>,
    /// What its user calls the device.
    pub device: Option<String>,
    /// When it came first, UTC milliseconds.
    pub first_seen: Option<i64>,
    /// When it was there last, UTC milliseconds.
    pub last_seen: Option<i64>,
    /// It knows the password: only another password shuts it out.
    pub password: bool,
    /// It is being shut out.
    pub revoking: bool,
}

/// Why somebody still has access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum RevokeProblem {
    /// It knows the password: only another password helps.
    PasswordNeeded,
    /// For another reason, or none.
    Refused,
}

subscription! {
    /// What is known of one account's devices: one row, or none if there is no such account.
    OwnDevicesSubscription, OwnDevicesBatch, OwnDevicesOp, OwnDevicesItem,
    linnet_messenger::view::own_devices::OwnDevices
}

impl From<item::OwnDevicesItem> for OwnDevicesItem {
    fn from(item: item::OwnDevicesItem) -> Self {
        Self {
            key: item.key,
            account: item.account.0,
            name: item.name,
            resource: item.resource,
            priority: item.priority,
            sessions: item.sessions.into_iter().map(Into::into).collect(),
            manages: item.manages.into(),
            clients: item.clients.into_iter().map(Into::into).collect(),
            problem: item.problem.map(|problem| match problem {
                item::RevokeProblem::PasswordNeeded => RevokeProblem::PasswordNeeded,
                item::RevokeProblem::Refused => RevokeProblem::Refused,
            }),
            tokens_may_stay: item.tokens_may_stay,
        }
    }
}

impl From<item::OwnSession> for OwnSession {
    fn from(session: item::OwnSession) -> Self {
        let item::OwnSession { name, this, availability, status, software } = session;
        Self { name, this, availability: availability.into(), status, software }
    }
}

impl From<item::ClientAccess> for ClientAccess {
    fn from(client: item::ClientAccess) -> Self {
        Self {
            id: client.id,
            this: client.this,
            connected: client.connected,
            software: client.software,
            device: client.device,
            first_seen: client.first_seen,
            last_seen: client.last_seen,
            password: client.password,
            revoking: client.revoking,
        }
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Names this device (at most 30 characters, an empty name is none), for the next session on, and says how much it wants
    /// messages that are for any device (RFC 6121 4.7.2.3), at once. Errors: `NotFound`, `TextInvalid`, `Storage`.
    pub async fn set_device(&self, account: i64, name: String, priority: i8) -> Result<(), CommandError> {
        self.done(Command::SetDevice { account: AccountId(account), name, priority }).await
    }

    /// Asks the account's other devices what they are (XEP-0092), and the server who has access (XEP-0494); `own_devices`
    /// shows what comes of it. Errors: `NotFound`, `Offline`, `Storage`.
    pub async fn ask_devices(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::AskDevices { account: AccountId(account) }).await
    }

    /// Takes the access of one of `OwnDevicesItem.clients` back (XEP-0494).
    /// Errors: `NotFound` (no such client either), `Offline`, `NotNow` (it is this device), `Storage`.
    pub async fn revoke_client(&self, account: i64, id: String) -> Result<(), CommandError> {
        self.done(Command::RevokeClient { account: AccountId(account), id }).await
    }

    /// Signs all other devices out: gives the account a new password as `change_password` does, and then takes everybody
    /// else's access back where the server can (XEP-0494). Elsewhere they need the new password when they connect next,
    /// but for those with tokens that the server may go on taking, see `OwnDevicesItem.tokens_may_stay`.
    /// What comes of it is the account's `task`. Errors: as `change_password`.
    pub async fn sign_out_everywhere(&self, account: i64, password: String) -> Result<(), CommandError> {
        let (account, password) = (AccountId(account), Secret::new(password));
        self.done(Command::SignOutEverywhere { account, password }).await
    }
}
