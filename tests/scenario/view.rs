//! What the screens get: grouping, marks, lists, windows.

use linnet_messenger::command::Command;
use linnet_messenger::view::Page;
use linnet_messenger::view::item::{MessageAction, MessageState};
use linnet_tests::picture;
use linnet_tests::world::World;

use crate::on_fake;

#[test]
fn runs_by_one_sender_within_five_minutes_are_grouped() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let say =
            |from: linnet_tests::world::Device<'_>, to: linnet_tests::world::Device<'_>, text: &str, wait: u64| {
                from.say(to, text);
                world.advance(wait);
            };
        say(alice, bob, "a1", 60_000);
        say(alice, bob, "a2", 60_000);
        say(alice, bob, "a3", 60_000);
        say(bob, alice, "b1", 400_000);
        say(bob, alice, "b2", 60_000);
        say(bob, alice, "b3", 10_000);
        say(alice, bob, "a4", 10_000);
        world.settle();
        alice.reads(bob);
        alice.sees_grouped(
            bob,
            "┌ alice: a1 ✓✓
             │ alice: a2 ✓✓
             └ alice: a3 ✓✓
             • bob: b1
             ┌ bob: b2
             └ bob: b3
             • alice: a4 ✓✓",
        );
    });
}

#[test]
fn the_chat_list_is_newest_first_with_previews() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        for friend in ["bob", "carol", "dave"] {
            world.any().device(friend);
            world.befriend("alice", friend);
        }
        world.settle();
        for friend in ["bob", "carol", "dave"] {
            alice.say(format!("{friend}@linnet.test").as_str(), &format!("hi\n{friend}"));
            world.advance(5_000);
        }
        world.settle();
        let titles = |world: &linnet_tests::fake_world::FakeWorld| -> Vec<String> {
            world.chat_list(alice.id).into_iter().map(|chat| chat.title).collect()
        };
        assert_eq!(titles(world), ["dave", "carol", "bob"]);
        let preview = world.chat_list(alice.id)[0].preview.clone().unwrap();
        assert_eq!(
            (preview.body.as_str(), preview.outgoing, preview.state),
            ("hi dave", true, MessageState::Delivered)
        );
        world.inject(
            alice.id,
            "<message from='bob@linnet.test/x' to='alice@linnet.test' id='i1' type='chat'><body>me first</body></message>",
        );
        world.settle();
        assert_eq!(titles(world), ["bob", "dave", "carol"]);
        assert_eq!(world.chat_list(alice.id)[0].unread, 1);
        let long = "w ".repeat(400);
        alice.say("carol@linnet.test", &long);
        let preview = world.chat_list(alice.id)[0].preview.clone().unwrap();
        assert!(preview.body.chars().count() <= 200);
        alice.order(Command::DeleteChat { chat: alice.chat("bob@linnet.test") });
        assert_eq!(titles(world), ["carol", "dave"]);
    });
}

#[test]
fn a_roster_name_is_the_chats_title() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "hi");
        world.settle();
        assert_eq!(world.chat_list(alice.id)[0].title, "bob");
        world.inject(
            alice.id,
            "<iq id='p' type='set'><query xmlns='jabber:iq:roster'>\
             <item jid='bob@linnet.test' name='Bobby' subscription='both'/></query></iq>",
        );
        world.settle();
        assert_eq!(world.chat_list(alice.id)[0].title, "Bobby");
    });
}

