//! vCards: on servers that keep the older one for themselves and on those that make it out of the newer one, and what
//! strangers and hostile contacts can do with theirs.

use linnet_messenger::command::{Command, VcardFields};
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::view::item::ProfileState;
use linnet_messenger::wire::{Element, ns};
use linnet_tests::fake_server::Node;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use crate::anywhere::profile::{looked_up, typed};
use crate::on_fake;

fn parsed(xml: &str) -> Element {
    Element::parse(xml).unwrap()
}

fn newer(inner: &str) -> Element {
    parsed(&format!("<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'>{inner}</vcard>"))
}

fn older(inner: &str) -> Element {
    parsed(&format!("<vCard xmlns='vcard-temp'>{inner}</vCard>"))
}

fn publish(world: &FakeWorld, user: &str, vcard: Element) {
    world.server_acts(|server| server.publish(&address(user), ns::VCARD4_NODE, "current", vcard));
}

fn published(world: &FakeWorld, user: &str) -> String {
    let server = world.server();
    let item = server.node(&address(user), ns::VCARD4_NODE).and_then(|node| node.items.last().cloned());
    item.and_then(|(_, item)| item.first("vcard", ns::VCARD4).map(Element::to_xml)).unwrap_or_default()
}

fn kept(world: &FakeWorld, user: &str) -> String {
    world.server().vcard(&address(user)).map(Element::to_xml).unwrap_or_default()
}

fn set(device: Device<'_>, vcard: VcardFields) {
    device.order(Command::SetVcard { account: device.world.account(device.id), vcard });
}

fn open(device: Device<'_>, open: bool) {
    device.order(Command::SetProfileOpen { account: device.world.account(device.id), open });
    device.world.settle();
}

fn named(full_name: &str) -> VcardFields {
    VcardFields { full_name: full_name.to_owned(), ..VcardFields::default() }
}

fn known(device: Device<'_>) -> bool {
    device.account().profile == ProfileState::Known
}

#[test]
fn a_server_that_keeps_the_older_one_gets_it_only_while_everyone_may_see_it() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        set(alice, typed());
        world.settle();
        assert!(known(alice) && published(world, "alice").contains("Alice Lake"));
        assert_eq!(kept(world, "alice"), "", "everyone would see it");
        assert!(alice.account().older_vcard_empty);
        open(alice, true);
        assert!(kept(world, "alice").contains("<FN>Alice Lake</FN>"));
        assert!(!alice.account().older_vcard_empty);
        // Another phone, which knows nothing of the server, closes it: nobody changes a word.
        let second = world.any().phone("alice-2", "alice");
        world.settle();
        let account = world.account(second.id);
        second.order(Command::AskVcard { account, address: "alice@linnet.test".to_owned() });
        world.settle();
        open(second, true);
        open(second, false);
        assert!(known(second) && second.account().older_vcard_empty);
        assert!(!kept(world, "alice").contains("Lake"), "{}", kept(world, "alice"));
        assert!(published(world, "alice").contains("Alice Lake"));
    });
}

#[test]
fn a_server_that_makes_the_older_one_loses_nothing_by_us() {
    on_fake(|world| {
        world.server().switches.derives_vcard = true;
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.chat(alice);
        // What another program wrote, and Linnet does not know.
        let lang = "<lang><language-tag>de</language-tag></lang><n><surname>Lake</surname></n>";
        publish(world, "alice", newer(&format!("<fn><text>Old</text></fn>{lang}")));
        set(alice, named("Alice Lake"));
        world.settle();
        assert!(known(alice) && !alice.account().older_vcard_empty);
        assert_eq!(world.server().counts.vcards_set, 0, "it follows by itself");
        assert_eq!(published(world, "alice"), newer(&format!("<fn><text>Alice Lake</text></fn>{lang}")).to_xml());
        // Another phone sees that both say the same, and can't know who wrote the older one.
        let second = world.any().phone("alice-2", "alice");
        world.settle();
        open(second, true);
        second.order(Command::AskVcard { account: world.account(second.id), address: "alice@linnet.test".to_owned() });
        world.settle();
        assert_eq!(second.account().vcard, named("Alice Lake"));
        open(second, false);
        assert!(known(second) && !second.account().older_vcard_empty);
        assert_eq!(published(world, "alice"), newer(&format!("<fn><text>Alice Lake</text></fn>{lang}")).to_xml());
        assert_eq!(looked_up(bob, alice).vcard.unwrap().full_name.as_deref(), Some("Alice Lake"));
    });
}

