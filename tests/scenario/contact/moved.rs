//! New addresses that nobody has proven, and what people, servers and the network do while somebody moves.

use std::collections::BTreeMap;

use linnet_messenger::command::{Adders, Command, PrivacySetting, Secret};
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::view::item::MovedState;
use linnet_messenger::wire::{Element, ns};
use linnet_tests::fake_server::Node;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::picture;
use linnet_tests::world::{Device, World};

use crate::anywhere::moved::{asked, contact, mover};
use crate::on_fake;

pub const NEW: &str = "alice@elsewhere.test";

/// Somebody asks to be a contact.
pub fn asks(world: &FakeWorld, to: Device<'_>, from: &str, inner: &str) {
    let (own, from) = (to.address(), format!("<presence from='{from}'"));
    world.inject(to.id, &format!("{from} to='{own}' type='subscribe' xmlns='jabber:client'>{inner}</presence>"));
    world.settle();
}

pub fn claim(old: &str) -> String {
    format!("<moved xmlns='urn:xmpp:moved:1'><old-jid>{old}</old-jid></moved>")
}

/// What an account's node says.
pub fn states(world: &FakeWorld, user: &str, payload: &str) {
    let payload = Element::parse(payload).unwrap();
    world.server_acts(|server| server.publish(&address(user), ns::MOVED, "current", payload));
}

pub fn statement(new: &str) -> String {
    format!("<moved xmlns='urn:xmpp:moved:1'><new-jid>{new}</new-jid></moved>")
}

/// How often somebody was asked where another has gone.
pub fn fetched(world: &FakeWorld) -> u32 {
    world.server().counts.statements
}

/// Whose requests bob's box shows.
pub fn box_of(world: &FakeWorld, device: Device<'_>) -> Vec<String> {
    world.requests(device.id).into_iter().map(|request| request.address).collect()
}

#[test]
fn a_claim_without_proof_is_an_ordinary_request() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let chat = bob.chat(alice);
        asks(world, bob, NEW, &claim("alice@linnet.test"));
        assert_eq!(world.violations(), [Violation::MovedUnproven], "she says nothing");
        states(world, "alice", &statement("alicia@elsewhere.test"));
        asks(world, bob, "mallory@elsewhere.test", &claim("alice@linnet.test"));
        assert_eq!(world.violations(), [Violation::MovedUnproven; 2], "she names somebody else");
        // Nor does the chain behind an address count.
        states(world, "alice", &statement("alicia@linnet.test"));
        asks(world, bob, "ally@elsewhere.test", &claim("alice@linnet.test"));
        assert_eq!(world.violations(), [Violation::MovedUnproven; 3]);
        assert_eq!(fetched(world), 3, "each was asked about once");
        assert_eq!(box_of(world, bob).len(), 3);
        assert!(asked(world, bob).is_empty() && contact(world, bob, chat).moved.is_none());
        // The same again, in this session and in the next: nobody is asked anew.
        bob.kill();
        bob.start();
        world.settle();
        asks(world, bob, NEW, &claim("alice@linnet.test"));
        assert_eq!((fetched(world), world.violations().len()), (3, 3));
    });
}

#[test]
fn a_claim_that_is_none_is_counted_and_nobody_is_asked() {
    on_fake(|world| {
        let (_, bob) = world.any().friends("alice", "bob");
        let of = claim;
        let junk = [
            of("alice@linnet.test") + &of("alice@linnet.test"),
            "<moved xmlns='urn:xmpp:moved:1'/>".to_owned(),
            "<moved xmlns='urn:xmpp:moved:1'><old-jid>alice@linnet.test</old-jid><old-jid>a@b.test</old-jid></moved>"
                .to_owned(),
            of("alice@linnet.test/phone"),
            of("linnet.test"),
            of("alice linnet"),
            of(""),
            of(&"a".repeat(70_000)),
            // Himself, and us.
            of(NEW),
            of("bob@linnet.test"),
        ];
        for inner in &junk {
            asks(world, bob, NEW, inner);
        }
        assert_eq!(world.violations(), vec![Violation::MovedMalformed; junk.len()]);
        assert_eq!((fetched(world), box_of(world, bob).as_slice()), (0, [NEW.to_owned()].as_slice()));
        assert!(asked(world, bob).is_empty());
    });
}

