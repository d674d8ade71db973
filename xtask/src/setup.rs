//! `setup`: what the machine still needs, why, and its installation.
//!
//! `run` and `test` begin with it, so it must cost nothing when all is there: one look at PATH and one question to
//! dpkg. What a machine has by other means (a JDK from elsewhere, its own Maven) is taken as it is.

use std::collections::HashSet;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::Command;

use crate::command::{exists, output, program, run};

/// How much of Linnet is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// The two windows of `cargo xtask run`.
    Run,
    /// Everything.
    Test,
}

/// How to see that something is there.
enum Sign {
    /// One of these programs can be started.
    Program(&'static [&'static str]),
    /// The Debian package is installed.
    Package,
    /// A Python that can make virtual environments with pip in them.
    Venv,
    /// A Java of at least 17 that can open windows.
    Java,
}

struct Need {
    packages: &'static [&'static str],
    why: &'static str,
    purpose: Purpose,
    sign: Sign,
}

const NEEDS: &[Need] = &[
    need(&["gcc", "libc6-dev"], "the linker, and the C compiler for SQLCipher", Purpose::Run, Sign::Program(&["cc"])),
    need(&["make"], "builds the OpenSSL inside SQLCipher", Purpose::Run, Sign::Program(&["make"])),
    need(&["perl"], "configures the OpenSSL inside SQLCipher", Purpose::Run, Sign::Program(&["perl"])),
    need(&["git"], "lists the repository's files", Purpose::Test, Sign::Program(&["git"])),
    need(&["prosody"], "the XMPP server we talk to", Purpose::Run, Sign::Program(&["prosody"])),
    need(&["lua-dbi-sqlite3"], "the server's message archive", Purpose::Run, Sign::Package),
    need(&["openssl"], "the server's certificates", Purpose::Run, Sign::Program(&["openssl"])),
    need(&["openjdk-17-jdk"], "runs the Compose UI", Purpose::Run, Sign::Java),
    need(&["maven"], "fetches Kotlin and Compose, builds the UI", Purpose::Run, Sign::Program(&["mvn"])),
    need(&["python3"], "drives the build of the UI", Purpose::Run, Sign::Program(&["python3"])),
    need(&["libx11-6", "libxext6", "libxrender1", "libxtst6", "libxi6"], "Java's windows", Purpose::Run, Sign::Package),
    need(&["libgl1"], "Compose draws with it", Purpose::Run, Sign::Package),
    need(&["libfontconfig1"], "Compose finds fonts with it", Purpose::Run, Sign::Package),
    need(&["fonts-noto-core"], "letters of every script", Purpose::Run, Sign::Package),
    need(&["fonts-noto-color-emoji"], "emoji", Purpose::Run, Sign::Package),
    need(&["xvfb"], "windows without a display", Purpose::Run, Sign::Program(&["Xvfb"])),
    need(&["xdotool"], "types and clicks in them", Purpose::Run, Sign::Program(&["xdotool"])),
    need(&["imagemagick"], "takes their pictures", Purpose::Run, Sign::Program(&["import"])),
    need(&["profanity"], "the client that memory is compared with", Purpose::Test, Sign::Program(&["profanity"])),
    need(&["g++"], "libFuzzer, the engine of the fuzz tests", Purpose::Test, Sign::Program(&["c++"])),
    need(&["gajim"], "a foreign client with windows, that reads us", Purpose::Test, Sign::Program(&["gajim"])),
    need(&["ruby"], "reads the Fastfile as fastlane would", Purpose::Test, Sign::Program(&["ruby"])),
    need(&["zbar-tools"], "reads our QR codes, and theirs beside us", Purpose::Test, Sign::Program(&["zbarimg"])),
    need(&["qrencode"], "draws QR codes for us to read", Purpose::Test, Sign::Program(&["qrencode"])),
    need(&["python3-venv"], "slixmpp, a foreign client, in a folder of its own", Purpose::Test, Sign::Venv),
    need(
        &["mmdebstrap"],
        "the root folders that hold Swift and the newer servers",
        Purpose::Test,
        Sign::Program(&["mmdebstrap"]),
    ),
];

