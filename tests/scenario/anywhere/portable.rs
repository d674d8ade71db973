//! An account's people and profile go to another account in a file.

use linnet_messenger::command::{Command, Receipt};
use linnet_messenger::contact::portable::{PortableAccount, PortableContact, file};
use linnet_messenger::view::item::RequestItem;
use linnet_messenger::wire::ns;
use linnet_tests::world::{Device, World};

/// An account's file, once its server has told everything.
pub fn written(w: &dyn World, device: Device<'_>) -> Vec<u8> {
    let account = device.account().id;
    device.order(Command::CollectExport { account });
    w.settle();
    let export = device.account().export.expect("it is collected");
    assert_eq!((export.done, export.missing), (export.total, 0), "everything is told");
    let Receipt::Exported(bytes) = device.order(Command::ReadExport { account }) else { panic!("no file") };
    assert_eq!(device.account().export, None, "nothing of it stays");
    bytes
}

/// What is in it.
fn exported(w: &dyn World, device: Device<'_>) -> PortableAccount {
    let mut users = file::read(&written(w, device)).unwrap();
    assert_eq!((users.len(), users[0].unreadable), (1, 0));
    let mut user = users.remove(0);
    // Servers tell the groups of a contact and the items of a node in orders of their own.
    // Prosody makes a vCard4 out of each vCard.
    user.items.retain(|item| item.node != ns::VCARD4_NODE);
    user.contacts.iter_mut().for_each(|contact| contact.tags.sort());
    user.items.sort_by(|one, other| (&one.node, &one.id).cmp(&(&other.node, &other.id)));
    user
}

pub fn what_a_file_brings_is_asked_and_published(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    let ally = w.device("ally");
    let (account, friend) = (alice.account().id, bob.address().to_string());
    let tags = vec!["boats".to_owned(), "friends".to_owned()];
    let name = "Bob from the lake".to_owned();
    alice.order(Command::EditContact { account, address: friend.clone(), name: name.clone(), tags: tags.clone() });
    alice.order(Command::Block { account, address: "mallory@evil.test".to_owned(), report: None });
    alice.order(Command::SetNickname { account, nickname: "Ali".to_owned() });
    w.settle();
    let mut file = exported(w, alice);
    assert_eq!(file.address, alice.address().to_string());
    assert_eq!((file.contacts.len(), file.blocks.as_slice()), (1, ["mallory@evil.test".to_owned()].as_slice()));
    assert!(file.items.iter().any(|item| item.node == ns::NICK && item.payload.content() == "Ali"));

    // Rooms that another program has written down come along, too.
    let rooms = "<user xmlns='urn:xmpp:pie:0' name='a'><pubsub xmlns='http://jabber.org/protocol/pubsub'>\
                 <items node='urn:xmpp:bookmarks:1'><item id='lake@rooms.test'>\
                 <conference xmlns='urn:xmpp:bookmarks:1' name='The lake'><nick>Ali</nick></conference></item>\
                 <item id='sea@rooms.test'><conference xmlns='urn:xmpp:bookmarks:1'/></item></items></pubsub></user>";
    file.items.append(&mut file::read(rooms.as_bytes()).unwrap()[0].items);
    file.items.sort_by(|one, other| (&one.node, &one.id).cmp(&(&other.node, &other.id)));
    let whole = file.clone();
    let into = ally.account().id;
    ally.order(Command::ImportAccount { account: into, from: Box::new(file) });
    w.settle();
    let import = ally.account().import.expect("it is shown how it went");
    assert_eq!((import.source, import.left, import.refused), (alice.address().to_string(), 0, 0));
    assert_eq!(ally.account().nickname.as_deref(), Some("Ali"));
    let asks = || w.requests(bob.id).into_iter().map(|request: RequestItem| request.address).collect::<Vec<_>>();
    assert_eq!(asks(), [ally.address().to_string()], "he is asked, once");

    let there = exported(w, ally);
    let waits = PortableContact {
        address: friend.clone(),
        name: Some(name.clone()),
        tags: tags.clone(),
        subscription: "none".to_owned(),
        asked: true,
    };
    assert_eq!(there.contacts, [waits]);
    assert_eq!((there.blocks, there.items), (whole.blocks.clone(), whole.items.clone()));

    // He agrees; and the same file again changes nothing, and asks nobody.
    let (account, address) = (bob.account().id, ally.address().to_string());
    bob.order(Command::AnswerRequest { account, address, accept: true });
    w.settle();
    ally.order(Command::ImportAccount { account: into, from: Box::new(whole.clone()) });
    w.settle();
    let import = ally.account().import.expect("it is shown how it went");
    assert_eq!((import.left, import.refused), (0, 0));
    assert_eq!(usize::try_from(import.kept).unwrap(), whole.items.len() + usize::from(whole.vcard.is_some()));
    let there = exported(w, ally);
    assert_eq!(
        there.contacts,
        [PortableContact { address: friend, name: Some(name), tags, subscription: "both".to_owned(), asked: false }]
    );
    assert_eq!((asks(), there.items), (vec![], whole.items));
    ally.order(Command::EndImport { account: into });
    assert_eq!(ally.account().import, None);
}
