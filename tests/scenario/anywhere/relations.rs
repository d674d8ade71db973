use linnet_messenger::command::Command;
use linnet_tests::world::World;

pub fn a_correction_is_shown_once_on_every_device(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    alice.say(bob, "helo");
    alice.say(bob, "how are you");
    w.settle();
    alice.corrects(bob, "helo", "hullo");
    w.settle();
    alice.corrects(bob, "hullo", "hello");
    w.settle();
    alice.sees(
        bob,
        "alice: hello (edited) ✓✓
         alice: how are you ✓✓",
    );
    bob.sees(
        alice,
        "── unread ──
         alice: hello (edited)
         alice: how are you",
    );
    for (name, user, with) in [("alice2", "alice", bob), ("bob2", "bob", alice)] {
        let fresh = w.phone(name, user);
        w.settle();
        assert_eq!(fresh.bodies(with), ["hello", "how are you"], "{name}");
        assert_eq!(fresh.versions(with, "hello"), ["helo", "hullo", "hello"], "{name}");
    }
    assert_eq!(bob.versions(alice, "hello"), ["helo", "hullo", "hello"]);
}

pub fn corrections_written_offline_leave_once(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    alice.say(bob, "helo");
    w.settle();
    alice.goes_offline();
    for (old, new) in [("helo", "hell"), ("hell", "hello")] {
        alice.corrects(bob, old, new);
    }
    alice.say(bob, "wrld");
    alice.corrects(bob, "wrld", "world");
    alice.kill();
    alice.start();
    alice.comes_online();
    w.settle();
    assert_eq!(bob.bodies(alice), ["hello", "world"]);
    assert_eq!(bob.versions(alice, "hello"), ["helo", "hello"]);
    assert_eq!(bob.versions(alice, "world"), ["world"]);
    assert_eq!(alice.bodies(bob), ["hello", "world"]);
}

pub fn corrections_survive_cuts_and_restarts(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    alice.say(bob, "v0");
    w.settle();
    for number in 1..=6 {
        alice.corrects(bob, &format!("v{}", number - 1), &format!("v{number}"));
        match number % 3 {
            0 => alice.cut(),
            1 => {
                alice.kill();
                alice.start();
            }
            _ => w.restart_server(),
        }
        w.settle();
    }
    let all: Vec<String> = (0..=6).map(|number| format!("v{number}")).collect();
    for (device, with) in [(alice, bob), (bob, alice)] {
        assert_eq!(device.bodies(with), ["v6"]);
        assert_eq!(device.versions(with, "v6"), all, "each once, in order");
    }
}

pub fn a_deleted_message_does_not_come_back_by_its_correction(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    alice.say(bob, "helo");
    alice.say(bob, "stays");
    w.settle();
    alice.corrects(bob, "helo", "hello");
    w.settle();
    bob.order(Command::DeleteMessage { message: bob.message(alice, "hello") });
    bob.kill();
    alice.corrects(bob, "hello", "hello!");
    w.settle();
    w.restart_server();
    bob.start();
    w.settle();
    assert_eq!(bob.bodies(alice), ["stays"]);
}

pub fn what_is_read_is_told(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    for text in ["one", "two", "three"] {
        alice.say(bob, text);
    }
    w.settle();
    alice.sees(bob, "alice: one ✓✓\nalice: two ✓✓\nalice: three ✓✓");
    bob.order(Command::MarkRead { chat: bob.chat(alice), message: bob.message(alice, "two") });
    w.settle();
    alice.sees(bob, "alice: one ✓✓ read\nalice: two ✓✓ read\nalice: three ✓✓");
    bob.reads(alice);
    w.settle();
    let all = "alice: one ✓✓ read\nalice: two ✓✓ read\nalice: three ✓✓ read";
    alice.sees(bob, all);
    let second = w.phone("alice2", "alice");
    w.settle();
    second.sees(bob, all);
}
