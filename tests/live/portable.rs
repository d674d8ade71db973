//! Files for other servers: an ejabberd writes one that we read, and reads one that we wrote.

use linnet_messenger::command::Command;
use linnet_messenger::contact::portable::file;
use linnet_servers::{Kind, Options};
use linnet_tests::live_world::LiveWorld;
use linnet_tests::world::{Device, World};

use crate::anywhere::portable::written;

/// Alice with a friend who has a name and a tag, and somebody blocked.
fn alice(world: &LiveWorld) -> Device<'_> {
    let w: &dyn World = world;
    let (alice, bob) = w.friends("alice", "bob");
    let (account, address) = (alice.account().id, bob.address().to_string());
    let (name, tags) = ("Bob from the lake".to_owned(), vec!["boats".to_owned()]);
    alice.order(Command::EditContact { account, address, name, tags });
    alice.order(Command::Block { account, address: "mallory@evil.test".to_owned(), report: None });
    w.settle();
    alice
}

#[test]
fn what_ejabberd_writes_is_read() {
    let world = LiveWorld::new(Options::on(Kind::Ejabberd)).unwrap();
    let (alice, domain) = (alice(&world), world.server().domain.clone());
    let users = file::read(&world.server().export_accounts().unwrap()).unwrap();
    let own = users.iter().find(|user| user.address == alice.address().as_str()).expect("alice is among them");
    assert_eq!(users.len(), 2, "everybody is");
    let [bob] = own.contacts.as_slice() else { panic!("{:?}", own.contacts) };
    assert_eq!((bob.address.clone(), bob.name.as_deref()), (format!("bob@{domain}"), Some("Bob from the lake")));
    assert_eq!((bob.tags.as_slice(), bob.subscription.as_str()), (["boats".to_owned()].as_slice(), "both"));
    assert_eq!(own.blocks, ["mallory@evil.test"]);
    // It writes no nodes of accounts.
    assert_eq!(own.unreadable, 0);
}

#[test]
fn what_we_write_is_read_by_ejabberd() {
    let world = LiveWorld::new(Options::on(Kind::Ejabberd)).unwrap();
    let alice = alice(&world);
    let text = String::from_utf8(written(&world, alice)).unwrap();
    // As somebody else's, who has an account without anything yet.
    let text = text.replace("<user name='alice'>", "<user name='carol'>");
    world.server().add_user("carol", &LiveWorld::password("carol")).unwrap();
    world.server().import_accounts(text.as_bytes()).unwrap();
    let users = file::read(&world.server().export_accounts().unwrap()).unwrap();
    let by = |name: &str| {
        let user = users.iter().find(|user| user.address.starts_with(name)).cloned();
        let user = user.expect("the account is there");
        (user.contacts, user.blocks)
    };
    assert_eq!(by("carol@"), by("alice@"));
    assert_eq!(by("carol@").0.len(), 1);
}
