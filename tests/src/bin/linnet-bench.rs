//! `linnet-bench NAME`: runs one bench and prints one line, `bench NAME …`. Only an optimised build tells anything.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use linnet_tests::bench::catchup;
use linnet_tests::bench::idle;
use linnet_tests::bench::memory;
use linnet_tests::bench::open::{self, Side};
use linnet_tests::bench::reconnect;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["open"] => folder().and_then(|folder| open::run(&folder, progress)),
        ["catchup"] => catch_up("catchup", 250),
        ["catchup-page50"] => catch_up("catchup-page50", 50),
        ["idle"] => idle::run(),
        ["memory"] => folder().and_then(|folder| memory::run(&folder, progress)),
        ["reconnect"] => folder().and_then(|folder| reconnect::run(&folder, &python()?, progress)),
        ["open-once", side, path, chat] => open_once(side, path, chat),
        _ => Err("usage: linnet-bench open|catchup|catchup-page50|idle|memory|reconnect".to_owned()),
    };
    let (line, code) = match outcome {
        Ok(line) => (line, ExitCode::SUCCESS),
        Err(error) => (error, ExitCode::FAILURE),
    };
    // Nobody listening is no reason to fail.
    drop(writeln!(std::io::stdout(), "{line}"));
    code
}

fn catch_up(name: &str, page: u32) -> Result<String, String> {
    catchup::run(name, page, &folder()?, python().ok().as_deref(), progress)
}

fn open_once(side: &str, path: &str, chat: &str) -> Result<String, String> {
    let side = if side == Side::Raw.name() { Side::Raw } else { Side::Ours };
    let chat = chat.parse().map_err(|_| format!("{chat} is no chat"))?;
    Ok(open::once(side, Path::new(path), chat)?.as_micros().to_string())
}

/// `target/bench`, beside the folder that this program was built into.
fn folder() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = own.parent().and_then(Path::parent).ok_or("no target folder")?;
    Ok(target.join("bench"))
}

/// The Python that has slixmpp, as `cargo xtask bench` tells it.
fn python() -> Result<PathBuf, String> {
    std::env::var_os("LINNET_PYTHON").map(PathBuf::from).ok_or_else(|| "LINNET_PYTHON is not set".to_owned())
}

fn progress(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}