const fn need(packages: &'static [&'static str], why: &'static str, purpose: Purpose, sign: Sign) -> Need {
    Need { packages, why, purpose, sign }
}

/// The licence and advisory gate; pinned, because a newer one may know stricter rules.
const CARGO_DENY: &str = "cargo-deny@0.20.2";

/// What `test` needs besides packages.
pub struct Part {
    pub name: &'static str,
    /// Those of `test` that wait for it.
    pub stages: &'static [&'static str],
    /// Brings it here if it is missing.
    work: fn() -> Result<(), String>,
}

/// The quickly needed first.
pub const PARTS: &[Part] = &[
    Part { name: "servers", stages: &["rust"], work: servers },
    Part { name: "peers", stages: &["rust"], work: peers },
    Part { name: "swift", stages: &["swift"], work: swift },
    Part { name: "kotlin", stages: &["kotlin"], work: kotlin },
    Part { name: "deny", stages: &["deny"], work: deny },
];

/// `cargo xtask setup [run|test] [--yes]`.
pub fn main(arguments: &[String]) -> Result<(), String> {
    let mut purpose = Purpose::Test;
    let mut yes = false;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "run" => purpose = Purpose::Run,
            "test" => purpose = Purpose::Test,
            "--yes" => yes = true,
            // For `test`, which does these beside each other.
            "--only" => {
                let wanted = arguments.next().map(String::as_str).unwrap_or_default();
                let part = PARTS.iter().find(|part| part.name == wanted);
                return part.map_or_else(|| Err(format!("setup has no part {wanted}")), |part| (part.work)());
            }
            other => return Err(format!("setup does not know {other}")),
        }
    }
    packages(purpose, yes)?;
    if purpose == Purpose::Test {
        for part in PARTS {
            (part.work)()?;
        }
    }
    println!("setup: everything is here");
    Ok(())
}

/// Debian's packages: says which are missing and why, asks once on a terminal, installs.
pub fn packages(purpose: Purpose, yes: bool) -> Result<(), String> {
    let missing = missing(purpose);
    if missing.is_empty() {
        return Ok(());
    }
    println!("Linnet still needs on this machine:");
    let mut names = Vec::new();
    for need in &missing {
        println!("  {:<26} {}", need.packages.join(" "), need.why);
        names.extend(need.packages.iter().copied().map(available));
    }
    let line = format!("apt-get install --yes --no-install-recommends {}", names.join(" "));
    if !is_root() {
        return Err(format!("run this once, then try again:\n  sudo apt-get update && sudo {line}"));
    }
    if !exists("apt-get") {
        return Err("this machine has no apt-get: install the above by its own means".into());
    }
    if !yes && std::io::stdin().is_terminal() && !agreed(&line)? {
        return Err("nothing was installed".into());
    }
    // A fresh machine has empty package lists, an old one stale ones.
    run(&mut apt(&["update", "--quiet"]))?;
    let mut arguments = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    arguments.extend(names.iter().copied().map(available));
    run(&mut apt(&arguments))?;
    let left: Vec<_> = self::missing(purpose).iter().flat_map(|need| need.packages).copied().collect();
    if left.is_empty() { Ok(()) } else { Err(format!("still missing after the installation: {}", left.join(" "))) }
}

/// cargo-deny, built from crates.io where it is missing. Unoptimised: it runs for seconds, but would build for minutes.
fn deny() -> Result<(), String> {
    if output(&mut crate::command::cargo(&["deny", "--version"])).is_ok() {
        return Ok(());
    }
    println!("setup: cargo-deny checks every dependency's licence; it is built once, for some minutes");
    let mut cargo = crate::command::cargo(&["install", "--quiet", "--locked", "--debug", CARGO_DENY]);
    // Its parts are nobody else's: not in our target folder.
    run(cargo.env_remove("CARGO_TARGET_DIR").env("CARGO_PROFILE_DEV_DEBUG", "0"))
}

/// The libraries of the Kotlin build, from Maven.
fn kotlin() -> Result<(), String> {
    run(&mut program("android/tools/build", &["fetch"]))
}

