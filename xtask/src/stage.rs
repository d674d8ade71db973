//! One stage of `cargo xtask test`: what it ran, how long, and what the test runners said of themselves.

use std::io::{BufRead, BufReader, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::command::line;

/// Characters kept of a line that names a failed test.
const LONGEST: usize = 240;

/// What a stage tells while it runs.
#[derive(Default)]
pub struct Log {
    /// The runners' own closing lines, in order, and the names of tests that failed.
    pub summaries: Vec<String>,
    /// Tests that passed and failed, added up from those lines.
    pub tally: Tally,
}

/// Tests counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

/// A stage that ended.
pub struct Ended {
    pub name: &'static str,
    pub took: Duration,
    pub log: Log,
    pub outcome: Result<(), String>,
}

/// Runs a stage to its end.
pub fn run(name: &'static str, work: impl FnOnce(&mut Log) -> Result<(), String>) -> Ended {
    println!("\n══ {name} ══");
    let begin = Instant::now();
    let mut log = Log::default();
    let outcome = work(&mut log);
    if let Err(why) = &outcome {
        println!("══ {name} FAILED: {why}");
    }
    Ended { name, took: begin.elapsed(), log, outcome }
}

impl Log {
    /// Runs a command, shows its output as it comes, and keeps the summary lines. A command that hangs is ended after
    /// `patience` seconds, with all that it started; it also ends with us.
    pub fn run(&mut self, patience: u64, command: &Command) -> Result<(), String> {
        match self.status(patience, command)? {
            0 => Ok(()),
            status => Err(format!("{} failed with status {status}", line(command))),
        }
    }

    /// As `run`, for a command whose exit status says more than success.
    pub fn status(&mut self, patience: u64, command: &Command) -> Result<i32, String> {
        println!("$ {}", line(command));
        let told = |e: std::io::Error| format!("{}: {e}", line(command));
        let (reader, writer) = std::io::pipe().map_err(told)?;
        let mut bounded = Command::new("setpriv");
        bounded.args(["--pdeathsig", "TERM", "--", "timeout", "--kill-after", "20"]);
        bounded.arg(patience.to_string()).arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => bounded.env(name, value),
                None => bounded.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            bounded.current_dir(folder);
        }
        bounded.stdin(std::process::Stdio::null()).stdout(writer.try_clone().map_err(told)?).stderr(writer);
        let mut child = bounded.spawn().map_err(told)?;
        // Our own ends of the pipe are in the command: the pipe ends only when nobody holds them.
        drop(bounded);
        self.follow(reader).map_err(told)?;
        let status = child.wait().map_err(told)?;
        match status.code() {
            Some(124 | 137) => Err(format!("{} took more than {patience} s", line(command))),
            Some(code) => Ok(code),
            None => Err(format!("{} was killed ({status})", line(command))),
        }
    }

    fn follow(&mut self, output: impl std::io::Read) -> std::io::Result<()> {
        let mut output = BufReader::new(output);
        let mut bytes = Vec::new();
        while output.read_until(b'\n', &mut bytes)? > 0 {
            std::io::stdout().write_all(&bytes)?;
            let text = String::from_utf8_lossy(&bytes);
            if let Some(tally) = tally(text.trim()) {
                self.tally.passed += tally.passed;
                self.tally.failed += tally.failed;
                self.summaries.push(text.trim().to_owned());
            } else if names_a_failure(text.trim()) {
                self.summaries.push(text.trim().chars().take(LONGEST).collect());
            }
            bytes.clear();
        }
        Ok(())
    }

    /// Keeps a line for the end that no runner printed.
    pub fn note(&mut self, line: &str) {
        println!("{line}");
        self.summaries.push(line.to_owned());
    }
}

/// Whether a runner says here which test failed: who reads the end of the output alone must know it too.
fn names_a_failure(line: &str) -> bool {
    let surefire = line.strip_prefix("[ERROR]   ").is_some_and(|rest| rest.contains(':'));
    let cargo = line.starts_with("test ") && line.ends_with(" ... FAILED");
    // JUnitCore numbers its failures.
    let junit = line.split_once(") ").is_some_and(|(number, name)| {
        number.bytes().all(|byte| byte.is_ascii_digit()) && name.contains('(') && name.ends_with(')')
    });
    let swift = line.starts_with("✘ Test ") && line.contains(" recorded an issue");
    surefire || cargo || junit || swift
}

