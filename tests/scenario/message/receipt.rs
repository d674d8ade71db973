//! Receipts and markers: who is told, who is not, what is believed.

use linnet_messenger::command::Command;
use linnet_messenger::command::PrivacySetting;
use linnet_messenger::fault::Violation;
use linnet_messenger::view::item::MessageState;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::picture;
use linnet_tests::world::{Device, World};

use crate::on_fake;

const RECEIPTS: &str = "urn:xmpp:receipts";
const MARKERS: &str = "urn:xmpp:chat-markers:0";

/// Stanzas in an archive that say this of another one.
fn said(world: &FakeWorld, owner: &str, name: &str, ns: &str) -> usize {
    world.server().archive(&address(owner)).rows.iter().filter(|row| row.message.first(name, ns).is_some()).count()
}

fn states(device: Device<'_>, with: &str) -> Vec<MessageState> {
    picture::messages(&device.timeline(with)).map(|message| message.state).collect()
}

#[test]
fn a_receipt_is_sent_once_and_only_for_what_comes_live() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "live");
        world.settle();
        assert_eq!(said(world, "alice", "received", RECEIPTS), 1);
        // Gone with his session: a resumed one would bring it live.
        bob.kill();
        world.restart_server();
        alice.say(bob, "archived");
        world.settle();
        bob.start();
        world.settle();
        let _second = world.any().phone("bob2", "bob");
        world.settle();
        bob.kill();
        world.restart_server();
        bob.start();
        world.settle();
        assert_eq!(bob.bodies(alice), ["live", "archived"]);
        assert_eq!(said(world, "alice", "received", RECEIPTS), 1, "what the archive shows is not answered");
        alice.sees(bob, "alice: live ✓✓\nalice: archived ✓");
    });
}

#[test]
fn nobody_is_answered_who_may_not_see_us_or_when_the_user_does_not_want_it() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let carol = world.any().device("carol");
        world.settle();
        carol.say(bob, "stranger");
        bob.privacy(PrivacySetting::Receipts, false);
        bob.privacy(PrivacySetting::ReadMarkers, false);
        alice.say(bob, "friend");
        world.settle();
        bob.reads(alice);
        bob.reads(carol);
        world.settle();
        for owner in ["alice", "carol"] {
            assert_eq!(said(world, owner, "received", RECEIPTS) + said(world, owner, "displayed", MARKERS), 0);
        }
        bob.privacy(PrivacySetting::Receipts, true);
        alice.say(bob, "now");
        world.settle();
        assert_eq!(states(alice, "bob@linnet.test"), [MessageState::Sent, MessageState::Delivered]);
    });
}

#[test]
fn errors_receipts_and_rooms_are_never_answered() {
    on_fake(|world| {
        let (alice, _bob) = world.any().friends("alice", "bob");
        let ask = "<body>x</body><request xmlns='urn:xmpp:receipts'/>";
        for (number, (kind, inside)) in [
            ("error", ask),
            ("groupchat", ask),
            ("headline", ask),
            ("chat", "<request xmlns='urn:xmpp:receipts'/>"),
            ("chat", "<body>x</body><request xmlns='urn:xmpp:receipts'/><received xmlns='urn:xmpp:receipts' id='q'/>"),
        ]
        .iter()
        .enumerate()
        {
            world.inject(
                alice.id,
                &format!(
                    "<message from='bob@linnet.test/desk' to='alice@linnet.test' id='r{number}' type='{kind}'>{inside}</message>"
                ),
            );
        }
        world.inject(
            alice.id,
            "<message from='bob@linnet.test/desk' to='alice@linnet.test' type='chat'>\
             <body>no id</body><request xmlns='urn:xmpp:receipts'/></message>",
        );
        world.settle();
        assert_eq!(said(world, "bob", "received", RECEIPTS), 0);
    });
}

#[test]
fn a_receipt_or_marker_from_someone_else_is_a_violation() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.goes_offline();
        world.settle();
        let token = "token-that-nobody-can-guess".to_owned();
        let chat = alice.chat(bob);
        alice.order(Command::SendText { chat, body: "secret".to_owned(), token: token.clone() });
        world.settle();
        for (payload, violation) in [
            (format!("<received xmlns='{RECEIPTS}' id='{token}'/>"), Violation::ReceiptForged),
            (format!("<displayed xmlns='{MARKERS}' id='{token}'/>"), Violation::MarkerForged),
        ] {
            for from in ["mallory@evil.test/x", "bob@evil.test/desk", "linnet.test"] {
                world.inject(
                    alice.id,
                    &format!("<message from='{from}' to='alice@linnet.test' id='m' type='chat'>{payload}</message>"),
                );
            }
            world.settle();
            let counted = world.violations().into_iter().filter(|counted| *counted == violation).count();
            assert_eq!(counted, 3, "{violation:?}");
        }
        alice.sees(bob, "alice: secret ✓");
        assert!(world.chat_list(alice.id).iter().all(|chat| chat.address == "bob@linnet.test"), "no chat was opened");
        bob.comes_online();
        world.settle();
        bob.reads(alice);
        world.settle();
        alice.sees(bob, "alice: secret ✓✓ read");
    });
}

