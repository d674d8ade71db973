//! People: contacts, strangers who wait to be answered, and whom the user does not want to hear.

use linnet_messenger::command::{self, Command};
use linnet_messenger::ids::{AccountId, ChatId};
use linnet_messenger::view::item;

use crate::client::Client;
use crate::device_details::DeviceDetails;
use crate::error::CommandError;
use crate::moved::{ContactMoved, RequestMoved};
use crate::privacy::{PrivacyException, PrivacySetting};
use crate::subscription::subscription;
use crate::vcard::VcardItem;

/// A stranger who asks to see our presence (RFC 6121 3.1), or has written, or both. Nothing else tells of strangers: no
/// notification, no receipt, and their chats are not on the list until they are accepted.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RequestItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// The account that was asked.
    pub account: i64,
    /// Bare JID of the one who asks.
    pub address: String,
    /// When it came last, UTC milliseconds.
    pub time: i64,
    /// They ask to see our presence.
    pub asks: bool,
    /// How many messages of theirs wait, 0–200.
    #[uniffi(default = 0)]
    pub messages: u32,
    /// Their newest message, at most 200 characters, line breaks as spaces. To be shown as plain text, and only to who
    /// asks to see it; `None` if they wrote nothing.
    #[uniffi(default = None)]
    pub preview: Option<String>,
    /// The account's server takes reports (XEP-0377).
    #[uniffi(default = false)]
    pub reportable: bool,
    /// It is a contact who has another address now (XEP-0283), as their old one confirms: ask whether to go on there.
    /// Accepted, they keep name, tags, mute and exceptions, and the old address sees us no more. Such come first.
    #[uniffi(default = None)]
    pub moved: Option<RequestMoved>,
}

subscription! {
    /// Strangers over all accounts, the newest first, 200 at most. Answer them with `Client.answer_request` or
    /// `Client.block`; those behind move up.
    RequestsSubscription, RequestsBatch, RequestsOp, RequestItem, linnet_messenger::view::requests::Requests
}

/// Somebody the user hears nothing of (XEP-0191).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct BlockItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// The account that blocks.
    pub account: i64,
    /// A bare JID, or a domain; a full JID if another program has blocked one. Give it to `Client.unblock` as it is.
    pub address: String,
    /// Everybody of a server: `address` is a domain.
    pub server: bool,
    /// The server has it; else it is hidden on this device only, so far or because the server can't block.
    pub held: bool,
}

subscription! {
    /// Whom the accounts hear nothing of, in the order of their addresses.
    BlocksSubscription, BlocksBatch, BlocksOp, BlockItem, linnet_messenger::view::blocks::Blocks
}

/// Somebody to write to.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PersonItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// Bare JID.
    pub address: String,
    /// The name that the user gave them, else the one they chose (XEP-0172), if any.
    pub name: Option<String>,
    /// Their picture (XEP-0084, 0153), for `Client.picture`; `None`: draw `portrait`.
    pub picture: Option<String>,
    /// They are on the roster (RFC 6121 2): a tap begins the chat. Else it is what was typed with a likely server, and a
    /// tap should put it into the field.
    pub contact: bool,
}

subscription! {
    /// Contacts by name, then completions of the address.
    PeopleSubscription, PeopleBatch, PeopleOp, PersonItem, linnet_messenger::view::people::People
}

impl From<item::PersonItem> for PersonItem {
    fn from(item: item::PersonItem) -> Self {
        let item::PersonItem { key, address, name, picture, contact } = item;
        Self { key, address, name, picture, contact }
    }
}

#[uniffi::export]
impl BlocksSubscription {
    /// Shows that many more at the end of the list; needed once a batch says that it is not `at_end`. The first window
    /// has 200.
    pub fn load_more(&self, count: u32) {
        self.inner.page(linnet_messenger::view::Page::Older(count));
    }
}

