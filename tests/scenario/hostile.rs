//! What a hostile server or a hostile contact can send. Each case ends the same way: what an honest contact says next
//! arrives, and nobody connects in a loop.
//!
//! Beside their features stand: forged roster pushes and IQ answers (`contact`), archive results, poison in the archive
//! (`archive`), stanza ids and reused ids (`message`), logins that break, lie or fall silent (`session`). A flood
//! larger than memory is `core/runtime/tests/flood.rs`; what nobody thought of is `tests/fuzz`.

use linnet_messenger::fault::Violation;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use crate::on_fake;

const MALLORY: &str = "mallory@evil.test";

/// After whatever was done: bob is still heard, in both directions, and the sessions needed were few.
#[track_caller]
fn all_is_well(world: &FakeWorld, alice: Device<'_>, bob: Device<'_>, resets: u32) {
    let before = world.server().counts;
    bob.say(alice, "are you there");
    alice.say(bob, "yes");
    world.advance(600_000);
    world.settle();
    assert_eq!(alice.bodies(bob).iter().filter(|body| *body == "are you there").count(), 1);
    assert_eq!(bob.bodies(alice).iter().filter(|body| *body == "yes").count(), 1);
    let after = world.server().counts;
    let sessions = (after.bound - before.bound) + (after.resumed - before.resumed);
    assert!(sessions <= resets, "{sessions} new sessions");
    assert_eq!(world.count(alice.id, "SELECT count(*) FROM undecided"), 0, "no feature broke");
}

/// RFC 6120 11.1: none of these is XML for us. The stream ends, is never resumed into the same bytes, and comes back once.
#[test]
fn forbidden_xml_ends_the_stream_once() {
    let bomb =
        "<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;&lol;'>]><message><body>&lol2;</body></message>";
    for raw in [
        bomb,
        "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>",
        "<?php echo 1 ?>",
        "<?xml version='1.0'?>",
        "<!-- a comment -->",
        "<message><body>&nbsp;</body></message>",
        "<message><body>&#0;</body></message>",
        "<message><body>&#x110000;</body></message>",
        "<message><![CDATA[<body>]]></wrong>",
        "<message from='a' from='b'/>",
        "<a:message xmlns:b='x'/>",
        "<message xmlns:xml='urn:other'/>",
        "</message>",
        "text between stanzas",
        "<message type='chat",
    ] {
        on_fake(|world| {
            let (alice, bob) = world.any().friends("alice", "bob");
            bob.say(alice, "before");
            world.settle();
            let before = world.server().counts;
            world.server_acts(|server| server.write_raw(&address("alice"), raw));
            world.advance(120_000);
            all_is_well(world, alice, bob, 2);
            let after = world.server().counts;
            assert!(after.bound - before.bound <= 1, "{raw}: {} sessions", after.bound - before.bound);
            let mut bodies = alice.bodies(bob);
            bodies.sort();
            assert_eq!(bodies, ["are you there", "before", "yes"], "{raw}");
        });
    }
}

/// Depth, size and length: a stanza above a limit is skipped and counted; one below is taken, however odd.
#[test]
fn outsize_stanzas_cost_only_themselves() {
    let deep = |levels: usize| format!("<body>deep</body>{}{}", "<x>".repeat(levels), "</x>".repeat(levels));
    let cases: Vec<(String, bool)> = vec![
        (deep(1_000), false),
        (deep(40_000), false),
        (format!("<body>{}</body>", "y".repeat(10 << 20)), false),
        (format!("<body>many</body>{}", "<x/>".repeat(70_000)), false),
        (format!("<body>long</body><x xmlns='urn:x' y='{}'/>", "z".repeat(9_000)), true),
        (format!("<body>longest</body><x xmlns='urn:x' y='{}'/>", "z".repeat(1 << 20)), true),
        (format!("<body>wide</body><x {}/>", (0..200).map(|n| format!("a{n}='' ")).collect::<String>()), false),
        (format!("<body>{}</body>", "&amp;".repeat(100_000)), true),
    ];
    for (inside, taken) in cases {
        on_fake(|world| {
            let (alice, bob) = world.any().friends("alice", "bob");
            let message =
                format!("<message from='{MALLORY}/x' to='alice@linnet.test' type='chat' id='m'>{inside}</message>");
            let before = world.server().counts;
            if taken {
                world.inject(alice.id, &message);
            } else {
                // No server that keeps the limits could build it.
                world.server_acts(|server| server.write_raw(&address("alice"), &message));
                world.forgive();
            }
            world.settle();
            let start: String = inside.chars().take(40).collect();
            assert_eq!(alice.bodies(MALLORY).len(), usize::from(taken), "{start}");
            assert_eq!(world.violations().contains(&Violation::StanzaTooLarge), !taken, "{start}");
            let after = world.server().counts;
            assert_eq!((after.bound, after.resumed), (before.bound, before.resumed), "{start}: the stream lives on");
            bob.say(alice, "hi");
            world.settle();
            assert_eq!(alice.bodies(bob), ["hi"]);
        });
    }
}

