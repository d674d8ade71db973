//! Who may be meant while an address is typed.

use linnet_messenger::command::Command;
use linnet_tests::fake_world::FakeWorld;
use linnet_tests::world::{Device, World};

use crate::anywhere::profile::chosen;
use crate::on_fake;

/// What is offered: contacts with `+`, completions without.
fn offered(world: &FakeWorld, device: Device<'_>, typed: &str) -> Vec<String> {
    let items = world.people(device.id, typed);
    items.into_iter().map(|item| format!("{}{}", if item.contact { "+" } else { "" }, item.address)).collect()
}

fn push(world: &FakeWorld, to: Device<'_>, items: &str) {
    let items = items.split_whitespace().map(|item| {
        let (jid, name) = item.split_once('=').unwrap_or((item, ""));
        format!(
            "<iq type='set' id='{jid}'><query xmlns='jabber:iq:roster'>
                 <item jid='{jid}' name='{name}' subscription='both'/></query></iq>"
        )
    });
    items.for_each(|item| world.inject(to.id, &item));
    world.settle();
}

#[test]
fn contacts_are_found_by_their_names_and_addresses() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.settle();
        push(world, alice, "carol@far.test=Ångström ann@near.test=Bobby rooms.far.test=Rooms");
        assert_eq!(offered(world, alice, ""), ["+bob@linnet.test", "+ann@near.test", "+carol@far.test"]);
        assert_eq!(offered(world, alice, " BOB "), ["+bob@linnet.test", "+ann@near.test"]);
        assert_eq!(offered(world, alice, "ångs"), ["+carol@far.test"], "capital letters of any script");
        assert_eq!(offered(world, alice, "near"), ["+ann@near.test"]);
        assert_eq!(offered(world, alice, "nobody"), [""; 0]);
        let account = world.account(alice.id);
        alice.order(Command::Block { account, address: "far.test".to_owned(), report: None });
        alice.order(Command::RemoveContact { account, address: bob.address().to_string() });
        world.settle();
        assert_eq!(offered(world, alice, ""), ["+ann@near.test"]);
    });
}

#[test]
fn contacts_have_the_name_and_the_picture_they_chose() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.settle();
        let account = world.account(bob.id);
        bob.order(Command::SetPicture { account, picture: Some(chosen(3)) });
        bob.order(Command::SetNickname { account, nickname: "Robert".to_owned() });
        world.settle();
        let [robert] = &world.people(alice.id, "robe")[..] else { panic!("he is found by his nickname") };
        assert_eq!(robert.name.as_deref(), Some("Robert"));
        assert_eq!(robert.picture, bob.account().picture);
        push(world, alice, "bob@linnet.test=Bobby");
        assert_eq!(
            world.people(alice.id, "")[0].name.as_deref(),
            Some("Bobby"),
            "the name that the user gave counts more"
        );
    });
}

#[test]
fn an_address_is_completed_by_likely_servers_the_own_first() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        world.settle();
        push(world, alice, "one@rare.test two@often.test three@often.test");
        let all = offered(world, alice, "dora@");
        assert_eq!(all[..3], ["dora@linnet.test", "dora@often.test", "dora@rare.test"]);
        assert_eq!(all.len(), 6, "and public ones: {all:?}");
        assert_eq!(offered(world, alice, "two@OFT"), ["+two@often.test"], "a contact is not completed once more");
        assert_eq!(offered(world, alice, "Dora@rare"), ["dora@rare.test"]);
        assert_eq!(offered(world, alice, "dora@rare.test"), [""; 0], "nothing is left to add");
        assert_eq!(offered(world, alice, "dora@yax"), ["dora@yax.im"]);
        for junk in ["@yax", "a b@rare", "a@rare@", "a/b@rare", &format!("{}@", "x".repeat(2_000)), "\u{202e}@rare"] {
            assert_eq!(offered(world, alice, junk), [""; 0], "{junk}");
        }
    });
}

#[test]
fn a_long_list_of_contacts_costs_no_more_than_two_hundred_rows() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        world.settle();
        let many: Vec<String> = (0..300).map(|number| format!("p{number:03}@far.test")).collect();
        push(world, alice, &many.join(" "));
        assert_eq!(world.people(alice.id, "").len(), 200);
        assert_eq!(offered(world, alice, "p299"), ["+p299@far.test"]);
    });
}
