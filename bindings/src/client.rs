//! The client: opening it, what it shows, and what concerns a whole account or chat. What else a user can ask of it stands
//! beside the items it changes.

use std::sync::Arc;

use linnet_messenger::command::{self, Command, Receipt, Secret};
use linnet_messenger::ids::{AccountId, ChatId, MessageId};
use linnet_messenger::store::StoreOptions;
use linnet_messenger::view::accounts::Accounts;
use linnet_messenger::view::app::App;
use linnet_messenger::view::blocks::Blocks;
use linnet_messenger::view::chat_list::ChatList;
use linnet_messenger::view::codes::Codes;
use linnet_messenger::view::contact::Contact;
use linnet_messenger::view::notifications::Notifications;
use linnet_messenger::view::own_devices::OwnDevices;
use linnet_messenger::view::people::People;
use linnet_messenger::view::requests::Requests;
use linnet_messenger::view::server_details::ServerDetails;
use linnet_messenger::view::sign_up::SignUps;
use linnet_messenger::view::timeline::Timeline;
use linnet_messenger::view::versions::Versions;

use crate::account::AccountsSubscription;
use crate::app::AppSubscription;
use crate::chat_list::ChatListSubscription;
use crate::code::CodesSubscription;
use crate::contact::{BlocksSubscription, ContactSubscription, PeopleSubscription, RequestsSubscription};
use crate::error::{CommandError, OpenError};
use crate::network::PlatformNetwork;
use crate::notification::NotificationsSubscription;
use crate::own_devices::OwnDevicesSubscription;
use crate::platform::{Bridge, LogLevel, Platform, database_key};
use crate::server_details::ServerDetailsSubscription;
use crate::sign_up::SignUpsSubscription;
use crate::timeline::TimelineSubscription;
use crate::version::VersionsSubscription;

/// How to open a client.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Options {
    /// Path of the database; its folder must exist. Two more files with the endings `-wal` and `-shm` lie beside it.
    pub database_path: String,
    /// A PEM file with certificates to trust besides the platform's: for private authorities and tests.
    pub ca_file: Option<String>,
    /// The language that people here read, a tag of BCP 47: servers are asked to use it where they have words for people
    /// (RFC 6120 4.7.4). What is no tag counts as `en`.
    #[uniffi(default = "en")]
    pub language: String,
}

/// Where to connect when DNS shall not decide.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ServerAddress {
    /// A host name or IP address. The certificate must name the account's domain all the same.
    pub host: String,
    /// 1–65535; usually 5222, or 5223 with direct TLS.
    pub port: u16,
    /// TLS from the first byte (XEP-0368) rather than STARTTLS (RFC 6120 5).
    pub direct_tls: bool,
}

/// A SOCKS5 proxy (RFC 1928) without authentication, such as Tor's (`127.0.0.1`, 9050; Orbot's the same).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ProxyAddress {
    /// An IP address, or `localhost`: not even the proxy's own name is ever looked up.
    pub host: String,
    /// 1–65535.
    pub port: u16,
}

impl From<ServerAddress> for command::ServerAddress {
    fn from(ServerAddress { host, port, direct_tls }: ServerAddress) -> Self {
        Self { host, port, direct_tls }
    }
}

impl From<command::ServerAddress> for ServerAddress {
    fn from(command::ServerAddress { host, port, direct_tls }: command::ServerAddress) -> Self {
        Self { host, port, direct_tls }
    }
}

impl From<ProxyAddress> for command::ProxyAddress {
    fn from(ProxyAddress { host, port }: ProxyAddress) -> Self {
        Self { host, port }
    }
}

/// Linnet's core: all accounts over one database. One per process and database.
///
/// Every command returns after the local commit; what the server says later is state on the item. Cancelling a call
/// does not undo it: it may or may not have happened. All commands may be repeated.
#[derive(uniffi::Object)]
pub struct Client {
    pub(crate) inner: linnet_runtime::Client,
}

#[uniffi::export]
impl Client {
    /// Opens the database, making it at the first start, and connects the enabled accounts. Blocks for some
    /// milliseconds, after an update maybe for seconds: don't call it on the UI thread. Without `network` the core
    /// resolves names and judges certificates by the operating system, which works everywhere but on Android.
    #[uniffi::constructor(default(network = None))]
    pub fn open(
        options: Options,
        platform: Arc<dyn Platform>,
        network: Option<Arc<dyn PlatformNetwork>>,
    ) -> Result<Arc<Self>, OpenError> {
        let Some(key) = database_key(&platform) else {
            platform.log(
                LogLevel::Error,
                module_path!().to_owned(),
                "the database key is not 32 bytes long".to_owned(),
            );
            return Err(OpenError::KeyOrFile);
        };
        let store = StoreOptions::new(Some(options.database_path.into()), key);
        let (ca_file, language) = (options.ca_file.map(Into::into), options.language);
        let options = linnet_runtime::Options { ca_file, language, ..linnet_runtime::Options::new(store) };
        let bridge: Arc<dyn linnet_runtime::Platform> = Arc::new(Bridge::new(Arc::clone(&platform), network));
        linnet_runtime::log_to(&bridge);
        match linnet_runtime::Client::open(options, bridge) {
            Ok(inner) => Ok(Arc::new(Self { inner })),
            Err(error) => {
                platform.log(LogLevel::Warn, module_path!().to_owned(), error.to_string());
                Err(error.into())
            }
        }
    }