#[test]
fn nobody_is_asked_about_strangers_blocked_people_or_ourselves() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let account = bob.account().id;
        let carol = world.any().device("carol");
        let other = world.add_account(bob.id, "bobby");
        world.settle();
        states(world, "carol", &statement(NEW));
        states(world, "alice", &statement(NEW));
        // A stranger's.
        asks(world, bob, NEW, &claim(carol.address().as_str()));
        // One who sees nothing of us.
        world.server_acts(|server| server.name_contact(&address("bob"), &address("dora"), "Dora"));
        asks(world, bob, NEW, &claim("dora@linnet.test"));
        // One whom the user does not want to hear.
        bob.order(Command::Block { account, address: alice.address().to_string(), report: None });
        world.settle();
        asks(world, bob, "alicia@elsewhere.test", &claim(alice.address().as_str()));
        bob.order(Command::Unblock { account, address: alice.address().to_string() });
        world.settle();
        // Our own other account.
        states(world, "alice", &statement("bobby@linnet.test"));
        asks(world, bob, "bobby@linnet.test", &claim(alice.address().as_str()));
        assert_eq!((fetched(world), world.violations()), (0, vec![]));
        assert!(asked(world, bob).is_empty());
        assert!(world.accounts(bob.id).iter().any(|item| item.id == other));
        // A new address that is blocked is not heard.
        bob.order(Command::Block { account, address: "evil.test".to_owned(), report: None });
        world.settle();
        states(world, "alice", &statement("alice@evil.test"));
        let before = box_of(world, bob);
        asks(world, bob, "alice@evil.test", &claim(alice.address().as_str()));
        assert_eq!((box_of(world, bob), fetched(world)), (before, 0));
        // One that is a contact already is told what it may see, and nothing else.
        world.any().befriend("bob", "carol");
        world.settle();
        states(world, "alice", &statement(carol.address().as_str()));
        asks(world, bob, carol.address().as_str(), &claim(alice.address().as_str()));
        assert_eq!(fetched(world), 0);
        assert!(asked(world, bob).is_empty() && world.violations().is_empty());
    });
}

#[test]
fn who_is_blocked_while_he_asks_asks_no_more() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let (account, chat) = (bob.account().id, bob.chat(alice));
        states(world, "alice", &statement(NEW));
        asks(world, bob, NEW, &claim(alice.address().as_str()));
        assert!(contact(world, bob, chat).moved.is_some());
        bob.order(Command::Block { account, address: NEW.to_owned(), report: None });
        world.settle();
        assert!(box_of(world, bob).is_empty() && contact(world, bob, chat).moved.is_none());
    });
}

#[test]
fn a_statement_that_is_none_proves_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let many = "<x xmlns='urn:later'/>".repeat(10_000);
        let junk = [
            format!("<moved xmlns='urn:xmpp:moved:1'><new-jid>a0@elsewhere.test</new-jid>{many}</moved>"),
            "<moved xmlns='urn:xmpp:moved:1'/>".to_owned(),
            statement("a2@elsewhere.test/phone"),
            "<moved xmlns='urn:xmpp:moved:1'><new-jid>a3@elsewhere.test</new-jid><new-jid>b@c.test</new-jid></moved>"
                .to_owned(),
            "<nick xmlns='http://jabber.org/protocol/nick'>a4@elsewhere.test</nick>".to_owned(),
        ];
        for (at, payload) in junk.iter().enumerate() {
            states(world, "alice", payload);
            // Of one contact few are asked about in a session.
            bob.kill();
            world.advance(900_000);
            bob.start();
            world.settle();
            asks(world, bob, &format!("a{at}@elsewhere.test"), &claim(alice.address().as_str()));
        }
        assert_eq!(world.violations(), vec![Violation::MovedStatementMalformed; junk.len()]);
        // Several items at once.
        let item = |id: &str| {
            let payload = Element::parse(&statement("b@elsewhere.test")).unwrap();
            (id.to_owned(), Element::new("item", ns::PUBSUB).with("id", "current").child(payload))
        };
        let node = Node { items: vec![item("current"), item("current")], ..Node::default() };
        world.server_acts(|server| server.set_node(&address("alice"), ns::MOVED, node));
        bob.kill();
        world.advance(900_000);
        bob.start();
        world.settle();
        asks(world, bob, "b@elsewhere.test", &claim(alice.address().as_str()));
        assert_eq!(world.violations(), vec![Violation::MovedStatementMalformed; junk.len() + 1]);
        assert!(asked(world, bob).is_empty());
    });
}

