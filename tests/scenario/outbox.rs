//! What still has to leave: bounces, retries, resets.

use linnet_messenger::command::Command;
use linnet_messenger::fault::CommandError;
use linnet_tests::fake_world::address;
use linnet_tests::world::World;

use crate::on_fake;

#[test]
fn a_text_is_shown_at_once_and_is_on_its_way_until_the_server_has_it() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "helo");
        alice.sees(bob, "alice: helo …");
        world.advance(10);
        alice.sees(bob, "alice: helo …");
        world.advance(1_000);
        alice.sees(bob, "alice: helo ✓✓");
        alice.goes_offline();
        alice.say(bob, "later");
        world.advance(3_600_000);
        alice.sees(bob, "alice: helo ✓✓\nalice: later …");
        alice.comes_online();
        world.settle();
        alice.sees(bob, "alice: helo ✓✓\nalice: later ✓✓");
    });
}

#[test]
fn a_bounce_fails_the_message_with_its_reason_and_retry_works() {
    for (condition, reason) in [
        ("service-unavailable", "not_allowed"),
        ("item-not-found", "no_such_recipient"),
        ("remote-server-not-found", "server_unreachable"),
        ("remote-server-timeout", "server_unreachable"),
        ("forbidden", "not_allowed"),
        ("not-allowed", "not_allowed"),
        ("policy-violation", "too_large"),
        ("resource-constraint", "too_large"),
        ("undefined-condition", "refused"),
    ] {
        on_fake(|world| {
            let (alice, bob) = world.any().friends("alice", "bob");
            world.server().bounces.insert(address("bob"), condition);
            let message = alice.say(bob, "lost");
            alice.say(bob, "lost too");
            world.settle();
            let picture = linnet_tests::picture::of(&alice.timeline(bob));
            assert!(picture.starts_with("alice: lost ✗"), "{condition}: {picture}");
            alice.sees(bob, &format!("alice: lost ✗ {reason}\nalice: lost too ✗ {reason}"));
            assert!(bob.bodies(alice).is_empty());
            world.server().bounces.clear();
            alice.order(Command::Retry { message });
            assert!(linnet_tests::picture::of(&alice.timeline(bob)).contains("alice: lost …"));
            world.settle();
            assert_eq!(bob.bodies(alice), ["lost"]);
            let picture = linnet_tests::picture::of(&alice.timeline(bob));
            assert!(picture.contains("alice: lost ✓"), "{condition}: {picture}");
            assert_eq!(world.submit(alice.id, Command::Retry { message }), Err(CommandError::NotNow));
        });
    }
}

#[test]
fn service_unavailable_is_a_typing_error_unless_somebody_was_ever_there() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for jid in ["bob", "carol", "bop"] {
            world.server().register(&address(jid), &linnet_tests::fake_world::FakeWorld::password(jid));
        }
        // She is not on the roster, but has written.
        let carol = world.any().device("carol");
        world.settle();
        carol.say(alice, "hello");
        world.settle();
        for jid in ["bob", "carol", "bop"] {
            world.server().bounces.insert(address(jid), "service-unavailable");
        }
        alice.say(bob, "one");
        alice.say(carol, "two");
        alice.say("bop@linnet.test", "three");
        world.settle();
        let last = |picture: String| picture.lines().last().map(str::to_owned).unwrap_or_default();
        let shown = |with: &str| last(linnet_tests::picture::of(&alice.timeline(with)));
        assert_eq!(shown("bob@linnet.test"), "alice: one ✗ not_allowed");
        assert_eq!(shown("carol@linnet.test"), "alice: two ✗ not_allowed");
        assert_eq!(shown("bop@linnet.test"), "alice: three ✗ no_such_recipient");
    });
}

#[test]
fn a_failed_message_stays_failed_after_a_restart_and_can_be_deleted() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let message = alice.say("nobody@linnet.test", "hello?");
        world.settle();
        alice.kill();
        world.restart_server();
        alice.start();
        world.settle();
        let picture = linnet_tests::picture::of(&alice.timeline("nobody@linnet.test"));
        assert_eq!(picture, "alice: hello? ✗ no_such_recipient");
        alice.order(Command::DeleteMessage { message });
        assert!(alice.bodies("nobody@linnet.test").is_empty());
        world.settle();
        assert!(alice.bodies("nobody@linnet.test").is_empty());
    });
}

#[test]
fn a_bounce_from_a_stranger_fails_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "fine");
        world.settle();
        let id = world.server().archive(&address("alice")).rows[0].message.attribute("id").unwrap().to_owned();
        world.inject(
            alice.id,
            &format!(
                "<message from='mallory@evil.test' to='alice@linnet.test' id='{id}' type='error'><error type='cancel'>\
                 <forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
            ),
        );
        world.settle();
        alice.sees(bob, "alice: fine ✓✓");
    });
}

/// The server took the message, the acknowledgement was lost with the session: the archive tells.
#[test]
fn after_a_reset_the_archive_tells_what_has_arrived() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for round in 0..6_u64 {
            alice.say(bob, &format!("a{round}0"));
            alice.say(bob, &format!("a{round}1"));
            // Some rounds end before the texts reach the server, some after.
            world.advance(15 * round);
            alice.kill();
            world.reboot(alice.id);
            world.restart_server();
            alice.start();
        }
        world.settle();
        let expected: Vec<String> = (0..6).flat_map(|round| [format!("a{round}0"), format!("a{round}1")]).collect();
        assert_eq!(bob.bodies(alice), expected);
        assert_eq!(alice.bodies(bob), expected);
        let archived: Vec<String> = world.server().archive(&address("bob")).rows.iter().map(|row| row.body()).collect();
        assert_eq!(archived, expected, "nothing was sent twice");
    });
}

#[test]
fn without_an_archive_a_reset_sends_again_under_the_same_id() {
    on_fake(|world| {
        world.server().switches.archive = false;
        let (alice, bob) = world.any().friends("alice", "bob");
        for round in 0..6_u64 {
            alice.say(bob, &format!("a{round}"));
            world.advance(20 * round);
            alice.kill();
            world.reboot(alice.id);
            alice.start();
        }
        world.settle();
        let expected: Vec<String> = (0..6).map(|round| format!("a{round}")).collect();
        assert_eq!(bob.bodies(alice), expected, "shown once although some came twice");
        assert_eq!(alice.bodies(bob), expected);
    });
}

#[test]
fn a_message_deleted_before_it_left_never_leaves() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.goes_offline();
        let message = alice.say(bob, "regretted");
        alice.say(bob, "meant");
        alice.order(Command::DeleteMessage { message });
        alice.comes_online();
        world.settle();
        assert_eq!(bob.bodies(alice), ["meant"]);
        assert_eq!(alice.bodies(bob), ["meant"]);
    });
}

/// What was sent into a session that died is sent again with the time it was written (XEP-0198, XEP-0203).
#[test]
fn a_resent_message_says_when_it_was_written() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.half_open(alice.id);
        let written = world.server().now();
        alice.say(bob, "old news");
        world.advance(100);
        alice.goes_offline();
        world.advance(3 * 3_600_000);
        alice.comes_online();
        world.settle();
        let row = world.server().archive(&address("bob")).rows[0].message.clone();
        let delay = row.first("delay", "urn:xmpp:delay").expect("an outer delay");
        let stamp = linnet_tests::stamp::parse(delay.attribute("stamp").unwrap()).unwrap();
        assert!((stamp - written).abs() < 60_000, "{} s off", (stamp - written) / 1_000);
        assert_eq!(bob.bodies(alice), ["old news"]);
    });
}
