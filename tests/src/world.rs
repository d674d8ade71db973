//! What a scenario is written against: devices that say things and see things. [`crate::fake_world::FakeWorld`] plays it
//! in virtual time on a fake server, the live world on a real one; a scenario that uses only this runs on both.

use std::cell::Cell;

use jid::BareJid;
use linnet_messenger::command::{Command, PrivacySetting, Receipt};
use linnet_messenger::fault::CommandError;
use linnet_messenger::ids::{AccountId, ChatId, GapId, MessageId};
use linnet_messenger::view::Page;
use linnet_messenger::view::item::{
    AccountItem, ChatItem, CodeItem, ContactItem, GapState, MessageItem, NotificationItem, RequestItem, TimelineItem,
    VersionItem,
};

use crate::picture;

/// Which device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(pub usize);

/// See the module. The methods are what a world must be able to do; scenarios use [`Device`].
pub trait World {
    /// A device with nothing on it, signed in as `user`; the account is made if there is none.
    fn add_device(&self, name: &str, user: &str) -> DeviceId;
    /// Signs in one more user on a device; the account is made if there is none.
    fn add_account(&self, device: DeviceId, user: &str) -> AccountId;
    /// Both see each other's presence.
    fn befriend(&self, one: &str, other: &str);
    /// The account's address.
    fn address(&self, device: DeviceId) -> BareJid;
    /// The account's row on the device.
    fn account(&self, device: DeviceId) -> AccountId;
    /// A text no message had before.
    fn token(&self) -> String;
    /// Gives a command and waits for its local answer.
    fn submit(&self, device: DeviceId, command: Command) -> Result<Receipt, CommandError>;
    /// Runs until every message that can leave has left, has been acknowledged, and has arrived.
    fn settle(&self);

    /// The timeline a subscriber of this device holds now.
    fn timeline(&self, device: DeviceId, chat: ChatId) -> Vec<TimelineItem>;
    /// The screen of this chat is closed: its subscription ends.
    fn leave(&self, device: DeviceId, chat: ChatId);
    /// Moves that subscriber's window.
    fn page(&self, device: DeviceId, chat: ChatId, page: Page);
    /// The chat list a subscriber holds now.
    fn chat_list(&self, device: DeviceId) -> Vec<ChatItem>;
    /// The accounts a subscriber holds now.
    fn accounts(&self, device: DeviceId) -> Vec<AccountItem>;
    /// All of a message's text.
    fn text(&self, device: DeviceId, message: MessageId) -> String;
    /// All versions of a message.
    fn versions(&self, device: DeviceId, message: MessageId) -> Vec<VersionItem>;
    /// The notifications a subscriber holds now.
    fn notifications(&self, device: DeviceId) -> Vec<NotificationItem>;
    /// The requests a subscriber holds now.
    fn requests(&self, device: DeviceId) -> Vec<RequestItem>;

    /// The other side of a chat, as its details show it now.
    fn contact(&self, device: DeviceId, chat: ChatId) -> Option<ContactItem>;

    /// The own codes a subscriber holds now.
    fn codes(&self, device: DeviceId) -> Vec<CodeItem>;

    /// Cuts the device's connections; what was on its way is lost, perhaps in the middle of a stanza. The network is
    /// there again at once.
    fn cut(&self, device: DeviceId);
    /// Takes the network away, or gives it back and says so.
    fn network(&self, device: DeviceId, there: bool);
    /// Kills the process: nothing is said, nothing saved.
    fn kill(&self, device: DeviceId);
    /// Starts it again on the same store.
    fn start(&self, device: DeviceId);
    /// Stops the server and starts it again.
    fn restart_server(&self);

    /// Whether the server brings messages in the order it took them. Devices can't know better than a server without an
    /// archive that does not.
    fn keeps_order(&self) -> bool {
        true
    }

    /// Fails the scenario with everything that helps to find out why.
    fn fail(&self, why: &str) -> !;
}

