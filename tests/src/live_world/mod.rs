//! The same scenarios on a real server, over real sockets and TLS, through the runtime: it proves the fake server honest.
//!
//! A world settles when every outbox is empty and acknowledged, no place in a timeline is a guess any more, and a marker
//! sent along each pair after that has arrived: what was sent before it has, then, too. Markers are deleted at once and
//! never shown to a scenario. All waiting is for something a subscription brings, and bounded.
//!
//! What differs from [`crate::fake_world::FakeWorld`]: a killed device is a client that is closed without a word to the
//! server (the chaos test kills real processes), and each look at a timeline opens its screen anew.

pub mod follower;
mod link;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jid::BareJid;
use linnet_messenger::command::{Command, Receipt, Secret, ServerAddress};
use linnet_messenger::effect::{Effect, SessionKind, SignIn};
use linnet_messenger::fault::CommandError;
use linnet_messenger::ids::{AccountId, ChatId, MessageId};
use linnet_messenger::store::{StoreOptions, open_reader};
use linnet_messenger::view::accounts::Accounts;
use linnet_messenger::view::chat_list::ChatList;
use linnet_messenger::view::codes::Codes;
use linnet_messenger::view::contact::Contact;
use linnet_messenger::view::item::{
    AccountItem, ChatItem, CodeItem, Connection as ConnectionState, ContactItem, NotificationItem, OwnDevicesItem,
    RequestItem, ServerDetailsItem, TimelineItem, VersionItem,
};
use linnet_messenger::view::notifications::Notifications;
use linnet_messenger::view::own_devices::OwnDevices;
use linnet_messenger::view::requests::Requests;
use linnet_messenger::view::server_details::ServerDetails;
use linnet_messenger::view::timeline::Timeline;
use linnet_messenger::view::versions::Versions;
use linnet_messenger::view::whole_text::TextOf;
use linnet_messenger::view::{Page, View};
use linnet_runtime::{Client, Options, Platform};
use linnet_servers::{Archive, Kind, Server};
use tokio::runtime::Runtime;

use self::follower::Follower;
use self::link::Link;
use crate::picture;
use crate::world::{Device, DeviceId, World};

/// Longer than any back-off of a scenario.
const PATIENCE: Duration = Duration::from_secs(90);
/// Within this, a subscriber hears of a change.
const SOON: Duration = Duration::from_secs(2);
/// A subscription that says nothing for so long is asked whether it has missed something.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const MARKER: &str = "\u{2063}marker ";

/// See the module.
pub struct LiveWorld {
    runtime: Runtime,
    server: Server,
    ordered: bool,
    folder: PathBuf,
    phones: RefCell<Vec<Phone>>,
    /// Who has an account on the server.
    users: RefCell<BTreeSet<String>>,
    tokens: Cell<u32>,
}

/// What a client told besides answers and views.
#[derive(Default)]
struct Told(Mutex<Vec<(SessionKind, SignIn)>>);

impl Platform for Told {
    fn effect(&self, effect: &Effect) {
        if let Effect::Session { kind, sign_in, .. } = effect {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push((*kind, *sign_in));
        }
    }
}

struct Phone {
    user: String,
    told: Arc<Told>,
    link: Link,
    store: StoreOptions,
    account: Option<AccountId>,
    network: bool,
    pages: BTreeMap<ChatId, Vec<Page>>,
    running: Option<Running>,
}

struct Running {
    client: Client,
    accounts: Follower<Accounts>,
    chat_list: Follower<ChatList>,
    timelines: BTreeMap<ChatId, Follower<Timeline>>,
}