/// It is for contacts who see her (XEP-0283 8.1): whom she sees without being seen can't look, and nobody is to blame.
#[test]
fn who_may_not_read_the_statement_is_asked_as_by_anybody() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let (account, address) = (alice.account().id, bob.address().to_string());
        let setting = PrivacySetting::Online;
        alice.order(Command::SetException { account, address, setting, allowed: Some(false) });
        world.settle();
        states(world, "alice", &statement(NEW));
        asks(world, bob, NEW, &claim(alice.address().as_str()));
        assert_eq!((fetched(world), box_of(world, bob)), (1, vec![NEW.to_owned()]));
        assert!(asked(world, bob).is_empty() && world.violations().is_empty());
    });
}

#[test]
fn only_the_old_account_may_answer() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        // It says nothing at all.
        world.server().told.insert(("alice@linnet.test", ns::PUBSUB), String::new());
        asks(world, bob, NEW, &claim(alice.address().as_str()));
        let trace = world.trace();
        let fetch = trace.lines().rfind(|line| line.contains("urn:xmpp:moved:1") && line.contains("<items"));
        let id = fetch.and_then(|line| line.split("id='").nth(1)).and_then(|rest| rest.split('\'').next()).unwrap();
        for from in ["mallory@elsewhere.test", NEW, "alice@linnet.test/phone", "linnet.test"] {
            let items = format!("<items node='urn:xmpp:moved:1'><item id='current'>{}</item></items>", statement(NEW));
            let pubsub = format!("<pubsub xmlns='{}'>{items}</pubsub>", ns::PUBSUB);
            let iq = format!("<iq xmlns='jabber:client' from='{from}' type='result' id='{id}'>{pubsub}</iq>");
            world.inject(bob.id, &iq);
        }
        world.settle();
        assert_eq!(world.violations(), [Violation::IqAnswerFromStranger; 4]);
        assert!(asked(world, bob).is_empty());
        // Without an answer it is asked again in the next session, and believed then.
        world.advance(120_000);
        world.server().told.clear();
        states(world, "alice", &statement(NEW));
        bob.kill();
        world.advance(900_000);
        bob.start();
        world.settle();
        assert_eq!(asked(world, bob).len(), 1);
    });
}

#[test]
fn a_flood_of_claims_costs_little_and_hides_nobody() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.server_acts(|server| {
            for number in 0..40 {
                server.befriend(&address("bob"), &address(&format!("friend{number}")));
            }
        });
        world.settle();
        for number in 0..1_000 {
            let old = format!("friend{}@linnet.test", number % 40);
            let own = bob.address();
            let from = format!("<presence from='evil{number}@elsewhere.test' xmlns='jabber:client'");
            world.inject(bob.id, &format!("{from} to='{own}' type='subscribe'>{}</presence>", claim(&old)));
        }
        world.settle();
        let fetches = fetched(world);
        assert!((1..=20).contains(&fetches), "{fetches} were asked about");
        assert!(world.notifications(bob.id).is_empty() && asked(world, bob).is_empty());
        // One contact alone is asked about less.
        for number in 0..50 {
            asks(world, bob, &format!("other{number}@elsewhere.test"), &claim("friend1@linnet.test"));
        }
        assert_eq!(fetched(world), fetches);
        let kept = world.count(bob.id, "SELECT count(*) FROM moved_request WHERE old = 'friend1@linnet.test'");
        assert!(kept <= 24, "{kept} are kept");
        // In the next session the newest is looked at first: it stands above them all.
        states(world, "alice", &statement(NEW));
        bob.kill();
        world.advance(900_000);
        bob.start();
        world.settle();
        asks(world, bob, NEW, &claim(alice.address().as_str()));
        bob.kill();
        world.advance(900_000);
        bob.start();
        world.settle();
        assert!(fetched(world) <= 60);
        assert_eq!(box_of(world, bob).first().map(String::as_str), Some(NEW));
        for number in 0..1_000 {
            let from = format!("<presence from='late{number}@elsewhere.test' xmlns='jabber:client'");
            world.inject(bob.id, &format!("{from} to='{}' type='subscribe'/>", bob.address()));
        }
        world.settle();
        assert_eq!(box_of(world, bob).first().map(String::as_str), Some(NEW), "nor do those who come later hide it");
    });
}

