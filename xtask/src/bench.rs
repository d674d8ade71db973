//! `bench NAME`: one measurement in an optimised build, told in one line.

use crate::command::{cargo, program, run, target};

/// `cargo xtask bench NAME [ARGUMENT…]`.
pub fn main(arguments: &[String]) -> Result<(), String> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.first() {
        Some(&"batch-kotlin") => batch("android/tools/build"),
        Some(&"batch-swift") => batch("ios/tools/build"),
        Some(_) => {
            // Without `sabotage`: what is measured is what is shipped.
            let packages = ["build", "--release", "-p", "linnet-tests", "-p", "linnet-runtime"];
            let programs = ["--features", "linnet-tests/bench", "--bin", "linnet-bench", "--bin", "linnet-driver"];
            run(&mut cargo(&[&packages[..], &programs[..]].concat()))?;
            run(&mut program(&target().join("release/linnet-bench").to_string_lossy(), &arguments))
        }
        None => Err("bench NAME: open, catchup, catchup-page50, batch-kotlin, batch-swift".into()),
    }
}

/// The cost of one `next()` with 200 items, across the boundary.
fn batch(script: &str) -> Result<(), String> {
    run(&mut cargo(&["build", "--release", "-p", "linnet-bindings", "--features", "bindgen"]))?;
    let release = target().join("release");
    let mut command = program(script, &["bench-batch"]);
    command.env("LINNET_CORE_LIBRARY", release.join("liblinnet.so"));
    run(command.env("LINNET_BINDGEN", release.join("uniffi-bindgen")))
}
