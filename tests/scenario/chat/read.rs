//! Read state between devices (XEP-0490): forged news, nodes that are not as they must be, servers without, messages that
//! come after the news of them; and what is worth a notification.

use linnet_messenger::command::Command;
use linnet_messenger::command::PrivacySetting;
use linnet_messenger::fault::Violation;
use linnet_messenger::wire::Element;
use linnet_tests::fake_server::Node;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use crate::on_fake;

const NODE: &str = "urn:xmpp:mds:displayed:0";

fn two_phones(world: &FakeWorld) -> (Device<'_>, Device<'_>, Device<'_>) {
    let (alice, bob) = world.any().friends("alice", "bob");
    let second = world.any().phone("alice2", "alice");
    world.settle();
    (alice, second, bob)
}

/// The archive id of a text in alice's archive.
fn archive_id(world: &FakeWorld, body: &str) -> String {
    let server = world.server();
    let row = server.archive(&address("alice")).rows.iter().find(|row| row.body() == body);
    row.unwrap_or_else(|| panic!("{body} is not archived")).id.clone()
}

fn displayed(by: &str, id: &str) -> Element {
    Element::parse(&format!(
        "<displayed xmlns='{NODE}'><stanza-id xmlns='urn:xmpp:sid:0' by='{by}' id='{id}'/></displayed>"
    ))
    .unwrap()
}

/// What the server's node says of the chat with bob.
fn published(world: &FakeWorld) -> Option<String> {
    let server = world.server();
    let node = server.node(&address("alice"), NODE)?;
    let (_, item) = node.items.iter().find(|(id, _)| id == "bob@linnet.test")?;
    let displayed = item.first("displayed", NODE)?;
    displayed.first("stanza-id", "urn:xmpp:sid:0")?.attribute("id").map(str::to_owned)
}

fn read_up_to(device: Device<'_>, with: Device<'_>, body: &str) {
    device.order(Command::MarkRead { chat: device.chat(with), message: device.message(with, body) });
}

#[test]
fn news_from_somebody_else_is_a_violation_and_reads_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "one");
        world.settle();
        let id = archive_id(world, "one");
        for from in ["bob@linnet.test", "mallory@evil.test/x", "alice@linnet.test/other", "linnet.test"] {
            world.inject(
                alice.id,
                &format!(
                    "<message from='{from}' to='alice@linnet.test' type='headline'>\
                     <event xmlns='http://jabber.org/protocol/pubsub#event'><items node='{NODE}'>\
                     <item id='bob@linnet.test'><displayed xmlns='{NODE}'>\
                     <stanza-id xmlns='urn:xmpp:sid:0' by='alice@linnet.test' id='{id}'/></displayed></item>\
                     </items></event></message>"
                ),
            );
        }
        world.settle();
        assert_eq!(world.violations(), [Violation::ReadStateForged; 4]);
        assert_eq!(alice.unread(bob), 1);
    });
}

#[test]
fn news_that_names_nothing_of_the_chat_reads_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let carol = world.any().device("carol");
        world.befriend("alice", "carol");
        world.settle();
        bob.say(alice, "from bob");
        carol.say(alice, "from carol");
        world.settle();
        let (of_bob, of_carol) = (archive_id(world, "from bob"), archive_id(world, "from carol"));
        let own = address("alice");
        for (item, by, id) in [
            ("bob@linnet.test", "alice@linnet.test", of_carol.as_str()),
            ("bob@linnet.test", "bob@linnet.test", of_bob.as_str()),
            ("bob@linnet.test", "alice@linnet.test", "no such id"),
            ("bob@linnet.test/nick", "alice@linnet.test", of_bob.as_str()),
            ("@@", "alice@linnet.test", of_bob.as_str()),
        ] {
            world.server_acts(|server| server.publish(&own, NODE, item, displayed(by, id)));
            world.settle();
        }
        world.server_acts(|server| {
            server.publish(
                &own,
                NODE,
                "bob@linnet.test",
                Element::parse(&format!("<displayed xmlns='{NODE}'/>")).unwrap(),
            );
        });
        world.settle();
        assert_eq!((alice.unread(bob), alice.unread(carol)), (1, 1));
        assert!(world.violations().is_empty());
        world.server_acts(|server| {
            server.publish(&own, NODE, "bob@linnet.test", displayed("alice@linnet.test", &of_bob));
        });
        world.settle();
        assert_eq!((alice.unread(bob), alice.unread(carol)), (0, 1));
    });
}

