//! Gives memory back after a burst. A catch-up fills the database's page cache with what nobody looks at, and leaves gaps
//! everywhere in the heap, which glibc keeps: after 10,000 messages more than half of its memory held nothing. The
//! allocators of Android and of Apple's systems close the gaps by themselves.
//!
//! The only unsafe call of this crate is here.

/// So much handled since the last time is a burst.
const BURST: usize = 1_000;

/// What has been handled since memory was last given back.
#[derive(Default)]
pub(crate) struct Burst(usize);

impl Burst {
    /// So many inputs were handled.
    pub(crate) fn count(&mut self, inputs: usize) {
        self.0 = self.0.saturating_add(inputs);
    }

    /// Whether it is worth while to do something at the next rest.
    pub(crate) fn was_one(&self) -> bool {
        self.0 >= BURST
    }

    /// To be called when nothing waits. Takes some milliseconds.
    pub(crate) fn is_over(&mut self) {
        self.0 = 0;
        give_back();
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "there is no safe word for it")]
fn give_back() {
    // SAFETY: takes no pointer, and glibc calls it safe from any thread at any time (malloc_trim(3)).
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_burst_is_worth_while_and_it_ends() {
        let mut burst = Burst::default();
        burst.count(BURST - 1);
        assert!(!burst.was_one());
        burst.count(1);
        assert!(burst.was_one());
        burst.is_over();
        assert!(!burst.was_one());
    }
}
