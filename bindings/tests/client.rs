//! The surface as a foreign caller uses it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use linnet::{
    AccountItem, AccountsOp, Client, CommandError, Connection, Judgement, LogLevel, Lookup, MessageState, OpenError,
    Options, Platform, PlatformNetwork, ProxyAddress, Question, ServerAddress, SubscriptionError, TimelineItem,
    TimelineOp,
};
use tokio::time::timeout;

struct Device {
    key: Vec<u8>,
    log: Mutex<Vec<String>>,
}

impl Platform for Device {
    fn database_key(&self) -> Vec<u8> {
        self.key.clone()
    }

    fn boot_id(&self) -> String {
        "boot".to_owned()
    }

    fn log(&self, _level: LogLevel, _target: String, message: String) {
        self.log.lock().unwrap().push(message);
    }
}

struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("linnet-bindings-{}", linnet_runtime::new_token()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn open(&self, key: &[u8]) -> (Result<Arc<Client>, OpenError>, Arc<Device>) {
        let device = Arc::new(Device { key: key.to_vec(), log: Mutex::default() });
        let database_path = self.0.join("linnet.db").display().to_string();
        (Client::open(Options { database_path, ca_file: None, language: "en".into() }, device.clone(), None), device)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(30), future).await.expect("it should have come")
}

