//! Stanzas and nonzas from a hostile server, in a session that is up: no panic, no broken feature, no frozen stream, and
//! nothing that was there is lost.
//!
//! One world serves many inputs, as a phone does: building one costs more than a thousand stanzas.

use std::cell::RefCell;

use linnet_messenger::view::item::Connection;
use linnet_messenger::wire::{Frame, ns};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, DeviceId, World};

/// Inputs a world lives for: an input can build on what others before left behind, and still be found again.
const LIFE: u32 = 200;
/// Frames taken of one input.
const FRAMES: usize = 16;
/// Messages that a timeline shows at first: what is above them is not lost, but out of sight.
const SHOWN: usize = 50;

struct Stage {
    world: FakeWorld,
    alice: DeviceId,
    bob: DeviceId,
    age: u32,
}

impl Stage {
    fn set() -> Self {
        let world = FakeWorld::new(7);
        world.forgive();
        world.quiet();
        world.latency(1, 1);
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.say(bob, "first");
        bob.say(alice, "second");
        world.settle();
        let (alice, bob) = (alice.id, bob.id);
        Self { world, alice, bob, age: 0 }
    }

    fn play(&mut self, frames: Vec<Frame>) {
        let world = &self.world;
        let (alice, bob) = (Device { world, id: self.alice }, Device { world, id: self.bob });
        let before = alice.bodies(bob);
        for frame in frames.into_iter().take(FRAMES) {
            let Frame::Element(element) = frame else { continue };
            if element.ns == ns::CLIENT {
                world.inject(self.alice, &element.to_xml());
            } else {
                world.server_acts(|server| server.write_raw(&address("alice"), &element.to_xml()));
            }
        }
        world.advance(50);
        assert_eq!(world.count(self.alice, "SELECT count(*) FROM undecided"), 0, "a feature broke");
        let after = alice.bodies(bob);
        assert!(before.iter().all(|body| after.contains(body)), "{before:?} became {after:?}");
        if after.len() + FRAMES > SHOWN {
            self.age = LIFE;
        }
        // Whatever was said, the account finds its way back, or knows that only the user can help.
        if !matches!(alice.account().connection, Connection::Online) {
            world.advance(600_000);
            match alice.account().connection {
                Connection::Online | Connection::CatchingUp => {}
                Connection::Failed { .. } => self.age = LIFE,
                other => panic!("not back after ten minutes: {other:?}"),
            }
        }
    }
}

pub fn run(data: &[u8]) {
    thread_local!(static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) });
    let frames = crate::frames(data);
    if frames.is_empty() {
        return;
    }
    STAGE.with_borrow_mut(|stage| {
        let playing = stage.get_or_insert_with(Stage::set);
        playing.play(frames);
        playing.age += 1;
        if playing.age >= LIFE {
            *stage = None;
        }
    });
}
