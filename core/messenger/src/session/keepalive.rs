//! How long a silent link is trusted. Every ping of ours wakes the radio, and in the background makes the server hand over
//! what it held back (XEP-0352); too few, and the network forgets the connection unnoticed. So the interval is learnt:
//! longer while pings are answered, shorter after a link died in silence, from the start again on another network.
//!
//! XEPs: 0478

/// Below the 5 minutes after which many a network address translator forgets.
const FIRST: u64 = 240_000;
const SHORTEST: u64 = 60_000;
/// Below the 14 minutes after which Prosody asks by itself.
const LONGEST: u64 = 780_000;
const STEP: u64 = 60_000;
/// So many answers in a row make the interval longer.
const GOOD: u32 = 3;
/// What a ping needs to be there before the server's patience ends.
const MARGIN: u64 = 30_000;

/// See the module.
#[derive(Debug)]
pub struct Keepalive {
    interval: u64,
    good: u32,
}

impl Default for Keepalive {
    fn default() -> Self {
        Self { interval: FIRST, good: 0 }
    }
}

impl Keepalive {
    /// Silence of the server after which the link is probed, milliseconds.
    pub fn interval(&self) -> u64 {
        self.interval
    }

    /// A probe after a full interval of silence was answered.
    pub fn answered(&mut self) {
        self.good += 1;
        if self.good >= GOOD {
            self.good = 0;
            self.interval = (self.interval + STEP).min(LONGEST);
        }
    }

    /// It was not, and the link is dead.
    pub fn died(&mut self) {
        self.good = 0;
        self.interval = (self.interval - self.interval / 4).max(SHORTEST);
    }

    /// What was learnt on one network says nothing about another.
    pub fn moved(&mut self) {
        *self = Self::default();
    }
}

/// How long we may be silent (XEP-0478 `idle-seconds`), milliseconds. A server that wants us to speak all the time gets a
/// word a minute.
pub fn own_silence(idle_seconds: Option<u32>) -> Option<u64> {
    let idle = u64::from(idle_seconds?) * 1_000;
    Some(idle.saturating_sub(MARGIN).max(SHORTEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_grows_with_answers_and_shrinks_with_deaths() {
        let mut keepalive = Keepalive::default();
        let mut seen = Vec::new();
        for _ in 0..3 * GOOD {
            keepalive.answered();
            seen.push(keepalive.interval());
        }
        assert_eq!(seen, [240, 240, 300, 300, 300, 360, 360, 360, 420].map(|seconds| seconds * 1_000));
        for _ in 0..100 {
            keepalive.answered();
        }
        assert_eq!(keepalive.interval(), LONGEST);
        keepalive.died();
        assert_eq!(keepalive.interval(), 585_000);
        for _ in 0..100 {
            keepalive.died();
        }
        assert_eq!(keepalive.interval(), SHORTEST);
        keepalive.moved();
        assert_eq!(keepalive.interval(), FIRST);
    }

    #[test]
    fn the_servers_patience_is_heeded_within_reason() {
        assert_eq!(own_silence(None), None);
        assert_eq!(own_silence(Some(840)), Some(810_000));
        assert_eq!(own_silence(Some(0)), Some(SHORTEST));
        assert_eq!(own_silence(Some(u32::MAX)), Some(u64::from(u32::MAX) * 1_000 - MARGIN));
    }
}