#[test]
fn what_other_programs_wrote_stays_and_what_another_phone_changed_meanwhile_too() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        let (account, own) = (world.account(alice.id), "alice@linnet.test".to_owned());
        open(alice, true);
        let photo = "<N><FAMILY>Lake</FAMILY></N><PHOTO><TYPE>image/png</TYPE><BINVAL>AAAA</BINVAL></PHOTO>";
        let there = older(&format!("{photo}<FN>Alice</FN><ROLE>Pilot</ROLE>"));
        world.server_acts(|server| server.set_vcard(&address("alice"), there));
        alice.order(Command::AskVcard { account, address: own.clone() });
        world.settle();
        let first = VcardFields { role: "Pilot".to_owned(), ..named("Alice") };
        assert_eq!(alice.account().vcard, first, "it has only the older one");
        set(alice, VcardFields { role: "Captain".to_owned(), ..first });
        world.settle();
        assert_eq!(kept(world, "alice"), older(&format!("{photo}<FN>Alice</FN><ROLE>Captain</ROLE>")).to_xml());
        assert!(published(world, "alice").contains("<fn><text>Alice</text></fn>"), "what is known comes along");
        // Another program changes the name, and we the role.
        publish(world, "alice", newer("<fn><text>Alice Lake</text></fn><role><text>Captain</text></role>"));
        set(alice, VcardFields { role: "Cook".to_owned(), ..named("Alice") });
        world.settle();
        assert_eq!(alice.account().vcard, VcardFields { role: "Cook".to_owned(), ..named("Alice Lake") });
        let both = "<fn><text>Alice Lake</text></fn><role><text>Cook</text></role>";
        assert_eq!(published(world, "alice"), newer(both).to_xml());
    });
}

#[test]
fn cuts_kills_and_second_thoughts_lose_nothing_and_end_with_the_last_wish() {
    for derives_vcard in [false, true] {
        on_fake(|world| {
            world.server().switches.derives_vcard = derives_vcard;
            let (alice, _) = world.any().friends("alice", "bob");
            publish(world, "alice", newer("<fn><text>Old</text></fn><kind><text>individual</text></kind>"));
            for round in 0..12 {
                set(alice, named(&format!("Alice {round}")));
                alice.order(Command::SetProfileOpen { account: world.account(alice.id), open: round % 2 == 0 });
                world.advance(round * 40);
                if round % 3 == 0 {
                    world.cut(alice.id);
                }
            }
            alice.kill();
            alice.start();
            world.settle();
            assert!(known(alice));
            assert_eq!(alice.account().vcard, named("Alice 11"));
            let expected = "<fn><text>Alice 11</text></fn><kind><text>individual</text></kind>";
            assert_eq!(published(world, "alice"), newer(expected).to_xml(), "derives: {derives_vcard}");
            let node = world.server().node(&address("alice"), ns::VCARD4_NODE).unwrap().clone();
            assert_eq!(node.configuration["pubsub#access_model"], "presence");
            assert!(!kept(world, "alice").contains("Alice"));
        });
    }
}

#[test]
fn a_node_for_other_eyes_is_changed_and_a_server_without_nodes_refuses() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        let mut node = Node::default();
        node.configuration.insert("pubsub#access_model".to_owned(), "open".to_owned());
        world.server().set_node(&address("alice"), ns::VCARD4_NODE, node);
        set(alice, named("Alice Lake"));
        world.settle();
        let access =
            world.server().node(&address("alice"), ns::VCARD4_NODE).unwrap().configuration["pubsub#access_model"]
                .clone();
        assert_eq!((access.as_str(), known(alice)), ("presence", true));
    });
    on_fake(|world| {
        world.server().switches.pep = false;
        let alice = world.any().device("alice");
        world.settle();
        set(alice, named("Alice Lake"));
        world.settle();
        assert_eq!(alice.account().profile, ProfileState::Refused);
        assert_eq!(alice.account().vcard, VcardFields::default(), "what others don't see is not shown");
    });
}

