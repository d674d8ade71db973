//! `test`: everything that CI checks, in one command.
//!
//! One Cargo profile and one set of features for all Rust stages, so that nothing heavy is compiled twice; long
//! downloads (Swift, Maven, cargo-deny) go on in the background while Rust compiles. A failed stage fails the whole,
//! but the others still run: one run tells everything.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use linnet_servers::{Options, Registration, Server};

use crate::command::{cargo, program, target};
use crate::setup::{self, Part, Purpose};
use crate::stage::{self, Ended, Log};

type Work = fn(&mut Log) -> Result<(), String>;

/// All stages, in order: the quick ones first, so that a slip is told early.
const STAGES: &[(&str, Work)] = &[
    ("format", format),
    ("check", check),
    ("clippy", clippy),
    ("rust", rust),
    ("chaos", chaos),
    ("fuzz", fuzz),
    ("docs", docs),
    ("kotlin", kotlin),
    ("run", windows),
    ("swift", swift),
    ("store", store),
    ("deny", deny),
];

const MINUTE: u64 = 60;

/// More than this for all stages together is a defect.
const BUDGET: u64 = 60 * MINUTE;

/// `cargo xtask test [STAGE…]`.
pub fn main(arguments: &[String]) -> Result<(), String> {
    if arguments.iter().any(|argument| argument == "--list") {
        for (name, _) in STAGES {
            println!("{name}");
        }
        return Ok(());
    }
    if let Some(unknown) = arguments.iter().find(|wanted| !STAGES.iter().any(|(name, _)| name == wanted)) {
        return Err(format!("no stage {unknown}; `cargo xtask test --list` names them"));
    }
    let wanted = |name: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == name);
    let begin = Instant::now();
    let mut ended = vec![stage::run("setup", |_| setup::packages(Purpose::Test, false))];
    if ended.iter().all(|stage| stage.outcome.is_ok()) {
        let mut fetched =
            Background::start(setup::PARTS.iter().filter(|part| part.stages.iter().any(|stage| wanted(stage))));
        for (name, work) in STAGES.iter().filter(|(name, _)| wanted(name)) {
            ended.push(stage::run(name, |log| {
                fetched.wait(name)?;
                work(log)
            }));
        }
    }
    report(&ended, begin.elapsed())
}

fn report(ended: &[Ended], took: Duration) -> Result<(), String> {
    println!("\n══ what the runners said ══");
    let mut passed = 0;
    let mut failed = 0;
    for stage in ended {
        for summary in &stage.log.summaries {
            println!("{:<8} {summary}", stage.name);
        }
        passed += stage.log.tally.passed;
        failed += stage.log.tally.failed;
    }
    println!("\n══ minutes ══");
    for stage in ended {
        let word = if stage.outcome.is_ok() { "ok" } else { "FAILED" };
        println!("{:<8} {:>5.1}  {word}", stage.name, stage.took.as_secs_f64() / 60.0);
    }
    println!("{:<8} {:>5.1}", "all", took.as_secs_f64() / 60.0);
    let broken: Vec<&Ended> = ended.iter().filter(|stage| stage.outcome.is_err()).collect();
    for stage in &broken {
        println!("{} FAILED: {}", stage.name, stage.outcome.as_ref().err().map_or("", String::as_str));
    }
    println!("\n{passed} passed, {failed} failed");
    if took.as_secs() > BUDGET {
        // Told, not failed: how fast a machine is says nothing about whether the work is right.
        println!(
            "more than {} minutes in all, which is a defect: what is compiled or waited for twice?",
            BUDGET / MINUTE
        );
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(format!("failed: {}", broken.iter().map(|stage| stage.name).collect::<Vec<_>>().join(", ")))
    }
}

