use linnet_messenger::command::{Command, PrivacySetting};
use linnet_tests::world::{DeviceId, World};

pub fn a_request_is_shown_and_accepted(w: &dyn World) {
    let (alice, bob) = (w.device("alice"), w.device("bob"));
    w.settle();
    alice.say(bob, "it's me");
    w.settle();
    let requests = w.requests(bob.id);
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].address, alice.address().as_str());
    bob.order(Command::AnswerRequest {
        account: w.account(bob.id),
        address: alice.address().to_string(),
        accept: true,
    });
    w.settle();
    assert!(w.requests(bob.id).is_empty());
    assert!(w.requests(alice.id).is_empty(), "who asked is not asked back for what it gives");
    assert_eq!(bob.bodies(alice), ["it's me"]);
    bob.kill();
    w.restart_server();
    bob.start();
    w.settle();
    assert!(w.requests(bob.id).is_empty(), "an answered request does not come back");
}

pub fn a_declined_request_is_gone(w: &dyn World) {
    let (alice, bob) = (w.device("alice"), w.device("bob"));
    w.settle();
    alice.chat(bob);
    w.settle();
    assert_eq!(w.requests(bob.id).len(), 1);
    bob.order(Command::AnswerRequest {
        account: w.account(bob.id),
        address: alice.address().to_string(),
        accept: false,
    });
    w.settle();
    assert!(w.requests(bob.id).is_empty());
    bob.kill();
    w.restart_server();
    bob.start();
    w.settle();
    assert!(w.requests(bob.id).is_empty());
}

pub fn a_message_from_a_stranger_waits_in_the_box(w: &dyn World) {
    let (alice, bob) = (w.device("alice"), w.device("bob"));
    w.settle();
    alice.say(bob, "you don't know me");
    w.settle();
    assert!(w.chat_list(bob.id).is_empty() && w.notifications(bob.id).is_empty());
    let requests = w.requests(bob.id);
    let seen: Vec<_> =
        requests.iter().map(|item| (item.address.as_str(), item.messages, item.preview.as_deref())).collect();
    assert_eq!(seen, [(alice.address().as_str(), 1, Some("you don't know me"))]);
}

pub fn who_is_blocked_is_heard_no_more(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    bob.say(alice, "one");
    w.settle();
    let (account, address) = (w.account(alice.id), bob.address().to_string());
    let blocks = |device: DeviceId| w.chat_list(device).first().is_some_and(|chat| chat.blocked);
    // News of the list come by themselves: nobody can be asked whether they have.
    let told = |device: DeviceId, on: bool| {
        let rounds = (0..100).take_while(|_| blocks(device) != on).map(|_| w.settle()).count();
        assert!(rounds < 100, "never told that the block is {on}");
    };
    alice.order(Command::Block { account, address: address.clone(), report: None });
    assert!(blocks(alice.id) && w.notifications(alice.id).is_empty());
    w.settle();
    bob.say(alice, "two");
    w.settle();
    // The server has it: a phone that signs in now knows.
    let second = w.phone("alice-2", "alice");
    second.chat(bob);
    told(second.id, true);
    bob.say(alice, "three");
    w.settle();
    second.order(Command::Unblock { account: w.account(second.id), address });
    // What one phone lifts is lifted on the other.
    told(alice.id, false);
    bob.say(alice, "four");
    w.settle();
    assert_eq!(alice.bodies(bob), ["one", "four"]);
}

pub fn who_scans_a_code_is_a_contact_at_once(w: &dyn World) {
    let (alice, bob) = (w.device("alice"), w.device("bob"));
    w.settle();
    alice.order(Command::ShowCode { account: w.account(alice.id) });
    let link = w.codes(alice.id)[0].link.clone();
    assert!(link.starts_with(&format!("xmpp:{}?roster;preauth=", alice.address())), "{link}");
    bob.order(Command::StartChat { account: w.account(bob.id), address: link.clone() });
    bob.say(alice, "here I am");
    w.settle();
    assert_eq!(alice.bodies(bob), ["here I am"]);
    assert!(w.requests(alice.id).is_empty(), "who brings the token need not ask");
    assert!(w.requests(bob.id).is_empty(), "who was asked back neither");
    assert_ne!(w.codes(alice.id)[0].link, link, "a token counts once");
    // Both see each other: neither asks again, after a restart either.
    alice.kill();
    bob.kill();
    w.restart_server();
    alice.start();
    bob.start();
    w.settle();
    assert!(w.requests(alice.id).is_empty() && w.requests(bob.id).is_empty());
}

pub fn who_must_not_see_us_is_shown_nothing(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    // What a server was told before, it has carried out when what was said after has arrived, either way.
    let there_and_back = || {
        bob.say(alice, "there?");
        w.settle();
        alice.say(bob, "here");
        w.settle();
    };
    let sees = || w.contact(bob.id, bob.chat(alice)).is_some_and(|contact| !contact.devices.is_empty());
    there_and_back();
    assert!(sees());
    alice.excepts(bob, PrivacySetting::Online, Some(false));
    there_and_back();
    assert!(!sees());
    // When he comes his server asks.
    bob.kill();
    bob.start();
    w.settle();
    there_and_back();
    assert!(!sees());
    let account = w.account(bob.id);
    bob.order(Command::StartChat { account, address: alice.address().to_string() });
    there_and_back();
    assert!(!sees());
    alice.kill();
    alice.start();
    w.settle();
    there_and_back();
    assert!(!sees());
    assert!(w.requests(alice.id).is_empty(), "nobody is asked about him again");
    alice.excepts(bob, PrivacySetting::Online, None);
    there_and_back();
    assert!(sees(), "he had asked meanwhile");
    // What is chosen without a session holds with the next one, which begins with the roster then.
    let account = w.account(alice.id);
    alice.order(Command::SetAccountEnabled { account, enabled: false });
    alice.excepts(bob, PrivacySetting::Online, Some(false));
    alice.order(Command::SetAccountEnabled { account, enabled: true });
    w.settle();
    there_and_back();
    assert!(!sees());
}
