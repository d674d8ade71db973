//! What is told, and to whom: each switch on the wire, on, off, and with somebody excepted either way.

use linnet_messenger::command::{Adders, Callers, Command, PrivacySetting};
use linnet_messenger::effect::SessionKind;
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::view::item::TimelineItem;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use crate::on_fake;

/// Alice, and two who know her.
pub(super) fn three(world: &FakeWorld) -> [Device<'_>; 3] {
    let (alice, bob) = world.any().friends("alice", "bob");
    let carol = world.any().device("carol");
    world.any().befriend("alice", "carol");
    world.settle();
    for peer in [bob, carol] {
        peer.say(alice, "hi");
        alice.say(peer, "hi");
    }
    world.settle();
    [alice, bob, carol]
}

/// Plays what would tell bob and carol something, with the switch in every position.
fn in_every_position(alice: Device<'_>, bob: Device<'_>, setting: PrivacySetting, told: impl Fn() -> (bool, bool)) {
    alice.privacy(setting, true);
    assert_eq!(told(), (true, true), "{setting:?} on");
    alice.privacy(setting, false);
    assert_eq!(told(), (false, false), "{setting:?} off");
    alice.excepts(bob, setting, Some(true));
    assert_eq!(told(), (true, false), "{setting:?} off, but for bob");
    alice.privacy(setting, true);
    alice.excepts(bob, setting, Some(false));
    assert_eq!(told(), (false, true), "{setting:?} on, but for bob");
    alice.excepts(bob, setting, None);
    assert_eq!(told(), (true, true), "{setting:?} on again");
}

/// The stanzas that went over a wire since, by a mark in the trace: `>` from the device, `<` to it.
pub(super) fn stanzas(world: &FakeWorld, device: &str, way: char, since: usize) -> Vec<String> {
    let trace = world.trace();
    let mark = format!(" {device} {way} ");
    let lines = trace.get(since..).unwrap_or_default().lines().filter(|line| line.contains(&mark));
    let text: String = lines.map(|line| line.split_once(&mark).map_or("", |(_, text)| text)).collect();
    let mut found = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = ["<message", "<presence", "<iq"].iter().filter_map(|name| rest.find(name)).min() {
        let stanza = &rest[at..];
        let name: String = stanza[1..].chars().take_while(char::is_ascii_alphabetic).collect();
        let empty = stanza.find("/>").filter(|end| stanza.find('>') == Some(end + 1)).map(|end| end + 2);
        let close = format!("</{name}>");
        let end = empty.or_else(|| stanza.find(&close).map(|end| end + close.len())).unwrap_or(stanza.len());
        found.push(stanza[..end].to_owned());
        rest = &stanza[end..];
    }
    found
}

/// Whether a device has said this to each of the two since.
fn said(world: &FakeWorld, since: usize, what: &str) -> (bool, bool) {
    let sent = stanzas(world, "alice", '>', since);
    let to = |peer: &str| sent.iter().any(|stanza| stanza.contains(&format!("to='{peer}@")) && stanza.contains(what));
    (to("bob"), to("carol"))
}

#[test]
fn receipts_go_to_who_may_have_them() {
    on_fake(|world| {
        let [alice, bob, carol] = three(world);
        in_every_position(alice, bob, PrivacySetting::Receipts, || {
            let since = world.trace().len();
            for peer in [bob, carol] {
                peer.say(alice, "there?");
            }
            world.settle();
            said(world, since, "<received xmlns='urn:xmpp:receipts'")
        });
    });
}

#[test]
fn markers_go_to_who_may_have_them_and_the_own_devices_learn_it_anyway() {
    on_fake(|world| {
        let [alice, bob, carol] = three(world);
        let second = world.any().phone("alice-2", "alice");
        world.settle();
        in_every_position(alice, bob, PrivacySetting::ReadMarkers, || {
            let since = world.trace().len();
            for peer in [bob, carol] {
                peer.say(alice, "seen?");
                world.settle();
                alice.reads(peer);
            }
            world.settle();
            assert_eq!((second.unread(bob), second.unread(carol)), (0, 0), "read here, read there");
            said(world, since, "<displayed xmlns='urn:xmpp:chat-markers:0'")
        });
    });
}

