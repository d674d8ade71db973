//! `linnet-driver` from outside: lines in, lines out, as `docs/driver.md` promises.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

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
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_linnet-driver"))
            .arg("--store")
            .arg(folder.0.join("linnet.db"))
            .args(["--server", &nobody.to_string()])
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