    /// An unguessable id for one `send_text`: keep it, and repeat the call with it after a cancel.
    pub fn new_token(&self) -> String {
        linnet_runtime::new_token()
    }

    /// The platform says that the network path changed: live connections are probed (XEP-0199), waiting ones try at
    /// once.
    pub fn network_changed(&self) {
        self.inner.network_changed();
    }

    /// The DNS servers of the current network, as IP addresses with an optional port (`192.0.2.1`, `[2001:db8::1]:53`),
    /// for the SRV records of servers (RFC 6120 3.2.1), where `PlatformNetwork.lookup` passes. Needed on Android before
    /// version 10, where apps can't see them by themselves; else the system's are taken. What is no address is left
    /// out; an empty list means the system's again. Call it before `network_changed`.
    pub fn set_dns_servers(&self, servers: Vec<String>) {
        self.inner.set_dns_servers(&servers);
    }

    /// Whether the network is paid for by the byte: then a first sign-in reads little of the archive, and older history
    /// only where someone looks. Unmetered until told otherwise. Say it at every change.
    pub fn set_metered(&self, metered: bool) {
        self.inner.set_metered(metered);
    }

    /// The app runs again after `suspend`: reconnects. Harmless without one.
    pub fn resume(&self) {
        self.inner.resume();
    }

    /// Ends everything: waiting calls return, subscriptions end, connections are dropped, the database is closed when
    /// it returns. Commands afterwards answer `NotNow`. The servers keep the sessions for a while, as after `suspend`.
    /// Doing it twice is harmless. Kotlin: `end`, since `close` there lets go of the object.
    pub fn close(&self) {
        self.inner.close();
    }

    /// All accounts. Each call makes a subscription of its own; close it when done.
    pub fn accounts(&self) -> Arc<AccountsSubscription> {
        AccountsSubscription::new(self.inner.subscribe(Accounts))
    }

    /// The app's own settings and its lock. Each call makes a subscription of its own; close it when done.
    pub fn app(&self) -> Arc<AppSubscription> {
        AppSubscription::new(self.inner.subscribe(App))
    }

    /// The chat list over all accounts, or of one. Each call makes a subscription of its own; close it when done.
    #[uniffi::method(default(account = None))]
    pub fn chat_list(&self, account: Option<i64>) -> Arc<ChatListSubscription> {
        let list = account.map_or_else(ChatList::new, |account| ChatList::of(AccountId(account)));
        ChatListSubscription::new(self.inner.subscribe(list))
    }

    /// One's own codes. Each call makes a subscription of its own; close it when done.
    pub fn codes(&self) -> Arc<CodesSubscription> {
        CodesSubscription::new(self.inner.subscribe(Codes))
    }

    /// Subscribes to the people that may be meant by what was typed so far for a chat of this account: at most 200
    /// contacts whose name or address (RFC 7622) holds it, and behind them, from an `@` on, at most six addresses completed
    /// by a likely server. An empty text means every contact. For another text, subscribe anew.
    pub fn people(&self, account: i64, typed: String) -> Arc<PeopleSubscription> {
        PeopleSubscription::new(self.inner.subscribe(People::new(AccountId(account), &typed)))
    }

    /// Whom the accounts hear nothing of. Each call makes a subscription of its own; close it when done.
    pub fn blocks(&self) -> Arc<BlocksSubscription> {
        BlocksSubscription::new(self.inner.subscribe(Blocks::new()))
    }

    /// Strangers who ask to see our presence or have written. Each call makes a subscription of its own; close it when done.
    pub fn requests(&self) -> Arc<RequestsSubscription> {
        RequestsSubscription::new(self.inner.subscribe(Requests))
    }

    /// Accounts that are being made. Each call makes a subscription of its own; close it when done.
    pub fn sign_ups(&self) -> Arc<SignUpsSubscription> {
        SignUpsSubscription::new(self.inner.subscribe(SignUps))
    }

    /// What is known of an account's devices. Each call makes a subscription of its own; close it when done. Empty if there
    /// is no such account.
    pub fn own_devices(&self, account: i64) -> Arc<OwnDevicesSubscription> {
        OwnDevicesSubscription::new(self.inner.subscribe(OwnDevices::new(AccountId(account))))
    }

