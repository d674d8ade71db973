//! Who is writing: said sparingly, shown while it lasts.

use linnet_messenger::command::PrivacySetting;
use linnet_messenger::view::item::TimelineItem;
use linnet_tests::fake_world::FakeWorld;
use linnet_tests::world::{Device, World};

use crate::on_fake;

/// How often this state has gone over a device's wire.
fn sent(world: &FakeWorld, device: &str, state: &str) -> usize {
    let (sender, state) =
        (format!(" {device} > "), format!("<{state} xmlns='http://jabber.org/protocol/chatstates'/><no-store"));
    world.trace().lines().filter(|line| line.contains(&sender) && line.contains(&state)).count()
}

fn writes(device: Device<'_>, with: Device<'_>) -> bool {
    let row = matches!(device.timeline(with).last(), Some(TimelineItem::Typing { .. }));
    let chat = device.world.chat_list(device.id).into_iter().find(|chat| chat.address == with.address().as_str());
    assert_eq!(chat.is_some_and(|chat| chat.typing), row, "the list and the chat say the same");
    row
}

/// Two who have shown each other that they know chat states.
fn talking(world: &FakeWorld) -> (Device<'_>, Device<'_>) {
    let (alice, bob) = world.any().friends("alice", "bob");
    alice.say(bob, "hi");
    bob.say(alice, "hi");
    world.settle();
    (alice, bob)
}

#[test]
fn who_writes_is_seen_until_the_message_comes() {
    on_fake(|world| {
        let (alice, bob) = talking(world);
        for _ in 0..50 {
            alice.types(bob, true);
            world.advance(100);
        }
        assert!(writes(bob, alice));
        assert_eq!(sent(world, "alice", "composing"), 1, "fifty keystrokes, one stanza");
        alice.say(bob, "done");
        world.advance(500);
        assert!(!writes(bob, alice));
        world.settle();
        assert_eq!(sent(world, "alice", "paused") + sent(world, "alice", "active"), 0, "the message said it");
    });
}

#[test]
fn silence_is_a_pause_and_an_empty_field_the_end() {
    on_fake(|world| {
        let (alice, bob) = talking(world);
        alice.types(bob, true);
        world.advance(500);
        assert!(writes(bob, alice));
        world.advance(15_000);
        assert!(!writes(bob, alice));
        assert_eq!(sent(world, "alice", "paused"), 1);
        alice.types(bob, true);
        world.advance(500);
        assert!(writes(bob, alice));
        alice.types(bob, false);
        alice.types(bob, false);
        world.advance(500);
        assert!(!writes(bob, alice));
        assert_eq!(sent(world, "alice", "active"), 1);
    });
}

#[test]
fn nothing_is_said_to_who_does_not_know_or_may_not_know() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.types(bob, true);
        world.settle();
        assert_eq!(sent(world, "alice", "composing"), 0, "not known yet whether he wants to hear it");
        let carol = world.any().device("carol");
        world.settle();
        carol.say(alice, "hi");
        world.settle();
        alice.types(carol, true);
        world.settle();
        assert_eq!(sent(world, "alice", "composing"), 0, "a stranger does not learn that we are there");
        bob.say(alice, "hi");
        world.settle();
        alice.privacy(PrivacySetting::Typing, false);
        alice.types(bob, true);
        world.settle();
        assert_eq!(sent(world, "alice", "composing"), 0, "the user does not want it");
        alice.privacy(PrivacySetting::Typing, true);
        alice.types(bob, true);
        world.settle();
        assert_eq!(sent(world, "alice", "composing"), 1);
        world.inject(
            alice.id,
            "<message from='bob@linnet.test/old' to='alice@linnet.test' id='o1' type='chat'><body>plain</body></message>",
        );
        world.settle();
        alice.types(bob, true);
        world.settle();
        assert_eq!(sent(world, "alice", "composing"), 1, "he answered without: no more of it");
    });
}

#[test]
fn nobody_writes_for_ever() {
    on_fake(|world| {
        let (alice, bob) = talking(world);
        let composing = "<message from='bob@linnet.test/desk' to='alice@linnet.test' type='chat'>\
                         <composing xmlns='http://jabber.org/protocol/chatstates'/></message>";
        world.inject(alice.id, composing);
        world.advance(1_000);
        assert!(writes(alice, bob));
        world.advance(61_000);
        assert!(!writes(alice, bob), "a minute of silence");
        for end in [
            "<message from='bob@linnet.test/desk' to='alice@linnet.test' type='chat'>\
             <gone xmlns='http://jabber.org/protocol/chatstates'/></message>",
            "<presence from='bob@linnet.test/desk' to='alice@linnet.test' type='unavailable'/>",
        ] {
            world.inject(alice.id, composing);
            world.advance(1_000);
            assert!(writes(alice, bob));
            world.inject(alice.id, end);
            world.advance(1_000);
            assert!(!writes(alice, bob), "{end}");
        }
        world.inject(alice.id, composing);
        world.advance(1_000);
        alice.kill();
        alice.start();
        assert!(!writes(alice, bob), "nothing of it outlives the process");
        world.settle();
        world.inject(alice.id, composing);
        world.advance(1_000);
        assert!(writes(alice, bob));
        alice.goes_offline();
        world.advance(1_000);
        assert!(!writes(alice, bob), "nor the connection");
    });
}

#[test]
fn strangers_open_no_chats_by_writing_and_late_news_is_no_news() {
    on_fake(|world| {
        let (alice, bob) = talking(world);
        let from = |jid: &str, more: &str| {
            format!(
                "<message from='{jid}' to='alice@linnet.test' type='chat'>\
                 <composing xmlns='http://jabber.org/protocol/chatstates'/>{more}</message>"
            )
        };
        world.inject(alice.id, &from("mallory@evil.test/x", ""));
        let late = "<delay xmlns='urn:xmpp:delay' from='linnet.test' stamp='2026-01-01T00:00:00Z'/>";
        world.inject(alice.id, &from("bob@linnet.test/desk", late));
        world.advance(1_000);
        assert_eq!(world.chat_list(alice.id).len(), 1);
        assert!(!writes(alice, bob));
        alice.goes_offline();
        alice.types(bob, true);
        alice.comes_online();
        world.settle();
        assert_eq!(sent(world, "alice", "composing"), 0, "nothing waits for a connection");
    });
}
