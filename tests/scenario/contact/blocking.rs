//! Blocking, on servers that can and servers that can't, and who tries to meddle with it.

use linnet_messenger::command::{Command, Report};
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::view::item::{MessageState, SendFailure};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::picture;
use linnet_tests::world::{Device, World};

use crate::on_fake;

fn block(device: Device<'_>, address: &str, report: Option<Report>) {
    let account = device.world.account(device.id);
    device.order(Command::Block { account, address: address.to_owned(), report });
}

fn unblock(device: Device<'_>, address: &str) {
    let account = device.world.account(device.id);
    device.order(Command::Unblock { account, address: address.to_owned() });
}

fn listed(world: &FakeWorld, device: Device<'_>) -> Vec<(String, bool)> {
    world.blocks(device.id).into_iter().map(|item| (item.address, item.held)).collect()
}

fn held(address: &str) -> Vec<(String, bool)> {
    vec![(address.to_owned(), true)]
}

#[test]
fn a_blocked_contact_is_heard_no_more_until_unblocked() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "one");
        world.settle();
        block(alice, "bob@linnet.test", None);
        world.settle();
        assert_eq!(world.server().blocked(&address("alice")), ["bob@linnet.test"]);
        assert_eq!(listed(world, alice), held("bob@linnet.test"));
        assert!(alice.notified(bob).is_empty(), "what was unread is told no more");
        assert!(world.chat_list(alice.id)[0].blocked);
        let lost = bob.say(alice, "two");
        world.settle();
        assert_eq!(alice.bodies(bob), ["one"]);
        let timeline = bob.timeline(alice);
        let state = picture::messages(&timeline).find(|message| message.id == lost).map(|message| message.state);
        assert_eq!(state, Some(MessageState::Failed { reason: SendFailure::NotAllowed }), "the sender is not fooled");
        unblock(alice, "bob@linnet.test");
        world.settle();
        assert!(world.server().blocked(&address("alice")).is_empty() && listed(world, alice).is_empty());
        bob.say(alice, "three");
        world.settle();
        assert_eq!(alice.bodies(bob), ["one", "three"]);
        assert!(!world.chat_list(alice.id)[0].blocked);
    });
}

#[test]
fn a_block_wished_offline_holds_at_once_and_is_told_later() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "one");
        world.settle();
        alice.goes_offline();
        block(alice, "bob@linnet.test", None);
        assert_eq!(listed(world, alice), [("bob@linnet.test".to_owned(), false)]);
        bob.say(alice, "two");
        alice.kill();
        alice.start();
        alice.comes_online();
        world.settle();
        assert_eq!(listed(world, alice), held("bob@linnet.test"), "the wish outlives the process");
        assert_eq!(world.server().blocked(&address("alice")), ["bob@linnet.test"]);
        assert_eq!(alice.bodies(bob), ["one"], "what came before the server knew is not heard either");
    });
}

#[test]
fn a_mind_changed_twice_in_one_breath_counts_as_it_was_left() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        for round in 0..3 {
            block(alice, "bob@linnet.test", None);
            unblock(alice, "bob@linnet.test");
            if round == 1 {
                alice.cut();
            }
            block(alice, "bob@linnet.test", None);
            world.settle();
            assert_eq!(world.server().blocked(&address("alice")), ["bob@linnet.test"]);
            assert_eq!(listed(world, alice), held("bob@linnet.test"));
            unblock(alice, "bob@linnet.test");
            block(alice, "bob@linnet.test", None);
            unblock(alice, "bob@linnet.test");
            world.settle();
            assert!(world.server().blocked(&address("alice")).is_empty(), "round {round}");
            assert!(listed(world, alice).is_empty());
        }
    });
}

#[test]
fn a_whole_server_is_blocked_but_never_our_own() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let message = |from: &str| {
            let xml = format!(
                "<message from='{from}' to='alice@linnet.test' type='chat' id='{from}'><body>x</body></message>"
            );
            world.inject(alice.id, &xml);
            world.inject(alice.id, &format!("<presence from='{from}' to='alice@linnet.test' type='subscribe'/>"));
            world.settle();
        };
        message("eve@evil.test");
        assert_eq!(world.requests(alice.id).len(), 1, "one request of one stranger, who wrote and asked");
        block(alice, "evil.test", Some(Report::Abuse));
        world.settle();
        assert!(world.requests(alice.id).is_empty());
        message("mallory@evil.test");
        message("evil.test");
        assert!(world.requests(alice.id).is_empty() && world.chat_list(alice.id).is_empty());
        message("mallory@evil.test.example");
        assert_eq!(world.requests(alice.id).len(), 1, "a name that only begins alike");
        assert_eq!(world.server().reports(), ["evil.test urn:xmpp:reporting:abuse"]);
        let account = world.account(alice.id);
        for own in ["linnet.test", "alice@linnet.test", " Alice@Linnet.test", "", "@", "a b"] {
            let refused = world.submit(alice.id, Command::Block { account, address: own.to_owned(), report: None });
            assert_eq!(refused, Err(CommandError::AddressInvalid), "{own:?}");
        }
        let unknown = Command::Unblock { account, address: "bob@linnet.test".to_owned() };
        assert_eq!(world.submit(alice.id, unknown), Err(CommandError::NotFound));
    });
}

