//! The scenarios of `scenario/anywhere` on a real Prosody, through the runtime, over TLS.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

#[path = "../scenario/anywhere/mod.rs"]
mod anywhere;

use linnet_servers::Options;
use linnet_tests::live_world::LiveWorld;
use linnet_tests::world::World;

/// Plays a scenario on a server of its own.
fn on_world(scenario: fn(&dyn World)) {
    let world = LiveWorld::new(Options::default()).unwrap();
    scenario(&world);
}