/// The server is ours, and may still go mad: what one push can make us do is bounded.
#[test]
fn a_push_of_thousands_is_taken_in_part() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "one");
        world.settle();
        let item = |number: usize| {
            let displayed = displayed("alice@linnet.test", &format!("id{number}")).to_xml();
            format!("<item id='p{number}@linnet.test'>{displayed}</item>")
        };
        let push = |numbers: std::ops::Range<usize>| {
            let items: String = numbers.map(item).collect();
            world.inject(
                alice.id,
                &format!(
                    "<message from='alice@linnet.test'><event xmlns='http://jabber.org/protocol/pubsub#event'>\
                     <items node='{NODE}'>{items}</items></event></message>"
                ),
            );
            world.settle();
        };
        let rows = || world.count(alice.id, "SELECT count(*) FROM read_sync WHERE archive_id LIKE 'id%'");
        push(0..3_000);
        assert_eq!(rows(), 1_000);
        // The account has rows for so many chats, and one that has its row is still heard.
        for start in (0..12_000).step_by(1_000) {
            push(start..start + 1_000);
        }
        assert!((9_999..=10_000).contains(&rows()), "{}", rows());
        let known = archive_id(world, "one");
        let own = address("alice");
        world.server_acts(|server| {
            server.publish(&own, NODE, "p7@linnet.test", displayed("alice@linnet.test", &known));
        });
        world.settle();
        let moved = format!("SELECT count(*) FROM read_sync WHERE jid = 'p7@linnet.test' AND archive_id = '{known}'");
        assert_eq!(world.count(alice.id, &moved), 1);
    });
}

#[test]
fn news_never_moves_back() {
    on_fake(|world| {
        let (alice, _, bob) = two_phones(world);
        for text in ["one", "two", "three"] {
            bob.say(alice, text);
        }
        world.settle();
        read_up_to(alice, bob, "three");
        world.settle();
        assert_eq!(published(world), Some(archive_id(world, "three")));
        let older = archive_id(world, "one");
        world.server_acts(|server| {
            server.publish(&address("alice"), NODE, "bob@linnet.test", displayed("alice@linnet.test", &older));
        });
        world.settle();
        assert_eq!(alice.unread(bob), 0);
    });
}

/// Two phones read at once, the one further than the other: both end where the further one is, and so does the node.
#[test]
fn the_further_of_two_readers_wins() {
    on_fake(|world| {
        world.latency(300, 900);
        let (alice, second, bob) = two_phones(world);
        for number in 0..6 {
            bob.say(alice, &format!("b{number}"));
        }
        world.settle();
        for (first, other) in [("b0", "b2"), ("b3", "b1"), ("b3", "b4")] {
            read_up_to(alice, bob, first);
            read_up_to(second, bob, other);
        }
        world.settle();
        assert_eq!((alice.unread(bob), second.unread(bob)), (1, 1));
        assert_eq!(published(world), Some(archive_id(world, "b4")));
    });
}

#[test]
fn much_reading_is_few_publications() {
    on_fake(|world| {
        let (alice, second, bob) = two_phones(world);
        for number in 0..30 {
            bob.say(alice, &format!("b{number:02}"));
        }
        world.settle();
        for number in 0..30 {
            read_up_to(alice, bob, &format!("b{number:02}"));
        }
        world.settle();
        assert_eq!(second.unread(bob), 0);
        let published = world.server().counts.published;
        assert!(published <= 2, "{published} publications");
        alice.kill();
        alice.start();
        alice.reads(bob);
        world.settle();
        assert_eq!(world.server().counts.published, published, "what is known is not told again");
    });
}

