//! Roster, subscriptions, and requests from strangers.

use linnet_messenger::command::Command;
use linnet_messenger::fault::{CommandError, Violation};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::World;

use crate::on_fake;

mod avatar;
mod blocking;
mod details;
mod device_details;
mod hidden;
mod moved;
mod moved_since;
mod people;
mod photo;
mod portable;
mod presence;
mod privacy;
mod profile;
mod stranger;
mod unseen;
mod vcard;

#[test]
fn a_request_and_its_answer_reach_the_servers_rosters() {
    on_fake(|world| {
        let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
        world.settle();
        alice.chat(bob);
        world.settle();
        assert_eq!(world.server().subscription(&address("alice"), &address("bob")), "none+ask");
        bob.order(Command::AnswerRequest {
            account: world.account(bob.id),
            address: "alice@linnet.test".to_owned(),
            accept: true,
        });
        world.settle();
        assert_eq!(world.server().subscription(&address("alice"), &address("bob")), "both", "accepting asks back");
        assert_eq!(world.server().subscription(&address("bob"), &address("alice")), "both");
        assert!(world.requests(alice.id).is_empty() && world.requests(bob.id).is_empty());
    });
}

#[test]
fn a_request_that_came_while_away_is_shown() {
    on_fake(|world| {
        world.server().register(&address("bob"), &FakeWorld::password("bob"));
        let alice = world.any().device("alice");
        world.settle();
        alice.chat("bob@linnet.test");
        world.settle();
        let bob = world.any().device("bob");
        world.settle();
        assert_eq!(world.requests(bob.id).len(), 1);
        bob.kill();
        bob.start();
        assert_eq!(world.requests(bob.id).len(), 1);
        world.settle();
        assert_eq!(world.requests(bob.id).len(), 1, "shown once, however often the server says it");
    });
}

#[test]
fn an_answer_given_offline_is_not_lost() {
    on_fake(|world| {
        let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
        world.settle();
        alice.chat(bob);
        world.settle();
        bob.goes_offline();
        let answer = Command::AnswerRequest {
            account: world.account(bob.id),
            address: "alice@linnet.test".to_owned(),
            accept: true,
        };
        match world.submit(bob.id, answer.clone()) {
            Err(CommandError::Offline) => {
                assert_eq!(world.requests(bob.id).len(), 1, "what was refused is still there to be answered");
                bob.comes_online();
                world.settle();
                bob.order(answer);
            }
            Ok(_) => bob.comes_online(),
            Err(error) => panic!("{error}"),
        }
        world.settle();
        assert!(world.requests(bob.id).is_empty());
        assert_eq!(world.server().subscription(&address("alice"), &address("bob")), "both");
    });
}

#[test]
fn a_chat_started_offline_asks_for_a_subscription_later() {
    on_fake(|world| {
        let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
        world.settle();
        alice.goes_offline();
        alice.say(bob, "hello");
        alice.comes_online();
        world.settle();
        assert_eq!(bob.bodies(alice), ["hello"]);
        assert_eq!(world.requests(bob.id).len(), 1);
    });
}

#[test]
fn forged_roster_pushes_are_violations_and_change_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "hi");
        world.settle();
        let before = world.count(alice.id, "SELECT count(*) FROM contact");
        for from in [
            "mallory@evil.test",
            "mallory@evil.test/x",
            "bob@linnet.test",
            "linnet.test",
            "alice@linnet.test.evil.test",
        ] {
            for item in [
                "<item jid='mallory@evil.test' name='Bank' subscription='both'/>",
                "<item jid='bob@linnet.test' subscription='remove'/>",
            ] {
                world.inject(
                    alice.id,
                    &format!(
                        "<iq from='{from}' to='alice@linnet.test' id='r' type='set'><query xmlns='jabber:iq:roster'>{item}\
                         </query></iq>"
                    ),
                );
            }
        }
        world.settle();
        assert_eq!(world.violations(), [Violation::RosterPushForged; 10]);
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM contact"), before);
        assert_eq!(world.chat_list(alice.id).len(), 1);
    });
}

#[test]
fn a_broken_roster_item_costs_only_itself() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        let push = |item: &str| {
            world.inject(
                alice.id,
                &format!("<iq id='p' type='set'><query xmlns='jabber:iq:roster'>{item}</query></iq>"),
            );
            world.settle();
        };
        push("<item jid='@@' subscription='both'/>");
        push("<item jid='carol@linnet.test' name='Carol' subscription='both'/>");
        assert_eq!(world.violations(), [Violation::RosterItemMalformed]);
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM contact WHERE jid = 'carol@linnet.test'"), 1);
        push("<item jid='carol@linnet.test' subscription='remove'/>");
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM contact WHERE jid = 'carol@linnet.test'"), 0);
    });
}