/// The other side of a chat: who it is, where they are, and what is between us.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ContactItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// The chat it is the other side of.
    pub chat: i64,
    /// The account of the chat.
    pub account: i64,
    /// Bare JID.
    pub address: String,
    /// Roster name (RFC 6121 2.1.2.4), else their nickname (XEP-0172), else the full name in their vCard, if it was asked
    /// for, else the address' local part, else the address.
    pub title: String,
    /// It is ourselves: none of what follows means anything.
    pub note_to_self: bool,
    /// The name that the user gave them; `None` if none.
    pub name: Option<String>,
    /// Their tags: the roster's groups (RFC 6121 2.1.2.5).
    pub tags: Vec<String>,
    /// They are on the roster. Else offer `Client.add_contact`.
    pub contact: bool,
    /// They were asked for their presence, and have not answered.
    pub asked: bool,
    /// They see our presence.
    pub sees_us: bool,
    /// We see theirs.
    pub we_see: bool,
    /// Their devices that are there, the most available first, 20 at most; none while we are offline.
    pub devices: Vec<DeviceItem>,
    /// When the last of their devices went, as far as this device saw it, UTC milliseconds. `None`: never seen.
    pub last_seen: Option<i64>,
    /// No notification tells of this chat.
    pub muted: bool,
    /// The user hears nothing of them (XEP-0191).
    pub blocked: bool,
    /// The account's server takes reports (XEP-0377).
    pub reportable: bool,
    /// What they are told otherwise than the account tells in general, each setting once at most.
    #[uniffi(default = [])]
    pub exceptions: Vec<PrivacyException>,
    /// Their picture, as in `ChatItem.picture`.
    #[uniffi(default = None)]
    pub picture: Option<String>,
    /// What they call themselves (XEP-0172).
    #[uniffi(default = None)]
    pub nickname: Option<String>,
    /// What else they tell of themselves, as far as it was asked for (`Client.ask_vcard`).
    #[uniffi(default = None)]
    pub vcard: Option<VcardItem>,
    /// How much they are there, on the most available of `devices`; `None`: on none.
    #[uniffi(default = None)]
    pub availability: Option<Availability>,
    /// What they say of it there: one line of at most 500 characters.
    #[uniffi(default = None)]
    pub status: Option<String>,
    /// What the account tells everyone who is not excepted: what "as for everyone" means now.
    #[uniffi(default = [])]
    pub in_general: Vec<PrivacySetting>,
    /// They have another address now (XEP-0283): to be asked about, or to be led to.
    #[uniffi(default = None)]
    pub moved: Option<ContactMoved>,
    /// `address` as an `xmpp:` link (XEP-0147 `roster`) that makes them a contact of whoever follows it: to be shared,
    /// and drawn with `draw_qr`. Without a token (XEP-0379): that is theirs to give.
    #[uniffi(default = "")]
    pub link: String,
    /// Its devices can be asked what they are (`Client.ask_contact_device`): they see us, so that the question tells them
    /// nothing new.
    #[uniffi(default = false)]
    pub devices_askable: bool,
}

/// A device of a contact that is there (RFC 6121 4).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DeviceItem {
    /// Its resource: any text, chosen by their program.
    pub name: String,
    /// How much they are there.
    pub availability: Availability,
    /// What they wrote about it: one line of at most 500 characters.
    pub status: Option<String>,
    /// They have not touched the device since (XEP-0319), UTC milliseconds.
    pub idle_since: Option<i64>,
    /// What it is; `None` before it was asked (`Client.ask_contact_device`), and again once it has gone.
    #[uniffi(default = None)]
    pub details: Option<DeviceDetails>,
}

/// How much somebody is there (RFC 6121 4.7.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Availability {
    /// There.
    Available,
    /// There, and busy (`dnd`).
    DoNotDisturb,
    /// Away for a moment.
    Away,
    /// Away for longer (`xa`).
    LongAway,
}

subscription! {
    /// One item, or none if there is no such chat.
    ContactSubscription, ContactBatch, ContactOp, ContactItem, linnet_messenger::view::contact::Contact
}

/// Why somebody is reported to the server (XEP-0377 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Report {
    /// Unwanted messages.
    Spam,
    /// Any other abuse.
    Abuse,
}

impl From<Report> for command::Report {
    fn from(report: Report) -> Self {
        match report {
            Report::Spam => Self::Spam,
            Report::Abuse => Self::Abuse,
        }
    }
}

impl From<item::RequestItem> for RequestItem {
    fn from(item: item::RequestItem) -> Self {
        Self {
            key: item.key,
            account: item.account.0,
            address: item.address,
            time: item.time,
            asks: item.asks,
            messages: item.messages,
            preview: item.preview,
            reportable: item.reportable,
            moved: item.moved.map(Into::into),
        }
    }
}

impl From<item::BlockItem> for BlockItem {
    fn from(item: item::BlockItem) -> Self {
        Self { key: item.key, account: item.account.0, address: item.address, server: item.server, held: item.held }
    }
}