#[test]
fn cuts_and_deaths_lose_no_read_state() {
    on_fake(|world| {
        let (alice, second, bob) = two_phones(world);
        for round in 0..6_u64 {
            let text = format!("b{round}");
            bob.say(alice, &text);
            world.settle();
            read_up_to(alice, bob, &text);
            world.advance(20 * round);
            match round % 3 {
                0 => alice.cut(),
                1 => {
                    alice.kill();
                    alice.start();
                }
                _ => world.restart_server(),
            }
            world.settle();
            assert_eq!((alice.unread(bob), second.unread(bob)), (0, 0), "round {round}");
            assert_eq!(published(world), Some(archive_id(world, &text)));
        }
    });
}

/// The news overtakes the message it is about.
#[test]
fn a_message_that_was_read_before_it_comes_is_read() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.server().switches.drop_live = 100;
        for text in ["one", "two"] {
            bob.say(alice, text);
        }
        world.settle();
        world.server().switches.drop_live = 0;
        assert!(alice.bodies(bob).is_empty());
        let id = archive_id(world, "one");
        world.server_acts(|server| {
            server.publish(&address("alice"), NODE, "bob@linnet.test", displayed("alice@linnet.test", &id));
        });
        world.settle();
        alice.kill();
        world.restart_server();
        alice.start();
        world.settle();
        assert_eq!(alice.bodies(bob), ["one", "two"]);
        assert_eq!(alice.unread(bob), 1);
        assert_eq!(alice.notified(bob), ["two"]);
    });
}

/// Missed messages of several pages, read elsewhere up to the last: none of them is notified of, not even for a moment.
#[test]
fn what_was_missed_and_read_elsewhere_is_never_notified_of() {
    on_fake(|world| {
        world.server().switches.page_cap = 7;
        let (alice, second, bob) = two_phones(world);
        second.kill();
        for number in 0..40 {
            bob.say(alice, &format!("b{number:02}"));
        }
        world.settle();
        read_up_to(alice, bob, "b38");
        world.settle();
        world.restart_server();
        second.start();
        let mut most = 0;
        for _ in 0..400 {
            world.advance(20);
            most = most.max(second.unread(bob));
        }
        world.settle();
        assert_eq!(second.unread(bob), 1);
        assert_eq!(most, 1, "unread at some moment");
        assert_eq!(second.bodies(bob).len(), 40);
    });
}

/// A long history behind a chat that another device reads: a fresh phone shows what is unread there, and no more.
#[test]
fn a_fresh_phone_shows_no_thousands_unread() {
    on_fake(|world| {
        world.server().switches.page_cap = 10;
        super::super::archive::seed(world, 90, 2);
        let own = address("alice");
        let id = archive_id(world, "old 085");
        world.server_acts(|server| {
            server.publish(&own, NODE, "bob@linnet.test", displayed("alice@linnet.test", &id));
        });
        let mut node = world.server().node(&own, NODE).unwrap().clone();
        node.configuration.insert("pubsub#max_items".to_owned(), "max".to_owned());
        world.server().set_node(&own, NODE, node);
        let alice = world.any().device("alice");
        world.settle();
        // 086, 088 and 089 are bob's; 087 is alice's own, and she had read what was before it.
        assert_eq!(alice.unread("bob@linnet.test"), 2);
        assert_eq!(alice.notified("bob@linnet.test"), ["old 088", "old 089"]);
        world.server_acts(|server| server.set_node(&own, NODE, Node::default()));
        let unaware = world.any().phone("alice2", "alice");
        world.settle();
        assert_eq!(unaware.unread("bob@linnet.test"), 0, "nothing is known: history is read");
    });
}

/// An answer from another device, found while the archive is read backwards after a long absence, reads what is older.
#[test]
fn an_answer_found_backwards_reads_what_was_before_it() {
    on_fake(|world| {
        world.server().switches.page_cap = 5;
        let (alice, second, bob) = two_phones(world);
        bob.say(alice, "before");
        world.settle();
        second.kill();
        for number in 0..400 {
            bob.say(alice, &format!("m{number:03}"));
        }
        world.settle();
        alice.say(bob, "answer");
        world.settle();
        bob.say(alice, "last");
        world.settle();
        world.restart_server();
        second.start();
        world.settle();
        assert_eq!(second.bodies(bob).last().map(String::as_str), Some("last"));
        assert_eq!(second.unread(bob), 1);
        assert_eq!(second.notified(bob), ["last"]);
    });
}

