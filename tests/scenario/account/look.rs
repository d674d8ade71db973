//! Several accounts in one app: told apart by name, colour and order, in one list or each by itself.

use std::collections::BTreeSet;

use linnet_messenger::command::{AccountColour, Command, Receipt};
use linnet_messenger::fault::CommandError;
use linnet_messenger::ids::AccountId;
use linnet_messenger::view::item::{AccountItem, AccountMark, Connection};
use linnet_tests::fake_world::FakeWorld;
use linnet_tests::world::{Device, World};

use crate::on_fake;

fn titles(world: &FakeWorld, device: Device<'_>) -> Vec<String> {
    world.accounts(device.id).into_iter().map(|account| account.title).collect()
}

fn account(world: &FakeWorld, device: Device<'_>, id: AccountId) -> AccountItem {
    world.accounts(device.id).into_iter().find(|account| account.id == id).expect("the account")
}

/// Alice, who has two more accounts, and a friend of each.
fn three_accounts(scenario: impl Fn(&FakeWorld, Device<'_>, [AccountId; 3])) {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        let work = world.add_account(alice.id, "alice.at.work");
        let club = world.add_account(alice.id, "alice.at.the.club");
        world.settle();
        scenario(world, alice, [world.account(alice.id), work, club]);
    });
}

#[test]
fn accounts_have_colours_of_their_own_and_keep_name_and_order() {
    three_accounts(|world, alice, [home, work, club]| {
        let colours: BTreeSet<String> =
            world.accounts(alice.id).iter().map(|account| format!("{:?}", account.colour)).collect();
        assert_eq!(colours.len(), 3, "{colours:?}");

        let edit =
            |name: &str| Command::EditAccount { account: work, name: name.to_owned(), colour: AccountColour::Violet };
        alice.order(edit("  Work "));
        alice.order(Command::MoveAccount { account: club, to: 0 });
        alice.order(Command::MoveAccount { account: home, to: 77 });
        let club_address = account(world, alice, club).address;
        let home_address = account(world, alice, home).address;
        let order = [club_address.as_str(), "Work", home_address.as_str()];
        assert_eq!(titles(world, alice), order);
        for name in ["x".repeat(41), "a\nb".to_owned()] {
            assert_eq!(world.submit(alice.id, edit(&name)), Err(CommandError::TextInvalid));
        }

        alice.kill();
        alice.start();
        world.settle();
        assert_eq!(titles(world, alice), order);
        let item = account(world, alice, work);
        assert_eq!((item.name.as_deref(), item.colour), (Some("Work"), AccountColour::Violet));
        assert_eq!(item.connection, Connection::Online);

        alice.order(edit(""));
        assert_eq!(account(world, alice, work).title, item.address);
        let nobody = Command::MoveAccount { account: AccountId(99), to: 0 };
        assert_eq!(world.submit(alice.id, nobody), Err(CommandError::NotFound));
    });
}

#[test]
fn one_list_says_whose_a_chat_is_and_one_account_is_shown_alone() {
    three_accounts(|world, alice, [home, work, club]| {
        alice.order(Command::EditAccount { account: work, name: "Work".into(), colour: AccountColour::Green });
        for account in [home, work] {
            let bob = "bob@example.org".to_owned();
            let Receipt::Chat(_) = alice.order(Command::StartChat { account, address: bob }) else { panic!() };
        }
        world.settle();
        let list = world.chat_list(alice.id);
        let of_work: Vec<_> = list.iter().filter(|chat| chat.account == work).collect();
        let mark = AccountMark { title: "Work".into(), colour: AccountColour::Green };
        assert!(!of_work.is_empty() && of_work.iter().all(|chat| chat.mark.as_ref() == Some(&mark)), "{list:?}");
        assert!(list.iter().all(|chat| chat.mark.is_some()));

        let alone = world.chats_of(alice.id, work);
        assert_eq!(alone.len(), of_work.len());
        assert!(alone.iter().all(|chat| chat.account == work && chat.mark.is_none()), "{alone:?}");
        assert_eq!(world.chats_of(alice.id, club), []);

        // What was chosen is kept, as long as there is something to choose.
        assert_eq!(world.app(alice.id).shown_account, None);
        alice.order(Command::ShowAccount { account: Some(work) });
        let nobody = Command::ShowAccount { account: Some(AccountId(99)) };
        assert_eq!(world.submit(alice.id, nobody), Err(CommandError::NotFound));
        alice.kill();
        alice.start();
        world.settle();
        assert_eq!(world.app(alice.id).shown_account, Some(work));
        alice.order(Command::RemoveAccount { account: work });
        assert_eq!(world.app(alice.id).shown_account, None, "it is gone");
        alice.order(Command::ShowAccount { account: Some(club) });
        alice.order(Command::RemoveAccount { account: home });
        assert_eq!(world.app(alice.id).shown_account, None, "there is only one");
        assert!(world.chat_list(alice.id).iter().all(|chat| chat.mark.is_none()));
    });
}
