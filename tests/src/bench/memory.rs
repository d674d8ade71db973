//! How much memory a signed-in client holds: the driver with 200 contacts and a store of a million messages, after it has
//! caught up with 10,000 and with its screens open, beside profanity with the same account. Counted is the proportional
//! set size, so that libraries others use too are shared out.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use linnet_servers::Server;
use serde_json::json;

use super::catchup::{Missed, PASSWORD, USER};
use super::fill;

const STORED: u64 = 1_000_000;
const MISSED: usize = 10_000;
const CONTACTS: u64 = 200;
/// A process is at rest when its memory has not grown for so long.
const REST: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs the bench; gives the line.
pub fn run(folder: &Path, tell: impl Fn(&str)) -> Result<String, String> {
    let filled = fill::store(folder, STORED, &tell)?;
    let missed = Missed::archive_only(folder, MISSED)?;
    for number in 1..=CONTACTS {
        missed.server.befriend(USER, &format!("friend{number}"))?;
    }
    let store = folder.join("memory.db");
    fill::remove(&store);
    std::fs::copy(&filled.path, &store).map_err(|error| format!("{}: {error}", store.display()))?;
    tell("the driver catches up");
    let mut device = missed.start(&store, &[])?;
    device.say(&json!({ "id": 1, "do": "watch", "view": "accounts" }).to_string())?;
    device.say(&json!({ "id": 2, "do": "watch", "view": "chat_list" }).to_string())?;
    device.say(&json!({ "id": 3, "do": "watch", "view": "timeline", "chat": filled.chat }).to_string())?;
    // The store's account gets the server's password.
    let account = json!({ "id": 4, "do": "add_account", "address": missed.address(), "password": PASSWORD });
    device.say(&account.to_string())?;
    device.wait("being online", 0, super::catchup::is_online)?;
    let ours = at_rest(device.pid())?;
    drop(device);
    let stored = fill::plain(&store)
        .and_then(|store| store.query_row("SELECT count(*) FROM message", [], |row| row.get::<_, i64>(0)))
        .map_err(|error| error.to_string())?;
    if stored.unsigned_abs() < STORED + MISSED as u64 {
        return Err(format!("only {stored} messages are stored"));
    }
    fill::remove(&store);
    tell("profanity signs in");
    let theirs = profanity(&missed.server, &missed.address(), folder)?;
    let ratio = ours as f64 / theirs as f64;
    Ok(format!("bench memory {ratio:.2} (ours {ours} kB, profanity {theirs} kB, limit 0.50)"))
}

/// The proportional set size of profanity, signed in and at rest, in kB.
fn profanity(server: &Server, address: &str, folder: &Path) -> Result<u64, String> {
    let home = folder.join("profanity");
    drop(std::fs::remove_dir_all(&home));
    std::fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let pid_file = home.join("pid");
    // It wants a terminal; `script` is one.
    let line = format!("echo $$ > '{}'; exec profanity -l ERROR", pid_file.display());
    let mut terminal = Terminal(
        Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("data"))
            .envs([("TERM", "xterm"), ("LC_ALL", "C.UTF-8"), ("LINES", "50"), ("COLUMNS", "160")])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("script: {error}"))?,
    );
    let mut keys = terminal.0.stdin.take().ok_or("no terminal")?;
    let pid = wait("profanity's start", || std::fs::read_to_string(&pid_file).ok()?.trim().parse().ok())?;
    at_rest(pid)?;
    let connect = format!("/connect {address} server {} port {} tls trust\r", server.host, server.port);
    for text in [&connect, &format!("{PASSWORD}\r")] {
        keys.write_all(text.as_bytes()).map_err(|error| format!("profanity: {error}"))?;
        std::thread::sleep(Duration::from_secs(1));
    }
    wait("profanity's login", || server.sessions(USER).ok().filter(|sessions| *sessions > 0))?;
    at_rest(pid)
}

/// Ends with the value.
struct Terminal(Child);

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn wait<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> Result<T, String> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = found() {
            return Ok(found);
        }
        if Instant::now() > until {
            return Err(format!("waited in vain for {what}"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What a process holds once it has stopped growing, in kB.
fn at_rest(pid: u32) -> Result<u64, String> {
    let until = Instant::now() + PATIENCE;
    let (mut most, mut since) = (0, Instant::now());
    loop {
        let now = pss(pid)?;
        if now > most {
            (most, since) = (now, Instant::now());
        }
        if since.elapsed() > REST || Instant::now() > until {
            return Ok(now);
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn pss(pid: u32) -> Result<u64, String> {
    let path = format!("/proc/{pid}/smaps_rollup");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    kilobytes(&text).ok_or_else(|| format!("{path} tells no Pss"))
}

fn kilobytes(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proportional_set_size_is_read() {
        let text = "00400000-7ffd ---p 00000000 00:00 0 [rollup]\nRss:   5000 kB\nPss:     1234 kB\nPss_Anon: 5 kB\n";
        assert_eq!(kilobytes(text), Some(1234));
        assert!(pss(std::process::id()).unwrap() > 0);
    }
}