#[test]
fn a_marker_that_waits_for_a_connection_obeys_what_was_chosen_meanwhile() {
    on_fake(|world| {
        let [alice, bob, carol] = three(world);
        for peer in [bob, carol] {
            peer.say(alice, "seen?");
        }
        world.settle();
        let since = world.trace().len();
        alice.goes_offline();
        for peer in [bob, carol] {
            alice.reads(peer);
        }
        alice.excepts(carol, PrivacySetting::ReadMarkers, Some(false));
        alice.comes_online();
        world.settle();
        assert_eq!(said(world, since, "<displayed xmlns='urn:xmpp:chat-markers:0'"), (true, false));
    });
}

/// In flight when its session is lost, it may never have arrived: it is said again, unless it must not be said any more.
#[test]
fn a_signal_whose_session_is_lost_obeys_what_was_chosen_meanwhile() {
    let cases = [
        (PrivacySetting::Receipts, "receipt", "<received xmlns='urn:xmpp:receipts'"),
        (PrivacySetting::ReadMarkers, "displayed", "<displayed xmlns='urn:xmpp:chat-markers:0'"),
    ];
    for ((setting, kind, signal), forbidden) in cases.into_iter().flat_map(|case| [(case, false), (case, true)]) {
        on_fake(|world| {
            let [alice, bob, _] = three(world);
            bob.say(alice, "there?");
            let in_flight = format!("SELECT count(*) FROM job WHERE state = 'in_flight' AND kind = '{kind}'");
            if setting == PrivacySetting::ReadMarkers {
                world.settle();
                alice.reads(bob);
            }
            world.wait_for("the signal", 10_000, || world.count(alice.id, &in_flight) == 1);
            world.half_open(alice.id);
            if forbidden {
                alice.privacy(setting, false);
            }
            let since = world.trace().len();
            world.restart_server();
            alice.cut();
            world.settle();
            let (kind, _) = world.sign_ins(alice.id).pop().unwrap();
            assert!(matches!(kind, SessionKind::Bound { after_failed_resume: true }), "{kind:?}");
            assert_eq!(said(world, since, signal), (!forbidden, false), "{setting:?}");
        });
    }
}

#[test]
fn typing_is_seen_by_who_may_see_it() {
    on_fake(|world| {
        let [alice, bob, carol] = three(world);
        in_every_position(alice, bob, PrivacySetting::Typing, || {
            // They have to show that they know chat states, and nobody did while one of both was silent.
            for peer in [bob, carol] {
                alice.say(peer, "so");
                world.settle();
                peer.say(alice, "so");
            }
            world.settle();
            let since = world.trace().len();
            for peer in [bob, carol] {
                alice.types(peer, true);
                world.advance(500);
                alice.types(peer, false);
                alice.say(peer, "so");
            }
            world.settle();
            let (composing, any) =
                (said(world, since, "<composing"), said(world, since, "xmlns='http://jabber.org/protocol/chatstates'"));
            assert_eq!(composing, any, "a text tells no more than the keys");
            composing
        });
    });
}

fn ask(world: &FakeWorld, alice: Device<'_>, question: &str) -> (bool, bool) {
    let since = world.trace().len();
    for from in ["bob", "carol"] {
        world.inject(
            alice.id,
            &format!(
                "<iq from='{from}@linnet.test/{from}' to='alice@linnet.test' id='q{since}' type='get'>{question}</iq>"
            ),
        );
    }
    world.settle();
    said(world, since, "type='result'")
}

#[test]
fn the_device_is_known_to_who_may_know_it() {
    on_fake(|world| {
        let [alice, bob, _] = three(world);
        for question in ["<query xmlns='jabber:iq:version'/>", "<time xmlns='urn:xmpp:time'/>"] {
            in_every_position(alice, bob, PrivacySetting::DeviceInformation, || ask(world, alice, question));
        }
        // What goes to all names it only if all may know.
        alice.excepts(bob, PrivacySetting::DeviceInformation, Some(false));
        let info = capabilities(world, alice);
        assert!(info.contains("urn:xmpp:ping") && !info.contains("jabber:iq:version"), "{info}");
    });
}

