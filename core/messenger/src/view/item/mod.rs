//! UI-ready items: keys, flags and allowed actions are decided here, words and dates by the platforms.

mod account_look;
mod account_task;
mod app;
mod code;
mod contact;
mod moved;
mod own_devices;
mod portable;
mod server;
mod sign_up;
mod vcard;

pub use self::account_look::{AccountMark, account_colour};
pub use self::account_task::{AccountProblem, AccountTask};
pub use self::app::{AppItem, LockItem};
pub use self::code::{CodeItem, ServerInvitation};
pub use self::contact::{Availability, ContactItem, PrivacyException};
pub use self::contact::{DetailsState, DeviceClock, DeviceDetails, DeviceItem, DeviceKind};
pub use self::moved::{ContactMoved, MovedItem, MovedState, RequestMoved};
pub use self::own_devices::{ClientAccess, ClientAnswers, OwnDevicesItem, OwnSession, RevokeProblem};
pub use self::portable::{ExportItem, ImportItem};
pub use self::server::{
    CONTACT_FORM, CapabilityItem, ContactAddress, ContactKind, KNOWN, LoginAnswers, OUTAGE_FORM, PEP, ServerAnswers,
    ServerCapability, ServerDetailsItem, Software, StreamAnswers, Support,
};
pub use self::sign_up::{
    SignUpField, SignUpFieldKind, SignUpForm, SignUpItem, SignUpMeaning, SignUpOption, SignUpProblem, SignUpState,
};
pub use self::vcard::{VcardItem, VcardKind, VcardLine};

use serde::{Deserialize, Serialize};

use crate::command::{AccountColour, Adders, Callers, ProxyAddress, ServerAddress, Show, VcardFields};
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
    /// The user's own name for it.
    pub name: Option<String>,
    /// That name, else the address.
    pub title: String,
    pub colour: AccountColour,
    pub enabled: bool,
    pub connection: Connection,
    /// It has been online at least once with these credentials: until then the sign-in screen owns it.
    pub signed_in: bool,
    /// What the server lacks, each with a consequence the user should know. Empty until first online.
    pub missing: Vec<Missing>,
    /// Whether the server archives messages for us (XEP-0441); `None` while unknown or without an archive.
    pub archiving: Option<bool>,
    pub privacy: Privacy,
    /// The certificate that the server showed last, if it is one to look at: refused, or pinned.
    pub certificate: Option<CertificateItem>,
    /// Where it connects, if the user has said so; else DNS finds its server.
    pub server: Option<ServerAddress>,
    /// Everything of this account goes through this proxy.
    pub proxy: Option<ProxyAddress>,
    /// What the server was asked for it last.
    pub task: Option<AccountTask>,
    /// Whether the server can block for us (XEP-0191); `None` while unknown.
    pub blocks: Option<bool>,
    /// Our own picture, as in [`ChatItem::picture`].
    pub picture: Option<String>,
    /// What we call ourselves.
    pub nickname: Option<String>,
    /// What we tell of ourselves, as wished; empty until the server was asked for it.
    pub vcard: VcardFields,
    /// The server shows the older vCard (XEP-0054) to everyone, so there is nothing in it while contacts only may see ours.
    pub older_vcard_empty: bool,
    /// Everyone may see the profile, else contacts.
    pub profile_open: bool,
    pub profile: ProfileState,
    /// How much the user is there, as he chose.
    pub show: Show,
    /// What he says of it.
    pub status: Option<String>,
    /// It turns to away by itself; told with [`Privacy::last_seen`] only.
    pub auto_away: bool,
    /// What is collected for a file that other servers read.
    pub export: Option<ExportItem>,
    /// What such a file brings.
    pub import: Option<ImportItem>,
    /// Where its user has gone on.
    pub moved: Option<MovedItem>,
}

/// Where the own profile stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileState {
    /// The server has it as it is shown.
    Known,
    /// The server is still to be told.
    Waiting,
    /// The server did not take what was wished last.
    Refused,
}

