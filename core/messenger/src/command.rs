//! Everything the user can ask.

use zeroize::Zeroizing;

use crate::contact::portable::PortableAccount;
use crate::ids::{AccountId, ChatId, Fingerprint, GapId, MessageId, SignUpId};

/// A wish of the user. It is answered after the local commit, never after the network: what the server says later is
/// state on the item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Adds an account and connects it. Adding a known address again replaces its password and server; a proxy that it
    /// has stays unless another one is given, so that signing in again never leaves Tor by mistake. One that is signed in,
    /// enabled and not refused is left alone, unless the user means to sign in `again`.
    AddAccount {
        address: String,
        password: Secret,
        server: Option<ServerAddress>,
        proxy: Option<ProxyAddress>,
        again: bool,
    },
    /// Makes an account on a server (XEP-0077): asks it what it wants to know. `server` is a domain; `invitation` a token
    /// that lets one in (XEP-0445). Answered with the sign-up, which [`crate::view::sign_up::SignUps`] shows.
    StartSignUp {
        domain: String,
        server: Option<ServerAddress>,
        proxy: Option<ProxyAddress>,
        invitation: Option<Secret>,
    },
    /// Makes the account that an invitation leads to (XEP-0401, 0445): as `StartSignUp` on its server with its token; who
    /// invited becomes the new account's contact.
    FollowInvitation { link: String, server: Option<ServerAddress>, proxy: Option<ProxyAddress> },
    /// Sends the answers to what the server asked. Once the account is made it is added, and signed in to.
    SubmitSignUp { sign_up: SignUpId, answers: Vec<SignUpAnswer> },
    /// The user turns to something else: nothing of it stays.
    CancelSignUp { sign_up: SignUpId },
    /// This is a further phone: it makes a key, and gets ready for an account from another phone (ADR 13). Answered with
    /// [`Receipt::Arrival`]. An older key is forgotten.
    BeginArrival,
    /// What the new phone has scanned: answered with [`Receipt::Digits`], or, once the credential is there and the account
    /// added, with [`Receipt::Account`].
    ReadArrival { code: Secret },
    /// The new phone no longer waits.
    EndArrival,
    /// Hands an account to the phone whose code was scanned. `owner` says who holds this phone, where there is an app lock.
    /// Answered with [`Receipt::Handover`]. An older one is forgotten.
    BeginHandover { account: AccountId, code: String, owner: Option<Owner> },
    /// Both phones show the same digits: answered with [`Receipt::Sealed`].
    ConfirmHandover,
    /// Nothing is handed over.
    EndHandover,
    /// What goes into a backup; what signs in to the accounts only with `credentials`, and then `owner` says who holds
    /// the device, where there is an app lock. Answered with [`Receipt::Backup`].
    ReadBackup { credentials: bool, owner: Option<Owner> },
    /// Does what a backup says. Accounts that are here already keep how they sign in. Answered with
    /// [`Receipt::Restored`].
    RestoreBackup { contents: SecretBytes },
    /// The account's password was changed elsewhere, and this is the new one. Connects; server and proxy stay.
    SetPassword { account: AccountId, password: Secret },
    /// Gives the account a new password on its server (XEP-0077 3.3); what comes of it is the account's task.
    ChangePassword { account: AccountId, password: Secret },
    /// Takes the account's token back (XEP-0484) and removes it and everything stored for it on this device, whatever the
    /// server says to that.
    SignOut { account: AccountId },
    /// Deletes the account on its server (XEP-0077 3.2), for all devices and for good, and then here.
    DeleteAccount { account: AccountId },
    /// Names an account for the user alone and gives it a colour; an empty name is none.
    EditAccount { account: AccountId, name: String, colour: AccountColour },
    /// Puts an account at this place of the user's order, from 0; beyond the end is the end.
    MoveAccount { account: AccountId, to: u32 },
    /// The chat list shows this account's chats only, or those of all.
    ShowAccount { account: Option<AccountId> },
    /// Asks the account's server what it can do and who answers for it (XEP-0030, 0092, 0157).
    AskServer { account: AccountId },
    /// Names this device, for the next session on (an empty name is none), and says how much it wants messages that are for
    /// any device (RFC 6121 4.7.2.3), at once.
    SetDevice { account: AccountId, name: String, priority: i8 },
    /// Says how much the user is there, on this device, and in his words: at most [`LONGEST_STATUS`] characters of one line, empty
    /// is nothing. Stays so until he says otherwise.
    SetPresence { account: AccountId, show: Show, status: String },
    /// Whether the account turns to away by itself once nobody has looked for a while.
    SetAutoAway { account: AccountId, on: bool },
    /// Asks the account's other devices what they are (XEP-0092), and the server who has access (XEP-0494).
    AskDevices { account: AccountId },
    /// Takes a client's access back (XEP-0494).
    RevokeClient { account: AccountId, id: String },
    /// Gives the account a new password, and then takes everybody else's access back where the server can (XEP-0494).
    SignOutEverywhere { account: AccountId, password: Secret },
    /// Connects or disconnects an account without forgetting it.
    SetAccountEnabled { account: AccountId, enabled: bool },
    /// Connects this account to that address from now on, or where DNS finds its server.
    SetServer { account: AccountId, server: Option<ServerAddress> },
    /// Sends everything of this account through a SOCKS5 proxy from now on, or nothing any more.
    SetProxy { account: AccountId, proxy: Option<ProxyAddress> },
    /// Accept this certificate, and no other, for this account: only the one that the server showed last.
    PinCertificate { account: AccountId, sha256: Fingerprint },
    /// Trust certificates of this account as usual again.
    UnpinCertificate { account: AccountId },
    /// Removes an account and everything stored for it on this device.
    RemoveAccount { account: AccountId },
    /// Opens the chat with an address or a link to one, making it if needed; asks for a subscription unless there is one,
    /// or the address is the account's own. A link may bring a token with which the other side agrees at once (XEP-0379),
    /// and a name.
    StartChat { account: AccountId, address: String },
    /// Answers a stranger who asked to see our presence, or wrote: accepted, he is asked to be a contact; declined, he is
    /// told so if he asked, and what he wrote is deleted on this device.
    AnswerRequest { account: AccountId, address: String, accept: bool },
    /// The account's own code is to be shown: it gets a token that is good for days (XEP-0379).
    ShowCode { account: AccountId },
    /// Asks the account's server for an invitation for someone who has no account (XEP-0401).
    CreateInvitation { account: AccountId },
    /// Puts someone on the roster and asks to see their presence.
    AddContact { account: AccountId, address: String },
    /// Names and tags a contact; an empty name is none.
    EditContact { account: AccountId, address: String, name: String, tags: Vec<String> },
    /// Takes a contact off the roster: neither sees the other's presence any more. The chat stays.
    RemoveContact { account: AccountId, address: String },
    /// Sees somebody's presence no more; they stay on the roster, and may go on seeing ours.
    Unsubscribe { account: AccountId, address: String },
    /// Whether notifications tell of this chat.
    SetMuted { chat: ChatId, muted: bool },
    /// Shows others another picture of oneself, or none (XEP-0084).
    SetPicture { account: AccountId, picture: Option<OwnPicture> },
    /// What one calls oneself (XEP-0172), at most 100 characters; empty is nothing.
    SetNickname { account: AccountId, nickname: String },
    /// What one tells of oneself (XEP-0292, 0054).
    SetVcard { account: AccountId, vcard: VcardFields },
    /// Asks for the vCard of a contact, or the own one, unless it was asked for a moment ago. Nobody asks a stranger's.
    AskVcard { account: AccountId, address: String },
    /// Asks a contact's device that is there what it is (XEP-0092, 0202, 0115), unless it was asked a moment ago: only
    /// when the user wants to know, for it tells them that somebody looks. `device` is its resource.
    AskContactDevice { chat: ChatId, device: String },
    /// Whether everyone may see picture, nickname and vCard, or contacts only.
    SetProfileOpen { account: AccountId, open: bool },
    /// Asks the account's server for what goes into a file for another server and is not here (XEP-0227): bookmarks and
    /// profile. How far that is, the account's item shows.
    CollectExport { account: AccountId },
    /// The file, once everything is collected; answered with [`Receipt::Exported`].
    ReadExport { account: AccountId },
    /// Brings what such a file says of one account into this one, as far as it has nothing of the kind: contacts are
    /// asked to be seen. An import that was not at its end is given up.
    ImportAccount { account: AccountId, from: Box<PortableAccount> },
    /// Forgets how the last import went; what was not done yet is not done any more.
    EndImport { account: AccountId },
    /// Says at this account that its user has gone on at another one of his, and then tells its contacts from there
    /// (XEP-0283). Both have to be connected.
    PublishMoved { account: AccountId, to: AccountId },
    /// Takes that back; who was not told yet is not told any more.
    RetractMoved { account: AccountId },
    /// Asks the account's server whether another device has said so, or taken it back.
    AskMoved { account: AccountId },
    /// Hears nothing of a person, or of a whole server, any more (XEP-0191): at once here, and on the server as soon as it
    /// can be told. A report goes along where the server takes them.
    Block { account: AccountId, address: String, report: Option<Report> },
    /// Hears them again; of a person whose whole server is blocked, everybody there.
    Unblock { account: AccountId, address: String },
    /// Sends a text. `token` is the caller's own unguessable id for this message (1–64 characters): sending the same
    /// token again is answered with the same message and changes nothing, so a cancelled call can be repeated.
    SendText { chat: ChatId, body: String, token: String },
    /// Replaces the text of an own message (XEP-0308), as often as wanted; `token` as for `SendText`. A message that was
    /// not sent yet is changed in place.
    Correct { message: MessageId, body: String, token: String },
    /// Sends a failed message again, under the same id.
    Retry { message: MessageId },
    /// Deletes a message on this device; a tombstone keeps the archive from bringing it back.
    DeleteMessage { message: MessageId },
    /// Deletes a chat's messages on this device, with tombstones, and takes the chat off the list.
    DeleteChat { chat: ChatId },
    /// Everything up to and including this message has been seen.
    MarkRead { chat: ChatId, message: MessageId },
    /// The user is writing in this chat, or has stopped (XEP-0085). To be said on every keystroke; what leaves is bounded.
    SetComposing { chat: ChatId, composing: bool },
    /// Switches what the account tells others, but for those who are excepted.
    SetPrivacy { account: AccountId, setting: PrivacySetting, on: bool },
    /// Tells one person something always, never, or (`None`) as the account does.
    SetException { account: AccountId, address: String, setting: PrivacySetting, allowed: Option<bool> },
    /// Chooses who may call.
    SetCallers { account: AccountId, callers: Callers },
    /// Chooses who may ask to be a contact.
    SetAdders { account: AccountId, adders: Adders },
    /// Sets the PIN of the app lock (4–64 characters), changes it, or with `None` takes the lock away. Where there is one,
    /// it has to be named.
    SetPin { current: Option<Secret>, pin: Option<Secret> },
    /// After how many milliseconds out of sight the app locks, and whether the device's own way (fingerprint, face) opens
    /// it, too. Only while it is open.
    SetLockOptions { biometrics: bool, patience: u64 },
    /// Opens the app. Too many wrong PINs make the next one wait.
    Unlock { pin: Secret },
    /// The device has made sure of its owner by its own means.
    UnlockByDevice,
    /// Locks at once.
    LockNow,
    /// Chooses how much notifications tell.
    SetNotificationContent { content: NotificationContent },
    /// Keeps the screen out of pictures and of the list of open apps.
    HideScreen { hides: bool },
    /// Whether the app is in front (XEP-0352): in the background servers hold back what can wait.
    SetActive { active: bool },
    /// Answered with [`Receipt::Locked`], by what was asked before.
    AskLocked,
    /// The user looks at this gap, or asks for it again after a failure: read the archive there now.
    FillGap { gap: GapId },
    /// The newest messages of this chat are on screen: fetch what is missing among the newest 50.
    ChatOpened { chat: ChatId },
    /// Switches the server's archiving (XEP-0441) for this account.
    SetArchiving { account: AccountId, on: bool },
}

