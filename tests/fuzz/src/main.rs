//! The targets as a program; `LINNET_FUZZ` names the target. As any build makes it, it replays files. Linked with
//! libFuzzer, as `cargo xtask fuzz` makes it, it searches, and the arguments are libFuzzer's (docs/fuzz.md).

#![deny(unsafe_code)]
#![allow(clippy::unwrap_used)]

#[cfg(linnet_fuzz_engine)]
mod engine;

use std::path::Path;
use std::process::ExitCode;

use linnet_fuzz::{TARGETS, Target, dictionary, seeds};

fn main() -> ExitCode {
    match run() {
        Ok(status) => status,
        Err(problem) => {
            let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{problem}\n").as_bytes());
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, String> {
    let name = std::env::var("LINNET_FUZZ").unwrap_or_default();
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    let (_, target) = target.ok_or_else(|| {
        let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        format!("LINNET_FUZZ={name} names no target; there are {}", names.join(", "))
    })?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [option, folder] = arguments.as_slice()
        && option == "--seeds"
    {
        return write_seeds(&name, Path::new(folder)).map_err(|e| format!("{folder}: {e}"));
    }
    start(*target, &arguments)
}

/// The first inputs of a target, a file each, and beside their folder the words they consist of.
fn write_seeds(name: &str, folder: &Path) -> std::io::Result<ExitCode> {
    std::fs::create_dir_all(folder)?;
    for (at, seed) in seeds(name).iter().enumerate() {
        std::fs::write(folder.join(format!("{at:05}")), seed)?;
    }
    std::fs::write(folder.with_extension("dict"), dictionary(name))?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(linnet_fuzz_engine)]
fn start(target: Target, _: &[String]) -> Result<ExitCode, String> {
    Ok(engine::search(target))
}

#[cfg(not(linnet_fuzz_engine))]
fn start(target: Target, files: &[String]) -> Result<ExitCode, String> {
    if files.is_empty() {
        return Err("no files; a search needs `cargo xtask fuzz`".to_owned());
    }
    for file in files {
        target(&std::fs::read(file).map_err(|e| format!("{file}: {e}"))?);
    }
    Ok(ExitCode::SUCCESS)
}