#[test]
fn an_error_after_a_receipt_changes_nothing_and_a_receipt_after_an_error_does() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let chat = alice.chat(bob);
        alice.order(Command::SendText { chat, body: "one".to_owned(), token: "one".to_owned() });
        world.settle();
        alice.sees(bob, "alice: one ✓✓");
        let error = |id: &str| {
            format!(
                "<message from='bob@linnet.test' to='alice@linnet.test' id='{id}' type='error'><error type='cancel'>\
                 <service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
            )
        };
        world.inject(alice.id, &error("one"));
        world.settle();
        alice.sees(bob, "alice: one ✓✓");
        bob.goes_offline();
        alice.order(Command::SendText { chat, body: "two".to_owned(), token: "two".to_owned() });
        world.settle();
        world.inject(alice.id, &error("two"));
        world.settle();
        alice.sees(bob, "alice: one ✓✓\nalice: two ✗ not_allowed");
        world.inject(
            alice.id,
            "<message from='bob@linnet.test/desk' to='alice@linnet.test' id='x' type='chat'>\
             <received xmlns='urn:xmpp:receipts' id='two'/></message>",
        );
        world.settle();
        alice.sees(bob, "alice: one ✓✓\nalice: two ✓✓");
    });
}

#[test]
fn a_marker_tells_the_newest_once_and_means_all_before() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for text in ["one", "two", "three"] {
            alice.say(bob, text);
        }
        world.settle();
        let chat = bob.chat(alice);
        let two = bob.message(alice, "two");
        bob.order(Command::MarkRead { chat, message: two });
        bob.order(Command::MarkRead { chat, message: two });
        world.settle();
        alice.sees(bob, "alice: one ✓✓ read\nalice: two ✓✓ read\nalice: three ✓✓");
        assert_eq!(said(world, "alice", "displayed", MARKERS), 1);
        let fresh = world.any().phone("fresh", "alice");
        world.settle();
        fresh.sees(bob, "alice: one ✓✓ read\nalice: two ✓✓ read\nalice: three ✓✓");
        alice.order(Command::DeleteMessage { message: alice.message(bob, "two") });
        alice.sees(bob, "alice: one ✓✓ read\nalice: three ✓✓");
    });
}

/// As Conversations does it.
#[test]
fn a_marker_that_names_a_correction_means_its_message() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let chat = alice.chat(bob);
        alice.order(Command::SendText { chat, body: "helo".to_owned(), token: "original".to_owned() });
        world.settle();
        let message = alice.message(bob, "helo");
        alice.order(Command::Correct { message, body: "hello".to_owned(), token: "correction".to_owned() });
        world.settle();
        world.inject(
            alice.id,
            "<message from='bob@linnet.test/desk' to='alice@linnet.test' id='x' type='chat'>\
             <displayed xmlns='urn:xmpp:chat-markers:0' id='correction'/></message>",
        );
        world.settle();
        alice.sees(bob, "alice: hello (edited) ✓✓ read");
    });
}

#[test]
fn what_is_read_offline_is_told_once_when_there_is_a_connection() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for text in ["one", "two", "three"] {
            alice.say(bob, text);
        }
        world.settle();
        bob.goes_offline();
        let chat = bob.chat(alice);
        for text in ["one", "two", "three"] {
            bob.order(Command::MarkRead { chat, message: bob.message(alice, text) });
        }
        bob.kill();
        bob.start();
        bob.comes_online();
        world.settle();
        assert_eq!(said(world, "alice", "displayed", MARKERS), 1, "only the newest");
        alice.sees(bob, "alice: one ✓✓ read\nalice: two ✓✓ read\nalice: three ✓✓ read");
    });
}

#[test]
fn what_another_device_has_read_is_read_here_and_not_told_again() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let second = world.any().phone("bob2", "bob");
        world.settle();
        alice.say(bob, "one");
        alice.say(bob, "two");
        world.settle();
        assert_eq!(world.chat_list(second.id)[0].unread, 2);
        bob.reads(alice);
        world.settle();
        second.kill();
        world.restart_server();
        second.start();
        world.settle();
        assert_eq!(world.chat_list(second.id)[0].unread, 0, "its marker is in the archive");
        second.reads(alice);
        world.settle();
        assert_eq!(said(world, "alice", "displayed", MARKERS), 1);
    });
}

#[test]
fn receipts_before_their_message_wait_and_are_bounded() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "hi");
        world.settle();
        for number in 0..1_100 {
            world.inject(
                alice.id,
                &format!(
                    "<message from='bob@linnet.test/desk' to='alice@linnet.test' id='x{number}' type='chat'>\
                     <received xmlns='urn:xmpp:receipts' id='unknown-{number}'/></message>"
                ),
            );
        }
        world.settle();
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM relation"), 1_000);
        // The message that one of them is about comes from the archive: another device of hers sent it.
        let message = linnet_messenger::wire::Element::parse(
            "<message from='alice@linnet.test/other' to='bob@linnet.test' id='unknown-1099' type='chat'>\
             <body>from elsewhere</body></message>",
        )
        .unwrap();
        world.server_acts(|server| {
            let now = server.now();
            let (from, to) = ("alice@linnet.test/other".parse().unwrap(), "bob@linnet.test".parse().unwrap());
            server.archive_by_hand(&address("alice"), &from, &to, message, now);
        });
        alice.kill();
        world.restart_server();
        alice.start();
        world.settle();
        alice.sees(bob, "alice: hi ✓✓\nalice: from elsewhere ✓✓");
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM relation"), 999);
    });
}