#[test]
fn what_nobody_can_show_is_not_taken() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        let account = world.account(alice.id);
        for vcard in [
            named(&"x".repeat(101)),
            named("\u{202E}"),
            VcardFields { about: "x".repeat(1_001), ..VcardFields::default() },
            VcardFields { email: "no address".to_owned(), ..VcardFields::default() },
            VcardFields { website: "two words".to_owned(), ..VcardFields::default() },
        ] {
            let refused = world.submit(alice.id, Command::SetVcard { account, vcard });
            assert_eq!(refused, Err(CommandError::TextInvalid));
        }
        let nobody = Command::AskVcard { account, address: "a@b@c".to_owned() };
        assert_eq!(world.submit(alice.id, nobody), Err(CommandError::AddressInvalid));
        world.settle();
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM own_vcard"), 0);
    });
}

#[test]
fn a_contact_is_asked_when_looked_at_and_shown_from_memory_then() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.chat(bob);
        assert_eq!(world.server().counts.vcards, 0, "nobody has looked");
        publish(world, "bob", newer("<fn><text>Bob Lake</text></fn><tel><uri>tel:+49-30-1234</uri></tel>"));
        let shown = looked_up(alice, bob);
        assert_eq!((shown.title.as_str(), shown.nickname), ("Bob Lake", None));
        assert_eq!(shown.vcard.unwrap().lines[0].link.as_deref(), Some("tel:+49301234"));
        for _ in 0..5 {
            alice.order(Command::AskVcard { account: world.account(alice.id), address: "bob@linnet.test".to_owned() });
            world.advance(100);
        }
        assert_eq!(world.server().counts.vcards, 1, "once in a minute");
        alice.goes_offline();
        assert!(looked_up(alice, bob).vcard.is_some(), "it is kept");
        alice.comes_online();
        world.advance(60_000);
        // He has told a nickname: he is called so, until he takes it back. The user's own word counts most.
        let nick = "http://jabber.org/protocol/nick";
        let tell = |name: &str| {
            let nick = Element::new("nick", nick).text(name);
            world.server_acts(|server| server.publish(&address("bob"), "http://jabber.org/protocol/nick", "x", nick));
            world.settle();
        };
        tell("Bobby");
        let shown = looked_up(alice, bob);
        assert_eq!((shown.title.as_str(), shown.nickname.as_deref()), ("Bobby", Some("Bobby")));
        tell("");
        assert_eq!(looked_up(alice, bob).title, "Bob Lake");
        let (account, address) = (world.account(alice.id), "bob@linnet.test".to_owned());
        alice.order(Command::EditContact { account, address: address.clone(), name: "B".to_owned(), tags: vec![] });
        world.settle();
        assert_eq!(looked_up(alice, bob).title, "B");
        alice.order(Command::RemoveContact { account, address });
        world.settle();
        let shown = looked_up(alice, bob);
        assert_eq!((shown.title.as_str(), shown.vcard), ("bob", None), "who is nobody has left nothing");
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM vcard"), 0);
    });
}

#[test]
fn who_has_only_the_older_one_is_shown_by_it() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let card = "<FN>Bob</FN><DESC>hello</DESC><EMAIL><USERID>bob@lake.example</USERID></EMAIL>";
        world.server_acts(|server| server.set_vcard(&address("bob"), older(card)));
        let vcard = looked_up(alice, bob).vcard.unwrap();
        assert_eq!((vcard.full_name.as_deref(), vcard.about.as_deref()), (Some("Bob"), Some("hello")));
        assert_eq!(vcard.lines.len(), 1);
    });
}

#[test]
fn nobody_asks_a_stranger_or_who_is_blocked() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let mallory = world.any().device("mallory");
        world.settle();
        publish(world, "mallory", newer("<fn><text>Your bank</text></fn>"));
        mallory.say(alice, "hello");
        world.settle();
        assert_eq!(looked_up(alice, mallory).vcard, None);
        let (account, address) = (world.account(alice.id), "bob@linnet.test".to_owned());
        alice.order(Command::Block { account, address, report: None });
        world.settle();
        assert_eq!(looked_up(alice, bob).vcard, None);
        assert_eq!(world.server().counts.vcards, 0);
        // Nor is one taken that nobody asked for.
        let item = "<item id='current'><vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Your bank</text></fn>\
             </vcard></item>";
        for from in ["mallory@linnet.test", "bob@linnet.test", "linnet.test"] {
            world.inject(
                alice.id,
                &format!(
                    "<message from='{from}' to='alice@linnet.test' type='headline'>\
                     <event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:vcard4'>{item}</items>\
                     </event></message>"
                ),
            );
            world.inject(
                alice.id,
                &format!(
                    "<iq from='{from}' to='alice@linnet.test' type='result' id='guessed'>\
                     <pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:vcard4'>{item}</items>\
                     </pubsub></iq>"
                ),
            );
        }
        world.settle();
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM vcard"), 0);
        let unasked = world.violations().into_iter().filter(|violation| *violation == Violation::IqAnswerUnasked);
        // A blocked one is not even heard.
        assert!(unasked.count() >= 2);
    });
}

