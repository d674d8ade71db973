//! Copies of what other devices say and are told (XEP-0280): forged ones, servers without, and what no copy is made of.

use linnet_messenger::fault::Violation;
use linnet_messenger::view::item::Missing;
use linnet_messenger::wire::Element;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use super::BOB;
use crate::on_fake;

fn two_phones(world: &FakeWorld) -> (Device<'_>, Device<'_>, Device<'_>) {
    let (alice, bob) = world.any().friends("alice", "bob");
    let second = world.any().phone("alice2", "alice");
    world.settle();
    (alice, second, bob)
}

fn copy(outer: &str, direction: &str, inner: &str) -> String {
    format!(
        "<message {outer} to='alice@linnet.test'><{direction} xmlns='urn:xmpp:carbons:2'>\
         <forwarded xmlns='urn:xmpp:forward:0'>{inner}</forwarded></{direction}></message>"
    )
}

fn said(from: &str, to: &str) -> String {
    format!("<message xmlns='jabber:client' {from} {to} type='chat' id='evil'><body>never said</body></message>")
}

#[test]
fn forged_copies_are_violations_and_change_nothing() {
    let (own, bob) = ("from='alice@linnet.test'", "from='bob@linnet.test/x'");
    let (to_bob, to_own) = ("to='bob@linnet.test'", "to='alice@linnet.test/phone'");
    let forged = [
        // From somebody else, however it looks: CVE-2017-5589.
        copy("from='mallory@linnet.test/x'", "received", &said(bob, to_own)),
        copy("from='bob@linnet.test'", "sent", &said("from='alice@linnet.test/phone'", to_bob)),
        copy("from='linnet.test'", "received", &said(bob, to_own)),
        // Even another device of ours does not speak for the account.
        copy("from='alice@linnet.test/other'", "received", &said(bob, to_own)),
        // From our account, but of messages that are none of ours.
        copy(own, "sent", &said(bob, to_own)),
        copy(own, "received", &said(bob, "to='carol@linnet.test'")),
        copy(own, "received", &said("", to_own)),
        copy(own, "received", &said("from='@@'", to_own)),
        // One inside another, a page of the archive inside one, two in one, none in one.
        copy(own, "received", &copy("xmlns='jabber:client' from='bob@linnet.test/x'", "received", &said(bob, to_own))),
        copy(
            own,
            "received",
            "<message xmlns='jabber:client' from='bob@linnet.test/x' to='alice@linnet.test'>\
             <result xmlns='urn:xmpp:mam:2' id='x'/></message>",
        ),
        copy(own, "received", &(said(bob, to_own) + &said(bob, to_own))),
        copy(own, "received", ""),
        "<message from='alice@linnet.test'><sent xmlns='urn:xmpp:carbons:2'/></message>".to_owned(),
    ];
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "real");
        world.settle();
        for stanza in &forged {
            world.inject(alice.id, stanza);
        }
        world.settle();
        assert_eq!(alice.bodies(bob), ["real"]);
        assert_eq!(world.chat_list(alice.id).len(), 1);
        assert_eq!(world.violations(), vec![Violation::CarbonForged; forged.len()]);
    });
}

/// What stands in a copy was said by whoever sent it, not by our server.
#[test]
fn nothing_inside_a_copy_speaks_for_the_account() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "unread");
        world.settle();
        let event = "<message xmlns='jabber:client' from='alice@linnet.test' to='alice@linnet.test/phone' \
                     type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'>\
                     <items node='urn:xmpp:mds:displayed:0'><item id='bob@linnet.test'/></items></event></message>";
        world.inject(alice.id, &copy("from='alice@linnet.test'", "received", event));
        world.settle();
        assert_eq!(world.violations(), [Violation::ReadStateForged]);
        assert_eq!(alice.unread(bob), 1);
    });
}

#[test]
fn a_message_that_comes_as_itself_and_as_a_copy_is_there_once() {
    on_fake(|world| {
        world.server().switches.duplicate_live = 100;
        let (alice, second, bob) = two_phones(world);
        for number in 0..5 {
            alice.say(bob, &format!("a{number}"));
            second.say(bob, &format!("s{number}"));
            bob.say(alice, &format!("b{number}"));
            world.settle();
        }
        assert_eq!(alice.bodies(bob), second.bodies(bob));
        assert_eq!(alice.bodies(bob).len(), 15);
    });
}

/// With copies and archive ids a conversation is not followed by look after look; one look comes in the end.
#[test]
fn looks_into_the_archive_do_not_follow_every_burst() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.settle();
        world.server().counts.archive_queries = 0;
        for number in 0..10 {
            bob.say(alice, &format!("b{number}"));
            world.advance(20_000);
            alice.say(bob, &format!("a{number}"));
            world.advance(20_000);
        }
        let queries = world.server().counts.archive_queries;
        assert!(queries <= 4, "{queries} looks in seven minutes of talk, by two devices");
        world.advance(600_000);
        let unsettled = "SELECT count(*) FROM message WHERE place <> 0";
        assert_eq!(world.count(alice.id, unsettled) + world.count(bob.id, unsettled), 0, "in the end all is confirmed");
        let queries = world.server().counts.archive_queries;
        world.advance(3_600_000);
        assert_eq!(world.server().counts.archive_queries, queries, "and nothing more is asked");
    });
}

