//! Gaps: shown, filled on demand, and filled in the end.

use linnet_messenger::command::Command;
use linnet_messenger::view::item::GapState;
use linnet_tests::picture;
use linnet_tests::world::World;

use super::{BOB, Gaps, fill, old, seed};
use crate::on_fake;

#[test]
fn a_fresh_device_shows_the_newest_and_fills_the_gap_on_demand() {
    on_fake(|world| {
        world.server().switches.page_cap = 10;
        seed(world, 130, 60);
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!(alice.bodies(BOB), old(120..130), "older than a month is not read unasked");
        assert_eq!(alice.gaps(BOB).len(), 1);
        assert!(picture::of(&alice.timeline(BOB)).starts_with("~~ open ~~"));
        alice.order(Command::ChatOpened { chat: alice.chat(BOB) });
        world.settle();
        assert_eq!(alice.bodies(BOB), old(80..130), "the newest 50 of a chat on sight");
        let before = alice.bodies_all(BOB).len();
        fill(alice, BOB);
        alice.sees_gap(GapState::Loading);
        world.settle();
        assert!(alice.bodies_all(BOB).len() > before);
        for _ in 0..20 {
            fill(alice, BOB);
            world.settle();
        }
        assert_eq!(alice.bodies_all(BOB), old(0..130));
        assert!(alice.gaps(BOB).is_empty(), "the beginning is reached");
    });
}

#[test]
fn a_gap_that_fails_says_so_and_can_be_asked_again() {
    on_fake(|world| {
        world.server().switches.page_cap = 50;
        seed(world, 130, 60);
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!(alice.bodies_all(BOB).len(), 50);
        world.server().archive_errors.push_back("internal-server-error");
        fill(alice, BOB);
        world.settle();
        alice.sees_gap(GapState::Failed);
        assert_eq!(alice.bodies_all(BOB).len(), 50);
        for _ in 0..5 {
            fill(alice, BOB);
            world.settle();
        }
        assert_eq!(alice.bodies_all(BOB), old(0..130));
    });
}

#[test]
fn a_gap_asked_for_offline_fills_when_the_network_is_back() {
    on_fake(|world| {
        seed(world, 80, 60);
        let alice = world.any().device("alice");
        world.settle();
        alice.goes_offline();
        fill(alice, BOB);
        world.settle();
        assert_eq!(alice.bodies_all(BOB).len(), 50);
        alice.comes_online();
        world.settle();
        assert_eq!(alice.bodies_all(BOB), old(0..80));
    });
}

#[test]
fn a_gap_cut_in_the_middle_of_its_page_fills_in_the_end() {
    on_fake(|world| {
        seed(world, 100, 60);
        let alice = world.any().device("alice");
        world.settle();
        fill(alice, BOB);
        world.advance(110);
        alice.cut();
        world.settle();
        fill(alice, BOB);
        world.settle();
        assert_eq!(alice.bodies_all(BOB), old(0..100));
    });
}

#[test]
fn after_a_long_absence_the_newest_come_first_and_nothing_is_missing_in_the_end() {
    on_fake(|world| {
        world.server().switches.page_cap = 1;
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "before");
        world.settle();
        alice.kill();
        world.restart_server();
        world.advance(10_000);
        let texts: Vec<String> = (0..620).map(|number| format!("m{number:03}")).collect();
        for text in &texts {
            bob.say(alice, text);
        }
        world.settle();
        alice.start();
        world.settle();
        let newest = alice.bodies(bob);
        assert_eq!(newest.last(), texts.last());
        for _ in 0..400 {
            if alice.gaps(bob).is_empty() {
                alice.scroll_to_beginning(bob);
                if alice.gaps(bob).is_empty() {
                    break;
                }
            }
            fill(alice, BOB);
            world.settle();
        }
        let expected: Vec<String> = std::iter::once("before".to_owned()).chain(texts).collect();
        assert_eq!(alice.bodies_all(BOB), expected);
    });
}
