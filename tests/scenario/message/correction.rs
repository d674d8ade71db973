//! Corrections: any own message, shown once, whatever way and in whatever order they come; nobody else's.

use linnet_messenger::command::Command;
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::view::item::{MessageAction, TimelineItem};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::picture;
use linnet_tests::world::{Device, World};

use crate::on_fake;

const LONG_ID: &str = "an-id-that-nobody-guesses";

/// A stanza of bob's, as his server would pass it on.
fn bob_says(world: &FakeWorld, alice: Device<'_>, id: &str, body: &str, replaces: Option<&str>) {
    let replace = replaces.map(|id| format!("<replace xmlns='urn:xmpp:message-correct:0' id='{id}'/>"));
    let xml = format!(
        "<message from='bob@linnet.test/desk' to='alice@linnet.test' id='{id}' type='chat'><body>{body}</body>{}</message>",
        replace.unwrap_or_default()
    );
    let stanza = linnet_messenger::wire::Element::parse(&xml).unwrap();
    world.server_acts(|server| server.arrives(&stanza));
    world.advance(200);
    let _ = alice;
}

fn item(device: Device<'_>, with: &str, body: &str) -> linnet_messenger::view::item::MessageItem {
    let timeline = device.timeline(with);
    picture::messages(&timeline).find(|message| message.body == body).cloned().unwrap()
}

#[test]
fn an_unsent_message_is_changed_in_place_and_a_sent_one_is_corrected_later() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "sent");
        world.settle();
        alice.goes_offline();
        alice.say(bob, "usnent");
        alice.corrects(bob, "usnent", "unsent");
        alice.corrects(bob, "unsent", "not sent");
        alice.corrects(bob, "sent", "setn");
        alice.corrects(bob, "setn", "sent before");
        alice.sees(
            bob,
            "alice: sent before (edited) …
             alice: not sent …",
        );
        bob.sees(alice, "── unread ──\nalice: sent");
        alice.comes_online();
        world.settle();
        alice.sees(
            bob,
            "alice: sent before (edited) ✓✓
             alice: not sent ✓✓",
        );
        bob.leaves(alice);
        bob.sees(
            alice,
            "── unread ──
             alice: sent before (edited)
             alice: not sent",
        );
        let stanzas: Vec<String> = world
            .server()
            .archive(&address("bob"))
            .rows
            .iter()
            .map(|row| row.body())
            .filter(|b| !b.is_empty())
            .collect();
        assert_eq!(stanzas, ["sent", "not sent", "sent before"], "what was never sent has no history");
        assert_eq!(bob.versions(alice, "sent before"), ["sent", "sent before"]);
        assert_eq!(alice.versions(bob, "not sent"), ["not sent"]);
    });
}

#[test]
fn a_correction_refers_to_the_original_and_survives_resets() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "one");
        world.settle();
        for (old, new) in [("one", "two"), ("two", "three"), ("three", "four")] {
            alice.corrects(bob, old, new);
            world.advance(40);
            alice.kill();
            world.restart_server();
            alice.start();
            world.settle();
        }
        alice.sees(bob, "alice: four (edited) ✓✓");
        bob.leaves(alice);
        bob.sees(alice, "── unread ──\nalice: four (edited)");
        for (device, with) in [(alice, bob), (bob, alice)] {
            assert_eq!(device.versions(with, "four"), ["one", "two", "three", "four"]);
        }
        let server = world.server();
        let rows = &server.archive(&address("bob")).rows;
        let original = rows[0].message.attribute("id").unwrap();
        let replaced: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.message.first("replace", "urn:xmpp:message-correct:0")?.attribute("id"))
            .collect();
        assert_eq!(replaced, [original; 3]);
    });
}

#[test]
fn only_own_messages_that_can_be_named_are_corrected() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "hers");
        alice.say(bob, "mine");
        alice.say("nobody@linnet.test", "lost");
        world.settle();
        let correct = |message, body: &str| {
            world.submit(alice.id, Command::Correct { message, body: body.to_owned(), token: world.token() })
        };
        assert_eq!(correct(alice.message(bob, "hers"), "x").unwrap_err(), CommandError::NotNow);
        assert_eq!(correct(alice.message("nobody@linnet.test", "lost"), "x").unwrap_err(), CommandError::NotNow);
        assert_eq!(correct(alice.message(bob, "mine"), " ").unwrap_err(), CommandError::TextInvalid);
        let command =
            Command::Correct { message: alice.message(bob, "mine"), body: "ours".to_owned(), token: world.token() };
        alice.order(command.clone());
        alice.order(command.clone());
        world.settle();
        alice.order(command);
        world.settle();
        assert_eq!(alice.versions(bob, "ours"), ["mine", "ours"], "the same call again changes nothing");
        assert_eq!(
            item(alice, "bob@linnet.test", "ours").actions,
            [MessageAction::Copy, MessageAction::Correct, MessageAction::Versions, MessageAction::Delete]
        );
    });
}

#[test]
fn a_correction_before_its_message_waits_and_is_never_seen_alone() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob_says(world, alice, "c1", "hello", Some(LONG_ID));
        assert!(alice.bodies(bob).is_empty(), "it waits");
        assert!(world.chat_list(alice.id).iter().all(|chat| chat.unread == 0));
        bob_says(world, alice, LONG_ID, "helo", None);
        // In the archive's order the correction is the older one: it is no correction of what came after it.
        world.settle();
        let seen = picture::of(&alice.timeline(bob));
        assert!(seen.contains("bob: helo") && seen.contains("bob: hello"), "nothing is lost: {seen}");
    });
}

