//! `linnet-fuzz-seeds TARGET FOLDER`: writes the target's first inputs as files, for the engine to begin with.

#![allow(clippy::print_stderr, clippy::expect_used)]

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [target, folder] = arguments.as_slice() else {
        eprintln!("linnet-fuzz-seeds TARGET FOLDER");
        return ExitCode::FAILURE;
    };
    std::fs::create_dir_all(folder).expect("the folder can be made");
    for (number, seed) in linnet_fuzz::seeds(target).into_iter().enumerate() {
        std::fs::write(format!("{folder}/seed-{number:04}"), seed).expect("the folder can be written");
    }
    ExitCode::SUCCESS
}