    /// What is known of an account's server. Each call makes a subscription of its own; close it when done. Empty if there
    /// is no such account.
    pub fn server_details(&self, account: i64) -> Arc<ServerDetailsSubscription> {
        ServerDetailsSubscription::new(self.inner.subscribe(ServerDetails::new(AccountId(account))))
    }

    /// What to tell the user outside the app: one notification a chat with unread messages. Show what appears, alert
    /// when the last line of one is another message than before, withdraw what goes. Each call makes a subscription of
    /// its own; close it when done.
    pub fn notifications(&self) -> Arc<NotificationsSubscription> {
        NotificationsSubscription::new(self.inner.subscribe(Notifications))
    }

    /// The other side of a chat. Each call makes a subscription of its own; close it when done. Empty if there is no such
    /// chat.
    pub fn contact(&self, chat: i64) -> Arc<ContactSubscription> {
        ContactSubscription::new(self.inner.subscribe(Contact::new(ChatId(chat))))
    }

    /// A chat's messages. Each call makes a subscription of its own; close it when done. Empty if there is no such
    /// chat.
    pub fn timeline(&self, chat: i64) -> Arc<TimelineSubscription> {
        TimelineSubscription::new(self.inner.subscribe(Timeline::new(ChatId(chat))))
    }

    /// The versions of a corrected message (XEP-0308), oldest first. Each call makes a subscription of its own; close it
    /// when done. Empty if there is no such message; one item if it was never corrected.
    pub fn versions(&self, message: i64) -> Arc<VersionsSubscription> {
        VersionsSubscription::new(self.inner.subscribe(Versions::new(MessageId(message))))
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Adds an account and starts signing in; the account's `connection` tells how that goes. Adding a known address
    /// again replaces its password and server. `address` is a bare JID, `server` overrides DNS. With a `proxy` nothing
    /// of this account goes past it, from the first connection on, see `set_proxy`; without one a known account keeps
    /// the proxy it has. Returns the account.
    ///
    /// Errors: `AddressInvalid` (the proxy's too), `AccountKnown` (the account is signed in, enabled and not refused, and
    /// nobody said `again`: nothing was changed), `Storage`.
    #[uniffi::method(default(proxy = None, again = false))]
    pub async fn add_account(
        &self,
        address: String,
        password: String,
        server: Option<ServerAddress>,
        proxy: Option<ProxyAddress>,
        again: bool,
    ) -> Result<i64, CommandError> {
        let (server, proxy) = (server.map(Into::into), proxy.map(Into::into));
        let password = Secret::new(password);
        let command = Command::AddAccount { address, password, server, proxy, again };
        match self.inner.submit(command).await? {
            Receipt::Account(account) => Ok(account.0),
            other => Err(unexpected(other)),
        }
    }

    /// Connects or disconnects an account without forgetting it. Errors: `NotFound`, `Storage`.
    pub async fn set_account_enabled(&self, account: i64, enabled: bool) -> Result<(), CommandError> {
        self.done(Command::SetAccountEnabled { account: AccountId(account), enabled }).await
    }

    /// The account's password was changed elsewhere (`LoginFailure.WrongPassword` on an account that is signed in), and
    /// this is the new one: connects with it. Server, proxy and chats stay. Errors: `NotFound`, `Storage`.
    pub async fn set_password(&self, account: i64, password: String) -> Result<(), CommandError> {
        self.done(Command::SetPassword { account: AccountId(account), password: Secret::new(password) }).await
    }

    /// Gives the account a new password on its server (XEP-0077 3.3): 1 byte to 1,000, without control characters. What
    /// comes of it is the account's `task`. Other devices will be asked for the new one.
    /// Errors: `NotFound`, `Offline`, `NotNow` (one is being changed), `TextInvalid`, `Storage`.
    pub async fn change_password(&self, account: i64, password: String) -> Result<(), CommandError> {
        self.done(Command::ChangePassword { account: AccountId(account), password: Secret::new(password) }).await
    }

    /// Signs out: the server forgets this device's token (XEP-0484), if it has one; then the account and everything
    /// stored for it goes from this device, after 10 seconds at most, whatever the server says. It keeps what it has.
    /// Errors: `NotFound`, `Storage`.
    pub async fn sign_out(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::SignOut { account: AccountId(account) }).await
    }

