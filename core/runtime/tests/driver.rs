//! `linnet-driver` from outside: lines in, lines out, as `docs/driver.md` promises.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use hickory_resolver::proto::op::{Message, MessageType};
use hickory_resolver::proto::rr::rdata::{A, SRV};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use serde_json::{Value, json};

/// What nobody can wait for and pass.
const LONG: Duration = Duration::from_secs(60);

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("linnet-driver-{}", linnet_runtime::new_token()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Driver {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Value>,
    asked: u64,
}

impl Driver {
    fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        Self::anywhere(folder, &[&["--server", &nobody], arguments].concat())
    }

    /// Where the server is, DNS or a proxy tells.
    fn anywhere(folder: &Folder, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_linnet-driver"))
            .arg("--store")
            .arg(folder.0.join("linnet.db"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines() {
                let _ = sender.send(serde_json::from_str(&line.unwrap()).unwrap());
            }
        });
        Self { child, input, lines, asked: 0 }
    }

    fn ready(folder: &Folder, arguments: &[&str]) -> Self {
        let driver = Self::start(folder, arguments);
        assert_eq!(driver.line()["ready"], true);
        driver
    }

    fn line(&self) -> Value {
        self.lines.recv_timeout(LONG).expect("it should have said something")
    }

    fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.line();
            if wanted(&line) {
                return line;
            }
        }
    }

    fn write(&mut self, line: &str) {
        self.input.as_mut().unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    fn tell(&mut self, mut command: Value) -> u64 {
        self.asked += 1;
        command["id"] = json!(self.asked);
        self.write(&command.to_string());
        self.asked
    }

    fn ask(&mut self, command: Value) -> Value {
        let id = self.tell(command);
        self.until(|line| line["answer"] == json!(id))
    }

    fn ok(&mut self, command: Value) -> Value {
        let answer = self.ask(command);
        assert!(answer.get("error").is_none(), "{answer}");
        answer["ok"].clone()
    }

    /// An account and a chat of it.
    fn chat(&mut self) -> Value {
        let account = self.ok(json!({"do": "add_account", "address": "alice@linnet.test", "password": "p"}));
        let chat = json!({"do": "start_chat", "account": account["account"], "address": "bob@linnet.test"});
        self.ok(chat)["chat"].clone()
    }

    fn end(mut self) -> ExitStatus {
        drop(self.input.take());
        self.child.wait().unwrap()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_chat_without_a_server() {
    let folder = Folder::new();
    let mut driver = Driver::ready(&folder, &[]);
    let chat = driver.chat();
    let watch = driver.tell(json!({"do": "watch", "view": "timeline", "chat": chat}));
    let first = driver.until(|line| line["watch"] == json!(watch));
    assert_eq!((&first["revision"], &first["ops"]), (&json!(1), &json!([{"op": "reset", "items": []}])));
    assert_eq!((&first["at_start"], &first["at_end"]), (&json!(true), &json!(true)));

    let send = json!({"do": "send_text", "chat": chat, "body": "hello", "token": "t1"});
    let message = driver.ok(send.clone());
    let second = driver.until(|line| line["watch"] == json!(watch));
    let item = &second["ops"][0]["items"][0];
    assert_eq!((&item["kind"], &item["body"]), (&json!("message"), &json!("hello")));
    assert_eq!(item["state"], json!({"state": "sending"}));
    assert_eq!(driver.ok(send), message, "the same token is the same message");

    assert_eq!(driver.ask(json!({"do": "retry", "message": message["message"]}))["error"], "not_now");
    assert_eq!(driver.ask(json!({"do": "fill_gap", "gap": 99}))["error"], "not_found");
    assert_eq!(driver.ok(json!({"do": "unwatch", "watch": watch})), json!({}));
    assert_eq!(driver.until(|line| line.get("closed").is_some())["watch"], json!(watch));
    assert_eq!(driver.ask(json!({"do": "unwatch", "watch": watch}))["error"], "not_found");
    assert!(driver.end().success());

    let mut again = Driver::ready(&folder, &[]);
    assert_eq!(again.ok(json!({"do": "dump", "chat": chat}))["items"][0]["body"], "hello");
    assert_eq!(again.ok(json!({"do": "quit"})), json!({}));
    assert!(again.child.wait().unwrap().success());
}

#[test]
fn a_dump_is_the_whole_chat_in_order_however_long() {
    const MESSAGES: usize = 10_500;
    let folder = Folder::new();
    let mut driver = Driver::ready(&folder, &["--discard"]);
    let chat = driver.chat();
    let mut last = 0;
    for number in 0..MESSAGES {
        last = driver.tell(json!({"do": "send_text", "chat": chat, "body": number.to_string()}));
    }
    driver.until(|line| line["answer"] == json!(last));
    let items = driver.ok(json!({"do": "dump", "chat": chat}))["items"].clone();
    let bodies: Vec<usize> = items
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|item| item.get("body"))
        .map(|body| body.as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(bodies, (0..MESSAGES).collect::<Vec<_>>());

    let watch = driver.tell(json!({"do": "watch", "view": "timeline", "chat": chat}));
    let first = driver.until(|line| line["watch"] == json!(watch));
    assert_eq!((&first["items"], first.get("ops")), (&json!(50), None));
    assert_eq!(driver.ok(json!({"do": "page", "watch": watch, "older": 25})), json!({}));
    let older = driver.until(|line| line["watch"] == json!(watch));
    // The former first row may change its place in a group.
    assert!((25..=26).contains(&older["items"].as_u64().unwrap()), "{older}");
}

#[test]
fn what_is_no_command_is_told_and_passed_over() {
    let folder = Folder::new();
    let mut driver = Driver::ready(&folder, &[]);
    driver.write("nonsense");
    assert_eq!(driver.line()["error"], "bad_command");
    driver.write("");
    driver.write(r#"{"id":5,"do":"fly"}"#);
    let answer = driver.line();
    assert_eq!((&answer["answer"], &answer["error"]), (&json!(5), &json!("bad_command")));
    assert_eq!(driver.ask(json!({"do": "watch", "view": "timeline"}))["error"], "bad_command");
    assert_eq!(driver.ask(json!({"do": "page", "watch": 1, "older": 1}))["error"], "not_found");
    let refused = json!({"do": "add_account", "address": "@", "password": "p"});
    assert_eq!(driver.ask(refused)["error"], "address_invalid");
    for fine in ["network_changed", "suspend", "resume"] {
        assert_eq!(driver.ok(json!({"do": fine})), json!({}));
    }
    assert!(driver.end().success());
}

#[test]
fn what_is_asked_before_the_end_of_input_is_answered() {
    let folder = Folder::new();
    let mut driver = Driver::ready(&folder, &[]);
    let chat = driver.chat();
    let mut last = 0;
    for _ in 0..500 {
        last = driver.tell(json!({"do": "send_text", "chat": chat, "body": "x"}));
    }
    let dump = driver.tell(json!({"do": "dump", "chat": chat}));
    drop(driver.input.take());
    let answers: Vec<Value> = driver.lines.iter().filter(|line| line.get("answer").is_some()).collect();
    let answer = |id: u64| answers.iter().find(|line| line["answer"] == json!(id)).unwrap();
    assert!(answer(last)["ok"]["message"].is_i64());
    let dumped = answer(dump);
    assert_eq!(dumped["ok"]["items"].as_array().map(Vec::len), Some(500));
    assert!(driver.child.wait().unwrap().success());
}

#[test]
fn a_suspended_driver_ends_too() {
    let folder = Folder::new();
    let mut driver = Driver::ready(&folder, &[]);
    let chat = driver.chat();
    driver.ok(json!({"do": "suspend"}));
    let dump = driver.tell(json!({"do": "dump", "chat": chat}));
    let quit = driver.tell(json!({"do": "quit"}));
    assert_eq!(driver.until(|line| line["answer"] == json!(dump))["error"], "not_now");
    assert_eq!(driver.until(|line| line["answer"] == json!(quit))["ok"], json!({}));
    assert!(driver.child.wait().unwrap().success());
}

#[test]
fn a_wrong_key_is_told_and_fails() {
    let folder = Folder::new();
    assert!(Driver::ready(&folder, &["--key", &"01".repeat(32)]).end().success());
    let driver = Driver::start(&folder, &["--key", &"02".repeat(32)]);
    assert_eq!(driver.line()["error"], "key_or_file");
    assert_eq!(driver.end().code(), Some(1));
    assert_eq!(Driver::start(&folder, &["--fly"]).end().code(), Some(2));
}

/// A name server that knows one place for TLS from the first byte and one, to be tried before it, for STARTTLS.
fn name_server(direct: u16, starttls: u16) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut buffer = [0; 1500];
        while let Ok((count, asker)) = socket.recv_from(&mut buffer) {
            let mut message = Message::from_vec(&buffer[..count]).unwrap();
            message.metadata.message_type = MessageType::Response;
            let (name, kind) = (message.queries[0].name().clone(), message.queries[0].query_type());
            let place = |priority, port| SRV::new(priority, 0, port, Name::from_ascii("xmpp.linnet.test.").unwrap());
            let data = match (name.to_ascii().as_str(), kind) {
                ("_xmpps-client._tcp.linnet.test.", RecordType::SRV) => Some(RData::SRV(place(10, direct))),
                ("_xmpp-client._tcp.linnet.test.", RecordType::SRV) => Some(RData::SRV(place(5, starttls))),
                ("xmpp.linnet.test.", RecordType::A) => Some(RData::A(A::new(127, 0, 0, 1))),
                _ => None,
            };
            message.add_answers(data.map(|data| Record::from_rdata(name, 60, data)));
            socket.send_to(&message.to_vec().unwrap(), asker).unwrap();
        }
    });
    address
}

