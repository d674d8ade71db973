//! TLS: one shared configuration for each setting of trust, so that session tickets live, and what SCRAM binds to.
//!
//! The certificate must name the account's domain, never the host that SRV or a redirection pointed to (RFC 6120
//! 13.7.2.1). A pin has a configuration of its own: a session resumed by a ticket shows no certificate, so a ticket must
//! never be used under another rule than it was given under.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use linnet_messenger::effect::TransportError;
use linnet_messenger::ids::Fingerprint;
use linnet_messenger::input::{Certificate, TlsInfo};
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, HandshakeKind, ProtocolVersion};
use sha2::Digest as _;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::certificate;
use crate::trust::{Refused, Rules, Trust};

/// XEP-0368: tells a server behind a shared port what we speak.
const ALPN: &[u8] = b"xmpp-client";
/// RFC 9266 4.2.
const EXPORTER_LABEL: &[u8] = b"EXPORTER-Channel-Binding";
const EXPORTER_BYTES: usize = 32;
/// Pins are the user's own, so few; a test may make many.
const MOST_PINS: usize = 64;

/// Makes TLS for every connection of a client.
pub(crate) struct Tls {
    trust: Arc<dyn Trust>,
    usual: OnceCell<Usual>,
    /// One for each pin in use, and one for none.
    connectors: Mutex<HashMap<Option<Fingerprint>, Connectors>>,
}

/// What the platform trusts, ready to use.
#[derive(Clone)]
struct Usual {
    verifier: Arc<dyn ServerCertVerifier>,
    provider: Arc<CryptoProvider>,
}

#[derive(Clone)]
struct Connectors {
    starttls: TlsConnector,
    direct: TlsConnector,
}

/// What a handshake is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purpose<'a> {
    /// ASCII: what the certificate must name.
    pub(crate) domain: &'a str,
    pub(crate) pin: Option<Fingerprint>,
    /// From the first byte.
    pub(crate) direct: bool,
}

/// A finished handshake.
pub(crate) struct Shaken {
    pub(crate) stream: TlsStream<TcpStream>,
    pub(crate) info: TlsInfo,
    /// The pinned certificate, when it was shown.
    pub(crate) pinned: Option<Certificate>,
}

/// Why there is no transport, with the certificate that was refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) error: TransportError,
    pub(crate) certificate: Option<Box<Certificate>>,
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        Self { error, certificate: None }
    }
}

impl Tls {
    pub(crate) fn new(trust: impl Trust) -> Self {
        Self { trust: Arc::new(trust), usual: OnceCell::new(), connectors: Mutex::default() }
    }

    /// Shakes hands. The caller keeps the deadline.
    pub(crate) async fn handshake(&self, tcp: TcpStream, purpose: Purpose<'_>) -> Result<Shaken, Failure> {
        let name = ServerName::try_from(purpose.domain.to_owned()).map_err(|_| TransportError::Certificate)?;
        let usual = self.usual().await?;
        let connectors = self.connectors(usual, purpose.pin)?;
        let connector = if purpose.direct { &connectors.direct } else { &connectors.starttls };
        let stream = connector.connect(name.clone(), tcp).await.map_err(|error| {
            tracing::debug!(%error, "no TLS");
            failure(&error)
        })?;
        let connection = stream.get_ref().1;
        // A resumed session shows what it remembers, not the server.
        let seen = purpose.pin.is_some() && connection.handshake_kind() != Some(HandshakeKind::Resumed);
        let chain = connection.peer_certificates().filter(|_| seen).unwrap_or_default();
        let pinned = chain.split_first().map(|(leaf, others)| usual.describe(leaf, others, &name));
        Ok(Shaken { info: info(connection), stream, pinned })
    }

    async fn usual(&self) -> Result<&Usual, TransportError> {
        let made = self.usual.get_or_try_init(|| async {
            let trust = Arc::clone(&self.trust);
            // Reads the system's roots from files.
            let made = tokio::task::spawn_blocking(move || {
                let provider = Arc::new(rustls::crypto::ring::default_provider());
                trust.verifier(Arc::clone(&provider)).map(|verifier| Usual { verifier, provider })
            });
            made.await.unwrap_or_else(|_| Err(rustls::Error::General("the verifier panicked".to_owned())))
        });
        made.await.map_err(no_configuration)
    }

    fn connectors(&self, usual: &Usual, pin: Option<Fingerprint>) -> Result<Connectors, TransportError> {
        let mut all = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = all.get(&pin) {
            return Ok(made.clone());
        }
        let made = configure(usual, pin).map_err(no_configuration)?;
        if all.len() > MOST_PINS {
            all.clear();
        }
        all.insert(pin, made.clone());
        Ok(made)
    }
}

fn no_configuration(error: rustls::Error) -> TransportError {
    tracing::warn!(%error, "no TLS configuration");
    TransportError::Tls
}

impl Usual {
    /// A pinned certificate, with what would be wrong with it if it were not pinned.
    fn describe(&self, leaf: &CertificateDer<'_>, others: &[CertificateDer<'_>], name: &ServerName<'_>) -> Certificate {
        let verified = self.verifier.verify_server_cert(leaf, others, name, &[], UnixTime::now());
        certificate::describe(leaf, verified.err().map(|error| certificate::problem(&error)))
    }
}

