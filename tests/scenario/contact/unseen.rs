//! Whom this device answers, and what of: each switch shown on the wire.

use linnet_messenger::command::PrivacySetting;
use linnet_tests::fake_world::FakeWorld;
use linnet_tests::world::{Device, World};

use crate::on_fake;

const PING: &str = "<ping xmlns='urn:xmpp:ping'/>";
const INFO: &str = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
const VERSION: &str = "<query xmlns='jabber:iq:version'/>";
const TIME: &str = "<time xmlns='urn:xmpp:time'/>";

/// What alice's device says to a question, from `<iq` to its end.
fn answer(world: &FakeWorld, alice: Device<'_>, from: &str, question: &str) -> String {
    let id = format!("ask{}", world.trace().len());
    world.inject(alice.id, &format!("<iq from='{from}' to='alice@linnet.test' id='{id}' type='get'>{question}</iq>"));
    world.settle();
    let trace = world.trace();
    let sent: String = trace.lines().filter(|line| line.contains("alice >")).collect();
    let quoted = [format!("id='{id}'"), format!("id=\"{id}\"")];
    let at = quoted.iter().find_map(|quoted| sent.rfind(quoted.as_str())).expect("an answer");
    let begin = sent[..at].rfind("<iq").unwrap();
    let end = sent[begin..].find("</iq>").map_or_else(|| sent[begin..].find("/>").unwrap() + 2, |end| end + 5);
    sent[begin..begin + end].to_owned()
}

#[test]
fn only_who_may_see_us_learns_by_asking_that_we_are_there() {
    on_fake(|world| {
        let (alice, _bob) = world.any().friends("alice", "bob");
        for question in [PING, INFO, VERSION, TIME, "<query xmlns='urn:example:unknown'/>"] {
            let stranger = answer(world, alice, "mallory@evil.test/x", question);
            assert!(stranger.contains("service-unavailable"), "{stranger}");
        }
        for from in ["bob@linnet.test/linnet", "alice@linnet.test/other", "linnet.test"] {
            for question in [PING, INFO] {
                let told = answer(world, alice, from, question);
                assert!(told.contains("result") && !told.contains("error"), "{from}: {told}");
            }
        }
        // Another account of the same server is a stranger too.
        let neighbour = answer(world, alice, "carol@linnet.test/x", PING);
        assert!(neighbour.contains("service-unavailable"), "{neighbour}");
    });
}

#[test]
fn device_information_is_told_to_contacts_if_it_is_wanted() {
    on_fake(|world| {
        let (alice, _bob) = world.any().friends("alice", "bob");
        let bob = "bob@linnet.test/linnet";
        let has = |answer: &str, part: &str| assert!(answer.contains(part), "{answer}");
        for question in [VERSION, TIME] {
            has(&answer(world, alice, bob, question), "service-unavailable");
        }
        let info = answer(world, alice, bob, INFO);
        assert!(!info.contains("jabber:iq:version") && !info.contains("urn:xmpp:time"), "{info}");

        alice.privacy(PrivacySetting::DeviceInformation, true);
        world.settle();
        has(&answer(world, alice, bob, VERSION), "<name>Linnet</name>");
        has(&answer(world, alice, bob, TIME), "<tzo>+00:00</tzo>");
        let info = answer(world, alice, bob, INFO);
        has(&info, "jabber:iq:version");
        has(&info, "urn:xmpp:time");
        has(&answer(world, alice, "mallory@evil.test/x", VERSION), "service-unavailable");
        // Whoever keeps our capabilities by their hash learns that they are others now.
        let hashes = |trace: &str| -> Vec<String> {
            let sent = trace.lines().filter(|line| line.contains("alice >"));
            sent.flat_map(|line| line.split("ver='").skip(1).map(|rest| rest.split('\'').next().unwrap().to_owned()))
                .filter(|hash| hash.ends_with('='))
                .collect()
        };
        let told = hashes(&world.trace());
        assert!(told.len() >= 2 && told.first() != told.last(), "{told:?}");

        alice.privacy(PrivacySetting::DeviceInformation, false);
        world.settle();
        has(&answer(world, alice, bob, VERSION), "service-unavailable");
        assert_eq!(hashes(&world.trace()).last(), told.first());
    });
}
