//! What a file brings into an account, whatever its server and the network do meanwhile.

use std::collections::BTreeMap;

use linnet_messenger::command::{Command, Secret};
use linnet_messenger::contact::portable::{PortableAccount, PortableContact, PortableItem};
use linnet_messenger::fault::CommandError;
use linnet_messenger::view::item::{ExportItem, ImportItem};
use linnet_messenger::wire::{Element, ns};
use linnet_tests::fake_server::Node;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use crate::on_fake;

/// A file with many people on another server.
fn crowd(count: usize) -> PortableAccount {
    let contacts = (0..count).map(|number| PortableContact {
        address: format!("friend{number:03}@elsewhere.test"),
        name: Some(format!("Friend {number}")),
        tags: vec!["crowd".to_owned()],
        subscription: "both".to_owned(),
        asked: false,
    });
    PortableAccount { address: "old@elsewhere.test".to_owned(), contacts: contacts.collect(), ..Default::default() }
}

fn room(name: &str) -> PortableItem {
    let payload = Element::new("conference", ns::BOOKMARKS).with("name", name);
    PortableItem { node: ns::BOOKMARKS.to_owned(), id: format!("{name}@rooms.test"), payload }
}

fn begin(device: Device<'_>, from: PortableAccount) {
    device.order(Command::ImportAccount { account: device.account().id, from: Box::new(from) });
}

fn import(device: Device<'_>) -> ImportItem {
    device.account().import.expect("it is shown")
}

/// Who is on the server's roster and was asked, with how often.
fn asked(world: &FakeWorld) -> usize {
    let asked = |number: &usize| {
        let jid = format!("friend{number:03}@elsewhere.test").parse().unwrap();
        world.server().subscription(&address("alice"), &jid) == "none+ask"
    };
    (0..1_000).take_while(asked).count()
}

#[test]
fn everybody_is_asked_once_whatever_dies_meanwhile() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        begin(alice, crowd(60));
        let left = import(alice).left;
        assert_eq!((import(alice).total, left), (60, 60));
        for least in [12, 24, 36] {
            world.wait_for("some are asked", 60_000, || asked(world) >= least);
            assert!(import(alice).left > 0, "it goes on");
            alice.kill();
            alice.start();
        }
        alice.cut();
        world.settle();
        let ImportItem { left, refused, kept, .. } = import(alice);
        assert_eq!((asked(world), left, refused, kept), (60, 0, 0, 0));
        let name = world.server().contact_name(&address("alice"), &"friend059@elsewhere.test".parse().unwrap());
        assert_eq!(name.as_deref(), Some("Friend 59"));
        assert_eq!(world.server().counts.asked_elsewhere, 60, "each once");
    });
}

#[test]
fn the_server_is_told_of_few_at_a_time() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let mut from = crowd(60);
        from.blocks = (0..60).map(|number| format!("evil{number}@elsewhere.test")).collect();
        begin(alice, from);
        assert_eq!(world.blocks(alice.id).len(), 60, "blocks hold at once");
        let sql = "SELECT count(*) FROM request WHERE purpose LIKE '%import_step%' OR purpose LIKE '%\"block\"%'";
        let mut most = 0;
        world.wait_for("all is done", 120_000, || {
            most = most.max(world.count(alice.id, sql));
            import(alice).left == 0 && world.server().blocked(&address("alice")).len() == 60
        });
        assert!((10..=30).contains(&most), "{most} at a time");
    });
}

