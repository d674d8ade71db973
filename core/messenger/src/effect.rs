//! Everything the messenger can ask of the runtime. Effects leave the engine only after the commit that caused them.

use crate::command::{ProxyAddress, Receipt, Secret, ServerAddress};
use crate::fault::{CommandError, Violation};
use crate::ids::{AccountId, ConnectionId, Fingerprint};

/// A wish of the messenger.
#[derive(Debug)]
pub enum Effect {
    /// Open a transport to the account's server. Answered by `TransportOpen` or `TransportClosed`; the runtime keeps its
    /// own deadlines for DNS, TCP and TLS (10 s each) below the session's.
    Connect { account: AccountId, connection: ConnectionId, target: ConnectTarget },
    /// Make TLS over the open transport, verified for the target's domain.
    StartTls { account: AccountId, connection: ConnectionId },
    /// The server opens a new stream in this connection: parse what follows with a fresh reader.
    RestartReader { account: AccountId, connection: ConnectionId },
    /// Draw a picture anew from a stranger's file: square, small, nothing else of the file left. Answered by
    /// [`crate::input::Input::PictureDrawn`] with the same hash.
    DrawPicture { account: AccountId, hash: String, file: Vec<u8> },
    /// Write these bytes, in order. One `Write` is one flush.
    Write { account: AccountId, connection: ConnectionId, bytes: Vec<u8> },
    /// Flush what was written, then drop the transport.
    Close { account: AccountId, connection: ConnectionId },
    /// Do this off the core thread and bring the result back.
    Compute { account: AccountId, connection: ConnectionId, job: ComputeJob },
    /// The answer to a command.
    Answer { ticket: u64, result: Result<Receipt, CommandError> },
    /// A stream was established; for the driver and for server details.
    Session { account: AccountId, kind: SessionKind, sign_in: SignIn },
    /// A peer misbehaved; counted, for the driver and for server details.
    Violation { account: AccountId, violation: Violation },
}

/// Whom to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectTarget {
    /// The domain of the account's JID, in its Unicode form: what the certificate must name.
    pub domain: String,
    /// A fixed host and port; else the runtime asks DNS.
    pub server: Option<ServerAddress>,
    /// Where the server sent us (RFC 6120 4.9.3.19), instead of `server` and of what DNS says of the domain. The
    /// certificate must name the domain all the same.
    pub redirect: Option<Redirect>,
    /// Nothing goes past this SOCKS5 proxy, names that DNS would have to answer included.
    pub proxy: Option<ProxyAddress>,
    /// The only certificate to accept, whatever it names and whoever signed it.
    pub pin: Option<Fingerprint>,
}

/// Another host for the same domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    pub host: String,
    /// `None`: as DNS says of that host.
    pub port: Option<u16>,
    /// Whether the stream that was redirected had TLS from its first byte. Counts with a port only.
    pub direct_tls: bool,
}

/// Why there is no transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    #[error("the name of the server can't be found")]
    Dns,
    #[error("the server can't be reached")]
    Unreachable,
    #[error("the connection was cut")]
    Cut,
    #[error("TLS failed")]
    Tls,
    #[error("the server's certificate is not trusted")]
    Certificate,
    #[error("the server took too long")]
    Timeout,
    #[error("the proxy can't be reached, or does not work")]
    Proxy,
}

/// Work that would hold up the core thread.
#[derive(Debug)]
pub enum ComputeJob {
    /// RFC 5802 `Hi()`: PBKDF2 with the mechanism's hash.
    ScramSaltedPassword { hash: ScramHash, password: Secret, salt: Vec<u8>, iterations: u32 },
}

impl ComputeJob {
    /// Does the work. Takes milliseconds to seconds.
    pub fn run(self) -> ComputeResult {
        match self {
            Self::ScramSaltedPassword { hash, password, salt, iterations } => ComputeResult::ScramSaltedPassword(
                crate::session::scram::salted_password(hash, &password, &salt, iterations),
            ),
        }
    }
}

/// What a [`ComputeJob`] gave.
#[derive(Debug)]
pub enum ComputeResult {
    ScramSaltedPassword(zeroize::Zeroizing<Vec<u8>>),
}

/// The hash of a SCRAM mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum ScramHash {
    Sha1,
    Sha256,
    Sha512,
}

/// How a stream was established.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// The old session goes on.
    Resumed,
    /// A new session.
    Bound { after_failed_resume: bool },
}

/// How the login that led to it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignIn {
    /// The SASL mechanism's registered name.
    pub mechanism: &'static str,
    /// How often we wrote and then had to wait for the server, TLS and what is below it not counted.
    pub flights: u32,
    /// The first message left with the stream header, before the server had said anything.
    pub pipelined: bool,
    /// A token stood for the password (XEP-0484).
    pub fast: bool,
}
