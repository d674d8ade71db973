//! Identity of single messages: forged ids, reused ids, doubled deliveries, errors.

mod chat_state;
mod correction;
mod receipt;
mod styling;

use linnet_messenger::command::Command;
use linnet_messenger::fault::Violation;
use linnet_messenger::wire::Element;
use linnet_tests::fake_world::address;
use linnet_tests::world::{Device, World};

use crate::on_fake;

/// A message to alice's account as mallory's server would pass it on.
fn from_mallory(world: &linnet_tests::fake_world::FakeWorld, alice: Device<'_>, id: &str, inside: &str) {
    world.inject(
        alice.id,
        &format!("<message from='mallory@evil.test/x' to='alice@linnet.test' id='{id}' type='chat'>{inside}</message>"),
    );
}

#[test]
fn a_forged_archive_id_is_a_violation_and_changes_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "real");
        world.settle();
        let known = world.server().archive(&address("alice")).rows[0].id.clone();
        for by in ["mallory@evil.test", "bob@linnet.test", "linnet.test", "not a jid @@"] {
            let id = format!("<stanza-id xmlns='urn:xmpp:sid:0' by='{by}' id='{known}'/>");
            from_mallory(world, alice, &format!("m-{by}"), &format!("<body>by {by}</body>{id}"));
        }
        world.settle();
        assert_eq!(alice.bodies(bob), ["real"]);
        let mallory = alice.bodies("mallory@evil.test");
        assert_eq!(mallory.len(), 4, "the texts are there, each its own: {mallory:?}");
        let forged = world.violations();
        assert!(
            forged.len() >= 3 && forged.iter().all(|violation| *violation == Violation::StanzaIdForged),
            "{forged:?}"
        );
    });
}

/// Without `urn:xmpp:sid:0` nobody promised to keep forged ids out.
#[test]
fn an_archive_id_counts_only_if_the_archive_promises_it() {
    on_fake(|world| {
        world.server().switches.stanza_ids = false;
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "one");
        world.settle();
        let next = "forged-archive-id";
        let id = format!("<stanza-id xmlns='urn:xmpp:sid:0' by='alice@linnet.test' id='{next}'/>");
        from_mallory(world, alice, "m1", &format!("<body>evil</body>{id}"));
        bob.say(alice, "two");
        world.settle();
        assert_eq!(world.violations(), [Violation::StanzaIdForged]);
        // Had the id been believed, catching up after it would fail or skip.
        alice.kill();
        world.restart_server();
        bob.say(alice, "three");
        alice.start();
        world.settle();
        assert_eq!(alice.bodies(bob), ["one", "two", "three"]);
    });
}

#[test]
fn a_copy_of_somebody_elses_id_hides_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "from bob");
        world.settle();
        let stolen = world.server().archive(&address("alice")).rows[0].message.attribute("id").unwrap().to_owned();
        let origin = format!("<origin-id xmlns='urn:xmpp:sid:0' id='{stolen}'/>");
        from_mallory(world, alice, &stolen, &format!("<body>evil</body>{origin}"));
        world.settle();
        assert_eq!(alice.bodies(bob), ["from bob"]);
        assert_eq!(alice.bodies("mallory@evil.test"), ["evil"]);
    });
}

/// Mallory guesses the id of what bob will say next: bob's message must still come.
#[test]
fn an_id_used_in_advance_by_a_stranger_blocks_nobody() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let token = "predictable";
        from_mallory(
            world,
            alice,
            token,
            &format!("<body>early</body><origin-id xmlns='urn:xmpp:sid:0' id='{token}'/>"),
        );
        world.settle();
        let command = linnet_messenger::command::Command::SendText {
            chat: bob.chat(alice),
            body: "mine".to_owned(),
            token: token.to_owned(),
        };
        bob.order(command);
        world.settle();
        assert_eq!(alice.bodies(bob), ["mine"]);
    });
}

/// An old client counts its ids from 1 after every start: the same id, the same words even, are two messages.
#[test]
fn reused_ids_of_old_clients_are_different_messages() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let jid = address("alice");
        let old_client = |id: &str, body: &str| {
            world.server_acts(|server| {
                let xml = format!(
                    "<message from='bob@linnet.test/old' to='{jid}' id='{id}' type='chat'><body>{body}</body></message>"
                );
                server.arrives(&linnet_messenger::wire::Element::parse(&xml).unwrap());
            });
            world.advance(5_000);
        };
        old_client("1", "hello");
        old_client("2", "ok");
        old_client("1", "hello again");
        old_client("2", "ok");
        world.settle();
        let expected = ["hello", "ok", "hello again", "ok"];
        assert_eq!(alice.bodies(bob), expected);
        alice.kill();
        world.restart_server();
        alice.start();
        world.settle();
        assert_eq!(alice.bodies(bob), expected);
        let second = world.any().phone("alice2", "alice");
        world.settle();
        assert_eq!(second.bodies(bob), expected);
    });
}

