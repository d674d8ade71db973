//! Whom a connection trusts: what the platform trusts, and what the user has pinned.
//!
//! Invariants: a pin is checked against the whole certificate and replaces every other rule but one: the server has to
//! prove that it holds the key. Without a pin the platform decides, and the certificate must name the domain. What is
//! refused comes back as [`Refused`], so that the user can be shown what there was.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use linnet_messenger::ids::Fingerprint;
use linnet_messenger::input::CertificateProblem;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature, verify_tls13_signature_with_raw_key};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use crate::certificate;
use crate::platform::{Judgement, Platform};

type Verifier = Arc<dyn ServerCertVerifier>;

/// Decides whom to trust.
pub(crate) trait Trust: Send + Sync + 'static {
    /// Made once per client. Reading the system's roots takes milliseconds, so never while opening.
    fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Verifier, Error>;
}

/// What the platform trusts, and these roots besides.
#[derive(Default)]
pub(crate) struct PlatformTrust {
    extra_roots: Vec<CertificateDer<'static>>,
    /// Asked first: Android's trust is behind Java.
    judge: Option<Arc<dyn Platform>>,
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
        Ok(Self { extra_roots, judge: None })
    }

    /// Lets the platform judge what it wants to judge.
    pub(crate) fn judged_by(self, platform: Arc<dyn Platform>) -> Self {
        Self { judge: Some(platform), ..self }
    }
}

impl Trust for PlatformTrust {
    fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Verifier, Error> {
        let own = own_verifier(&self.extra_roots, Arc::clone(&provider))?;
        Ok(match &self.judge {
            Some(platform) => Arc::new(Judged { platform: Arc::clone(platform), own, provider }),
            None => own,
        })
    }
}

#[cfg(not(target_os = "android"))]
fn own_verifier(extra_roots: &[CertificateDer<'static>], provider: Arc<CryptoProvider>) -> Result<Verifier, Error> {
    let roots = extra_roots.iter().cloned();
    Ok(Arc::new(rustls_platform_verifier::Verifier::new_with_extra_roots(roots, provider)?))
}

/// Android's trust is behind Java, where [`Platform::judge`] asks for it; here are the extra roots alone.
#[cfg(target_os = "android")]
fn own_verifier(extra_roots: &[CertificateDer<'static>], provider: Arc<CryptoProvider>) -> Result<Verifier, Error> {
    roots_verifier(extra_roots, provider)
}

#[cfg(any(target_os = "android", test))]
fn roots_verifier(extra_roots: &[CertificateDer<'static>], provider: Arc<CryptoProvider>) -> Result<Verifier, Error> {
    if extra_roots.is_empty() {
        return Ok(Arc::new(Nobody(provider)));
    }
    let mut roots = rustls::RootCertStore::empty();
    for root in extra_roots.iter().cloned() {
        roots.add(root)?;
    }
    let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build();
    Ok(verifier.map_err(|error| Error::General(error.to_string()))?)
}

/// The platform's judgement, with what it does not look at: the name and the purpose.
struct Judged {
    platform: Arc<dyn Platform>,
    own: Verifier,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Judged {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain: Vec<Vec<u8>> =
            std::iter::once(end_entity).chain(intermediates).map(|certificate| certificate.to_vec()).collect();
        let own = || self.own.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match self.platform.judge(chain, &server_name.to_str()) {
            Judgement::Pass => own(),
            Judgement::Trusted => {
                if !certificate::is_for_servers(end_entity) {
                    return Err(CertificateError::InvalidPurpose.into());
                }
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            Judgement::Revoked => Err(CertificateError::Revoked.into()),
            // It may be one of the extra roots'. Else its time may be why the platform does not trust it.
            Judgement::NotTrusted => own().map_err(|error| {
                if certificate::problem(&error) != CertificateProblem::UnknownIssuer {
                    return error;
                }
                match certificate::out_of_time(end_entity, now.as_secs()) {
                    Some(CertificateProblem::Expired) => CertificateError::Expired.into(),
                    Some(_) => CertificateError::NotValidYet.into(),
                    None => error,
                }
            }),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl fmt::Debug for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judged").field("own", &self.own).finish_non_exhaustive()
    }
}

/// Trusts nobody: a platform's own verifier where there is none.
#[cfg(any(target_os = "android", test))]
#[derive(Debug)]
struct Nobody(Arc<CryptoProvider>);

#[cfg(any(target_os = "android", test))]
impl ServerCertVerifier for Nobody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Err(CertificateError::UnknownIssuer.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// A certificate that was refused, as it came, inside the error that ended the handshake.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) der: Vec<u8>,
    pub(crate) problem: Option<CertificateProblem>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            Some(problem) => write!(f, "the certificate is refused: {problem:?}"),
            None => f.write_str("the certificate is not the pinned one"),
        }
    }
}

impl std::error::Error for Refused {}

impl Refused {
    /// What a failed handshake says of the certificate.
    pub(crate) fn of(error: &Error) -> Option<&Self> {
        match error {
            Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) => inner.downcast_ref(),
            _ => None,
        }
    }
}

/// The rules of one account: its pin, or else those of all.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) all: Verifier,
    pub(crate) pin: Option<Fingerprint>,
    pub(crate) provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Rules {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.pin.is_some_and(|pin| pin == certificate::fingerprint(end_entity)) {
            return Ok(ServerCertVerified::assertion());
        }
        let usual = self.all.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let problem = match (usual, self.pin) {
            (Ok(verified), None) => return Ok(verified),
            (Ok(_), Some(_)) => None,
            (Err(error), _) => Some(certificate::problem(&error)),
        };
        let refused = Refused { der: end_entity.to_vec(), problem };
        Err(Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refused)))))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.all.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.pin.is_none() {
            return self.all.verify_tls13_signature(message, cert, dss);
        }
        // A pinned certificate may be one that rustls does not read, such as of X.509's first version.
        let key = certificate::public_key(cert).ok_or(CertificateError::BadEncoding)?;
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature_with_raw_key(message, &SubjectPublicKeyInfoDer::from(key), dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.all.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::tests::fixture;

    /// What a platform without a verifier of its own is left with.
    #[test]
    fn extra_roots_alone_trust_nobody_else() {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let der = |name: &str| CertificateDer::from_pem_file(fixture(name)).unwrap();
        let name = ServerName::try_from("linnet.test").unwrap();
        let problem = |roots: &[CertificateDer<'static>], certificate: &str| {
            let verifier = roots_verifier(roots, Arc::clone(&provider)).unwrap();
            let verified = verifier.verify_server_cert(&der(certificate), &[], &name, &[], UnixTime::now());
            verified.err().map(|error| certificate::problem(&error))
        };
        assert_eq!(problem(&[der("known.pem")], "linnet.pem"), None);
        assert_eq!(problem(&[der("known.pem")], "stranger.pem"), Some(CertificateProblem::UnknownIssuer));
        assert_eq!(problem(&[], "linnet.pem"), Some(CertificateProblem::UnknownIssuer));
    }
}
