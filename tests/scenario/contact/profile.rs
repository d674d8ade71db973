//! The own profile on servers that refuse it, lose it, or have it otherwise; names that nobody may give himself.

use linnet_messenger::command::Command;
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::view::item::ProfileState;
use linnet_messenger::wire::Element;
use linnet_tests::fake_server::Node;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use crate::anywhere::profile::chosen;
use crate::on_fake;

const METADATA: &str = "urn:xmpp:avatar:metadata";
const NICK: &str = "http://jabber.org/protocol/nick";

fn set(device: Device<'_>, picture: Option<u8>) {
    let account = device.world.account(device.id);
    device.order(Command::SetPicture { account, picture: picture.map(chosen) });
}

fn name(device: Device<'_>, nickname: &str) -> Result<(), CommandError> {
    let account = device.world.account(device.id);
    device.world.submit(device.id, Command::SetNickname { account, nickname: nickname.to_owned() }).map(|_| ())
}

fn title(device: Device<'_>, of: Device<'_>) -> String {
    let address = of.address().to_string();
    device.world.chat_list(device.id).into_iter().find(|chat| chat.address == address).unwrap().title
}

fn published(world: &FakeWorld, user: &str, node: &str) -> Option<Element> {
    let server = world.server();
    Some(server.node(&address(user), node)?.items.last()?.1.clone())
}

fn tell_name(world: &FakeWorld, to: Device<'_>, from: &str, name: &str) {
    world.inject(
        to.id,
        &format!(
            "<message from='{from}' to='alice@linnet.test' type='headline'>\
             <event xmlns='http://jabber.org/protocol/pubsub#event'><items node='{NICK}'>\
             <item id='current'><nick xmlns='{NICK}'>{name}</nick></item></items></event></message>"
        ),
    );
    world.settle();
}

#[test]
fn what_was_wished_offline_leaves_later_and_only_the_last_of_it() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        alice.goes_offline();
        set(alice, Some(1));
        set(alice, Some(2));
        name(alice, "Al").unwrap();
        name(alice, " Alice ").unwrap();
        assert_eq!(alice.account().profile, ProfileState::Waiting);
        let hash = alice.account().picture.unwrap();
        alice.kill();
        alice.start();
        alice.comes_online();
        world.settle();
        assert_eq!(alice.account().profile, ProfileState::Known);
        assert_eq!(alice.account().picture, Some(hash.clone()), "the server's old word does not take it back");
        let metadata = published(world, "alice", METADATA).unwrap();
        let info = metadata.first("metadata", METADATA).unwrap().first("info", METADATA).unwrap();
        let told = ["id", "type", "width"].map(|name| info.attribute(name).unwrap());
        assert_eq!(told, [hash.as_str(), "image/jpeg", "256"]);
        let nick = published(world, "alice", NICK).unwrap();
        assert_eq!(nick.first("nick", NICK).unwrap().content(), "Alice");
        assert_eq!(world.server().counts.published, 3, "data, metadata and name, once each");
    });
}

#[test]
fn a_cut_in_the_middle_of_publishing_loses_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.chat(alice);
        for round in 0..8 {
            set(alice, Some(round));
            world.advance(u64::from(round) * 30);
            world.cut(alice.id);
        }
        alice.kill();
        alice.start();
        world.settle();
        let account = alice.account();
        assert_eq!(account.profile, ProfileState::Known);
        assert_eq!(world.chat_list(bob.id)[0].picture, account.picture);
    });
}

#[test]
fn a_node_that_is_for_other_eyes_is_changed_first() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        let node = Node::default();
        let access = |world: &FakeWorld, name: &str| {
            world.server().node(&address("alice"), name).unwrap().configuration["pubsub#access_model"].clone()
        };
        let mut open = node;
        open.configuration.insert("pubsub#access_model".to_owned(), "open".to_owned());
        for name in [METADATA, "urn:xmpp:avatar:data", NICK] {
            world.server().set_node(&address("alice"), name, open.clone());
        }
        set(alice, Some(3));
        name(alice, "Alice").unwrap();
        world.settle();
        assert_eq!(alice.account().profile, ProfileState::Known);
        for name in [METADATA, "urn:xmpp:avatar:data", NICK] {
            assert_eq!(access(world, name), "presence", "{name}");
        }
        alice.order(Command::SetProfileOpen { account: world.account(alice.id), open: true });
        world.settle();
        assert_eq!((alice.account().profile, alice.account().profile_open), (ProfileState::Known, true));
        for name in [METADATA, "urn:xmpp:avatar:data", NICK] {
            assert_eq!(access(world, name), "open", "{name}");
        }
    });
}

#[test]
fn a_server_without_nodes_says_so_and_nothing_is_shown_that_others_do_not_see() {
    on_fake(|world| {
        world.server().switches.pep = false;
        let alice = world.any().device("alice");
        world.settle();
        set(alice, Some(4));
        name(alice, "Alice").unwrap();
        world.settle();
        let account = alice.account();
        assert_eq!((account.picture, account.nickname, account.profile), (None, None, ProfileState::Refused));
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM profile_wish"), 0);
    });
}

#[test]
fn names_are_bounded_and_only_contacts_have_any() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.chat(bob);
        tell_name(world, alice, "bob@linnet.test", "Bob &#x202E; of\n the lake");
        assert_eq!(title(alice, bob), "Bob of the lake");
        assert_eq!(world.contact(alice.id, alice.chat(bob)).unwrap().nickname.as_deref(), Some("Bob of the lake"));
        for from in ["mallory@evil.test", "bob@linnet.test/phone", "linnet.test"] {
            tell_name(world, alice, from, "Alice's bank");
        }
        assert_eq!(world.violations(), [Violation::ProfileForged; 3]);
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM nickname"), 1);
        tell_name(world, alice, "bob@linnet.test", &"x".repeat(50_000));
        assert_eq!(title(alice, bob).chars().count(), 100);
        // The user's own word counts more.
        let (account, address) = (world.account(alice.id), "bob@linnet.test".to_owned());
        alice.order(Command::EditContact { account, address: address.clone(), name: "Bobby".to_owned(), tags: vec![] });
        world.settle();
        assert_eq!(title(alice, bob), "Bobby");
        alice.order(Command::RemoveContact { account, address });
        world.settle();
        assert_eq!(title(alice, bob), "bob");
        assert_eq!(name(alice, &"x".repeat(101)), Err(CommandError::TextInvalid));
        assert_eq!(name(alice, "\u{202E}"), Err(CommandError::TextInvalid));
    });
}

#[test]
fn a_picture_that_linnet_did_not_draw_is_refused() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        let account = world.account(alice.id);
        for bytes in [Vec::new(), vec![0; (256 << 10) + 1]] {
            let picture = Some(linnet_messenger::command::OwnPicture { bytes, png: false, side: 256 });
            let refused = world.submit(alice.id, Command::SetPicture { account, picture });
            assert_eq!(refused, Err(CommandError::PictureInvalid));
        }
        world.settle();
    });
}
