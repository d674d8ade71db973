//! `fuzz …`: what strangers can send, tried at random by libFuzzer on the toolchain that is there (docs/fuzz.md).
//!
//! Our own crates are compiled once more, instrumented, with the features of every other build, so that nothing of
//! others is compiled for this alone; libFuzzer itself is, in a workspace of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::command::{cargo, line, output, program, run, target, top};
use crate::setup::{self, Purpose};
use crate::stage::Log;

/// Seconds of searching in CI, shared by all targets.
const GATE: u64 = 8 * 60;
/// Seconds within which the planted bug must be found.
const PLANT: u64 = 180;
/// Targets searched at the same time, in CI.
const LANES: u64 = 2;
/// The longest input, bytes; so a committed file is small.
const LONGEST: u64 = 8_192;
/// A find as short as this is shown.
const SHOWN: u64 = 256;

const USAGE: &str = "fuzz [TARGET…] [--seconds N] [--lanes N] [--keep]
  --seconds N   for all targets together (480)
  --lanes N     so many at the same time (2)
  --keep        replaces the committed corpus by as few files as reach the same, and what was found new";

/// `cargo xtask fuzz …`.
pub fn main(arguments: &[String]) -> Result<(), String> {
    let known = targets()?;
    let mut wanted: Vec<String> = Vec::new();
    let (mut seconds, mut lanes, mut keep) = (GATE, LANES, false);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let number = arguments.next().and_then(|number| number.parse().ok()).filter(|number| *number > 0);
            number.ok_or_else(|| format!("{argument} wants a number\n{USAGE}"))
        };
        match argument.as_str() {
            "--seconds" => seconds = number()?,
            "--lanes" => lanes = number()?,
            "--keep" => keep = true,
            "--help" => {
                println!("{USAGE}\ntargets: {}", known.join(", "));
                return Ok(());
            }
            name if known.iter().any(|target| target == name) => wanted.push(name.to_owned()),
            name => return Err(format!("no target {name}; there are {}\n{USAGE}", known.join(", "))),
        }
    }
    if wanted.is_empty() {
        wanted = known;
    }
    setup::packages(Purpose::Test, false)?;
    run(&mut library())?;
    run(&mut build()?)?;
    settle()?;
    let found = search(&wanted, seconds, lanes)?;
    for told in &found {
        println!("{told}");
    }
    if keep { wanted.iter().try_for_each(|name| minimize(name)) } else { Ok(()) }
}

/// The stage of `cargo xtask test`: the corpus has been replayed by the Rust tests; here is the search, and the proof
/// that it can find something.
pub fn gate(log: &mut Log) -> Result<(), String> {
    log.run(10 * 60, &library())?;
    log.run(20 * 60, &build()?)?;
    settle()?;
    let begin = Instant::now();
    match one("address", PLANT, true)? {
        Outcome::Broken(said, _) if said.contains("the planted bug") => {
            log.tally.passed += 1;
            log.note(&format!("fuzz: the planted bug is found after {} s", begin.elapsed().as_secs()));
        }
        Outcome::Broken(said, _) => {
            log.tally.failed += 1;
            return Err(format!("something else than the planted bug was found:\n{said}"));
        }
        Outcome::Held(_) => {
            log.tally.failed += 1;
            return Err(format!("the planted bug was not found in {PLANT} s"));
        }
    }
    let targets = targets()?;
    let told = search(&targets, GATE, LANES);
    if told.is_err() {
        log.tally.failed += 1;
    }
    for told in told? {
        log.note(&told);
        log.tally.passed += 1;
    }
    Ok(())
}