#[test]
fn a_report_names_what_was_written_and_goes_once() {
    on_fake(|world| {
        let (alice, mallory) = (world.any().device("alice"), world.any().device("mallory"));
        world.settle();
        for number in 0..7 {
            mallory.say(alice, &format!("buy {number}"));
        }
        world.settle();
        assert!(world.requests(alice.id)[0].reportable);
        block(alice, "mallory@linnet.test", Some(Report::Spam));
        world.settle();
        alice.kill();
        alice.start();
        world.settle();
        let reports = world.server().reports().to_vec();
        let [report] = reports.as_slice() else { panic!("{reports:?}") };
        let words: Vec<&str> = report.split(' ').collect();
        assert_eq!(words[..2], ["mallory@linnet.test", "urn:xmpp:reporting:spam"]);
        assert_eq!(words.len(), 7, "the newest five by their archive's ids: {report}");
        block(alice, "mallory@linnet.test", Some(Report::Abuse));
        world.settle();
        assert_eq!(world.server().reports().len(), 2, "who is blocked can still be reported");
    });
}

#[test]
fn without_the_servers_help_a_block_holds_on_this_device() {
    on_fake(|world| {
        (world.server().switches.blocking, world.server().switches.reporting) = (false, false);
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "one");
        world.settle();
        assert_eq!(alice.account().blocks, Some(false));
        block(alice, "bob@linnet.test", Some(Report::Spam));
        bob.say(alice, "two");
        world.settle();
        assert_eq!(alice.bodies(bob), ["one"]);
        alice.kill();
        world.reboot(alice.id);
        bob.say(alice, "three");
        alice.start();
        world.settle();
        assert_eq!(alice.bodies(bob), ["one"], "the archive does not bring it either");
        unblock(alice, "bob@linnet.test");
        bob.say(alice, "four");
        world.settle();
        assert_eq!(alice.bodies(bob), ["one", "four"]);
        assert!(listed(world, alice).is_empty());
    });
}

#[test]
fn what_another_device_blocks_is_blocked_here() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "one");
        world.settle();
        world.server_acts(|server| server.block_elsewhere(&address("alice"), "bob@linnet.test", true));
        world.settle();
        assert_eq!(listed(world, alice), held("bob@linnet.test"));
        world.server_acts(|server| server.block_elsewhere(&address("alice"), "bob@linnet.test", false));
        world.settle();
        assert!(listed(world, alice).is_empty());
        alice.goes_offline();
        world.advance(700_000);
        world.server_acts(|server| server.block_elsewhere(&address("alice"), "evil.test", true));
        alice.comes_online();
        world.settle();
        assert_eq!(listed(world, alice), held("evil.test"), "what changed while away comes with the list");
    });
}

#[test]
fn a_block_list_is_changed_by_nobody_else() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        block(alice, "mallory@evil.test", None);
        bob.say(alice, "one");
        world.settle();
        for from in ["mallory@evil.test/x", "bob@linnet.test/linnet", "linnet.test", "alice@linnet.test/other"] {
            for push in [
                "<block xmlns='urn:xmpp:blocking'><item jid='bob@linnet.test'/></block>",
                "<unblock xmlns='urn:xmpp:blocking'/>",
            ] {
                world.inject(
                    alice.id,
                    &format!("<iq from='{from}' to='alice@linnet.test' id='b' type='set'>{push}</iq>"),
                );
            }
        }
        world.settle();
        assert_eq!(world.violations(), [Violation::BlockPushForged; 8]);
        assert_eq!(listed(world, alice), held("mallory@evil.test"));
        world.inject(
            alice.id,
            "<iq id='p' type='set'><block xmlns='urn:xmpp:blocking'><item jid='@@'/><item/>\
             <item jid='eve@evil.test'/></block></iq>",
        );
        world.settle();
        let malformed = world.violations().into_iter().filter(|v| *v == Violation::BlockItemMalformed).count();
        assert_eq!((malformed, listed(world, alice).len()), (2, 2), "each broken item costs itself only");
    });
}

#[test]
fn who_is_blocked_learns_nothing_by_asking() {
    on_fake(|world| {
        (world.server().switches.blocking, world.server().switches.reporting) = (false, false);
        let (alice, bob) = world.any().friends("alice", "bob");
        block(alice, "bob@linnet.test", None);
        world.settle();
        let before = world.trace().len();
        world.inject(
            alice.id,
            "<iq from='bob@linnet.test/linnet' to='alice@linnet.test' id='p1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>",
        );
        world.inject(
            alice.id,
            "<message from='bob@linnet.test/linnet' to='alice@linnet.test' id='m1' type='chat'><body>there?</body>\
             <request xmlns='urn:xmpp:receipts'/></message>",
        );
        world.settle();
        let said = world.trace()[before..].to_owned();
        assert!(said.contains("service-unavailable"), "{said}");
        assert!(!said.contains("urn:xmpp:receipts' id") && !said.contains("<received"), "{said}");
        assert!(bob.notified(alice).is_empty());
    });
}
