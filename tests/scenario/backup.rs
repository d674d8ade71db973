//! Settings and accounts out of one device into another, by a backup. The file around it is tested beside its code.

use linnet_messenger::command::{
    AccountColour, Adders, Callers, Command, NotificationContent, Owner, PrivacySetting, Receipt, Restored, Secret,
    SecretBytes, Show, VcardFields,
};
use linnet_messenger::fault::CommandError;
use linnet_messenger::view::item::{Connection, LoginFailure, ProfileState};
use linnet_messenger::wire::{Element, ns};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, DeviceId, World};

use crate::anywhere::profile::{chosen, typed};
use crate::on_fake;

/// Alice with a friend who has a name and a tag, somebody blocked, and settings of her own.
fn alice_with_everything(world: &FakeWorld) -> Device<'_> {
    let (alice, bob) = world.any().friends("alice", "bob");
    let account = alice.account().id;
    let bob = bob.address().to_string();
    alice.order(Command::EditContact {
        account,
        address: bob.clone(),
        name: "Bob from the lake".to_owned(),
        tags: vec!["boats".to_owned(), "friends".to_owned()],
    });
    alice.order(Command::SetMuted { chat: alice.chat(bob.as_str()), muted: true });
    alice.order(Command::Block { account, address: "mallory@evil.test".to_owned(), report: None });
    alice.privacy(PrivacySetting::Typing, false);
    alice.privacy(PrivacySetting::LastSeen, true);
    alice.order(Command::SetCallers { account, callers: Callers::Nobody });
    alice.order(Command::SetAdders { account, adders: Adders::Code });
    alice.order(Command::SetNickname { account, nickname: "Alice of the lake".to_owned() });
    alice.order(Command::SetProfileOpen { account, open: true });
    let (address, allowed) = (bob.to_string(), Some(true));
    alice.order(Command::SetException { account, address, setting: PrivacySetting::Typing, allowed });
    alice.order(Command::EditAccount { account, name: "Boats".to_owned(), colour: AccountColour::Orange });
    alice.order(Command::SetPresence { account, show: Show::DoNotDisturb, status: "at the lake".to_owned() });
    alice.order(Command::SetAutoAway { account, on: false });
    alice.order(Command::SetNotificationContent { content: NotificationContent::Sender });
    alice.order(Command::HideScreen { hides: true });
    world.settle();
    alice
}

fn read(world: &FakeWorld, device: DeviceId, credentials: bool) -> SecretBytes {
    match world.submit(device, Command::ReadBackup { credentials, owner: None }) {
        Ok(Receipt::Backup(contents)) => contents,
        other => panic!("{other:?}"),
    }
}

fn restore(world: &FakeWorld, device: DeviceId, contents: &SecretBytes) -> Restored {
    match world.submit(device, Command::RestoreBackup { contents: contents.clone() }) {
        Ok(Receipt::Restored(restored)) => restored,
        other => panic!("{other:?}"),
    }
}

fn new_phone(world: &FakeWorld) -> Device<'_> {
    Device { world: world.any(), id: world.add_new_device("new phone", "alice") }
}

fn adopted(world: &FakeWorld, device: Device<'_>) {
    world.has_account(device.id, world.accounts(device.id).remove(0).id);
}

#[test]
fn with_what_signs_in_everything_is_there_again() {
    on_fake(|world| {
        let old = alice_with_everything(world);
        let contents = read(world, old.id, true);
        // Meanwhile Bob was taken off the roster.
        let bob = address("bob");
        let account = old.account().id;
        old.order(Command::RemoveContact { account, address: bob.to_string() });
        old.order(Command::Unblock { account, address: "mallory@evil.test".to_owned() });
        world.settle();
        assert_eq!(world.server().contact_name(&address("alice"), &bob), None);

        let new = new_phone(world);
        assert_eq!(restore(world, new.id, &contents), Restored { accounts: 1, known: 0, contacts: 1, blocks: 1 });
        adopted(world, new);
        world.settle();
        assert_eq!(new.account().connection, Connection::Online);
        let privacy = new.account().privacy;
        assert!(!privacy.typing && privacy.last_seen && privacy.receipts);
        assert_eq!((privacy.callers, privacy.adders), (Callers::Nobody, Adders::Code));
        assert_eq!((new.account().title.as_str(), new.account().colour), ("Boats", AccountColour::Orange));
        let own = new.account();
        assert_eq!((own.show, own.status.as_deref()), (Show::DoNotDisturb, Some("at the lake")));
        assert!(!own.auto_away);
        // What the server has of the profile wins; who may see it is the user's word.
        assert_eq!((new.account().nickname.as_deref(), new.account().profile_open), (Some("Alice of the lake"), true));
        let app = world.app(new.id);
        assert!(app.hides_screen && app.notification_content == NotificationContent::Sender && app.lock.is_none());
        let name = world.server().contact_name(&address("alice"), &bob);
        assert_eq!(name.as_deref(), Some("Bob from the lake"), "he is on the roster again");
        assert_eq!(world.server().subscription(&address("alice"), &bob), "none", "but nobody asked him anything");
        let contact = world.contact(new.id, new.chat(bob.as_str())).expect("the chat is there");
        let exceptions: Vec<_> = contact.exceptions.iter().map(|one| (one.setting, one.allowed)).collect();
        assert_eq!(exceptions, [(PrivacySetting::Typing, true)]);
        assert_eq!((contact.tags, contact.muted), (vec!["boats".to_owned(), "friends".to_owned()], true));
        let blocked: Vec<String> = world.blocks(new.id).into_iter().map(|block| block.address).collect();
        assert_eq!(blocked, ["mallory@evil.test"]);
        assert_eq!(world.count(new.id, "SELECT count(*) FROM contact_wish"), 0);
    });
}

