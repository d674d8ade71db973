//! What of this device goes into a backup file: the app's settings, the accounts with theirs, names and tags of contacts,
//! blocks; what signs in only if the user wants that. No messages: those are the servers'.
//!
//! Invariants: a file that was read is somebody's text: everything in it is bounded and checked before anything of it is
//! done. An account that is known here keeps how it signs in and what it tells; nothing is ever taken away.

pub mod seal;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

#[cfg(doc)]
use crate::command::VcardFields;
use crate::command::{NotificationContent, ProxyAddress, ServerAddress};
#[cfg(doc)]
use crate::command::{PrivacySetting, Show};
use crate::ids::Fingerprint;

/// Accounts of a file; contacts or blocks of an account; tags of a contact.
const MOST_ACCOUNTS: usize = 100;
const MOST_PEOPLE: usize = 20_000;
const MOST_TAGS: usize = 32;
/// Characters of an address; of a name or tag.
const ADDRESS: usize = 3_071;
const NAME: usize = 200;
/// Characters of all pictures together: a file has its bound.
const MOST_PICTURES: usize = 4 << 20;

/// All of it. Fields that a later version adds are passed over; what an older one lacks has a default.
#[derive(Serialize, Deserialize)]
pub struct Contents {
    pub notification_content: NotificationContent,
    pub hides_screen: bool,
    pub accounts: Vec<BackedUpAccount>,
}

/// One account.
#[derive(Serialize, Deserialize)]
pub struct BackedUpAccount {
    pub address: String,
    pub enabled: bool,
    #[serde(default)]
    pub server: Option<ServerAddress>,
    #[serde(default)]
    pub proxy: Option<ProxyAddress>,
    /// The only certificate that it accepts.
    #[serde(default)]
    pub pin: Option<Fingerprint>,
    /// The user's own name for it.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub colour: Option<serde_json::Value>,
    /// How much the user is there, by [`Show::name`].
    #[serde(default)]
    pub show: Option<String>,
    #[serde(default)]
    pub status: Option<String>,
    #[serde(default)]
    pub auto_away: Option<bool>,
    /// What it tells, by [`PrivacySetting::name`].
    pub privacy: BTreeMap<String, bool>,
    pub callers: String,
    pub adders: String,
    /// Everyone may see the profile.
    #[serde(default)]
    pub profile_open: bool,
    /// The profile itself, for a server that has none of it.
    #[serde(default)]
    pub profile: BackedUpProfile,
    /// What signs in, as `account::handover` writes it; JSON.
    #[serde(default)]
    pub credential: Option<Zeroed>,
    #[serde(default)]
    pub contacts: Vec<BackedUpContact>,
    #[serde(default)]
    pub blocks: Vec<String>,
}

/// What the user shows of himself.
#[derive(Serialize, Deserialize, Default)]
pub struct BackedUpProfile {
    #[serde(default)]
    pub nickname: Option<String>,
    /// [`VcardFields`].
    #[serde(default)]
    pub vcard: Option<serde_json::Value>,
    /// The file, JPEG or PNG, in Base64.
    #[serde(default)]
    pub picture: Option<String>,
}

/// What the user says about a contact.
#[derive(Serialize, Deserialize)]
pub struct BackedUpContact {
    pub address: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub muted: bool,
    /// What they are told otherwise than others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exceptions: BTreeMap<String, bool>,
}

/// Wiped when dropped.
pub struct Zeroed(pub Zeroizing<String>);

impl Serialize for Zeroed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Zeroed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

impl Contents {
    /// Leaves out the pictures for which there is no room.
    pub fn bound(&mut self) {
        let mut room = MOST_PICTURES;
        for profile in self.accounts.iter_mut().map(|account| &mut account.profile) {
            let bytes = profile.picture.as_ref().map_or(0, String::len);
            match room.checked_sub(bytes) {
                Some(rest) => room = rest,
                None => profile.picture = None,
            }
        }
    }

    /// As JSON.
    pub fn write(&self) -> Option<Zeroizing<Vec<u8>>> {
        serde_json::to_vec(self).ok().map(Zeroizing::new)
    }

    /// Everything within its bounds, or nothing.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let contents: Self = serde_json::from_slice(bytes).ok()?;
        let sound = contents.accounts.len() <= MOST_ACCOUNTS && contents.accounts.iter().all(BackedUpAccount::is_sound);
        sound.then_some(contents)
    }
}

impl BackedUpAccount {
    fn is_sound(&self) -> bool {
        let host = |host: &str, port: u16| !host.is_empty() && host.len() <= 255 && port > 0;
        self.address.len() <= ADDRESS
            && self.server.as_ref().is_none_or(|server| host(&server.host, server.port))
            && self.proxy.as_ref().is_none_or(|proxy| host(&proxy.host, proxy.port))
            && self.contacts.len() <= MOST_PEOPLE
            && self.blocks.len() <= MOST_PEOPLE
            && self.profile.picture.as_ref().is_none_or(|picture| picture.len() <= MOST_PICTURES)
            && self.contacts.iter().all(BackedUpContact::is_sound)
            && self.blocks.iter().all(|jid| jid.len() <= ADDRESS)
    }
}

impl BackedUpContact {
    fn is_sound(&self) -> bool {
        let plain = |text: &String| text.chars().count() <= NAME && !text.chars().any(char::is_control);
        self.address.len() <= ADDRESS
            && self.name.as_ref().is_none_or(plain)
            && self.tags.len() <= MOST_TAGS
            && self.tags.iter().all(plain)
    }
}
