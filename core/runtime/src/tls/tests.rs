use std::path::PathBuf;

use linnet_messenger::input::CertificateProblem;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::server::ServerConnection;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream as ServerStream;

use super::*;
use crate::certificate::fingerprint;
use crate::platform::{Judgement, Platform};
use crate::trust::PlatformTrust;

/// A file of `fixtures/`, made by `make.sh` there.
pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A client that trusts the system and the fixtures' known authority.
pub(crate) fn client() -> Tls {
    Tls::new(PlatformTrust::with_file(&fixture("known.pem")).unwrap())
}

/// A server with one of the fixtures' certificates.
pub(crate) fn acceptor(name: &str, newest: bool) -> TlsAcceptor {
    acceptor_with(name, name, newest)
}

fn acceptor_with(name: &str, key: &str, newest: bool) -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(fixture(&format!("{name}.pem"))).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(fixture(&format!("{key}.key"))).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    // A certificate of the first version is shown too, though rustls itself does not read it.
    let certified = CertifiedKey::new(chain, provider.key_provider.load_private_key(key).unwrap());
    let versions = if newest { &rustls::version::TLS13 } else { &rustls::version::TLS12 };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[versions])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.alpn_protocols = vec![b"xmpp-client".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config).into()
}

fn purpose(domain: &str) -> Purpose<'_> {
    Purpose { domain, pin: None, direct: false }
}

pub(crate) fn der(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(fixture(&format!("{name}.pem"))).unwrap()
}

/// Both sides of one handshake.
async fn shake(
    tls: &Tls,
    acceptor: TlsAcceptor,
    purpose: Purpose<'_>,
) -> (Result<Shaken, Failure>, Option<ServerStream<TcpStream>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tcp = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (peer, _) = listener.accept().await.unwrap();
    let (ours, theirs) = tokio::join!(tls.handshake(tcp, purpose), acceptor.accept(peer));
    (ours, theirs.ok())
}

async fn failure_at(server: &str, domain: &str) -> Option<Failure> {
    shake(&client(), acceptor(server, true), purpose(domain)).await.0.err()
}

/// What is said of a refused certificate.
async fn refused(server: &str) -> Option<CertificateProblem> {
    let failure = failure_at(server, "linnet.test").await.unwrap();
    assert_eq!(failure.error, TransportError::Certificate, "{server}");
    let certificate = failure.certificate.unwrap();
    assert_eq!(certificate.sha256, fingerprint(&der(server)), "{server}");
    certificate.problem
}

