//! Accounts and the state of their connections.

use linnet_messenger::view::item;
use linnet_messenger::{command, input};

use crate::account_look::AccountColour;
use crate::client::{ProxyAddress, ServerAddress};
use crate::moved::MovedItem;
use crate::portable::{ExportItem, ImportItem};
use crate::presence::OwnPresence;
use crate::privacy::Privacy;
use crate::subscription::subscription;
use crate::vcard::VcardFields;

/// An account with the state of its connection.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AccountItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// Names the account in commands.
    pub id: i64,
    /// Its bare JID.
    pub address: String,
    /// The user's own name for the account, 1 to 40 characters; nobody else learns it.
    pub name: Option<String>,
    /// That name, else the address: what screens call it.
    pub title: String,
    /// What it is told apart by at a glance; the title is always said, too.
    pub colour: AccountColour,
    /// Whether the user wants it connected.
    pub enabled: bool,
    /// Where its connection stands.
    pub connection: Connection,
    /// It has been online at least once with these credentials. Until then the sign-in screen owns it.
    pub signed_in: bool,
    /// What the server lacks, each with a consequence the user should know. Empty until first online.
    pub missing: Vec<Missing>,
    /// Whether the server archives messages for us (XEP-0441); `None` while unknown, or without an archive.
    pub archiving: Option<bool>,
    /// What it tells others unasked.
    pub privacy: Privacy,
    /// The certificate that the server showed last, if it is one to look at: one that was refused
    /// (`LoginFailure.Certificate`), or the pinned one.
    #[uniffi(default = None)]
    pub certificate: Option<CertificateItem>,
    /// Where it connects, if the user has said so (`Client.set_server`); `None`: DNS finds its server.
    #[uniffi(default = None)]
    pub server: Option<ServerAddress>,
    /// Everything of this account goes through this SOCKS5 proxy; `None`: the straight way.
    #[uniffi(default = None)]
    pub proxy: Option<ProxyAddress>,
    /// Whether the server can block for us (XEP-0191); without, blocked people are hidden on this device only. `None`
    /// while unknown.
    #[uniffi(default = None)]
    pub blocks: Option<bool>,
    /// What the server was asked for the account last, and how that went; `None` once the app was started anew.
    #[uniffi(default = None)]
    pub task: Option<AccountTask>,
    /// Our own picture, as in `ChatItem.picture`.
    #[uniffi(default = None)]
    pub picture: Option<String>,
    /// What we call ourselves (XEP-0172).
    #[uniffi(default = None)]
    pub nickname: Option<String>,
    /// What we tell of ourselves, as wished; empty until the server was asked for it (`Client.ask_vcard`).
    #[uniffi(default = None)]
    pub vcard: Option<VcardFields>,
    /// The server shows the older form of vCards (XEP-0054) to everyone: while contacts only may see ours, that one is left
    /// empty, and programs that know no other show nothing.
    #[uniffi(default = false)]
    pub older_vcard_empty: bool,
    /// Everyone may see picture, nickname and vCard, else contacts only.
    #[uniffi(default = false)]
    pub profile_open: bool,
    /// Whether the server has them; `None` counts as `Known`.
    #[uniffi(default = None)]
    pub profile: Option<ProfileState>,
    /// How much the user is there; `None` counts as available, without words, and away by itself.
    #[uniffi(default = None)]
    pub presence: Option<OwnPresence>,
    /// What is collected for a file that other servers read (XEP-0227).
    #[uniffi(default = None)]
    pub export: Option<ExportItem>,
    /// What such a file brings, or brought last.
    #[uniffi(default = None)]
    pub import: Option<ImportItem>,
    /// Where its user has gone on (XEP-0283); `None`: nowhere, as far as this device knows.
    #[uniffi(default = None)]
    pub moved: Option<MovedItem>,
}

/// Where the own profile stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ProfileState {
    /// The server has it as it is shown.
    Known,
    /// The server is still to be told.
    Waiting,
    /// The server did not take what was wished last.
    Refused,
}

impl From<item::ProfileState> for ProfileState {
    fn from(state: item::ProfileState) -> Self {
        match state {
            item::ProfileState::Known => Self::Known,
            item::ProfileState::Waiting => Self::Waiting,
            item::ProfileState::Refused => Self::Refused,
        }
    }
}

/// What the user asked of an account's server: one thing at a time.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum AccountTask {
    /// The new password is on its way; until there is an answer, both are kept.
    ChangingPassword,
    /// The new password is the password.
    PasswordChanged,
    /// The old password is still the password.
    PasswordNotChanged {
        /// Why.
        problem: AccountProblem,
        /// The server's own words, at most 300 characters.
        text: Option<String>,
    },
    /// The server is deleting the account; then it goes from this device, too.
    Deleting,
    /// The account is still there.
    NotDeleted {
        /// Why.
        problem: AccountProblem,
        /// The server's own words, at most 300 characters.
        text: Option<String>,
    },
    /// The server is told to forget this device (XEP-0484); after 10 seconds at most the account goes from it.
    SigningOut,
}