/// Nothing can bring its message any more: a text that nobody sees would be a lost one.
#[test]
fn a_correction_whose_message_never_comes_is_shown_as_a_message() {
    for archive in [true, false] {
        on_fake(|world| {
            world.server().switches.archive = archive;
            let (alice, bob) = world.any().friends("alice", "bob");
            bob_says(world, alice, "c1", "hello", Some("gone"));
            world.settle();
            world.advance(60_000);
            world.settle();
            alice.leaves(bob);
            alice.sees(bob, "── unread ──\nbob: hello");
            assert_eq!(world.chat_list(alice.id)[0].unread, 1);
        });
    }
}

#[test]
fn nobody_corrects_what_another_wrote() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob_says(world, alice, LONG_ID, "mine", None);
        alice.say(bob, "hers");
        world.settle();
        let hers = world.server().archive(&address("alice")).rows.iter().find(|row| row.body() == "hers").cloned();
        let hers = hers.unwrap().message.attribute("id").unwrap().to_owned();
        let before = alice.timeline(bob);
        for (number, from) in ["mallory@evil.test/x", "bob@evil.test/desk", "linnet.test"].iter().enumerate() {
            world.inject(
                alice.id,
                &format!(
                    "<message from='{from}' to='alice@linnet.test' id='f{number}' type='chat'><body>forged</body>\
                     <replace xmlns='urn:xmpp:message-correct:0' id='{LONG_ID}'/></message>"
                ),
            );
        }
        world.settle();
        assert_eq!(world.violations(), [Violation::CorrectionForged; 3]);
        assert_eq!(alice.timeline(bob), before);
        assert!(alice.bodies("mallory@evil.test").is_empty(), "dropped");
        // Ids that anybody can guess prove nothing; ours are longer.
        if hers.len() >= 16 {
            bob_says(world, alice, "f4", "forged", Some(&hers));
            world.settle();
            assert_eq!(world.violations().len(), 4);
            assert_eq!(alice.bodies(bob), ["mine", "hers"]);
        }
    });
}

#[test]
fn a_deleted_message_takes_its_corrections_along() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "helo");
        alice.say(bob, "stays");
        world.settle();
        alice.corrects(bob, "helo", "hello");
        world.settle();
        bob.order(Command::DeleteMessage { message: bob.message(alice, "hello") });
        alice.corrects(bob, "hello", "hello again");
        world.settle();
        assert_eq!(bob.bodies(alice), ["stays"]);
        bob.kill();
        world.reboot(bob.id);
        world.restart_server();
        bob.start();
        world.settle();
        assert_eq!(bob.bodies(alice), ["stays"], "the archive brings nothing of it back");
    });
}

#[test]
fn ids_that_are_used_again_mean_the_newest_message_before_the_correction() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob_says(world, alice, "1", "frist", None);
        bob_says(world, alice, "2", "first", Some("1"));
        bob_says(world, alice, "1", "secnd", None);
        bob_says(world, alice, "2", "second", Some("1"));
        world.settle();
        assert_eq!(alice.bodies(bob), ["first", "second"]);
        let fresh = world.any().phone("fresh", "alice");
        world.settle();
        assert_eq!(fresh.bodies(bob), ["first", "second"]);
        assert_eq!(fresh.versions(bob, "first"), ["frist", "first"]);
    });
}

#[test]
fn a_correction_of_what_is_unread_changes_the_line_and_alerts_nobody() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "helo");
        alice.say(bob, "there");
        world.settle();
        alice.corrects(bob, "helo", "hello");
        world.settle();
        let chat = &world.chat_list(bob.id)[0];
        assert_eq!((chat.unread, chat.preview.clone().unwrap().body), (2, "there".to_owned()));
        let timeline = bob.timeline(alice);
        assert!(matches!(timeline[0], TimelineItem::UnreadMark { .. }));
        assert_eq!(picture::bodies(&timeline), ["hello", "there"]);
        alice.corrects(bob, "there", "there!");
        world.settle();
        assert_eq!(world.chat_list(bob.id)[0].preview.clone().unwrap().body, "there!");
    });
}

/// A message corrected without end costs the reader a window of it, and shows its newest text.
#[test]
fn very_many_corrections_are_one_message_with_a_bounded_history() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob_says(world, alice, LONG_ID, "v0", None);
        for number in 1..=150 {
            bob_says(world, alice, &format!("c{number}"), &format!("v{number}"), Some(LONG_ID));
        }
        world.settle();
        assert_eq!(alice.bodies(bob), ["v150"]);
        let versions = alice.versions(bob, "v150");
        assert_eq!(versions.len(), 101);
        assert_eq!((versions[0].as_str(), versions[1].as_str(), versions[100].as_str()), ("v0", "v51", "v150"));
    });
}

#[test]
fn a_refused_correction_fails_its_message_and_can_be_sent_again() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "helo");
        world.settle();
        world.server().bounces.insert(address("bob"), "policy-violation");
        alice.corrects(bob, "helo", "hello");
        world.settle();
        alice.sees(bob, "alice: hello (edited) ✗ too_large");
        bob.sees(alice, "── unread ──\nalice: helo");
        world.server().bounces.clear();
        alice.order(Command::Retry { message: alice.message(bob, "hello") });
        world.settle();
        alice.sees(bob, "alice: hello (edited) ✓✓");
        assert_eq!(bob.bodies(alice), ["hello"]);
    });
}
