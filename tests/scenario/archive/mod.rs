//! The server's archive and what is copied between devices.

mod carbon;
mod catching_up;
mod gap;
mod hostile;
mod lacking;
mod late;
mod open_transaction;

use jid::Jid;
use linnet_messenger::command::Command;
use linnet_messenger::view::item::GapState;
use linnet_messenger::wire::{Element, ns};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

pub const DAY: i64 = 86_400_000;

/// Puts `count` messages between alice and bob into alice's archive, a minute apart from `days` days ago on; every
/// third is alice's. Gives their archive ids.
pub fn seed(world: &FakeWorld, count: usize, days: i64) -> Vec<String> {
    let alice = address("alice");
    world.server().register(&alice, &FakeWorld::password("alice"));
    let start = world.server().now() - days * DAY;
    (0..count)
        .map(|number| {
            let (from, to) = if number % 3 == 0 { ("alice", "bob") } else { ("bob", "alice") };
            let full = Jid::new(&format!("{}/old", address(from))).unwrap();
            let id = format!("old-{number}");
            let message = Element::new("message", ns::CLIENT)
                .with("type", "chat")
                .with("id", &id)
                .child(Element::new("origin-id", ns::STANZA_ID).with("id", id))
                .child(Element::new("body", ns::CLIENT).text(format!("old {number:03}")));
            let stamp = start + i64::try_from(number).unwrap() * 60_000;
            world.server().archive_by_hand(&alice, &full, &Jid::from(address(to)), message, stamp)
        })
        .collect()
}

/// Alice's phone is off while bob says so much. Gives what they have said.
pub fn missed(world: &FakeWorld, alice: Device<'_>, bob: Device<'_>, count: usize) -> Vec<String> {
    alice.say(bob, "before");
    world.settle();
    alice.kill();
    world.restart_server();
    world.advance(10_000);
    let mut said = vec!["before".to_owned()];
    for number in 0..count {
        bob.say(alice, &format!("missed {number:02}"));
        said.push(format!("missed {number:02}"));
    }
    world.advance(60_000);
    said
}

pub fn old(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| format!("old {number:03}")).collect()
}

pub fn fill(device: Device<'_>, with: &str) {
    for (gap, state) in device.gaps(with) {
        if state != GapState::Loading {
            device.order(Command::FillGap { gap });
        }
    }
}

pub const BOB: &str = "bob@linnet.test";

pub trait Gaps {
    fn sees_gap(self, state: GapState);
    fn bodies_all(self, with: &str) -> Vec<String>;
}

impl Gaps for Device<'_> {
    fn sees_gap(self, state: GapState) {
        assert_eq!(self.gaps(BOB).iter().map(|gap| gap.1).collect::<Vec<_>>(), [state]);
    }

    fn bodies_all(self, with: &str) -> Vec<String> {
        self.scroll_to_beginning(with);
        self.bodies(with)
    }
}
