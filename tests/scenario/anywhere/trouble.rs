//! Networks that go, processes that die, servers that restart: every text is there once, in the order of sending.

use linnet_tests::world::{Device, World};

/// Each side has what the other said, once and in order, and all phones agree on the order.
fn agree(one: Device<'_>, other: Device<'_>, said: &[(&str, usize)]) {
    for device in [(one, other), (other, one)] {
        device.0.scroll_to_beginning(device.1);
        let bodies = device.0.bodies(device.1);
        for (prefix, count) in said {
            let mut seen: Vec<_> = bodies.iter().filter(|body| body.starts_with(prefix)).cloned().collect();
            if !one.world.keeps_order() {
                seen.sort();
            }
            let expected: Vec<_> = (0..*count).map(|number| format!("{prefix}{number:03}")).collect();
            if seen != expected {
                one.world.fail(&format!("{} sees of {prefix}: {seen:?}", device.0.address()));
            }
        }
    }
}

pub fn texts_written_offline_leave_when_the_network_is_back(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    alice.goes_offline();
    for number in 0..5 {
        alice.say(bob, &format!("a{number:03}"));
    }
    bob.say(alice, "b000");
    w.settle();
    assert!(bob.bodies(alice).iter().all(|body| body.starts_with('b')));
    alice.comes_online();
    w.settle();
    agree(alice, bob, &[("a", 5), ("b", 1)]);
    assert_eq!(alice.bodies(bob)[0], "b000", "what was sent while nobody listened comes after what was there");
}

pub fn a_cut_loses_nothing(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    for number in 0..10 {
        alice.say(bob, &format!("a{number:03}"));
        bob.say(alice, &format!("b{number:03}"));
    }
    alice.cut();
    for number in 10..20 {
        alice.say(bob, &format!("a{number:03}"));
        bob.say(alice, &format!("b{number:03}"));
    }
    w.settle();
    agree(alice, bob, &[("a", 20), ("b", 20)]);
}

pub fn many_cuts_lose_and_double_nothing(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    for number in 0..60 {
        alice.say(bob, &format!("a{number:03}"));
        bob.say(alice, &format!("b{number:03}"));
        match number % 6 {
            1 => alice.cut(),
            3 => bob.cut(),
            5 => w.settle(),
            _ => {}
        }
    }
    w.settle();
    agree(alice, bob, &[("a", 60), ("b", 60)]);
}

pub fn a_killed_sender_sends_after_its_start(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    for round in 0..5 {
        for number in 0..4 {
            alice.say(bob, &format!("a{:03}", round * 4 + number));
        }
        alice.kill();
        alice.start();
    }
    w.settle();
    agree(alice, bob, &[("a", 20)]);
}

pub fn a_killed_receiver_has_everything_after_its_start(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    for round in 0..5 {
        for number in 0..4 {
            alice.say(bob, &format!("a{:03}", round * 4 + number));
        }
        bob.kill();
        if round % 2 == 0 {
            w.settle();
        }
        bob.start();
    }
    w.settle();
    agree(alice, bob, &[("a", 20)]);
}

pub fn a_restarted_server_loses_and_doubles_nothing(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    for round in 0..4 {
        for number in 0..5 {
            alice.say(bob, &format!("a{:03}", round * 5 + number));
            bob.say(alice, &format!("b{:03}", round * 5 + number));
        }
        w.restart_server();
    }
    w.settle();
    agree(alice, bob, &[("a", 20), ("b", 20)]);
}

pub fn everything_at_once(w: &dyn World) {
    on_every_side(w, true);
}

/// The same for a server that forgets what it had taken when it stops.
pub fn cuts_and_kills_on_every_side(w: &dyn World) {
    on_every_side(w, false);
}

fn on_every_side(w: &dyn World, server_too: bool) {
    let (alice, bob) = w.friends("alice", "bob");
    let second = w.phone("alice2", "alice");
    w.settle();
    for number in 0..40 {
        alice.say(bob, &format!("a{number:03}"));
        second.say(bob, &format!("s{number:03}"));
        bob.say(alice, &format!("b{number:03}"));
        match number % 10 {
            1 => alice.cut(),
            2 => second.kill(),
            4 => bob.cut(),
            5 if server_too => w.restart_server(),
            7 => {
                bob.kill();
                bob.start();
            }
            8 => second.cut(),
            9 => w.settle(),
            _ => {}
        }
        if number % 10 == 2 {
            second.start();
        }
    }
    w.settle();
    // The last look at the archive, which tells each phone what the other sent.
    for phone in [alice, second] {
        phone.kill();
    }
    if server_too {
        w.restart_server();
    }
    for phone in [alice, second] {
        phone.start();
    }
    w.settle();
    agree(alice, bob, &[("a", 40), ("s", 40), ("b", 40)]);
    second.scroll_to_beginning(bob);
    assert_eq!(alice.bodies(bob), second.bodies(bob), "both phones show the archive's order");
}
