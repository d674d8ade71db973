//! A contact's details: presence a device, last seen, names and tags, mute, removal.

use linnet_messenger::command::Command;
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::view::item::{Availability, ContactItem};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, Peer, World};

use crate::on_fake;

fn seen(world: &FakeWorld, device: Device<'_>, with: impl Peer) -> ContactItem {
    world.contact(device.id, device.chat(with)).expect("the chat is there")
}

fn edit(device: Device<'_>, address: &str, name: &str, tags: &[&str]) -> Result<(), CommandError> {
    let (account, tags) = (device.world.account(device.id), tags.iter().map(|&tag| tag.to_owned()).collect());
    let command = Command::EditContact { account, address: address.to_owned(), name: name.to_owned(), tags };
    device.world.submit(device.id, command).map(|_| ())
}

fn presence(world: &FakeWorld, to: Device<'_>, from: &str, rest: &str) {
    world.inject(to.id, &format!("<presence from='{from}' to='alice@linnet.test' {rest}</presence>"));
    world.settle();
}

#[test]
fn each_device_says_for_itself_how_much_it_is_there() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let one = seen(world, alice, bob);
        assert!(one.contact && one.sees_us && one.we_see && !one.asked);
        assert_eq!(one.devices.len(), 1, "{:?}", one.devices);
        assert_eq!(one.link, "xmpp:bob@linnet.test?roster", "never with a token of his");
        presence(world, alice, "bob@linnet.test/desk", "><show>dnd</show><status> writing </status>");
        presence(
            world,
            alice,
            "bob@linnet.test/couch",
            "><show>away</show><idle xmlns='urn:xmpp:idle:1' since='2020-01-02T03:04:05Z'/>",
        );
        let devices = seen(world, alice, bob).devices;
        let told: Vec<_> = devices.iter().map(|device| (device.availability, device.status.as_deref())).collect();
        let expected = [
            (Availability::Available, None),
            (Availability::DoNotDisturb, Some("writing")),
            (Availability::Away, None),
        ];
        assert_eq!(told, expected, "the most available first");
        assert_eq!(devices[2].idle_since, Some(1_577_934_245_000));
        presence(world, alice, "bob@linnet.test/desk", "type='unavailable'>");
        assert_eq!(seen(world, alice, bob).devices.len(), 2);
    });
}

#[test]
fn who_goes_leaves_the_time_behind() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        assert_eq!(seen(world, alice, bob).last_seen, None);
        bob.order(Command::SetAccountEnabled { account: world.account(bob.id), enabled: false });
        world.settle();
        let gone = seen(world, alice, bob);
        let left = gone.last_seen.expect("he was seen");
        assert!(gone.devices.is_empty());
        world.advance(60_000);
        presence(
            world,
            alice,
            "bob@linnet.test",
            "type='unavailable'><delay xmlns='urn:xmpp:delay' stamp='2020-01-02T03:04:05Z'/>",
        );
        assert_eq!(seen(world, alice, bob).last_seen, Some(left), "nobody is seen earlier than before");
        presence(
            world,
            alice,
            "bob@linnet.test",
            "type='unavailable'><delay xmlns='urn:xmpp:delay' stamp='2220-01-02T03:04:05Z'/>",
        );
        let later = seen(world, alice, bob).last_seen.unwrap();
        assert!(later > left && later < left + 600_000, "nor in the future");
    });
}

#[test]
fn a_resumed_session_has_whom_it_had_and_a_new_one_asks_again() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        assert_eq!(seen(world, alice, bob).devices.len(), 1);
        alice.goes_offline();
        assert!(seen(world, alice, bob).devices.is_empty(), "without a connection nobody knows");
        alice.kill();
        alice.start();
        alice.comes_online();
        world.settle();
        assert_eq!(seen(world, alice, bob).devices.len(), 1);
        alice.goes_offline();
        bob.order(Command::SetAccountEnabled { account: world.account(bob.id), enabled: false });
        world.advance(700_000);
        alice.comes_online();
        world.settle();
        assert!(seen(world, alice, bob).devices.is_empty(), "he went while nobody listened");
    });
}

#[test]
fn presence_from_strangers_and_nonsense_is_bounded() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        presence(world, alice, "mallory@evil.test/x", "><status>hello</status>");
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM presence WHERE jid LIKE '%evil%'"), 0);
        let long = "x".repeat(5_000);
        for number in 0..100 {
            presence(world, alice, &format!("bob@linnet.test/r{number}"), &format!("><status>{long}</status>"));
        }
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM presence WHERE jid LIKE 'bob%'"), 50);
        assert_eq!(world.count(alice.id, "SELECT max(length(status)) FROM presence"), 500);
        presence(
            world,
            alice,
            "bob@linnet.test/r0",
            "><show>sleeping</show><idle xmlns='urn:xmpp:idle:1' since='2220-01-02T03:04:05Z'/>",
        );
        assert_eq!(world.violations(), [Violation::StanzaMalformed]);
        assert_eq!(world.count(alice.id, "SELECT count(idle_since) FROM presence"), 0, "nobody is idle in the future");
    });
}

