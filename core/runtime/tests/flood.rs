//! A gigabyte of nonsense in one session: memory stays bounded, and what an honest stranger says afterwards arrives.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use linnet_messenger::command::{Command, Receipt, Secret, ServerAddress};
use linnet_messenger::store::{Role, StoreOptions};
use linnet_messenger::view::diff;
use linnet_messenger::view::requests::Requests;
use linnet_runtime::{Client, Options};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use zeroize::Zeroizing;

/// What nobody can wait for and pass.
const LONG: Duration = Duration::from_secs(600);
const MIB: usize = 1 << 20;
/// More than this on top of what an idle client needs is a leak, or a place where nobody counts.
const BOUND: usize = 160 * MIB;
const FROM: &str = "from='mallory@evil.test/x' to='alice@linnet.test'";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn acceptor() -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(fixture("linnet.pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(fixture("linnet.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Reads until this has been said, and gives everything up to there.
async fn hear(stream: &mut (impl AsyncRead + Unpin), what: &str) -> String {
    let mut said = String::new();
    while !said.contains(what) {
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).await.unwrap();
        assert!(count > 0, "the client left after {said}");
        said.push_str(&String::from_utf8_lossy(bytes.get(..count).unwrap()));
    }
    said
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
}

/// The least that a server has to say for a session.
async fn let_in(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let header = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
                  xmlns:stream='http://etherx.jabber.org/streams' id='s' from='linnet.test' version='1.0'>";
    hear(stream, "<stream:stream").await;
    let plain = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";
    say(stream, &format!("{header}<stream:features>{plain}</stream:features>")).await;
    hear(stream, "</auth>").await;
    say(stream, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>").await;
    hear(stream, "<stream:stream").await;
    let bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
    say(stream, &format!("{header}<stream:features>{bind}</stream:features>")).await;
    let said = hear(stream, "</iq>").await;
    let id = said.split(" id=").nth(1).and_then(|rest| rest.split(['\'', '"']).nth(1)).unwrap();
    say(
        stream,
        &format!(
            "<iq type='result' id='{id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
             <jid>alice@linnet.test/Linnet.1</jid></bind></iq>"
        ),
    )
    .await;
}

/// One stanza larger than any memory, stanzas of a thousand elements, and small ones by the thousand.
async fn flood(stream: &mut (impl AsyncWrite + Unpin)) -> usize {
    let mut sent = 0;
    let text = "x".repeat(MIB);
    say(stream, &format!("<message {FROM} type='chat' id='huge'><body>")).await;
    for _ in 0..640 {
        say(stream, &text).await;
        sent += text.len();
    }
    say(stream, "</body></message>").await;
    let inside = format!("<x a='{}'/>", "y".repeat(1_000)).repeat(3_000);
    for number in 0..118 {
        let stanza = format!("<message {FROM} type='chat' id='l{number}'><body>odd</body>{inside}</message>");
        say(stream, &stanza).await;
        sent += stanza.len();
    }
    let status = "z".repeat(2_000);
    for number in 0..8_000 {
        let presence = format!(
            "<presence from='mallory@evil.test/{number}' to='alice@linnet.test'><status>{status}</status></presence>"
        );
        let query = format!("<iq {FROM} type='get' id='q{number}'><x xmlns='urn:x'>{status}</x></iq>");
        say(stream, &presence).await;
        say(stream, &query).await;
        sent += presence.len() + query.len();
    }
    sent
}

/// The most memory this process ever had, bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gigabyte_of_nonsense_costs_no_memory_and_hides_nobody() {
    let folder = std::env::temp_dir().join(format!("linnet-flood-{}", linnet_runtime::new_token()));
    std::fs::create_dir(&folder).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut stream = acceptor().accept(tcp).await.unwrap();
        let_in(&mut stream).await;
        let before = peak();
        let (mut reader, mut writer) = tokio::io::split(stream);
        // What the client answers is read and forgotten, as a server would.
        let drain = tokio::spawn(async move { tokio::io::copy(&mut reader, &mut tokio::io::sink()).await });
        let sent = flood(&mut writer).await;
        say(&mut writer, "<message from='bob@linnet.test/x' type='chat' id='b'><body>still there?</body></message>")
            .await;
        (before, sent, writer, drain)
    });
    let store = StoreOptions { path: Some(folder.join("linnet.db")), key: Zeroizing::new([1; 32]), role: Role::App };
    let options = Options { ca_file: Some(fixture("known.pem")), ..Options::new(store) };
    let client = Client::open(options, Arc::new(())).unwrap();
    let requests = client.subscribe(Requests);
    let address = ServerAddress { host: "127.0.0.1".to_owned(), port, direct_tls: true };
    let added = client.submit(Command::AddAccount {
        address: "alice@linnet.test".to_owned(),
        password: Secret::new("secret"),
        server: Some(address),
        proxy: None,
        again: false,
    });
    assert!(matches!(added.await, Ok(Receipt::Account(_))));
    let (mut list, mut applied) = (Vec::new(), 0);
    let heard = timeout(LONG, async {
        while !list
            .iter()
            .any(|request: &linnet_messenger::view::item::RequestItem| request.address == "bob@linnet.test")
        {
            let batch = requests.next(applied).await.unwrap().unwrap();
            diff::apply(&mut list, &batch.ops);
            applied = batch.revision;
        }
    });
    heard.await.expect("bob is heard after the flood");
    let (before, sent, writer, drain) = server.await.unwrap();
    let more = peak().saturating_sub(before);
    assert!(sent >= 1_000 * MIB, "only {sent} bytes were sent");
    assert!(more < BOUND, "{} MiB for a flood of {} MiB", more / MIB, sent / MIB);
    drop((writer, drain));
    client.close();
    std::fs::remove_dir_all(&folder).unwrap();
}
