//! What a contact's device is: asked on the tap and never before, told, refused, kept back, forged.

use linnet_messenger::command::{Command, PrivacySetting, Receipt};
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::session::capabilities::{Hash, verification};
use linnet_messenger::view::item::{DetailsState, DeviceClock, DeviceDetails, DeviceKind};
use linnet_messenger::wire::{Element, ns};
use linnet_tests::fake_world::FakeWorld;
use linnet_tests::stamp;
use linnet_tests::world::{Device, World};

use super::privacy::stanzas;
use crate::anywhere::presence::details_of;
use crate::on_fake;

const DESK: &str = "bob@linnet.test/desk";
const COUCH: &str = "bob@linnet.test/couch";
const CAROLS: &str = "carol@linnet.test/desk";
/// XEP-0115 5.2, whose `ver` it is.
const EXODUS: &str = "<identity category='client' type='pc' name='Exodus 0.9.1'/>\
                      <feature var='http://jabber.org/protocol/caps'/>\
                      <feature var='http://jabber.org/protocol/disco#info'/>\
                      <feature var='http://jabber.org/protocol/disco#items'/>\
                      <feature var='http://jabber.org/protocol/muc'/>";
const EXODUS_VER: &str = "QgayPKawpkPSDYmwT/WM94uAlu0=";
const QUESTIONS: [&str; 3] = [ns::VERSION, ns::TIME, ns::DISCO_INFO];

fn query(inner: &str) -> String {
    format!("<query xmlns='http://jabber.org/protocol/disco#info'>{inner}</query>")
}

fn caps(hash: &str, ver: &str) -> String {
    format!("<c xmlns='{}' hash='{hash}' node='urn:exodus' ver='{ver}'/>", ns::CAPS)
}

/// A device of a contact comes, whatever it is.
fn comes(world: &FakeWorld, to: Device<'_>, from: &str, caps: &str) {
    world.inject(to.id, &format!("<presence from='{from}' to='alice@linnet.test'>{caps}</presence>"));
    world.advance(1_000);
}

fn goes(world: &FakeWorld, to: Device<'_>, from: &str) {
    world.inject(to.id, &format!("<presence from='{from}' to='alice@linnet.test' type='unavailable'/>"));
    world.advance(1_000);
}

/// What it answers, from now on; nothing to what is left empty.
fn answers(world: &FakeWorld, device: &'static str, version: &str, time: &str, info: &str) {
    for (ns, answer) in QUESTIONS.into_iter().zip([version, time, info]) {
        world.server().told.insert((device, ns), answer.to_owned());
    }
}

/// What a person wants to know, and a while later.
fn tap(world: &FakeWorld, device: Device<'_>, of: &str) -> Result<Receipt, CommandError> {
    let (peer, resource) = of.split_once('/').unwrap();
    let command = Command::AskContactDevice { chat: device.chat(peer), device: resource.to_owned() };
    let result = world.submit(device.id, command);
    world.advance(1_000);
    result
}

fn shown(world: &FakeWorld, device: Device<'_>, of: &str) -> Option<DeviceDetails> {
    let (peer, resource) = of.split_once('/').unwrap();
    let contact = world.contact(device.id, device.chat(peer)).expect("the chat is there");
    contact.devices.into_iter().find(|device| device.name == resource).and_then(|device| device.details)
}

fn told(world: &FakeWorld, device: Device<'_>, of: &str) -> DeviceDetails {
    assert_eq!(tap(world, device, of), Ok(Receipt::Done));
    shown(world, device, of).expect("it was asked")
}

/// Which questions alice has sent to it since, and with which ids.
fn asked(world: &FakeWorld, of: &str, since: usize) -> Vec<(String, String)> {
    let sent = stanzas(world, "alice", '>', since);
    let to = format!("to='{of}'");
    let asked = sent.iter().filter(|stanza| stanza.contains(&to) && stanza.contains("type='get'"));
    asked
        .map(|stanza| {
            let iq = Element::parse(&stanza.replace("<iq", "<iq xmlns='jabber:client'")).unwrap();
            (iq.children().next().unwrap().ns.clone(), iq.attribute("id").unwrap().to_owned())
        })
        .collect()
}