/// A server where nobody is.
fn nobody() -> Option<ServerAddress> {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    Some(ServerAddress { host: "127.0.0.1".to_owned(), port: address.port(), direct_tls: false })
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_start_to_a_message() {
    let folder = Folder::new();
    let client = folder.open(&[7; 32]).0.unwrap();
    let account =
        soon(client.add_account("alice@linnet.test".into(), "secret".into(), nobody(), None, false)).await.unwrap();
    let accounts = client.accounts();
    let first = soon(accounts.next(0)).await.unwrap().unwrap();
    let [AccountsOp::Reset { items }] = first.ops.as_slice() else { panic!("{first:?}") };
    let [AccountItem { id, signed_in: false, connection, .. }] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(*id, account);
    assert!(matches!(connection, Connection::Connecting | Connection::Waiting { .. }));

    let chat = soon(client.start_chat(account, "bob@linnet.test".into())).await.unwrap();
    let timeline = client.timeline(chat);
    assert_eq!(soon(timeline.next(0)).await.unwrap().unwrap().revision, 1);
    let token = client.new_token();
    let message = soon(client.send_text(chat, "hello".into(), token.clone())).await.unwrap();
    assert_eq!(soon(client.send_text(chat, "hello".into(), token)).await, Ok(message));
    let batch = soon(timeline.next(1)).await.unwrap().unwrap();
    let [TimelineOp::Insert { at: 0, items }] = batch.ops.as_slice() else { panic!("{batch:?}") };
    let [TimelineItem::Message { item }] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((item.id, item.body.as_str(), item.state), (message, "hello", MessageState::Sending));

    assert_eq!(soon(client.send_text(chat, String::new(), client.new_token())).await, Err(CommandError::TextInvalid));
    assert_eq!(soon(client.retry(message)).await, Err(CommandError::NotNow));
    soon(client.suspend()).await;
    client.resume();
    client.network_changed();

    timeline.close();
    assert_eq!(soon(timeline.next(2)).await, Ok(None));
    client.close();
    assert_eq!(soon(client.delete_chat(chat)).await, Err(CommandError::NotNow));
    assert_eq!(soon(accounts.next(1)).await, Ok(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_led_to_another_server_and_back() {
    let folder = Folder::new();
    let client = folder.open(&[7; 32]).0.unwrap();
    let old = nobody();
    let account =
        soon(client.add_account("alice@linnet.test".into(), "secret".into(), old.clone(), None, false)).await.unwrap();
    let shown = async || {
        let batch = soon(client.accounts().next(0)).await.unwrap().unwrap();
        let [AccountsOp::Reset { items }] = batch.ops.as_slice() else { panic!("{batch:?}") };
        items[0].server.clone()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = |host: &str| Some(ServerAddress { host: host.to_owned(), port, direct_tls: true });
    assert_eq!(soon(client.set_server(account, server("no host"))).await, Err(CommandError::AddressInvalid));
    assert_eq!(soon(client.set_server(account + 1, None)).await, Err(CommandError::NotFound));
    assert_eq!(shown().await, old);
    soon(client.set_server(account, server("127.0.0.1"))).await.unwrap();
    soon(listener.accept()).await.unwrap();
    assert_eq!(shown().await, server("127.0.0.1"));
    soon(client.set_server(account, None)).await.unwrap();
    assert_eq!(shown().await, None);
    client.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_collector_a_subscription() {
    let folder = Folder::new();
    let client = folder.open(&[7; 32]).0.unwrap();
    let chats = client.chat_list(None);
    soon(chats.next(0)).await.unwrap();
    let waiting = chats.next(1);
    tokio::pin!(waiting);
    assert!(timeout(Duration::from_millis(1), &mut waiting).await.is_err());
    assert_eq!(soon(chats.next(1)).await, Err(SubscriptionError::Busy));
    chats.close();
    assert_eq!(soon(waiting).await, Ok(None));
}

#[test]
fn a_lost_key_is_told_apart() {
    let folder = Folder::new();
    folder.open(&[7; 32]).0.unwrap().close();
    let (short, device) = folder.open(&[7; 31]);
    assert_eq!(short.err(), Some(OpenError::KeyOrFile));
    assert!(device.log.lock().unwrap().iter().any(|line| line.contains("32 bytes")));
    assert_eq!(folder.open(&[8; 32]).0.err(), Some(OpenError::KeyOrFile));
    assert!(folder.open(&[7; 32]).0.is_ok());
}

/// A network that knows one server, and counts what it is asked.
struct Network {
    port: u16,
    asked: Mutex<Vec<Question>>,
}

impl PlatformNetwork for Network {
    fn lookup(&self, question: Question, lookup: Arc<Lookup>) {
        match &question {
            Question::Srv { name } if name.starts_with("_xmpp-client") => {
                let data = [&[0, 0, 0, 0][..], &self.port.to_be_bytes(), b"\x04xmpp\x06linnet\x04test\0"].concat();
                lookup.records(vec![data]);
            }
            Question::Srv { .. } => lookup.records(Vec::new()),
            Question::Addresses { .. } => lookup.addresses(vec!["127.0.0.1".to_owned()]),
        }
        self.asked.lock().unwrap().push(question);
    }

    fn judge(&self, _chain: Vec<Vec<u8>>, _domain: String) -> Judgement {
        Judgement::NotTrusted
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platform_finds_the_server_unless_a_proxy_does() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let folder = Folder::new();
    let network = Arc::new(Network { port, asked: Mutex::default() });
    let device = Arc::new(Device { key: vec![7; 32], log: Mutex::default() });
    let options = Options {
        database_path: folder.0.join("linnet.db").display().to_string(),
        ca_file: None,
        language: "en".into(),
    };
    let client = Client::open(options, device, Some(network.clone())).unwrap();
    let account =
        soon(client.add_account("alice@linnet.test".into(), "secret".into(), None, None, false)).await.unwrap();
    soon(listener.accept()).await.unwrap();
    let asked = std::mem::take(&mut *network.asked.lock().unwrap());
    let host = Question::Addresses { host: "xmpp.linnet.test".into() };
    assert_eq!((asked.len(), asked.contains(&host)), (3, true), "{asked:?}");

    // The listener is no SOCKS5 proxy, but it sees who comes.
    let proxy = Some(ProxyAddress { host: "127.0.0.1".into(), port });
    let wrong = Some(ProxyAddress { host: "proxy.example.org".into(), port: 0 });
    assert_eq!(soon(client.set_proxy(account, wrong)).await, Err(CommandError::AddressInvalid));
    soon(client.set_proxy(account, proxy.clone())).await.unwrap();
    let mut greeting = [0; 1];
    loop {
        let (mut peer, _) = soon(listener.accept()).await.unwrap();
        use tokio::io::AsyncReadExt as _;
        soon(peer.read_exact(&mut greeting)).await.unwrap();
        if greeting == [5] {
            break;
        }
    }
    let asked = network.asked.lock().unwrap().clone();
    let first = asked.len();
    assert!(first <= 3, "only the straight connection that was under way may have asked: {asked:?}");
    assert_eq!(soon(client.pin_certificate(account, "00".repeat(32))).await, Err(CommandError::NotNow));
    assert_eq!(soon(client.pin_certificate(account, "no digits".into())).await, Err(CommandError::NotNow));
    assert_eq!(soon(client.unpin_certificate(account)).await, Ok(()));
    client.close();
}
