//! Suspension, and two processes on one file: who may write when, and what the other then sees.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use linnet_messenger::command::{Command as Ask, Receipt, Secret, ServerAddress};
use linnet_messenger::store::{OpenError as StoreError, Role, StoreOptions};
use linnet_messenger::view::chat_list::ChatList;
use linnet_messenger::view::diff;
use linnet_messenger::view::item::ChatItem;
use linnet_runtime::{Client, OpenError, Options, Subscription};
use serde_json::{Value, json};
use tokio::time::timeout;

/// What nobody can wait for and pass.
const LONG: Duration = Duration::from_secs(60);

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("linnet-lease-{}", linnet_runtime::new_token()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn store(&self, role: Role) -> StoreOptions {
        StoreOptions { role, ..StoreOptions::new(Some(self.0.join("linnet.db")), [0; 32]) }
    }

    fn open(&self, role: Role) -> Result<Client, OpenError> {
        Client::open(Options::new(self.store(role)), Arc::new(()))
    }

    /// How many descriptors of this process are on files of this folder.
    fn open_files(&self) -> usize {
        let links = std::fs::read_dir("/proc/self/fd").unwrap();
        links
            .filter(|link| std::fs::read_link(link.as_ref().unwrap().path()).is_ok_and(|to| to.starts_with(&self.0)))
            .count()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An account on a server where nobody is.
async fn add_account(client: &Client) -> linnet_messenger::ids::AccountId {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = ServerAddress { host: "127.0.0.1".to_owned(), port: nobody.port(), direct_tls: false };
    let address = "alice@linnet.test".to_owned();
    let ask =
        Ask::AddAccount { address, password: Secret::new("secret"), server: Some(server), proxy: None, again: false };
    let Receipt::Account(account) = client.submit(ask).await.unwrap() else { panic!("no account") };
    account
}

fn start_chat(account: linnet_messenger::ids::AccountId, address: &str) -> Ask {
    Ask::StartChat { account, address: address.to_owned() }
}

/// A chat list as one subscriber holds it.
struct Held {
    subscription: Subscription<ChatList>,
    list: Vec<ChatItem>,
    applied: u64,
}

impl Held {
    fn new(client: &Client) -> Self {
        Self { subscription: client.subscribe(ChatList::new()), list: Vec::new(), applied: 0 }
    }

    async fn until(&mut self, wanted: impl Fn(&[ChatItem]) -> bool) {
        while self.applied == 0 || !wanted(&self.list) {
            let batch = timeout(LONG, self.subscription.next(self.applied)).await.unwrap().unwrap().unwrap();
            diff::apply(&mut self.list, &batch.ops);
            self.applied = batch.revision;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_client_has_no_file_open_and_sees_afterwards_what_the_extension_wrote() {
    let folder = Folder::new();
    let app = folder.open(Role::App).unwrap();
    let account = add_account(&app).await;
    app.submit(start_chat(account, "bob@linnet.test")).await.unwrap();
    let mut chats = Held::new(&app);
    chats.until(|list| list.len() == 1).await;
    assert!(matches!(folder.open(Role::Extension).err(), Some(OpenError::Store(StoreError::InUse))));

    app.suspend().await;
    assert_eq!(folder.open_files(), 0);
    assert!(!folder.0.join("linnet.db-wal").exists(), "the write-ahead log is in the file");

    let extension = folder.open(Role::Extension).unwrap();
    extension.submit(start_chat(account, "carol@linnet.test")).await.unwrap();
    extension.close();
    assert_eq!(folder.open_files(), 0);

    app.resume();
    chats.until(|list| list.len() == 2).await;
    assert_eq!(chats.list[0].address, "carol@linnet.test");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_takes_over_from_an_extension_at_work() {
    let folder = Folder::new();
    let app = folder.open(Role::App).unwrap();
    let account = add_account(&app).await;
    app.suspend().await;
    let extension = folder.open(Role::Extension).unwrap();
    extension.submit(start_chat(account, "bob@linnet.test")).await.unwrap();

    app.resume();
    app.submit(start_chat(account, "carol@linnet.test")).await.unwrap();
    // The extension ends by itself; what it is asked from now on is refused.
    let mut chats = Held { subscription: extension.subscribe(ChatList::new()), list: Vec::new(), applied: 0 };
    let ended = async {
        while let Ok(Some(batch)) = chats.subscription.next(chats.applied).await {
            chats.applied = batch.revision;
        }
    };
    timeout(LONG, ended).await.unwrap();
    assert!(extension.submit(start_chat(account, "mallory@linnet.test")).await.is_err());
    let mut chats = Held::new(&app);
    chats.until(|list| list.len() == 2).await;
    app.submit(start_chat(account, "dave@linnet.test")).await.unwrap();
    chats.until(|list| list.len() == 3).await;
    assert!(chats.list.iter().all(|chat| chat.address != "mallory@linnet.test"));
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_wait_while_suspended_and_are_refused_at_the_end() {
    let folder = Folder::new();
    let app = folder.open(Role::App).unwrap();
    let account = add_account(&app).await;
    app.suspend().await;
    let (first, second) = (app.submit(start_chat(account, "a@b.test")), app.submit(start_chat(account, "c@d.test")));
    tokio::pin!(first);
    assert!(timeout(Duration::from_millis(100), &mut first).await.is_err(), "a suspended client writes");
    app.resume();
    let (Receipt::Chat(first), Receipt::Chat(second)) =
        (timeout(LONG, first).await.unwrap().unwrap(), timeout(LONG, second).await.unwrap().unwrap())
    else {
        panic!("no chats")
    };
    assert!(first < second, "in the order in which they were given");

    app.suspend().await;
    let late = app.submit(start_chat(account, "e@f.test"));
    app.close();
    assert!(timeout(LONG, late).await.unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_client_lets_go_of_the_file_quickly() {
    let folder = Folder::new();
    let app = folder.open(Role::App).unwrap();
    let account = add_account(&app).await;
    let Receipt::Chat(chat) = app.submit(start_chat(account, "bob@linnet.test")).await.unwrap() else { panic!() };
    let mut longest = Duration::ZERO;
    for round in 0..20 {
        for number in 0..200 {
            let token = format!("t{round}-{number}");
            drop(app.submit(Ask::SendText { chat, body: "hello".repeat(50), token }));
        }
        // What was given before is carried out first.
        app.submit(Ask::ChatOpened { chat }).await.unwrap();
        let begun = Instant::now();
        app.suspend().await;
        longest = longest.max(begun.elapsed());
        assert_eq!(folder.open_files(), 0);
        app.resume();
    }
    // 100 ms on a phone; this machine may run other tests.
    assert!(longest < Duration::from_secs(2), "{longest:?}");
}

struct Driver {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Value>,
    asked: u64,
}

impl Driver {
    fn start(folder: &Folder, role: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_linnet-driver"))
            .arg("--store")
            .arg(folder.0.join("linnet.db"))
            .args(["--server", "127.0.0.1:1", "--role", role])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        Self { child, input, lines, asked: 0 }
    }

    fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.lines.recv_timeout(LONG).expect("it should have said something");
            if wanted(&line) {
                return line;
            }
        }
    }

    fn ok(&mut self, mut command: Value) -> Value {
        self.asked += 1;
        let id = json!(self.asked);
        command["id"] = id.clone();
        self.input.as_mut().unwrap().write_all(format!("{command}\n").as_bytes()).unwrap();
        let answer = self.until(|line| line["answer"] == id);
        assert!(answer.get("error").is_none(), "{answer}");
        answer["ok"].clone()
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
fn two_processes_take_turns() {
    let folder = Folder::new();
    let mut app = Driver::start(&folder, "app");
    app.until(|line| line["ready"] == true);
    let account =
        app.ok(json!({"do": "add_account", "address": "alice@linnet.test", "password": "p"}))["account"].clone();
    let chat = |address: &str| json!({"do": "start_chat", "account": account, "address": address});

    let refused = Driver::start(&folder, "extension");
    assert_eq!(refused.until(|_| true)["error"], "in_use");
    assert_eq!(refused.end().code(), Some(1));

    app.ok(json!({"do": "suspend"}));
    let mut extension = Driver::start(&folder, "extension");
    extension.until(|line| line["ready"] == true);
    extension.ok(chat("bob@linnet.test"));

    app.ok(json!({"do": "resume"}));
    app.ok(chat("carol@linnet.test"));
    assert_eq!(extension.until(|line| line["event"] == "ended")["why"], "lease_lost");
    assert!(extension.end().success());

    // The system frees a dead process' lock: whoever comes next takes over.
    drop(app);
    let mut extension = Driver::start(&folder, "extension");
    extension.until(|line| line["ready"] == true);
    extension.ok(chat("dave@linnet.test"));
    assert!(extension.end().success());

    let mut app = Driver::start(&folder, "app");
    app.until(|line| line["ready"] == true);
    app.ok(json!({"do": "watch", "view": "chat_list"}));
    let first = app.until(|line| line.get("ops").is_some());
    assert_eq!(first["ops"][0]["items"].as_array().map(Vec::len), Some(3), "{first}");
    assert!(app.end().success());
}