#[test]
fn names_and_tags_are_the_servers_and_so_every_phones() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let second = world.any().phone("alice-2", "alice");
        world.settle();
        edit(alice, "bob@linnet.test", " Bobby ", &["club", " ", "work", "club"]).unwrap();
        world.settle();
        for phone in [alice, second] {
            let bobby = seen(world, phone, bob);
            assert_eq!((bobby.title.as_str(), bobby.tags), ("Bobby", vec!["club".to_owned(), "work".to_owned()]));
        }
        assert_eq!(world.server().subscription(&address("alice"), &address("bob")), "both", "and nothing else changes");
        edit(second, "bob@linnet.test", "", &[]).unwrap();
        world.settle();
        let bob_again = seen(world, alice, bob);
        assert_eq!((bob_again.title.as_str(), bob_again.name, bob_again.tags.len()), ("bob", None, 0));
        let long = "x".repeat(201);
        assert_eq!(edit(alice, "bob@linnet.test", &long, &[]), Err(CommandError::TextInvalid));
        assert_eq!(edit(alice, "bob@linnet.test", "", &[&long]), Err(CommandError::TextInvalid));
        assert_eq!(edit(alice, "alice@linnet.test", "me", &[]), Err(CommandError::AddressInvalid));
        alice.goes_offline();
        assert_eq!(edit(alice, "bob@linnet.test", "Bob", &[]), Err(CommandError::Offline));
        alice.comes_online();
        world.settle();
    });
}

#[test]
fn a_removed_contact_sees_and_shows_nothing_and_can_be_added_again() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "hi");
        world.settle();
        let account = world.account(alice.id);
        alice.order(Command::RemoveContact { account, address: "bob@linnet.test".to_owned() });
        world.settle();
        let gone = seen(world, alice, bob);
        assert!(!gone.contact && !gone.sees_us && !gone.we_see && gone.devices.is_empty() && gone.last_seen.is_none());
        assert_eq!(world.server().subscription(&address("alice"), &address("bob")), "absent");
        assert_eq!(alice.bodies(bob), ["hi"], "the chat stays");
        alice.order(Command::AddContact { account, address: "bob@linnet.test".to_owned() });
        world.settle();
        let asked = seen(world, alice, bob);
        assert!(asked.contact && asked.asked && !asked.we_see);
    });
}

#[test]
fn a_muted_chat_makes_no_noise() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let chat = alice.chat(bob);
        alice.order(Command::SetMuted { chat, muted: true });
        bob.say(alice, "one");
        world.settle();
        assert!(alice.notified(bob).is_empty());
        assert_eq!(alice.unread(bob), 1, "it is there all the same");
        assert!(seen(world, alice, bob).muted && world.chat_list(alice.id)[0].muted);
        alice.order(Command::SetMuted { chat, muted: false });
        assert_eq!(alice.notified(bob), ["one"]);
    });
}

#[test]
fn what_a_link_takes_away_is_only_what_was_there() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let account = world.account(alice.id);
        let address = |address: &str| address.to_owned();
        for unknown in ["mallory@evil.test", "carol@linnet.test"] {
            let remove = Command::RemoveContact { account, address: address(unknown) };
            assert_eq!(world.submit(alice.id, remove), Err(CommandError::NotFound), "{unknown}");
            let unsubscribe = Command::Unsubscribe { account, address: address(unknown) };
            assert_eq!(world.submit(alice.id, unsubscribe), Err(CommandError::NotFound), "{unknown}");
        }
        let unsubscribe = Command::Unsubscribe { account, address: address("bob@linnet.test") };
        alice.goes_offline();
        assert_eq!(world.submit(alice.id, unsubscribe.clone()), Err(CommandError::Offline));
        alice.comes_online();
        world.settle();
        alice.order(unsubscribe);
        world.settle();
        let (hers, his) = (seen(world, alice, bob), seen(world, bob, alice));
        assert!(hers.contact && !hers.we_see && hers.sees_us, "{hers:?}");
        assert!(his.we_see && !his.sees_us, "he goes on seeing her: {his:?}");
        alice.order(Command::RemoveContact { account, address: address("bob@linnet.test") });
        world.settle();
        assert!(!seen(world, alice, bob).contact);
    });
}