/// A name or value that the parser can't hold: the one thing that can't be skipped. The stream ends, once.
#[test]
fn a_token_above_the_limit_ends_the_stream_once() {
    for raw in [
        format!("<message x='{}'/>", "z".repeat(2 << 20)),
        format!("<{}/>", "m".repeat(2 << 20)),
        format!("<message>{}", "<x>".repeat(1 << 20)),
    ] {
        on_fake(|world| {
            let (alice, bob) = world.any().friends("alice", "bob");
            let before = world.server().counts;
            world.server_acts(|server| server.write_raw(&address("alice"), &raw));
            world.advance(120_000);
            all_is_well(world, alice, bob, 2);
            assert!(world.server().counts.bound - before.bound <= 1);
        });
    }
}

/// Every value that RFC 6121 (and 6120 8) forbids or does not know: what it stands on is dropped, or read as the RFC says;
/// the next stanza is heard. The second column is what becomes of the text "odd", if the stanza has it.
#[test]
fn wrong_values_are_local() {
    const SHOWN: &str = "shown";
    const DROPPED: &str = "dropped";
    const NONE: &str = "";
    let from = "from='mallory@evil.test/x' to='alice@linnet.test'";
    let body = "<body>odd</body>";
    let table: Vec<(String, &str, &str)> = vec![
        // 6121 5.2.2: an unknown type is "normal".
        (format!("<message {from} type='weird' id='1'>{body}</message>"), SHOWN, "unknown message type"),
        (format!("<message {from} type='' id='2'>{body}</message>"), SHOWN, "empty message type"),
        (format!("<message {from} type='CHAT' id='3'>{body}</message>"), SHOWN, "message type in capitals"),
        (format!("<message {from} id='4'>{body}</message>"), SHOWN, "no message type"),
        (format!("<message {from} type='groupchat' id='5'>{body}</message>"), DROPPED, "a room nobody is in"),
        (format!("<message {from} type='headline' id='6'>{body}</message>"), DROPPED, "a headline"),
        (format!("<message {from} type='error' id='7'>{body}</message>"), DROPPED, "an error without condition"),
        (format!("<message {from} type='chat'>{body}</message>"), SHOWN, "no id"),
        (format!("<message {from} type='chat' id=''>{body}</message>"), SHOWN, "empty id"),
        (format!("<message {from} type='chat' id='{}'>{body}</message>", "i".repeat(5_000)), SHOWN, "endless id"),
        (format!("<message {from} type='chat' id='8'>text{body}tail</message>"), SHOWN, "stray text"),
        (format!("<message {from} type='chat' id='9'>{body}<body>two</body></message>"), SHOWN, "two bodies"),
        (
            format!("<message {from} type='chat' id='10'><body>odd<b>x</b></body></message>"),
            SHOWN,
            "an element in a body",
        ),
        (format!("<message {from} type='chat' id='11'><subject>odd</subject></message>"), NONE, "a subject alone"),
        (
            format!("<message {from} type='chat' id='12' xml:lang='not a language'>{body}</message>"),
            SHOWN,
            "odd language",
        ),
        (format!("<message {from} type='chat' id='13'><thread parent=''/>{body}</message>"), SHOWN, "empty thread"),
        (
            "<message from='@@' to='alice@linnet.test' type='chat' id='14'><body>odd</body></message>".into(),
            NONE,
            "bad from",
        ),
        (
            "<message from='' to='alice@linnet.test' type='chat' id='15'><body>odd</body></message>".into(),
            NONE,
            "empty from",
        ),
        (
            format!(
                "<message from='mallory@evil.test/{}' to='alice@linnet.test' type='chat' id='16'>{body}</message>",
                "r".repeat(2_000)
            ),
            NONE,
            "endless resource",
        ),
        (
            "<message from='mallory@evil.test/x' to='@' type='chat' id='17'><body>odd</body></message>".into(),
            NONE,
            "bad to",
        ),
        (
            "<message from='mallory@evil.test/x' to='carol@linnet.test' type='chat' id='18'><body>odd</body></message>"
                .into(),
            NONE,
            "to somebody else",
        ),
        (
            format!(
                "<message {from} type='chat' id='19'>{body}<delay xmlns='urn:xmpp:delay' from='linnet.test' stamp='yesterday'/></message>"
            ),
            SHOWN,
            "a stamp that is no time",
        ),
        (
            format!(
                "<message {from} type='chat' id='20'>{body}\
                 <delay xmlns='urn:xmpp:delay' from='linnet.test' stamp='9999999-01-01T00:00:00Z'/></message>"
            ),
            SHOWN,
            "a stamp out of range",
        ),
        (
            format!("<message {from} type='chat' id='21'>{body}<origin-id xmlns='urn:xmpp:sid:0'/></message>"),
            SHOWN,
            "an origin id without id",
        ),
        (format!("<presence {from} type='weird'/>"), NONE, "unknown presence type"),
        (format!("<presence {from} type='available'/>"), NONE, "a presence type that is none"),
        (format!("<presence {from}><show>online</show></presence>"), NONE, "unknown show"),
        (format!("<presence {from}><show/><status/></presence>"), NONE, "empty show"),
        (format!("<presence {from}><priority/></presence>"), NONE, "empty priority"),
        (format!("<presence {from}><priority>300</priority></presence>"), NONE, "priority out of range"),
        (format!("<presence {from}><priority>-129</priority></presence>"), NONE, "priority below range"),
        (format!("<presence {from}><priority>NaN</priority></presence>"), NONE, "priority that is no number"),
        (format!("<presence {from} type='error'/>"), NONE, "presence error without error"),
        ("<presence type='subscribe'/>".into(), NONE, "a request from nobody"),
        ("<presence from='linnet.test' type='subscribe'/>".into(), NONE, "a request from a server"),
        (format!("<iq {from} type='weird' id='30'><x xmlns='urn:x'/></iq>"), NONE, "unknown iq type"),
        (format!("<iq {from} id='31'><x xmlns='urn:x'/></iq>"), NONE, "no iq type"),
        (format!("<iq {from} type='get'><x xmlns='urn:x'/></iq>"), NONE, "no iq id"),
        (format!("<iq {from} type='get' id='32'/>"), NONE, "an iq that asks nothing"),
        (
            format!("<iq {from} type='get' id='33'><a xmlns='urn:x'/><b xmlns='urn:x'/></iq>"),
            NONE,
            "an iq that asks twice",
        ),
        (
            format!("<iq {from} type='set' id='34'><query xmlns='jabber:iq:roster'><item/></query></iq>"),
            NONE,
            "a push of nobody",
        ),
        (format!("<iq {from} type='error' id='35'/>"), NONE, "an iq error without error"),
        (
            format!("<iq {from} type='error' id='36'><error type='odd'><weird xmlns='urn:x'/></error></iq>"),
            NONE,
            "unknown condition",
        ),
        (format!("<iq {from} type='result' id='37'><x xmlns='urn:x'/></iq>"), NONE, "an answer nobody waits for"),
        ("<weird xmlns='jabber:client'/>".into(), NONE, "no stanza"),
        ("<message xmlns='urn:other'><body>odd</body></message>".into(), NONE, "a message of another world"),
        (
            "<message xmlns='jabber:server' from='mallory@evil.test/x' type='chat'><body>odd</body></message>".into(),
            NONE,
            "a server's message",
        ),
    ];
    on_fake(|world| {
        world.forgive();
        let (alice, bob) = world.any().friends("alice", "bob");
        for (xml, fate, what) in &table {
            let before = alice.bodies(MALLORY).len();
            if ["<message from", "<presence", "<iq"].iter().any(|start| xml.starts_with(start)) {
                world.inject(alice.id, xml);
            } else {
                // Not a stanza: it must not count.
                world.server_acts(|server| server.write_raw(&address("alice"), xml));
            }
            world.settle();
            let more = alice.bodies(MALLORY).len() - before;
            assert_eq!(more, usize::from(*fate == SHOWN), "{what}: {xml}");
        }
        assert!(alice.bodies("carol@linnet.test").is_empty());
        // A gateway is a server that asks; nobody is not.
        let asking: Vec<String> = world.requests(alice.id).into_iter().map(|request| request.address).collect();
        assert_eq!(asking, ["linnet.test"]);
        all_is_well(world, alice, bob, 0);
        for violation in [Violation::JidMalformed, Violation::StanzaMalformed, Violation::UnknownNonza] {
            assert!(world.violations().contains(&violation), "{violation:?}");
        }
    });
}