/// Alice with a picture, a name and a vCard, all of it on the server.
fn alice_with_a_profile(world: &FakeWorld) -> Device<'_> {
    let alice = world.any().device("alice");
    world.settle();
    let account = alice.account().id;
    alice.order(Command::SetPicture { account, picture: Some(chosen(1)) });
    alice.order(Command::SetNickname { account, nickname: "Alice of the lake".to_owned() });
    alice.order(Command::SetVcard { account, vcard: typed() });
    alice.order(Command::SetProfileOpen { account, open: true });
    world.settle();
    assert_eq!(alice.account().profile, ProfileState::Known);
    alice
}

/// The name, the picture and the vCard that an account shows.
fn profile(device: Device<'_>) -> (Option<String>, Option<String>, VcardFields) {
    let own = device.account();
    (own.nickname, own.picture, own.vcard)
}

#[test]
fn a_profile_is_published_where_the_server_has_none() {
    on_fake(|world| {
        let old = alice_with_a_profile(world);
        let (contents, before) = (read(world, old.id, true), profile(old));
        old.kill();
        world.server_acts(|server| server.lose_profile(&address("alice")));
        let new = new_phone(world);
        restore(world, new.id, &contents);
        adopted(world, new);
        assert_eq!(profile(new), (None, None, VcardFields::default()), "the server is asked first");
        world.wait_for("a session", 10_000, || world.server().signed_in().len() == 1);
        new.kill();
        new.start();
        world.settle();
        assert_eq!(profile(new), before);
        assert_eq!(new.account().profile, ProfileState::Known);
        assert_eq!(world.count(new.id, "SELECT count(*) FROM restored_profile"), 0);
        let server = world.server();
        for node in [ns::NICK, ns::AVATAR_DATA, ns::AVATAR_METADATA, ns::VCARD4_NODE] {
            let node = server.node(&address("alice"), node).expect("it is published");
            assert_eq!(node.configuration["pubsub#access_model"], "open", "who may see it is the user's word");
        }
    });
}

#[test]
fn what_the_server_has_of_a_profile_wins() {
    let newer = |name: &str| Element::parse(name).unwrap();
    let nick = newer("<nick xmlns='http://jabber.org/protocol/nick'>Newer</nick>");
    let taken_off = newer("<metadata xmlns='urn:xmpp:avatar:metadata'/>");
    let vcard = newer("<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Newer</text></fn></vcard>");
    let older = newer(
        "<vCard xmlns='vcard-temp'><FN>Newer</FN><PHOTO><TYPE>image/png</TYPE><BINVAL>AAAA</BINVAL></PHOTO></vCard>",
    );
    // What the server has, and which of name, picture and vCard come out of the backup.
    for (node, item, from_backup) in [
        (ns::NICK, nick, [false, true, true]),
        (ns::AVATAR_METADATA, taken_off, [true, false, true]),
        (ns::VCARD4_NODE, vcard, [true, true, false]),
        ("", older, [true, false, false]),
    ] {
        on_fake(|world| {
            let old = alice_with_a_profile(world);
            let (contents, (name, picture, fields)) = (read(world, old.id, true), profile(old));
            old.kill();
            world.server_acts(|server| {
                server.lose_profile(&address("alice"));
                match node {
                    "" => server.set_vcard(&address("alice"), item.clone()),
                    node => server.publish(&address("alice"), node, "current", item.clone()),
                }
            });
            let new = new_phone(world);
            restore(world, new.id, &contents);
            adopted(world, new);
            world.settle();
            let now = profile(new);
            assert_eq!([now.0 == name, now.1 == picture, now.2 == fields], from_backup, "{node}: {now:?}");
            assert_eq!(world.count(new.id, "SELECT count(*) FROM restored_profile"), 0);
            let kept = match node {
                "" => world.server().vcard(&address("alice")).cloned(),
                node => world
                    .server()
                    .node(&address("alice"), node)
                    .and_then(|node| node.items.last().and_then(|(_, item)| item.children().next().cloned())),
            };
            assert_eq!(kept, Some(item.clone()), "{node}");
        });
    }
}

