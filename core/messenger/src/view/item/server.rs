//! What an account's server can do and who answers for it: as it was told, and as it is shown.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::AccountId;
use crate::input::Certificate;
use crate::view::Item;

/// What the server told, and what the last login showed. Stored as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerAnswers {
    /// Of the features of the server's own address, those in [`KNOWN`]; `None`: it has not told.
    pub host: Option<BTreeSet<String>>,
    /// The same of the account's address.
    pub account: Option<BTreeSet<String>>,
    /// The same of its services, one for all.
    pub services: BTreeSet<String>,
    /// Services that were not heard of yet; `None`: it has not told which there are.
    pub silent_services: Option<u32>,
    /// The largest file it takes, bytes (XEP-0363).
    pub largest_file: Option<u64>,
    pub software: Option<Software>,
    pub addresses: Vec<ContactAddress>,
    /// Where outages are announced (XEP-0455).
    pub status_pages: Vec<String>,
    pub stream: Option<StreamAnswers>,
    pub login: Option<LoginAnswers>,
    /// When it was asked last, UTC milliseconds.
    pub asked: Option<i64>,
}

/// What the stream itself offers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamAnswers {
    /// XEP-0198.
    pub management: bool,
    /// XEP-0352.
    pub client_state: bool,
}

/// How the last login went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoginAnswers {
    /// "TLSv1.3" or "TLSv1.2".
    pub tls: String,
    pub certificate: Option<Certificate>,
    /// The SASL mechanism's registered name.
    pub mechanism: String,
    /// The registered name of the channel binding, if the login was bound.
    pub binding: Option<String>,
    /// It could have been one message, with the binding (XEP-0386, 0388).
    pub one_flight: bool,
    /// The server gives tokens (XEP-0484).
    pub tokens: bool,
    /// The server lists its channel bindings (XEP-0440).
    pub lists_bindings: bool,
    /// The server proved that its lists were its own (XEP-0474); `None`: no login since had a say in it.
    pub lists_proven: Option<bool>,
}

/// What program the server is (XEP-0092): its own words, shortened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Software {
    pub name: String,
    pub version: Option<String>,
}

/// Whom to turn to (XEP-0157).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactAddress {
    pub kind: ContactKind,
    /// As the server wrote it, shortened.
    pub uri: String,
    /// It may be opened: its scheme is one of https, http, mailto, xmpp and tel. Anything else is only text.
    pub link: bool,
}

/// What an address is for (XEP-0157 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    Support,
    Admin,
    Abuse,
    Security,
    Status,
    Feedback,
    Sales,
}

/// Something that a server can do for its users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerCapability {
    /// XEP-0313.
    Archive,
    /// XEP-0198.
    StreamManagement,
    /// XEP-0280.
    Carbons,
    /// XEP-0357.
    Push,
    /// XEP-0352.
    ClientState,
    /// XEP-0363.
    Files,
    /// XEP-0215.
    Calls,
    /// XEP-0045.
    Rooms,
    /// XEP-0191.
    Blocking,
    /// XEP-0377.
    Reports,
    /// XEP-0163 with publish options (XEP-0060 7.1.5): read states (XEP-0490), profile.
    Profile,
    /// XEP-0398.
    Avatars,
    /// XEP-0388, 0386, 0484.
    FastSignIn,
    /// XEP-0440, and a login that was bound.
    ChannelBinding,
    /// XEP-0474.
    DowngradeProtection,
    /// XEP-0494.
    ClientManagement,
    /// XEP-0157.
    Contact,
    /// XEP-0455.
    Outages,
}

/// Whether there is something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    Yes,
    No,
    /// The server has not told.
    Unknown,
}

/// One line about what the server can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapabilityItem {
    pub capability: ServerCapability,
    /// "0198", or several.
    pub xeps: Vec<String>,
    pub support: Support,
}

/// The only row of [`crate::view::server_details::ServerDetails`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerDetailsItem {
    pub key: String,
    pub account: AccountId,
    pub domain: String,
    pub capabilities: Vec<CapabilityItem>,
    /// The largest file it takes, bytes.
    pub largest_file: Option<u64>,
    pub software: Option<Software>,
    pub addresses: Vec<ContactAddress>,
    /// The first address of announced outages that may be fetched: https, on this very domain or below it, and only
    /// where no proxy would be passed by.
    pub outage_file: Option<String>,
    /// Those that are only links.
    pub status_pages: Vec<String>,
    /// Of the last login; `None` before there was one.
    pub login: Option<LoginAnswers>,
    /// When it was asked last, UTC milliseconds.
    pub asked: Option<i64>,
    /// All of it as text to pass on, in English, without the account's address.
    pub report: String,
}