impl LiveWorld {
    /// Starts a server of its own.
    pub fn new(options: linnet_servers::Options) -> Result<Self, String> {
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        // What a lost session still had to get, ejabberd brings in any order; its archive has the right one.
        let ordered = options.kind != Kind::Ejabberd || options.archive != Archive::None;
        let server = Server::start(options)?;
        let folder = server.folder.join("devices");
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        Ok(Self {
            runtime,
            server,
            ordered,
            folder,
            phones: RefCell::default(),
            users: RefCell::default(),
            tokens: Cell::new(0),
        })
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// How the device's sessions were established so far, in order.
    pub fn sign_ins(&self, device: DeviceId) -> Vec<(SessionKind, SignIn)> {
        self.phones.borrow()[device.0].told.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until the chat with somebody looks as wished.
    #[track_caller]
    pub fn wait_to_see(
        &self,
        device: Device<'_>,
        with: &str,
        what: &str,
        mut wished: impl FnMut(&[TimelineItem]) -> bool,
    ) {
        let chat = device.chat(with);
        if !self.wait_for_chat(device.id, chat, PATIENCE, &mut wished) {
            let seen = picture::of(&device.timeline(with));
            let caller = std::panic::Location::caller();
            self.fail(&format!("{caller}: {} with {with} never sees {what}, but\n{seen}", device.address()));
        }
    }

    /// What a user signs in with.
    pub fn password(user: &str) -> String {
        format!("{user}'s pässword")
    }

    /// What a fresh subscriber is given first.
    fn look<V: View>(&self, device: DeviceId, view: V, pages: &[Page]) -> Vec<V::Item> {
        let phones = self.phones.borrow();
        let Some(running) = &phones[device.0].running else { self.fail("a device that does not run shows nothing") };
        let subscription = running.client.subscribe(view);
        pages.iter().for_each(|page| subscription.page(*page));
        let batch = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, subscription.next(0)).await });
        let mut list = Vec::new();
        match batch {
            Ok(Ok(Some(batch))) => linnet_messenger::view::diff::apply(&mut list, &batch.ops),
            other => self.fail(&format!("a view gave {other:?}")),
        }
        list
    }

    /// What the device knows of itself and of its account's others.
    pub fn own_devices(&self, device: DeviceId) -> OwnDevicesItem {
        let view = OwnDevices::new(self.account(device));
        match self.look(device, view, &[]).into_iter().next() {
            Some(item) => item,
            None => self.fail("nothing is known of the own devices"),
        }
    }

    /// What the device knows of its account's server.
    pub fn server_details(&self, device: DeviceId) -> ServerDetailsItem {
        let view = ServerDetails::new(self.account(device));
        match self.look(device, view, &[]).into_iter().next() {
            Some(details) => details,
            None => self.fail("nothing is known of the server"),
        }
    }

    fn open(&self, device: usize) {
        let mut phones = self.phones.borrow_mut();
        let phone = &mut phones[device];
        assert!(phone.running.is_none(), "it runs already");
        let mut options = Options::new(phone.store.clone());
        options.ca_file = Some(self.server.ca.clone());
        let told: Arc<dyn Platform> = Arc::<Told>::clone(&phone.told);
        let client = match Client::open(options, told) {
            Ok(client) => client,
            Err(error) => self.fail(&format!("a client does not open: {error}")),
        };
        phone.running = Some(Running {
            accounts: Follower::new(&client, Accounts, &self.runtime),
            chat_list: Follower::new(&client, ChatList::new(), &self.runtime),
            timelines: BTreeMap::new(),
            client,
        });
    }

    /// The devices that run and have a network.
    fn present(&self) -> Vec<DeviceId> {
        let phones = self.phones.borrow();
        (0..phones.len()).filter(|at| phones[*at].network && phones[*at].running.is_some()).map(DeviceId).collect()
    }

    /// Follows a chat from now on, if it is not followed yet, and waits for what is wished of it.
    fn wait_for_chat(
        &self,
        device: DeviceId,
        chat: ChatId,
        patience: Duration,
        wished: impl FnMut(&[TimelineItem]) -> bool,
    ) -> bool {
        let mut phones = self.phones.borrow_mut();
        let Some(running) = phones[device.0].running.as_mut() else { return false };
        let Running { client, timelines, .. } = running;
        timelines
            .entry(chat)
            .or_insert_with(|| Follower::new(client, Timeline::new(chat), &self.runtime))
            .wait(patience, wished)
    }

    /// Waits until the chat looks as wished; false if it does not in time.
    pub fn sees_soon(&self, device: DeviceId, chat: ChatId, wished: impl FnMut(&[TimelineItem]) -> bool) -> bool {
        self.wait_for_chat(device, chat, PATIENCE, wished)
    }

    fn wait_online(&self, device: DeviceId) {
        let phones = self.phones.borrow();
        let Some(running) = &phones[device.0].running else { return };
        let arrived = |account: &AccountItem| {
            !account.enabled || matches!(account.connection, ConnectionState::Online | ConnectionState::Failed { .. })
        };
        // An empty list is one that has not come yet.
        if !running.accounts.wait(PATIENCE, |accounts| !accounts.is_empty() && accounts.iter().all(arrived)) {
            drop(phones);
            self.fail(&format!("never online: {:?}", self.accounts(device)));
        }
    }

    /// Waits until nothing of the device is unsent, unconfirmed, or in a place that is a guess.
    fn wait_quiet(&self, device: DeviceId) {
        let until = Instant::now() + PATIENCE;
        loop {
            let open = self.open_ends(device);
            if open.iter().all(|(_, count)| *count == 0) {
                return;
            }
            if Instant::now() > until {
                self.fail(&format!("never quiet: {open:?}, {:?}", self.accounts(device)));
            }
            let phones = self.phones.borrow();
            let Some(running) = &phones[device.0].running else { return };
            // Most of it shows on the chat list; the rest is asked for again.
            let mut first = true;
            running.chat_list.wait(LOOK_AGAIN, |_| !std::mem::replace(&mut first, false));
        }
    }

    fn open_ends(&self, device: DeviceId) -> Vec<(&'static str, i64)> {
        let store = self.phones.borrow()[device.0].store.clone();
        let connection = match open_reader(&store) {
            Ok(connection) => connection,
            Err(error) => self.fail(&format!("the store can't be read: {error}")),
        };
        [
            ("jobs", "SELECT count(*) FROM job"),
            ("unacknowledged", "SELECT count(*) FROM unacknowledged"),
            // With carbons, what has the archive's id or met nothing on its way is confirmed when there is time.
            (
                "places",
                "SELECT count(*) FROM message JOIN chat ON chat.id = message.chat_id
                 LEFT JOIN stream ON stream.account_id = chat.account_id
                 WHERE state <> 3 AND place <> 0 AND (place <> 1 OR carbons IS NOT 1 OR NOT (outgoing = 1 OR EXISTS (
                     SELECT 1 FROM message_key AS key WHERE key.message_id = message.id AND key.kind = 'archive')))",
            ),
            ("gaps", "SELECT count(*) FROM gap WHERE state = 'loading'"),
            ("exports", "SELECT count(*) FROM export_part WHERE state = 'asked'"),
            ("imports", "SELECT count(*) FROM import_step"),
            ("moves", "SELECT count(*) FROM moved_statement WHERE state IN ('publishing', 'retracting')"),
            ("proofs", "SELECT count(*) FROM moved_request WHERE state = 'asked'"),
            ("read states", "SELECT count(*) FROM read_sync WHERE wished = 1"),
        ]
        .into_iter()
        .map(|(what, sql)| match connection.query_row(sql, [], |row| row.get(0)) {
            Ok(count) => (what, count),
            Err(error) => self.fail(&format!("{sql}: {error}")),
        })
        .collect()
    }

    /// Sends a marker along every chat between devices that are there, waits for it, and takes it away again.
    fn mark(&self) {
        let present = self.present();
        let users: Vec<(DeviceId, String)> =
            present.iter().map(|device| (*device, self.address(*device).to_string())).collect();
        // Those who are away find markers in the archive.
        let owners: Vec<String> = {
            let phones = self.phones.borrow();
            phones.iter().map(|phone| format!("{}@{}", phone.user, self.server.domain)).collect()
        };
        let mut sent = Vec::new();
        for (device, own) in &users {
            let several = owners.iter().filter(|user| *user == own).count() > 1;
            for chat in self.chat_list(*device) {
                // To the user's other devices a marker of this one is an answer: they take what is before it for read.
                // The other side's marker, once it is acknowledged there, proves as well what it has received before.
                let answered = users
                    .iter()
                    .filter(|(_, user)| *user == chat.address)
                    .all(|(other, _)| self.chat_list(*other).iter().any(|back| back.address == *own));
                if several && answered {
                    continue;
                }
                let receivers = || users.iter().filter(|(_, user)| *user == chat.address && user != own);
                // A marker would bring a chat back that was deleted there.
                let deleted = receivers().any(|(receiver, _)| self.has_deleted_chat(*receiver, own));
                let blocked = chat.blocked || receivers().any(|(receiver, _)| self.blocks(*receiver, own));
                if receivers().next().is_some() && !deleted && !blocked {
                    let body = format!("{MARKER}{}", self.token());
                    let command = Command::SendText { chat: chat.id, body: body.clone(), token: self.token() };
                    match self.submit(*device, command) {
                        Ok(Receipt::Message(message)) => sent.push((*device, chat, own.clone(), body, message)),
                        other => self.fail(&format!("a marker was not taken: {other:?}")),
                    }
                }
            }
        }
        for (device, chat, own, body, message) in sent {
            for (receiver, _) in users.iter().filter(|(_, user)| *user == chat.address) {
                self.await_marker(*receiver, &own, &body);
            }
            let _ = self.submit(device, Command::DeleteMessage { message });
        }
    }

    /// Markers that this device met while they were not deleted anywhere: in the archive, or as another's.
    fn unread_markers(&self, device: DeviceId, chat: ChatId) -> u32 {
        let store = self.phones.borrow()[device.0].store.clone();
        let count = open_reader(&store).map_err(|error| error.to_string()).and_then(|connection| {
            let sql = "SELECT count(*) FROM message WHERE chat_id = ?1 AND unread = 1 AND substr(body, 1, ?3) = ?2";
            let length = u32::try_from(MARKER.chars().count()).unwrap_or(u32::MAX);
            connection.query_row(sql, (chat, MARKER, length), |row| row.get(0)).map_err(|error| error.to_string())
        });
        count.unwrap_or_else(|error| self.fail(&error))
    }

    fn has_deleted_chat(&self, device: DeviceId, with: &str) -> bool {
        let store = self.phones.borrow()[device.0].store.clone();
        let deleted = open_reader(&store).map_err(|error| error.to_string()).and_then(|connection| {
            let sql = "SELECT EXISTS (SELECT 1 FROM chat WHERE jid = ?1 AND listed = 0)";
            connection.query_row(sql, [with], |row| row.get(0)).map_err(|error| error.to_string())
        });
        deleted.unwrap_or_else(|error| self.fail(&error))
    }

    /// Whether this device hears nothing of somebody: no marker comes through.
    fn blocks(&self, device: DeviceId, other: &str) -> bool {
        let store = self.phones.borrow()[device.0].store.clone();
        let blocked = open_reader(&store).map_err(|error| error.to_string()).and_then(|connection| {
            connection
                .query_row("SELECT EXISTS (SELECT 1 FROM block WHERE jid = ?1)", [other], |row| row.get(0))
                .map_err(|error| error.to_string())
        });
        blocked.unwrap_or_else(|error| self.fail(&error))
    }

    fn await_marker(&self, device: DeviceId, from: &str, body: &str) {
        let mut found = None;
        let until = Instant::now() + PATIENCE;
        while found.is_none() && Instant::now() < until {
            let phones = self.phones.borrow();
            let Some(running) = &phones[device.0].running else { return };
            running.chat_list.wait(SOON, |chats| {
                found = chats.iter().find(|chat| chat.address == from).map(|chat| chat.id);
                found.is_some()
            });
            drop(phones);
            // A stranger's is in the box of requests.
            let box_of = || self.look(device, Requests, &[]).into_iter().find(|item| item.address == from);
            found = found.or_else(|| box_of().and_then(|item| item.chat));
        }
        let Some(chat) = found else { self.fail(&format!("no chat with {from}")) };
        let mut message = None;
        self.wait_for_chat(device, chat, PATIENCE, |items| {
            message = picture::messages(items).find(|message| message.body == body).map(|message| message.id);
            message.is_some()
        });
        match message {
            Some(message) => {
                let _ = self.submit(device, Command::DeleteMessage { message });
            }
            None => self.fail(&format!("a marker from {from} never arrived at {}", self.address(device))),
        }
    }
}