fn questions(world: &FakeWorld, of: &str, since: usize) -> Vec<String> {
    asked(world, of, since).into_iter().map(|(ns, _)| ns).collect()
}

fn nothing(state: DetailsState) -> DeviceDetails {
    DeviceDetails { state, program: None, version: None, system: None, kind: None, clock: None }
}

fn time(zone: &str, utc: &str) -> String {
    format!("<time xmlns='urn:xmpp:time'><tzo>{zone}</tzo><utc>{utc}</utc></time>")
}

/// What time a device has whose clock is ahead by so much.
fn clock(world: &FakeWorld, zone: &str, ahead: i64) -> String {
    time(zone, &stamp::format(world.server_acts(|server| server.time()) + ahead, false))
}

const VERSION: &str =
    "<query xmlns='jabber:iq:version'><name>Exodus</name><version>0.9.1</version><os>Windows XP</os></query>";

#[test]
fn nothing_is_asked_before_the_tap_and_no_more_than_it_takes() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.privacy(PrivacySetting::DeviceInformation, true);
        let since = world.trace().len();
        comes(world, alice, DESK, &caps("sha-1", EXODUS_VER));
        bob.say(alice, "hi");
        world.settle();
        let contact = world.contact(alice.id, alice.chat(bob)).unwrap();
        assert!(contact.devices_askable && contact.devices.iter().all(|device| device.details.is_none()));
        let said = stanzas(world, "alice", '>', since).concat();
        assert!(QUESTIONS.iter().all(|ns| !said.contains(ns)), "{said}");
        assert_eq!(questions(world, DESK, since), [""; 0]);

        let answer = clock(world, "-06:00", 0);
        answers(world, DESK, VERSION, &answer, &query(EXODUS));
        let desk = told(world, alice, DESK);
        assert_eq!(questions(world, DESK, since), QUESTIONS);
        let clock_there = DeviceClock { utc_offset: -360, ahead: 0 };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            desk,
            DeviceDetails {
                state: DetailsState::Told,
                program: text("Exodus"),
                version: text("0.9.1"),
                system: text("Windows XP"),
                kind: Some(DeviceKind::Computer),
                clock: Some(clock_there),
            }
        );
        // Looking again within a minute asks nothing, later only what may have changed.
        let since = world.trace().len();
        for _ in 0..5 {
            assert_eq!(told(world, alice, DESK), desk);
        }
        assert_eq!(questions(world, DESK, since), [""; 0]);
        world.advance(60_000);
        answers(world, DESK, "", "", "");
        assert_eq!(told(world, alice, DESK), DeviceDetails { state: DetailsState::Asking, ..desk.clone() });
        assert_eq!(questions(world, DESK, since), [ns::VERSION, ns::TIME]);
        world.advance(61_000);
        assert_eq!(shown(world, alice, DESK), Some(desk), "what it told once it need not tell again");
        let others = world.contact(alice.id, alice.chat(bob)).unwrap().devices;
        assert!(others.iter().filter(|device| device.name != "desk").all(|device| device.details.is_none()));
        assert_eq!(world.violations(), []);
    });
}

