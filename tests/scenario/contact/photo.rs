//! The own picture for programs that know no newer way, on servers that leave it to their clients (XEP-0153), and nothing
//! of the sort on those that do it themselves (XEP-0398).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use linnet_messenger::command::Command;
use linnet_messenger::view::item::ProfileState;
use linnet_messenger::wire::{Element, ns};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::png;
use linnet_tests::world::{Device, World};
use sha1::{Digest, Sha1};

use crate::anywhere::profile::{chosen, typed};
use crate::on_fake;

/// A world in which the server leaves it to us.
fn left_to_us(scenario: impl Fn(&FakeWorld)) {
    on_fake(|world| {
        world.server().switches.vcard_conversion = false;
        scenario(world);
    });
}

fn hash_of(file: &[u8]) -> String {
    Sha1::digest(file).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn set(device: Device<'_>, picture: Option<u8>) {
    device.order(Command::SetPicture { account: device.world.account(device.id), picture: picture.map(chosen) });
    device.world.settle();
}

fn open(device: Device<'_>, open: bool) {
    device.order(Command::SetProfileOpen { account: device.world.account(device.id), open });
    device.world.settle();
}

/// The hash of the picture in the vCard.
fn in_vcard(world: &FakeWorld, user: &str) -> Option<String> {
    let server = world.server();
    let photo = server.vcard(&address(user))?.first("PHOTO", ns::VCARD_TEMP)?;
    Some(hash_of(&STANDARD.decode(photo.first("BINVAL", ns::VCARD_TEMP)?.content()).unwrap()))
}

/// Another program puts a picture, or none, into the vCard.
fn put(world: &FakeWorld, user: &str, file: Option<&[u8]>) {
    let photo = file.map(|file| {
        let binval = Element::new("BINVAL", ns::VCARD_TEMP).text(STANDARD.encode(file));
        Element::new("PHOTO", ns::VCARD_TEMP).child(binval)
    });
    let name = Element::new("FN", ns::VCARD_TEMP).text("Alice");
    let vcard = photo.into_iter().fold(Element::new("vCard", ns::VCARD_TEMP).child(name), Element::child);
    world.server_acts(|server| server.set_vcard(&address(user), vcard));
}

/// Alice and Bob are there, and Alice's vCard held this picture already when she came.
fn alice_with<'w>(world: &'w FakeWorld, file: Option<&[u8]>) -> Device<'w> {
    let (alice, _) = world.any().friends("alice", "bob");
    put(world, "alice", file);
    anew(world, alice);
    alice
}

/// The device begins a new session.
fn anew(world: &FakeWorld, device: Device<'_>) {
    device.kill();
    world.reboot(device.id);
    device.start();
    world.settle();
}

/// What the last presence that left a device says: what stands in `<x/>`, if there is one.
fn says(world: &FakeWorld, device: &str) -> Option<String> {
    let trace = world.trace();
    let sent = trace.lines().filter(|line| line.contains(&format!(" {device} > ")));
    let presence = sent.flat_map(|line| line.split("<presence").skip(1)).last()?;
    let x = presence.split("<x xmlns='vcard-temp:x:update'").nth(1)?;
    let end = if x.starts_with("/>") { 0 } else { x.find("</x>")? };
    Some(x.get(1..end).unwrap_or_default().to_owned())
}

fn photo(hash: &str) -> Option<String> {
    Some(format!("<photo>{hash}</photo>"))
}

fn none() -> Option<String> {
    Some("<photo/>".to_owned())
}

/// Presence of another device of Alice's.
fn other_device(world: &FakeWorld, to: Device<'_>, kind: &str, x: &str) {
    world.inject(
        to.id,
        &format!("<presence from='alice@linnet.test/other'{kind} to='alice@linnet.test'>{x}</presence>"),
    );
    world.settle();
}

fn x(photo: &str) -> String {
    format!("<x xmlns='vcard-temp:x:update'>{photo}</x>")
}

#[test]
fn a_server_that_does_it_itself_is_left_to_it() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        open(alice, true);
        set(alice, Some(1));
        assert_eq!(alice.account().profile, ProfileState::Known);
        assert!(!world.trace().contains("vcard-temp"), "neither vCard nor presence");
    });
}

