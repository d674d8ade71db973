//! `chaos …`: cuts, kills and wrong clocks against a real server, counted from outside (architecture 4.13b).

use std::process::Command;

use crate::command::{cargo, program, run, target};
use crate::setup::{self, Purpose};
use crate::stage::Log;

/// The bugs that can be planted; each must be found.
const SABOTAGES: [&str; 3] = ["ack-before-commit", "no-dedup", "order-by-clock"];

/// Small enough for every run of the tests, large enough for each kind of trouble to occur.
const SMALL: [&str; 8] = ["--messages", "400", "--cuts", "40", "--kills", "12", "--seed", "1"];

/// `cargo xtask chaos ARGUMENT…`.
pub fn main(arguments: &[String]) -> Result<(), String> {
    setup::packages(Purpose::Run, false)?;
    run(&mut build())?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(&mut harness(&arguments))
}

/// The stage of `cargo xtask test`: the true code passes and every planted bug is found.
pub fn gate(log: &mut Log) -> Result<(), String> {
    log.run(20 * 60, &build())?;
    log.run(15 * 60, &harness(&SMALL))?;
    log.tally.passed += 1;
    for sabotage in SABOTAGES {
        let arguments: Vec<&str> = SMALL.into_iter().chain(["--sabotage", sabotage]).collect();
        // 1 is a verdict, and it must name what it found; 2 would be no verdict at all.
        let status = log.status(15 * 60, &harness(&arguments))?;
        let last = log.summaries.last().cloned().unwrap_or_default();
        if status != 1 || !last.starts_with("chaos lost=") || last.starts_with("chaos lost=0 doubled=0 inverted=0 ") {
            log.tally.failed += 1;
            return Err(format!("the planted bug {sabotage} was not found (status {status}): {last}"));
        }
        log.tally.passed += 1;
        log.note(&format!("chaos: the planted bug {sabotage} is found"));
    }
    Ok(())
}

/// The same features as in the tests: nothing is compiled for this alone.
fn build() -> Command {
    cargo(&["build", "--workspace", "--all-features", "--bins"])
}

fn harness(arguments: &[&str]) -> Command {
    program(&target().join("debug/linnet-chaos").to_string_lossy(), arguments)
}