#[test]
fn an_answer_in_a_contacts_name_is_not_believed() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.chat(bob);
        // Mallory knows the id, and is faster than the server, which knows of nothing.
        world.latency(5_000, 5_000);
        let account = world.account(alice.id);
        alice.order(Command::AskVcard { account, address: "bob@linnet.test".to_owned() });
        world.advance(10);
        let trace = world.trace();
        let asked = trace.rsplit("<iq ").find(|iq| iq.contains("urn:xmpp:vcard4")).unwrap();
        let id = asked.split("id='").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
        let answer = |from: &str| {
            format!(
                "<iq from='{from}' to='alice@linnet.test' type='result' id='{id}'>\
                 <pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:vcard4'><item id='current'>\
                 <vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Of {from}</text></fn></vcard></item></items>\
                 </pubsub></iq>"
            )
        };
        for from in ["mallory@linnet.test", "bob@linnet.test/phone", "alice@linnet.test"] {
            world.inject(alice.id, &answer(from));
        }
        world.advance(7_000);
        assert_eq!(world.violations(), [Violation::IqAnswerFromStranger; 3]);
        world.latency(10, 10);
        world.settle();
        assert_eq!(world.contact(alice.id, alice.chat(bob)).unwrap().title, "bob");
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM vcard WHERE card LIKE '%Of %'"), 0);
    });
}

#[test]
fn a_hostile_vcard_is_cut_or_refused_and_nothing_is_fetched() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let carol = world.any().device("carol");
        let dave = world.any().device("dave");
        world.befriend("alice", "carol");
        world.befriend("alice", "dave");
        world.settle();
        // Pictures that lie on the web, in both forms; names that turn what is around them.
        let photo = "<photo><uri>https://evil.test/me.png</uri></photo>";
        publish(world, "bob", newer(&format!("{photo}<fn><text>Bo&#x202E;b\n\tLake</text></fn>")));
        let photo = "<PHOTO><EXTVAL>https://evil.test/me.png</EXTVAL></PHOTO>";
        let card = older(&format!("{photo}<FN>{}</FN><URL>javascript:alert(1)</URL>", "C".repeat(90_000)));
        world.server_acts(|server| server.set_vcard(&address("carol"), card));
        assert_eq!(looked_up(alice, bob).title, "Bob Lake");
        let shown = looked_up(alice, carol);
        assert_eq!(shown.title.chars().count(), 100);
        assert_eq!(shown.vcard.unwrap().lines.iter().filter(|line| line.link.is_some()).count(), 0);
        assert_eq!((shown.picture, world.violations()), (None, vec![]));
        // Ten thousand fields.
        let fields: String = (0..10_000).map(|n| format!("<url><uri>https://a.test/{n}</uri></url>")).collect();
        publish(world, "dave", newer(&fields));
        assert_eq!(looked_up(alice, dave).vcard, None);
        assert_eq!(world.violations(), [Violation::VcardTooLarge]);
        // Fifty megabytes: the stanza goes, the stream and what comes after it stay.
        world.advance(61_000);
        let text = Element::new("text", ns::VCARD4).text("x".repeat(50 << 20));
        publish(world, "bob", Element::new("vcard", ns::VCARD4).child(Element::new("note", ns::VCARD4).child(text)));
        let shown = looked_up(alice, bob);
        assert_eq!((shown.title.as_str(), shown.vcard.unwrap().about), ("Bob Lake", None), "the one that is kept");
        assert!(world.violations().contains(&Violation::StanzaTooLarge));
        // Nor is an own one that can't be read written over.
        let text = Element::new("text", ns::VCARD4).text("x".repeat(3 << 20));
        publish(world, "alice", Element::new("vcard", ns::VCARD4).child(Element::new("note", ns::VCARD4).child(text)));
        set(alice, named("Alice Lake"));
        world.settle();
        assert_eq!(alice.account().profile, ProfileState::Refused);
        assert!(published(world, "alice").len() > 3 << 20);
        bob.say(alice, "still here");
        world.settle();
        assert_eq!(alice.bodies(bob), ["still here"]);
    });
}