/// What alice's device tells of what it can do.
fn capabilities(world: &FakeWorld, alice: Device<'_>) -> String {
    let since = world.trace().len();
    world.inject(
        alice.id,
        "<iq from='carol@linnet.test/carol' to='alice@linnet.test' id='i' type='get'>\
         <query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
    );
    world.settle();
    stanzas(world, "alice", '>', since).concat()
}

#[test]
fn which_program_it_is_stands_in_nothing_that_goes_to_all_unless_all_may_know() {
    for tokens in [false, true] {
        on_fake(|world| {
            world.server().switches.sasl2 = tokens;
            let [alice, bob, _] = three(world);
            let names = |text: &str| text.contains("Linnet") || text.contains("linnet.org");
            // All that contacts see of a new session: address, presence, capabilities.
            let told = || {
                world.settle();
                alice.kill();
                world.reboot(alice.id);
                let since = world.trace().len();
                alice.start();
                world.settle();
                let heard = stanzas(world, "carol", '<', since);
                let hers = |stanza: &&String| {
                    // The session before says goodbye under its own name.
                    stanza.starts_with("<presence from='alice@") && !stanza.contains("type='unavailable'")
                };
                let seen: String = heard.iter().filter(hers).cloned().collect();
                assert!(seen.contains("<c xmlns='http://jabber.org/protocol/caps'"), "{seen}");
                (names(&seen), names(&capabilities(world, alice)))
            };
            assert_eq!(told(), (false, false), "at first");
            alice.privacy(PrivacySetting::DeviceInformation, true);
            assert!(names(&capabilities(world, alice)), "at once");
            assert_eq!(told(), (true, true), "switched on");
            alice.excepts(bob, PrivacySetting::DeviceInformation, Some(false));
            assert_eq!(told(), (false, false), "to all but one");
            // The name that its user gives a device is his own affair.
            let account = world.account(alice.id);
            alice.order(Command::SetDevice { account, name: "Linnet of alice".to_owned(), priority: 0 });
            assert_eq!(told(), (true, false));
        });
    }
}

#[test]
fn a_switch_about_the_device_is_told_at_once_and_its_new_name_with_the_next_session() {
    on_fake(|world| {
        let [alice, ..] = three(world);
        let since = world.trace().len();
        alice.privacy(PrivacySetting::DeviceInformation, true);
        world.settle();
        let seen = stanzas(world, "bob", '<', since).concat();
        assert!(seen.contains("node='https://linnet.org'") && seen.contains("/Phone."), "{seen}");
        // A session that is resumed keeps its name.
        alice.goes_offline();
        alice.comes_online();
        world.settle();
        let resources = world.server().resources(&address("alice"));
        assert!(resources.iter().all(|resource| resource.starts_with("Phone.")), "{resources:?}");
    });
}

#[test]
fn who_may_know_learns_since_when_nobody_looked() {
    on_fake(|world| {
        let [alice, bob, carol] = three(world);
        let idle = "<idle xmlns='urn:xmpp:idle:1'";
        in_every_position(alice, bob, PrivacySetting::LastSeen, || {
            world.settle();
            let since = world.trace().len();
            alice.order(Command::SetActive { active: false });
            world.settle();
            let heard = |who: &str| stanzas(world, who, '<', since).iter().any(|stanza| stanza.contains(idle));
            let told = (heard("bob"), heard("carol"));
            let shown = |peer: Device<'_>| {
                let contact = world.contact(peer.id, peer.chat(alice)).unwrap();
                contact.devices.iter().any(|device| device.idle_since.is_some())
            };
            assert_eq!((shown(bob), shown(carol)), told);
            world.advance(90_000);
            assert_eq!(ask(world, alice, "<query xmlns='jabber:iq:last'/>"), told, "nor does asking help");
            if told.1 {
                let seconds = stanzas(world, "alice", '>', since).concat();
                let seconds = seconds.split("seconds='").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
                assert!((90..200).contains(&seconds.parse::<u32>().unwrap()), "{seconds}");
            }
            alice.order(Command::SetActive { active: true });
            world.settle();
            assert!(!shown(bob) && !shown(carol), "whoever looks again is not idle");
            told
        });
        // Where nobody may know, coming and going leaves no trace.
        alice.privacy(PrivacySetting::LastSeen, false);
        world.settle();
        let since = world.trace().len();
        alice.order(Command::SetActive { active: false });
        alice.order(Command::SetActive { active: true });
        world.settle();
        assert_eq!(stanzas(world, "alice", '>', since), Vec::<String>::new());
    });
}