#[test]
fn who_does_not_tell_says_so_and_who_is_silent_is_waited_for() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        // Linnet, with its switch off: what it can do is no secret.
        let refused = DeviceDetails { kind: Some(DeviceKind::Phone), ..nothing(DetailsState::Refused) };
        assert_eq!(details_of(world, alice, bob), refused);
        bob.privacy(PrivacySetting::DeviceInformation, true);
        world.advance(61_000);
        let told_now = details_of(world, alice, bob);
        assert_eq!((told_now.state, told_now.program.as_deref()), (DetailsState::Told, Some("Linnet")));
        assert_eq!(told_now.clock, Some(DeviceClock { utc_offset: 0, ahead: 0 }), "in UTC, wherever he is");
        // It doesn't tell any more: what it told is not shown any more.
        bob.privacy(PrivacySetting::DeviceInformation, false);
        world.advance(61_000);
        assert_eq!(details_of(world, alice, bob), refused);
        // Nobody there any more at that address.
        comes(world, alice, DESK, "");
        assert_eq!(told(world, alice, DESK), nothing(DetailsState::Refused));
        // A program that says nothing at all.
        comes(world, alice, COUCH, &caps("sha-1", EXODUS_VER));
        answers(world, COUCH, "", "", "");
        assert_eq!(told(world, alice, COUCH), nothing(DetailsState::Asking));
        world.advance(50_000);
        assert_eq!(shown(world, alice, COUCH).unwrap().state, DetailsState::Asking);
        world.advance(12_000);
        assert_eq!(shown(world, alice, COUCH), Some(nothing(DetailsState::Silent)));
        // Half an answer is one.
        world.server().told.insert((COUCH, ns::VERSION), VERSION.to_owned());
        world.advance(61_000);
        assert_eq!(told(world, alice, COUCH).program.as_deref(), Some("Exodus"));
        world.advance(61_000);
        assert_eq!(shown(world, alice, COUCH).unwrap().state, DetailsState::Told);
        // Empty ones are none.
        comes(world, alice, "bob@linnet.test/void", &caps("sha-1", EXODUS_VER));
        answers(
            world,
            "bob@linnet.test/void",
            "<query xmlns='jabber:iq:version'/>",
            "<time xmlns='urn:xmpp:time'/>",
            "<x/>",
        );
        assert_eq!(told(world, alice, "bob@linnet.test/void"), nothing(DetailsState::Refused));
        assert_eq!(world.violations(), []);
    });
}

#[test]
fn only_the_device_that_was_asked_answers() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        comes(world, alice, DESK, &caps("sha-1", EXODUS_VER));
        comes(world, alice, COUCH, &caps("sha-1", EXODUS_VER));
        answers(world, DESK, "", "", "");
        let since = world.trace().len();
        assert_eq!(told(world, alice, DESK), nothing(DetailsState::Asking));
        let ids = asked(world, DESK, since);
        let payloads = [VERSION.to_owned(), clock(world, "+02:00", 0), query(EXODUS)];
        let forgers = [COUCH, "bob@linnet.test", "mallory@evil.test/desk", "linnet.test", "alice@linnet.test"];
        for from in forgers {
            for ((_, id), payload) in ids.iter().zip(&payloads) {
                let iq = format!("<iq from='{from}' to='alice@linnet.test' type='result' id='{id}'>{payload}</iq>");
                world.inject(alice.id, &iq);
            }
        }
        world.advance(1_000);
        assert_eq!(shown(world, alice, DESK), Some(nothing(DetailsState::Asking)));
        assert_eq!(shown(world, alice, COUCH), None);
        assert_eq!(world.violations(), vec![Violation::IqAnswerFromStranger; forgers.len() * ids.len()]);
        // An answer to one question is none to another, and one that nobody asked is none at all.
        let answer = |id: &str, payload: &str| {
            let iq = format!("<iq from='{DESK}' to='alice@linnet.test' type='result' id='{id}'>{payload}</iq>");
            world.inject(alice.id, &iq);
            world.advance(1_000);
        };
        answer("nobody-asked", VERSION);
        answer(&ids[1].1, VERSION);
        let half = shown(world, alice, DESK).unwrap();
        assert_eq!((half.program, half.clock), (None, None));
        // And then the device itself.
        answer(&ids[0].1, VERSION);
        answer(&ids[2].1, &payloads[2]);
        let desk = shown(world, alice, DESK).unwrap();
        assert_eq!((desk.state, desk.kind), (DetailsState::Told, Some(DeviceKind::Computer)));
        answer(&ids[0].1, "<query xmlns='jabber:iq:version'><name>Forged later</name></query>");
        assert_eq!(shown(world, alice, DESK).unwrap().program.as_deref(), Some("Exodus"));
        assert!(world.contact(alice.id, alice.chat(bob)).is_some());
    });
}