/// How it was made sure that the owner of this phone holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// By the PIN of the app lock.
    Pin(Secret),
    /// By the device's own means; counts only where they open the lock, too.
    Device,
}

/// A picture of oneself, drawn by Linnet: nothing of the file it was made of is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPicture {
    /// At most 256 KiB.
    pub bytes: Vec<u8>,
    /// PNG, else JPEG.
    pub png: bool,
    /// Pixels a side.
    pub side: u32,
}

/// What one tells of oneself; each may be empty. Of what others wrote into the vCard besides nothing is touched.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct VcardFields {
    /// `FN`, at most 100 characters.
    pub full_name: String,
    /// `NOTE`, at most 1,000 characters, in lines.
    pub about: String,
    /// `ORG`, at most 200 characters.
    pub organisation: String,
    /// `ROLE`, at most 200 characters.
    pub role: String,
    /// `EMAIL`, at most 200 characters.
    pub email: String,
    /// `URL`, at most 500 characters.
    pub website: String,
}

/// Why somebody is reported to the server (XEP-0377).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// Unwanted messages.
    Spam,
    /// Any other abuse.
    Abuse,
}

/// How much a notification tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationContent {
    /// Who writes, and what.
    Full,
    /// Who writes.
    Sender,
    /// That there is something.
    Nothing,
}