    /// Deletes the account on its server (XEP-0077 3.2), for all devices and for good: address, contacts, messages kept
    /// there. Then everything stored for it goes from this device. What comes of it is the account's `task`.
    /// Errors: `NotFound`, `Offline`, `NotNow` (it is being deleted), `Storage`.
    pub async fn delete_account(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::DeleteAccount { account: AccountId(account) }).await
    }

    /// Connects an account to `server` from now on, or, without, where DNS finds it (RFC 6120 3.2); reconnects at once
    /// and takes the session along where the new place knows it (XEP-0198 5). An account that was refused is tried
    /// again. Certificate, pin and proxy are judged and kept as before: `host` is only where to connect. What the
    /// account has already changes nothing.
    /// Errors: `NotFound`, `AddressInvalid` (`host` is no IP address, `localhost` or name of DNS, or `port` is 0),
    /// `NotNow` (the account is being signed out), `Storage`.
    pub async fn set_server(&self, account: i64, server: Option<ServerAddress>) -> Result<(), CommandError> {
        self.done(Command::SetServer { account: AccountId(account), server: server.map(Into::into) }).await
    }

    /// Sends everything of an account through a SOCKS5 proxy from now on, or straight again; reconnects. With a proxy,
    /// no DNS query is made on this device: the proxy gets names. Without `server` it is asked for the account's
    /// domain, port 5223 with TLS from the first byte, then port 5222.
    /// Errors: `NotFound`, `AddressInvalid` (the proxy's), `Storage`.
    pub async fn set_proxy(&self, account: i64, proxy: Option<ProxyAddress>) -> Result<(), CommandError> {
        self.done(Command::SetProxy { account: AccountId(account), proxy: proxy.map(Into::into) }).await
    }

    /// The user has looked at the account's `certificate` and accepts this one, and no other, from now on; reconnects.
    /// `sha256` is that certificate's: if the server has shown another one meanwhile, nothing is pinned.
    /// Errors: `NotFound`, `NotNow` (not the certificate that the server showed last), `Storage`.
    pub async fn pin_certificate(&self, account: i64, sha256: String) -> Result<(), CommandError> {
        let sha256 = sha256.parse().map_err(|_| CommandError::NotNow)?;
        self.done(Command::PinCertificate { account: AccountId(account), sha256 }).await
    }

    /// Takes the account's pin back: certificates are judged as this device does by itself; reconnects. Harmless
    /// without a pin. Errors: `NotFound`, `Storage`.
    pub async fn unpin_certificate(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::UnpinCertificate { account: AccountId(account) }).await
    }

    /// Removes an account and everything stored for it on this device; the server keeps what it has.
    /// Errors: `NotFound`, `Storage`.
    pub async fn remove_account(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::RemoveAccount { account: AccountId(account) }).await
    }

    /// Switches the server's archiving of messages (XEP-0441) for an account.
    /// Errors: `NotFound`, `Offline`, `Storage`.
    pub async fn set_archiving(&self, account: i64, on: bool) -> Result<(), CommandError> {
        self.done(Command::SetArchiving { account: AccountId(account), on }).await
    }

    /// Opens the chat with a bare JID or an `xmpp:` link to one, making it if needed, and asks to see the contact's
    /// presence (RFC 6121 3.1) unless that is so already, or the address is the account's own. A link's token makes the
    /// other side agree at once (XEP-0379). Returns the chat. Errors: `AddressInvalid`, `NotFound`, `Storage`.
    pub async fn start_chat(&self, account: i64, address: String) -> Result<i64, CommandError> {
        match self.inner.submit(Command::StartChat { account: AccountId(account), address }).await? {
            Receipt::Chat(chat) => Ok(chat.0),
            other => Err(unexpected(other)),
        }
    }

    /// Deletes a chat's messages on this device, for good, and takes the chat off the list. Errors: `NotFound`,
    /// `Storage`.
    pub async fn delete_chat(&self, chat: i64) -> Result<(), CommandError> {
        self.done(Command::DeleteChat { chat: ChatId(chat) }).await
    }

    /// The newest messages of this chat are on screen: fetches what is missing among the newest 50.
    /// Errors: `NotFound`, `Storage`.
    pub async fn chat_opened(&self, chat: i64) -> Result<(), CommandError> {
        self.done(Command::ChatOpened { chat: ChatId(chat) }).await
    }

    /// The app is about to be suspended. Returns when all acknowledgements have left and all connections are closed,
    /// after 2 seconds at most; the streams are not ended, so the servers keep the sessions (XEP-0198 5). Until
    /// `resume` nothing is read from the database and nothing connects.
    pub async fn suspend(&self) {
        self.inner.suspend().await;
    }
}

impl Client {
    pub(crate) async fn done(&self, command: Command) -> Result<(), CommandError> {
        self.inner.submit(command).await?;
        Ok(())
    }
}

/// A command was answered with a receipt of another kind.
pub(crate) fn unexpected(receipt: Receipt) -> CommandError {
    linnet_runtime::report_bug(&format!("unexpected receipt {receipt:?}"));
    CommandError::Internal
}