/// What a runner's closing line counts; `None` for every other line.
fn tally(line: &str) -> Option<Tally> {
    // Whether these are good or bad news, only the stage knows.
    if line.starts_with("chaos lost=") || line.starts_with("bench ") {
        return Some(Tally::default());
    }
    let line = line.strip_prefix("[INFO] ").or_else(|| line.strip_prefix("[ERROR] ")).unwrap_or(line);
    // The number that stands before, or after, a word.
    let before = |word: &str| -> Option<u64> {
        line.split_once(word)?.0.split_whitespace().next_back()?.trim_end_matches(',').parse().ok()
    };
    let after = |word: &str| -> Option<u64> {
        line.split_once(word)?.1.split([',', ' ']).find(|part| !part.is_empty())?.parse().ok()
    };
    // cargo test
    if line.starts_with("test result: ") {
        return Some(Tally { passed: before(" passed;")?, failed: before(" failed;")? });
    }
    // Surefire's total; its lines for single classes tell a time.
    if line.starts_with("Tests run: ") && line.contains("Skipped: ") && !line.contains("Time elapsed") {
        let failed = after("Failures: ")? + after("Errors: ")?;
        return Some(Tally { passed: after("Tests run: ")?.saturating_sub(failed + after("Skipped: ")?), failed });
    }
    // JUnitCore
    if let Some(count) = line.strip_prefix("OK (").and_then(|rest| rest.split_once(" test")) {
        return Some(Tally { passed: count.0.parse().ok()?, failed: 0 });
    }
    // Swift Testing
    if let Some((_, rest)) = line.split_once("Test run with ")
        && let Some((count, rest)) = rest.split_once(" test")
    {
        let count: u64 = count.parse().ok()?;
        let failed = if rest.contains(" passed after ") { 0 } else { 1 };
        return Some(Tally { passed: count.saturating_sub(failed), failed });
    }
    // XCTest prints its total once per suite that contains another; the outermost comes last and is not told apart, so
    // only `ios/tools/build` counts it. Whoever counts by himself prints this:
    let mut words = line.split_whitespace();
    if let (Some(passed), Some("passed,"), Some(failed), Some("failed"), None) =
        (words.next(), words.next(), words.next(), words.next(), words.next())
    {
        return Some(Tally { passed: passed.parse().ok()?, failed: failed.parse().ok()? });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Tally, names_a_failure, tally};

    #[test]
    fn failed_tests_are_named_at_the_end() {
        assert!(names_a_failure("[ERROR]   AppTest.signs_in:63 » ComposeTimeout Welcome"));
        assert!(names_a_failure("[ERROR]   AppTest.signs_in:63 expected:<1> but was:<2>"));
        assert!(names_a_failure("test chaos::plan::tests::small ... FAILED"));
        assert!(names_a_failure("1) opens(org.linnet.app.ActivityTest)"));
        assert!(names_a_failure("✘ Test \"Signs in\" recorded an issue at SignInTests.swift:12:9: false"));
        assert!(!names_a_failure("[ERROR] Failures:"));
        assert!(!names_a_failure("test chaos::plan::tests::small ... ok"));
        assert!(!names_a_failure("✔ Test \"Signs in\" passed after 0.1 seconds."));
    }

    #[test]
    fn closing_lines_are_counted_once() {
        let counted = |passed, failed| Some(Tally { passed, failed });
        let cargo =
            "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(tally(cargo), counted(12, 3));
        assert_eq!(tally("[INFO] Tests run: 9, Failures: 1, Errors: 2, Skipped: 1"), counted(5, 3));
        assert_eq!(tally("[INFO] Tests run: 9, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 2.9 s - in T"), None);
        assert_eq!(tally("OK (18 tests)"), counted(18, 0));
        assert_eq!(tally("✔ Test run with 41 tests passed after 1.2 seconds."), counted(41, 0));
        assert_eq!(
            tally("✘ Test run with 41 tests in 6 suites failed after 1.2 seconds with 2 issues."),
            counted(40, 1)
        );
        assert_eq!(tally("7 passed, 0 failed"), counted(7, 0));
        assert_eq!(tally("it says 7 passed, 0 failed"), None);
        assert_eq!(tally("test foo ... ok"), None);
    }
}