fn configure(usual: &Usual, pin: Option<Fingerprint>) -> Result<Connectors, rustls::Error> {
    let Usual { verifier, provider } = usual.clone();
    let rules = Rules { all: verifier, pin, provider: Arc::clone(&provider) };
    let starttls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(rules))
        .with_no_client_auth();
    // A clone shares the store of tickets and the verifier.
    let mut direct = starttls.clone();
    direct.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Connectors { starttls: Arc::new(starttls).into(), direct: Arc::new(direct).into() })
}

/// A refused certificate ends the attempts, anything else may be better elsewhere or later.
fn failure(error: &std::io::Error) -> Failure {
    let rustls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let certificate = rustls.and_then(Refused::of).map(|refused| certificate::describe(&refused.der, refused.problem));
    let error = match rustls {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
            TransportError::Certificate
        }
        Some(_) => TransportError::Tls,
        None => TransportError::Cut,
    };
    Failure { error, certificate: certificate.map(Box::new) }
}

fn info(connection: &rustls::ClientConnection) -> TlsInfo {
    let newest = connection.protocol_version() == Some(ProtocolVersion::TLSv1_3);
    let export = || {
        let empty_context = Some(&[][..]);
        connection.export_keying_material(vec![0; EXPORTER_BYTES], EXPORTER_LABEL, empty_context).ok()
    };
    let certificate = connection.peer_certificates().and_then(<[_]>::first);
    TlsInfo {
        version: if newest { "TLSv1.3" } else { "TLSv1.2" }.to_owned(),
        exporter: newest.then(export).flatten(),
        server_end_point: certificate.and_then(|certificate| server_end_point(certificate)),
        certificate: certificate.map(|der| Box::new(certificate::describe(der, None))),
    }
}

/// RFC 5929 4.1: the certificate's hash, with the hash of its own signature, SHA-256 instead of MD5 and SHA-1;
/// undefined for signatures without one hash.
fn server_end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    Some(match signature_hash(certificate)? {
        SignatureHash::Sha256 => sha2::Sha256::digest(certificate).to_vec(),
        SignatureHash::Sha384 => sha2::Sha384::digest(certificate).to_vec(),
        SignatureHash::Sha512 => sha2::Sha512::digest(certificate).to_vec(),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SignatureHash {
    Sha256,
    Sha384,
    Sha512,
}

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
/// The outermost tag of RSASSA-PSS's first parameter, its hash.
const PSS_HASH: u8 = 0xa0;
/// 1.2.840.113549.1.1, PKCS #1; the last byte tells the algorithm.
const PKCS1: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
/// 1.2.840.10045.4.3, ECDSA with SHA-2; the last byte tells the hash.
const ECDSA_SHA2: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
/// 1.2.840.10045.4.1, ECDSA with SHA-1.
const ECDSA_SHA1: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
/// 2.16.840.1.101.3.4.2, NIST's hashes; the last byte tells which.
const NIST_HASH: [u8; 8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];

/// Which hash the certificate's signature uses: RFC 5280 4.1.1.2, in the few bytes of DER that tell it.
fn signature_hash(certificate: &[u8]) -> Option<SignatureHash> {
    let (certificate, _) = der(certificate, SEQUENCE)?;
    let (_to_be_signed, rest) = der(certificate, SEQUENCE)?;
    let (algorithm, _signature) = der(rest, SEQUENCE)?;
    let (identifier, parameters) = der(algorithm, OBJECT_IDENTIFIER)?;
    if let Some(&[last]) = identifier.strip_prefix(&PKCS1) {
        return match last {
            // MD5 and SHA-1.
            4 | 5 => Some(SignatureHash::Sha256),
            10 => pss_hash(parameters),
            11 => Some(SignatureHash::Sha256),
            12 => Some(SignatureHash::Sha384),
            13 => Some(SignatureHash::Sha512),
            _ => None,
        };
    }
    if identifier == ECDSA_SHA1 {
        return Some(SignatureHash::Sha256);
    }
    match identifier.strip_prefix(&ECDSA_SHA2)? {
        [2] => Some(SignatureHash::Sha256),
        [3] => Some(SignatureHash::Sha384),
        [4] => Some(SignatureHash::Sha512),
        _ => None,
    }
}

/// RFC 4055 3.1: SHA-1 unless it says otherwise.
fn pss_hash(parameters: &[u8]) -> Option<SignatureHash> {
    let (parameters, _) = der(parameters, SEQUENCE)?;
    let Some((hash, _)) = der(parameters, PSS_HASH) else { return Some(SignatureHash::Sha256) };
    let (hash, _) = der(hash, SEQUENCE)?;
    let (identifier, _) = der(hash, OBJECT_IDENTIFIER)?;
    match identifier.strip_prefix(&NIST_HASH) {
        Some([1]) => Some(SignatureHash::Sha256),
        Some([2]) => Some(SignatureHash::Sha384),
        Some([3]) => Some(SignatureHash::Sha512),
        _ => None,
    }
}

/// The content of a DER value with this tag, and what follows it.
fn der(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, length], rest) = bytes.split_first_chunk::<2>()?;
    if found != tag {
        return None;
    }
    if length < 0x80 {
        return rest.split_at_checked(length.into());
    }
    let (digits, rest) = rest.split_at_checked((length & 0x7f).into())?;
    if digits.len() > 4 {
        return None;
    }
    let length = digits.iter().fold(0_usize, |sum, &digit| sum << 8 | usize::from(digit));
    rest.split_at_checked(length)
}

#[cfg(test)]
pub(crate) mod tests;