#[test]
fn the_picture_goes_into_the_vcard_and_its_hash_into_presence() {
    left_to_us(|world| {
        let alice = alice_with(world, None);
        assert_eq!(says(world, "alice"), none(), "once it was read");
        open(alice, true);
        set(alice, Some(1));
        let hash = alice.account().picture.unwrap();
        assert_eq!((in_vcard(world, "alice"), says(world, "alice")), (Some(hash.clone()), photo(&hash)));
        let vcard = world.server().vcard(&address("alice")).unwrap().to_xml();
        assert!(vcard.contains("<FN>Alice</FN>"), "what was there stays: {vcard}");
        assert_eq!(alice.account().profile, ProfileState::Known);
        // The vCard's words are written beside it.
        alice.order(Command::SetVcard { account: world.account(alice.id), vcard: typed() });
        world.settle();
        assert_eq!(in_vcard(world, "alice"), Some(hash.clone()));
        // A new session tells nothing before it has read, and uploads nothing.
        let uploads = world.server().counts.vcards_set;
        anew(world, alice);
        assert_eq!((says(world, "alice"), world.server().counts.vcards_set), (photo(&hash), uploads));
        set(alice, None);
        assert_eq!((in_vcard(world, "alice"), says(world, "alice")), (None, none()));
    });
}

#[test]
fn what_contacts_only_may_see_is_not_put_where_everyone_does() {
    left_to_us(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        set(alice, Some(1));
        assert_eq!((in_vcard(world, "alice"), says(world, "alice")), (None, none()));
        open(alice, true);
        assert_eq!(in_vcard(world, "alice"), alice.account().picture);
        open(alice, false);
        assert_eq!((in_vcard(world, "alice"), says(world, "alice")), (None, none()));
        assert!(alice.account().picture.is_some());
    });
}

#[test]
fn another_programs_picture_is_told_of_and_not_written_over() {
    left_to_us(|world| {
        let (file, other) = (png::file(48, 48, 5), png::file(48, 48, 6));
        let alice = alice_with(world, Some(&file));
        assert_eq!(says(world, "alice"), photo(&hash_of(&file)));
        open(alice, true);
        set(alice, Some(1));
        assert_eq!(in_vcard(world, "alice"), alice.account().picture, "the user has chosen it");
        // Another device of ours puts another one there, and says so (XEP-0153 4.3).
        put(world, "alice", Some(&other));
        other_device(world, alice, "", &x(&format!("<photo>{}</photo>", hash_of(&other))));
        assert_eq!(in_vcard(world, "alice"), Some(hash_of(&other)), "no fight");
        assert_eq!(says(world, "alice"), photo(&hash_of(&other)));
        // It takes it out.
        put(world, "alice", None);
        other_device(world, alice, "", &x("<photo/>"));
        assert_eq!((in_vcard(world, "alice"), says(world, "alice")), (None, none()), "nor then");
    });
}

#[test]
fn a_device_that_does_not_know_of_it_silences_us_while_it_is_there() {
    left_to_us(|world| {
        let alice = alice_with(world, Some(&png::file(48, 48, 5)));
        let told = says(world, "alice");
        assert_eq!(told, photo(&hash_of(&png::file(48, 48, 5))));
        other_device(world, alice, "", "");
        assert_eq!(says(world, "alice"), Some(String::new()), "it may change the vCard unseen");
        other_device(world, alice, " type='unavailable'", "");
        assert_eq!(says(world, "alice"), told);
        // One that has nothing to say yet is no trouble.
        other_device(world, alice, "", &x(""));
        assert_eq!(says(world, "alice"), told);
    });
}

#[test]
fn two_phones_agree_and_come_to_rest() {
    left_to_us(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        let second = world.any().phone("alice-2", "alice");
        world.settle();
        open(alice, true);
        open(second, true);
        set(alice, Some(1));
        let first = alice.account().picture;
        set(second, Some(2));
        let last = second.account().picture.unwrap();
        assert_ne!(first.as_deref(), Some(last.as_str()));
        assert_eq!(in_vcard(world, "alice"), Some(last.clone()));
        assert_eq!((says(world, "alice"), says(world, "alice-2")), (photo(&last), photo(&last)));
        let uploads = world.server().counts.vcards_set;
        for device in [alice, second] {
            anew(world, device);
        }
        assert_eq!(in_vcard(world, "alice"), Some(last));
        assert_eq!(world.server().counts.vcards_set, uploads);
    });
}

#[test]
fn a_vcard_that_can_not_be_read_is_left_alone() {
    left_to_us(|world| {
        let photo = vec![7; 8 << 20];
        let alice = alice_with(world, Some(&photo));
        open(alice, true);
        set(alice, Some(1));
        assert_eq!(in_vcard(world, "alice"), Some(hash_of(&photo)));
        assert_eq!(says(world, "alice"), Some(String::new()), "nothing is known of it");
        assert_eq!(alice.account().profile, ProfileState::Known);
        let too_large = world.violations();
        assert!(!too_large.is_empty());
    });
}
