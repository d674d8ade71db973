//! Pictures of contacts: fetched once, checked, drawn anew; never of strangers, never from the web, never too large.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use linnet_messenger::command::Command;
use linnet_messenger::fault::Violation;
use linnet_messenger::wire::Element;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::png;
use linnet_tests::world::{Device, World};
use sha1::{Digest, Sha1};

use crate::on_fake;

const DATA: &str = "urn:xmpp:avatar:data";
const METADATA: &str = "urn:xmpp:avatar:metadata";

fn hash_of(file: &[u8]) -> String {
    Sha1::digest(file).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parsed(xml: &str) -> Element {
    Element::parse(xml).unwrap()
}

fn info(hash: &str, bytes: usize) -> String {
    format!("<metadata xmlns='{METADATA}'><info id='{hash}' bytes='{bytes}' type='image/png'/></metadata>")
}

/// Another program of somebody's publishes this file.
fn publish(world: &FakeWorld, user: &str, file: &[u8]) -> String {
    let hash = hash_of(file);
    let data = parsed(&format!("<data xmlns='{DATA}'>{}</data>", STANDARD.encode(file)));
    let metadata = parsed(&info(&hash, file.len()));
    world.server_acts(|server| {
        server.publish(&address(user), DATA, &hash, data);
        server.publish(&address(user), METADATA, &hash, metadata);
    });
    world.settle();
    hash
}

/// News that nobody has published: as a hostile server would tell them.
fn tell(world: &FakeWorld, to: Device<'_>, from: &str, metadata: &str) {
    world.inject(
        to.id,
        &format!(
            "<message from='{from}' to='{}' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'>\
             <items node='{METADATA}'><item id='x'>{metadata}</item></items></event></message>",
            to.address()
        ),
    );
    world.settle();
}

fn presence(world: &FakeWorld, to: Device<'_>, from: &str, photo: &str) {
    world.inject(
        to.id,
        &format!("<presence from='{from}' to='{}'><x xmlns='vcard-temp:x:update'>{photo}</x></presence>", to.address()),
    );
    world.settle();
}

fn shown(device: Device<'_>, with: Device<'_>) -> Option<String> {
    let chat = device.chat(with);
    device.world.chat_list(device.id).into_iter().find(|item| item.id == chat)?.picture
}

fn asked(world: &FakeWorld) -> u32 {
    world.server().counts.pictures
}

#[test]
fn a_contacts_picture_is_fetched_once_drawn_anew_and_shown_wherever_they_are() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.chat(bob);
        let file = png::file(600, 400, 1);
        let hash = publish(world, "bob", &file);
        assert_eq!(shown(alice, bob), Some(hash.clone()));
        assert_eq!(world.contact(alice.id, alice.chat(bob)).unwrap().picture, Some(hash.clone()));
        let kept = world.picture(alice.id, &hash).expect("it is kept");
        assert_ne!(kept, file, "nothing is shown as it came");
        assert_eq!(png::sides(&kept), (256, 256));
        bob.say(alice, "hi");
        world.settle();
        assert_eq!(world.notifications(alice.id)[0].picture, Some(hash.clone()));
        let before = asked(world);
        assert_eq!(before, 1, "once");
        // A new session is told of it again, and needs nothing.
        alice.goes_offline();
        world.advance(700_000);
        alice.comes_online();
        world.settle();
        assert_eq!((asked(world), shown(alice, bob)), (before, Some(hash)));
    });
}

#[test]
fn a_picture_that_is_changed_or_taken_back_goes() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let first = publish(world, "bob", &png::file(64, 64, 1));
        let second = publish(world, "bob", &png::file(64, 64, 2));
        assert_eq!(shown(alice, bob), Some(second.clone()));
        assert_eq!(world.picture(alice.id, &first), None, "nobody's pictures are not kept");
        world.server_acts(|server| {
            server.publish(&address("bob"), METADATA, "x", parsed(&format!("<metadata xmlns='{METADATA}'/>")));
        });
        world.settle();
        assert_eq!((shown(alice, bob), world.picture(alice.id, &second)), (None, None));
    });
}

