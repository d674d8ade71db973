//! `bench NAME`: one measurement in an optimised build, told in one line.

use crate::command::{cargo, program, run, target};

/// `cargo xtask bench NAME [ARGUMENT…]`; without a name, the names.
pub fn main(arguments: &[String]) -> Result<(), String> {
    run(&mut cargo(&["build", "--release", "-p", "linnet-tests", "--features", "live", "--bin", "linnet-bench"]))?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(&mut program(&target().join("release/linnet-bench").to_string_lossy(), &arguments))
}