impl<'w> dyn World + 'w {
    /// A device of its own for a user, signed in.
    pub fn device(&self, user: &str) -> Device<'_> {
        Device { world: self, id: self.add_device(user, user) }
    }

    /// One more device of a user, with a name of its own.
    pub fn phone(&self, name: &str, user: &str) -> Device<'_> {
        Device { world: self, id: self.add_device(name, user) }
    }

    /// Two users who know each other, a device each, online.
    pub fn friends(&self, one: &str, other: &str) -> (Device<'_>, Device<'_>) {
        let pair = (self.device(one), self.device(other));
        self.befriend(one, other);
        self.settle();
        pair
    }
}

/// One device in a scenario.
#[derive(Clone, Copy)]
pub struct Device<'w> {
    pub world: &'w dyn World,
    pub id: DeviceId,
}

/// Whom a device talks to.
pub trait Peer {
    /// The bare JID.
    fn peer(&self) -> String;
}

impl Peer for Device<'_> {
    fn peer(&self) -> String {
        self.address().to_string()
    }
}

impl Peer for &str {
    fn peer(&self) -> String {
        (*self).to_owned()
    }
}

impl<'w> Device<'w> {
    /// The account's address.
    pub fn address(self) -> BareJid {
        self.world.address(self.id)
    }

    /// Gives a command that must not be refused.
    pub fn order(self, command: Command) -> Receipt {
        match self.world.submit(self.id, command.clone()) {
            Ok(receipt) => receipt,
            Err(error) => self.world.fail(&format!("{command:?} was refused: {error}")),
        }
    }

    /// The chat with someone, made if needed.
    pub fn chat(self, with: impl Peer) -> ChatId {
        let address = with.peer();
        if let Some(chat) = self.world.chat_list(self.id).into_iter().find(|chat| chat.address == address) {
            return chat.id;
        }
        // Looking at what a stranger wrote is no answer to him.
        let requests = self.world.requests(self.id);
        if let Some(chat) = requests.into_iter().find(|item| item.address == address).and_then(|item| item.chat) {
            return chat;
        }
        match self.order(Command::StartChat { account: self.world.account(self.id), address }) {
            Receipt::Chat(chat) => chat,
            other => self.world.fail(&format!("starting a chat gave {other:?}")),
        }
    }

    /// Sends a text.
    pub fn say(self, to: impl Peer, body: &str) -> MessageId {
        let chat = self.chat(to);
        let command = Command::SendText { chat, body: body.to_owned(), token: self.world.token() };
        match self.order(command) {
            Receipt::Message(message) => message,
            other => self.world.fail(&format!("sending gave {other:?}")),
        }
    }

    /// The timeline with someone, as its subscriber holds it.
    pub fn timeline(self, with: impl Peer) -> Vec<TimelineItem> {
        self.world.timeline(self.id, self.chat(with))
    }

    /// The texts of a chat in order, each of them whole.
    pub fn bodies(self, with: impl Peer) -> Vec<String> {
        let timeline = self.timeline(with);
        let whole = |item: &MessageItem| {
            if item.cut { self.world.text(self.id, item.id) } else { item.body.clone() }
        };
        picture::messages(&timeline).map(whole).collect()
    }

    /// The timeline with someone looks like this ([`picture::of`]).
    #[track_caller]
    pub fn sees(self, with: impl Peer, expected: &str) {
        self.compare(&with.peer(), &picture::of(&self.timeline(with.peer().as_str())), expected);
    }

    /// The same with the grouping of bubbles ([`picture::grouped`]).
    #[track_caller]
    pub fn sees_grouped(self, with: impl Peer, expected: &str) {
        self.compare(&with.peer(), &picture::grouped(&self.timeline(with.peer().as_str())), expected);
    }

    #[track_caller]
    fn compare(self, with: &str, seen: &str, expected: &str) {
        let expected = picture::expected(expected);
        if seen != expected {
            let caller = std::panic::Location::caller();
            self.world.fail(&format!(
                "{caller}: {} with {with} sees\n{seen}\n--- but should see\n{expected}\n---",
                self.address()
            ));
        }
    }

    /// Everything in the chat has been looked at, and the screen closed: the unread mark stays as long as that is open.
    pub fn reads(self, with: impl Peer) {
        let with = with.peer();
        self.leaves(with.as_str());
        if let Some(last) = picture::messages(&self.timeline(with.as_str())).last() {
            self.order(Command::MarkRead { chat: self.chat(with.as_str()), message: last.id });
        }
        self.leaves(with.as_str());
    }