fn accept(listener: &TcpListener) -> TcpStream {
    let stream = listener.accept().unwrap().0;
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream
}

fn read<const N: usize>(stream: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

#[test]
fn dns_names_the_places_and_a_useless_one_is_left_for_the_next() {
    let folder = Folder::new();
    let (direct, starttls) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
    let resolver = name_server(port(&direct), port(&starttls));
    let mut driver = Driver::anywhere(&folder, &["--resolver", &resolver]);
    driver.ok(json!({"do": "add_account", "address": "alice@linnet.test", "password": "p"}));
    // It takes the connection and is no server: the stream fails, not TCP.
    let mut first = accept(&starttls);
    assert_eq!(&read::<5>(&mut first), b"<?xml");
    drop(first);
    let mut second = accept(&direct);
    assert_eq!(read::<1>(&mut second), [0x16], "TLS begins at once");
    assert!(driver.end().success());
}

#[test]
fn behind_a_proxy_no_question_leaves_for_dns() {
    let folder = Folder::new();
    let (proxy, dns) = (TcpListener::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    dns.set_nonblocking(true).unwrap();
    let (resolver, address) = (dns.local_addr().unwrap().to_string(), proxy.local_addr().unwrap().to_string());
    let mut driver = Driver::anywhere(&folder, &["--resolver", &resolver, "--proxy", &address]);
    driver.ok(json!({"do": "add_account", "address": "alice@bücher.test", "password": "p"}));
    for port in [5223_u16, 5222] {
        let mut client = accept(&proxy);
        assert_eq!(read::<4>(&mut client), [5, 2, 0, 2]);
        client.write_all(&[5, 0]).unwrap();
        assert_eq!(read::<4>(&mut client), [5, 1, 0, 3]);
        let [length] = read(&mut client);
        let mut host = vec![0; length.into()];
        client.read_exact(&mut host).unwrap();
        assert_eq!(String::from_utf8(host).unwrap(), "xn--bcher-kva.test");
        assert_eq!(u16::from_be_bytes(read(&mut client)), port);
        client.write_all(&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
    }
    let watch = driver.tell(json!({"do": "watch", "view": "accounts"}));
    let unreachable = |line: &Value| line["watch"] == json!(watch) && line.to_string().contains("\"unreachable\"");
    driver.until(unreachable);
    let asked = dns.recv_from(&mut [0; 512]).map_err(|error| error.kind());
    assert_eq!(asked.err(), Some(std::io::ErrorKind::WouldBlock), "a question has left");
    assert!(driver.end().success());
}

#[test]
fn settings_and_accounts_go_from_store_to_store_in_a_file() {
    let (old, new) = (Folder::new(), Folder::new());
    let file = old.0.join("Linnet.linnetbackup");
    let mut driver = Driver::ready(&old, &[]);
    driver.ok(json!({"do": "add_account", "address": "alice@linnet.test", "password": "p"}));
    driver.ok(json!({"do": "set_notification_content", "content": "nothing"}));
    let export = |passphrase: &str| json!({"do": "export_backup", "file": file, "passphrase": passphrase});
    assert_eq!(driver.ask(export("short"))["error"], "text_invalid");
    assert!(driver.ok(export("correct horse"))["bytes"].as_u64().unwrap() > 100);
    let nowhere = json!({"do": "export_backup", "file": old.0.join("a/b"), "passphrase": "correct horse"});
    assert_eq!(driver.ask(nowhere)["error"], "storage");
    assert!(driver.end().success());

    let mut driver = Driver::ready(&new, &[]);
    let import = |passphrase: &str| json!({"do": "import_backup", "file": file, "passphrase": passphrase});
    assert_eq!(driver.ask(import("correct house"))["error"], "passphrase_wrong");
    let restored = driver.ok(import("correct horse"));
    assert_eq!(restored, json!({"accounts": 1, "known": 0, "contacts": 0, "blocks": 0}));
    let watch = driver.tell(json!({"do": "watch", "view": "app"}));
    let item = driver.until(|line| line["watch"] == json!(watch) && line["ops"].is_array());
    assert_eq!(item["ops"][0]["items"][0]["notification_content"], "nothing");
    assert!(driver.end().success());
}

#[test]
fn people_of_an_account_come_out_of_a_file() {
    let folder = Folder::new();
    let (file, junk) = (folder.0.join("old.xml"), folder.0.join("junk.xml"));
    std::fs::write(&junk, "no file of an account").unwrap();
    let text = "<server-data xmlns='urn:xmpp:pie:0'><host jid='old.test'><user name='a'/><user name='b'>\
                <query xmlns='jabber:iq:roster'><item jid='c@d.test' subscription='both'/></query></user></host>\
                </server-data>";
    std::fs::write(&file, text).unwrap();
    let mut driver = Driver::ready(&folder, &[]);
    let account = driver.ok(json!({"do": "add_account", "address": "alice@linnet.test", "password": "p"}));
    let account = account["account"].clone();
    assert_eq!(driver.ask(json!({"do": "read_account_file", "file": junk}))["error"], "unreadable");
    let users = driver.ok(json!({"do": "read_account_file", "file": file}))["users"].clone();
    assert_eq!((&users[0]["address"], &users[1]["contacts"]), (&json!("a@old.test"), &json!(1)));
    let import = |user: u32| json!({"do": "import_account_file", "account": account, "file": file, "user": user});
    assert_eq!(driver.ask(import(2))["error"], "not_found");
    driver.ok(import(1));
    let watch = driver.tell(json!({"do": "watch", "view": "accounts"}));
    let item = driver.until(|line| line["watch"] == json!(watch) && line["ops"].is_array());
    let shown = &item["ops"][0]["items"][0]["import"];
    assert_eq!((&shown["source"], &shown["left"]), (&json!("b@old.test"), &json!(1)));
    assert_eq!(driver.ask(json!({"do": "collect_export", "account": account}))["error"], "offline");
    let nothing = json!({"do": "read_export", "account": account, "file": folder.0.join("out.xml")});
    assert_eq!(driver.ask(nothing)["error"], "not_now");
    driver.ok(json!({"do": "end_import", "account": account}));
    // Where nobody is signed in, nobody can have moved to.
    let moves = json!({"do": "publish_moved", "account": account, "to": account});
    assert_eq!(driver.ask(moves)["error"], "not_found");
    assert_eq!(driver.ask(json!({"do": "retract_moved", "account": account}))["error"], "not_found");
    driver.ok(json!({"do": "ask_moved", "account": account}));
    assert!(driver.end().success());
}