#[test]
fn what_the_hash_proves_counts_for_everybody_and_nothing_else_does() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        world.any().device("carol");
        world.befriend("alice", "carol");
        world.settle();
        let kept = || world.count(alice.id, "SELECT count(*) FROM capabilities");
        let other = "<identity category='client' type='bot'/>";
        // A hash that something else has.
        comes(world, alice, DESK, &caps("sha-1", EXODUS_VER));
        answers(world, DESK, VERSION, "", &query(other));
        assert_eq!(told(world, alice, DESK).kind, Some(DeviceKind::Bot), "it counts for this one");
        assert_eq!((world.violations(), kept()), (vec![Violation::CapabilitiesForged], 0));
        // So the next one is asked, and believed only for itself again.
        comes(world, alice, COUCH, &caps("sha-1", EXODUS_VER));
        answers(world, COUCH, VERSION, "", &query(EXODUS));
        assert_eq!(told(world, alice, COUCH).kind, Some(DeviceKind::Computer));
        assert_eq!((world.violations().len(), kept()), (1, 1));
        // Proven, it holds for others, who are not asked.
        comes(world, alice, CAROLS, &caps("sha-1", EXODUS_VER));
        answers(world, CAROLS, "", "", "");
        let since = world.trace().len();
        assert_eq!(told(world, alice, CAROLS).kind, Some(DeviceKind::Computer));
        assert_eq!(questions(world, CAROLS, since), [ns::VERSION, ns::TIME]);
        // The same name by another function is another name.
        let tablet = "<identity category='client' type='tablet'/><feature var='urn:x'/>";
        let long = verification(&Element::parse(&query(tablet)).unwrap(), Hash::Sha256).unwrap();
        for (hash, ver, forged, proven) in [
            ("sha-256", long.as_str(), false, true),
            ("sha-256", EXODUS_VER, true, false),
            // Nobody can say whether that is true.
            ("md5", "AAAA", false, false),
        ] {
            goes(world, alice, DESK);
            comes(world, alice, DESK, &caps(hash, ver));
            answers(world, DESK, VERSION, "", &query(tablet));
            let before = (world.violations().len(), kept());
            assert_eq!(told(world, alice, DESK).kind, Some(DeviceKind::Tablet), "{hash}");
            let expected = (before.0 + usize::from(forged), before.1 + i64::from(proven));
            assert_eq!((world.violations().len(), kept()), expected, "{hash}");
        }
        // The older form, which has no hash.
        goes(world, alice, DESK);
        comes(world, alice, DESK, &format!("<c xmlns='{}' node='urn:exodus' ver='0.9.1' ext='a b'/>", ns::CAPS));
        assert_eq!(told(world, alice, DESK).kind, Some(DeviceKind::Tablet));
        assert_eq!(kept(), 2);
        // They go with their account.
        alice.order(Command::RemoveAccount { account: world.account(alice.id) });
        assert_eq!(kept() + world.count(alice.id, "SELECT count(*) FROM device_details"), 0);
    });
}

#[test]
fn what_contradicts_itself_or_never_ends_is_dropped_and_counted() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        let features: String = (0..10_000).map(|at| format!("<feature var='urn:x:{at}'/>")).collect();
        let hidden = "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'>\
                      <value>urn:a</value></field></x>";
        for (info, counted) in [
            (format!("{EXODUS}{features}"), Violation::DiscoTooLarge),
            (format!("{EXODUS}<feature var='http://jabber.org/protocol/muc'/>"), Violation::CapabilitiesForged),
            (format!("{EXODUS}{EXODUS}"), Violation::CapabilitiesForged),
            (format!("{EXODUS}{hidden}{hidden}"), Violation::CapabilitiesForged),
            ("<identity type='pc'/>".to_owned(), Violation::CapabilitiesForged),
        ] {
            let before = world.violations().len();
            goes(world, alice, DESK);
            comes(world, alice, DESK, &caps("sha-1", EXODUS_VER));
            answers(world, DESK, VERSION, "", &query(&info));
            assert_eq!(told(world, alice, DESK).kind, None);
            world.advance(1_000);
            assert_eq!(world.violations().get(before..), Some([counted].as_slice()));
        }
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM capabilities"), 0);
        // Five megabytes: the stanza goes, the stream and the other answers stay.
        goes(world, alice, DESK);
        comes(world, alice, DESK, &caps("sha-1", EXODUS_VER));
        let large = format!("<query xmlns='jabber:iq:version'><name>{}</name></query>", "x".repeat(5 << 20));
        let answer = clock(world, "Z", 0);
        answers(world, DESK, &large, &answer, &query(EXODUS));
        tap(world, alice, DESK).unwrap();
        world.settle();
        let desk = shown(world, alice, DESK).unwrap();
        assert_eq!((desk.program, desk.kind), (None, Some(DeviceKind::Computer)));
        assert!(desk.clock.is_some() && world.violations().contains(&Violation::StanzaTooLarge));
    });
}

