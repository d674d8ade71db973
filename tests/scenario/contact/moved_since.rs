//! What becomes of a new address later: it is taken back, said again, blocked or lost; and what the old one may still do.

use linnet_messenger::command::{Command, PrivacySetting};
use linnet_messenger::fault::Violation;
use linnet_messenger::view::item::MovedState;
use linnet_messenger::wire::ns;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use super::moved::{NEW, asks, box_of, claim, fetched, statement, states};
use crate::anywhere::moved::{asked, contact, mover};
use crate::on_fake;

/// A session that knows nothing of the one before.
fn comes_back(world: &FakeWorld, phone: Device<'_>, after: u64) {
    phone.kill();
    world.advance(after);
    phone.start();
    world.settle();
}

#[test]
fn what_was_hidden_from_somebody_stays_hidden() {
    on_fake(|world| {
        let (alice, bob) = mover(world, "bob");
        let (account, friend) = (alice.old, bob.address().to_string());
        for setting in [PrivacySetting::Online, PrivacySetting::Typing] {
            let address = friend.clone();
            alice.phone.order(Command::SetException { account, address, setting, allowed: Some(false) });
        }
        let carol = world.any().device("carol");
        world.settle();
        world.any().befriend("alice", "carol");
        world.settle();
        alice.moves();
        world.settle();
        bob.order(Command::AnswerRequest { account: bob.account().id, address: alice.address.clone(), accept: true });
        carol.order(Command::AnswerRequest {
            account: carol.account().id,
            address: alice.address.clone(),
            accept: true,
        });
        world.settle();
        assert_eq!(
            world.server().subscription(&address("ally"), &address("bob")),
            "to",
            "he saw nothing of her before"
        );
        assert_eq!(world.server().subscription(&address("ally"), &address("carol")), "both");
        let count = "SELECT count(*) FROM privacy_exception JOIN account ON account.id = account_id
                     WHERE account.jid = 'ally@linnet.test' AND privacy_exception.jid = 'bob@linnet.test' AND allowed = 0";
        assert_eq!(world.count(alice.phone.id, count), 2);
    });
}

#[test]
fn who_was_followed_and_asks_from_the_old_address_is_asked_about() {
    on_fake(|world| {
        let (alice, bob) = mover(world, "bob");
        let account = bob.account().id;
        let old = alice.phone.address().to_string();
        alice.moves();
        world.settle();
        bob.order(Command::AnswerRequest { account, address: alice.address.clone(), accept: true });
        world.settle();
        assert_eq!(world.server().subscription(&address("bob"), &address("alice")), "to");
        let back = bob.address().to_string();
        alice.phone.order(Command::AddContact { account: alice.old, address: back });
        world.settle();
        assert_eq!(box_of(world, bob), [old.as_str()]);
        assert_eq!(world.server().subscription(&address("bob"), &address("alice")), "to", "nobody has said yes");
        // Said without a connection it counts all the same.
        bob.goes_offline();
        bob.order(Command::AnswerRequest { account, address: old, accept: true });
        bob.comes_online();
        world.settle();
        assert_eq!(world.server().subscription(&address("bob"), &address("alice")), "both");
    });
}

#[test]
fn what_was_taken_back_is_believed_no_longer() {
    on_fake(|world| {
        let (alice, bob) = mover(world, "bob");
        alice.moves();
        world.settle();
        assert_eq!(asked(world, bob).len(), 1);
        bob.goes_offline();
        alice.phone.order(Command::RetractMoved { account: alice.old });
        world.settle();
        bob.comes_online();
        comes_back(world, bob, 900_000);
        assert!(asked(world, bob).is_empty());
        assert_eq!(box_of(world, bob), [alice.address.as_str()], "it is a request like others");
        assert!(contact(world, bob, bob.chat(alice.phone)).moved.is_none());
        assert!(world.violations().is_empty(), "taking back is no offence");
        bob.order(Command::AnswerRequest { account: bob.account().id, address: alice.address.clone(), accept: true });
        world.settle();
        assert_eq!(world.server().subscription(&address("bob"), &address("alice")), "both", "she sees him as before");
    });
}

#[test]
fn what_was_not_true_may_be_on_another_day() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        asks(world, bob, NEW, &claim(alice.address().as_str()));
        assert_eq!(world.violations(), [Violation::MovedUnproven]);
        states(world, "alice", &statement(NEW));
        comes_back(world, bob, 3_600_000);
        asks(world, bob, NEW, &claim(alice.address().as_str()));
        assert_eq!((fetched(world), asked(world, bob).len()), (1, 0));
        comes_back(world, bob, 86_400_000);
        asks(world, bob, NEW, &claim(alice.address().as_str()));
        assert_eq!((fetched(world), asked(world, bob).len()), (2, 1));
    });
}

#[test]
fn who_is_blocked_at_the_old_address_asks_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let (account, chat) = (bob.account().id, bob.chat(alice));
        states(world, "alice", &statement(NEW));
        asks(world, bob, NEW, &claim(alice.address().as_str()));
        assert_eq!(asked(world, bob).len(), 1);
        let blocked = alice.address().to_string();
        bob.order(Command::Block { account, address: blocked.clone(), report: None });
        world.settle();
        assert!(asked(world, bob).is_empty() && contact(world, bob, chat).moved.is_none());
        bob.order(Command::Unblock { account, address: blocked });
        world.settle();
        assert_eq!(asked(world, bob).len(), 1);
    });
}

#[test]
fn nothing_is_said_of_an_account_that_is_gone() {
    on_fake(|world| {
        let (alice, bob) = mover(world, "bob");
        world.latency(500, 500);
        alice.moves();
        alice.phone.goes_offline();
        alice.phone.order(Command::SignOut { account: alice.new });
        world.settle();
        world.latency(20, 150);
        alice.phone.comes_online();
        world.settle();
        assert_eq!(world.accounts(alice.phone.id).len(), 1);
        let state = alice.moved().map(|moved| moved.state);
        assert!(matches!(state, None | Some(MovedState::Refused)), "{state:?}");
        assert!(world.server().node(&address("alice"), ns::MOVED).is_none(), "nobody finds it");
        assert!(asked(world, bob).is_empty() && box_of(world, bob).is_empty());
    });
}