impl From<item::ContactItem> for ContactItem {
    fn from(item: item::ContactItem) -> Self {
        Self {
            key: item.key,
            chat: item.chat.0,
            account: item.account.0,
            address: item.address,
            title: item.title,
            note_to_self: item.note_to_self,
            name: item.name,
            tags: item.tags,
            contact: item.contact,
            asked: item.asked,
            sees_us: item.sees_us,
            we_see: item.we_see,
            devices: item.devices.into_iter().map(Into::into).collect(),
            last_seen: item.last_seen,
            muted: item.muted,
            blocked: item.blocked,
            reportable: item.reportable,
            exceptions: item.exceptions.into_iter().map(Into::into).collect(),
            picture: item.picture,
            nickname: item.nickname,
            vcard: item.vcard.map(Into::into),
            availability: item.availability.map(Into::into),
            status: item.status,
            in_general: item.in_general.into_iter().map(Into::into).collect(),
            moved: item.moved.map(Into::into),
            link: item.link,
            devices_askable: item.devices_askable,
        }
    }
}

impl From<item::DeviceItem> for DeviceItem {
    fn from(item: item::DeviceItem) -> Self {
        Self {
            name: item.name,
            availability: item.availability.into(),
            status: item.status,
            idle_since: item.idle_since,
            details: item.details.map(Into::into),
        }
    }
}

impl From<item::Availability> for Availability {
    fn from(availability: item::Availability) -> Self {
        match availability {
            item::Availability::Available => Self::Available,
            item::Availability::DoNotDisturb => Self::DoNotDisturb,
            item::Availability::Away => Self::Away,
            item::Availability::LongAway => Self::LongAway,
        }
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Answers a stranger of `requests`. Accepted, their chat moves to the list and they are asked to be a contact
    /// (RFC 6121 3.1); declined, they are told so if they asked, and what they wrote is deleted on this device. Works
    /// offline. Errors: `NotFound`, `AddressInvalid`, `Storage`.
    pub async fn answer_request(&self, account: i64, address: String, accept: bool) -> Result<(), CommandError> {
        self.done(Command::AnswerRequest { account: AccountId(account), address, accept }).await
    }

    /// Puts a bare JID on the roster and asks to see their presence (RFC 6121 3.1). Works offline.
    /// Errors: `NotFound`, `AddressInvalid`, `Storage`.
    pub async fn add_contact(&self, account: i64, address: String) -> Result<(), CommandError> {
        self.done(Command::AddContact { account: AccountId(account), address }).await
    }

    /// Names a contact and replaces their tags, on the server and so for all devices (RFC 6121 2.4). An empty name is
    /// none. At most 200 characters a name or tag, 32 tags. Shows once the server has taken it.
    /// Errors: `NotFound`, `AddressInvalid`, `TextInvalid`, `Offline`, `Storage`.
    pub async fn edit_contact(
        &self,
        account: i64,
        address: String,
        name: String,
        tags: Vec<String>,
    ) -> Result<(), CommandError> {
        self.done(Command::EditContact { account: AccountId(account), address, name, tags }).await
    }

    /// Takes a contact off the roster (RFC 6121 2.5): neither sees the other's presence any more. The chat stays.
    /// Errors: `NotFound`, `AddressInvalid`, `Offline`, `Storage`.
    pub async fn remove_contact(&self, account: i64, address: String) -> Result<(), CommandError> {
        self.done(Command::RemoveContact { account: AccountId(account), address }).await
    }

    /// Sees somebody's presence no more (RFC 6121 3.3); they stay on the roster, and may go on seeing ours.
    /// Errors: `NotFound` (also: not on the roster), `AddressInvalid`, `Offline`, `Storage`.
    pub async fn unsubscribe(&self, account: i64, address: String) -> Result<(), CommandError> {
        self.done(Command::Unsubscribe { account: AccountId(account), address }).await
    }

    /// Whether notifications tell of a chat on this device. Errors: `NotFound`, `Storage`.
    pub async fn set_muted(&self, chat: i64, muted: bool) -> Result<(), CommandError> {
        self.done(Command::SetMuted { chat: ChatId(chat), muted }).await
    }

    /// Hears nothing of a person (a bare JID) or of everybody on a server (a domain) any more, XEP-0191: at once on this
    /// device, and on the server as soon as it can be told. A `report` (XEP-0377) goes along where the server takes
    /// them, with the newest messages by their ids. Works offline.
    ///
    /// Errors: `NotFound`, `AddressInvalid` (also for our own address and server), `Storage`.
    pub async fn block(&self, account: i64, address: String, report: Option<Report>) -> Result<(), CommandError> {
        self.done(Command::Block { account: AccountId(account), address, report: report.map(Into::into) }).await
    }

    /// Hears them again; `address` is that of a `BlockItem`, or of a chat that is `blocked`: if everybody on its server
    /// is, they all are heard again. Works offline. Errors: `NotFound`, `Storage`.
    pub async fn unblock(&self, account: i64, address: String) -> Result<(), CommandError> {
        self.done(Command::Unblock { account: AccountId(account), address }).await
    }
}