#[test]
fn texts_are_lines_and_clocks_are_clocks() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        let version = format!(
            "<query xmlns='jabber:iq:version'><name>&#x202E;Exo\n\tdus&#x2066;</name><version>{}</version><os> </os>\
             </query>",
            "9".repeat(5_000)
        );
        let ask_again = |time: &str| {
            goes(world, alice, DESK);
            comes(world, alice, DESK, "");
            answers(world, DESK, &version, time, "");
            told(world, alice, DESK)
        };
        let minute = 60_000;
        for (zone, ahead, utc_offset, shown) in [
            ("+05:45", 0, 345, 0),
            ("-12:00", 0, -720, 0),
            ("Z", 7 * minute, 0, 7 * minute),
            ("+02:00", -90 * minute, 120, -90 * minute),
            ("+02:00", 2_000, 120, 0),
        ] {
            let answer = clock(world, zone, ahead);
            let desk = ask_again(&answer);
            assert_eq!((desk.program.as_deref(), desk.system), (Some("Exo dus"), None));
            assert_eq!(desk.version.map(|version| version.len()), Some(100));
            let clock = desk.clock.expect("it has one");
            assert_eq!(clock.utc_offset, utc_offset);
            // Stamps are in seconds, and a byte takes its time.
            assert!((clock.ahead - shown).abs() < 3_000, "{zone} {ahead}: {clock:?}");
        }
        let now = stamp::format(world.server_acts(|server| server.time()), false);
        for wrong in [
            time("+25:00", &now),
            time("6", &now),
            time("", &now),
            time("Z", "2006-12-19"),
            time("Z", &now.replace('Z', "+02:00")),
            time("Z", "1970-01-01T00:00:00Z"),
            time("Z", "9999-12-31T23:59:59Z"),
            format!("<time xmlns='urn:xmpp:time'><utc>{now}</utc></time>"),
            "<time xmlns='urn:xmpp:time'><tzo>Z</tzo></time>".to_owned(),
        ] {
            assert_eq!(ask_again(&wrong).clock, None, "{wrong}");
        }
        assert_eq!(world.violations(), []);
    });
}

#[test]
fn a_wrong_clock_here_is_no_wrong_time_there() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        let hour = 3_600_000;
        alice.kill();
        world.skew(alice.id, -2 * hour);
        alice.start();
        world.settle();
        comes(world, alice, DESK, "");
        let answer = clock(world, "+01:00", 0);
        answers(world, DESK, VERSION, &answer, "");
        let there = told(world, alice, DESK).clock.unwrap();
        assert_eq!(there.utc_offset, 60);
        assert!((there.ahead - 2 * hour).abs() < 3_000, "{there:?}");
    });
}

