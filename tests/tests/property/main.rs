//! Properties that hold for any input, not only for the ones somebody thought of.
//!
//! `LINNET_CASES=10` runs ten times as many cases as the default, which keeps the whole well under a minute.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod diff;
mod outbox;
mod styling;
mod timeline;

/// For cases that play a whole world: each try at a smaller one takes as long.
fn slow_cases(base: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config { max_shrink_iters: 150, ..cases(base) }
}

/// A configuration with `base` cases, multiplied by `LINNET_CASES`.
fn cases(base: u32) -> proptest::test_runner::Config {
    let factor = std::env::var("LINNET_CASES").ok().and_then(|text| text.parse::<u32>().ok()).unwrap_or(1);
    proptest::test_runner::Config {
        cases: base.saturating_mul(factor),
        // A failure is shrunk and printed whole; a file of seeds beside the sources would be one more thing to keep.
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..proptest::test_runner::Config::default()
    }
}