impl World for LiveWorld {
    fn add_device(&self, name: &str, user: &str) -> DeviceId {
        let target: SocketAddr =
            format!("{}:{}", self.server.host, self.server.port).parse().expect("invariant: loopback");
        let link = Link::open(target).expect("invariant: a loopback port is free");
        let store = StoreOptions::new(Some(self.folder.join(format!("{name}.db"))), [7; 32]);
        let device = {
            let mut phones = self.phones.borrow_mut();
            phones.push(Phone {
                user: user.to_owned(),
                told: Arc::default(),
                link,
                store,
                account: None,
                network: true,
                pages: BTreeMap::new(),
                running: None,
            });
            DeviceId(phones.len() - 1)
        };
        self.open(device.0);
        let account = self.add_account(device, user);
        self.phones.borrow_mut()[device.0].account = Some(account);
        device
    }

    fn add_account(&self, device: DeviceId, user: &str) -> AccountId {
        // Once: setting a password, be it the same one, throws the account's other devices out of Prosody 13, and gives
        // it a new salt, for which their keys are not made.
        let is_new = self.users.borrow_mut().insert(user.to_owned());
        if is_new && let Err(error) = self.server.add_user(user, &Self::password(user)) {
            self.fail(&error);
        }
        let port = self.phones.borrow()[device.0].link.port();
        let server = Some(ServerAddress { host: "127.0.0.1".to_owned(), port, direct_tls: false });
        let address = format!("{user}@{}", self.server.domain);
        let command = Command::AddAccount {
            address,
            password: Secret::new(Self::password(user)),
            server,
            proxy: None,
            again: false,
        };
        match self.submit(device, command) {
            Ok(Receipt::Account(account)) => account,
            other => self.fail(&format!("adding an account gave {other:?}")),
        }
    }