impl NotificationContent {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Sender => "sender",
            Self::Nothing => "nothing",
        }
    }

    /// What can't be read tells nothing.
    pub fn of(name: &str) -> Self {
        match name {
            "full" => Self::Full,
            "sender" => Self::Sender,
            _ => Self::Nothing,
        }
    }
}

/// Characters of what the user says of his presence.
pub const LONGEST_STATUS: usize = 200;

/// How much the user is there (RFC 6121 4.7.2.1), as he may choose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    Available,
    Away,
    /// Contacts see it, and notifications of the account make no sound.
    #[serde(rename = "dnd")]
    DoNotDisturb,
}

impl Show {
    /// As it is stored, and on the wire but for `available`, which is said by saying nothing.
    pub fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Away => "away",
            Self::DoNotDisturb => "dnd",
        }
    }

    /// What can't be read is available.
    pub fn of(name: &str) -> Self {
        match name {
            "away" => Self::Away,
            "dnd" => Self::DoNotDisturb,
            _ => Self::Available,
        }
    }
}

/// What an account is told apart by at a glance, never alone: its name is always said, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountColour {
    Red,
    Orange,
    Yellow,
    Green,
    Turquoise,
    Blue,
    Violet,
    Pink,
}

impl AccountColour {
    /// All of them, in the order of the rainbow.
    pub const ALL: [Self; 8] =
        [Self::Red, Self::Orange, Self::Yellow, Self::Green, Self::Turquoise, Self::Blue, Self::Violet, Self::Pink];