#[test]
fn answers_from_strangers_are_violations_and_answer_nothing() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        // The roster is asked for at every fresh session; mallory answers before the server does.
        let asked = |world: &FakeWorld| -> Option<String> {
            let trace = world.trace();
            let line =
                trace.lines().rev().find(|line| line.contains("alice >") && line.contains("jabber:iq:roster"))?;
            let at = line.rfind("<iq")?;
            let iq = &line[..line.find("jabber:iq:roster")?];
            let iq = &iq[iq.rfind("<iq").unwrap_or(at)..];
            let quote = iq.find("id=").map(|at| &iq[at + 3..])?;
            Some(quote[1..].split(['\'', '"']).next()?.to_owned())
        };
        world.latency(300, 300);
        alice.kill();
        world.reboot(alice.id);
        alice.start();
        let old = asked(world);
        world.wait_for("the roster is asked for", 30_000, || asked(world) != old);
        let id = asked(world).unwrap();
        for from in ["mallory@evil.test", "bob@linnet.test/x", "alice@linnet.test/other"] {
            world.inject(
                alice.id,
                &format!(
                    "<iq from='{from}' to='alice@linnet.test' id='{id}' type='result'><query xmlns='jabber:iq:roster'>\
                     <item jid='mallory@evil.test' subscription='both'/></query></iq>"
                ),
            );
        }
        world.settle();
        let violations = world.violations();
        assert!(!violations.is_empty(), "{id}");
        assert!(
            violations.iter().all(|v| matches!(v, Violation::IqAnswerFromStranger | Violation::IqAnswerUnasked)),
            "{violations:?}"
        );
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM contact WHERE jid LIKE 'mallory%'"), 0);
    });
}

#[test]
fn an_answer_nobody_waits_for_is_a_violation() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        world.inject(alice.id, "<iq from='mallory@evil.test' id='never-asked' type='result'/>");
        world.settle();
        assert_eq!(world.violations(), [Violation::IqAnswerUnasked]);
    });
}

#[test]
fn requests_are_answered_and_strangers_learn_nothing() {
    on_fake(|world| {
        let (alice, _) = world.any().friends("alice", "bob");
        let answer_to = |request: &str, id: &str| -> String {
            world.inject(alice.id, request);
            world.settle();
            let trace = world.trace();
            let sent: String = trace.lines().filter(|line| line.contains("alice >")).collect();
            let quoted = [format!("id='{id}'"), format!("id=\"{id}\"")];
            let at = quoted.iter().find_map(|quoted| sent.rfind(quoted.as_str())).expect("an answer");
            let begin = sent[..at].rfind("<iq").unwrap();
            let end = sent[begin..].find("</iq>").map_or_else(|| sent[begin..].find("/>").unwrap() + 2, |end| end + 5);
            sent[begin..begin + end].to_owned()
        };
        let ping = answer_to(
            "<iq from='bob@linnet.test/linnet' to='alice@linnet.test' id='p1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>",
            "p1",
        );
        assert!(ping.contains("result") && !ping.contains("error"), "{ping}");
        let odd = answer_to(
            "<iq from='mallory@evil.test/x' to='alice@linnet.test' id='o1' type='get'><query xmlns='urn:example:secrets'/></iq>",
            "o1",
        );
        assert!(odd.contains("service-unavailable"), "{odd}");
        let set = answer_to(
            "<iq from='mallory@evil.test/x' to='alice@linnet.test' id='o2' type='set'><query xmlns='jabber:iq:private'/></iq>",
            "o2",
        );
        assert!(set.contains("service-unavailable"), "{set}");
    });
}

#[test]
fn starting_a_chat_refuses_what_is_no_address() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let account = world.account(alice.id);
        for text in ["", "@", "a@@b", "bob@", "with space@linnet.test"] {
            let refused = world.submit(alice.id, Command::StartChat { account, address: text.to_owned() });
            assert_eq!(refused, Err(CommandError::AddressInvalid), "{text:?}");
        }
        assert!(world.chat_list(alice.id).is_empty());
    });
}

#[test]
fn an_address_is_one_chat_however_it_is_written() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let account = world.account(alice.id);
        let chat = alice.chat(bob);
        for text in ["Bob@Linnet.Test", "bob@linnet.test/phone", " bob@linnet.test "] {
            let started = world.submit(alice.id, Command::StartChat { account, address: text.to_owned() });
            match started {
                Ok(receipt) => assert_eq!(receipt, linnet_messenger::command::Receipt::Chat(chat), "{text:?}"),
                Err(error) => {
                    assert_eq!(error, CommandError::AddressInvalid);
                    assert_ne!(text, "Bob@Linnet.Test", "capitals are no other address");
                }
            }
        }
        assert_eq!(world.chat_list(alice.id).len(), 1);
    });
}

#[test]
fn a_flood_of_requests_stays_bounded() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        for number in 0..300 {
            world.inject(
                alice.id,
                &format!("<presence from='m{number}@evil.test' to='alice@linnet.test' type='subscribe'/>"),
            );
        }
        world.settle();
        let shown = world.requests(alice.id).len();
        assert!(shown > 0 && shown <= 300);
        let repeated = "<presence from='m1@evil.test' to='alice@linnet.test' type='subscribe'/>";
        world.inject(alice.id, repeated);
        world.settle();
        assert_eq!(world.requests(alice.id).len(), shown, "asking again is no second request");
    });
}

#[test]
fn a_chat_started_before_the_roster_came_overwrites_no_name() {
    on_fake(|world| {
        world.server().register(&address("bob"), &FakeWorld::password("bob"));
        world.server().register(&address("alice"), &FakeWorld::password("alice"));
        world.server().name_contact(&address("alice"), &address("bob"), "Bobby");
        let alice = world.any().device("alice");
        // Signed in, and the roster is still on its way.
        world.wait_for("a session", 60_000, || world.server().counts.bound == 1);
        alice.chat("bob@linnet.test");
        world.settle();
        assert_eq!(world.server().subscription(&address("alice"), &address("bob")), "none+ask", "asked all the same");
        assert_eq!(world.server().contact_name(&address("alice"), &address("bob")).as_deref(), Some("Bobby"));
    });
}