impl ProfileState {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Waiting => "waiting",
            Self::Refused => "refused",
        }
    }

    /// What can't be read is nothing to worry about.
    pub fn of(name: &str) -> Self {
        match name {
            "waiting" => Self::Waiting,
            "refused" => Self::Refused,
            _ => Self::Known,
        }
    }
}

/// What the account tells others unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Privacy {
    /// Delivery receipts (XEP-0184) for messages of contacts.
    pub receipts: bool,
    /// Displayed markers (XEP-0333); our own devices learn what was read all the same.
    pub read_markers: bool,
    /// Chat states (XEP-0085).
    pub typing: bool,
    /// Name and version of the program (XEP-0092), the device's time (XEP-0202).
    pub device_information: bool,
    /// Presence.
    pub online: bool,
    /// Since when the app was not looked at (XEP-0319, 0012).
    pub last_seen: bool,
    /// What links and media of contacts point to is loaded unasked.
    pub auto_load: bool,
    pub callers: Callers,
    pub adders: Adders,
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
    /// It can't be made, or is not offered.
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
    /// The server offers no TLS: of a sign-up alone, whoever has an account waits ([`WaitReason::Tls`]).
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
    /// No XEP-0280: what another device says or hears shows up here only when the archive is read.
    Carbons,
}

/// One line of the chat list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatItem {
    pub key: String,
    pub id: ChatId,
    pub account: AccountId,
    /// Bare JID of the contact; our own for the note to self.
    pub address: String,
    /// Roster name, else the name they gave themselves, else the address' local part, else the address.
    pub title: String,
    pub note_to_self: bool,
    /// The contact's picture, for [`super::picture::bytes`].
    pub picture: Option<String>,
    /// The newest message, if any.
    pub preview: Option<Preview>,
    pub unread: u32,
    /// The contact is writing (XEP-0085).
    pub typing: bool,
    /// The user hears nothing of them (XEP-0191), and can't write until they are unblocked.
    pub blocked: bool,
    /// No notification tells of it.
    pub muted: bool,
    /// Whose chat it is, where the list has chats of several accounts.
    pub mark: Option<AccountMark>,
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
    /// A device of the recipient has it (XEP-0184).
    Delivered,
    /// The recipient has seen it (XEP-0333).
    Read,
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
    /// The other side is writing (XEP-0085); the last row.
    Typing {
        key: String,
        name: String,
    },
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
    /// As it was written; its beginning, if it is `cut`.
    pub body: String,
    /// The same for showing, without a leading `/me `.
    pub text: Vec<TextBlock>,
    /// There is more of it than a row can bear: [`super::whole_text`] has it all.
    #[serde(default)]
    pub cut: bool,
    /// The text says what its sender does (XEP-0245): shown after the sender's name.
    pub me: bool,
    /// It was corrected (XEP-0308): `body` is the newest version.
    pub edited: bool,
    /// UTC milliseconds: the archive's stamp once known, else the clock corrected by the measured server offset.
    pub time: i64,
    pub state: MessageState,
    /// Where in a run of messages by one sender within five minutes.
    pub group: GroupPosition,
    /// What it points to may be loaded unasked; never what strangers point to.
    pub auto_load: bool,
    pub actions: Vec<MessageAction>,
}

/// A part of a text that is too long for one screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPortion {
    pub text: Vec<TextBlock>,
    /// As [`MessageItem::me`]; of the first portion.
    pub me: bool,
    /// Where the next one begins; `None`: this is the last.
    pub next: Option<u64>,
}

/// A paragraph or a preformatted block (XEP-0393).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextBlock {
    /// Depth of quotation; 0 is none.
    pub quote: u32,
    /// Shown as it is, in a fixed width; has one span.
    pub preformatted: bool,
    pub spans: Vec<TextSpan>,
}

/// A run of equal style.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextSpan {
    pub text: String,
    pub strong: bool,
    pub emphasis: bool,
    pub strike: bool,
    pub code: bool,
    /// A styling character itself: shown faintly.
    pub directive: bool,
    /// The address that a tap opens: `https:`, `http:`, `xmpp:`, `mailto:`, `tel:` or `geo:`, never another scheme.
    pub link: Option<String>,
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
    Correct,
    /// Show the earlier versions.
    Versions,
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

