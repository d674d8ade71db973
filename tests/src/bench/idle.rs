//! What an hour costs in which nothing happens: how often the device wakes, and the bytes it moves, in virtual time on the
//! simulated server. The hour begins when the pauses between pings have grown as far as they will.

use crate::fake_world::FakeWorld;
use crate::world::World;

const HOUR: u64 = 3_600_000;
/// After that long an hour is like the one before.
const SETTLED: u64 = 12 * HOUR;

/// What such an hour may cost.
const MOST_WAKES: u64 = 5;
const MOST_BYTES: u64 = 10_000;

/// Runs the bench; gives the line.
pub fn run() -> Result<String, String> {
    let (wakes, bytes) = idle_hour();
    Ok(format!("bench idle {wakes} (wake-ups {wakes}, bytes {bytes}, limits {MOST_WAKES} and {MOST_BYTES})"))
}

/// Wake-ups and bytes of alice's idle hour.
fn idle_hour() -> (u64, u64) {
    let world = FakeWorld::new(1);
    let (alice, bob) = world.any().friends("alice", "bob");
    alice.say(bob, "good night");
    world.settle();
    world.advance(SETTLED);
    let before = world.cost(alice.id);
    world.advance(HOUR);
    let after = world.cost(alice.id);
    (after.wakes - before.wakes, after.bytes - before.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_hour_costs_no_more_than_it_may() {
        let (wakes, bytes) = idle_hour();
        assert!((1..=MOST_WAKES).contains(&wakes), "{wakes}");
        assert!((1..=MOST_BYTES).contains(&bytes), "{bytes}");
    }
}
