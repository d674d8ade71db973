use linnet_messenger::command::Command;
use linnet_messenger::fault::CommandError;
use linnet_tests::picture;
use linnet_tests::world::World;

pub fn a_text_arrives_and_is_marked_sent(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    alice.say(bob, "helo");
    w.settle();
    alice.sees(bob, "alice: helo ✓✓");
    bob.sees(
        alice,
        "── unread ──
         alice: helo",
    );
    bob.reads(alice);
    bob.say(alice, "hi");
    w.settle();
    alice.reads(bob);
    w.settle();
    alice.sees(
        bob,
        "alice: helo ✓✓ read
         bob: hi",
    );
    bob.sees(
        alice,
        "alice: helo
         bob: hi ✓✓ read",
    );
}

pub fn both_talk_at_once(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    let mut said = Vec::new();
    for number in 0..20 {
        let (a, b) = (format!("a{number:02}"), format!("b{number:02}"));
        alice.say(bob, &a);
        bob.say(alice, &b);
        said.extend([a, b]);
    }
    w.settle();
    let order = alice.bodies(bob);
    let mut all = order.clone();
    all.sort();
    said.sort();
    assert_eq!(all, said, "each is there once");
    for (who, bodies) in [("alice", &order), ("bob", &bob.bodies(alice))] {
        for sender in ["a", "b"] {
            let own: Vec<_> = bodies.iter().filter(|body| body.starts_with(sender)).collect();
            assert!(own.is_sorted(), "{who} sees what {sender} said in the order of saying: {own:?}");
        }
    }
}

pub fn a_note_to_self_is_there_once(w: &dyn World) {
    let alice = w.device("alice");
    w.settle();
    alice.say(alice, "milk");
    alice.say(alice, "bread");
    w.settle();
    assert_eq!(alice.bodies(alice), ["milk", "bread"]);
    assert!(w.chat_list(alice.id)[0].note_to_self);
    let second = w.phone("alice2", "alice");
    w.settle();
    assert_eq!(second.bodies(second), ["milk", "bread"], "archived twice, shown once");
    alice.kill();
    alice.start();
    w.settle();
    assert_eq!(alice.bodies(alice), ["milk", "bread"]);
}

pub fn texts_arrive_as_they_were_written(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    let texts = [
        "<b>not bold</b> & 'quoted' \"twice\" ]]> <!-- -->".to_owned(),
        "zwei\nZeilen\n\n und ein Rand ".to_owned(),
        "שלום 👩‍👩‍👧 \u{202E}backwards\u{202C} e\u{301}".to_owned(),
        "tab\there".to_owned(),
        "x".repeat(60_000),
    ];
    for text in &texts {
        alice.say(bob, text);
    }
    w.settle();
    assert_eq!(bob.bodies(alice), texts);
    let second = w.phone("alice2", "alice");
    w.settle();
    assert_eq!(second.bodies(bob), texts);
    for refused in ["", &"x".repeat(64 * 1024 + 1)] {
        let command = Command::SendText { chat: alice.chat(bob), body: refused.to_owned(), token: w.token() };
        assert_eq!(w.submit(alice.id, command), Err(CommandError::TextInvalid));
    }
}

pub fn a_repeated_token_sends_once(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    let token = w.token();
    let command = Command::SendText { chat: alice.chat(bob), body: "once".to_owned(), token };
    let first = alice.order(command.clone());
    assert_eq!(alice.order(command.clone()), first);
    w.settle();
    assert_eq!(alice.order(command), first);
    w.settle();
    assert_eq!(bob.bodies(alice), ["once"]);
    assert_eq!(alice.bodies(bob), ["once"]);
}