#[test]
fn one_picture_of_many_is_kept_once_and_stays_as_long_as_somebody_has_it() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let carol = world.any().device("carol");
        world.befriend("alice", "carol");
        world.settle();
        let file = png::file(64, 64, 3);
        let hash = publish(world, "bob", &file);
        let before = asked(world);
        publish(world, "carol", &file);
        assert_eq!(shown(alice, carol), Some(hash.clone()));
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM picture"), 1);
        assert_eq!(asked(world), before, "what is here is not asked for");
        let account = world.account(alice.id);
        alice.order(Command::RemoveContact { account, address: "bob@linnet.test".to_owned() });
        world.settle();
        assert_eq!((shown(alice, bob), shown(alice, carol)), (None, Some(hash.clone())));
        assert!(world.picture(alice.id, &hash).is_some());
        alice.order(Command::SignOut { account });
        world.settle();
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM picture"), 0, "what is signed out leaves nothing");
    });
}

#[test]
fn nothing_is_fetched_of_strangers_until_they_are_accepted() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        let mallory = world.any().device("mallory");
        world.settle();
        let hash = publish(world, "mallory", &png::file(64, 64, 4));
        let before = asked(world);
        mallory.chat(alice);
        mallory.say(alice, "hello");
        world.settle();
        tell(world, alice, "mallory@linnet.test", &info(&hash, 500));
        tell(world, alice, "bob@linnet.test/phone", &info(&hash, 500));
        presence(world, alice, "mallory@linnet.test/x", &format!("<photo>{hash}</photo>"));
        assert_eq!(asked(world), before);
        assert_eq!(world.violations(), [Violation::ProfileForged; 2]);
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM avatar WHERE jid LIKE 'mallory%'"), 0);
        let account = world.account(alice.id);
        let address = "mallory@linnet.test".to_owned();
        alice.order(Command::AnswerRequest { account, address, accept: true });
        world.settle();
        assert_eq!(shown(alice, mallory), Some(hash));
    });
}

#[test]
fn a_picture_that_says_it_is_fifty_megabytes_is_not_asked_for() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let old = publish(world, "bob", &png::file(64, 64, 5));
        assert_eq!(shown(alice, bob), Some(old));
        let before = asked(world);
        let hash = "ab".repeat(20);
        tell(world, alice, "bob@linnet.test", &info(&hash, 50 << 20));
        assert_eq!((asked(world), shown(alice, bob)), (before, None), "the old one is not theirs any more");
        tell(world, alice, "bob@linnet.test", &info(&hash, 50 << 20));
        assert_eq!(world.violations(), [Violation::AvatarRefused; 2]);
        let web = format!(
            "<metadata xmlns='{METADATA}'>\
             <info id='{hash}' bytes='500' type='image/png' url='https://evil.test/x'/></metadata>"
        );
        tell(world, alice, "bob@linnet.test", &web);
        assert_eq!((asked(world), shown(alice, bob)), (before, None), "nothing comes from the web");
    });
}

#[test]
fn whoever_lies_about_a_picture_is_asked_once() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        // Larger than it says: the stanza is above every limit, and skipped.
        let huge = vec![b'A'; 3 << 20];
        // Not what its hash says; no picture at all; a picture that would unfold to gigabytes.
        let mut bomb = png::file(8, 8, 6);
        bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
        let lies: [(String, String); 4] = [
            (hash_of(b"huge"), String::from_utf8(huge).unwrap()),
            (hash_of(b"another"), STANDARD.encode(png::file(64, 64, 6))),
            (hash_of(b"<svg/>"), STANDARD.encode("<svg/>")),
            (hash_of(&bomb), STANDARD.encode(&bomb)),
        ];
        for (hash, text) in lies {
            let before = asked(world);
            let data = parsed(&format!("<data xmlns='{DATA}'>{text}</data>"));
            world.server_acts(|server| server.publish(&address("bob"), DATA, &hash, data));
            for _ in 0..3 {
                tell(world, alice, "bob@linnet.test", &info(&hash, 500));
                world.advance(120_000);
            }
            assert_eq!(asked(world) - before, 1, "{hash}");
            assert_eq!(shown(alice, bob), None);
        }
        let refused = [Violation::StanzaTooLarge, Violation::AvatarRefused, Violation::AvatarRefused];
        assert_eq!(world.violations(), [&refused[..], &[Violation::AvatarRefused]].concat());
        bob.say(alice, "still here");
        world.settle();
        assert_eq!(alice.bodies(bob), ["still here"]);
    });
}