/// A stranger who asks to see our presence, or has written, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestItem {
    pub key: String,
    pub account: AccountId,
    /// Bare JID.
    pub address: String,
    /// When it came last, UTC milliseconds.
    pub time: i64,
    /// He asks to see our presence.
    pub asks: bool,
    /// What he wrote.
    pub chat: Option<ChatId>,
    /// How many messages wait, up to 200.
    pub messages: u32,
    /// The newest message, at most 200 characters, line breaks as spaces; to be shown as it is, and only to who asks for
    /// it.
    pub preview: Option<String>,
    /// The server takes reports (XEP-0377).
    pub reportable: bool,
    /// Proven: it is a contact who has another address.
    pub moved: Option<RequestMoved>,
}

/// Somebody the user hears nothing of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockItem {
    pub key: String,
    pub account: AccountId,
    /// A bare JID or a domain; of a device, if another program has blocked one.
    pub address: String,
    /// Everybody of a server.
    pub server: bool,
    /// The server has it; else it is hidden on this device only.
    pub held: bool,
}

/// Somebody to write to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonItem {
    pub key: String,
    /// Bare JID.
    pub address: String,
    /// The name that the user gave them, else the one they chose.
    pub name: Option<String>,
    /// Their picture's name.
    pub picture: Option<String>,
    /// They are on the roster; else it is what was typed with a likely server.
    pub contact: bool,
}

/// One version of a corrected message, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionItem {
    pub key: String,
    pub id: MessageId,
    pub text: Vec<TextBlock>,
    /// As [`MessageItem::cut`].
    #[serde(default)]
    pub cut: bool,
    /// When it was sent, UTC milliseconds.
    pub time: i64,
}

/// What is worth telling the user outside the app: the unread messages of a chat. It goes when they are read, here or on
/// another device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationItem {
    pub key: String,
    pub account: AccountId,
    pub chat: ChatId,
    /// As in [`ChatItem::title`]; empty if the user wants notifications to tell nothing.
    pub title: String,
    /// Bare JID of the contact; empty with the title.
    pub address: String,
    /// As in [`ChatItem::picture`]; `None` with an empty title.
    pub picture: Option<String>,
    /// The newest unread messages, oldest first, at most [`NOTIFICATION_LINES`].
    pub lines: Vec<NotificationLine>,
    /// All unread messages of the chat.
    pub unread: u32,
    /// The account's name or address, where there are several; `None` with an empty title.
    pub account_title: Option<String>,
    /// To be shown without a sound, and over nothing: the user does not want to be disturbed.
    pub silent: bool,
}

/// The most lines of one notification.
pub const NOTIFICATION_LINES: u32 = 6;

/// One message in a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationLine {
    /// Alert again when the last line has another id.
    pub message: MessageId,
    /// Empty if the user wants notifications to tell nothing.
    pub sender_name: String,
    /// At most 200 characters, line breaks as spaces; empty if the user wants to see no texts here.
    pub body: String,
    /// UTC milliseconds.
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

impl Item for PersonItem {
    fn key(&self) -> &str {
        &self.key
    }
}

impl Item for BlockItem {
    fn key(&self) -> &str {
        &self.key
    }
}

impl Item for ContactItem {
    fn key(&self) -> &str {
        &self.key
    }
}

impl Item for SignUpItem {
    fn key(&self) -> &str {
        &self.key
    }
}

impl Item for CodeItem {
    fn key(&self) -> &str {
        &self.key
    }
}

impl Item for VersionItem {
    fn key(&self) -> &str {
        &self.key
    }
}

impl Item for NotificationItem {
    fn key(&self) -> &str {
        &self.key
    }
}

impl Item for TimelineItem {
    fn key(&self) -> &str {
        match self {
            Self::Message(item) => &item.key,
            Self::UnreadMark { key } | Self::Typing { key, .. } => key,
            Self::Gap(item) => &item.key,
        }
    }
}
