//! `cargo xtask …`: everything that one does with this repository, in one place and the same for people and for CI.
//!
//! One file a command. Nothing here is part of what ships.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod chaos;
mod check;
mod command;
mod core;
mod fuzz;
mod pictures;
mod run;
mod screen;
mod setup;
mod stage;
mod test;

use std::process::ExitCode;

const USAGE: &str = "cargo xtask COMMAND
  setup [run|test] [--yes]   what the machine still needs, and why; installs it
  run                        two windows, alice's and bob's, and a private server between them
  test [STAGE…]              everything that CI checks; `test --list` names the stages
  check                      the quick lints only
  bench NAME […]             one measurement in an optimised build, one line
  chaos […]                  cuts, kills and wrong clocks against a real server; `chaos --help`
  fuzz [TARGET…] […]         what strangers can send, tried at random; `fuzz --help`
  pictures                   draws every screen in every state, and README's picture anew";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let outcome = match arguments.first().map(String::as_str) {
        Some("setup") => setup::main(rest),
        Some("run") => run::main(rest),
        Some("test") => test::main(rest),
        Some("check") => check::main(rest),
        Some("bench") => bench::main(rest),
        Some("chaos") => chaos::main(rest),
        Some("fuzz") => fuzz::main(rest),
        Some("pictures") => pictures::main(rest),
        Some("help" | "--help" | "-h") => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(match other {
            Some(unknown) => format!("no command {unknown}\n{USAGE}"),
            None => USAGE.to_owned(),
        }),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}