pub fn a_second_phone_shows_the_same_conversation(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    for number in 0..4 {
        alice.say(bob, &format!("question {number}"));
        w.settle();
        bob.say(alice, &format!("answer {number}"));
        bob.say(alice, &format!("afterthought {number}"));
        w.settle();
    }
    let second = w.phone("alice2", "alice");
    w.settle();
    second.scroll_to_beginning(bob);
    alice.scroll_to_beginning(bob);
    assert_eq!(second.bodies(bob).len(), 12);
    assert_eq!(second.bodies(bob), alice.bodies(bob));
    // What came live has our own reading of the server's clock until the archive is looked into again.
    let times = |items: &[_]| picture::messages(items).map(|message| message.time).collect::<Vec<_>>();
    let (there, here) = (times(&second.timeline(bob)), times(&alice.timeline(bob)));
    let close = there.iter().zip(&here).all(|(there, here)| there.abs_diff(*here) <= 2_000);
    assert!(close, "times that nobody could tell apart: {there:?} and {here:?}");
}

pub fn own_messages_of_two_phones_take_the_archives_order(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    let second = w.phone("alice2", "alice");
    w.settle();
    for number in 0..8 {
        alice.say(bob, &format!("first {number}"));
        bob.say(alice, &format!("bob {number}"));
        second.say(bob, &format!("second {number}"));
        if number % 3 == 0 {
            w.settle();
        }
    }
    w.settle();
    // Without copies of what the other phone sent, only a look at the archive tells it.
    for phone in [alice, second] {
        phone.kill();
        w.restart_server();
        phone.start();
        w.settle();
        phone.scroll_to_beginning(bob);
    }
    bob.scroll_to_beginning(alice);
    assert_eq!(alice.bodies(bob).len(), 24);
    assert_eq!(second.bodies(bob), alice.bodies(bob));
    for sender in ["first", "bob", "second"] {
        let own = |bodies: Vec<String>| bodies.into_iter().filter(|b| b.starts_with(sender)).collect::<Vec<_>>();
        assert!(own(alice.bodies(bob)).is_sorted());
        assert!(own(bob.bodies(alice)).is_sorted());
    }
}

pub fn a_deleted_message_stays_deleted(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    for text in ["one", "two", "three"] {
        alice.say(bob, text);
    }
    w.settle();
    bob.order(Command::DeleteMessage { message: bob.message(alice, "two") });
    alice.order(Command::DeleteMessage { message: alice.message(bob, "one") });
    assert_eq!(bob.bodies(alice), ["one", "three"]);
    bob.kill();
    alice.kill();
    w.restart_server();
    bob.start();
    alice.start();
    bob.say(alice, "four");
    w.settle();
    assert_eq!(bob.bodies(alice), ["one", "three", "four"]);
    assert_eq!(alice.bodies(bob), ["two", "three", "four"]);
}

pub fn a_deleted_chat_stays_empty_until_something_new_comes(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    for text in ["one", "two"] {
        alice.say(bob, text);
    }
    w.settle();
    bob.order(Command::DeleteChat { chat: bob.chat(alice) });
    assert!(w.chat_list(bob.id).is_empty());
    bob.kill();
    w.restart_server();
    bob.start();
    w.settle();
    assert!(w.chat_list(bob.id).is_empty(), "the archive brings nothing back");
    alice.say(bob, "three");
    w.settle();
    assert_eq!(bob.bodies(alice), ["three"]);
}

pub fn what_was_read_stays_read(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    for text in ["one", "two", "three"] {
        alice.say(bob, text);
    }
    w.settle();
    assert_eq!(w.chat_list(bob.id)[0].unread, 3);
    let chat = bob.chat(alice);
    bob.order(Command::MarkRead { chat, message: bob.message(alice, "two") });
    assert_eq!(w.chat_list(bob.id)[0].unread, 1);
    bob.leaves(alice);
    bob.sees(
        alice,
        "alice: one
         alice: two
         ── unread ──
         alice: three",
    );
    bob.kill();
    w.restart_server();
    bob.start();
    w.settle();
    assert_eq!(w.chat_list(bob.id)[0].unread, 1);
    bob.reads(alice);
    bob.sees(
        alice,
        "alice: one
         alice: two
         alice: three",
    );
    assert_eq!(w.chat_list(bob.id)[0].unread, 0);
}