/// Every target has a folder of its own in the corpus; a test holds the two together.
fn targets() -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(corpus()).map_err(|e| format!("{}: {e}", corpus().display()))? {
        names.push(entry.map_err(|e| e.to_string())?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Those with the most to say are searched longer: parts of the whole time.
fn weight(name: &str) -> u64 {
    match name {
        "stanza" => 5,
        "bytes" => 3,
        "element" | "login" => 2,
        _ => 1,
    }
}

/// libFuzzer.
fn library() -> Command {
    cargo(&["build", "--manifest-path", "tests/fuzz/engine/Cargo.toml"])
}

/// The program that searches. Once `library` is built.
fn build() -> Result<Command, String> {
    let mut told = library();
    let told = output(told.args(["--quiet", "--message-format=json"]))?;
    let messages = told.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let text = |message: &serde_json::Value, key: &str| {
        message.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    };
    let folder = messages
        .filter(|message| text(message, "reason") == "build-script-executed")
        .find(|message| text(message, "package_id").contains("libfuzzer-sys"))
        .map(|message| PathBuf::from(text(&message, "out_dir")))
        .ok_or("libfuzzer-sys does not say where it was built")?;
    let mut build = cargo(&["build", "--workspace", "--all-features", "--bin", "linnet-fuzz"]);
    build.env("RUSTC_WORKSPACE_WRAPPER", top().join("tests/fuzz/cover"));
    build.env("LINNET_FUZZ_ENGINE", folder.join("libfuzzer.a"));
    Ok(build)
}

/// Puts the program where no ordinary build writes its own of the same name.
fn settle() -> Result<(), String> {
    let told = |e: std::io::Error| format!("{}: {e}", engine_file().display());
    std::fs::create_dir_all(target().join("fuzz")).map_err(told)?;
    std::fs::copy(target().join("debug/linnet-fuzz"), engine_file()).map(drop).map_err(told)
}

fn engine_file() -> PathBuf {
    target().join("fuzz/linnet-fuzz")
}

/// Where searches leave what they find.
fn folder(name: &str) -> PathBuf {
    target().join("fuzz").join(name)
}

fn corpus() -> PathBuf {
    top().join("tests/fuzz/corpus")
}

/// The program for this target, which ends with us and within this time.
fn engine(name: &str, seconds: u64) -> Command {
    let mut engine = program("setpriv", &["--pdeathsig", "TERM", "--", "timeout", "--kill-after", "20"]);
    engine.arg(seconds.to_string()).arg(engine_file()).env("LINNET_FUZZ", name).env_remove("LINNET_FUZZ_PLANT");
    engine.stdout(Stdio::null());
    engine
}

enum Outcome {
    /// How many were tried, and how much of the code was reached.
    Held(String),
    /// What the engine said, and the input that broke a law.
    Broken(String, Option<PathBuf>),
}

/// A search of this length. What it finds goes to a folder of its own, or nowhere if the bug is ours.
fn one(name: &str, seconds: u64, planted: bool) -> Result<Outcome, String> {
    let folder = folder(if planted { "planted" } else { name });
    let (found, seeds) = (folder.join("found"), folder.join("seeds"));
    if planted && folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|e| e.to_string())?;
    }
    std::fs::create_dir_all(&found).map_err(|e| format!("{}: {e}", found.display()))?;
    output(engine(name, 60).arg("--seeds").arg(&seeds))?;
    let mut command = engine(name, seconds + 120);
    if planted {
        command.env("LINNET_FUZZ_PLANT", "1");
    }
    command.arg(format!("-artifact_prefix={}/", folder.display()));
    let dictionary = seeds.with_extension("dict");
    // libFuzzer refuses an empty one.
    if dictionary.metadata().is_ok_and(|file| file.len() > 0) {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={LONGEST}"));
    command.args(["-timeout=30", "-rss_limit_mb=2048", "-print_final_stats=1", "-reload=0"]);
    command.arg(&found).arg(corpus().join(name)).arg(&seeds);
    println!("$ LINNET_FUZZ={name} {}", line(&command));
    let done = command.output().map_err(|e| format!("fuzz {name}: {e}"))?;
    let said = String::from_utf8_lossy(&done.stderr);
    if !done.status.success() {
        let input = said.rsplit_once("Test unit written to ").and_then(|(_, rest)| rest.lines().next());
        return Ok(Outcome::Broken(tail(&said), input.map(PathBuf::from)));
    }
    let runs = number(&said, "stat::number_of_executed_units:");
    let (covered, features) = (number(&said, " cov: "), number(&said, " ft: "));
    let places = said.split_once("inline 8-bit counters): ").map_or(0, |(_, rest)| number(rest, ""));
    if runs == 0 || covered == 0 || places == 0 {
        return Err(format!("fuzz {name} tried nothing:\n{}", tail(&said)));
    }
    let pace = runs / seconds.max(1);
    Ok(Outcome::Held(format!(
        "fuzz {name}: {runs} runs in {seconds} s ({pace}/s), {covered} of {places} edges, {features} features"
    )))
}

/// Searches with all these targets; gives a line for each, or what was found.
fn search(names: &[String], seconds: u64, lanes: u64) -> Result<Vec<String>, String> {
    let whole: u64 = names.iter().map(|name| weight(name)).sum();
    let share = |name: &String| (lanes * seconds * weight(name) / whole.max(1)).clamp(1, seconds);
    let mut queue: Vec<(&String, u64)> = names.iter().map(|name| (name, share(name))).collect();
    // The longest first, so that the lanes end together.
    queue.sort_by_key(|(_, share)| *share);
    let (queue, told) = (Mutex::new(queue), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..lanes {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let Some((name, seconds)) = next else { return };
                    let result = one(name, seconds, false).and_then(|outcome| match outcome {
                        Outcome::Held(told) => Ok(told),
                        Outcome::Broken(said, input) => Err(finding(name, &said, input.as_deref())),
                    });
                    told.lock().unwrap_or_else(PoisonError::into_inner).push(result);
                }
            });
        }
    });
    let told = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (mut held, broken): (Vec<_>, Vec<_>) = told.into_iter().partition(Result::is_ok);
    held.sort();
    if broken.is_empty() {
        return held.into_iter().collect();
    }
    Err(broken.into_iter().filter_map(Result::err).collect::<Vec<_>>().join("\n\n"))
}