    fn befriend(&self, one: &str, other: &str) {
        if let Err(error) = self.server.befriend(one, other) {
            self.fail(&error);
        }
    }

    fn address(&self, device: DeviceId) -> BareJid {
        let user = self.phones.borrow()[device.0].user.clone();
        BareJid::new(&format!("{user}@{}", self.server.domain)).expect("invariant: test users have plain names")
    }

    fn account(&self, device: DeviceId) -> AccountId {
        self.phones.borrow()[device.0].account.expect("invariant: devices are made with an account")
    }

    fn token(&self) -> String {
        self.tokens.set(self.tokens.get() + 1);
        format!("token-{:06}", self.tokens.get())
    }

    fn submit(&self, device: DeviceId, command: Command) -> Result<Receipt, CommandError> {
        let answer = {
            let phones = self.phones.borrow();
            let Some(running) = &phones[device.0].running else { return Err(CommandError::NotNow) };
            running.client.submit(command)
        };
        match self.runtime.block_on(async { tokio::time::timeout(PATIENCE, answer).await }) {
            Ok(answer) => answer,
            Err(_) => self.fail("a command was not answered"),
        }
    }

    fn settle(&self) {
        for device in self.present() {
            self.wait_online(device);
        }
        for device in self.present() {
            self.wait_quiet(device);
        }
        self.mark();
        for device in self.present() {
            self.wait_quiet(device);
        }
    }

