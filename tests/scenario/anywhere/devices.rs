use linnet_messenger::command::{Command, Receipt};
use linnet_messenger::view::item::MessageState;
use linnet_tests::picture;
use linnet_tests::world::{Device, World};

/// Alice with two phones, and bob.
fn two_phones(w: &dyn World) -> (Device<'_>, Device<'_>, Device<'_>) {
    let (alice, bob) = w.friends("alice", "bob");
    let second = w.phone("alice2", "alice");
    w.settle();
    (alice, second, bob)
}

pub fn what_one_phone_says_shows_on_the_other(w: &dyn World) {
    let (alice, second, bob) = two_phones(w);
    alice.say(bob, "from the first");
    w.settle();
    second.say(bob, "from the second");
    w.settle();
    bob.say(alice, "to both");
    w.settle();
    for phone in [alice, second] {
        phone.reads(bob);
        assert_eq!(phone.bodies(bob), ["from the first", "from the second", "to both"]);
        let timeline = phone.timeline(bob);
        let own: Vec<MessageState> =
            picture::messages(&timeline).filter(|message| message.outgoing).map(|message| message.state).collect();
        assert!(matches!(own.as_slice(), [MessageState::Sent | MessageState::Delivered, _]), "{own:?}");
        assert!(!own.contains(&MessageState::Sending), "{own:?}");
    }
    bob.reads(alice);
    assert_eq!(bob.bodies(alice), ["from the first", "from the second", "to both"]);
}

pub fn what_was_read_on_one_phone_is_read_on_the_other(w: &dyn World) {
    let (alice, second, bob) = two_phones(w);
    for text in ["one", "two", "three"] {
        bob.say(alice, text);
    }
    w.settle();
    for phone in [alice, second] {
        assert_eq!(phone.unread(bob), 3);
        assert_eq!(phone.notified(bob), ["one", "two", "three"]);
    }
    let chat = alice.chat(bob);
    alice.order(Command::MarkRead { chat, message: alice.message(bob, "two") });
    w.settle();
    for phone in [alice, second] {
        assert_eq!(phone.unread(bob), 1);
        assert_eq!(phone.notified(bob), ["three"], "what was read elsewhere is withdrawn");
        phone.leaves(bob);
        phone.sees(
            bob,
            "bob: one
             bob: two
             ── unread ──
             bob: three",
        );
    }
    second.reads(bob);
    w.settle();
    assert_eq!((alice.unread(bob), second.unread(bob)), (0, 0));
    assert!(w.notifications(alice.id).is_empty() && w.notifications(second.id).is_empty());
    // What is known stays known, and nothing moves back.
    alice.kill();
    w.restart_server();
    alice.start();
    w.settle();
    assert_eq!(alice.unread(bob), 0);
    bob.say(alice, "four");
    w.settle();
    assert_eq!((alice.unread(bob), second.unread(bob)), (1, 1));
}

pub fn what_was_read_offline_is_read_elsewhere_later(w: &dyn World) {
    let (alice, second, bob) = two_phones(w);
    for text in ["one", "two"] {
        bob.say(alice, text);
    }
    w.settle();
    alice.goes_offline();
    alice.reads(bob);
    w.settle();
    assert_eq!((alice.unread(bob), second.unread(bob)), (0, 2));
    // The wish survives the process.
    alice.kill();
    alice.start();
    alice.comes_online();
    w.settle();
    assert_eq!((alice.unread(bob), second.unread(bob)), (0, 0));
}

pub fn what_came_and_was_read_while_a_phone_was_away_is_read_there(w: &dyn World) {
    let (alice, second, bob) = two_phones(w);
    second.goes_offline();
    for number in 0..30 {
        bob.say(alice, &format!("b{number:02}"));
    }
    w.settle();
    let chat = alice.chat(bob);
    alice.order(Command::MarkRead { chat, message: alice.message(bob, "b26") });
    w.settle();
    second.kill();
    w.restart_server();
    second.start();
    second.comes_online();
    w.settle();
    assert_eq!((alice.unread(bob), second.unread(bob)), (3, 3));
    assert_eq!(second.notified(bob), ["b27", "b28", "b29"]);
}

pub fn a_fresh_phone_begins_where_the_others_are(w: &dyn World) {
    let (alice, _, bob) = two_phones(w);
    for number in 0..8 {
        bob.say(alice, &format!("b{number}"));
    }
    w.settle();
    let unaware = w.phone("alice3", "alice");
    w.settle();
    assert_eq!(unaware.unread(bob), 0, "history from before the first sign-in is read");
    assert!(w.notifications(unaware.id).is_empty());
    let chat = alice.chat(bob);
    alice.order(Command::MarkRead { chat, message: alice.message(bob, "b5") });
    w.settle();
    let third = w.phone("alice4", "alice");
    w.settle();
    assert_eq!(third.unread(bob), 2, "what was read on none of them is not");
    third.sees(
        bob,
        "bob: b0
         bob: b1
         bob: b2
         bob: b3
         bob: b4
         bob: b5
         ── unread ──
         bob: b6
         bob: b7",
    );
}

pub fn an_answer_from_one_phone_reads_the_chat_on_the_other(w: &dyn World) {
    let (alice, second, bob) = two_phones(w);
    bob.say(alice, "question");
    w.settle();
    assert_eq!((alice.unread(bob), second.unread(bob)), (1, 1));
    second.say(bob, "answer");
    w.settle();
    assert_eq!(alice.unread(bob), 0);
    assert!(alice.notified(bob).is_empty());
    bob.say(alice, "thanks");
    w.settle();
    assert_eq!(alice.notified(bob), ["thanks"]);
}

pub fn two_own_accounts_talk_in_one_store(w: &dyn World) {
    let shared = w.device("alice");
    let bob = w.device("bob");
    w.befriend("alice", "bob");
    let bobs = w.add_account(shared.id, "bob");
    w.settle();
    let alices = w.account(shared.id);
    let chat = |account, address: String| match shared.order(Command::StartChat { account, address }) {
        Receipt::Chat(chat) => chat,
        other => w.fail(&format!("starting a chat gave {other:?}")),
    };
    let to_bob = chat(alices, bob.address().to_string());
    let to_alice = chat(bobs, shared.address().to_string());
    assert_ne!(to_bob, to_alice);
    let say = |chat, body: &str| {
        shared.order(Command::SendText { chat, body: body.to_owned(), token: w.token() });
        w.settle();
    };
    say(to_bob, "from alice");
    say(to_alice, "from bob");
    bob.say(shared, "from bob's own phone");
    w.settle();
    let of_alice = picture::of(&w.timeline(shared.id, to_bob));
    let of_bob = picture::of(&w.timeline(shared.id, to_alice));
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| !line.starts_with('─'))
            .map(|line| line.split(" ✓").next().unwrap_or_default().to_owned())
            .collect()
    };
    let expected = ["alice: from alice", "bob: from bob", "bob: from bob's own phone"];
    assert_eq!(lines(&of_alice), expected);
    assert_eq!(lines(&of_bob), expected, "each account has the conversation from its side");
    assert!(of_alice.contains("alice: from alice ✓") && !of_bob.contains("alice: from alice ✓"));
    shared.kill();
    w.restart_server();
    shared.start();
    w.settle();
    assert_eq!(lines(&picture::of(&w.timeline(shared.id, to_bob))), expected);
    assert_eq!(lines(&picture::of(&w.timeline(shared.id, to_alice))), expected);
    // Deleting one side leaves the other.
    shared.order(Command::DeleteChat { chat: to_bob });
    assert_eq!(lines(&picture::of(&w.timeline(shared.id, to_alice))), expected);
}