/// A message that its sender wanted copied to nobody, or that the server lost: only the archive tells.
#[test]
fn what_no_copy_is_made_of_is_found_in_the_archive() {
    on_fake(|world| {
        let (alice, second, bob) = two_phones(world);
        let phone = world.server().signed_in().into_iter().find(|jid| jid.to_bare() == address("alice")).unwrap();
        for (number, mark) in
            ["<private xmlns='urn:xmpp:carbons:2'/>", "<no-copy xmlns='urn:xmpp:hints'/>"].into_iter().enumerate()
        {
            let message = Element::parse(&format!(
                "<message from='bob@linnet.test/desk' to='{phone}' id='private-{number}' type='chat'>\
                 <body>private {number}</body>{mark}</message>"
            ));
            world.server_acts(|server| server.arrives(&message.unwrap()));
            world.settle();
            bob.say(alice, &format!("open {number}"));
            world.settle();
        }
        let shown = [alice.bodies(bob).len(), second.bodies(bob).len()];
        assert_eq!(shown.iter().sum::<usize>(), 6, "one has it all, the other not yet: {shown:?}");
        world.advance(600_000);
        let expected = ["private 0", "open 0", "private 1", "open 1"];
        assert_eq!(alice.bodies(bob), expected);
        assert_eq!(second.bodies(bob), expected);
    });
}

/// Archive, but no carbons: the archive is looked into after each burst, and the user is told.
#[test]
fn without_carbons_the_archive_tells_what_the_other_phone_said() {
    on_fake(|world| {
        world.server().switches.carbons = false;
        let (alice, second, bob) = two_phones(world);
        assert_eq!(alice.account().missing, [Missing::Carbons]);
        for number in 0..5 {
            second.say(bob, &format!("s{number}"));
            world.settle();
            bob.say(alice, &format!("b{number}"));
            world.settle();
        }
        let expected: Vec<String> = (0..5).flat_map(|n| [format!("s{n}"), format!("b{n}")]).collect();
        assert_eq!(second.bodies(bob), expected);
        assert_eq!(alice.bodies(bob), expected);
        assert_eq!(alice.unread(bob), 1, "each answer from the other phone reads what was before it");
        world.server().switches.carbons = true;
        for phone in [alice, second] {
            phone.kill();
        }
        world.restart_server();
        for phone in [alice, second] {
            phone.start();
        }
        world.settle();
        assert!(alice.account().missing.is_empty(), "the server has learnt it");
    });
}

/// Carbons, but no archive: what is said while both phones are online shows on both.
#[test]
fn without_an_archive_copies_show_what_the_other_phone_says() {
    on_fake(|world| {
        world.server().switches.archive = false;
        let (alice, second, bob) = two_phones(world);
        assert_eq!(alice.account().missing, [Missing::Archive]);
        for number in 0..5 {
            alice.say(bob, &format!("a{number}"));
            second.say(bob, &format!("s{number}"));
            bob.say(alice, &format!("b{number}"));
            world.settle();
        }
        for phone in [alice, second] {
            let mut bodies = phone.bodies(bob);
            bodies.sort();
            let mut expected: Vec<String> =
                ["a", "b", "s"].iter().flat_map(|who| (0..5).map(move |n| format!("{who}{n}"))).collect();
            expected.sort();
            assert_eq!(bodies, expected);
        }
        assert_eq!(bob.bodies(alice).len(), 15);
    });
}

/// Neither: each phone shows what it said itself and what the server delivers to it.
#[test]
fn with_neither_carbons_nor_archive_each_phone_keeps_its_own_side() {
    on_fake(|world| {
        world.server().switches.carbons = false;
        world.server().switches.archive = false;
        let (alice, second, bob) = two_phones(world);
        assert_eq!(alice.account().missing, [Missing::Archive, Missing::Carbons]);
        alice.say(bob, "a");
        world.settle();
        second.say(bob, "s");
        world.settle();
        bob.say(alice, "b");
        world.settle();
        assert_eq!(alice.bodies(bob), ["a", "b"]);
        assert_eq!(second.bodies(bob), ["s", "b"]);
    });
}

/// A copy tells of a message of ours that a lost session took along before it was confirmed.
#[test]
fn a_copy_confirms_what_a_lost_session_had_sent() {
    on_fake(|world| {
        let (alice, _, bob) = two_phones(world);
        alice.kill();
        world.restart_server();
        alice.start();
        world.settle();
        world.half_open(alice.id);
        alice.say(bob, "lost on the way");
        world.advance(1_000);
        // The same stanza arrives by the old connection after all, and is copied to the new one.
        alice.goes_offline();
        world.advance(1_000);
        alice.comes_online();
        world.settle();
        assert_eq!(alice.bodies(BOB), ["lost on the way"]);
        alice.sees(bob, "alice: lost on the way ✓✓");
        assert_eq!(bob.bodies(alice), ["lost on the way"]);
    });
}