    fn timeline(&self, device: DeviceId, chat: ChatId) -> Vec<TimelineItem> {
        let shown = |items: &[TimelineItem]| -> Vec<TimelineItem> {
            let marker = |item: &TimelineItem| match item {
                TimelineItem::Message(message) => message.body.starts_with(MARKER),
                TimelineItem::UnreadMark { .. } | TimelineItem::Gap(_) | TimelineItem::Typing { .. } => false,
            };
            items.iter().filter(|item| !marker(item)).cloned().collect()
        };
        // Where the unread mark is depends on when a screen was opened.
        let rows = |items: &[TimelineItem]| -> Vec<TimelineItem> {
            items.iter().filter(|item| !matches!(item, TimelineItem::UnreadMark { .. })).cloned().collect()
        };
        // Both move while a message is on its way: they must meet, not be equal at once.
        let until = Instant::now() + PATIENCE;
        loop {
            let newest = rows(&self.look(device, Timeline::new(chat), &[]));
            if self.wait_for_chat(device, chat, SOON, |items| rows(items) == newest) {
                break;
            }
            if Instant::now() > until {
                self.fail("who follows a chat does not see what the store shows");
            }
        }
        let pages = self.phones.borrow()[device.0].pages.get(&chat).cloned().unwrap_or_default();
        shown(&self.look(device, Timeline::new(chat), &pages))
    }