/// What somebody has to know who is to find it again.
fn finding(name: &str, said: &str, input: Option<&Path>) -> String {
    let Some(input) = input else { return format!("fuzz {name} failed:\n{said}") };
    let shown = match std::fs::read(input) {
        Ok(bytes) if bytes.len() as u64 <= SHOWN => {
            format!("\nits bytes: {}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
        }
        _ => String::new(),
    };
    format!(
        "fuzz {name} found something:\n{said}{shown}\nagain: LINNET_FUZZ={name} cargo run -p linnet-fuzz {}",
        input.display()
    )
}

/// Replaces the files that the engine named by as few as reach the same; those that people named stay.
fn minimize(name: &str) -> Result<(), String> {
    let told = |e: std::io::Error| format!("corpus of {name}: {e}");
    let (corpus, fewest) = (corpus().join(name), folder(name).join("fewest"));
    if fewest.exists() {
        std::fs::remove_dir_all(&fewest).map_err(told)?;
    }
    std::fs::create_dir_all(&fewest).map_err(told)?;
    let mut merge = engine(name, 30 * 60);
    merge.args(["-set_cover_merge=1", "-timeout=30", "-rss_limit_mb=2048"]).arg(format!("-max_len={LONGEST}"));
    merge.arg(&fewest).arg(&corpus).arg(folder(name).join("found")).arg(folder(name).join("seeds"));
    run(merge.stderr(Stdio::null()))?;
    for entry in corpus.read_dir().map_err(told)? {
        let file = entry.map_err(told)?;
        if is_engines(&file.file_name().to_string_lossy()) {
            std::fs::remove_file(file.path()).map_err(told)?;
        }
    }
    let (mut files, mut bytes) = (0, 0);
    for entry in fewest.read_dir().map_err(told)? {
        let file = entry.map_err(told)?;
        bytes += std::fs::copy(file.path(), corpus.join(file.file_name())).map_err(told)?;
        files += 1;
    }
    println!("fuzz {name}: {files} files, {bytes} bytes kept");
    Ok(())
}

/// A SHA-1, as libFuzzer names what it finds.
fn is_engines(name: &str) -> bool {
    name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The number behind the last such word.
fn number(said: &str, word: &str) -> u64 {
    let rest = if word.is_empty() { said } else { said.rsplit_once(word).map_or("", |(_, rest)| rest) };
    rest.trim_start().split(|c: char| !c.is_ascii_digit()).next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn tail(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| line.chars().take(400).collect()).collect();
    lines.get(lines.len().saturating_sub(40)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{is_engines, number};

    #[test]
    fn what_the_engine_says_is_read() {
        let said = "#2 INITED cov: 17 ft: 20 corp: 1/1b\n#900 DONE   cov: 1234 ft: 5678 corp: 9/9b\n\
                    stat::number_of_executed_units: 900\n";
        assert_eq!((number(said, " cov: "), number(said, " ft: ")), (1234, 5678));
        assert_eq!((number(said, "stat::number_of_executed_units:"), number(said, "none")), (900, 0));
    }

    #[test]
    fn names_by_people_are_not_the_engines() {
        assert!(is_engines("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
        assert!(!is_engines("a") && !is_engines("looping-name"));
    }
}
