//! UI-ready items: keys, flags and allowed actions are decided here, words and dates by the platforms.

use serde::{Deserialize, Serialize};

use crate::command::ProxyAddress;
use crate::ids::{AccountId, ChatId, GapId, MessageId};
use crate::input::CertificateProblem;
use crate::view::Item;

/// An account with the state of its connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountItem {
    pub key: String,
    pub id: AccountId,
    /// Bare JID.
    pub address: String,
    pub enabled: bool,
    pub connection: Connection,
    /// It has been online at least once with these credentials: until then the sign-in screen owns it.
    pub signed_in: bool,
    /// What the server lacks, each with a consequence the user should know. Empty until first online.
    pub missing: Vec<Missing>,
    /// Whether the server archives messages for us (XEP-0441); `None` while unknown or without an archive.
    pub archiving: Option<bool>,
    /// The certificate that the server showed last, if it is one to look at: refused, or pinned.
    pub certificate: Option<CertificateItem>,
    /// Everything of this account goes through this proxy.
    pub proxy: Option<ProxyAddress>,
}

/// A certificate for a person to judge. Its texts are its own: anybody can write anything there, so only the
/// fingerprints are facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateItem {
    /// SHA-256 of the certificate, 64 hexadecimal digits.
    pub sha256: String,
    pub subject: String,
    pub issuer: String,
    /// Domains and IP addresses that it is made out to.
    pub names: Vec<String>,
    /// Its validity, UTC milliseconds.
    pub not_before: i64,
    pub not_after: i64,
    /// Why this device does not trust it by itself; `None`: it does. A pinned one is accepted all the same.
    pub problem: Option<CertificateProblem>,
    /// The certificate that the user accepted for this account.
    pub pinned_sha256: Option<String>,
    /// The server shows another certificate than the pinned one: to be told loudly.
    pub changed: bool,
}

/// The state of an account's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Connection {
    /// Switched off by the user, or suspended.
    Off,
    Connecting,
    /// Signed in, reading what was missed.
    CatchingUp,
    Online,
    /// No connection; the next try is at `until` (UTC milliseconds).
    Waiting {
        until: i64,
        reason: WaitReason,
    },
    /// No further try until the user does something.
    Failed {
        reason: LoginFailure,
    },
}

/// Why a connection waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    ServerNotFound,
    /// The account's proxy can't be reached, or does not work.
    Proxy,
    Unreachable,
    Lost,
    Tls,
    Timeout,
    /// The server closed the stream with an error, or broke the protocol.
    ServerError,
    /// The server is shutting down or overloaded.
    ServerBusy,
}

/// Why signing in can't work without the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginFailure {
    WrongPassword,
    /// The server refuses this account: disabled, expired or unknown.
    AccountRefused,
    /// The server's certificate is not trusted.
    Certificate,
    /// The server offers no safe way to sign in that Linnet knows.
    NoSafeMechanism,
    /// The server could not prove that it knows the password: maybe someone sits in between.
    ServerNotProven,
    /// The server offers no TLS.
    NoTls,
    /// The same device name signed in elsewhere and took our place.
    Replaced,
}

/// Something a server lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// No XEP-0313: messages that arrive while no device is online depend on the server's offline store, other devices see no history.
    Archive,
    /// No XEP-0198: a lost connection is noticed late, and what was in flight is sent again.
    StreamManagement,
    /// XEP-0313 without XEP-0359 ids on live messages: history is read twice.
    StanzaIds,
}

/// One line of the chat list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatItem {
    pub key: String,
    pub id: ChatId,
    pub account: AccountId,
    /// Bare JID of the contact; our own for the note to self.
    pub address: String,
    /// Roster name, else the address' local part, else the address.
    pub title: String,
    pub note_to_self: bool,
    /// The newest message, if any.
    pub preview: Option<Preview>,
    pub unread: u32,
}

/// The newest message of a chat, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// At most 200 characters, line breaks as spaces.
    pub body: String,
    /// UTC milliseconds.
    pub time: i64,
    pub outgoing: bool,
    pub state: MessageState,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MessageState {
    Received,
    /// Kept on this device, not yet taken by the server.
    Sending,
    /// The server has it.
    Sent,
    Failed {
        reason: SendFailure,
    },
}

/// Why a message could not be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendFailure {
    /// The recipient does not exist.
    NoSuchRecipient,
    /// The recipient's server can't be reached.
    ServerUnreachable,
    /// The recipient or a server does not allow it.
    NotAllowed,
    /// The server refuses a message of this size.
    TooLarge,
    /// Any other refusal.
    Refused,
}

/// One row of a chat, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TimelineItem {
    Message(MessageItem),
    /// Everything below is unread.
    UnreadMark {
        key: String,
    },
    Gap(GapItem),
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageItem {
    pub key: String,
    pub id: MessageId,
    pub outgoing: bool,
    /// Bare JID.
    pub sender: String,
    pub sender_name: String,
    pub body: String,
    /// UTC milliseconds: the archive's stamp once known, else the clock corrected by the measured server offset.
    pub time: i64,
    pub state: MessageState,
    /// Where in a run of messages by one sender within five minutes.
    pub group: GroupPosition,
    pub actions: Vec<MessageAction>,
}

/// Position in a group of bubbles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupPosition {
    Single,
    First,
    Middle,
    Last,
}

/// What the user may do with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageAction {
    Copy,
    Retry,
    Delete,
}

/// History that this device has not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapItem {
    pub key: String,
    pub id: GapId,
    pub state: GapState,
    /// Time of the last known message before it, UTC milliseconds; `None` at the beginning of a chat.
    pub since: Option<i64>,
    /// Time of the first known message after it.
    pub until: Option<i64>,
}

/// What a gap says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapState {
    /// There is, or may be, more in the archive.
    Open,
    Loading,
    /// The server answered with an error; it can be asked again.
    Failed,
    /// One archived message can't be read; given up after three tries.
    Unreadable,
}

/// Someone who asks to see our presence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestItem {
    pub key: String,
    pub account: AccountId,
    /// Bare JID.
    pub address: String,
    /// When it came, UTC milliseconds.
    pub time: i64,
}

impl Item for AccountItem {
    fn key(&self) -> &str {
        &self.key
    }
}

impl Item for ChatItem {
    fn key(&self) -> &str {
        &self.key
    }
}

impl Item for RequestItem {
    fn key(&self) -> &str {
        &self.key
    }
}

impl Item for TimelineItem {
    fn key(&self) -> &str {
        match self {
            Self::Message(item) => &item.key,
            Self::UnreadMark { key } => key,
            Self::Gap(item) => &item.key,
        }
    }
}