/// Prosody 13, ejabberd 24.12 and Profanity, which Debian keeps in a newer release than most machines run: in a root
/// folder of their own, where no service is ever started by itself.
pub fn servers() -> Result<(), String> {
    script("tests/servers/tools/setup-root", "Prosody 13, ejabberd 24.12 and Profanity")
}

/// slixmpp, from PyPI.
pub fn peers() -> Result<(), String> {
    script("tests/oracle/setup-python", "slixmpp")
}

/// Swift's toolchain, in the same way as the servers.
fn swift() -> Result<(), String> {
    script("ios/tools/setup-swift", "Swift")
}

fn script(script: &str, what: &str) -> Result<(), String> {
    let script = crate::command::top().join(script);
    if !script.exists() {
        return Ok(());
    }
    let script = script.to_string_lossy().into_owned();
    if output(&mut program(&script, &["--needs"]))?.trim().is_empty() {
        return Ok(());
    }
    println!("setup: {what}, in a folder of its own; the system stays as it is");
    run(&mut program(&script, &[]))
}

/// What is missing of the packages.
fn missing(purpose: Purpose) -> Vec<&'static Need> {
    let wanted: Vec<&Need> = NEEDS.iter().filter(|need| need.purpose <= purpose).collect();
    let installed = installed(wanted.iter().filter(|need| matches!(need.sign, Sign::Package)));
    wanted
        .into_iter()
        .filter(|need| match need.sign {
            Sign::Program(names) => !names.iter().any(|name| exists(name)),
            Sign::Package => !need.packages.iter().all(|name| installed.contains(*name)),
            Sign::Venv => output(&mut program("python3", &["-c", "import ensurepip, venv"])).is_err(),
            Sign::Java => !java(),
        })
        .collect()
}

fn installed<'a>(needs: impl Iterator<Item = &'a &'a Need>) -> HashSet<String> {
    let names = needs.flat_map(|need| need.packages);
    // Packages that dpkg never heard of make it fail, and are missing all the same.
    let told = Command::new("dpkg-query").args(["-W", "-f", "${Package} ${db:Status-Status}\\n"]).args(names).output();
    let told = told.map(|done| String::from_utf8_lossy(&done.stdout).into_owned()).unwrap_or_default();
    told.lines().filter_map(|line| line.strip_suffix(" installed")).map(str::to_owned).collect()
}

/// Whether `java` is 17 or newer and has the part that opens windows (Debian's headless packages lack it).
fn java() -> bool {
    let Ok(done) = Command::new("java").args(["-XshowSettings:properties", "-version"]).output() else { return false };
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    let property = |name: &str| {
        told.lines().find_map(|line| line.trim().strip_prefix(name)?.trim_start().strip_prefix("= ").map(str::to_owned))
    };
    let version = property("java.specification.version").and_then(|version| version.parse::<u32>().ok());
    let windows = property("java.home").is_some_and(|home| Path::new(&home).join("lib/libawt_xawt.so").exists());
    version.is_some_and(|version| version >= 17) && windows
}

/// Debian 12 has Java 17; newer releases only newer ones.
fn available(name: &str) -> &str {
    if name != "openjdk-17-jdk" {
        return name;
    }
    let told = Command::new("apt-cache").args(["policy", name]).output();
    let told = told.map(|done| String::from_utf8_lossy(&done.stdout).into_owned()).unwrap_or_default();
    if told.contains("Candidate: (none)") || told.trim().is_empty() { "default-jdk" } else { name }
}

fn agreed(line: &str) -> Result<bool, String> {
    print!("Install them now with `{line}`? [Y/n] ");
    std::io::stdout().flush().map_err(|e| e.to_string())?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|e| e.to_string())?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes" | "j" | "ja"))
}

fn apt(arguments: &[&str]) -> Command {
    let mut command = program("apt-get", arguments);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Whether packages may be installed.
fn is_root() -> bool {
    output(&mut program("id", &["-u"])).is_ok_and(|id| id.trim() == "0")
}
