//! A client's life, seen from its users: opening, answering, suspending, dying, closing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::future::Future;
use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use linnet_messenger::command::{Command, Receipt, Secret, ServerAddress};
use linnet_messenger::effect::Effect;
use linnet_messenger::fault::CommandError;
use linnet_messenger::ids::{AccountId, ChatId};
use linnet_messenger::store::{OpenError as StoreError, StoreOptions};
use linnet_messenger::view::accounts::Accounts;
use linnet_messenger::view::item::{AccountItem, Connection};
use linnet_messenger::view::{Op, diff};
use linnet_runtime::{Client, OpenError, Options, Platform, Subscription, SubscriptionError};
use tokio::time::timeout;

/// What nobody can wait for and pass.
const LONG: Duration = Duration::from_secs(30);

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("linnet-{}", linnet_runtime::new_token()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn store(&self) -> PathBuf {
        self.0.join("linnet.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn options(path: &Path, key: u8) -> Options {
    Options::new(StoreOptions::new(Some(path.to_owned()), [key; 32]))
}

fn open(path: &Path) -> Client {
    Client::open(options(path, 1), Arc::new(())).unwrap()
}

/// An account on a server where nobody is.
fn add_account(address: &str) -> Command {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    add_account_at(address, nobody.port())
}

fn add_account_at(address: &str, port: u16) -> Command {
    let server = ServerAddress { host: "127.0.0.1".to_owned(), port, direct_tls: false };
    Command::AddAccount {
        address: address.to_owned(),
        password: Secret::new("secret"),
        server: Some(server),
        proxy: None,
        again: false,
    }
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(LONG, future).await.expect("it should have come")
}

/// Follows a subscription until the list is as wanted.
async fn until(subscription: &Subscription<Accounts>, wanted: impl Fn(&[AccountItem]) -> bool) -> Vec<AccountItem> {
    let (mut list, mut applied) = (Vec::new(), 0);
    loop {
        let batch = soon(subscription.next(applied)).await.unwrap().unwrap();
        diff::apply(&mut list, &batch.ops);
        applied = batch.revision;
        if wanted(&list) {
            return list;
        }
    }
}

/// How many descriptors of this process are on files of this folder.
fn open_files(folder: &Folder) -> usize {
    let links = std::fs::read_dir("/proc/self/fd").unwrap();
    links
        .filter(|link| std::fs::read_link(link.as_ref().unwrap().path()).is_ok_and(|to| to.starts_with(&folder.0)))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_answered_and_views_follow() {
    let folder = Folder::new();
    let client = open(&folder.store());
    let accounts = client.subscribe(Accounts);
    let empty = soon(accounts.next(0)).await.unwrap().unwrap();
    assert_eq!(empty.ops, [Op::Reset { items: Vec::new() }]);

    let added = soon(client.submit(add_account("alice@linnet.test"))).await;
    assert!(matches!(added, Ok(Receipt::Account(_))));
    let list = until(&accounts, |list| list.iter().any(|a| matches!(a.connection, Connection::Waiting { .. }))).await;
    assert_eq!(list[0].address, "alice@linnet.test");

    let refused = soon(client.submit(Command::ChatOpened { chat: ChatId(999) })).await;
    assert_eq!(refused, Err(CommandError::NotFound));
    assert_eq!(soon(client.submit(add_account("not an address"))).await, Err(CommandError::AddressInvalid));
}

/// What the next connection begins with.
fn header(listener: &TcpListener) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    let mut heard = Vec::new();
    while heard.iter().filter(|byte| **byte == b'>').count() < 2 {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        heard.extend(byte);
    }
    String::from_utf8(heard).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_are_asked_for_the_language_of_the_people_here() {
    for (language, told) in [("de", "xml:lang='de'"), ("pt-BR", "xml:lang='pt-BR'"), ("de'><x", "xml:lang='en'")] {
        let folder = Folder::new();
        let options = Options { language: language.to_owned(), ..options(&folder.store(), 1) };
        let client = Client::open(options, Arc::new(())).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        soon(client.submit(add_account_at("alice@linnet.test", port))).await.unwrap();
        let first = header(&listener);
        assert!(first.contains(told), "{first}");
        // A sign-up is before any account, and has the most words for people.
        let server = Some(ServerAddress { host: "127.0.0.1".to_owned(), port, direct_tls: false });
        let domain = "other.test".to_owned();
        soon(client.submit(Command::StartSignUp { domain, server, proxy: None, invitation: None })).await.unwrap();
        let headers = std::iter::repeat_with(|| header(&listener));
        let sign_up = headers.take(10).find(|header| header.contains("other.test")).unwrap();
        assert!(sign_up.contains(told), "{sign_up}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_before_close_is_answered_and_what_comes_after_is_refused() {
    let folder = Folder::new();
    let client = open(&folder.store());
    let accounts = client.subscribe(Accounts);
    let before = client.submit(add_account("alice@linnet.test"));
    client.close();
    assert!(matches!(soon(before).await, Ok(Receipt::Account(_))));
    assert_eq!(soon(client.submit(add_account("bob@linnet.test"))).await, Err(CommandError::NotNow));
    assert_eq!(soon(accounts.next(0)).await, Ok(None));
    assert_eq!(soon(client.subscribe(Accounts).next(0)).await, Ok(None));
    soon(client.suspend()).await;
    client.resume();
    client.close();
    assert_eq!(open_files(&folder), 0);

    let again = open(&folder.store());
    let list = until(&again.subscribe(Accounts), |list| !list.is_empty()).await;
    assert_eq!(list[0].address, "alice@linnet.test");
}

#[tokio::test(flavor = "multi_thread")]
async fn close_wakes_who_waits() {
    let folder = Folder::new();
    let client = Arc::new(open(&folder.store()));
    let accounts = client.subscribe(Accounts);
    soon(accounts.next(0)).await.unwrap();
    let closing = tokio::task::spawn_blocking({
        let client = Arc::clone(&client);
        move || client.close()
    });
    assert_eq!(soon(accounts.next(1)).await, Ok(None));
    closing.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_client_holds_no_socket_and_reads_nothing_until_it_resumes() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = Folder::new();
    let client = open(&folder.store());
    let accounts = client.subscribe(Accounts);
    let command = add_account_at("alice@linnet.test", server.local_addr().unwrap().port());
    soon(client.submit(command)).await.unwrap();
    let list = until(&accounts, |list| !list.is_empty()).await;
    let (mut peer, _) = server.accept().unwrap();

    soon(client.suspend()).await;
    peer.set_read_timeout(Some(LONG)).unwrap();
    // The end of the connection comes.
    std::io::Read::read_to_end(&mut peer, &mut Vec::new()).unwrap();

    let reading = client.subscribe(Accounts);
    let first = reading.next(0);
    tokio::pin!(first);
    assert!(timeout(Duration::from_millis(100), &mut first).await.is_err(), "a suspended client reads");

    client.resume();
    let batch = soon(first).await.unwrap().unwrap();
    assert!(matches!(batch.ops.as_slice(), [Op::Reset { items }] if items[0].id == list[0].id));
    // It connects again.
    server.accept().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn many_suspensions_and_resumptions_in_any_order_end_well() {
    let folder = Folder::new();
    let client = open(&folder.store());
    let mut suspensions = Vec::new();
    for round in 0..50 {
        suspensions.push(client.suspend());
        if round % 3 != 0 {
            client.resume();
        }
        if round % 5 == 0 {
            suspensions.push(client.suspend());
        }
    }
    for suspension in suspensions {
        soon(suspension).await;
    }
    client.resume();
    assert!(soon(client.subscribe(Accounts).next(0)).await.unwrap().is_some());
}

/// Panics on the core thread when the first command is answered.
struct Deadly;

impl Platform for Deadly {
    fn effect(&self, effect: &Effect) {
        assert!(!matches!(effect, Effect::Answer { .. }), "on purpose");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_of_the_core_thread_lets_nobody_wait() {
    let folder = Folder::new();
    let client = Client::open(options(&folder.store(), 1), Arc::new(Deadly)).unwrap();
    let accounts = client.subscribe(Accounts);
    soon(accounts.next(0)).await.unwrap();
    let doomed = client.submit(add_account("alice@linnet.test"));
    let queued = client.submit(add_account("bob@linnet.test"));
    assert_eq!(soon(doomed).await, Err(CommandError::Internal));
    assert_eq!(soon(queued).await, Err(CommandError::Internal));
    assert_eq!(soon(client.submit(add_account("carol@linnet.test"))).await, Err(CommandError::Internal));
    // The first account's change may still come.
    let ended = async {
        let mut applied = 1;
        loop {
            match accounts.next(applied).await {
                Ok(Some(batch)) => applied = batch.revision,
                other => return other,
            }
        }
    };
    assert_eq!(soon(ended).await, Err(SubscriptionError::Storage));
    soon(client.suspend()).await;
    client.close();
    assert_eq!(open_files(&folder), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_command_is_carried_out() {
    let folder = Folder::new();
    let client = open(&folder.store());
    drop(client.submit(add_account("alice@linnet.test")));
    until(&client.subscribe(Accounts), |list| list.len() == 1).await;
    let removed = client.submit(Command::RemoveAccount { account: AccountId(1) });
    assert_eq!(soon(removed).await, Ok(Receipt::Done));
}

#[test]
fn what_can_not_be_opened_says_why() {
    let folder = Folder::new();
    drop(open(&folder.store()));
    let wrong_key = Client::open(options(&folder.store(), 2), Arc::new(()));
    assert!(matches!(wrong_key.err(), Some(OpenError::Store(StoreError::KeyOrFile))));

    let nowhere = Client::open(options(&folder.0.join("no/such/folder/linnet.db"), 1), Arc::new(()));
    assert!(matches!(nowhere.err(), Some(OpenError::Store(StoreError::Other(_)))));

    let mut roots = options(&folder.store(), 1);
    roots.ca_file = Some(folder.0.join("no such file"));
    assert!(matches!(Client::open(roots, Arc::new(())).err(), Some(OpenError::Roots(_))));
    assert_eq!(open_files(&folder), 0);
}

#[test]
fn dropping_closes() {
    let folder = Folder::new();
    for _ in 0..20 {
        drop(open(&folder.store()));
        assert_eq!(open_files(&folder), 0);
    }
}
