use linnet_messenger::command::{Command, OwnPicture, VcardFields};
use linnet_messenger::view::item::{ContactItem, ProfileState, VcardItem};
use linnet_tests::png;
use linnet_tests::world::{Device, World};

/// What the user's gallery gives, as the platforms hand it over.
pub fn chosen(shade: u8) -> OwnPicture {
    let file = png::file(900, 600, shade);
    let picture = linnet_picture::crop(&file, linnet_picture::Square::middle(900, 600)).unwrap();
    OwnPicture { bytes: picture.bytes, png: picture.png, side: picture.side }
}

fn seen(device: Device<'_>, of: Device<'_>) -> (Option<String>, String) {
    let address = of.address().to_string();
    let chats = device.world.chat_list(device.id);
    let chat = chats.into_iter().find(|chat| chat.address == address).expect("the chat is there");
    (chat.picture, chat.title)
}

fn own(device: Device<'_>) -> (Option<String>, Option<String>, ProfileState) {
    let account = device.account();
    (account.picture, account.nickname, account.profile)
}

/// News come by themselves: nobody can be asked whether they have.
fn until(w: &dyn World, what: &str, holds: impl Fn() -> bool) {
    let rounds = (0..100).take_while(|_| !holds()).map(|_| w.settle()).count();
    assert!(rounds < 100, "{what}");
}

pub fn a_picture_and_a_name_reach_contacts_and_the_own_phones(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    let second = w.phone("alice-2", "alice");
    bob.chat(alice);
    w.settle();
    let account = w.account(alice.id);
    alice.order(Command::SetPicture { account, picture: Some(chosen(1)) });
    alice.order(Command::SetNickname { account, nickname: "Alice of the lake".to_owned() });
    let (hash, ..) = own(alice);
    assert!(hash.is_some(), "it shows here at once");
    until(w, "the server has it", || own(alice).2 == ProfileState::Known);
    until(w, "bob sees it", || seen(bob, alice) == (hash.clone(), "Alice of the lake".to_owned()));
    until(w, "the second phone too", || own(second).0 == hash && own(second).1.as_deref() == Some("Alice of the lake"));
    // From the second phone, and for everyone: the nodes have to change.
    let there = w.account(second.id);
    second.order(Command::SetProfileOpen { account: there, open: true });
    second.order(Command::SetPicture { account: there, picture: Some(chosen(2)) });
    until(w, "the server has it again", || own(second).2 == ProfileState::Known);
    let newer = own(second).0;
    assert_ne!(newer, hash);
    until(w, "both see the newer one", || seen(bob, alice).0 == newer && own(alice).0 == newer);
    // Who was not there learns of it.
    bob.goes_offline();
    alice.order(Command::SetPicture { account, picture: None });
    alice.order(Command::SetNickname { account, nickname: String::new() });
    until(w, "taken back", || own(alice).2 == ProfileState::Known);
    bob.comes_online();
    let name = alice.address().node().map(ToString::to_string).unwrap_or_default();
    until(w, "nothing is left of it", || seen(bob, alice) == (None, name.clone()));
    until(w, "nor on the own phone", || own(second) == (None, None, ProfileState::Known));
}

/// What the user types.
pub fn typed() -> VcardFields {
    VcardFields {
        full_name: "Alice Lake".to_owned(),
        about: "I sail.\nAnd swim.".to_owned(),
        organisation: "Harbour".to_owned(),
        role: "Pilot".to_owned(),
        email: "alice@lake.example".to_owned(),
        website: "lake.example/alice".to_owned(),
    }
}

/// The details of somebody, opened.
pub fn looked_up(device: Device<'_>, of: Device<'_>) -> ContactItem {
    let account = device.world.account(device.id);
    device.order(Command::AskVcard { account, address: of.address().to_string() });
    device.world.settle();
    device.world.contact(device.id, device.chat(of)).expect("the chat is there")
}

pub fn a_vcard_is_written_read_and_taken_back(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    let second = w.phone("alice-2", "alice");
    bob.chat(alice);
    w.settle();
    let account = w.account(alice.id);
    alice.order(Command::SetVcard { account, vcard: typed() });
    let wished = VcardFields { website: "https://lake.example/alice".to_owned(), ..typed() };
    assert_eq!(alice.account().vcard, wished, "it shows here at once");
    until(w, "the server has it", || own(alice).2 == ProfileState::Known);
    let shown = looked_up(bob, alice);
    let vcard = shown.vcard.expect("bob sees it");
    assert_eq!(vcard.full_name.as_deref(), Some("Alice Lake"));
    assert_eq!(vcard.about.as_deref(), Some("I sail.\nAnd swim."));
    let lines: Vec<_> = vcard.lines.iter().map(|line| (line.text.as_str(), line.link.as_deref())).collect();
    let expected = [
        ("Harbour", None),
        ("Pilot", None),
        ("alice@lake.example", Some("mailto:alice@lake.example")),
        ("https://lake.example/alice", Some("https://lake.example/alice")),
    ];
    assert_eq!(lines, expected);
    assert_eq!((shown.title.as_str(), shown.nickname), ("Alice Lake", None), "she has told no nickname");
    // The second phone reads it, changes one thing and lets everyone see it.
    let there = w.account(second.id);
    second.order(Command::AskVcard { account: there, address: second.address().to_string() });
    until(w, "the second phone has it", || second.account().vcard == wished);
    let vcard = VcardFields { role: "Captain".to_owned(), website: String::new(), ..wished };
    second.order(Command::SetProfileOpen { account: there, open: true });
    second.order(Command::SetVcard { account: there, vcard: vcard.clone() });
    until(w, "the server has it again", || own(second).2 == ProfileState::Known);
    let tablet = w.phone("bob-2", "bob");
    w.settle();
    tablet.chat(alice);
    let shown = looked_up(tablet, alice).vcard.expect("bob's tablet sees it");
    let texts: Vec<_> = shown.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["Harbour", "Captain", "alice@lake.example"]);
    // For contacts only again, and then nothing of it is left anywhere.
    second.order(Command::SetProfileOpen { account: there, open: false });
    until(w, "it is for contacts only", || own(second).2 == ProfileState::Known);
    assert_eq!(second.account().vcard, vcard);
    second.order(Command::SetVcard { account: there, vcard: VcardFields::default() });
    until(w, "taken back", || own(second).2 == ProfileState::Known);
    let laptop = w.phone("bob-3", "bob");
    w.settle();
    laptop.chat(alice);
    let shown = looked_up(laptop, alice);
    assert_eq!(shown.vcard.filter(|vcard| *vcard != VcardItem::default()), None);
}
