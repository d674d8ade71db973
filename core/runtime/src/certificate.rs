//! What a person can judge of a certificate. Read only to be shown: whom to trust is decided elsewhere, from the bytes.
//!
//! Everything in it was written by whoever made it, so texts are shortened and lose what could make them look like
//! something else (control characters, marks that turn the direction of writing).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use linnet_messenger::ids::Fingerprint;
use linnet_messenger::input::{Certificate, CertificateProblem};
use rustls::CertificateError;
use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;

/// Characters of a text that are shown.
const MOST_TEXT: usize = 256;
/// Names that are shown.
const MOST_NAMES: usize = 50;

pub(crate) fn fingerprint(der: &[u8]) -> Fingerprint {
    Fingerprint(Sha256::digest(der).into())
}

/// Reads a certificate. What can't be read still has its fingerprint.
pub(crate) fn describe(der: &[u8], problem: Option<CertificateProblem>) -> Certificate {
    let mut certificate = Certificate {
        sha256: fingerprint(der),
        subject: String::new(),
        issuer: String::new(),
        names: Vec::new(),
        not_before: 0,
        not_after: 0,
        problem,
    };
    let Some(parsed) = parse(der) else {
        certificate.problem = Some(CertificateProblem::Other);
        return certificate;
    };
    certificate.subject = clean(&parsed.subject().to_string());
    certificate.issuer = clean(&parsed.issuer().to_string());
    certificate.names = names(&parsed);
    certificate.not_before = parsed.validity().not_before.timestamp().saturating_mul(1_000);
    certificate.not_after = parsed.validity().not_after.timestamp().saturating_mul(1_000);
    // Made by hand it often calls itself an authority too, which no rule allows a server; to a person it is unknown.
    if problem == Some(CertificateProblem::Other) && parsed.subject().as_raw() == parsed.issuer().as_raw() {
        certificate.problem = Some(CertificateProblem::UnknownIssuer);
    }
    certificate
}

/// The public key (RFC 5280 4.1.2.7), also of certificates of the first version, which rustls does not read.
pub(crate) fn public_key(der: &[u8]) -> Option<Vec<u8>> {
    parse(der).map(|parsed| parsed.public_key().raw.to_vec())
}

/// Whether a server may use it (RFC 5280 4.2.1.12): made out to servers, to everything, or to nothing in particular.
pub(crate) fn is_for_servers(der: &[u8]) -> bool {
    parse(der).is_some_and(|parsed| match parsed.extended_key_usage() {
        Ok(usage) => usage.is_none_or(|usage| usage.value.any || usage.value.server_auth),
        Err(_) => false,
    })
}

/// Whether its time is over, or has not begun, at this UTC second.
pub(crate) fn out_of_time(der: &[u8], now: u64) -> Option<CertificateProblem> {
    let parsed = parse(der)?;
    let now = i64::try_from(now).ok()?;
    if now > parsed.validity().not_after.timestamp() {
        return Some(CertificateProblem::Expired);
    }
    (now < parsed.validity().not_before.timestamp()).then_some(CertificateProblem::NotYetValid)
}

/// What an error of a verifier means to a person.
pub(crate) fn problem(error: &rustls::Error) -> CertificateProblem {
    let rustls::Error::InvalidCertificate(error) = error else { return CertificateProblem::Other };
    match error {
        CertificateError::UnknownIssuer => CertificateProblem::UnknownIssuer,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateProblem::WrongName
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateProblem::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => CertificateProblem::NotYetValid,
        CertificateError::Revoked => CertificateProblem::Revoked,
        _ => CertificateProblem::Other,
    }
}

fn parse(der: &[u8]) -> Option<X509Certificate<'_>> {
    X509Certificate::from_der(der).ok().map(|(_, parsed)| parsed)
}

fn names(parsed: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(alternatives)) = parsed.subject_alternative_name() else { return Vec::new() };
    let shown = alternatives.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(clean(name)),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    });
    shown.take(MOST_NAMES).collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(|bytes| Ipv4Addr::from(bytes).into());
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(|bytes| Ipv6Addr::from(bytes).into())).ok()
}

fn clean(text: &str) -> String {
    text.chars().filter(|letter| !is_hidden(*letter)).take(MOST_TEXT).collect()
}

/// Control characters, and those that nobody sees but that change what is seen around them.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    use super::*;
    use crate::tls::tests::fixture;

    fn der(name: &str) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(fixture(name)).unwrap()
    }

    #[test]
    fn a_certificate_is_told_in_words() {
        let shown = describe(&der("stranger.pem"), Some(CertificateProblem::UnknownIssuer));
        assert_eq!((shown.subject.as_str(), shown.issuer.as_str()), ("CN=linnet.test", "CN=unknown"));
        assert_eq!(shown.names, ["linnet.test"]);
        // 2020-01-01 and 2120-01-01.
        assert_eq!((shown.not_before, shown.not_after), (1_577_836_800_000, 4_733_510_400_000));
        assert_eq!(shown.problem, Some(CertificateProblem::UnknownIssuer));
        assert_eq!(shown.sha256, Fingerprint(Sha256::digest(der("stranger.pem")).into()));
    }

    #[test]
    fn whatever_cant_be_read_has_a_fingerprint_and_a_problem() {
        let whole = der("linnet.pem").to_vec();
        for end in 0..whole.len() {
            let shown = describe(&whole[..end], None);
            assert_eq!((shown.sha256, shown.problem), (fingerprint(&whole[..end]), Some(CertificateProblem::Other)));
        }
        // Any byte may be any other: never a panic.
        for at in 0..whole.len() {
            for flip in [1, 0x80, 0xff] {
                let mut broken = whole.clone();
                broken[at] ^= flip;
                describe(&broken, None);
                public_key(&broken);
                is_for_servers(&broken);
            }
        }
    }

    #[test]
    fn texts_are_short_and_hide_nothing() {
        assert_eq!(clean("CN=\u{202e}tset.tennil\n\u{200b}x"), "CN=tset.tennilx");
        assert_eq!(clean(&"é".repeat(1_000)).chars().count(), MOST_TEXT);
    }

    #[test]
    fn a_certificate_has_its_time_and_its_purpose() {
        let linnet = der("linnet.pem");
        assert_eq!(out_of_time(&linnet, 1_577_836_799), Some(CertificateProblem::NotYetValid));
        assert_eq!(out_of_time(&linnet, 1_577_836_800), None);
        assert_eq!(out_of_time(&linnet, 4_733_510_401), Some(CertificateProblem::Expired));
        assert!(is_for_servers(&linnet));
        assert!(is_for_servers(&der("known.pem")), "an authority says nothing about its use");
        assert!(!is_for_servers(&der("client.pem")));
    }
}
