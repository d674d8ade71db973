//! A session that is cut, killed or forgotten, and taken up again.

use super::*;

#[test]
fn a_cut_session_is_resumed_and_nothing_is_lost() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let before = world.server().counts;
        for number in 0..10 {
            alice.say(bob, &format!("a{number}"));
            bob.say(alice, &format!("b{number}"));
            world.advance(30);
            if number % 3 == 0 {
                alice.cut();
            }
        }
        world.settle();
        let after = world.server().counts;
        assert!(after.resumed > before.resumed, "it did resume");
        assert_eq!(after.bound, before.bound, "no new session was needed");
        let of = |prefix: &str, bodies: Vec<String>| bodies.into_iter().filter(|b| b.starts_with(prefix)).collect();
        for bodies in [alice.bodies(bob), bob.bodies(alice)] {
            let (a, b): (Vec<String>, Vec<String>) = (of("a", bodies.clone()), of("b", bodies));
            assert_eq!((a, b), (numbered("a", 10), numbered("b", 10)));
        }
    });
}

#[test]
fn a_dead_connection_is_noticed_and_nothing_is_lost() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.half_open(alice.id);
        talk(alice, bob, "a", 3);
        talk(bob, alice, "b", 3);
        world.advance(180_000);
        world.settle();
        assert_eq!(bob.bodies(alice).len(), 6);
        assert_eq!(alice.bodies(bob).len(), 6);
    });
}

#[test]
fn a_dead_connection_is_noticed_without_a_word_said() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.half_open(alice.id);
        world.advance(600_000);
        bob.say(alice, "still there?");
        world.settle();
        assert_eq!(alice.bodies(bob), ["still there?"]);
    });
}

#[test]
fn a_new_network_path_is_probed_at_once() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        world.half_open(alice.id);
        alice.say(bob, "from the new network");
        world.tell(alice.id, Input::NetworkChanged);
        world.advance(15_000);
        assert_eq!(bob.bodies(alice), ["from the new network"], "not only when the long probe fails");
    });
}

/// Dies at the first, second, third … stanza of a conversation, at each of the three moments.
#[test]
fn killed_between_receive_commit_and_acknowledgement() {
    for death in [Death::Received, Death::Committed, Death::Acknowledged] {
        on_fake(|world| {
            let (alice, bob) = world.any().friends("alice", "bob");
            let mut deaths = 0;
            for number in 0..12_u32 {
                world.doom(bob.id, death, 1 + number % 3);
                alice.say(bob, &format!("a{number}"));
                if world.is_running(bob.id) {
                    bob.say(alice, &format!("b{number}"));
                } else {
                    deaths += 1;
                    bob.start();
                    bob.say(alice, &format!("b{number}"));
                }
                world.advance(200);
            }
            if !world.is_running(bob.id) {
                bob.start();
            }
            world.doom(bob.id, death, u32::MAX);
            world.settle();
            assert!(deaths > 0, "{death:?} never struck");
            let order = |bodies: Vec<String>, prefix: &str| -> Vec<String> {
                bodies.into_iter().filter(|body| body.starts_with(prefix)).collect()
            };
            for (who, bodies) in [("alice", alice.bodies(bob)), ("bob", bob.bodies(alice))] {
                assert_eq!(order(bodies.clone(), "a"), numbered("a", 12), "{who} after {death:?}\n{}", world.trace());
                assert_eq!(order(bodies, "b"), numbered("b", 12), "{who} after {death:?}\n{}", world.trace());
            }
        });
    }
}

#[test]
fn a_killed_process_resumes_its_session() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let before = world.server().counts;
        alice.kill();
        bob.say(alice, "while you were dead");
        world.advance(5_000);
        alice.start();
        world.settle();
        let after = world.server().counts;
        assert_eq!((after.resumed, after.bound), (before.resumed + 1, before.bound));
        assert_eq!(alice.bodies(bob), ["while you were dead"]);
    });
}

