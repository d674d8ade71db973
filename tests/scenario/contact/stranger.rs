//! Strangers wait in a box, and nothing tells of them until they are answered.

use linnet_messenger::command::Command;
use linnet_messenger::wire::{Element, ns};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use crate::on_fake;

fn answer(device: Device<'_>, address: &str, accept: bool) {
    let account = device.world.account(device.id);
    device.order(Command::AnswerRequest { account, address: address.to_owned(), accept });
}

/// What the device has sent to addresses that begin so since the trace was this long.
fn sent(world: &FakeWorld, device: &str, to: &str, since: usize) -> Vec<String> {
    let (trace, from, to) = (world.trace(), format!("{device} >"), format!("to='{to}"));
    let lines = trace[since..].lines().filter(|line| line.contains(&from) && line.contains(&to));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_strangers_message_waits_in_the_box_in_silence() {
    on_fake(|world| {
        let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
        world.settle();
        let since = world.trace().len();
        alice.say(bob, "hello, *you*\nthere");
        world.settle();
        assert!(world.chat_list(bob.id).is_empty());
        assert!(world.notifications(bob.id).is_empty());
        let requests = world.requests(bob.id);
        assert_eq!(requests.len(), 1);
        assert_eq!((requests[0].asks, requests[0].messages), (true, 1));
        assert_eq!(requests[0].preview.as_deref(), Some("hello, *you* there"));
        // He looks at it, and types: nothing of that leaves.
        bob.reads(alice);
        bob.types(alice, true);
        world.settle();
        assert_eq!(sent(world, "bob", "alice@linnet.test", since), Vec::<String>::new());
        answer(bob, "alice@linnet.test", true);
        world.settle();
        assert!(world.requests(bob.id).is_empty());
        assert_eq!(bob.bodies(alice), ["hello, *you*\nthere"]);
        assert_eq!(world.chat_list(bob.id).len(), 1);
        assert_eq!(world.server().subscription(&address("bob"), &address("alice")), "both");
        alice.say(bob, "again");
        world.settle();
        assert_eq!(bob.notified(alice), ["again"]);
    });
}

#[test]
fn who_is_declined_is_gone_and_does_not_nag() {
    on_fake(|world| {
        let (alice, mallory) = (world.any().device("alice"), world.any().device("mallory"));
        world.settle();
        mallory.say(alice, "buy");
        world.settle();
        answer(alice, "mallory@linnet.test", false);
        world.settle();
        assert!(world.requests(alice.id).is_empty() && world.chat_list(alice.id).is_empty());
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM message"), 0, "what he wrote is deleted here");
        mallory.chat(alice);
        world.inject(alice.id, "<presence from='mallory@linnet.test' to='alice@linnet.test' type='subscribe'/>");
        world.settle();
        assert!(world.requests(alice.id).is_empty(), "the same question is not shown twice");
        alice.kill();
        world.reboot(alice.id);
        alice.start();
        world.settle();
        assert!(world.requests(alice.id).is_empty(), "nor does the archive bring it back");
        // The user thinks better of it.
        alice.chat(mallory);
        world.settle();
        assert_ne!(world.server().subscription(&address("alice"), &address("mallory")), "absent");
    });
}

#[test]
fn an_answer_given_offline_leaves_with_the_next_connection() {
    on_fake(|world| {
        let (alice, bob, carol) = (world.any().device("alice"), world.any().device("bob"), world.any().device("carol"));
        world.settle();
        alice.chat(bob);
        carol.chat(bob);
        world.settle();
        bob.goes_offline();
        answer(bob, "alice@linnet.test", true);
        answer(bob, "carol@linnet.test", false);
        bob.kill();
        world.reboot(bob.id);
        bob.start();
        assert!(world.requests(bob.id).is_empty());
        bob.comes_online();
        world.settle();
        assert!(world.requests(bob.id).is_empty(), "the server tells of them once more, and is answered");
        assert_eq!(world.server().subscription(&address("alice"), &address("bob")), "both");
        assert_eq!(world.server().subscription(&address("carol"), &address("bob")), "none");
        alice.kill();
    });
}

#[test]
fn whom_we_wrote_to_is_no_stranger() {
    on_fake(|world| {
        let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
        let second = world.any().phone("alice-2", "alice");
        world.settle();
        alice.say(bob, "hello");
        world.settle();
        assert_eq!(world.chat_list(second.id).len(), 1, "nor on the other phone, which has heard it by a copy");
        bob.say(alice, "hi");
        world.settle();
        assert!(world.requests(alice.id).is_empty());
        assert_eq!((alice.notified(bob), second.notified(bob)), (vec!["hi".to_owned()], vec!["hi".to_owned()]));
        let fresh = world.any().phone("alice-3", "alice");
        world.settle();
        assert_eq!((world.chat_list(fresh.id).len(), world.requests(fresh.id).len()), (1, 0), "nor by the archive");
    });
}

#[test]
fn a_thousand_strangers_are_silent_and_bounded() {
    let world = FakeWorld::new(1);
    let alice = world.any().device("alice");
    world.settle();
    let since = world.trace().len();
    for number in 0..1_200 {
        let from = format!("m{number}@evil{}.test", number % 7);
        world.inject(alice.id, &format!("<presence from='{from}' to='alice@linnet.test' type='subscribe'/>"));
        let id = format!("'s{number}'");
        world.inject(
            alice.id,
            &format!(
                "<message from='{from}/x' to='alice@linnet.test' type='chat' id={id}><body>win https://evil.test/{number}\
                 </body><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/></message>"
            ),
        );
        if number % 100 == 0 {
            world.settle();
        }
    }
    world.settle();
    assert!(world.notifications(alice.id).is_empty() && world.chat_list(alice.id).is_empty());
    assert_eq!(world.requests(alice.id).len(), 200, "the box shows the newest");
    let newest = |address: &str| address[1..5].parse::<u32>().is_ok_and(|number| number >= 1_000);
    assert!(world.requests(alice.id).iter().all(|request| newest(&request.address)));
    assert_eq!(world.count(alice.id, "SELECT count(*) FROM chat"), 1_000);
    assert_eq!(world.count(alice.id, "SELECT count(*) FROM message"), 1_000);
    assert_eq!(world.count(alice.id, "SELECT count(*) FROM subscription_request"), 1_000);
    assert_eq!(sent(&world, "alice", "m", since), Vec::<String>::new(), "nobody is answered, nothing is fetched");
}

#[test]
fn one_stranger_fills_no_store_and_loses_nothing_for_who_wants_to_read_it() {
    let world = FakeWorld::new(2);
    let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
    world.settle();
    for number in 0..450 {
        alice.say(bob, &format!("{number}"));
        if number % 50 == 0 {
            world.settle();
        }
    }
    world.settle();
    let stored = world.count(bob.id, "SELECT count(*) FROM message");
    assert!((1..=200).contains(&stored), "{stored} messages of a stranger are stored");
    answer(bob, "alice@linnet.test", true);
    bob.chat(alice);
    world.settle();
    assert_eq!(world.count(bob.id, "SELECT count(*) FROM gap"), 1, "what was dropped is a gap");
    for _ in 0..20 {
        bob.scroll_to_beginning(alice);
        let Some((gap, _)) = bob.gaps(alice).first().copied() else { break };
        bob.order(Command::FillGap { gap });
        world.settle();
    }
    bob.scroll_to_beginning(alice);
    let expected: Vec<String> = (0..450).map(|number| format!("{number}")).collect();
    assert_eq!(bob.bodies(alice), expected);
}

/// Alice writes so many messages to bob.
fn flood(world: &FakeWorld, alice: Device<'_>, to: &str, from: u32, count: u32) {
    for number in from..from + count {
        alice.say(to, &format!("{number}"));
        if number % 50 == 0 {
            world.settle();
        }
    }
    world.settle();
}

/// What a device has stored is within the bound of a stranger, and once she is accepted it reads all she wrote.
fn is_bounded_and_whole(world: &FakeWorld, bob: Device<'_>, alice: Device<'_>, count: u32) {
    let stored = world.count(bob.id, "SELECT count(*) FROM message");
    assert!((100..=200).contains(&stored), "{stored} messages of a stranger are stored");
    assert!(world.notifications(bob.id).is_empty());
    answer(bob, "alice@linnet.test", true);
    world.settle();
    assert_eq!(world.count(bob.id, "SELECT count(*) FROM gap"), 1, "what was dropped is one gap");
    for _ in 0..20 {
        bob.scroll_to_beginning(alice);
        let Some((gap, _)) = bob.gaps(alice).first().copied() else { break };
        bob.order(Command::FillGap { gap });
        world.settle();
    }
    bob.scroll_to_beginning(alice);
    let expected: Vec<String> = (0..count).map(|number| format!("{number}")).collect();
    assert_eq!(bob.bodies(alice), expected);
}

#[test]
fn what_a_stranger_wrote_while_away_is_bounded_too() {
    on_fake(|world| {
        let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
        world.settle();
        bob.goes_offline();
        world.advance(700_000);
        flood(world, alice, "bob@linnet.test", 0, 450);
        bob.comes_online();
        world.settle();
        is_bounded_and_whole(world, bob, alice, 450);
    });
}

#[test]
fn a_fresh_device_reads_no_more_of_a_stranger_than_it_would_have_kept() {
    on_fake(|world| {
        let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
        world.settle();
        flood(world, alice, "bob@linnet.test", 0, 450);
        let fresh = world.any().phone("bob-2", "bob");
        world.settle();
        is_bounded_and_whole(world, fresh, alice, 450);
        assert!(world.count(bob.id, "SELECT count(*) FROM message") <= 450);
    });
}

#[test]
fn what_was_dropped_does_not_come_back_by_a_later_look() {
    on_fake(|world| {
        let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
        world.settle();
        flood(world, alice, "bob@linnet.test", 0, 260);
        // The archive is asked again, then a new session reads what followed.
        world.advance(400_000);
        world.settle();
        bob.goes_offline();
        world.advance(700_000);
        flood(world, alice, "bob@linnet.test", 260, 150);
        bob.kill();
        bob.start();
        bob.comes_online();
        world.settle();
        flood(world, alice, "bob@linnet.test", 410, 120);
        world.advance(400_000);
        world.settle();
        is_bounded_and_whole(world, bob, alice, 530);
    });
}

#[test]
fn strangers_without_end_in_the_archive_are_bounded_too() {
    let world = FakeWorld::new(3);
    let alice = world.any().device("alice");
    world.settle();
    alice.kill();
    let owner = address("alice");
    for number in 0..1_300 {
        let from = jid::Jid::new(&format!("m{number}@evil.test/x")).unwrap();
        let message = Element::new("message", ns::CLIENT)
            .with("from", from.as_str())
            .with("to", owner.as_str())
            .with("type", "chat")
            .with("id", format!("s{number}"))
            .child(Element::new("body", ns::CLIENT).text("buy"));
        world.server_acts(|server| {
            let stamp = server.now() - 3_000_000 + i64::from(number) * 1_000;
            server.archive_by_hand(&owner, &from, &jid::Jid::from(owner.clone()), message, stamp)
        });
    }
    let fresh = world.any().phone("alice-2", "alice");
    world.settle();
    alice.start();
    world.settle();
    for device in [alice, fresh] {
        assert_eq!(world.count(device.id, "SELECT count(*) FROM chat"), 1_000);
        assert_eq!(world.count(device.id, "SELECT count(*) FROM message"), 1_000);
        assert!(world.notifications(device.id).is_empty() && world.chat_list(device.id).is_empty());
        assert!(world.requests(device.id).iter().all(|request| request.address.starts_with("m1")), "the newest");
    }
    // Who was dropped and writes again begins where there is something to be read.
    world.server_acts(|server| {
        let again = Element::parse(
            "<message xmlns='jabber:client' from='m7@evil.test/x' to='alice@linnet.test' type='chat' id='again'>\
             <body>still here</body></message>",
        );
        server.arrives(&again.unwrap());
    });
    world.settle();
    assert_eq!(fresh.gaps("m7@evil.test").len(), 1);
}