    /// As 0xRRGGBB on a light ground and on a dark one.
    pub fn on_grounds(self) -> (u32, u32) {
        match self {
            Self::Red => (0x00c0_392b, 0x00f2_837a),
            Self::Orange => (0x00b4_5900, 0x00f0_a35e),
            Self::Yellow => (0x008a_6d00, 0x00e0_c04c),
            Self::Green => (0x002e_7d32, 0x007c_c47f),
            Self::Turquoise => (0x0000_796b, 0x005c_c5b6),
            Self::Blue => (0x001f_6fb2, 0x007c_b7ec),
            Self::Violet => (0x007b_4bb3, 0x00bb_9bea),
            Self::Pink => (0x00b8_3280, 0x00ee_8fc4),
        }
    }
}

/// What an account can tell others or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrivacySetting {
    /// Delivery receipts (XEP-0184).
    Receipts,
    /// Displayed markers (XEP-0333).
    ReadMarkers,
    /// Chat states (XEP-0085).
    Typing,
    /// Name and version of the program (XEP-0092), the device's time (XEP-0202).
    DeviceInformation,
    /// Presence: that we are there.
    Online,
    /// Since when the app has not been looked at (XEP-0319, 0012).
    LastSeen,
    /// What links and media point to is loaded unasked, which shows its server that somebody is there.
    AutoLoad,
    /// They may call. For an account: on, contacts may; off, nobody ([`Command::SetCallers`] knows more).
    Calls,
}

