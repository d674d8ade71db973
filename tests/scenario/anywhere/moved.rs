//! A person goes on at another address, and a contact is asked whether to follow.

use linnet_messenger::command::{Command, PrivacySetting};
use linnet_messenger::ids::{AccountId, ChatId};
use linnet_messenger::view::item::{
    Connection, ContactItem, ContactMoved, MovedItem, MovedState, RequestItem, RequestMoved,
};
use linnet_tests::world::{Device, World};

/// Alice with two accounts on one phone: that of her name, and "ally".
pub struct Mover<'w> {
    pub phone: Device<'w>,
    pub old: AccountId,
    pub new: AccountId,
    /// The new account's address.
    pub address: String,
}

/// Alice, who has a friend and another account.
pub fn mover<'w>(w: &'w dyn World, friend: &str) -> (Mover<'w>, Device<'w>) {
    let (phone, friend) = w.friends("alice", friend);
    let new = w.add_account(phone.id, "ally");
    let online = || w.accounts(phone.id).iter().all(|account| account.connection == Connection::Online);
    until(w, "the other account never comes online", online);
    let accounts = w.accounts(phone.id);
    let address = accounts.into_iter().find(|account| account.id == new).expect("it is there").address;
    (Mover { phone, old: w.account(phone.id), new, address }, friend)
}

impl Mover<'_> {
    pub fn moves(&self) {
        self.phone.order(Command::PublishMoved { account: self.old, to: self.new });
    }

    /// Where her old account has gone.
    pub fn moved(&self) -> Option<MovedItem> {
        let accounts = self.phone.world.accounts(self.phone.id);
        accounts.into_iter().find(|account| account.id == self.old).and_then(|account| account.moved)
    }
}

/// What somebody's box says of new addresses.
pub fn asked(w: &dyn World, device: Device<'_>) -> Vec<(String, RequestMoved)> {
    let asked = |request: RequestItem| Some((request.address, request.moved?));
    w.requests(device.id).into_iter().filter_map(asked).collect()
}

pub fn contact(w: &dyn World, device: Device<'_>, chat: ChatId) -> ContactItem {
    w.contact(device.id, chat).unwrap_or_else(|| w.fail("there is no such chat"))
}

/// News of rosters, and answers about nodes, come by themselves: on a real server nobody can be asked whether they have.
fn until(w: &dyn World, what: &str, holds: impl Fn() -> bool) {
    w.settle();
    let rounds = (0..100).take_while(|_| !holds()).map(|_| w.settle()).count();
    if rounds == 100 {
        w.fail(what);
    }
}

pub fn a_contact_follows_to_another_address(w: &dyn World) {
    let (alice, bob) = mover(w, "bob");
    let (bobs, old) = (bob.account().id, alice.phone.address().to_string());
    let (name, tags) = ("Alice from the lake".to_owned(), vec!["boats".to_owned()]);
    bob.order(Command::EditContact { account: bobs, address: old.clone(), name: name.clone(), tags: tags.clone() });
    let setting = PrivacySetting::ReadMarkers;
    bob.order(Command::SetException { account: bobs, address: old.clone(), setting, allowed: Some(false) });
    let before = bob.chat(alice.phone);
    bob.order(Command::SetMuted { chat: before, muted: true });
    // And she has a name for him.
    let (friend, called) = (bob.address().to_string(), "Bob".to_owned());
    let edit =
        Command::EditContact { account: alice.old, address: friend, name: called, tags: vec!["lake".to_owned()] };
    alice.phone.order(edit);
    bob.say(alice.phone, "before");
    w.settle();

    alice.moves();
    until(w, "he is never asked", || !asked(w, bob).is_empty());
    let moved = alice.moved().expect("it is shown");
    assert_eq!((moved.address.as_str(), moved.state), (alice.address.as_str(), MovedState::Published));
    assert_eq!((moved.total, moved.left, moved.refused), (1, 0, 0));
    assert!(moved.since.is_some());
    let question = RequestMoved { address: old.clone(), title: name.clone() };
    assert_eq!(asked(w, bob), [(alice.address.clone(), question.clone())]);
    // It is silent, and still there after a restart.
    assert!(w.notifications(bob.id).is_empty());
    bob.kill();
    bob.start();
    w.settle();
    assert_eq!(asked(w, bob), [(alice.address.clone(), question)]);
    let shown = contact(w, bob, before).moved.expect("the old chat asks, too");
    assert_eq!((shown.address.as_str(), shown.asks, shown.chat), (alice.address.as_str(), true, None));

    bob.order(Command::AnswerRequest { account: bobs, address: alice.address.clone(), accept: true });
    let chat = || contact(w, bob, before).moved.and_then(|moved| moved.chat);
    until(w, "they never see each other", || {
        let there = chat().map(|chat| contact(w, bob, chat));
        there.is_some_and(|there| there.sees_us && there.we_see) && !contact(w, bob, before).sees_us
    });
    assert!(w.requests(bob.id).is_empty());
    let Some(ContactMoved { asks: false, chat: Some(chat), .. }) = contact(w, bob, before).moved else {
        w.fail("the old chat leads to the new one")
    };
    assert_eq!(bob.bodies(alice.phone), ["before"], "what was said stays");
    let there = contact(w, bob, chat);
    assert_eq!((there.address.as_str(), there.name.as_deref()), (alice.address.as_str(), Some(name.as_str())));
    assert_eq!((there.tags, there.muted, there.exceptions.len()), (tags, true, 1));
    assert!(there.sees_us && there.we_see, "both see each other");
    let left = contact(w, bob, before);
    assert!(left.contact && !left.sees_us, "an address moves once");

    // The old account is alive.
    bob.say(alice.phone, "still here?");
    w.settle();
    assert_eq!(alice.phone.bodies(bob), ["before", "still here?"]);

    alice.phone.order(Command::RetractMoved { account: alice.old });
    until(w, "it is never taken back", || alice.moved().is_none());
    assert_eq!(alice.moved(), None);
    alice.phone.order(Command::AskMoved { account: alice.old });
    w.settle();
    assert_eq!(alice.moved(), None, "the server has nothing more of it");
}

pub fn who_does_not_follow_is_asked_once(w: &dyn World) {
    let (alice, bob) = mover(w, "bob");
    let (account, before) = (bob.account().id, bob.chat(alice.phone));
    alice.moves();
    until(w, "he is never asked", || !asked(w, bob).is_empty());
    // Her other phone learns of it.
    let second = w.phone("alice-2", "alice");
    w.settle();
    second.order(Command::AskMoved { account: second.account().id });
    until(w, "the other phone never learns of it", || second.account().moved.is_some());
    let moved = second.account().moved.expect("the server says so");
    assert_eq!((moved.address.as_str(), moved.since, moved.total), (alice.address.as_str(), None, 0));
    assert_eq!(asked(w, bob).len(), 1);
    bob.order(Command::AnswerRequest { account, address: alice.address.clone(), accept: false });
    w.settle();
    bob.kill();
    w.restart_server();
    bob.start();
    w.settle();
    assert!(w.requests(bob.id).is_empty());
    let contact = contact(w, bob, before);
    assert_eq!((contact.moved, contact.sees_us, contact.we_see), (None, true, true));
}
