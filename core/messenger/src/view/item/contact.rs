//! Who a contact is and where they are.

use serde::{Deserialize, Serialize};

use super::{ContactMoved, VcardItem};
use crate::command::PrivacySetting;
use crate::ids::{AccountId, ChatId};

/// The other side of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactItem {
    pub key: String,
    pub chat: ChatId,
    pub account: AccountId,
    /// Bare JID.
    pub address: String,
    /// The same as a link that makes them a contact of whoever follows it. Never with a token of theirs: that was ours.
    pub link: String,
    /// As in [`super::ChatItem::title`].
    pub title: String,
    pub note_to_self: bool,
    /// As in [`super::ChatItem::picture`].
    pub picture: Option<String>,
    /// The name that the user gave them.
    pub name: Option<String>,
    /// What they call themselves.
    pub nickname: Option<String>,
    /// What else they tell of themselves; `None` if nothing is known of it.
    pub vcard: Option<VcardItem>,
    /// The roster's groups.
    pub tags: Vec<String>,
    /// They are on the roster.
    pub contact: bool,
    /// They were asked for their presence, and have not answered.
    pub asked: bool,
    /// They see our presence.
    pub sees_us: bool,
    /// We see theirs.
    pub we_see: bool,
    /// Their devices that are there, the most available first; none while we are offline.
    pub devices: Vec<DeviceItem>,
    /// These devices can be asked what they are: they see us, so the question tells them nothing new.
    pub devices_askable: bool,
    /// How much they are there, on the most available of these devices; `None`: on none.
    pub availability: Option<Availability>,
    /// What they say of it there.
    pub status: Option<String>,
    /// When the last of their devices went, as far as this device saw it; UTC milliseconds.
    pub last_seen: Option<i64>,
    pub muted: bool,
    pub blocked: bool,
    /// The server takes reports (XEP-0377).
    pub reportable: bool,
    /// What they are told otherwise than the account tells in general.
    pub exceptions: Vec<PrivacyException>,
    /// What the account tells everyone who is not excepted.
    pub in_general: Vec<PrivacySetting>,
    /// They have another address, by their own word.
    pub moved: Option<ContactMoved>,
}

/// What somebody is always told, or never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyException {
    pub setting: PrivacySetting,
    pub allowed: bool,
}

/// A device of a contact that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceItem {
    /// The resource: any text, chosen by their program.
    pub name: String,
    pub availability: Availability,
    /// What they wrote about it: one line of at most 500 characters.
    pub status: Option<String>,
    /// They have not touched it since (XEP-0319), UTC milliseconds.
    pub idle_since: Option<i64>,
    /// What it is; `None` before it was asked.
    pub details: Option<DeviceDetails>,
}

/// What a contact's device is, by its own word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceDetails {
    pub state: DetailsState,
    /// What program it is (XEP-0092), its version and the system it runs on: a line of at most 100 characters each.
    pub program: Option<String>,
    pub version: Option<String>,
    pub system: Option<String>,
    pub kind: Option<DeviceKind>,
    pub clock: Option<DeviceClock>,
}

/// What became of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailsState {
    /// Not everything is answered.
    Asking,
    /// At least program or time is known.
    Told,
    /// Neither, for it doesn't tell.
    Refused,
    /// Neither, for it gave no answer.
    Silent,
}

/// The clock of a device (XEP-0202).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceClock {
    /// How far local time there is ahead of UTC, minutes: -840 to 840.
    pub utc_offset: i32,
    /// How far it is ahead of this device's clock, milliseconds: where that one is wrong, the time there is right.
    pub ahead: i64,
}

/// What kind of device it is (XEP-0030's registry of identities), what says most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    Bot,
    Phone,
    Tablet,
    Computer,
    Web,
    Terminal,
    /// To people on another network.
    Gateway,
}

impl DeviceKind {
    const ALL: [Self; 7] =
        [Self::Bot, Self::Phone, Self::Tablet, Self::Computer, Self::Web, Self::Terminal, Self::Gateway];

    /// What an identity says; `None` if that is nothing to people.
    pub fn of(category: &str, kind: &str) -> Option<Self> {
        match (category, kind) {
            ("client", "bot") => Some(Self::Bot),
            ("client", "phone" | "handheld" | "sms") => Some(Self::Phone),
            ("client", "tablet") => Some(Self::Tablet),
            ("client", "pc") => Some(Self::Computer),
            ("client", "web") => Some(Self::Web),
            ("client", "console") => Some(Self::Terminal),
            ("gateway", _) => Some(Self::Gateway),
            _ => None,
        }
    }

    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Computer => "computer",
            Self::Web => "web",
            Self::Terminal => "terminal",
            Self::Gateway => "gateway",
        }
    }

    /// What is stored; `None` if it was written by a later version.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// How much somebody is there (RFC 6121 4.7.2.1), the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    Available,
    DoNotDisturb,
    Away,
    LongAway,
}

impl Availability {
    /// As it is stored.
    pub fn of(show: &str) -> Self {
        match show {
            "away" => Self::Away,
            "xa" => Self::LongAway,
            "dnd" => Self::DoNotDisturb,
            _ => Self::Available,
        }
    }
}
