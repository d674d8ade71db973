//! What an account's server can do, how the last login to it went, and who answers for it.

use linnet_messenger::account::outage;
use linnet_messenger::command::Command;
use linnet_messenger::ids::AccountId;
use linnet_messenger::view::item;

use crate::account::CertificateItem;
use crate::client::Client;
use crate::error::CommandError;
use crate::subscription::subscription;

/// All that is known of an account's server. What nobody told is `Unknown` or `None`.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ServerDetailsItem {
    /// Stable for the life of the row.
    pub key: String,
    /// The account.
    pub account: i64,
    /// The server's domain.
    pub domain: String,
    /// What it can do, that which matters most first.
    pub capabilities: Vec<CapabilityItem>,
    /// The largest file it takes, bytes (XEP-0363).
    pub largest_file: Option<u64>,
    /// What program it is (XEP-0092).
    pub software: Option<Software>,
    /// Whom to turn to (XEP-0157), at most 20.
    pub addresses: Vec<ContactAddress>,
    /// Where announced outages may be fetched (XEP-0455): https, on the server's own domain or below it; `None` too where
    /// the account goes through a proxy. Fetch at most 64 KiB, follow no redirection, and give it to `read_outage`.
    pub outage_file: Option<String>,
    /// Where else outages are announced: links to be opened by the user.
    pub status_pages: Vec<String>,
    /// How the last login went; `None` before there was one.
    pub login: Option<LoginDetails>,
    /// When the server was asked last, UTC milliseconds; `None`: never, see `Client.ask_server`.
    pub asked: Option<i64>,
    /// All of it as text to pass on, in English, without the account's address.
    pub report: String,
}

/// One thing that servers can do for their users.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CapabilityItem {
    /// What it is.
    pub capability: ServerCapability,
    /// The numbers of its XEPs, four digits each.
    pub xeps: Vec<String>,
    /// Whether this server has it.
    pub support: Support,
}

/// Whether there is something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Support {
    /// There is.
    Yes,
    /// There is not.
    No,
    /// The server has not told.
    Unknown,
}

/// Something that a server can do for its users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum ServerCapability {
    /// It keeps messages for all devices (XEP-0313).
    Archive,
    /// No message is lost with a connection (XEP-0198).
    StreamManagement,
    /// All devices show the same at once (XEP-0280).
    Carbons,
    /// It can wake the app (XEP-0357).
    Push,
    /// It holds back what can wait while the app is in the background (XEP-0352).
    ClientState,
    /// It takes files to be sent (XEP-0363).
    Files,
    /// It helps calls through mobile networks (XEP-0215).
    Calls,
    /// It has group chats (XEP-0045).
    Rooms,
    /// It blocks for all devices (XEP-0191).
    Blocking,
    /// It takes reports (XEP-0377).
    Reports,
    /// It keeps what devices share, and what contacts may see (XEP-0163, 0490).
    Profile,
    /// Old programs see the profile's picture (XEP-0398).
    Avatars,
    /// Signing in is one message (XEP-0386, 0388, 0484).
    FastSignIn,
    /// A login can be bound to its connection (XEP-0440).
    ChannelBinding,
    /// Nobody in between can weaken a login (XEP-0474).
    DowngradeProtection,
    /// Devices can be listed and shut out (XEP-0494).
    ClientManagement,
    /// It says whom to turn to (XEP-0157).
    Contact,
    /// It announces outages (XEP-0455).
    Outages,
}

/// What program a server is: its own words, at most 100 characters each.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Software {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
}

/// Whom to turn to.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ContactAddress {
    /// What for.
    pub kind: ContactKind,
    /// As the server wrote it, at most 500 characters.
    pub uri: String,
    /// It may be opened when tapped; else it is text only, whatever it looks like.
    pub link: bool,
}

/// What an address is for (XEP-0157 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ContactKind {
    /// Help for users.
    Support,
    /// Who runs the server.
    Admin,
    /// Reports of abuse.
    Abuse,
    /// Reports of weaknesses.
    Security,
    /// How the server is.
    Status,
    /// Opinions.
    Feedback,
    /// Who sells.
    Sales,
}

/// How the last login went.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LoginDetails {
    /// "TLSv1.3" or "TLSv1.2".
    pub tls: String,
    /// The server's certificate, which was accepted.
    pub certificate: Option<CertificateItem>,
    /// The SASL mechanism's registered name.
    pub mechanism: String,
    /// The registered name of the channel binding (RFC 5929, RFC 9266), if the login was bound.
    pub binding: Option<String>,
}

/// An announced outage (XEP-0455).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Outage {
    /// It was meant to happen.
    pub planned: bool,
    /// UTC milliseconds; may lie in the future.
    pub beginning: i64,
    /// UTC milliseconds.
    pub expected_end: Option<i64>,
    /// The server's own words, at most 500 characters.
    pub message: Option<String>,
}

