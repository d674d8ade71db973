//! Pages that come fast share a transaction (ADR 6): what that may cost, and what not.

use linnet_messenger::command::Command;
use linnet_messenger::fault::Violation;
use linnet_messenger::view::item::Connection;
use linnet_tests::fake_world::FakeWorld;
use linnet_tests::world::{Device, World};

use super::{BOB, Gaps, missed, old, seed};
use crate::on_fake;

const STORED: &str = "SELECT count(*) FROM message";

/// Milliseconds between two looks.
const STEP: u64 = 5;

/// Looks at the device until it has caught up.
fn watch(world: &FakeWorld, device: Device<'_>, mut look: impl FnMut()) {
    for _ in 0..2_000 {
        world.advance(STEP);
        look();
        if matches!(device.account().connection, Connection::Online) {
            return;
        }
    }
    panic!("it never catches up");
}

/// Goes on until so many questions for a page have reached the server.
fn asked(world: &FakeWorld, queries: u32) {
    for _ in 0..20_000 {
        if world.server().counts.archive_queries >= queries {
            return;
        }
        world.advance(1);
    }
    panic!("it does not ask");
}

/// A new device that has read three pages of a hundred messages, and committed none.
fn reading(world: &FakeWorld) -> Device<'_> {
    world.server().switches.page_cap = 5;
    world.latency(10, 10);
    seed(world, 100, 2);
    let alice = world.any().device("alice");
    asked(world, 4);
    assert_eq!(world.count(alice.id, STORED), 0, "three pages are read, and none is committed");
    alice
}

#[test]
fn pages_that_come_fast_are_committed_together_and_shown_soon() {
    on_fake(|world| {
        world.server().switches.page_cap = 5;
        world.latency(10, 10);
        seed(world, 300, 2);
        let alice = world.any().device("alice");
        let (mut commits, mut stored, mut longest, mut since) = (0, 0, 0, 0);
        watch(world, alice, || {
            let now = world.count(alice.id, STORED);
            let asks = world.server().counts.archive_queries > 1;
            since = if now == stored && asks { since + STEP } else { 0 };
            commits += u32::from(now != stored);
            longest = longest.max(since);
            stored = now;
            if stored > 0 {
                let shown = i64::try_from(alice.bodies(BOB).len()).unwrap();
                assert!(shown > 0, "what is committed is shown");
            }
        });
        let pages = world.server().counts.archive_queries;
        assert!(pages >= 60, "{pages} pages");
        assert!((3..pages / 4).contains(&commits), "{commits} commits for {pages} pages");
        assert!(longest <= 300, "views waited {longest} ms");
        world.settle();
        assert_eq!(alice.bodies_all(BOB), old(0..300));
    });
}

#[test]
fn a_process_that_dies_with_an_open_transaction_asks_again() {
    on_fake(|world| {
        let alice = reading(world);
        alice.kill();
        alice.start();
        world.settle();
        assert_eq!(alice.bodies_all(BOB), old(0..100));
        assert!(alice.gaps(BOB).is_empty());
    });
}

#[test]
fn a_command_commits_what_was_read_before_it() {
    on_fake(|world| {
        let alice = reading(world);
        alice.order(Command::StartChat { account: alice.account().id, address: "carol@linnet.test".to_owned() });
        assert!(world.count(alice.id, STORED) >= 10, "it stands behind what was read");
        world.settle();
        assert_eq!(alice.bodies_all(BOB), old(0..100));
    });
}

#[test]
fn a_link_that_breaks_with_an_open_transaction_loses_nothing() {
    on_fake(|world| {
        let alice = reading(world);
        alice.cut();
        world.settle();
        assert_eq!(alice.bodies_all(BOB), old(0..100));
        assert!(alice.gaps(BOB).is_empty());
    });
}

#[test]
fn a_session_that_is_resumed_after_each_kill_loses_nothing() {
    on_fake(|world| {
        world.server().switches.page_cap = 5;
        let (alice, bob) = world.any().friends("alice", "bob");
        let expected = missed(world, alice, bob, 60);
        world.latency(10, 10);
        alice.start();
        let before = world.server().counts.archive_queries;
        for more in [2, 4, 6] {
            asked(world, before + more);
            alice.kill();
            alice.start();
        }
        world.settle();
        assert_eq!(alice.bodies_all(BOB), expected);
        let counted = world.violations().contains(&Violation::AckTooHigh);
        assert!(!counted, "the server counts a question that is not remembered");
    });
}