#[test]
fn what_an_account_has_is_kept() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.settle();
        let own = address("alice");
        let node = |node: &str, id: &str, payload: Element| {
            world.server_acts(|server| server.publish(&own, node, id, payload));
        };
        node(ns::NICK, "mine", Element::new("nick", ns::NICK).text("Alice"));
        let private = BTreeMap::from([("pubsub#access_model".to_owned(), "presence".to_owned())]);
        world.server_acts(|server| {
            server.set_node(&own, ns::BOOKMARKS, Node { configuration: private, items: Vec::new() });
            server.name_contact(&own, &address("bob"), "Bob by now");
            server.set_vcard(&own, Element::new("vCard", ns::VCARD_TEMP).child(Element::new("FN", ns::VCARD_TEMP)));
        });
        node(ns::BOOKMARKS, "lake@rooms.test", Element::new("conference", ns::BOOKMARKS).with("name", "mine"));
        let nick = Element::new("nick", ns::NICK).text("Somebody else");
        let nick = PortableItem { node: ns::NICK.to_owned(), id: "current".to_owned(), payload: nick };
        let mut from = crowd(0);
        from.contacts = vec![PortableContact {
            address: bob.address().to_string(),
            name: Some("Bob of old".to_owned()),
            subscription: "both".to_owned(),
            ..PortableContact::default()
        }];
        from.items = vec![nick, room("lake"), room("sea")];
        from.vcard = Some(Element::new("vCard", ns::VCARD_TEMP).child(Element::new("NICKNAME", ns::VCARD_TEMP)));
        from.blocks = vec!["alice@linnet.test".to_owned(), "linnet.test".to_owned(), "evil.test".to_owned()];
        begin(alice, from);
        world.settle();
        let ImportItem { total, left, refused, kept, .. } = import(alice);
        assert_eq!((total, left, refused, kept), (5, 0, 0, 3));
        let server = world.server();
        assert_eq!(server.contact_name(&own, &address("bob")).as_deref(), Some("Bob by now"));
        assert_eq!(server.vcard(&own).unwrap().children().next().unwrap().name, "FN");
        let nicks = &server.node(&own, ns::NICK).unwrap().items;
        assert_eq!(nicks.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["mine"]);
        let rooms = server.node(&own, ns::BOOKMARKS).unwrap();
        let names = rooms.items.iter().map(|(_, item)| item.children().next().unwrap().attribute("name").unwrap());
        assert_eq!(names.collect::<Vec<_>>(), ["mine", "sea"]);
        let access = rooms.configuration.get("pubsub#access_model").map(String::as_str);
        assert_eq!(access, Some("whitelist"), "rooms are nobody else's business");
        assert_eq!(server.blocked(&own), ["evil.test"], "neither oneself nor one's own server");
    });
}

#[test]
fn a_server_without_nodes_refuses_and_the_rest_is_done() {
    on_fake(|world| {
        world.server().switches.pep = false;
        let alice = world.any().device("alice");
        world.settle();
        let account = alice.account().id;
        alice.order(Command::CollectExport { account });
        assert_eq!(world.submit(alice.id, Command::CollectExport { account }), Err(CommandError::NotNow));
        assert_eq!(world.submit(alice.id, Command::ReadExport { account }), Err(CommandError::NotNow));
        world.settle();
        assert_eq!(alice.account().export, Some(ExportItem { total: 11, done: 11, missing: 5 }));
        let mut from = crowd(2);
        from.items = vec![room("lake"), room("sea")];
        begin(alice, from);
        world.settle();
        let ImportItem { total, left, refused, .. } = import(alice);
        assert_eq!((total, left, refused, asked(world)), (4, 0, 2, 2));
    });
}

#[test]
fn without_a_connection_it_waits_and_the_user_may_end_it() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let account = alice.account().id;
        alice.goes_offline();
        world.settle();
        assert_eq!(world.submit(alice.id, Command::CollectExport { account }), Err(CommandError::Offline));
        begin(alice, crowd(5));
        world.settle();
        assert_eq!(import(alice).left, 5);
        alice.comes_online();
        world.settle();
        assert_eq!((import(alice).left, asked(world)), (0, 5));
        alice.goes_offline();
        begin(alice, crowd(9));
        alice.order(Command::EndImport { account });
        alice.comes_online();
        world.settle();
        assert_eq!((alice.account().import, asked(world)), (None, 5));
    });
}

#[test]
fn whom_one_knows_leaves_only_while_the_app_is_open() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let account = alice.account().id;
        alice.order(Command::SetPin { current: None, pin: Some(Secret::new("2580")) });
        alice.order(Command::CollectExport { account });
        world.settle();
        alice.order(Command::LockNow);
        assert_eq!(world.submit(alice.id, Command::ReadExport { account }), Err(CommandError::NotNow));
        assert_eq!(world.submit(alice.id, Command::CollectExport { account }), Err(CommandError::NotNow));
        alice.order(Command::Unlock { pin: Secret::new("2580") });
        alice.order(Command::ReadExport { account });
    });
}