#[tokio::test]
async fn a_known_authority_and_the_right_name_are_trusted() {
    assert_eq!(failure_at("linnet", "linnet.test").await, None);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_trusted() {
    assert_eq!(refused("other").await, Some(CertificateProblem::WrongName));
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted() {
    assert_eq!(refused("stranger").await, Some(CertificateProblem::UnknownIssuer));
}

#[tokio::test]
async fn without_extra_roots_the_fixtures_are_not_trusted() {
    let tls = Tls::new(PlatformTrust::default());
    let ended = shake(&tls, acceptor("linnet", true), purpose("linnet.test")).await.0;
    // A machine without any roots can't even make a verifier.
    let error = ended.err().map(|failure| failure.error);
    assert!(matches!(error, Some(TransportError::Certificate | TransportError::Tls)));
}

#[tokio::test]
async fn what_speaks_no_tls_is_not_a_certificate_problem() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tcp = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (mut peer, _) = listener.accept().await.unwrap();
    peer.write_all(b"<stream:stream>this is no TLS").await.unwrap();
    assert_eq!(client().handshake(tcp, purpose("linnet.test")).await.err(), Some(TransportError::Tls.into()));

    let tcp = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (peer, _) = listener.accept().await.unwrap();
    drop(peer);
    assert_eq!(client().handshake(tcp, purpose("linnet.test")).await.err(), Some(TransportError::Cut.into()));
}

#[tokio::test]
async fn both_sides_export_the_same_binding() {
    let (ours, theirs) = shake(&client(), acceptor("linnet", true), purpose("linnet.test")).await;
    let info = ours.unwrap().info;
    let theirs = exported(theirs.unwrap().get_ref().1);
    assert_eq!(info.version, "TLSv1.3");
    assert_eq!(info.exporter, Some(theirs));
}

fn exported(connection: &ServerConnection) -> Vec<u8> {
    connection.export_keying_material(vec![0; 32], b"EXPORTER-Channel-Binding", None).unwrap()
}

#[tokio::test]
async fn tls_12_has_no_exporter_but_an_end_point() {
    let info = shake(&client(), acceptor("linnet", false), purpose("linnet.test")).await.0.unwrap().info;
    assert_eq!((info.version.as_str(), info.exporter), ("TLSv1.2", None));
    assert!(info.server_end_point.is_some());
}

#[tokio::test]
async fn the_end_point_is_the_certificate_under_its_own_hash() {
    let bytes = |name: &str| CertificateDer::from_pem_file(fixture(name)).unwrap().to_vec();
    for newest in [true, false] {
        let info = shake(&client(), acceptor("linnet", newest), purpose("linnet.test")).await.0.unwrap().info;
        assert_eq!(info.server_end_point, Some(sha2::Sha256::digest(bytes("linnet.pem")).to_vec()));
        let info = shake(&client(), acceptor("other", newest), purpose("other.test")).await.0.unwrap().info;
        assert_eq!(info.server_end_point, Some(sha2::Sha384::digest(bytes("other.pem")).to_vec()));
    }
}

#[tokio::test]
async fn only_direct_tls_names_its_protocol() {
    let tls = client();
    for (direct, protocol) in [(true, Some(&b"xmpp-client"[..])), (false, None)] {
        let (_, theirs) = shake(&tls, acceptor("linnet", true), Purpose { direct, ..purpose("linnet.test") }).await;
        assert_eq!(theirs.unwrap().get_ref().1.alpn_protocol(), protocol);
    }
}

#[tokio::test]
async fn a_second_connection_resumes_the_first_one_s_session() {
    let (tls, acceptor) = (client(), acceptor("linnet", true));
    let (ours, theirs) = shake(&tls, acceptor.clone(), purpose("linnet.test")).await;
    // Tickets come with the first bytes after the handshake.
    let (mut ours, mut theirs) = (ours.unwrap().stream, theirs.unwrap());
    theirs.write_all(b"x").await.unwrap();
    theirs.flush().await.unwrap();
    assert_eq!(ours.read_u8().await.unwrap(), b'x');

    let (second, _) = shake(&tls, acceptor, Purpose { direct: true, ..purpose("linnet.test") }).await;
    let second = second.unwrap();
    assert_eq!(second.stream.get_ref().1.handshake_kind(), Some(HandshakeKind::Resumed));
    assert!(second.info.server_end_point.is_some());
}

#[test]
fn a_file_without_a_certificate_is_refused() {
    assert!(PlatformTrust::with_file(&fixture("make.sh")).is_err());
    assert!(PlatformTrust::with_file(&fixture("no such file")).is_err());
}

/// A certificate of which only the signature algorithm matters.
fn certificate(algorithm: &[u8]) -> Vec<u8> {
    let value = |tag: u8, content: &[u8]| {
        let length = u8::try_from(content.len()).unwrap();
        [&[tag, 0x81, length], content].concat()
    };
    let body = [value(SEQUENCE, b"anything"), value(SEQUENCE, algorithm), value(0x03, &[0, 1, 2])].concat();
    value(SEQUENCE, &body)
}

#[test]
fn the_hash_of_a_signature_is_found_in_its_identifier() {
    let identifier = |bytes: &[u8]| [&[OBJECT_IDENTIFIER, u8::try_from(bytes.len()).unwrap()], bytes].concat();
    let pkcs1 = |last: u8| identifier(&[&PKCS1[..], &[last]].concat());
    let pss = |hash: u8| {
        let hash = identifier(&[&NIST_HASH[..], &[hash]].concat());
        let hash = [&[SEQUENCE, u8::try_from(hash.len()).unwrap()], &hash[..]].concat();
        let hash = [&[PSS_HASH, u8::try_from(hash.len()).unwrap()], &hash[..]].concat();
        [pkcs1(10), vec![SEQUENCE, u8::try_from(hash.len()).unwrap()], hash].concat()
    };
    let ed25519 = identifier(&[0x2b, 0x65, 0x70]);
    let cases = [
        (pkcs1(4), Some(SignatureHash::Sha256)),
        (pkcs1(5), Some(SignatureHash::Sha256)),
        (pkcs1(11), Some(SignatureHash::Sha256)),
        (pkcs1(12), Some(SignatureHash::Sha384)),
        (pkcs1(13), Some(SignatureHash::Sha512)),
        (pkcs1(99), None),
        (pss(2), Some(SignatureHash::Sha384)),
        ([pkcs1(10), vec![SEQUENCE, 0]].concat(), Some(SignatureHash::Sha256)),
        (identifier(&[&ECDSA_SHA2[..], &[4]].concat()), Some(SignatureHash::Sha512)),
        (identifier(&ECDSA_SHA1), Some(SignatureHash::Sha256)),
        (ed25519, None),
    ];
    for (algorithm, expected) in cases {
        let whole = certificate(&algorithm);
        assert_eq!(signature_hash(&whole), expected, "{algorithm:02x?}");
        for end in 0..whole.len() {
            signature_hash(&whole[..end]);
        }
    }
}

#[tokio::test]
async fn a_certificate_that_has_ended_or_is_not_for_servers_is_told_apart() {
    assert_eq!(refused("ended").await, Some(CertificateProblem::Expired));
    assert_eq!(refused("client").await, Some(CertificateProblem::Other));
    assert_eq!(refused("byhand").await, Some(CertificateProblem::UnknownIssuer));
    assert_eq!(refused("old").await, Some(CertificateProblem::UnknownIssuer));
}

fn pinned<'a>(certificate: &str, domain: &'a str) -> Purpose<'a> {
    Purpose { pin: Some(fingerprint(&der(certificate))), ..purpose(domain) }
}