    /// How many messages of a chat the list says are unread.
    pub fn unread(self, with: impl Peer) -> u32 {
        let address = with.peer();
        self.world.chat_list(self.id).into_iter().find(|chat| chat.address == address).map_or(0, |chat| chat.unread)
    }

    /// What the device's notification of a chat says, a text a line; nothing if there is none.
    pub fn notified(self, with: impl Peer) -> Vec<String> {
        let Some(chat) = self.world.chat_list(self.id).into_iter().find(|chat| chat.address == with.peer()) else {
            return Vec::new();
        };
        let notifications = self.world.notifications(self.id).into_iter().filter(|item| item.chat == chat.id);
        notifications.flat_map(|item| item.lines).map(|line| line.body).collect()
    }

    /// Closes the screen of a chat.
    pub fn leaves(self, with: impl Peer) {
        self.world.leave(self.id, self.chat(with));
    }

    /// The message with this text.
    pub fn message(self, with: impl Peer, body: &str) -> MessageId {
        let timeline = self.timeline(with);
        match picture::messages(&timeline).find(|message| message.body == body) {
            Some(message) => message.id,
            None => self.world.fail(&format!("no message {body:?} in\n{}", picture::of(&timeline))),
        }
    }

    /// Replaces the text of an own message.
    pub fn corrects(self, with: impl Peer, old: &str, new: &str) {
        let message = self.message(with, old);
        self.order(Command::Correct { message, body: new.to_owned(), token: self.world.token() });
    }

    /// The texts of all versions of the message that now has this text, oldest first.
    pub fn versions(self, with: impl Peer, body: &str) -> Vec<String> {
        let versions = self.world.versions(self.id, self.message(with, body));
        let text = |version: VersionItem| {
            let blocks = version.text.into_iter().map(|block| block.spans.into_iter().map(|span| span.text).collect());
            blocks.collect::<Vec<String>>().join("\n")
        };
        versions.into_iter().map(text).collect()
    }

    /// Writes in a chat, or stops.
    pub fn types(self, with: impl Peer, composing: bool) {
        self.order(Command::SetComposing { chat: self.chat(with), composing });
    }

    /// Switches what the account tells others.
    pub fn privacy(self, setting: PrivacySetting, on: bool) {
        self.order(Command::SetPrivacy { account: self.world.account(self.id), setting, on });
    }

    /// Tells someone something otherwise than in general.
    pub fn excepts(self, whom: impl Peer, setting: PrivacySetting, allowed: Option<bool>) {
        let account = self.world.account(self.id);
        self.order(Command::SetException { account, address: whom.peer(), setting, allowed });
    }

    /// The gap rows of a chat with their states.
    pub fn gaps(self, with: impl Peer) -> Vec<(GapId, GapState)> {
        let timeline = self.timeline(with);
        let gap =
            |item: &TimelineItem| if let TimelineItem::Gap(gap) = item { Some((gap.id, gap.state)) } else { None };
        timeline.iter().filter_map(gap).collect()
    }

    /// The one account of the device.
    pub fn account(self) -> AccountItem {
        let accounts = self.world.accounts(self.id);
        match accounts.into_iter().next() {
            Some(account) => account,
            None => self.world.fail("the device has no account"),
        }
    }

    /// Loads everything that is stored of a chat into the window.
    pub fn scroll_to_beginning(self, with: impl Peer) {
        let chat = self.chat(with);
        let before = Cell::new(usize::MAX);
        loop {
            let now = self.world.timeline(self.id, chat).len();
            if now == before.replace(now) {
                return;
            }
            self.world.page(self.id, chat, Page::Older(500));
        }
    }

    /// See [`World::cut`].
    pub fn cut(self) {
        self.world.cut(self.id);
    }

    /// Takes the network away.
    pub fn goes_offline(self) {
        self.world.network(self.id, false);
    }

    /// Gives it back.
    pub fn comes_online(self) {
        self.world.network(self.id, true);
    }

    /// See [`World::kill`].
    pub fn kill(self) {
        self.world.kill(self.id);
    }

    /// See [`World::start`].
    pub fn start(self) {
        self.world.start(self.id);
    }
}
