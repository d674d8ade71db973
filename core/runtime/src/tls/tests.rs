use std::path::PathBuf;

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::ServerConnection;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream as ServerStream;

use super::*;

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
    let chain = CertificateDer::pem_file_iter(fixture(&format!("{name}.pem"))).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(fixture(&format!("{name}.key"))).unwrap();
    let versions = if newest { &rustls::version::TLS13 } else { &rustls::version::TLS12 };
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[versions])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = vec![b"xmpp-client".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config).into()
}

/// Both sides of one handshake.
async fn shake(
    tls: &Tls,
    acceptor: TlsAcceptor,
    domain: &str,
    direct: bool,
) -> (Result<(TlsStream<TcpStream>, TlsInfo), TransportError>, Option<ServerStream<TcpStream>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tcp = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (peer, _) = listener.accept().await.unwrap();
    let (ours, theirs) = tokio::join!(tls.handshake(tcp, domain, direct), acceptor.accept(peer));
    (ours, theirs.ok())
}

async fn failure(server: &str, domain: &str) -> Option<TransportError> {
    shake(&client(), acceptor(server, true), domain, false).await.0.err()
}

#[tokio::test]
async fn a_known_authority_and_the_right_name_are_trusted() {
    assert_eq!(failure("linnet", "linnet.test").await, None);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_trusted() {
    assert_eq!(failure("other", "linnet.test").await, Some(TransportError::Certificate));
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted() {
    assert_eq!(failure("stranger", "linnet.test").await, Some(TransportError::Certificate));
}

#[tokio::test]
async fn without_extra_roots_the_fixtures_are_not_trusted() {
    let tls = Tls::new(PlatformTrust::default());
    let ended = shake(&tls, acceptor("linnet", true), "linnet.test", false).await.0;
    // A machine without any roots can't even make a verifier.
    assert!(matches!(ended.err(), Some(TransportError::Certificate | TransportError::Tls)));
}

#[tokio::test]
async fn what_speaks_no_tls_is_not_a_certificate_problem() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tcp = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (mut peer, _) = listener.accept().await.unwrap();
    peer.write_all(b"<stream:stream>this is no TLS").await.unwrap();
    assert_eq!(client().handshake(tcp, "linnet.test", false).await.err(), Some(TransportError::Tls));

    let tcp = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (peer, _) = listener.accept().await.unwrap();
    drop(peer);
    assert_eq!(client().handshake(tcp, "linnet.test", false).await.err(), Some(TransportError::Cut));
}

#[tokio::test]
async fn both_sides_export_the_same_binding() {
    let (ours, theirs) = shake(&client(), acceptor("linnet", true), "linnet.test", false).await;
    let info = ours.unwrap().1;
    let theirs = exported(theirs.unwrap().get_ref().1);
    assert_eq!(info.version, "TLSv1.3");
    assert_eq!(info.exporter, Some(theirs));
}

fn exported(connection: &ServerConnection) -> Vec<u8> {
    connection.export_keying_material(vec![0; 32], b"EXPORTER-Channel-Binding", None).unwrap()
}

#[tokio::test]
async fn tls_12_has_no_exporter_but_an_end_point() {
    let info = shake(&client(), acceptor("linnet", false), "linnet.test", false).await.0.unwrap().1;
    assert_eq!((info.version.as_str(), info.exporter), ("TLSv1.2", None));
    assert!(info.server_end_point.is_some());
}

#[tokio::test]
async fn the_end_point_is_the_certificate_under_its_own_hash() {
    let bytes = |name: &str| CertificateDer::from_pem_file(fixture(name)).unwrap().to_vec();
    for newest in [true, false] {
        let info = shake(&client(), acceptor("linnet", newest), "linnet.test", false).await.0.unwrap().1;
        assert_eq!(info.server_end_point, Some(sha2::Sha256::digest(bytes("linnet.pem")).to_vec()));
        let info = shake(&client(), acceptor("other", newest), "other.test", false).await.0.unwrap().1;
        assert_eq!(info.server_end_point, Some(sha2::Sha384::digest(bytes("other.pem")).to_vec()));
    }
}

#[tokio::test]
async fn only_direct_tls_names_its_protocol() {
    let tls = client();
    for (direct, protocol) in [(true, Some(&b"xmpp-client"[..])), (false, None)] {
        let (_, theirs) = shake(&tls, acceptor("linnet", true), "linnet.test", direct).await;
        assert_eq!(theirs.unwrap().get_ref().1.alpn_protocol(), protocol);
    }
}

#[tokio::test]
async fn a_second_connection_resumes_the_first_one_s_session() {
    let (tls, acceptor) = (client(), acceptor("linnet", true));
    let (ours, theirs) = shake(&tls, acceptor.clone(), "linnet.test", false).await;
    // Tickets come with the first bytes after the handshake.
    let (mut ours, mut theirs) = (ours.unwrap().0, theirs.unwrap());
    theirs.write_all(b"x").await.unwrap();
    theirs.flush().await.unwrap();
    assert_eq!(ours.read_u8().await.unwrap(), b'x');

    let (second, _) = shake(&tls, acceptor, "linnet.test", true).await;
    let (second, info) = second.unwrap();
    assert_eq!(second.get_ref().1.handshake_kind(), Some(rustls::HandshakeKind::Resumed));
    assert!(info.server_end_point.is_some());
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