#[test]
fn one_contact_is_asked_about_three_times_a_session() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for number in 0..10 {
            asks(world, bob, &format!("a{number}@elsewhere.test"), &claim(alice.address().as_str()));
        }
        assert_eq!(fetched(world), 3);
        assert_eq!(world.violations(), [Violation::MovedUnproven; 3]);
    });
}

#[test]
fn who_says_no_is_not_asked_again() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let (account, chat) = (bob.account().id, bob.chat(alice));
        states(world, "alice", &statement(NEW));
        asks(world, bob, NEW, &claim(alice.address().as_str()));
        assert_eq!(asked(world, bob).len(), 1);
        bob.order(Command::AnswerRequest { account, address: NEW.to_owned(), accept: false });
        assert!(box_of(world, bob).is_empty());
        bob.kill();
        world.advance(900_000);
        bob.start();
        world.settle();
        asks(world, bob, NEW, &claim(alice.address().as_str()));
        assert_eq!(box_of(world, bob), [NEW], "he may ask like anybody");
        assert!(asked(world, bob).is_empty() && contact(world, bob, chat).moved.is_none());
        assert_eq!(fetched(world), 1);
        assert_eq!(world.server().subscription(&address("bob"), &address("alice")), "both");
    });
}

#[test]
fn a_newer_statement_takes_the_place_of_an_older_one() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        states(world, "alice", &statement(NEW));
        asks(world, bob, NEW, &claim(alice.address().as_str()));
        states(world, "alice", &statement("alicia@elsewhere.test"));
        asks(world, bob, "alicia@elsewhere.test", &claim(alice.address().as_str()));
        let asked: Vec<_> = asked(world, bob).into_iter().map(|(address, _)| address).collect();
        assert_eq!(asked, ["alicia@elsewhere.test"], "one address at a time");
    });
}

#[test]
fn who_takes_the_request_back_asks_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let chat = bob.chat(alice);
        states(world, "alice", &statement(NEW));
        asks(world, bob, NEW, &claim(alice.address().as_str()));
        assert!(contact(world, bob, chat).moved.is_some());
        let gone = format!("<presence xmlns='jabber:client' from='{NEW}' type='unsubscribe'/>");
        world.inject(bob.id, &gone);
        world.settle();
        assert!(box_of(world, bob).is_empty() && contact(world, bob, chat).moved.is_none());
    });
}

#[test]
fn an_answer_on_another_phone_ends_the_question() {
    on_fake(|world| {
        let (alice, bob) = mover(world, "bob");
        let second = world.any().phone("bob-2", "bob");
        world.settle();
        let chat = bob.chat(alice.phone);
        alice.moves();
        world.settle();
        assert_eq!((asked(world, bob).len(), asked(world, second).len()), (1, 1));
        let account = second.account().id;
        second.order(Command::AnswerRequest { account, address: alice.address.clone(), accept: true });
        world.settle();
        assert!(box_of(world, bob).is_empty());
        let moved = contact(world, bob, chat).moved.expect("the old chat says where she is");
        assert_eq!((moved.address.as_str(), moved.asks), (alice.address.as_str(), false));
    });
}

#[test]
fn a_server_that_lets_them_in_by_itself_leaves_nothing_to_ask() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.any().device("ally");
        world.settle();
        states(world, "alice", &statement("ally@linnet.test"));
        world.server().told.insert(("alice@linnet.test", ns::PUBSUB), String::new());
        asks(world, bob, "ally@linnet.test", &claim(alice.address().as_str()));
        world.any().befriend("bob", "ally");
        world.settle();
        assert!(box_of(world, bob).is_empty() && asked(world, bob).is_empty());
        world.server().told.clear();
        bob.kill();
        world.advance(900_000);
        bob.start();
        world.settle();
        assert!(asked(world, bob).is_empty());
        assert_eq!(fetched(world), 1, "what is settled is not looked for");
    });
}