impl Item for ServerDetailsItem {
    fn key(&self) -> &str {
        &self.key
    }
}

/// Features that mean something to us; others are not kept.
pub const KNOWN: [&str; 15] = [
    "http://jabber.org/protocol/muc",
    "http://jabber.org/protocol/pubsub#publish-options",
    "urn:xmpp:blocking",
    "urn:xmpp:cam:0",
    "urn:xmpp:carbons:2",
    "urn:xmpp:extdisco:2",
    "urn:xmpp:http:upload:0",
    "urn:xmpp:mam:2",
    "urn:xmpp:pep-vcard-conversion:0",
    "urn:xmpp:push:0",
    "urn:xmpp:reporting:1",
    "urn:xmpp:sid:0",
    PEP,
    CONTACT_FORM,
    OUTAGE_FORM,
];
/// Identities and forms are kept like features.
pub const PEP: &str = "identity:pubsub/pep";
pub const CONTACT_FORM: &str = "form:http://jabber.org/network/serverinfo";
pub const OUTAGE_FORM: &str = "form:urn:xmpp:sos:0";

impl ServerAnswers {
    /// Every capability, those that matter most first.
    pub fn capabilities(&self) -> Vec<CapabilityItem> {
        use ServerCapability as C;
        let told = |features: &Option<BTreeSet<String>>, var: &str| {
            features.as_ref().map_or(Support::Unknown, |features| Support::of(features.contains(var)))
        };
        let host = |var: &str| told(&self.host, var);
        let account = |var: &str| told(&self.account, var);
        let either = |var: &str| host(var).or(account(var));
        let service = |var: &str| match (self.services.contains(var), self.silent_services) {
            (true, _) => Support::Yes,
            (false, Some(0)) => host(var),
            (false, _) => host(var).or(Support::Unknown),
        };
        let stream = |told: fn(&StreamAnswers) -> Option<bool>| {
            self.stream.as_ref().and_then(told).map_or(Support::Unknown, Support::of)
        };
        let login = |told: fn(&LoginAnswers) -> Option<bool>| {
            self.login.as_ref().and_then(told).map_or(Support::Unknown, Support::of)
        };
        let lines: [(C, &[&str], Support); 18] = [
            (C::Archive, &["0313"], account("urn:xmpp:mam:2")),
            (C::StreamManagement, &["0198"], stream(|told| Some(told.management))),
            (C::Carbons, &["0280"], either("urn:xmpp:carbons:2")),
            (C::Push, &["0357"], either("urn:xmpp:push:0")),
            (C::ClientState, &["0352"], stream(|told| Some(told.client_state))),
            (C::Files, &["0363"], service("urn:xmpp:http:upload:0")),
            (C::Calls, &["0215"], host("urn:xmpp:extdisco:2")),
            (C::Rooms, &["0045"], service("http://jabber.org/protocol/muc")),
            (C::Blocking, &["0191"], either("urn:xmpp:blocking")),
            (C::Reports, &["0377"], either("urn:xmpp:reporting:1")),
            (
                C::Profile,
                &["0163", "0490"],
                account(PEP).and(either("http://jabber.org/protocol/pubsub#publish-options")),
            ),
            (C::Avatars, &["0398"], either("urn:xmpp:pep-vcard-conversion:0")),
            (C::FastSignIn, &["0386", "0388", "0484"], login(|told| Some(told.one_flight && told.tokens))),
            (C::ChannelBinding, &["0440"], login(|told| Some(told.binding.is_some() || told.lists_bindings))),
            (C::DowngradeProtection, &["0474"], login(|told| told.lists_proven)),
            (C::ClientManagement, &["0494"], either("urn:xmpp:cam:0")),
            (C::Contact, &["0157"], host(CONTACT_FORM)),
            (C::Outages, &["0455"], host(OUTAGE_FORM)),
        ];
        let line = |(capability, xeps, support): (C, &[&str], Support)| CapabilityItem {
            capability,
            xeps: xeps.iter().map(|xep| (*xep).to_owned()).collect(),
            support,
        };
        lines.into_iter().map(line).collect()
    }
}

impl Support {
    fn of(is: bool) -> Self {
        if is { Self::Yes } else { Self::No }
    }

    /// One of both is enough.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, Self::No) => Self::No,
            _ => Self::Unknown,
        }
    }

    /// Both are needed.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }
}