#[test]
fn a_message_delivered_twice_is_shown_once() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.server().switches.duplicate_live = 50;
        for number in 0..20 {
            alice.say(bob, &format!("a{number}"));
        }
        world.settle();
        assert_eq!(bob.bodies(alice), (0..20).map(|number| format!("a{number}")).collect::<Vec<_>>());
    });
}

#[test]
fn offline_messages_that_are_in_the_archive_too_are_shown_once() {
    on_fake(|world| {
        world.server().switches.offline_with_archive = true;
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "before");
        world.settle();
        alice.kill();
        world.restart_server();
        for number in 0..5 {
            bob.say(alice, &format!("offline {number}"));
        }
        world.advance(30_000);
        alice.start();
        world.settle();
        let expected = ["before", "offline 0", "offline 1", "offline 2", "offline 3", "offline 4"];
        assert_eq!(alice.bodies(bob), expected);
    });
}

#[test]
fn a_message_without_text_is_no_message() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        from_mallory(world, alice, "m1", "<composing xmlns='http://jabber.org/protocol/chatstates'/>");
        from_mallory(world, alice, "m2", "<body></body>");
        world.settle();
        assert!(alice.bodies("mallory@evil.test").is_empty());
    });
}

#[test]
fn stanzas_nobody_understands_break_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let nested = "<x>".repeat(60) + &"</x>".repeat(60);
        for stanza in [
            "<message to='alice@linnet.test'><body>no sender</body></message>",
            "<message from='@@' to='alice@linnet.test' type='chat' id='1'><body>x</body></message>",
            "<message from='mallory@evil.test' type='weird' id='2'><body>odd type</body></message>",
            "<message from='mallory@evil.test' type='groupchat' id='3'><body>no room</body></message>",
            "<message from='mallory@evil.test' type='chat' id='4'><body/><body>two</body></message>",
            "<message from='mallory@evil.test' type='chat' id='5'><body xmlns='urn:x'>other</body></message>",
            "<message from='mallory@evil.test' type='error' id='6'/>",
            "<presence from='mallory@evil.test' type='weird'/>",
            "<presence from='mallory@evil.test'><priority>900</priority><show>online</show></presence>",
            "<presence type='subscribe'/>",
            "<iq from='mallory@evil.test' type='weird' id='7'><x xmlns='urn:x'/></iq>",
            "<iq from='mallory@evil.test' type='get'/>",
            "<iq type='result'/>",
            "<iq type='error' id='8'/>",
            &format!("<message from='mallory@evil.test' id='9'><body>deep</body>{nested}</message>"),
        ] {
            world.inject(alice.id, stanza);
        }
        bob.say(alice, "hi");
        let before = world.server().counts;
        world.settle();
        assert_eq!(alice.bodies(bob), ["hi"]);
        let after = world.server().counts;
        assert_eq!((after.bound, after.resumed), (before.bound, before.resumed), "the stream never broke");
        for violation in [Violation::JidMalformed, Violation::StanzaMalformed] {
            assert!(world.violations().contains(&violation), "{violation:?} in {:?}", world.violations());
        }
    });
}

#[test]
fn a_stanza_above_every_limit_costs_only_itself() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let huge = "y".repeat(3 << 20);
        from_mallory(world, alice, "huge", &format!("<body>{huge}</body>"));
        bob.say(alice, "hi");
        let before = world.server().counts;
        world.settle();
        assert_eq!(world.violations(), [Violation::StanzaTooLarge]);
        assert_eq!(alice.bodies(bob), ["hi"]);
        alice.cut();
        world.settle();
        let after = world.server().counts;
        assert_eq!(after.bound, before.bound, "it was counted, so the session goes on");
    });
}

/// Neither the server nor the sender gave it a unique name; deleted before the archive could, it must not come back.
#[test]
fn a_nameless_message_deleted_at_once_stays_deleted() {
    on_fake(|world| {
        world.server().switches.stanza_ids = false;
        let alice = world.any().device("alice");
        world.settle();
        let nameless = |id: &str, body: &str| {
            Element::parse(&format!(
                "<message from='carol@far.test/x' to='alice@linnet.test' id='{id}' type='chat'><body>{body}</body></message>"
            ))
            .unwrap()
        };
        world.server_acts(|server| server.arrives(&nameless("1", "gone")));
        world.advance(200);
        assert_eq!(alice.bodies("carol@far.test"), ["gone"]);
        alice.order(Command::DeleteMessage { message: alice.message("carol@far.test", "gone") });
        world.server_acts(|server| server.arrives(&nameless("2", "stays")));
        world.settle();
        world.advance(60_000);
        world.settle();
        assert_eq!(alice.bodies("carol@far.test"), ["stays"]);
    });
}