#[test]
fn pictures_are_asked_for_a_few_at_a_time_and_all_come() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        for number in 0..12_u8 {
            let name = format!("friend{number:02}");
            world.server().register(&address(&name), "pass");
            world.befriend("alice", &name);
            let file = png::file(64, 64, number);
            let hash = hash_of(&file);
            let data = parsed(&format!("<data xmlns='{DATA}'>{}</data>", STANDARD.encode(&file)));
            world.server_acts(|server| {
                server.publish(&address(&name), DATA, &hash, data);
                server.publish(&address(&name), METADATA, &hash, parsed(&info(&hash, file.len())));
            });
        }
        world.settle();
        let (mut waiting, mut most, mut all) = (0, 0, 0);
        for line in world.trace().lines() {
            if line.contains(" alice > ") {
                let asks = line.matches("<items node='urn:xmpp:avatar:data'>").count();
                (waiting, all) = (waiting + asks, all + asks);
            } else if line.contains("<data xmlns='urn:xmpp:avatar:data'") {
                waiting -= 1;
            }
            most = most.max(waiting);
        }
        assert_eq!((all, most, waiting), (12, 2, 0));
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM avatar WHERE state = 'here'"), 12);
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM picture"), 12);
    });
}

#[test]
fn whoever_changes_their_mind_a_hundred_times_is_asked_a_few_times() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let last = png::file(64, 64, 1);
        let data = parsed(&format!("<data xmlns='{DATA}'>{}</data>", STANDARD.encode(&last)));
        world.server_acts(|server| server.publish(&address("bob"), DATA, &hash_of(&last), data));
        let hashes = (0..100_u32).map(|number| hash_of(&number.to_be_bytes())).chain([hash_of(&last)]);
        for hash in hashes {
            let metadata = info(&hash, 500);
            world.inject(
                alice.id,
                &format!(
                    "<message from='bob@linnet.test' to='alice@linnet.test' type='headline'>\
                     <event xmlns='http://jabber.org/protocol/pubsub#event'><items node='{METADATA}'>\
                     <item id='x'>{metadata}</item></items></event></message>"
                ),
            );
        }
        world.settle();
        assert_eq!(shown(alice, bob), Some(hash_of(&last)));
        assert!(asked(world) <= 5, "{}", asked(world));
    });
}

#[test]
fn programs_of_old_have_theirs_in_the_vcard() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let file = png::file(80, 80, 7);
        let hash = hash_of(&file);
        let vcard =
            |photo: &str| parsed(&format!("<vCard xmlns='vcard-temp'><FN>Bob</FN><PHOTO>{photo}</PHOTO></vCard>"));
        let binval = format!("<TYPE>image/png</TYPE><BINVAL>{}</BINVAL>", STANDARD.encode(&file));
        world.server().set_vcard(&address("bob"), vcard(&binval));
        presence(world, alice, "bob@linnet.test/old", "");
        assert_eq!(asked(world), 0, "not ready to say");
        presence(world, alice, "bob@linnet.test/old", &format!("<photo>{}</photo>", hash.to_uppercase()));
        presence(world, alice, "bob@linnet.test/old", &format!("<photo>{hash}</photo>"));
        assert_eq!((asked(world), shown(alice, bob)), (1, Some(hash.clone())));
        presence(world, alice, "bob@linnet.test/old", "<photo/>");
        assert_eq!(shown(alice, bob), None);
        // A picture on the web is none.
        world.server().set_vcard(&address("bob"), vcard("<EXTVAL>https://evil.test/me.png</EXTVAL>"));
        presence(world, alice, "bob@linnet.test/old", &format!("<photo>{}</photo>", "cd".repeat(20)));
        assert_eq!((asked(world), shown(alice, bob)), (2, None));
        assert_eq!(world.violations(), [Violation::AvatarRefused]);
        // Who tells by news is believed there, whatever an old program of theirs says.
        let newer = publish(world, "bob", &png::file(64, 64, 8));
        presence(world, alice, "bob@linnet.test/old", &format!("<photo>{hash}</photo>"));
        assert_eq!(shown(alice, bob), Some(newer));
    });
}

#[test]
fn a_fetch_that_is_cut_off_is_made_again() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.chat(bob);
        alice.goes_offline();
        let hash = publish(world, "bob", &png::file(64, 64, 9));
        for round in 0..6 {
            alice.comes_online();
            world.advance(40 * round);
            alice.kill();
            alice.start();
            world.cut(alice.id);
        }
        alice.comes_online();
        world.settle();
        assert_eq!(shown(alice, bob), Some(hash));
    });
}