/// Why a file is no announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum OutageFileError {
    /// It is none of XEP-0455, or too large.
    #[error("not an announcement of an outage")]
    NoOutageFile,
}

/// Reads what lay at `ServerDetailsItem.outage_file`; `None`: nothing is announced. `language` is a BCP 47 tag.
#[uniffi::export]
pub fn read_outage(json: String, language: String) -> Result<Option<Outage>, OutageFileError> {
    match outage::read(&json, &language) {
        Ok(found) => Ok(found.map(|outage::Outage { planned, beginning, expected_end, message }| Outage {
            planned,
            beginning,
            expected_end,
            message,
        })),
        Err(outage::NoOutageFile) => Err(OutageFileError::NoOutageFile),
    }
}

subscription! {
    /// What is known of one account's server: one row, or none if there is no such account.
    ServerDetailsSubscription, ServerDetailsBatch, ServerDetailsOp, ServerDetailsItem,
    linnet_messenger::view::server_details::ServerDetails
}

impl From<item::ServerDetailsItem> for ServerDetailsItem {
    fn from(item: item::ServerDetailsItem) -> Self {
        Self {
            key: item.key,
            account: item.account.0,
            domain: item.domain,
            capabilities: item.capabilities.into_iter().map(Into::into).collect(),
            largest_file: item.largest_file,
            software: item.software.map(|item::Software { name, version }| Software { name, version }),
            addresses: item.addresses.into_iter().map(Into::into).collect(),
            outage_file: item.outage_file,
            status_pages: item.status_pages,
            login: item.login.map(Into::into),
            asked: item.asked,
            report: item.report,
        }
    }
}

impl From<item::LoginAnswers> for LoginDetails {
    fn from(login: item::LoginAnswers) -> Self {
        Self {
            tls: login.tls,
            certificate: login.certificate.map(Into::into),
            mechanism: login.mechanism,
            binding: login.binding,
        }
    }
}

impl From<linnet_messenger::input::Certificate> for CertificateItem {
    fn from(certificate: linnet_messenger::input::Certificate) -> Self {
        Self {
            sha256: certificate.sha256.to_string(),
            subject: certificate.subject,
            issuer: certificate.issuer,
            names: certificate.names,
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            problem: certificate.problem.map(Into::into),
            pinned_sha256: None,
            changed: false,
        }
    }
}

impl From<item::CapabilityItem> for CapabilityItem {
    fn from(item: item::CapabilityItem) -> Self {
        Self { capability: item.capability.into(), xeps: item.xeps, support: item.support.into() }
    }
}

impl From<item::Support> for Support {
    fn from(support: item::Support) -> Self {
        match support {
            item::Support::Yes => Self::Yes,
            item::Support::No => Self::No,
            item::Support::Unknown => Self::Unknown,
        }
    }
}

impl From<item::ContactAddress> for ContactAddress {
    fn from(address: item::ContactAddress) -> Self {
        let kind = match address.kind {
            item::ContactKind::Support => ContactKind::Support,
            item::ContactKind::Admin => ContactKind::Admin,
            item::ContactKind::Abuse => ContactKind::Abuse,
            item::ContactKind::Security => ContactKind::Security,
            item::ContactKind::Status => ContactKind::Status,
            item::ContactKind::Feedback => ContactKind::Feedback,
            item::ContactKind::Sales => ContactKind::Sales,
        };
        Self { kind, uri: address.uri, link: address.link }
    }
}

impl From<item::ServerCapability> for ServerCapability {
    fn from(capability: item::ServerCapability) -> Self {
        match capability {
            item::ServerCapability::Archive => Self::Archive,
            item::ServerCapability::StreamManagement => Self::StreamManagement,
            item::ServerCapability::Carbons => Self::Carbons,
            item::ServerCapability::Push => Self::Push,
            item::ServerCapability::ClientState => Self::ClientState,
            item::ServerCapability::Files => Self::Files,
            item::ServerCapability::Calls => Self::Calls,
            item::ServerCapability::Rooms => Self::Rooms,
            item::ServerCapability::Blocking => Self::Blocking,
            item::ServerCapability::Reports => Self::Reports,
            item::ServerCapability::Profile => Self::Profile,
            item::ServerCapability::Avatars => Self::Avatars,
            item::ServerCapability::FastSignIn => Self::FastSignIn,
            item::ServerCapability::ChannelBinding => Self::ChannelBinding,
            item::ServerCapability::DowngradeProtection => Self::DowngradeProtection,
            item::ServerCapability::ClientManagement => Self::ClientManagement,
            item::ServerCapability::Contact => Self::Contact,
            item::ServerCapability::Outages => Self::Outages,
        }
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Asks an account's server what it can do and who answers for it (XEP-0030, 0092, 0128, 0157); `server_details` shows
    /// what comes of it. Errors: `NotFound`, `Offline`, `Storage`.
    pub async fn ask_server(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::AskServer { account: AccountId(account) }).await
    }
}