#[test]
fn what_the_user_chooses_meanwhile_wins() {
    on_fake(|world| {
        let old = alice_with_a_profile(world);
        let (contents, (_, picture, fields)) = (read(world, old.id, false), profile(old));
        old.kill();
        world.server_acts(|server| server.lose_profile(&address("alice")));
        let new = new_phone(world);
        restore(world, new.id, &contents);
        adopted(world, new);
        world.settle();
        let account = new.account().id;
        new.order(Command::SetNickname { account, nickname: "Alice by now".to_owned() });
        new.order(Command::SetPassword { account, password: Secret::new(FakeWorld::password("alice")) });
        world.settle();
        assert_eq!(profile(new), (Some("Alice by now".to_owned()), picture, fields));
        // And an account that is here keeps what it has.
        new.order(Command::SetNickname { account, nickname: String::new() });
        world.settle();
        restore(world, new.id, &contents);
        world.settle();
        assert_eq!(profile(new).0, None);
    });
}

#[test]
fn of_a_profile_only_what_can_be_one_is_taken() {
    on_fake(|world| {
        let text = r#"{"notification_content":"full","hides_screen":false,"accounts":[{"address":"alice@linnet.test",
            "enabled":true,"privacy":{},"callers":"everyone","adders":"everyone","profile":{"nickname":" \u202eAlice\n",
            "vcard":{"email":"no address","unheard":1},"picture":"PHN2Zy8+","unheard":{}}}]}"#;
        let new = new_phone(world);
        restore(world, new.id, &SecretBytes(text.as_bytes().to_vec().into()));
        let kept = "SELECT count(*) FROM restored_profile
                    WHERE nickname = 'Alice' AND vcard IS NULL AND picture IS NULL";
        assert_eq!(world.count(new.id, kept), 1);
    });
}

#[test]
fn the_roster_wins_over_a_backup() {
    on_fake(|world| {
        let old = alice_with_everything(world);
        let contents = read(world, old.id, true);
        let bob = address("bob");
        world.server_acts(|server| server.name_contact(&address("alice"), &bob, "Bob by now"));
        let new = new_phone(world);
        restore(world, new.id, &contents);
        adopted(world, new);
        world.settle();
        assert_eq!(world.server().contact_name(&address("alice"), &bob).as_deref(), Some("Bob by now"));
        assert_eq!(world.server().subscription(&address("alice"), &bob), "both");
        assert_eq!(world.count(new.id, "SELECT count(*) FROM contact_wish"), 0);
    });
}

#[test]
fn without_what_signs_in_the_user_is_asked_and_not_the_server() {
    on_fake(|world| {
        let old = alice_with_everything(world);
        let contents = read(world, old.id, false);
        let text = String::from_utf8(contents.0.to_vec()).unwrap();
        assert!(
            text.contains("alice@linnet.test") && !text.contains("client_key") && !text.contains("\"credential\":\"")
        );
        let new = new_phone(world);
        restore(world, new.id, &contents);
        adopted(world, new);
        world.settle();
        let asked = Connection::Failed { reason: LoginFailure::WrongPassword };
        assert_eq!(new.account().connection, asked);
        new.kill();
        new.start();
        world.settle();
        assert_eq!(new.account().connection, asked);
        assert!(world.sign_ins(new.id).is_empty());
        let account = new.account().id;
        new.order(Command::SetPassword { account, password: Secret::new(FakeWorld::password("alice")) });
        world.settle();
        assert_eq!(new.account().connection, Connection::Online);
    });
}