#[test]
fn a_yes_without_a_connection_is_carried_out_with_the_next_one() {
    on_fake(|world| {
        let (alice, bob) = mover(world, "bob");
        let (account, old) = (bob.account().id, alice.phone.address().to_string());
        let (name, tags) = ("Alice".to_owned(), vec!["boats".to_owned(), "lake".to_owned()]);
        bob.order(Command::EditContact { account, address: old, name, tags: tags.clone() });
        alice.moves();
        world.settle();
        bob.goes_offline();
        bob.order(Command::AnswerRequest { account, address: alice.address.clone(), accept: true });
        bob.kill();
        bob.start();
        bob.comes_online();
        world.settle();
        let chat = bob.chat(alice.address.as_str());
        let there = contact(world, bob, chat);
        assert_eq!((there.name.as_deref(), there.tags), (Some("Alice"), tags));
        let server = world.server();
        assert_eq!(server.subscription(&address("bob"), &address("ally")), "both");
        assert_eq!(server.subscription(&address("ally"), &address("bob")), "both");
        assert_eq!(server.subscription(&address("bob"), &address("alice")), "to", "the old address sees him no more");
    });
}

/// The chat is one tap away from the yes, and the server has not said anything yet.
#[test]
fn a_chat_opened_at_once_changes_neither_name_nor_groups() {
    on_fake(|world| {
        let (alice, bob) = mover(world.any(), "bob");
        let (account, old) = (bob.account().id, alice.phone.address().to_string());
        let (name, tags) = ("Alice from the lake".to_owned(), vec!["boats".to_owned()]);
        bob.order(Command::EditContact { account, address: old, name: name.clone(), tags: tags.clone() });
        world.settle();
        alice.moves();
        world.settle();
        assert_eq!(asked(world.any(), bob).len(), 1);
        world.latency(300, 400);
        bob.order(Command::AnswerRequest { account, address: alice.address.clone(), accept: true });
        bob.order(Command::StartChat { account, address: alice.address.clone() });
        world.settle();
        let chat = world.chat_list(bob.id).into_iter().find(|chat| chat.address == alice.address).unwrap().id;
        let there = contact(world.any(), bob, chat);
        assert_eq!((there.name, there.tags), (Some(name), tags));
        assert!(there.sees_us && there.we_see);
    });
}

#[test]
fn what_is_said_there_arrives_there() {
    on_fake(|world| {
        let (alice, bob) = mover(world, "bob");
        let (account, friend) = (bob.account().id, bob.address().to_string());
        let (name, tags) = ("Bob".to_owned(), vec!["lake".to_owned()]);
        alice.phone.order(Command::EditContact { account: alice.old, address: friend.clone(), name, tags });
        bob.say(alice.phone, "before");
        world.settle();
        alice.moves();
        world.settle();
        bob.order(Command::AnswerRequest { account, address: alice.address.clone(), accept: true });
        world.settle();
        bob.say(alice.address.as_str(), "after");
        bob.say(alice.phone, "still here?");
        world.settle();
        let chat = |account| {
            let mut chats = world.chat_list(alice.phone.id).into_iter();
            chats.find(|chat| chat.account == account && chat.address == friend).expect("he has written")
        };
        let said = |account| picture::bodies(&world.timeline(alice.phone.id, chat(account).id));
        assert_eq!(
            (said(alice.old), said(alice.new)),
            (vec!["before".into(), "still here?".into()], vec!["after".into()])
        );
        // The new account has him with the name that she gave him.
        assert_eq!((chat(alice.new).title.as_str(), chat(alice.new).unread), ("Bob", 1));
        assert_eq!(contact(world, alice.phone, chat(alice.new).id).tags, ["lake"]);
    });
}

#[test]
fn who_is_let_in_again_later_stays_so() {
    on_fake(|world| {
        let (alice, bob) = mover(world, "bob");
        let account = bob.account().id;
        alice.moves();
        world.settle();
        bob.order(Command::AnswerRequest { account, address: alice.address.clone(), accept: true });
        world.settle();
        assert_eq!(world.server().subscription(&address("bob"), &address("alice")), "to");
        world.any().befriend("alice", "bob");
        world.settle();
        for _ in 0..2 {
            bob.kill();
            world.advance(900_000);
            bob.start();
            world.settle();
        }
        assert_eq!(world.server().subscription(&address("bob"), &address("alice")), "both");
    });
}