/// Why a server did not do what was asked for the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum AccountProblem {
    /// Not in an app, or not for this account.
    NotAllowed,
    /// The password is not to its taste: too short, too simple.
    NotAcceptable,
    /// It said nothing: it may be done or not.
    NoAnswer,
    /// For another reason.
    Other,
}

/// A server's certificate (RFC 5280) for a person to judge. Its texts are its own, shortened and without control
/// characters: anybody can write anything there, so only the fingerprints are facts.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CertificateItem {
    /// SHA-256 of the certificate in DER, 64 hexadecimal digits; what `Client.pin_certificate` takes.
    pub sha256: String,
    /// Whom it says it belongs to, a distinguished name (RFC 4514); often only `CN=…`.
    pub subject: String,
    /// Who says so; equal to `subject` if it signed itself.
    pub issuer: String,
    /// The domains and IP addresses it is made out to, at most 50.
    pub names: Vec<String>,
    /// Valid from, UTC milliseconds.
    pub not_before: i64,
    /// Valid until, UTC milliseconds.
    pub not_after: i64,
    /// Why this device does not trust it by itself; `None`: it does. A pinned one is accepted all the same, but a
    /// screen should tell that it has expired.
    pub problem: Option<CertificateProblem>,
    /// The one certificate that the user accepted for this account, 64 hexadecimal digits.
    pub pinned_sha256: Option<String>,
    /// The server shows another certificate than the pinned one. To be told loudly, with both fingerprints; calmly
    /// only if `problem` is `None`: then the server has most likely moved to a public authority.
    pub changed: bool,
}

/// What is wrong with a certificate, by the usual rules (RFC 5280, RFC 6120 13.7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum CertificateProblem {
    /// No authority that this device trusts has signed it. Usual for a server with an authority of its own.
    UnknownIssuer,
    /// It names other domains than the account's.
    WrongName,
    /// Its time is over.
    Expired,
    /// Its time has not begun; or this device's clock is wrong.
    NotYetValid,
    /// Its authority took it back.
    Revoked,
    /// Anything else: it can't be read, or breaks another rule.
    Other,
}

/// The state of an account's connection. Network trouble is a state, never an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Connection {
    /// Switched off by the user, or suspended.
    Off,
    /// Finding the server, connecting, signing in.
    Connecting,
    /// Signed in, reading what was missed (XEP-0313).
    CatchingUp,
    /// Signed in and up to date.
    Online,
    /// No connection; the next try comes by itself.
    Waiting {
        /// When, UTC milliseconds.
        until: i64,
        /// Why the last one ended.
        reason: WaitReason,
    },
    /// No further try until the user does something.
    Failed {
        /// Why.
        reason: LoginFailure,
    },
}

/// Why a connection waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum WaitReason {
    /// DNS knows no such server.
    ServerNotFound,
    /// The account's SOCKS5 proxy can't be reached, or does not work.
    Proxy,
    /// No address of the server answers.
    Unreachable,
    /// The connection was cut.
    Lost,
    /// The TLS handshake failed, for another reason than the certificate; or the server, or whoever sits in between,
    /// offers no TLS (RFC 6120 5.3.1). Nothing was said without it.
    Tls,
    /// The server took too long.
    Timeout,
    /// The server closed the stream with an error (RFC 6120 4.9), or broke the protocol.
    ServerError,
    /// The server is shutting down or overloaded.
    ServerBusy,
}

/// Why signing in can't work without the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum LoginFailure {
    /// The server says that the password is wrong (RFC 6120 6.5.10).
    WrongPassword,
    /// The server refuses this account: disabled, expired or unknown.
    AccountRefused,
    /// The server's certificate is not trusted, or names another domain (RFC 6125).
    Certificate,
    /// The server offers no safe way to sign in that Linnet knows (SCRAM, RFC 5802).
    NoSafeMechanism,
    /// The server could not prove that it knows the password: maybe someone sits in between.
    ServerNotProven,
    /// The server offers no TLS: told while signing up; whoever has an account waits ([`WaitReason::Tls`]).
    NoTls,
    /// The same resource signed in elsewhere and took our place (RFC 6120 4.9.3.3).
    Replaced,
}

/// Something a server lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Missing {
    /// No XEP-0313: messages that arrive while no device is online depend on the server's offline store, and other
    /// devices see no history.
    Archive,
    /// No XEP-0198: a lost connection is noticed late, and what was in flight is sent again.
    StreamManagement,
    /// XEP-0313 without XEP-0359 ids on live messages: history is read twice.
    StanzaIds,
    /// No XEP-0280: what another device says or hears shows up here only when the archive is read.
    Carbons,
}

subscription! {
    /// All accounts, in the user's order: at first that in which they were added.
    AccountsSubscription, AccountsBatch, AccountsOp, AccountItem, linnet_messenger::view::accounts::Accounts
}