#[test]
fn who_must_not_see_us_does_not_and_the_others_do() {
    on_fake(|world| {
        let [alice, bob, carol] = three(world);
        let sees = |peer: Device<'_>| {
            // Whoever looks at a chat asks again for what was taken from him.
            let account = world.account(peer.id);
            peer.order(Command::StartChat { account, address: "alice@linnet.test".to_owned() });
            world.settle();
            !world.contact(peer.id, peer.chat(alice)).unwrap().devices.is_empty()
        };
        in_every_position(alice, bob, PrivacySetting::Online, || {
            world.settle();
            let told = (sees(bob), sees(carol));
            assert!(world.requests(alice.id).is_empty(), "who was granted it once is not asked about again");
            // A new session, and one of another device, changes nothing.
            alice.kill();
            world.reboot(alice.id);
            alice.start();
            world.settle();
            assert_eq!((sees(bob), sees(carol)), told);
            told
        });
        for (to, expected) in [("bob", "both"), ("carol", "both")] {
            assert_eq!(world.server().subscription(&address("alice"), &address(to)), expected);
        }
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM withheld"), 0);
    });
}

#[test]
fn to_be_hidden_and_shown_works_without_a_connection_and_for_new_contacts() {
    on_fake(|world| {
        let [alice, bob, carol] = three(world);
        alice.goes_offline();
        alice.privacy(PrivacySetting::Online, false);
        alice.kill();
        alice.start();
        alice.comes_online();
        world.settle();
        for peer in [bob, carol] {
            let contact = world.contact(peer.id, peer.chat(alice)).unwrap();
            assert!(contact.devices.is_empty() && !contact.we_see, "{contact:?}");
        }
        // Somebody new is welcome, and does not see us either, until he may.
        let dave = world.any().device("dave");
        world.settle();
        dave.say(alice, "may I?");
        world.settle();
        let account = world.account(alice.id);
        alice.order(Command::AnswerRequest { account, address: "dave@linnet.test".to_owned(), accept: true });
        world.settle();
        assert!(world.contact(dave.id, dave.chat(alice)).unwrap().devices.is_empty());
        assert!(world.requests(alice.id).is_empty());
        alice.kill();
        world.reboot(alice.id);
        alice.start();
        world.settle();
        assert!(world.requests(alice.id).is_empty(), "the server tells of him again, and nobody is bothered");
        let since = world.trace().len();
        dave.say(alice, "got it?");
        world.settle();
        assert!(
            stanzas(world, "alice", '>', since).iter().any(|stanza| stanza.contains("<received")),
            "each switch is for itself: he is told what contacts are told"
        );
        alice.privacy(PrivacySetting::Online, true);
        world.settle();
        assert!(!world.contact(dave.id, dave.chat(alice)).unwrap().devices.is_empty(), "at once: he had asked");
        // Who was removed is entitled to nothing any more.
        alice.excepts(bob, PrivacySetting::Online, Some(false));
        world.settle();
        alice.order(Command::RemoveContact { account, address: "bob@linnet.test".to_owned() });
        world.settle();
        let kept = "SELECT (SELECT count(*) FROM withheld WHERE jid LIKE 'bob@%')
                        + (SELECT count(*) FROM privacy_exception WHERE jid LIKE 'bob@%')";
        assert_eq!(world.count(alice.id, kept), 0);
    });
}