#[test]
fn there_and_back_is_a_step_at_a_time() {
    on_fake(|world| {
        let (alice, bob) = mover(world, "bob");
        let (account, chat) = (bob.account().id, bob.chat(alice.phone));
        alice.moves();
        world.settle();
        // She can't go on from the new one to the old one, which has moved.
        let back = Command::PublishMoved { account: alice.new, to: alice.old };
        assert_eq!(world.submit(alice.phone.id, back), Err(CommandError::NotNow));
        bob.order(Command::AnswerRequest { account, address: alice.address.clone(), accept: true });
        world.settle();
        // Another program of hers says so all the same: he has her old address, and nothing is to be asked.
        states(world, "ally", &statement("alice@linnet.test"));
        asks(world, bob, "alice@linnet.test", &claim(alice.address.as_str()));
        assert!(asked(world, bob).is_empty() && world.violations().is_empty());
        let moved = contact(world, bob, chat).moved.expect("it leads to the new chat");
        assert_eq!((moved.address.as_str(), moved.asks), (alice.address.as_str(), false));
    });
}

#[test]
fn a_server_may_say_that_somebody_is_gone() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        for (uri, counted) in
            [("https://elsewhere.test", 1), ("xmpp:alice@elsewhere.test/phone", 2), ("xmpp:alice@elsewhere.test", 2)]
        {
            world.server().gone.insert(address("alice"), uri.to_owned());
            let from = if counted == 1 { "a@elsewhere.test" } else { NEW };
            // What was not proven once is not looked for again.
            let from = if uri.ends_with("phone") { "b@elsewhere.test" } else { from };
            asks(world, bob, from, &claim(alice.address().as_str()));
            assert_eq!(world.violations(), vec![Violation::MovedUnproven; counted], "{uri}");
        }
        assert_eq!(asked(world, bob).len(), 1);
    });
}

#[test]
fn who_lets_nobody_ask_lets_contacts_move() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let account = bob.account().id;
        bob.order(Command::SetAdders { account, adders: Adders::Code });
        states(world, "alice", &statement(NEW));
        asks(world, bob, "mallory@elsewhere.test", &claim(alice.address().as_str()));
        assert!(box_of(world, bob).is_empty());
        asks(world, bob, NEW, &claim(alice.address().as_str()));
        assert_eq!(box_of(world, bob), [NEW]);
        bob.order(Command::AnswerRequest { account, address: NEW.to_owned(), accept: false });
        // Who wants nobody at all gets nobody.
        bob.order(Command::SetAdders { account, adders: Adders::Nobody });
        states(world, "alice", &statement("alicia@elsewhere.test"));
        asks(world, bob, "alicia@elsewhere.test", &claim(alice.address().as_str()));
        assert!(box_of(world, bob).is_empty());
        assert_eq!(fetched(world), 2);
    });
}

#[test]
fn everybody_is_told_once_whatever_dies_meanwhile() {
    on_fake(|world| {
        let (alice, _) = mover(world, "bob");
        world.server_acts(|server| {
            for number in 0..60 {
                let friend = format!("friend{number:02}@elsewhere.test").parse().unwrap();
                server.befriend(&address("alice"), &friend);
                server.name_contact(&address("alice"), &friend, &format!("Friend {number}"));
            }
            // One is on the new account's roster already, under another name.
            server.befriend(&address("ally"), &"friend00@elsewhere.test".parse().unwrap());
            server.name_contact(&address("ally"), &"friend00@elsewhere.test".parse().unwrap(), "Zero");
        });
        world.settle();
        alice.moves();
        for least in [10, 25, 40] {
            world.wait_for("some are told", 60_000, || {
                alice.moved().is_some_and(|moved| moved.total > 0 && moved.total - moved.left >= least)
            });
            alice.phone.kill();
            alice.phone.start();
        }
        alice.phone.cut();
        world.settle();
        let moved = alice.moved().unwrap();
        assert_eq!((moved.state, moved.total, moved.left, moved.refused), (MovedState::Published, 61, 0, 0));
        let server = world.server();
        assert_eq!(server.counts.asked_elsewhere, 59, "each once, and who sees her there already not at all");
        let name = |user: &str| server.contact_name(&address("ally"), &user.parse().unwrap());
        assert_eq!(name("friend59@elsewhere.test").as_deref(), Some("Friend 59"));
        assert_eq!(name("friend00@elsewhere.test").as_deref(), Some("Zero"), "names that are there stay");
        assert_eq!(server.counts.published, 1);
    });
}