#[test]
fn a_device_that_goes_takes_its_details_along() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let rows = || world.count(alice.id, "SELECT count(*) FROM device_details");
        // While it is asked: the answers come to nothing.
        comes(world, alice, DESK, &caps("sha-1", EXODUS_VER));
        answers(world, DESK, "", "", "");
        let since = world.trace().len();
        told(world, alice, DESK);
        let ids = asked(world, DESK, since);
        goes(world, alice, DESK);
        assert_eq!((shown(world, alice, DESK), rows()), (None, 0));
        let late = |(ns, id): &(String, String)| {
            let payload = if ns == ns::VERSION { VERSION.to_owned() } else { query(EXODUS) };
            format!("<iq from='{DESK}' to='alice@linnet.test' type='result' id='{id}'>{payload}</iq>")
        };
        for id in &ids {
            world.inject(alice.id, &late(id));
        }
        world.advance(1_000);
        assert_eq!((world.violations(), rows()), (vec![], 0));
        // It is another one that comes under the same name.
        comes(world, alice, DESK, "");
        assert_eq!(shown(world, alice, DESK), None);
        let answer = clock(world, "Z", 0);
        answers(world, DESK, VERSION, &answer, "");
        let desk = told(world, alice, DESK);
        assert_eq!(desk.state, DetailsState::Told);
        // A status is no new device.
        comes(world, alice, DESK, "<status>busy</status>");
        assert_eq!(shown(world, alice, DESK), Some(desk));
        // With the presences: a resumed session has them, a new one has none.
        alice.goes_offline();
        assert_eq!(shown(world, alice, DESK), None);
        alice.comes_online();
        world.settle();
        assert_eq!((shown(world, alice, DESK).is_some(), rows()), (true, 1));
        alice.goes_offline();
        world.advance(700_000);
        alice.comes_online();
        world.settle();
        assert_eq!((shown(world, alice, DESK), rows()), (None, 0));
        assert!(world.contact(alice.id, alice.chat(bob)).is_some());
    });
}

#[test]
fn what_was_under_way_when_the_connection_or_the_process_went_comes_to_an_end() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.privacy(PrivacySetting::DeviceInformation, true);
        world.settle();
        let chat = alice.chat(bob);
        let device = world.contact(alice.id, chat).unwrap().devices[0].name.clone();
        alice.order(Command::AskContactDevice { chat, device });
        alice.cut();
        alice.kill();
        alice.start();
        world.settle();
        let details = world.contact(alice.id, chat).unwrap().devices[0].details.clone();
        assert_eq!(details.map(|details| details.state), Some(DetailsState::Told), "it leaves with the resumption");
        // A new session knows nothing of it, and can ask again at once.
        alice.goes_offline();
        world.advance(700_000);
        alice.comes_online();
        world.settle();
        assert_eq!(details_of(world, alice, bob).state, DetailsState::Told);
    });
}

#[test]
fn who_must_not_be_asked_is_not() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let second = world.any().phone("alice-2", "alice");
        world.settle();
        comes(world, alice, DESK, "");
        let since = world.trace().len();
        let refused = |of: &str, why: CommandError| {
            assert_eq!(tap(world, alice, of), Err(why), "{of}");
            assert_eq!(questions(world, of, since), [""; 0]);
        };
        // Strangers, whatever they send; devices that are not there, or can't be; one's own.
        world.inject(alice.id, "<presence from='mallory@evil.test/x' to='alice@linnet.test'/>");
        alice.say("mallory@evil.test", "who are you?");
        refused("mallory@evil.test/x", CommandError::NotFound);
        refused("bob@linnet.test/attic", CommandError::NotFound);
        refused("bob@linnet.test/", CommandError::NotFound);
        refused(&format!("bob@linnet.test/{}", "x".repeat(2_000)), CommandError::NotFound);
        let own = world.own_devices(alice.id).sessions;
        assert_eq!(own.len(), 2);
        refused(&format!("alice@linnet.test/{}", own[1].name), CommandError::NotFound);
        let nowhere = Command::AskContactDevice { chat: linnet_messenger::ids::ChatId(999), device: "x".to_owned() };
        assert_eq!(world.submit(alice.id, nowhere), Err(CommandError::NotFound));
        // Whom the user does not hear.
        let (account, address) = (world.account(alice.id), "bob@linnet.test".to_owned());
        alice.order(Command::Block { account, address: address.clone(), report: None });
        world.settle();
        refused(DESK, CommandError::NotNow);
        alice.order(Command::Unblock { account, address });
        world.settle();
        comes(world, alice, DESK, "");
        alice.goes_offline();
        refused(DESK, CommandError::Offline);
        alice.comes_online();
        world.settle();
        comes(world, alice, DESK, "");
        // Who may not see us would learn by the question that we are here.
        alice.excepts(bob, PrivacySetting::Online, Some(false));
        world.settle();
        comes(world, alice, DESK, "");
        assert!(!world.contact(alice.id, alice.chat(bob)).unwrap().devices_askable);
        refused(DESK, CommandError::NotNow);
        assert_eq!(world.own_devices(second.id).sessions.len(), 2);
    });
}