#[test]
fn calls_come_from_who_may_call() {
    on_fake(|world| {
        let [alice, bob, _] = three(world);
        let call = |from: &str| {
            let before = world.violations().len();
            let since = world.trace().len();
            world.inject(
                alice.id,
                &format!(
                    "<message from='{from}/x' to='alice@linnet.test' id='c{since}' type='chat'>\
                     <propose xmlns='urn:xmpp:jingle-message:0' id='c{since}'>\
                     <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose></message>"
                ),
            );
            world.settle();
            assert_eq!(stanzas(world, "alice", '>', since), Vec::<String>::new(), "nobody is answered");
            let new = world.violations().split_off(before);
            assert!(new.iter().all(|violation| *violation == Violation::CallUnwelcome), "{new:?}");
            new.is_empty()
        };
        let both = || (call("bob@linnet.test"), call("carol@linnet.test"));
        in_every_position(alice, bob, PrivacySetting::Calls, both);
        let account = world.account(alice.id);
        for (callers, contact, stranger) in
            [(Callers::Everyone, true, true), (Callers::Contacts, true, false), (Callers::Nobody, false, false)]
        {
            alice.order(Command::SetCallers { account, callers });
            assert_eq!((call("bob@linnet.test"), call("mallory@evil.test")), (contact, stranger), "{callers:?}");
            assert_eq!(alice.account().privacy.callers, callers);
        }
        // What is written along is not lost.
        world.inject(
            alice.id,
            "<message from='bob@linnet.test/x' to='alice@linnet.test' id='w' type='chat'><body>pick up!</body>\
             <propose xmlns='urn:xmpp:jingle-message:0' id='w'/></message>",
        );
        world.settle();
        assert_eq!(alice.bodies(bob).last().map(String::as_str), Some("pick up!"));
        world.forgive();
    });
}

#[test]
fn what_others_point_to_is_loaded_only_where_the_user_wants_it() {
    on_fake(|world| {
        let [alice, bob, carol] = three(world);
        let loads = |peer: Device<'_>| {
            let (since, connections) = (world.trace().len(), world.targets(alice.id).len());
            peer.say(alice, "https://linnet.test/picture.jpg");
            world.settle();
            // Loading is the app's, and only where the message says so: the core itself asks nobody for anything.
            assert_eq!(world.targets(alice.id).len(), connections);
            let said = stanzas(world, "alice", '>', since);
            let archive = |stanza: &str| !stanza.starts_with("<iq") || stanza.contains("urn:xmpp:mam:2");
            let harmless = |stanza: &String| archive(stanza) && !stanza.contains("picture.jpg");
            assert!(said.iter().all(harmless), "{said:?}");
            let timeline = alice.timeline(peer);
            let last = timeline.iter().rev().find_map(|item| match item {
                TimelineItem::Message(message) => Some(message.auto_load),
                _ => None,
            });
            last.unwrap()
        };
        in_every_position(alice, bob, PrivacySetting::AutoLoad, || (loads(bob), loads(carol)));
        let mallory = world.any().device("mallory");
        world.settle();
        assert!(!loads(mallory), "never what strangers point to");
    });
}

#[test]
fn only_who_may_ask_reaches_the_box() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let account = world.account(alice.id);
        alice.order(Command::ShowCode { account });
        let asks = |from: &str, token: &str| {
            world.inject(
                alice.id,
                &format!(
                    "<presence from='{from}@evil.test' to='alice@linnet.test' type='subscribe'>{token}</presence>"
                ),
            );
            world.settle();
        };
        let own = || world.codes(alice.id)[0].link.rsplit("preauth=").next().unwrap_or_default().to_owned();
        let token = |token: &str| format!("<preauth xmlns='urn:xmpp:pars:0' token='{token}'/>");
        let shown = || -> Vec<String> { world.requests(alice.id).into_iter().map(|request| request.address).collect() };
        // Not even that somebody is here: what a refused stranger gets is nothing, from us or in our name.
        let ignored = |from: &str, token: &str| {
            let since = world.trace().len();
            asks(from, token);
            assert_eq!(stanzas(world, "alice", '>', since), [""; 0], "{from}");
        };
        alice.order(Command::SetAdders { account, adders: Adders::Nobody });
        ignored("one", "");
        ignored("two", &token(&own()));
        assert_eq!((shown(), world.chat_list(alice.id).len()), (Vec::new(), 0), "nobody");
        alice.order(Command::SetAdders { account, adders: Adders::Code });
        ignored("one", "");
        ignored("two", &token("made-up"));
        assert_eq!(shown(), Vec::<String>::new(), "only with a code");
        asks("three", &token(&own()));
        assert_eq!((shown(), world.chat_list(alice.id).len()), (Vec::new(), 1), "who has it is a contact at once");
        alice.order(Command::SetAdders { account, adders: Adders::Everyone });
        asks("one", "");
        assert_eq!(shown(), ["one@evil.test"]);
    });
}