#[test]
fn nobody_is_told_before_the_server_has_it_nor_after_it_is_taken_back() {
    on_fake(|world| {
        let (alice, bob) = mover(world, "bob");
        world.server().switches.pep = false;
        alice.moves();
        world.settle();
        assert_eq!(alice.moved().map(|moved| moved.state), Some(MovedState::Refused));
        assert!(box_of(world, bob).is_empty(), "nobody was told");
        assert_eq!(world.server().subscription(&address("ally"), &address("bob")), "absent");
        world.server().switches.pep = true;
        // Another program has made the node for its own eyes: that is changed first.
        let private = BTreeMap::from([("pubsub#access_model".to_owned(), "whitelist".to_owned())]);
        world.server_acts(|server| {
            server.set_node(&address("alice"), ns::MOVED, Node { configuration: private, items: Vec::new() });
        });
        alice.moves();
        world.settle();
        assert_eq!(alice.moved().map(|moved| moved.state), Some(MovedState::Published));
        let access = world.server().node(&address("alice"), ns::MOVED).unwrap().configuration.clone();
        assert_eq!(access.get("pubsub#access_model").map(String::as_str), Some("presence"));
        assert_eq!(asked(world, bob).len(), 1);
        // Once more is refused while it stands.
        let again = Command::PublishMoved { account: alice.old, to: alice.new };
        assert_eq!(world.submit(alice.phone.id, again), Err(CommandError::NotNow));
        alice.phone.goes_offline();
        alice.phone.order(Command::RetractMoved { account: alice.old });
        assert_eq!(alice.moved().map(|moved| moved.state), Some(MovedState::Retracting));
        alice.phone.kill();
        alice.phone.start();
        alice.phone.comes_online();
        world.settle();
        assert_eq!(alice.moved(), None);
        assert!(world.server().node(&address("alice"), ns::MOVED).is_none());
    });
}

#[test]
fn who_was_not_told_yet_is_not_told_once_it_is_taken_back() {
    on_fake(|world| {
        let (alice, _) = mover(world, "bob");
        world.server_acts(|server| {
            for number in 0..60 {
                let friend = format!("friend{number:02}@elsewhere.test").parse().unwrap();
                server.befriend(&address("alice"), &friend);
            }
        });
        world.settle();
        alice.moves();
        world.wait_for("some are told", 60_000, || world.server().counts.asked_elsewhere >= 5);
        alice.phone.order(Command::RetractMoved { account: alice.old });
        world.settle();
        let told = world.server().counts.asked_elsewhere;
        assert!(told < 40, "{told} were told");
        assert_eq!(alice.moved(), None);
    });
}

#[test]
fn both_accounts_have_to_be_there_and_others() {
    on_fake(|world| {
        let (alice, _) = mover(world, "bob");
        let moves = |account, to| world.submit(alice.phone.id, Command::PublishMoved { account, to });
        assert_eq!(moves(alice.old, alice.old), Err(CommandError::AddressInvalid));
        assert_eq!(moves(alice.old, linnet_messenger::ids::AccountId(99)), Err(CommandError::NotFound));
        let retract = Command::RetractMoved { account: alice.old };
        assert_eq!(world.submit(alice.phone.id, retract), Err(CommandError::NotFound));
        alice.phone.order(Command::SetAccountEnabled { account: alice.new, enabled: false });
        world.settle();
        assert_eq!(moves(alice.old, alice.new), Err(CommandError::Offline));
        alice.phone.order(Command::SetAccountEnabled { account: alice.new, enabled: true });
        alice.phone.order(Command::SetAccountEnabled { account: alice.old, enabled: false });
        world.settle();
        assert_eq!(moves(alice.old, alice.new), Err(CommandError::Offline));
        alice.phone.order(Command::SetAccountEnabled { account: alice.old, enabled: true });
        world.settle();
        alice.phone.order(Command::SetPin { current: None, pin: Some(Secret::new("2580")) });
        alice.phone.order(Command::LockNow);
        assert_eq!(moves(alice.old, alice.new), Err(CommandError::NotNow), "only while the app is open");
        alice.phone.order(Command::Unlock { pin: Secret::new("2580") });
        assert!(alice.moved().is_none());
        alice.moves();
    });
}