    fn leave(&self, device: DeviceId, chat: ChatId) {
        let mut phones = self.phones.borrow_mut();
        phones[device.0].pages.remove(&chat);
        if let Some(running) = phones[device.0].running.as_mut() {
            running.timelines.remove(&chat);
        }
    }

    fn page(&self, device: DeviceId, chat: ChatId, page: Page) {
        self.phones.borrow_mut()[device.0].pages.entry(chat).or_default().push(page);
    }

    fn chat_list(&self, device: DeviceId) -> Vec<ChatItem> {
        let mut chats = self.look(device, ChatList::new(), &[]);
        for chat in &mut chats {
            chat.unread = chat.unread.saturating_sub(self.unread_markers(device, chat.id));
        }
        chats
    }

    fn accounts(&self, device: DeviceId) -> Vec<AccountItem> {
        self.look(device, Accounts, &[])
    }

    fn notifications(&self, device: DeviceId) -> Vec<NotificationItem> {
        let mut items = self.look(device, Notifications, &[]);
        for item in &mut items {
            item.lines.retain(|line| !line.body.starts_with(MARKER));
            item.unread = item.unread.saturating_sub(self.unread_markers(device, item.chat));
        }
        items.retain(|item| !item.lines.is_empty());
        items
    }

    fn requests(&self, device: DeviceId) -> Vec<RequestItem> {
        self.look(device, Requests, &[])
    }

    fn contact(&self, device: DeviceId, chat: ChatId) -> Option<ContactItem> {
        self.look(device, Contact::new(chat), &[]).pop()
    }

    fn codes(&self, device: DeviceId) -> Vec<CodeItem> {
        self.look(device, Codes, &[])
    }

    fn text(&self, device: DeviceId, message: MessageId) -> String {
        let phones = self.phones.borrow();
        let Some(running) = &phones[device.0].running else { self.fail("a device that does not run shows nothing") };
        let asked = running.client.text(TextOf::Message(message));
        match self.runtime.block_on(async { tokio::time::timeout(PATIENCE, asked).await }) {
            Ok(Some(text)) => text,
            other => self.fail(&format!("a shown message's text is {other:?}")),
        }
    }

    fn versions(&self, device: DeviceId, message: MessageId) -> Vec<VersionItem> {
        self.look(device, Versions::new(message), &[])
    }

    fn cut(&self, device: DeviceId) {
        let phones = self.phones.borrow();
        phones[device.0].link.cut();
        if let Some(running) = &phones[device.0].running {
            running.client.network_changed();
        }
    }

    fn network(&self, device: DeviceId, there: bool) {
        let mut phones = self.phones.borrow_mut();
        phones[device.0].network = there;
        phones[device.0].link.set_closed(!there);
        if let Some(running) = phones[device.0].running.as_ref().filter(|_| there) {
            running.client.network_changed();
        }
    }

    fn kill(&self, device: DeviceId) {
        // The transport goes first: the server hears nothing.
        let mut phones = self.phones.borrow_mut();
        phones[device.0].link.cut();
        phones[device.0].running = None;
    }

    fn start(&self, device: DeviceId) {
        self.open(device.0);
    }

    fn restart_server(&self) {
        // An ejabberd that stops loses what it has acknowledged and not yet passed on: what is on the way to it is
        // lost here, but nothing inside of it.
        let stops = self.server.kind() == Kind::Ejabberd;
        if stops {
            self.phones.borrow().iter().for_each(|phone| phone.link.set_closed(true));
        }
        if let Err(error) = self.server.wait_until_alone().and_then(|()| self.server.restart()) {
            self.fail(&error);
        }
        if stops {
            self.phones.borrow().iter().for_each(|phone| phone.link.set_closed(!phone.network));
        }
        // Back-off is tested elsewhere; here it would only take time.
        for phone in self.phones.borrow().iter() {
            if let Some(running) = &phone.running {
                running.client.network_changed();
            }
        }
    }

    fn keeps_order(&self) -> bool {
        self.ordered
    }

    fn fail(&self, why: &str) -> ! {
        panic!("{why}\n--- the server's folder was {}", self.server.folder.display());
    }
}