#[test]
fn who_was_kept_out_is_not_lost() {
    on_fake(|world| {
        let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
        world.settle();
        let account = world.account(alice.id);
        alice.order(Command::SetAdders { account, adders: Adders::Nobody });
        bob.chat(alice);
        world.settle();
        assert!(world.requests(alice.id).is_empty());
        alice.order(Command::SetAdders { account, adders: Adders::Everyone });
        alice.kill();
        world.reboot(alice.id);
        alice.start();
        world.settle();
        assert_eq!(world.requests(alice.id).len(), 1, "the server tells of him again");
    });
}

#[test]
fn exceptions_are_for_others_and_are_shown() {
    on_fake(|world| {
        let [alice, bob, _] = three(world);
        let account = world.account(alice.id);
        for address in ["alice@linnet.test", "", "a b"] {
            let command = Command::SetException {
                account,
                address: address.to_owned(),
                setting: PrivacySetting::Typing,
                allowed: Some(false),
            };
            assert_eq!(world.submit(alice.id, command), Err(CommandError::AddressInvalid), "{address:?}");
        }
        alice.excepts(bob, PrivacySetting::Typing, Some(false));
        alice.excepts(bob, PrivacySetting::Calls, Some(true));
        alice.excepts(bob, PrivacySetting::Online, None);
        let exceptions = world.contact(alice.id, alice.chat(bob)).unwrap().exceptions;
        let shown: Vec<_> = exceptions.iter().map(|exception| (exception.setting, exception.allowed)).collect();
        assert_eq!(shown, [(PrivacySetting::Calls, true), (PrivacySetting::Typing, false)]);
    });
}

#[test]
fn with_every_switch_off_a_conversation_leaves_its_messages_and_nothing_else() {
    on_fake(|world| {
        let [alice, bob, _] = three(world);
        for setting in [
            PrivacySetting::Receipts,
            PrivacySetting::ReadMarkers,
            PrivacySetting::Typing,
            PrivacySetting::DeviceInformation,
            PrivacySetting::LastSeen,
            PrivacySetting::AutoLoad,
            PrivacySetting::Calls,
            PrivacySetting::Online,
        ] {
            alice.privacy(setting, false);
        }
        world.settle();
        let since = world.trace().len();
        bob.types(alice, true);
        bob.say(alice, "are you there?");
        world.settle();
        alice.order(Command::SetActive { active: false });
        alice.order(Command::SetActive { active: true });
        alice.timeline(bob);
        alice.order(Command::ChatOpened { chat: alice.chat(bob) });
        alice.types(bob, true);
        world.advance(20_000);
        alice.types(bob, false);
        alice.reads(bob);
        alice.types(bob, true);
        alice.say(bob, "yes");
        world.settle();
        for question in [
            "<query xmlns='jabber:iq:version'/>",
            "<time xmlns='urn:xmpp:time'/>",
            "<query xmlns='jabber:iq:last'/>",
            "<ping xmlns='urn:xmpp:ping'/>",
            "<query xmlns='http://jabber.org/protocol/disco#info'/>",
        ] {
            assert_eq!(ask(world, alice, question), (false, false), "{question}");
        }
        // The next session, too.
        alice.kill();
        world.reboot(alice.id);
        alice.start();
        world.settle();
        let heard: Vec<String> = stanzas(world, "bob", '<', since)
            .into_iter()
            .filter(|stanza| stanza.contains("from='alice@") && !stanza.contains("type='unavailable'"))
            .filter(|stanza| !stanza.contains("urn:xmpp:mam:2"))
            .collect();
        let [message] = heard.as_slice() else { panic!("{heard:#?}") };
        assert!(message.contains("<body>yes</body>") && !message.contains("chatstates"), "{message}");
        let sent = stanzas(world, "alice", '>', since);
        let to_bob: Vec<&String> = sent.iter().filter(|stanza| stanza.contains("to='bob@")).collect();
        let refusals = to_bob.iter().filter(|stanza| stanza.contains("service-unavailable")).count();
        assert_eq!((refusals, to_bob.len()), (5, 6), "what was refused sounds as if nobody were there: {to_bob:#?}");
        assert_eq!(bob.bodies(alice).last().map(String::as_str), Some("yes"));
        assert_eq!(alice.unread(bob), 0, "and it was read");
    });
}
