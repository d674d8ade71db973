//! How long to wait before the next try: doubling with jitter, so that a server that comes back is not stormed by all its
//! clients at once. A session that ends soon counts as a failed try: else a stream that dies right after login would be
//! a hot loop.

use crate::random::Random;

const FIRST: u64 = 1_000;
const LONGEST: u64 = 300_000;
/// A session that lived this long was a good one.
pub(super) const GOOD: u64 = 60_000;

/// Tries since the last good session.
#[derive(Debug, Default)]
pub struct Backoff {
    tries: u32,
}

impl Backoff {
    /// The pause before the next try, milliseconds: between half and all of the doubled step.
    pub fn next(&mut self, random: &mut dyn Random) -> u64 {
        let step = FIRST.saturating_mul(1 << self.tries.min(20)).min(LONGEST);
        self.tries = self.tries.saturating_add(1);
        step / 2 + random.below(step / 2 + 1)
    }

    /// Tries since the last good session.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// A session ended after this many milliseconds.
    pub fn session_ended(&mut self, lived: u64) {
        if lived >= GOOD {
            self.tries = 0;
        }
    }

    /// The network changed: whatever failed before says nothing about now.
    pub fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Highest;

    impl Random for Highest {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_a_good_session_starts_over() {
        let mut backoff = Backoff::default();
        let pauses: Vec<u64> = (0..12).map(|_| backoff.next(&mut Highest)).collect();
        assert_eq!(pauses[..5], [500, 1_000, 2_000, 4_000, 8_000]);
        assert_eq!(pauses[11], LONGEST / 2);
        backoff.session_ended(GOOD - 1);
        assert_eq!(backoff.next(&mut Highest), LONGEST / 2, "a short session is no success");
        backoff.session_ended(GOOD);
        assert_eq!(backoff.next(&mut Highest), 500);
    }
}
