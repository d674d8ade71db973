//! Everything that can happen to the messenger.

use crate::command::Command;
use crate::effect::{ComputeResult, TransportError};
use crate::ids::{AccountId, ConnectionId, Fingerprint};
use crate::wire::{Frame, WireError};

/// One thing that happened. One input is one savepoint; a batch of inputs is one transaction.
#[derive(Debug)]
pub enum Input {
    /// The user asked for something. `ticket` comes back with the answer in [`crate::effect::Effect::Answer`].
    Command { ticket: u64, command: Command },
    /// The transport asked for by [`crate::effect::Effect::Connect`] is open; with direct TLS the handshake is done.
    /// `alternatives`: if no session comes of it, there are other places where the server may be, and the next attempt
    /// begins with one of them.
    TransportOpen { account: AccountId, connection: ConnectionId, tls: Option<TlsInfo>, alternatives: bool },
    /// The handshake asked for by [`crate::effect::Effect::StartTls`] is done.
    TlsReady { account: AccountId, connection: ConnectionId, tls: TlsInfo },
    /// The server showed a certificate that the user should know of: one that is not accepted (`TransportClosed` with
    /// [`TransportError::Certificate`] follows), or the pinned one.
    Certificate { account: AccountId, connection: ConnectionId, certificate: Certificate },
    /// The reader completed a frame.
    Frame { account: AccountId, connection: ConnectionId, frame: Frame },
    /// The reader can't go on: what the server sends is not an XMPP stream. The runtime has stopped reading.
    BadWire { account: AccountId, connection: ConnectionId, error: WireError },
    /// The transport is gone, or never came up.
    TransportClosed { account: AccountId, connection: ConnectionId, error: Option<TransportError> },
    /// A job given by [`crate::effect::Effect::Compute`] is done.
    Computed { account: AccountId, connection: ConnectionId, result: ComputeResult },
    /// What became of [`crate::effect::Effect::DrawPicture`]: a JPEG or PNG, or `None` if it is no picture, or too large.
    PictureDrawn { account: AccountId, hash: String, picture: Option<Vec<u8>> },
    /// [`crate::engine::Engine::next_deadline`] has passed. Early or needless ticks are harmless.
    Tick,
    /// The platform says that the network path changed: probe live connections, retry waiting ones now.
    NetworkChanged,
    /// Whether the network is paid for by the byte. Unmetered until told otherwise.
    Metered(bool),
    /// The app is about to be suspended: flush acknowledgements, drop the transport without closing the stream, so that
    /// the server keeps the session.
    Suspend,
    /// The app runs again.
    Resume,
}

/// What the finished TLS handshake tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsInfo {
    /// "TLSv1.3" or "TLSv1.2".
    pub version: String,
    /// RFC 9266 `tls-exporter` channel-binding data; TLS 1.3 only.
    pub exporter: Option<Vec<u8>>,
    /// RFC 5929 `tls-server-end-point` channel-binding data: the hash of the server's certificate.
    pub server_end_point: Option<Vec<u8>>,
    /// The server's certificate, which was accepted.
    pub certificate: Option<Box<Certificate>>,
}

/// A server's certificate, as far as a person can judge it. The texts are the certificate's own, shortened and without
/// control characters: anybody can write anything there.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Certificate {
    pub sha256: Fingerprint,
    /// Distinguished names (RFC 4514).
    pub subject: String,
    pub issuer: String,
    /// Domains and IP addresses that it is made out to.
    pub names: Vec<String>,
    /// Its validity, UTC milliseconds.
    pub not_before: i64,
    pub not_after: i64,
    /// Why this device does not trust it by itself; `None`: it does.
    pub problem: Option<CertificateProblem>,
}

/// What is wrong with a certificate, by the usual rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateProblem {
    /// No authority that this device trusts has signed it.
    UnknownIssuer,
    /// It names other domains.
    WrongName,
    Expired,
    NotYetValid,
    Revoked,
    /// Anything else: it can't be read, or breaks another rule.
    Other,
}
