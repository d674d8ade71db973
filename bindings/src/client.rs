//! The client: everything the user can ask.

use std::sync::Arc;

use linnet_messenger::command::{self, Command, Receipt, Secret};
use linnet_messenger::ids::{AccountId, ChatId, GapId, MessageId, SignUpId};
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
use crate::account_look::AccountColour;
use crate::app::{AppSubscription, NotificationContent};
use crate::chat_list::ChatListSubscription;
use crate::code::CodesSubscription;
use crate::contact::{BlocksSubscription, ContactSubscription, PeopleSubscription, Report, RequestsSubscription};
use crate::error::{CommandError, OpenError};
use crate::network::PlatformNetwork;
use crate::notification::NotificationsSubscription;
use crate::own_devices::OwnDevicesSubscription;
use crate::platform::{Bridge, LogLevel, Platform, database_key};
use crate::privacy::{Adders, Callers, PrivacySetting};
use crate::profile::PictureSquare;
use crate::server_details::ServerDetailsSubscription;
use crate::sign_up::{SignUpAnswer, SignUpsSubscription};
use crate::timeline::TimelineSubscription;
use crate::version::VersionsSubscription;

/// How to open a client.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Options {
    /// Path of the database; its folder must exist. Two more files with the endings `-wal` and `-shm` lie beside it.
    pub database_path: String,
    /// A PEM file with certificates to trust besides the platform's: for private authorities and tests.
    pub ca_file: Option<String>,
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
        let options =
            linnet_runtime::Options { ca_file: options.ca_file.map(Into::into), ..linnet_runtime::Options::new(store) };
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
    /// Errors: `AddressInvalid` (the proxy's too), `Storage`.
    #[uniffi::method(default(proxy = None))]
    pub async fn add_account(
        &self,
        address: String,
        password: String,
        server: Option<ServerAddress>,
        proxy: Option<ProxyAddress>,
    ) -> Result<i64, CommandError> {
        let server =
            server.map(|ServerAddress { host, port, direct_tls }| command::ServerAddress { host, port, direct_tls });
        let command =
            Command::AddAccount { address, password: Secret::new(password), server, proxy: proxy.map(Into::into) };
        match self.inner.submit(command).await? {
            Receipt::Account(account) => Ok(account.0),
            other => Err(unexpected(other)),
        }
    }

    /// Begins to make an account on a server (XEP-0077): it is asked what it wants to know. `domain` is the server's;
    /// `server` overrides DNS; with a `proxy` nothing goes past it, also later; `invitation` is the token of an
    /// invitation (XEP-0445). Returns the sign-up, which `sign_ups` shows.
    ///
    /// Errors: `AddressInvalid` (the proxy's too), `Storage`.
    #[uniffi::method(default(server = None, proxy = None, invitation = None))]
    pub async fn start_sign_up(
        &self,
        domain: String,
        server: Option<ServerAddress>,
        proxy: Option<ProxyAddress>,
        invitation: Option<String>,
    ) -> Result<i64, CommandError> {
        let server =
            server.map(|ServerAddress { host, port, direct_tls }| command::ServerAddress { host, port, direct_tls });
        let invitation = invitation.map(Secret::new);
        let command = Command::StartSignUp { domain, server, proxy: proxy.map(Into::into), invitation };
        match self.inner.submit(command).await? {
            Receipt::SignUp(sign_up) => Ok(sign_up.0),
            other => Err(unexpected(other)),
        }
    }

    /// Begins to make the account that an invitation leads to (`Link.SignUp`, or `Link.Contact` with `newcomers`;
    /// XEP-0401, 0445), as `start_sign_up` does; who invited becomes the new account's contact. Returns the sign-up.
    ///
    /// Errors: `AddressInvalid` (no such invitation; the proxy's too), `Storage`.
    #[uniffi::method(default(server = None, proxy = None))]
    pub async fn follow_invitation(
        &self,
        link: String,
        server: Option<ServerAddress>,
        proxy: Option<ProxyAddress>,
    ) -> Result<i64, CommandError> {
        let server =
            server.map(|ServerAddress { host, port, direct_tls }| command::ServerAddress { host, port, direct_tls });
        match self.inner.submit(Command::FollowInvitation { link, server, proxy: proxy.map(Into::into) }).await? {
            Receipt::SignUp(sign_up) => Ok(sign_up.0),
            other => Err(unexpected(other)),
        }
    }

    /// Sends the answers to a server's questions; what comes of it is the sign-up's next state. Once the account is made
    /// it is added and signed in to. Errors: `NotFound`, `NotNow` (no question is open), `Storage`.
    pub async fn submit_sign_up(&self, sign_up: i64, answers: Vec<SignUpAnswer>) -> Result<(), CommandError> {
        let answers = answers.into_iter().map(Into::into).collect();
        self.done(Command::SubmitSignUp { sign_up: SignUpId(sign_up), answers }).await
    }

    /// Ends a sign-up, or takes one that has ended off the list. An account that was made stays.
    /// Errors: `NotFound`, `Storage`.
    pub async fn cancel_sign_up(&self, sign_up: i64) -> Result<(), CommandError> {
        self.done(Command::CancelSignUp { sign_up: SignUpId(sign_up) }).await
    }

    /// Names an account for the user alone (at most 40 characters, an empty name is none) and gives it a colour.
    /// Errors: `NotFound`, `TextInvalid`, `Storage`.
    pub async fn edit_account(&self, account: i64, name: String, colour: AccountColour) -> Result<(), CommandError> {
        self.done(Command::EditAccount { account: AccountId(account), name, colour: colour.into() }).await
    }

    /// Puts an account at this place of the user's order, from 0; beyond the end is the end.
    /// Errors: `NotFound`, `Storage`.
    pub async fn move_account(&self, account: i64, to: u32) -> Result<(), CommandError> {
        self.done(Command::MoveAccount { account: AccountId(account), to }).await
    }

    /// Keeps which account's chats the list shows (`AppItem.shown_account`); `None`: all. The list itself is asked for by
    /// `chat_list`. Errors: `NotFound`, `Storage`.
    pub async fn show_account(&self, account: Option<i64>) -> Result<(), CommandError> {
        self.done(Command::ShowAccount { account: account.map(AccountId) }).await
    }

    /// Asks an account's server what it can do and who answers for it (XEP-0030, 0092, 0128, 0157); `server_details` shows
    /// what comes of it. Errors: `NotFound`, `Offline`, `Storage`.
    pub async fn ask_server(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::AskServer { account: AccountId(account) }).await
    }

    /// Shows others another picture of oneself (XEP-0084): the part of `file` (PNG, JPEG or WebP) that `square` has chosen,
    /// upright, drawn anew with at most 256 pixels a side, without anything else that the file tells. It shows here at
    /// once; the account's `profile` tells whether the server has it.
    /// Errors: `NotFound`, `PictureInvalid`, `Storage`.
    pub async fn set_picture(&self, account: i64, file: Vec<u8>, square: PictureSquare) -> Result<(), CommandError> {
        let drawn = tokio::task::spawn_blocking(move || linnet_picture::crop(&file, square.into())).await;
        let picture = drawn.map_err(|_| CommandError::Internal)?.map_err(|_| CommandError::PictureInvalid)?;
        let picture = command::OwnPicture { bytes: picture.bytes, png: picture.png, side: picture.side };
        self.done(Command::SetPicture { account: AccountId(account), picture: Some(picture) }).await
    }

    /// Shows others no picture of oneself any more. Errors: `NotFound`, `Storage`.
    pub async fn remove_picture(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::SetPicture { account: AccountId(account), picture: None }).await
    }

    /// What one calls oneself (XEP-0172): at most 100 characters, empty for nothing. Contacts who were given no other name
    /// by their user show it. Errors: `NotFound`, `TextInvalid`, `Storage`.
    pub async fn set_nickname(&self, account: i64, nickname: String) -> Result<(), CommandError> {
        self.done(Command::SetNickname { account: AccountId(account), nickname }).await
    }

    /// Whether everyone may see picture, nickname and vCard, or contacts only. Errors: `NotFound`, `Storage`.
    pub async fn set_profile_open(&self, account: i64, open: bool) -> Result<(), CommandError> {
        self.done(Command::SetProfileOpen { account: AccountId(account), open }).await
    }

    /// A picture that an item names: a JPEG or PNG of at most 256 pixels a side, made by Linnet itself, so any decoder can
    /// be trusted with it. `None` once nobody has it any more.
    pub async fn picture(&self, name: String) -> Option<Vec<u8>> {
        self.inner.picture(name).await
    }

    /// Names this device (at most 30 characters, an empty name is none), for the next session on, and says how much it wants
    /// messages that are for any device (RFC 6121 4.7.2.3), at once. Errors: `NotFound`, `TextInvalid`, `Storage`.
    pub async fn set_device(&self, account: i64, name: String, priority: i8) -> Result<(), CommandError> {
        self.done(Command::SetDevice { account: AccountId(account), name, priority }).await
    }

    /// Asks the account's other devices what they are (XEP-0092), and the server who has access (XEP-0494); `own_devices`
    /// shows what comes of it. Errors: `NotFound`, `Offline`, `Storage`.
    pub async fn ask_devices(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::AskDevices { account: AccountId(account) }).await
    }

    /// Takes the access of one of `OwnDevicesItem.clients` back (XEP-0494).
    /// Errors: `NotFound` (no such client either), `Offline`, `NotNow` (it is this device), `Storage`.
    pub async fn revoke_client(&self, account: i64, id: String) -> Result<(), CommandError> {
        self.done(Command::RevokeClient { account: AccountId(account), id }).await
    }

    /// Signs all other devices out: gives the account a new password as `change_password` does, and then takes everybody
    /// else's access back where the server can (XEP-0494). Elsewhere they need the new password when they connect next.
    /// What comes of it is the account's `task`. Errors: as `change_password`.
    pub async fn sign_out_everywhere(&self, account: i64, password: String) -> Result<(), CommandError> {
        let (account, password) = (AccountId(account), Secret::new(password));
        self.done(Command::SignOutEverywhere { account, password }).await
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

    /// Answers a stranger of `requests`. Accepted, their chat moves to the list and they are asked to be a contact
    /// (RFC 6121 3.1); declined, they are told so if they asked, and what they wrote is deleted on this device. Works
    /// offline. Errors: `NotFound`, `AddressInvalid`, `Storage`.
    pub async fn answer_request(&self, account: i64, address: String, accept: bool) -> Result<(), CommandError> {
        self.done(Command::AnswerRequest { account: AccountId(account), address, accept }).await
    }

    /// Puts a bare JID on the roster and asks to see their presence (RFC 6121 3.1). Works offline.
    /// Errors: `NotFound`, `AddressInvalid`, `Storage`.
    pub async fn add_contact(&self, account: i64, address: String) -> Result<(), CommandError> {
        self.done(Command::AddContact { account: AccountId(account), address }).await
    }

    /// Names a contact and replaces their tags, on the server and so for all devices (RFC 6121 2.4). An empty name is
    /// none. At most 200 characters a name or tag, 32 tags. Shows once the server has taken it.
    /// Errors: `NotFound`, `AddressInvalid`, `TextInvalid`, `Offline`, `Storage`.
    pub async fn edit_contact(
        &self,
        account: i64,
        address: String,
        name: String,
        tags: Vec<String>,
    ) -> Result<(), CommandError> {
        self.done(Command::EditContact { account: AccountId(account), address, name, tags }).await
    }

    /// Takes a contact off the roster (RFC 6121 2.5): neither sees the other's presence any more. The chat stays.
    /// Errors: `NotFound`, `AddressInvalid`, `Offline`, `Storage`.
    pub async fn remove_contact(&self, account: i64, address: String) -> Result<(), CommandError> {
        self.done(Command::RemoveContact { account: AccountId(account), address }).await
    }

    /// Sees somebody's presence no more (RFC 6121 3.3); they stay on the roster, and may go on seeing ours.
    /// Errors: `NotFound` (also: not on the roster), `AddressInvalid`, `Offline`, `Storage`.
    pub async fn unsubscribe(&self, account: i64, address: String) -> Result<(), CommandError> {
        self.done(Command::Unsubscribe { account: AccountId(account), address }).await
    }

    /// Whether notifications tell of a chat on this device. Errors: `NotFound`, `Storage`.
    pub async fn set_muted(&self, chat: i64, muted: bool) -> Result<(), CommandError> {
        self.done(Command::SetMuted { chat: ChatId(chat), muted }).await
    }

    /// Hears nothing of a person (a bare JID) or of everybody on a server (a domain) any more, XEP-0191: at once on this
    /// device, and on the server as soon as it can be told. A `report` (XEP-0377) goes along where the server takes
    /// them, with the newest messages by their ids. Works offline.
    ///
    /// Errors: `NotFound`, `AddressInvalid` (also for our own address and server), `Storage`.
    pub async fn block(&self, account: i64, address: String, report: Option<Report>) -> Result<(), CommandError> {
        self.done(Command::Block { account: AccountId(account), address, report: report.map(Into::into) }).await
    }

    /// Hears them again; `address` is that of a `BlockItem`, or of a chat that is `blocked`: if everybody on its server
    /// is, they all are heard again. Works offline. Errors: `NotFound`, `Storage`.
    pub async fn unblock(&self, account: i64, address: String) -> Result<(), CommandError> {
        self.done(Command::Unblock { account: AccountId(account), address }).await
    }

    /// The account's code comes on screen: it gets a token that counts for a week and once (XEP-0379); see `codes`.
    /// Errors: `NotFound`, `Storage`.
    pub async fn show_code(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::ShowCode { account: AccountId(account) }).await
    }

    /// Asks the account's server for an invitation for someone who has no account (XEP-0401); see `CodeItem.invitation`.
    /// Errors: `NotFound`, `Offline`, `Storage`.
    pub async fn create_invitation(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::CreateInvitation { account: AccountId(account) }).await
    }

    /// Sends a text of 1 byte to 64 KiB. `token` comes from `new_token`: sending the same token again is answered with
    /// the same message and changes nothing. Returns the message; its `state` tells the rest. Works offline.
    ///
    /// Errors: `NotFound`, `TextInvalid`, `Storage`.
    pub async fn send_text(&self, chat: i64, body: String, token: String) -> Result<i64, CommandError> {
        match self.inner.submit(Command::SendText { chat: ChatId(chat), body, token }).await? {
            Receipt::Message(message) => Ok(message.0),
            other => Err(unexpected(other)),
        }
    }

    /// Replaces the text of an own message (XEP-0308), as often as wanted; the earlier versions stay. `body` and `token`
    /// as for `send_text`. A message that has not left yet is changed in place.
    ///
    /// Errors: `NotFound`, `NotNow` (it is not ours, or failed), `TextInvalid`, `Storage`.
    pub async fn correct(&self, message: i64, body: String, token: String) -> Result<(), CommandError> {
        self.done(Command::Correct { message: MessageId(message), body, token }).await
    }

    /// The user is writing in this chat, or has stopped (XEP-0085). Say it on every keystroke, and `false` when the
    /// text field is empty or left: what leaves is bounded. Nothing leaves if the account's `privacy.typing` is off.
    /// Errors: `NotFound`, `Storage`.
    pub async fn set_composing(&self, chat: i64, composing: bool) -> Result<(), CommandError> {
        self.done(Command::SetComposing { chat: ChatId(chat), composing }).await
    }

    /// Switches what the account tells others, but for those who are excepted. Works offline: what has to be told to a
    /// server is told with the next connection. Errors: `NotFound`, `Storage`.
    pub async fn set_privacy(&self, account: i64, setting: PrivacySetting, on: bool) -> Result<(), CommandError> {
        self.done(Command::SetPrivacy { account: AccountId(account), setting: setting.into(), on }).await
    }

    /// Tells one person (a bare JID) something always, never, or (`None`) as the account does in general.
    /// Errors: `NotFound`, `AddressInvalid`, `Storage`.
    pub async fn set_exception(
        &self,
        account: i64,
        address: String,
        setting: PrivacySetting,
        allowed: Option<bool>,
    ) -> Result<(), CommandError> {
        let account = AccountId(account);
        self.done(Command::SetException { account, address, setting: setting.into(), allowed }).await
    }

    /// Chooses who may call (XEP-0353). Errors: `NotFound`, `Storage`.
    pub async fn set_callers(&self, account: i64, callers: Callers) -> Result<(), CommandError> {
        self.done(Command::SetCallers { account: AccountId(account), callers: callers.into() }).await
    }

    /// Chooses who may ask to be a contact (RFC 6121 3.1). Errors: `NotFound`, `Storage`.
    pub async fn set_adders(&self, account: i64, adders: Adders) -> Result<(), CommandError> {
        self.done(Command::SetAdders { account: AccountId(account), adders: adders.into() }).await
    }

    /// Whether the app is in front. In the background the servers hold back what can wait (XEP-0352). Say it at every
    /// change; at first the app counts as in front. Errors: `Storage`.
    pub async fn set_active(&self, active: bool) -> Result<(), CommandError> {
        self.done(Command::SetActive { active }).await
    }

    /// Whether the app has to be opened by its user, after all that was asked before: ask it behind `set_active`, and
    /// show nothing until the answer has come. Errors: `Storage`.
    pub async fn is_locked(&self) -> Result<bool, CommandError> {
        match self.inner.submit(Command::AskLocked).await? {
            Receipt::Locked(locked) => Ok(locked),
            other => Err(unexpected(other)),
        }
    }

    /// Sets the PIN of the app lock (4 to 64 characters of any kind), changes it, or with `None` takes the lock away.
    /// Where there is one, `current` must name it. A new lock is open.
    ///
    /// Errors: `TextInvalid` (too short or too long), `PinWrong`, `NotNow` (after too many wrong ones, until
    /// `LockItem.wait_until`), `Storage`.
    pub async fn set_pin(&self, current: Option<String>, pin: Option<String>) -> Result<(), CommandError> {
        self.done(Command::SetPin { current: current.map(Secret::new), pin: pin.map(Secret::new) }).await
    }

    /// Chooses after how many milliseconds out of sight the app locks (a day at most), and whether the device's own way
    /// opens it, too. Errors: `NotNow` (there is no lock, or it is locked), `Storage`.
    pub async fn set_lock_options(&self, biometrics: bool, patience: u64) -> Result<(), CommandError> {
        self.done(Command::SetLockOptions { biometrics, patience }).await
    }

    /// Opens the app. Five wrong PINs are free; each further one makes the next wait, 30 seconds at first, at most 15
    /// minutes, over a restart of the app and the device. Errors: `PinWrong`, `NotNow` (still to wait), `Storage`.
    pub async fn unlock(&self, pin: String) -> Result<(), CommandError> {
        self.done(Command::Unlock { pin: Secret::new(pin) }).await
    }

    /// The device has made sure of its owner by its own means. Errors: `NotNow` (that does not open it), `Storage`.
    pub async fn unlock_by_device(&self) -> Result<(), CommandError> {
        self.done(Command::UnlockByDevice).await
    }

    /// Locks at once. Errors: `NotNow` (there is no lock), `Storage`.
    pub async fn lock_now(&self) -> Result<(), CommandError> {
        self.done(Command::LockNow).await
    }

    /// Chooses how much notifications tell. Errors: `Storage`.
    pub async fn set_notification_content(&self, content: NotificationContent) -> Result<(), CommandError> {
        self.done(Command::SetNotificationContent { content: content.into() }).await
    }

    /// Keeps the screen out of pictures and of the list of open apps, or not any more. Errors: `Storage`.
    pub async fn hide_screen(&self, hides: bool) -> Result<(), CommandError> {
        self.done(Command::HideScreen { hides }).await
    }

    /// Sends a failed message again, under the same id. Errors: `NotFound`, `NotNow` (it has not failed), `Storage`.
    pub async fn retry(&self, message: i64) -> Result<(), CommandError> {
        self.done(Command::Retry { message: MessageId(message) }).await
    }

    /// Deletes a message on this device, for good: the archive does not bring it back. Errors: `NotFound`, `Storage`.
    pub async fn delete_message(&self, message: i64) -> Result<(), CommandError> {
        self.done(Command::DeleteMessage { message: MessageId(message) }).await
    }

    /// Deletes a chat's messages on this device, for good, and takes the chat off the list. Errors: `NotFound`,
    /// `Storage`.
    pub async fn delete_chat(&self, chat: i64) -> Result<(), CommandError> {
        self.done(Command::DeleteChat { chat: ChatId(chat) }).await
    }

    /// Everything up to and including this message has been seen. Errors: `NotFound`, `Storage`.
    pub async fn mark_read(&self, chat: i64, message: i64) -> Result<(), CommandError> {
        self.done(Command::MarkRead { chat: ChatId(chat), message: MessageId(message) }).await
    }

    /// The user looks at this gap, or asks for it again after a failure: reads the archive there (XEP-0313) as soon as
    /// the account is online. Errors: `NotFound`, `Storage`.
    pub async fn fill_gap(&self, gap: i64) -> Result<(), CommandError> {
        self.done(Command::FillGap { gap: GapId(gap) }).await
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
