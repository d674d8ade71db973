//! `bench NAME`: one measurement in an optimised build, told in one line.

use crate::command::{cargo, output, program, run, target, top};
use crate::setup::{self, Purpose};

/// `cargo xtask bench NAME [ARGUMENT…]`.
pub fn main(arguments: &[String]) -> Result<(), String> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.first() {
        Some(&"batch-kotlin") => batch("android/tools/build"),
        Some(&"batch-swift") => batch("ios/tools/build"),
        Some(&"qr") => {
            setup::packages(Purpose::Test, false)?;
            run(&mut cargo(&["bench", "--quiet", "-p", "linnet-qr", "--bench", "qr"]))
        }
        Some(name) => {
            // The others need a real server, and slixmpp to stand beside.
            let mut environment = Vec::new();
            if !matches!(*name, "open" | "idle") {
                setup::packages(Purpose::Test, false)?;
                if *name == "reconnect" {
                    setup::servers()?;
                }
                setup::peers()?;
                let python = top().join("tests/oracle/setup-python");
                let python = output(&mut program(&python.to_string_lossy(), &["--where"]))?;
                environment.push(("LINNET_PYTHON", python.trim().to_owned()));
            }
            // Without `sabotage`: what is measured is what is shipped.
            let build = ["build", "--release", "-p", "linnet-tests", "-p", "linnet-runtime"];
            let bins = ["--features", "linnet-tests/bench", "--bin", "linnet-bench", "--bin", "linnet-driver"];
            run(&mut cargo(&[&build[..], &bins[..]].concat()))?;
            let mut bench = program(&target().join("release/linnet-bench").to_string_lossy(), &arguments);
            run(bench.envs(environment))
        }
        None => {
            Err("bench NAME: open, catchup, catchup-page50, idle, memory, reconnect, qr, batch-kotlin, batch-swift"
                .into())
        }
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
