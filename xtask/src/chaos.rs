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
    for sabotage in SABOTAGES {
        let arguments: Vec<&str> = SMALL.into_iter().chain(["--sabotage", sabotage]).collect();
        match log.run(15 * 60, &harness(&arguments)) {
            Ok(()) => return Err(format!("the planted bug {sabotage} was not found")),
            Err(why) => log.note(&format!("chaos: {sabotage} is found ({why})")),
        }
    }
    Ok(())
}

/// The same features as in the tests: nothing is compiled for this alone.
fn build() -> Command {
    cargo(&["build", "-p", "linnet-runtime", "-p", "linnet-tests", "--all-features", "--bins"])
}

fn harness(arguments: &[&str]) -> Command {
    let debug = target().join("debug");
    let mut command = program(&debug.join("linnet-chaos").to_string_lossy(), arguments);
    command.env("LINNET_DRIVER", debug.join("linnet-driver"));
    command
}