impl From<item::AccountItem> for AccountItem {
    fn from(item: item::AccountItem) -> Self {
        Self {
            key: item.key,
            id: item.id.0,
            address: item.address,
            name: item.name,
            title: item.title,
            colour: item.colour.into(),
            enabled: item.enabled,
            connection: item.connection.into(),
            signed_in: item.signed_in,
            missing: item.missing.into_iter().map(Into::into).collect(),
            archiving: item.archiving,
            privacy: item.privacy.into(),
            certificate: item.certificate.map(Into::into),
            server: item.server.map(Into::into),
            proxy: item.proxy.map(|command::ProxyAddress { host, port }| ProxyAddress { host, port }),
            blocks: item.blocks,
            picture: item.picture,
            nickname: item.nickname,
            vcard: Some(item.vcard.into()),
            older_vcard_empty: item.older_vcard_empty,
            profile_open: item.profile_open,
            profile: Some(item.profile.into()),
            presence: Some(OwnPresence { show: item.show.into(), status: item.status, auto_away: item.auto_away }),
            export: item.export.map(Into::into),
            import: item.import.map(Into::into),
            moved: item.moved.map(Into::into),
            task: item.task.map(Into::into),
        }
    }
}

impl From<item::AccountTask> for AccountTask {
    fn from(task: item::AccountTask) -> Self {
        match task {
            item::AccountTask::ChangingPassword => Self::ChangingPassword,
            item::AccountTask::PasswordChanged => Self::PasswordChanged,
            item::AccountTask::PasswordNotChanged { problem, text } => {
                Self::PasswordNotChanged { problem: problem.into(), text }
            }
            item::AccountTask::Deleting => Self::Deleting,
            item::AccountTask::NotDeleted { problem, text } => Self::NotDeleted { problem: problem.into(), text },
            item::AccountTask::SigningOut => Self::SigningOut,
        }
    }
}

impl From<item::AccountProblem> for AccountProblem {
    fn from(problem: item::AccountProblem) -> Self {
        match problem {
            item::AccountProblem::NotAllowed => Self::NotAllowed,
            item::AccountProblem::NotAcceptable => Self::NotAcceptable,
            item::AccountProblem::NoAnswer => Self::NoAnswer,
            item::AccountProblem::Other => Self::Other,
        }
    }
}

impl From<item::CertificateItem> for CertificateItem {
    fn from(item: item::CertificateItem) -> Self {
        Self {
            sha256: item.sha256,
            subject: item.subject,
            issuer: item.issuer,
            names: item.names,
            not_before: item.not_before,
            not_after: item.not_after,
            problem: item.problem.map(Into::into),
            pinned_sha256: item.pinned_sha256,
            changed: item.changed,
        }
    }
}

impl From<input::CertificateProblem> for CertificateProblem {
    fn from(problem: input::CertificateProblem) -> Self {
        match problem {
            input::CertificateProblem::UnknownIssuer => Self::UnknownIssuer,
            input::CertificateProblem::WrongName => Self::WrongName,
            input::CertificateProblem::Expired => Self::Expired,
            input::CertificateProblem::NotYetValid => Self::NotYetValid,
            input::CertificateProblem::Revoked => Self::Revoked,
            input::CertificateProblem::Other => Self::Other,
        }
    }
}

impl From<item::Connection> for Connection {
    fn from(connection: item::Connection) -> Self {
        match connection {
            item::Connection::Off => Self::Off,
            item::Connection::Connecting => Self::Connecting,
            item::Connection::CatchingUp => Self::CatchingUp,
            item::Connection::Online => Self::Online,
            item::Connection::Waiting { until, reason } => Self::Waiting { until, reason: reason.into() },
            item::Connection::Failed { reason } => Self::Failed { reason: reason.into() },
        }
    }
}

impl From<item::WaitReason> for WaitReason {
    fn from(reason: item::WaitReason) -> Self {
        match reason {
            item::WaitReason::ServerNotFound => Self::ServerNotFound,
            item::WaitReason::Proxy => Self::Proxy,
            item::WaitReason::Unreachable => Self::Unreachable,
            item::WaitReason::Lost => Self::Lost,
            item::WaitReason::Tls => Self::Tls,
            item::WaitReason::Timeout => Self::Timeout,
            item::WaitReason::ServerError => Self::ServerError,
            item::WaitReason::ServerBusy => Self::ServerBusy,
        }
    }
}

impl From<item::LoginFailure> for LoginFailure {
    fn from(failure: item::LoginFailure) -> Self {
        match failure {
            item::LoginFailure::WrongPassword => Self::WrongPassword,
            item::LoginFailure::AccountRefused => Self::AccountRefused,
            item::LoginFailure::Certificate => Self::Certificate,
            item::LoginFailure::NoSafeMechanism => Self::NoSafeMechanism,
            item::LoginFailure::ServerNotProven => Self::ServerNotProven,
            item::LoginFailure::NoTls => Self::NoTls,
            item::LoginFailure::Replaced => Self::Replaced,
        }
    }
}

impl From<item::Missing> for Missing {
    fn from(missing: item::Missing) -> Self {
        match missing {
            item::Missing::Archive => Self::Archive,
            item::Missing::StreamManagement => Self::StreamManagement,
            item::Missing::StanzaIds => Self::StanzaIds,
            item::Missing::Carbons => Self::Carbons,
        }
    }
}
