//! Files for other servers: what a server writes is read by us, and what we write is read by it.

use linnet_messenger::command::Command;
use linnet_messenger::contact::portable::{PortableAccount, file};
use linnet_messenger::wire::ns;
use linnet_servers::{Kind, Options};
use linnet_tests::live_world::LiveWorld;
use linnet_tests::world::{Device, World};

use crate::anywhere::portable::written;

/// Alice with a friend who has a name and a tag, somebody blocked, and a name of her own.
fn alice(world: &LiveWorld) -> Device<'_> {
    let w: &dyn World = world;
    let (alice, bob) = w.friends("alice", "bob");
    let (account, address) = (alice.account().id, bob.address().to_string());
    let (name, tags) = ("Bob from the lake".to_owned(), vec!["boats".to_owned()]);
    alice.order(Command::EditContact { account, address, name, tags });
    alice.order(Command::Block { account, address: "mallory@evil.test".to_owned(), report: None });
    alice.order(Command::SetNickname { account, nickname: "Ali".to_owned() });
    w.settle();
    alice
}

/// What the server itself writes of somebody.
fn of_server(world: &LiveWorld, local: &str) -> PortableAccount {
    let server = world.server();
    let users = file::read(&server.export_account(local).unwrap()).unwrap();
    let address = format!("{local}@{}", server.domain);
    users.into_iter().find(|user| user.address == address).expect("the account is there")
}

fn what_a_server_writes_is_read(kind: Kind) {
    let world = LiveWorld::new(Options::on(kind)).unwrap();
    alice(&world);
    let own = of_server(&world, "alice");
    let [bob] = own.contacts.as_slice() else { panic!("{:?}", own.contacts) };
    let address = format!("bob@{}", world.server().domain);
    assert_eq!((&bob.address, bob.name.as_deref()), (&address, Some("Bob from the lake")));
    assert_eq!((bob.tags.as_slice(), bob.subscription.as_str()), (["boats".to_owned()].as_slice(), "both"));
    assert_eq!(own.unreadable, 0);
    // ejabberd writes no nodes of accounts, and Prosody nobody who is blocked.
    if kind == Kind::Ejabberd {
        assert_eq!(own.blocks, ["mallory@evil.test"]);
    } else {
        assert_eq!(nickname(&own).as_deref(), Some("Ali"));
    }
}

fn nickname(account: &PortableAccount) -> Option<String> {
    account.items.iter().find(|item| item.node == ns::NICK).map(|item| item.payload.content())
}

fn what_we_write_is_read_by_a_server(kind: Kind) {
    let world = LiveWorld::new(Options::on(kind)).unwrap();
    let alice = alice(&world);
    let text = String::from_utf8(written(&world, alice)).unwrap();
    // As somebody else's, who has an account without anything yet.
    let text = text.replace("<user name='alice'>", "<user name='carol'>");
    let server = world.server();
    server.add_user("carol", &LiveWorld::password("carol")).unwrap();
    server.import_account("carol", text.as_bytes()).unwrap();
    let (one, other) = (of_server(&world, "carol"), of_server(&world, "alice"));
    assert_eq!(one.contacts.len(), 1);
    assert_eq!((&one.contacts, &one.blocks, &one.items), (&other.contacts, &other.blocks, &other.items));
    // Her phone sees it, too.
    let any: &dyn World = &world;
    let carol = any.phone("carol's", "carol");
    any.settle();
    assert_eq!(file::read(&written(&world, carol)).unwrap()[0].contacts, one.contacts);
    if kind != Kind::Ejabberd {
        // Alice's was made out of her name by her server, which keeps none itself.
        assert_eq!((one.vcard.is_some(), other.vcard.is_some()), (true, false));
        assert_eq!(carol.account().nickname.as_deref(), Some("Ali"));
    }
}

on_every_kind!(what_a_server_writes_is_read, what_we_write_is_read_by_a_server);