#[tokio::test]
async fn a_pinned_certificate_is_accepted_whatever_is_wrong_with_it_and_that_is_told() {
    let cases = [
        ("linnet", None),
        ("stranger", Some(CertificateProblem::UnknownIssuer)),
        ("other", Some(CertificateProblem::WrongName)),
        ("ended", Some(CertificateProblem::Expired)),
        ("byhand", Some(CertificateProblem::UnknownIssuer)),
        ("old", Some(CertificateProblem::UnknownIssuer)),
    ];
    for (certificate, problem) in cases {
        let (ours, _) = shake(&client(), acceptor(certificate, true), pinned(certificate, "linnet.test")).await;
        let told = ours.unwrap().pinned.unwrap();
        assert_eq!((told.sha256, told.problem), (fingerprint(&der(certificate)), problem), "{certificate}");
    }
    let (ours, _) = shake(&client(), acceptor("stranger", false), pinned("stranger", "linnet.test")).await;
    assert_eq!(ours.unwrap().info.version, "TLSv1.2");
}

#[tokio::test]
async fn with_a_pin_no_other_certificate_is_accepted_not_even_a_trusted_one() {
    for (shown, problem) in [("linnet", None), ("byhand", Some(CertificateProblem::UnknownIssuer))] {
        let (ours, _) = shake(&client(), acceptor(shown, true), pinned("stranger", "linnet.test")).await;
        let failure = ours.err().unwrap();
        assert_eq!(failure.error, TransportError::Certificate);
        let certificate = failure.certificate.unwrap();
        assert_eq!((certificate.sha256, certificate.problem), (fingerprint(&der(shown)), problem));
    }
}

