//! The clocks. `mono` counts sleep and starts at boot, so that deadlines stored by one process mean something to the
//! next one of the same boot; `boot_id` tells whether they do.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use linnet_messenger::now::Now;
use rustix::time::{ClockId, clock_gettime};

/// Counts on while the device sleeps.
#[cfg(any(target_os = "linux", target_os = "android"))]
const SINCE_BOOT: ClockId = ClockId::Boottime;
/// Counts on while the device sleeps, on Apple's systems.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const SINCE_BOOT: ClockId = ClockId::Monotonic;

/// Where the kernel names the boot.
const BOOT_ID_FILE: &str = "/proc/sys/kernel/random/boot_id";

/// Makes a [`Now`] on demand.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    boot_id: String,
    wall_skew: i64,
}

impl Clock {
    /// `boot_id` from the platform, else the kernel's, else a fresh one: then nothing stored is taken for this boot's,
    /// which costs a full login and loses nothing. `wall_skew` (milliseconds) falsifies the wall clock, for tests.
    pub(crate) fn new(boot_id: Option<String>, wall_skew: i64) -> Self {
        let boot_id = boot_id.or_else(kernel_boot_id).unwrap_or_else(crate::random::new_token);
        Self { boot_id, wall_skew }
    }

    pub(crate) fn now(&self) -> Now {
        Now { wall: wall().saturating_add(self.wall_skew), mono: mono(), boot_id: self.boot_id.clone() }
    }

    /// How long until `deadline` (in [`Now::mono`]); zero when it has passed.
    pub(crate) fn until(deadline: u64) -> Duration {
        Duration::from_millis(deadline.saturating_sub(mono()))
    }
}

fn kernel_boot_id() -> Option<String> {
    let text = std::fs::read_to_string(BOOT_ID_FILE).ok()?;
    Some(text.trim().to_owned()).filter(|id| !id.is_empty())
}

fn wall() -> i64 {
    let since = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => since(after),
        Err(before) => -since(before.duration()),
    }
}

fn mono() -> u64 {
    let time = clock_gettime(SINCE_BOOT);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let millis = u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000_000;
    seconds.saturating_mul(1_000).saturating_add(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skew_moves_the_wall_clock_and_nothing_else() {
        let honest = Clock::new(Some("boot".to_owned()), 0).now();
        let skewed = Clock::new(Some("boot".to_owned()), -86_400_000).now();
        let moved = honest.wall - skewed.wall;
        assert!((86_390_000..=86_400_000).contains(&moved), "moved by {moved}");
        assert!(skewed.mono.abs_diff(honest.mono) < 10_000);
        assert_eq!(skewed.boot_id, "boot");
    }

    #[test]
    fn the_kernel_names_the_boot_the_same_twice() {
        let (first, second) = (Clock::new(None, 0).now(), Clock::new(None, 0).now());
        assert!(!first.boot_id.is_empty());
        if std::path::Path::new(BOOT_ID_FILE).exists() {
            assert_eq!(first.boot_id, second.boot_id);
        }
    }

    #[test]
    fn a_passed_deadline_is_due_now() {
        assert_eq!(Clock::until(0), Duration::ZERO);
        assert!(Clock::until(mono() + 60_000) > Duration::from_secs(50));
    }
}