#[test]
fn an_account_that_is_here_stays_as_it_is() {
    on_fake(|world| {
        let old = alice_with_everything(world);
        let contents = read(world, old.id, true);
        old.privacy(PrivacySetting::Typing, true);
        let restored = restore(world, old.id, &contents);
        assert_eq!(restored, Restored { accounts: 0, known: 1, contacts: 1, blocks: 1 });
        world.settle();
        assert!(old.account().privacy.typing);
        // Whoever writes it in another way, and brings another password, changes nothing either.
        let text = r#"{"notification_content":"full","hides_screen":false,"accounts":[{"address":"ALICE@Linnet.Test",
            "enabled":true,"privacy":{"typing":false},"callers":"everyone","adders":"nobody",
            "credential":"{\"a\":\"ALICE@Linnet.Test\",\"p\":\"evil\"}"}]}"#;
        let restored = restore(world, old.id, &SecretBytes(text.as_bytes().to_vec().into()));
        assert_eq!(restored, Restored { known: 1, ..Restored::default() });
        assert_eq!((old.account().connection, world.accounts(old.id).len()), (Connection::Online, 1));
        assert!(old.account().privacy.typing && old.account().privacy.callers == Callers::Nobody);
    });
}

#[test]
fn what_signs_in_leaves_only_by_the_word_of_the_owner() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        alice.order(Command::SetPin { current: None, pin: Some(Secret::new("2580")) });
        let read = |credentials, owner: Option<Owner>| {
            world.submit(alice.id, Command::ReadBackup { credentials, owner }).map(|_| ())
        };
        let pin = |pin: &str| Some(Owner::Pin(Secret::new(pin)));
        assert_eq!(read(true, None), Err(CommandError::PinWrong));
        assert_eq!(read(true, pin("0000")), Err(CommandError::PinWrong));
        assert_eq!(read(true, Some(Owner::Device)), Err(CommandError::NotNow));
        assert_eq!(read(true, pin("2580")), Ok(()));
        assert_eq!(read(false, None), Ok(()));
        alice.order(Command::LockNow);
        assert_eq!(read(false, None), Err(CommandError::NotNow));
        assert_eq!(read(true, pin("2580")), Err(CommandError::NotNow));
    });
}

#[test]
fn a_backup_that_is_none_changes_nothing() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let account = |more: &str| {
            format!(
                r#"{{"address":"carol@linnet.test","enabled":true,"privacy":{{"typing":false,"unheard":true}},
                    "callers":"someone","adders":"everyone"{more}}}"#
            )
        };
        let file = |accounts: &str| {
            format!(r#"{{"notification_content":"nothing","hides_screen":true,"accounts":[{accounts}]}}"#)
        };
        let many = vec![account(""); 101].join(",");
        let people = vec![r#"{"address":"a@b"}"#; 20_001].join(",");
        for text in [
            String::new(),
            "{}".to_owned(),
            file(&many),
            file(&account(&format!(r#","contacts":[{people}]"#))),
            file(&account(r#","contacts":[{"address":"a@b","name":"a\u0000b"}]"#)),
            file(&account(r#","server":{"host":"","port":1,"direct_tls":false}"#)),
            file(&account(r#","proxy":{"host":"tor.example.org","port":9050}"#)),
            file(&account("").replace("carol@linnet.test", "not @n address")),
            file(&account("").replace("carol@linnet.test", "linnet.test")),
        ] {
            let contents = SecretBytes(text.clone().into_bytes().into());
            let refused = world.submit(alice.id, Command::RestoreBackup { contents });
            assert_eq!(refused, Err(CommandError::Unreadable), "{}", text.chars().take(200).collect::<String>());
        }
        assert_eq!(world.accounts(alice.id).len(), 1);
        assert_eq!(world.app(alice.id).notification_content, NotificationContent::Full);
        // What can't be a contact or a block is passed over; a credential of somebody else signs nobody in.
        let odd = account(
            r#","contacts":[{"address":"@"},{"address":"carol@linnet.test"}],"blocks":["@","linnet.test"],
                "credential":"{\"a\":\"mallory@evil.test\",\"p\":\"secret\"}",
                "show":"sleeping","status":"two\n\u202Elines""#,
        );
        let contents = SecretBytes(file(&odd).into_bytes().into());
        assert_eq!(restore(world, alice.id, &contents), Restored { accounts: 1, ..Restored::default() });
        world.settle();
        let carol = world.accounts(alice.id).into_iter().find(|item| item.address == "carol@linnet.test").unwrap();
        assert_eq!(carol.connection, Connection::Failed { reason: LoginFailure::WrongPassword });
        assert_eq!(carol.privacy.callers, Callers::Nobody, "what can't be read lets nobody in");
        assert_eq!((carol.show, carol.status.as_deref()), (Show::Available, Some("two lines")));
    });
}
