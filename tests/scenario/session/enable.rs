//! Stream management, switched on with the binding or behind a long catch-up (XEP-0198).

use linnet_messenger::command::Command;
use linnet_messenger::effect::SessionKind;
use linnet_messenger::fault::Violation;
use linnet_messenger::view::item::{Connection, Missing};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use super::{numbered, state, talk};
use crate::on_fake;

const HOUR: u64 = 3_600_000;

/// Bob writes 60 messages while alice, whose last message is then this old, is away and her session ends.
fn away<'w>(world: &'w FakeWorld, hours: u64) -> (Device<'w>, Device<'w>) {
    world.server().switches.page_cap = 10;
    let (alice, bob) = world.any().friends("alice", "bob");
    talk(bob, alice, "before", 1);
    world.settle();
    alice.kill();
    world.advance(hours * HOUR);
    talk(bob, alice, "missed", 60);
    world.settle();
    (alice, bob)
}

fn all(device: Device<'_>, with: Device<'_>) -> Vec<String> {
    device.scroll_to_beginning(with);
    device.bodies(with)
}

#[test]
fn a_short_absence_is_managed_from_the_binding_on() {
    on_fake(|world| {
        let (alice, bob) = away(world, 1);
        let before = world.server().counts;
        alice.start();
        world.wait_for("the first page", 60_000, || world.server().counts.archive_queries > before.archive_queries);
        assert_eq!(world.server().counts.enabled, before.enabled + 1);
        world.settle();
        assert_eq!(all(alice, bob).len(), 61);
    });
}

#[test]
fn a_long_catch_up_comes_first() {
    for sasl2 in [false, true] {
        on_fake(|world| {
            world.server().switches.sasl2 = sasl2;
            let (alice, bob) = away(world, 12);
            let before = world.server().counts;
            alice.start();
            world.wait_for("all pages", 60_000, || world.server().counts.archive_queries >= before.archive_queries + 6);
            assert_eq!(world.server().counts.enabled, before.enabled, "no page was counted");
            world.settle();
            assert_eq!(world.server().counts.enabled, before.enabled + 1);
            assert_eq!(all(alice, bob).len(), 61);
            assert_eq!(alice.account().missing, []);
            // Both count from there: what follows is confirmed, and the session can be resumed.
            talk(alice, bob, "a", 3);
            talk(bob, alice, "b", 3);
            alice.cut();
            talk(bob, alice, "cut", 3);
            world.settle();
            assert_eq!(world.sign_ins(alice.id).last().map(|(kind, _)| *kind), Some(SessionKind::Resumed));
            assert_eq!(all(alice, bob).len(), 70);
            assert_eq!(all(bob, alice).len(), all(alice, bob).len());
        });
    }
}

#[test]
fn what_is_said_on_both_sides_before_it_is_on_is_neither_lost_nor_doubled() {
    on_fake(|world| {
        let (alice, bob) = away(world, 12);
        world.latency(100, 400);
        alice.start();
        for number in 0..20 {
            alice.say(bob, &format!("a{number}"));
            bob.say(alice, &format!("b{number}"));
            world.advance(150);
            // Once while the pages come, once when it is just being switched on.
            if number == 4 || number == 12 {
                alice.cut();
            }
        }
        world.settle();
        for bodies in [all(alice, bob), all(bob, alice)] {
            let of = |first| -> Vec<String> { bodies.iter().filter(|b| b.starts_with(first)).cloned().collect() };
            assert_eq!((of('a'), of('m').len()), (numbered("a", 20), 60));
            assert_eq!(bodies.len(), 101);
        }
    });
}

/// A cut at every moment between the binding and the first minute of the managed stream.
#[test]
fn a_cut_at_any_moment_of_it_loses_nothing() {
    for moment in 0..24 {
        on_fake(|world| {
            world.latency(30, 30);
            let (alice, bob) = away(world, 12);
            alice.start();
            alice.say(bob, "a0");
            world.advance(400 + 25 * moment);
            bob.say(alice, "b0");
            alice.cut();
            alice.say(bob, "a1");
            bob.say(alice, "b1");
            world.settle();
            for bodies in [all(alice, bob), all(bob, alice)] {
                assert_eq!(bodies.len(), 65, "{moment}: {bodies:?}");
            }
            assert!(world.server().counts.enabled >= 3);
        });
    }
}

