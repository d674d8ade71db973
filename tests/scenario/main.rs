//! Scenarios in virtual time: what people do, what networks and servers do to them, and what is on the screens after.
//!
//! `anywhere` holds those that a real server can play too (the `live` target runs the same code on Prosody); the others
//! need a server that lies, forgets or fails on demand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

/// One test a scenario.
macro_rules! played {
    ($module:ident, $name:ident, $need:tt) => {
        #[test]
        fn $name() {
            crate::on_world($module::$name);
        }
    };
}

mod account;
mod anywhere;
mod app;
mod archive;
mod backup;
mod chat;
mod connection;
mod contact;
mod hostile;
mod invitation;
mod message;
mod outbox;
mod session;
mod view;

use linnet_tests::fake_world::FakeWorld;
use linnet_tests::world::World;

/// Seeds a scenario runs with; `LINNET_CASES` multiplies them.
fn seeds() -> u64 {
    3 * std::env::var("LINNET_CASES").ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or(1)
}

/// Plays a scenario that a real server could play.
fn on_world(scenario: fn(&dyn World)) {
    on_fake(|world| scenario(world.any()));
}

/// Plays a scenario that needs the fake server, once a seed.
fn on_fake(scenario: impl Fn(&FakeWorld)) {
    for seed in 1..=seeds() {
        let world = FakeWorld::new(seed);
        // Both orders of a login have to lead to the same.
        world.server().switches.sasl2 = seed % 3 == 2;
        scenario(&world);
    }
}