#[test]
fn windows_page_and_jump_and_applied_batches_are_the_window() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let texts: Vec<String> = (0..180).map(|number| format!("m{number:03}")).collect();
        for text in &texts {
            alice.say(bob, text);
        }
        world.settle();
        let chat = bob.chat(alice);
        let window = picture::bodies(&world.timeline(bob.id, chat));
        assert!(window.len() < 180, "a window, not everything");
        assert_eq!(window, texts[180 - window.len()..]);
        world.page(bob.id, chat, Page::Older(30));
        let larger = picture::bodies(&world.timeline(bob.id, chat));
        assert!(larger.len() >= window.len() + 29, "{} then {}", window.len(), larger.len());
        assert_eq!(larger, texts[180 - larger.len()..]);
        bob.scroll_to_beginning(alice);
        assert_eq!(bob.bodies(alice), texts);
        let id = bob.message(alice, "m020");
        world.page(bob.id, chat, Page::Newest);
        assert_eq!(picture::bodies(&world.timeline(bob.id, chat)).last(), texts.last());
        world.page(bob.id, chat, Page::Around(id));
        let around = picture::bodies(&world.timeline(bob.id, chat));
        assert!(around.contains(&"m020".to_owned()) && around.contains(&"m025".to_owned()), "{around:?}");
        assert!(around.contains(&"m015".to_owned()), "{around:?}");
        let first = texts.iter().position(|text| *text == around[0]).unwrap();
        assert_eq!(around, texts[first..first + around.len()], "without a hole");
        alice.say(bob, "new");
        world.settle();
        world.page(bob.id, chat, Page::Newest);
        assert_eq!(bob.bodies(alice).last().map(String::as_str), Some("new"));
    });
}

#[test]
fn keys_are_unique_and_stay_with_their_rows() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for number in 0..10 {
            alice.say(bob, &format!("a{number}"));
            bob.say(alice, &format!("b{number}"));
        }
        let keys = |world: &linnet_tests::fake_world::FakeWorld| {
            let timeline = world.timeline(alice.id, alice.chat(bob));
            let keys: std::collections::BTreeMap<String, String> =
                picture::messages(&timeline).map(|message| (message.body.clone(), message.key.clone())).collect();
            let distinct: std::collections::BTreeSet<&String> = keys.values().collect();
            assert_eq!(distinct.len(), keys.len());
            keys
        };
        let early = keys(world);
        world.settle();
        let late = keys(world);
        assert!(early.iter().all(|(body, key)| late[body] == *key), "confirming and moving keep the key");
    });
}

#[test]
fn actions_say_what_can_be_done() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "fine");
        world.settle();
        alice.say("nobody@linnet.test", "lost");
        world.settle();
        let actions = |with: &str| {
            let timeline = alice.timeline(with);
            picture::messages(&timeline).next().unwrap().actions.clone()
        };
        assert_eq!(actions("bob@linnet.test"), [MessageAction::Copy, MessageAction::Correct, MessageAction::Delete]);
        assert!(!actions("nobody@linnet.test").contains(&MessageAction::Correct));
        assert!(actions("nobody@linnet.test").contains(&MessageAction::Retry));
    });
}

#[test]
fn a_store_with_two_accounts_keeps_them_apart() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.server().register(
            &linnet_tests::fake_world::address("work"),
            &linnet_tests::fake_world::FakeWorld::password("work"),
        );
        let second = match alice.order(Command::AddAccount {
            address: "work@linnet.test".to_owned(),
            password: linnet_messenger::command::Secret::new(linnet_tests::fake_world::FakeWorld::password("work")),
            server: None,
            proxy: None,
            again: false,
        }) {
            linnet_messenger::command::Receipt::Account(account) => account,
            other => panic!("{other:?}"),
        };
        world.befriend("work", "bob");
        world.settle();
        bob.say(alice, "to alice");
        bob.say("work@linnet.test", "to work");
        world.settle();
        let chats = world.chat_list(alice.id);
        assert_eq!(chats.len(), 2, "the same contact under two accounts is two chats");
        for chat in chats {
            let bodies = picture::bodies(&world.timeline(alice.id, chat.id));
            assert_eq!(bodies, [if chat.account == second { "to work" } else { "to alice" }]);
        }
        alice.order(Command::RemoveAccount { account: second });
        world.settle();
        assert_eq!(world.chat_list(alice.id).len(), 1);
        assert_eq!(alice.bodies(bob), ["to alice"]);
    });
}