#[test]
fn after_a_reboot_no_session_is_resumed() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let before = world.server().counts;
        alice.say(bob, "before");
        alice.kill();
        world.reboot(alice.id);
        bob.say(alice, "meanwhile");
        alice.start();
        alice.say(bob, "after");
        world.settle();
        let after = world.server().counts;
        assert_eq!((after.resumed, after.resume_failed), (before.resumed, before.resume_failed), "not even tried");
        assert_eq!(after.bound, before.bound + 1);
        assert_eq!(bob.bodies(alice).len(), 3);
        assert_eq!(alice.bodies(bob).len(), 3);
        assert_eq!(state(alice), Connection::Online, "deadlines of the old boot hold nothing up");
    });
}

#[test]
fn a_restored_store_does_not_resume_and_misses_nothing() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "first");
        world.settle();
        let copy = world.backup(alice.id);
        alice.say(bob, "second");
        world.settle();
        bob.say(alice, "third");
        world.settle();
        alice.kill();
        world.restore(alice.id, &copy);
        let before = world.server().counts;
        alice.start();
        world.settle();
        let after = world.server().counts;
        assert_eq!((after.resumed, after.resume_failed), (before.resumed, before.resume_failed), "not even tried");
        assert_eq!(alice.bodies(bob), ["first", "second", "third"]);
        assert_eq!(bob.bodies(alice), ["first", "second", "third"]);
    });
}

#[test]
fn a_failed_resumption_with_h_and_without() {
    for with_h in [true, false] {
        on_fake(|world| {
            world.server().switches.failed_with_h = with_h;
            world.server().switches.hibernation = 30_000;
            let (alice, bob) = world.any().friends("alice", "bob");
            talk(alice, bob, "a", 3);
            world.advance(100);
            alice.goes_offline();
            alice.say(bob, "a3");
            talk(bob, alice, "b", 3);
            world.advance(120_000);
            let before = world.server().counts;
            alice.comes_online();
            world.settle();
            let after = world.server().counts;
            assert_eq!(after.resume_failed, before.resume_failed + 1, "one try, then a fresh session");
            assert_eq!(bob.bodies(alice).iter().filter(|b| b.starts_with('a')).count(), 4, "h: {with_h}");
            assert_eq!(alice.bodies(bob).iter().filter(|b| b.starts_with('b')).count(), 3, "h: {with_h}");
        });
    }
}

#[test]
fn without_resumption_every_cut_is_a_reset_that_loses_nothing() {
    on_fake(|world| {
        world.server().switches.resumption = false;
        let (alice, bob) = world.any().friends("alice", "bob");
        for number in 0..10 {
            alice.say(bob, &format!("a{number}"));
            bob.say(alice, &format!("b{number}"));
            world.advance(40);
            alice.cut();
        }
        world.settle();
        for bodies in [alice.bodies(bob), bob.bodies(alice)] {
            let a: Vec<String> = bodies.iter().filter(|b| b.starts_with('a')).cloned().collect();
            let b: Vec<String> = bodies.iter().filter(|b| b.starts_with('b')).cloned().collect();
            assert_eq!((a, b), (numbered("a", 10), numbered("b", 10)));
        }
    });
}

#[test]
fn without_stream_management_a_cut_loses_and_doubles_nothing() {
    on_fake(|world| {
        world.server().switches.stream_management = false;
        let (alice, bob) = world.any().friends("alice", "bob");
        for number in 0..10 {
            alice.say(bob, &format!("a{number}"));
            bob.say(alice, &format!("b{number}"));
            world.advance(60);
            if number % 2 == 0 {
                alice.cut();
            }
        }
        world.settle();
        for bodies in [alice.bodies(bob), bob.bodies(alice)] {
            let a: Vec<String> = bodies.iter().filter(|b| b.starts_with('a')).cloned().collect();
            let b: Vec<String> = bodies.iter().filter(|b| b.starts_with('b')).cloned().collect();
            assert_eq!((a, b), (numbered("a", 10), numbered("b", 10)));
        }
    });
}
