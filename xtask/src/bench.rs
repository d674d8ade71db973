//! `bench NAME`: one measurement in an optimised build, told in one line.

use crate::command::{cargo, program, run, target};

/// `cargo xtask bench NAME [ARGUMENT…]`.
pub fn main(arguments: &[String]) -> Result<(), String> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.first() {
        Some(&"batch-kotlin") => batch("android/tools/build"),
        Some(&"batch-swift") => batch("ios/tools/build"),
        Some(_) => {
            let bench = ["build", "--release", "-p", "linnet-tests", "--features", "bench", "--bin", "linnet-bench"];
            run(&mut cargo(&bench))?;
            run(&mut program(&target().join("release/linnet-bench").to_string_lossy(), &arguments))
        }
        None => Err("bench NAME: open, batch-kotlin, batch-swift".into()),
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