impl PrivacySetting {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Receipts => "receipts",
            Self::ReadMarkers => "read_markers",
            Self::Typing => "typing",
            Self::DeviceInformation => "device_information",
            Self::Online => "online",
            Self::LastSeen => "last_seen",
            Self::AutoLoad => "auto_load",
            Self::Calls => "calls",
        }
    }

    /// What is stored; `None` if it was written by a later version.
    pub fn of(name: &str) -> Option<Self> {
        [
            Self::Receipts,
            Self::ReadMarkers,
            Self::Typing,
            Self::DeviceInformation,
            Self::Online,
            Self::LastSeen,
            Self::AutoLoad,
            Self::Calls,
        ]
        .into_iter()
        .find(|setting| setting.name() == name)
    }
}

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Callers {
    Everyone,
    Contacts,
    Nobody,
}

impl Callers {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Contacts => "contacts",
            Self::Nobody => "nobody",
        }
    }

    /// What can't be read lets nobody in.
    pub fn of(name: &str) -> Self {
        match name {
            "everyone" => Self::Everyone,
            "contacts" => Self::Contacts,
            _ => Self::Nobody,
        }
    }
}

/// Who may ask to be a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Adders {
    Everyone,
    /// Who comes by the account's own code (XEP-0379).
    Code,
    Nobody,
}

impl Adders {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Code => "code",
            Self::Nobody => "nobody",
        }
    }

    /// What can't be read lets nobody in.
    pub fn of(name: &str) -> Self {
        match name {
            "everyone" => Self::Everyone,
            "code" => Self::Code,
            _ => Self::Nobody,
        }
    }
}

/// Where to connect when DNS shall not decide.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ServerAddress {
    pub host: String,
    pub port: u16,
    /// TLS from the first byte (XEP-0368) rather than STARTTLS.
    pub direct_tls: bool,
}

/// A SOCKS5 proxy (RFC 1928), such as Tor's: an IP address or `localhost`, since no name may be looked up for it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProxyAddress {
    pub host: String,
    pub port: u16,
}

/// A password: wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Bytes that hold secrets: wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBytes(pub Zeroizing<Vec<u8>>);

impl std::fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretBytes(…)")
    }
}

/// The answer to one of a server's questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUpAnswer {
    /// The field's name.
    pub var: String,
    /// A switch has "1" or "0", lines and choices any number, all others one.
    pub values: Vec<Secret>,
}

/// What a command made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    Done,
    /// Whether the app has to be opened by its user.
    Locked(bool),
    Account(AccountId),
    SignUp(SignUpId),
    Chat(ChatId),
    Message(MessageId),
    /// What the new phone shows, and for how many milliseconds it counts.
    Arrival {
        code: String,
        patience: u64,
    },
    /// What both phones show.
    Digits(String),
    /// What the old phone shows: a code for the new one, and the digits.
    Handover {
        code: String,
        digits: String,
        patience: u64,
    },
    /// The code with the credential.
    Sealed(String),
    /// What goes into a backup.
    Backup(SecretBytes),
    Restored(Restored),
    /// XML, UTF-8.
    Exported(Vec<u8>),
}

/// What a backup brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Restored {
    /// Accounts that were added.
    pub accounts: u32,
    /// Accounts that were here already.
    pub known: u32,
    /// Contacts of all of them.
    pub contacts: u32,
    /// People and servers that are blocked.
    pub blocks: u32,
}
