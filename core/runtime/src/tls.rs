//! TLS: who is trusted, one shared configuration so that session tickets live, and what SCRAM binds to.
//!
//! The certificate must name the account's domain, never the host that SRV pointed to (RFC 6120 13.7.2.1).

use std::path::Path;
use std::sync::Arc;

use linnet_messenger::effect::TransportError;
use linnet_messenger::input::TlsInfo;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ProtocolVersion};
use sha2::Digest as _;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// XEP-0368: tells a server behind a shared port what we speak.
const ALPN: &[u8] = b"xmpp-client";
/// RFC 9266 4.2.
const EXPORTER_LABEL: &[u8] = b"EXPORTER-Channel-Binding";
const EXPORTER_BYTES: usize = 32;

/// Decides whom to trust.
pub(crate) trait Trust: Send + Sync + 'static {
    /// Made once per client. Reading the system's roots takes milliseconds, so never while opening.
    fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error>;
}

/// What the operating system trusts, and these roots besides.
#[derive(Default)]
pub(crate) struct PlatformTrust {
    extra_roots: Vec<CertificateDer<'static>>,
}

impl PlatformTrust {
    /// Reads extra roots from a PEM file. It must hold at least one.
    pub(crate) fn with_file(path: &Path) -> std::io::Result<Self> {
        let pem = std::fs::read(path)?;
        let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let extra_roots = roots.map_err(std::io::Error::other)?;
        if extra_roots.is_empty() {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "no certificate in this file"));
        }
        Ok(Self { extra_roots })
    }
}

impl Trust for PlatformTrust {
    #[cfg(not(target_os = "android"))]
    fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        let roots = self.extra_roots.iter().cloned();
        Ok(Arc::new(rustls_platform_verifier::Verifier::new_with_extra_roots(roots, provider)?))
    }

    /// Android's verifier takes no extra roots. With some, they alone are trusted, which is what a test or a private
    /// authority needs.
    #[cfg(target_os = "android")]
    fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        if self.extra_roots.is_empty() {
            return Ok(Arc::new(rustls_platform_verifier::Verifier::new(provider)?));
        }
        let mut roots = rustls::RootCertStore::empty();
        for root in self.extra_roots.iter().cloned() {
            roots.add(root)?;
        }
        let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build();
        Ok(verifier.map_err(|error| rustls::Error::General(error.to_string()))?)
    }
}

/// Makes TLS for every connection of a client.
pub(crate) struct Tls {
    trust: Arc<dyn Trust>,
    connectors: OnceCell<Connectors>,
}

#[derive(Clone)]
struct Connectors {
    starttls: TlsConnector,
    direct: TlsConnector,
}

impl Tls {
    pub(crate) fn new(trust: impl Trust) -> Self {
        Self { trust: Arc::new(trust), connectors: OnceCell::new() }
    }

    /// Shakes hands, verified for `domain` (ASCII). The caller keeps the deadline.
    pub(crate) async fn handshake(
        &self,
        tcp: TcpStream,
        domain: &str,
        direct: bool,
    ) -> Result<(TlsStream<TcpStream>, TlsInfo), TransportError> {
        let name = ServerName::try_from(domain.to_owned()).map_err(|_| TransportError::Certificate)?;
        let connectors = self.connectors().await?;
        let connector = if direct { &connectors.direct } else { &connectors.starttls };
        let stream = connector.connect(name, tcp).await.map_err(|error| {
            tracing::debug!(%error, "no TLS");
            handshake_error(&error)
        })?;
        let info = info(stream.get_ref().1);
        Ok((stream, info))
    }

    async fn connectors(&self) -> Result<&Connectors, TransportError> {
        let made = self.connectors.get_or_try_init(|| async {
            let trust = Arc::clone(&self.trust);
            // Reads the system's roots from files.
            let configured = tokio::task::spawn_blocking(move || configure(&*trust)).await;
            configured.unwrap_or_else(|_| Err(rustls::Error::General("the verifier panicked".to_owned())))
        });
        made.await.map_err(|error| {
            tracing::warn!(%error, "no TLS configuration");
            TransportError::Tls
        })
    }
}

fn configure(trust: &dyn Trust) -> Result<Connectors, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = trust.verifier(Arc::clone(&provider))?;
    let starttls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    // A clone shares the store of tickets and the verifier.
    let mut direct = starttls.clone();
    direct.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Connectors { starttls: Arc::new(starttls).into(), direct: Arc::new(direct).into() })
}

/// A refused certificate ends the attempts, anything else may be better elsewhere or later.
fn handshake_error(error: &std::io::Error) -> TransportError {
    let rustls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match rustls {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
            TransportError::Certificate
        }
        Some(_) => TransportError::Tls,
        None => TransportError::Cut,
    }
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