#[test]
fn what_is_kept_of_capabilities_is_bounded() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        let kept = |what: &str| world.count(alice.id, &format!("SELECT {what} FROM capabilities"));
        let mut first = String::new();
        for round in 0..210 {
            let info = query(&format!("<identity category='client' type='console' name='{round}'/>"));
            let ver = verification(&Element::parse(&info).unwrap(), Hash::Sha512).unwrap();
            if round == 0 {
                first.clone_from(&ver);
            }
            answers(world, DESK, VERSION, "", &info);
            world.inject(
                alice.id,
                &format!("<presence from='{DESK}' to='alice@linnet.test'>{}</presence>", caps("sha-512", &ver)),
            );
            world.advance(200);
            assert_eq!(tap(world, alice, DESK), Ok(Receipt::Done));
            goes(world, alice, DESK);
        }
        assert_eq!(kept("count(*)"), 200);
        assert_eq!(kept(&format!("count(CASE WHEN ver = '{first}' THEN 1 END)")), 0, "the oldest goes");
        assert!(kept("max(length(hash) + length(ver) + length(kind))") < 200);
        // What a presence names is bounded before anything is asked.
        let since = world.trace().len();
        comes(world, alice, DESK, &caps("sha-1", &"A".repeat(100_000)));
        tap(world, alice, DESK).unwrap();
        assert_eq!(questions(world, DESK, since), [ns::VERSION, ns::TIME]);
        assert_eq!(world.count(alice.id, "SELECT count(caps_ver) FROM presence WHERE resource = 'desk'"), 0);
        assert_eq!(world.violations(), []);
    });
}

#[test]
fn a_device_that_changes_while_it_is_asked_is_asked_for_what_it_is_now() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        comes(world, alice, DESK, &caps("sha-1", "AAAA"));
        answers(world, DESK, VERSION, "", "");
        let since = world.trace().len();
        tap(world, alice, DESK).unwrap();
        comes(world, alice, DESK, &caps("sha-1", EXODUS_VER));
        let (_, id) = asked(world, DESK, since).pop().expect("three questions");
        world.server().told.insert((DESK, ns::DISCO_INFO), query(EXODUS));
        let error = "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
        world
            .inject(alice.id, &format!("<iq from='{DESK}' to='alice@linnet.test' type='error' id='{id}'>{error}</iq>"));
        world.advance(1_000);
        assert_eq!(shown(world, alice, DESK).unwrap().kind, Some(DeviceKind::Computer));
        assert_eq!((world.violations(), world.count(alice.id, "SELECT count(*) FROM capabilities")), (vec![], 1));
        // Nobody is kept asking by changing again and again.
        goes(world, alice, DESK);
        comes(world, alice, DESK, &caps("sha-1", "round"));
        answers(world, DESK, VERSION, "", "");
        let since = world.trace().len();
        tap(world, alice, DESK).unwrap();
        for round in 0..50 {
            comes(world, alice, DESK, &caps("sha-1", &format!("round{round}")));
            world.advance(4_000);
            let (_, id) = asked(world, DESK, since).pop().expect("questions");
            world.inject(
                alice.id,
                &format!("<iq from='{DESK}' to='alice@linnet.test' type='error' id='{id}'>{error}</iq>"),
            );
            world.advance(1_000);
        }
        let count = asked(world, DESK, since).len();
        assert!((5..20).contains(&count), "{count}");
    });
}
