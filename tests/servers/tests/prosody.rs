//! The server that every other test relies on, started for real.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use linnet_servers::{Archive, Options, Prosody};

/// Sends a stream header and reads up to the end of the features.
fn features(host: &str, port: u16, domain: &str) -> String {
    let mut stream = TcpStream::connect((host, port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(header(domain).as_bytes()).unwrap();
    until(&mut stream, "</stream:features>")
}

fn header(domain: &str) -> String {
    format!(
        "<stream:stream to='{domain}' version='1.0' xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams'>"
    )
}

fn until(stream: &mut impl Read, end: &str) -> String {
    let mut text = String::new();
    let mut chunk = [0; 1024];
    while !text.contains(end) {
        let count = stream.read(&mut chunk).unwrap();
        assert!(count > 0, "the stream ended after: {text}");
        text.push_str(&String::from_utf8_lossy(chunk.get(..count).unwrap()));
    }
    text
}

/// Signs in through the direct TLS port with `openssl s_client`, which checks the certificate, and asks for the roster.
fn roster(server: &Prosody, user: &str, password_base64: &str) -> String {
    let mut client = Command::new("openssl")
        .args(["s_client", "-quiet", "-verify_return_error", "-verify_hostname", &server.domain, "-CAfile"])
        .arg(&server.ca)
        .args(["-connect", &format!("{}:{}", server.host, server.direct_tls_port.unwrap())])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut to = client.stdin.take().unwrap();
    let mut from = client.stdout.take().unwrap();
    to.write_all(header(&server.domain).as_bytes()).unwrap();
    let offered = until(&mut from, "</stream:features>");
    assert!(offered.contains("<mechanism>SCRAM-SHA-256</mechanism>"), "{user}: {offered}");
    let sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
    write!(to, "<auth xmlns='{sasl}' mechanism='PLAIN'>{password_base64}</auth>").unwrap();
    let answer = until(&mut from, ">");
    assert!(answer.contains("<success"), "{user}: {answer}");
    to.write_all(header(&server.domain).as_bytes()).unwrap();
    until(&mut from, "</stream:features>");
    to.write_all(b"<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>").unwrap();
    until(&mut from, "</iq>");
    to.write_all(b"<iq type='get' id='2'><query xmlns='jabber:iq:roster'/></iq>").unwrap();
    let roster = until(&mut from, "</iq>");
    client.kill().unwrap();
    client.wait().unwrap();
    roster
}

// base64 of "\0alice\0secret" and "\0bob\0secret".
const ALICE: &str = "AGFsaWNlAHNlY3JldA==";
const BOB: &str = "AGJvYgBzZWNyZXQ=";

#[test]
fn friends_sign_in_and_know_each_other_also_after_a_restart() {
    let server = Prosody::start(Options::default()).unwrap();
    server.add_user("alice", "secret").unwrap();
    server.add_user("bob", "secret").unwrap();
    server.befriend("alice", "bob").unwrap();
    let has = |roster: &str, contact: &str| {
        roster.contains(&format!("jid='{contact}@linnet.test'")) && roster.contains("subscription='both'")
    };
    let before = roster(&server, "alice", ALICE);
    assert!(has(&before, "bob"), "{before}");
    server.restart().unwrap();
    let after = roster(&server, "bob", BOB);
    assert!(has(&after, "alice"), "{after}");
}

#[test]
fn two_servers_run_beside_each_other_and_keep_their_ports() {
    let first = Prosody::start(Options::default()).unwrap();
    let second = Prosody::start(Options { direct_tls: false, ..Options::default() }).unwrap();
    assert_ne!(first.port, second.port);
    assert_eq!(second.direct_tls_port, None);
    let port = first.port;
    first.kill();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "a killed server still answers");
    assert!(features("127.0.0.1", second.port, "linnet.test").contains("starttls"));
    first.restart().unwrap();
    assert_eq!(first.port, port);
    assert!(features("127.0.0.1", port, "linnet.test").contains("from='linnet.test'"));
    let folder = first.folder.clone();
    drop(first);
    assert!(!folder.exists(), "the folder outlives its server");
}

#[test]
fn options_decide_what_the_server_can_do() {
    let bare = Options { archive: Archive::None, stream_management: false, ..Options::default() };
    let bare = Prosody::start(bare).unwrap();
    let full = Prosody::start(Options { page_size: 7, ..Options::default() }).unwrap();
    let loaded = |server: &Prosody, module: &str| {
        server.lua(&format!("tostring(prosody.hosts[\"linnet.test\"].modules.{module} ~= nil)")).unwrap()
    };
    for module in ["mam", "smacks"] {
        assert_eq!(loaded(&bare, module), "Result: false", "{module}");
        assert_eq!(loaded(&full, module), "Result: true", "{module}");
    }
    for server in [&bare, &full] {
        assert_eq!(loaded(server, "limits"), "Result: false");
    }
    let page = full.lua("require \"core.configmanager\".get(\"*\", \"max_archive_query_results\")").unwrap();
    assert_eq!(page, "Result: 7");
}

#[test]
fn a_failed_start_says_why_and_leaves_nothing() {
    let options = Options { modules: vec!["no_such_module".into()], ..Options::default() };
    let why = Prosody::start(options).unwrap_err();
    assert!(why.contains("no_such_module"), "{why}");
    let left = std::fs::read_dir(std::env::temp_dir()).unwrap().any(|entry| {
        let log = entry.unwrap().path().join("prosody.log");
        std::fs::read_to_string(log).is_ok_and(|log| log.contains("no_such_module"))
    });
    assert!(!left, "the folder of a failed start stays");
}

#[test]
fn the_program_says_where_it_is_and_ends_with_its_input() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_linnet-prosody"))
        .args(["--user", "alice", "--user", "bob", "--friends", "alice,bob", "--password", "secret"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let about: serde_json::Value = serde_json::from_str(&line).unwrap();
    let port = u16::try_from(about.get("port").unwrap().as_u64().unwrap()).unwrap();
    assert!(features("127.0.0.1", port, "linnet.test").contains("starttls"));
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "the server outlives the program");
}

#[test]
fn a_server_dies_with_a_killed_process() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_linnet-prosody"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let about: serde_json::Value = serde_json::from_str(&line).unwrap();
    let port = u16::try_from(about.get("port").unwrap().as_u64().unwrap()).unwrap();
    program.kill().unwrap();
    program.wait().unwrap();
    let folder = std::path::Path::new(about.get("folder").unwrap().as_str().unwrap());
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_ok() || folder.exists() {
        assert!(std::time::Instant::now() < deadline, "the server or its folder outlives a killed process");
        std::thread::sleep(Duration::from_millis(20));
    }
}