/// Downloads that go on while Rust compiles, each by our own `setup --only`.
struct Background {
    running: Vec<(&'static Part, PathBuf, Child)>,
    broken: Vec<(&'static Part, String)>,
}

impl Background {
    fn start(parts: impl Iterator<Item = &'static Part>) -> Self {
        let mut this = Self { running: Vec::new(), broken: Vec::new() };
        for part in parts {
            match Self::spawn(part.name) {
                Ok((log, child)) => this.running.push((part, log, child)),
                Err(why) => this.broken.push((part, why)),
            }
        }
        this
    }

    fn spawn(part: &str) -> Result<(PathBuf, Child), String> {
        let told = |e: std::io::Error| format!("setup of {part}: {e}");
        let folder = target().join("xtask");
        std::fs::create_dir_all(&folder).map_err(told)?;
        let log = folder.join(format!("setup-{part}.log"));
        let output = File::create(&log).map_err(told)?;
        // Nice: what compiles in front is waited for sooner.
        let child = program("setpriv", &["--pdeathsig", "TERM", "--", "nice"])
            .arg(own())
            .args(["setup", "--only", part])
            .stdout(output.try_clone().map_err(told)?)
            .stderr(output)
            .spawn()
            .map_err(told)?;
        Ok((log, child))
    }

    /// Waits for what the stage needs, if anything.
    fn wait(&mut self, stage: &str) -> Result<(), String> {
        while let Some(at) = self.running.iter().position(|(part, ..)| part.stages.contains(&stage)) {
            let (part, log, mut child) = self.running.swap_remove(at);
            if matches!(child.try_wait(), Ok(None)) {
                println!("waiting for the setup of {} ({})", part.name, log.display());
            }
            let status = child.wait().map_err(|e| e.to_string())?;
            if !status.success() {
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                let lines: Vec<&str> = said.lines().collect();
                let tail = lines.get(lines.len().saturating_sub(30)..).unwrap_or_default().join("\n");
                self.broken.push((part, format!("its setup failed:\n{tail}")));
            }
        }
        match self.broken.iter().find(|(part, _)| part.stages.contains(&stage)) {
            Some((_, why)) => Err(why.clone()),
            None => Ok(()),
        }
    }
}

fn format(log: &mut Log) -> Result<(), String> {
    log.run(5 * MINUTE, &cargo(&["fmt", "--all", "--check"]))
}

fn check(_: &mut Log) -> Result<(), String> {
    crate::check::main(&[])
}

fn clippy(log: &mut Log) -> Result<(), String> {
    let command =
        cargo(&["clippy", "--keep-going", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]);
    log.run(30 * MINUTE, &command)
}

/// All Rust tests, those against real servers too.
fn rust(log: &mut Log) -> Result<(), String> {
    let mut tests = cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"]);
    // Those on real servers mostly wait: more at once than there are cores.
    log.run(45 * MINUTE, tests.env("RUST_TEST_THREADS", "8"))?;
    some(log)
}

/// Every planted bug must be found, and the true code must pass.
fn chaos(log: &mut Log) -> Result<(), String> {
    crate::chaos::gate(log)
}

/// What strangers can send, tried at random; the planted bug must be found.
fn fuzz(log: &mut Log) -> Result<(), String> {
    crate::fuzz::gate(log)
}

fn docs(log: &mut Log) -> Result<(), String> {
    let mut all = cargo(&["doc", "--workspace", "--no-deps", "--all-features"]);
    log.run(15 * MINUTE, all.env("RUSTDOCFLAGS", "-D warnings"))?;
    // The boundary is what others read: every public item of it is described.
    let command = cargo(&["rustdoc", "-p", "linnet-bindings", "--lib", "--all-features", "--", "-D", "missing_docs"]);
    log.run(10 * MINUTE, &command)
}

fn kotlin(log: &mut Log) -> Result<(), String> {
    log.run(20 * MINUTE, &crate::core::build())?;
    log.run(MINUTE, &program("android/tools/build", &["versions-check"]))?;
    for verb in ["test-desktop", "test-app"] {
        // A server each: what one run leaves on it is no business of the other.
        let server = Neighbours::start()?;
        log.run(20 * MINUTE, server.tell(&mut program("android/tools/build", &[verb])))?;
    }
    some(log)
}

/// README's first command, as it goes without a display.
fn windows(log: &mut Log) -> Result<(), String> {
    log.run(20 * MINUTE, program(&own(), &["run"]).env_remove("DISPLAY"))
}

fn swift(log: &mut Log) -> Result<(), String> {
    log.run(20 * MINUTE, &crate::core::build())?;
    let server = Neighbours::start()?;
    for verb in ["check", "test", "lint"] {
        log.run(25 * MINUTE, server.tell(&mut program("ios/tools/build", &[verb])))?;
    }
    some(log)
}

fn store(log: &mut Log) -> Result<(), String> {
    log.run(5 * MINUTE, &program("fastlane/check", &[]))
}

/// Licences, sources and doubled versions. Advisories need a database that only the network has: where it can't be
/// had, that is said aloud, and the rest still decides.
fn deny(log: &mut Log) -> Result<(), String> {
    log.run(5 * MINUTE, &cargo(&["deny", "--all-features", "check", "bans", "licenses", "sources"]))?;
    // The engine of the fuzz tests is a workspace of its own.
    let engine = ["deny", "--manifest-path", "tests/fuzz/engine/Cargo.toml", "--config", "deny.toml", "check"];
    log.run(5 * MINUTE, &cargo(&[&engine[..], &["bans", "licenses", "sources"]].concat()))?;
    let mut fetch = program("timeout", &["60", "cargo", "deny", "fetch", "db"]);
    if fetch.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        return log.run(5 * MINUTE, &cargo(&["deny", "--all-features", "check", "advisories"]));
    }
    log.note("deny: advisories NOT checked: their database can't be reached from here");
    Ok(())
}

/// This very program. Not by its path: the Rust stage may have built another in its place since.
fn own() -> String {
    format!("/proc/{}/exe", std::process::id())
}

/// A stage that ran no test proves nothing.
fn some(log: &Log) -> Result<(), String> {
    if log.tally.passed == 0 { Err("no test ran".into()) } else { Ok(()) }
}

/// The server that the tests in other languages talk to.
struct Neighbours {
    server: Server,
}

impl Neighbours {
    const PASSWORD: &str = "secret";

    fn start() -> Result<Self, String> {
        let server = Server::start(Options { registration: Registration::Open, ..Options::default() })?;
        // Carol knows nobody yet.
        for user in ["alice", "bob", "carol"] {
            server.add_user(user, Self::PASSWORD)?;
        }
        server.befriend("alice", "bob")?;
        Ok(Self { server })
    }

    fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let server = &self.server;
        command
            .env("LINNET_TEST_HOST", &server.host)
            .env("LINNET_TEST_PORT", server.port.to_string())
            .env("LINNET_TEST_CA", &server.ca)
            .env("LINNET_TEST_DOMAIN", &server.domain)
            .env("LINNET_TEST_ALICE", format!("alice@{}", server.domain))
            .env("LINNET_TEST_BOB", format!("bob@{}", server.domain))
            .env("LINNET_TEST_CAROL", format!("carol@{}", server.domain))
            .env("LINNET_TEST_PASSWORD", Self::PASSWORD);
        crate::core::tell(command)
    }
}