/// A flood of a stranger's messages: all are kept in order, and a contact's words in the middle of it are not held up.
#[test]
fn a_flood_of_messages_hides_nobody() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for number in 0..3_000 {
            world.inject(
                alice.id,
                &format!(
                    "<message from='{MALLORY}/x' to='alice@linnet.test' type='chat' id='f{number}'>\
                     <body>flood {number}</body></message>"
                ),
            );
            if number == 1_500 {
                bob.say(alice, "in between");
            }
        }
        world.settle();
        assert_eq!(alice.bodies(bob), ["in between"]);
        alice.scroll_to_beginning(MALLORY);
        let seen = alice.bodies(MALLORY);
        // Of a stranger the newest are kept.
        assert!((1..=200).contains(&seen.len()), "{} are kept", seen.len());
        let first = 3_000 - seen.len();
        assert!(seen.iter().zip(first..).all(|(body, number)| *body == format!("flood {number}")));
        all_is_well(world, alice, bob, 0);
    });
}

/// Requests, pings and unknown queries by the thousand: each is answered once, and nothing piles up in the store.
#[test]
fn a_flood_of_queries_leaves_nothing_behind() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for number in 0..2_000 {
            let payload = ["<ping xmlns='urn:xmpp:ping'/>", "<query xmlns='jabber:iq:version'/>", "<x xmlns='urn:x'/>"]
                [number % 3];
            world.inject(alice.id, &format!("<iq from='{MALLORY}/x' type='get' id='q{number}'>{payload}</iq>"));
        }
        world.settle();
        for table in ["request", "unacknowledged", "job", "undecided"] {
            let rows = world.count(alice.id, &format!("SELECT count(*) FROM {table}"));
            assert!(rows < 50, "{rows} rows in {table}");
        }
        all_is_well(world, alice, bob, 0);
    });
}

/// `<stream:error>` in the middle of a session, again and again: pauses grow, and the session comes back by itself.
#[test]
fn stream_errors_again_and_again_are_waited_out() {
    for condition in ["internal-server-error", "reset", "undefined-condition", "policy-violation", "made-up"] {
        on_fake(|world| {
            let (alice, bob) = world.any().friends("alice", "bob");
            let before = world.server().counts;
            for _ in 0..20 {
                world.server_acts(|server| server.throw_out(&address("alice"), condition));
                world.advance(30_000);
            }
            let after = world.server().counts;
            let sessions = (after.bound - before.bound) + (after.resumed - before.resumed);
            assert!(sessions <= 21, "{condition}: {sessions} sessions");
            world.advance(1_800_000);
            all_is_well(world, alice, bob, 1);
        });
    }
}