/// Whoever knows a certificate, which is everybody, must not pass for its owner.
#[tokio::test]
async fn a_pinned_certificate_without_its_key_is_refused() {
    for (certificate, key) in [("stranger", "linnet"), ("old", "byhand")] {
        for newest in [true, false] {
            let thief = acceptor_with(certificate, key, newest);
            let (ours, _) = shake(&client(), thief, pinned(certificate, "linnet.test")).await;
            assert!(ours.is_err(), "{certificate} with the key of {key}");
        }
    }
}

/// A ticket given under one rule must not be used under another: it would show no certificate to judge.
#[tokio::test]
async fn tickets_stay_with_the_rule_they_were_given_under() {
    let (tls, acceptor) = (client(), acceptor("stranger", true));
    let mut resumed = Vec::new();
    for _ in 0..2 {
        let (ours, theirs) = shake(&tls, acceptor.clone(), pinned("stranger", "linnet.test")).await;
        let (mut ours, mut theirs) = (ours.unwrap(), theirs.unwrap());
        theirs.write_all(b"x").await.unwrap();
        theirs.flush().await.unwrap();
        assert_eq!(ours.stream.read_u8().await.unwrap(), b'x');
        let kind = ours.stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed);
        resumed.push((kind, ours.pinned.is_some()));
    }
    assert_eq!(resumed, [(false, true), (true, false)], "a resumed session shows no certificate");
    let (ours, _) = shake(&tls, acceptor.clone(), purpose("linnet.test")).await;
    assert_eq!(ours.err().map(|failure| failure.error), Some(TransportError::Certificate));
    let (ours, _) = shake(&tls, acceptor, pinned("linnet", "linnet.test")).await;
    assert_eq!(ours.err().map(|failure| failure.error), Some(TransportError::Certificate));
}

struct Judge(Judgement);

impl Platform for Judge {
    fn judge(&self, chain: Vec<Vec<u8>>, domain: &str) -> Judgement {
        assert_eq!(domain, "linnet.test");
        assert_eq!(chain.len(), 1);
        self.0
    }
}

#[tokio::test]
async fn a_platform_judges_trust_and_linnet_name_and_purpose() {
    use CertificateProblem::{Expired, Other, Revoked, UnknownIssuer, WrongName};
    let cases = [
        (Judgement::Trusted, "stranger", None),
        (Judgement::Trusted, "other", Some(WrongName)),
        (Judgement::Trusted, "client", Some(Other)),
        (Judgement::NotTrusted, "stranger", Some(UnknownIssuer)),
        // One of the extra roots has signed it.
        (Judgement::NotTrusted, "linnet", None),
        (Judgement::NotTrusted, "ended", Some(Expired)),
        (Judgement::Revoked, "linnet", Some(Revoked)),
        (Judgement::Pass, "linnet", None),
        (Judgement::Pass, "stranger", Some(UnknownIssuer)),
    ];
    for (judgement, certificate, expected) in cases {
        let trust = PlatformTrust::with_file(&fixture("known.pem")).unwrap().judged_by(Arc::new(Judge(judgement)));
        let (ours, _) = shake(&Tls::new(trust), acceptor(certificate, true), purpose("linnet.test")).await;
        let problem = ours.err().map(|failure| failure.certificate.unwrap().problem.unwrap());
        assert_eq!(problem, expected, "{judgement:?} {certificate}");
    }
}

#[tokio::test]
async fn a_domain_with_umlauts_is_named_and_verified_in_punycode() {
    let domain = crate::dns::ascii_host("bücher.test").unwrap();
    let (ours, theirs) = shake(&client(), acceptor("umlaut", true), purpose(&domain)).await;
    assert!(ours.is_ok());
    assert_eq!(theirs.unwrap().get_ref().1.server_name(), Some("xn--bcher-kva.test"));
}
