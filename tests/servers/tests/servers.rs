//! The servers that every other test relies on, started for real.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use linnet_servers::{Archive, Kind, Options, Server};

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

/// A stream through the direct TLS port by `openssl s_client`, which checks the certificate.
struct Client {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
}

impl Client {
    fn connect(server: &Server) -> Self {
        let mut child = Command::new("openssl")
            .args(["s_client", "-quiet", "-verify_return_error", "-verify_hostname", &server.domain, "-CAfile"])
            .arg(&server.ca)
            .args(["-connect", &format!("{}:{}", server.host, server.direct_tls_port.unwrap())])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = child.stdin.take().unwrap();
        let from = child.stdout.take().unwrap();
        Self { child, to, from }
    }

    fn ask(&mut self, question: &str, end: &str) -> String {
        self.to.write_all(question.as_bytes()).unwrap();
        until(&mut self.from, end)
    }

    fn sign_in(server: &Server, user: &str, password_base64: &str) -> Self {
        let mut client = Self::connect(server);
        let offered = client.ask(&header(&server.domain), "</stream:features>");
        assert!(offered.contains("<mechanism>SCRAM-SHA-256</mechanism>"), "{user}: {offered}");
        let sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
        let answer = client.ask(&format!("<auth xmlns='{sasl}' mechanism='PLAIN'>{password_base64}</auth>"), ">");
        assert!(answer.contains("<success"), "{user}: {answer}");
        client.ask(&header(&server.domain), "</stream:features>");
        client.ask("<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", "</iq>");
        client
    }

    fn roster(&mut self) -> String {
        self.ask("<iq type='get' id='2'><query xmlns='jabber:iq:roster'/></iq>", "</iq>")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

// base64 of "\0alice\0secret" and "\0bob\0secret".
const ALICE: &str = "AGFsaWNlAHNlY3JldA==";
const BOB: &str = "AGJvYgBzZWNyZXQ=";

/// One test for each kind of server.
macro_rules! on_every_kind {
    ($($name:ident),+ $(,)?) => {
        mod prosody { $(#[test] fn $name() { super::$name(linnet_servers::Kind::Prosody); })+ }
        mod prosody13 { $(#[test] fn $name() { super::$name(linnet_servers::Kind::Prosody13); })+ }
        mod ejabberd { $(#[test] fn $name() { super::$name(linnet_servers::Kind::Ejabberd); })+ }
    };
}

on_every_kind! {
    friends_sign_in_and_know_each_other_also_after_a_restart,
    the_archive_is_there_or_not,
    only_the_newer_ones_offer_one_flight,
    a_changed_password_is_the_one_that_counts,
    a_failed_start_says_why_and_leaves_nothing,
    a_server_dies_with_a_killed_process,
}

fn friends_sign_in_and_know_each_other_also_after_a_restart(kind: Kind) {
    let server = Server::start(Options::on(kind)).unwrap();
    server.add_user("alice", "secret").unwrap();
    server.add_user("bob", "secret").unwrap();
    server.befriend("alice", "bob").unwrap();
    let has = |roster: &str, contact: &str| {
        let roster = roster.replace('"', "'");
        roster.contains(&format!("jid='{contact}@linnet.test'")) && roster.contains("subscription='both'")
    };
    let before = Client::sign_in(&server, "alice", ALICE).roster();
    assert!(has(&before, "bob"), "{before}");
    server.restart().unwrap();
    let after = Client::sign_in(&server, "bob", BOB).roster();
    assert!(has(&after, "alice"), "{after}");
}

fn the_archive_is_there_or_not(kind: Kind) {
    for archive in [Archive::Sql, Archive::None] {
        let server = Server::start(Options { archive, ..Options::on(kind) }).unwrap();
        server.add_user("alice", "secret").unwrap();
        let mut alice = Client::sign_in(&server, "alice", ALICE);
        let info = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
        let answer = alice.ask(&format!("<iq type='get' id='3' to='alice@linnet.test'>{info}</iq>"), "</iq>");
        assert_eq!(answer.contains("urn:xmpp:mam:2"), archive == Archive::Sql, "{archive:?}: {answer}");
    }
}

/// SASL 2, Bind 2 and FAST, and in them stream management and carbons.
fn only_the_newer_ones_offer_one_flight(kind: Kind) {
    let server = Server::start(Options::on(kind)).unwrap();
    let header = header(&server.domain).replace("to=", "from='alice@linnet.test' to=");
    let offered = Client::connect(&server).ask(&header, "</stream:features>");
    for wanted in [
        "urn:xmpp:sasl:2",
        "urn:xmpp:bind:0",
        "urn:xmpp:fast:0",
        "urn:xmpp:sm:3",
        "urn:xmpp:carbons:2",
        "<mechanism>HT-SHA-256-EXPR</mechanism>",
        "<mechanism>SCRAM-SHA-256-PLUS</mechanism>",
    ] {
        let has = offered.contains(wanted);
        // 0.12 binds to TLS 1.3 in no way we know of.
        assert_eq!(has, kind != Kind::Prosody, "{wanted}: {offered}");
    }
}

fn a_changed_password_is_the_one_that_counts(kind: Kind) {
    let server = Server::start(Options::on(kind)).unwrap();
    server.add_user("alice", "an older one").unwrap();
    server.add_user("alice", "secret").unwrap();
    Client::sign_in(&server, "alice", ALICE);
}

#[test]
fn two_servers_run_beside_each_other_and_keep_their_ports() {
    let first = Server::start(Options::default()).unwrap();
    let second = Server::start(Options { direct_tls: false, ..Options::default() }).unwrap();
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
    let bare = Server::start(bare).unwrap();
    let full = Server::start(Options { page_size: 7, ..Options::default() }).unwrap();
    let loaded = |server: &Server, module: &str| {
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

fn a_failed_start_says_why_and_leaves_nothing(kind: Kind) {
    let options = Options { modules: vec!["mod_no_such_module".into()], ..Options::on(kind) };
    let why = Server::start(options).unwrap_err();
    assert!(why.contains("no_such_module"), "{why}");
    let left = std::fs::read_dir(std::env::temp_dir()).unwrap().any(|entry| {
        let folder = entry.unwrap().path();
        folder.to_string_lossy().contains(&format!("linnet-{}-{}-", kind.name(), std::process::id()))
            && ["stdout.log", "prosody.log", "ejabberd.log"]
                .into_iter()
                .any(|log| std::fs::read_to_string(folder.join(log)).is_ok_and(|log| log.contains("no_such_module")))
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

fn a_server_dies_with_a_killed_process(kind: Kind) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_linnet-prosody"))
        .args(["--kind", kind.name()])
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