#[test]
fn a_server_that_refuses_it_then_is_done_without() {
    on_fake(|world| {
        world.server().switches.refuses_to_enable = true;
        let (alice, bob) = away(world, 12);
        alice.start();
        world.settle();
        assert_eq!(state(alice), Connection::Online);
        assert_eq!(alice.account().missing, [Missing::StreamManagement]);
        talk(alice, bob, "a", 3);
        talk(bob, alice, "b", 3);
        alice.cut();
        world.settle();
        assert_eq!(all(alice, bob).len(), 67);
        assert_eq!(all(bob, alice).len(), 67);
    });
}

#[test]
fn it_is_not_on_because_the_server_says_so_unasked() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        world.server_acts(|server| {
            server.write_raw(&address("alice"), "<enabled xmlns='urn:xmpp:sm:3' id='forged' resume='true'/>")
        });
        world.server_acts(|server| server.write_raw(&address("alice"), "<failed xmlns='urn:xmpp:sm:3'/>"));
        world.settle();
        assert_eq!(world.violations(), [Violation::UnknownNonza, Violation::UnknownNonza]);
        alice.cut();
        world.settle();
        assert_eq!(world.sign_ins(alice.id).last().map(|(kind, _)| *kind), Some(SessionKind::Resumed));
        world.forgive();
    });
}

/// Behind the binding nothing but pages is asked for, so nothing but pages confirms; an archive that says nothing is not
/// taken for a dead link.
#[test]
fn a_silent_archive_is_not_a_dead_link() {
    on_fake(|world| {
        let (alice, bob) = away(world, 12);
        world.server().switches.archive_silent = true;
        let before = world.server().counts;
        alice.start();
        alice.say(bob, "a0");
        world.advance(300_000);
        let after = world.server().counts;
        assert_eq!((after.bound, after.resumed), (before.bound + 1, before.resumed));
        assert_eq!(after.enabled, before.enabled + 1, "what is said is managed, whatever the archive does");
        assert_eq!(all(bob, alice).last().map(String::as_str), Some("a0"));
        world.server().switches.archive_silent = false;
        world.advance(180_000);
        world.settle();
        assert_eq!(all(alice, bob).len(), 62);
    });
}

/// The same, and the link is dead: that is noticed as soon as on any other.
#[test]
fn a_link_that_dies_on_a_page_is_noticed() {
    on_fake(|world| {
        let (alice, bob) = away(world, 12);
        world.latency(300, 300);
        let before = world.server().counts;
        alice.start();
        world.wait_for("the second page", 60_000, || {
            world.server().counts.archive_queries >= before.archive_queries + 2
        });
        world.half_open(alice.id);
        world.wait_for("another session", 90_000, || world.server().counts.bound >= before.bound + 2);
        world.settle();
        assert_eq!(all(alice, bob).len(), 61);
    });
}

/// Where nothing is archived, what waited for us is in the server's hands alone until we have acknowledged it.
#[test]
fn with_archiving_off_it_is_managed_however_long_we_were_away() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        talk(bob, alice, "before", 1);
        world.settle();
        alice.order(Command::SetArchiving { account: alice.account().id, on: false });
        world.settle();
        assert_eq!(alice.account().archiving, Some(false));
        alice.kill();
        world.advance(24 * HOUR);
        talk(bob, alice, "missed", 10);
        world.settle();
        let before = world.server().counts;
        world.latency(200, 200);
        alice.start();
        world.wait_for("the binding", 60_000, || world.server().counts.bound > before.bound);
        // Again and again, while the server hands over what it kept.
        for _ in 0..5 {
            world.advance(300);
            alice.cut();
        }
        world.settle();
        assert_eq!(all(alice, bob).iter().filter(|body| body.starts_with("missed")).count(), 10);
    });
}