/// A node that another client made for all contacts to see is set right before anything is published.
#[test]
fn a_node_that_is_not_private_is_made_so() {
    on_fake(|world| {
        let own = address("alice");
        world.server().register(&own, &FakeWorld::password("alice"));
        world.server().set_node(&own, NODE, Node::default());
        let (alice, second, bob) = two_phones(world);
        bob.say(alice, "one");
        world.settle();
        alice.reads(bob);
        world.settle();
        assert_eq!(second.unread(bob), 0);
        let server = world.server();
        let node = server.node(&own, NODE).unwrap();
        assert_eq!(node.configuration.get("pubsub#access_model").map(String::as_str), Some("whitelist"));
        assert_eq!(node.items.len(), 1);
    });
}

/// No PEP: the marker that the contact is told tells our other devices, too; and where none is told, an answer does.
#[test]
fn without_pep_markers_and_answers_still_tell_what_was_read() {
    on_fake(|world| {
        world.server().switches.pep = false;
        let (alice, second, bob) = two_phones(world);
        bob.say(alice, "marked");
        world.settle();
        alice.reads(bob);
        world.settle();
        assert_eq!((alice.unread(bob), second.unread(bob)), (0, 0));
        let (account, setting) = (world.account(alice.id), PrivacySetting::ReadMarkers);
        alice.order(Command::SetPrivacy { account, setting, on: false });
        bob.say(alice, "one");
        world.settle();
        alice.reads(bob);
        world.settle();
        assert_eq!((alice.unread(bob), second.unread(bob)), (0, 1));
        alice.say(bob, "answer");
        world.settle();
        assert_eq!(second.unread(bob), 0);
        assert_eq!(world.server().counts.published, 0);
    });
}

/// A displayed marker that another device sent to the contact (XEP-0333) tells the same where there is no PEP.
#[test]
fn without_pep_a_displayed_marker_of_another_device_tells_what_was_read() {
    on_fake(|world| {
        world.server().switches.pep = false;
        let (alice, bob) = world.any().friends("alice", "bob");
        for text in ["one", "two"] {
            bob.say(alice, text);
        }
        world.settle();
        let id = {
            let server = world.server();
            let row = server.archive(&address("alice")).rows.iter().find(|row| row.body() == "one").unwrap();
            row.message.attribute("id").unwrap().to_owned()
        };
        let marker = |from: &str, to: &str| {
            format!(
                "<message from='alice@linnet.test' to='alice@linnet.test/phone'><sent xmlns='urn:xmpp:carbons:2'>\
                 <forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='{from}' to='{to}' \
                 type='chat' id='m'><displayed xmlns='urn:xmpp:chat-markers:0' id='{id}'/></message></forwarded></sent>\
                 </message>"
            )
        };
        world.inject(alice.id, &marker("alice@linnet.test/other", "carol@linnet.test"));
        world.settle();
        assert_eq!(alice.unread(bob), 2, "a marker in another chat");
        world.inject(alice.id, &marker("alice@linnet.test/other", "bob@linnet.test"));
        world.settle();
        assert_eq!(alice.unread(bob), 1);
        assert_eq!(alice.notified(bob), ["two"]);
    });
}

#[test]
fn notifications_are_of_what_is_unread_here_and_elsewhere_alone() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "own");
        bob.say(alice, "one");
        world.settle();
        assert_eq!(alice.notified(bob), ["one"], "nothing of one's own");
        // The chat is on screen: what comes is marked at once.
        alice.reads(bob);
        assert!(world.notifications(alice.id).is_empty());
        alice.order(Command::DeleteMessage { message: alice.message(bob, "one") });
        bob.say(alice, "two");
        world.settle();
        assert_eq!(alice.notified(bob), ["two"]);
        alice.order(Command::DeleteMessage { message: alice.message(bob, "two") });
        assert!(world.notifications(alice.id).is_empty(), "what was deleted is withdrawn");
        bob.say(alice, "three");
        world.settle();
        alice.order(Command::DeleteChat { chat: alice.chat(bob) });
        assert!(world.notifications(alice.id).is_empty());
    });
}
