//! How long a device takes to catch up with 10,000 missed messages: from the bound session to all of them committed,
//! indexed and de-duplicated in the encrypted file. Beside it, in turns and on the same server, a raw client that parses
//! and keeps nothing, our own with `--discard`, and slixmpp if it is installed: what storing adds is the ratio to the
//! faster of the first two. The raw client has no stream management, which would make the server keep a copy of every
//! stanza; ours switches it on when it has caught up. What the raw client needs with it is told, too.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use linnet_servers::{Options, Server};
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::driver;
use super::fill::{self, Repeatable};
use crate::process::Process;

const MESSAGES: usize = 10_000;
const ROUNDS: usize = 5;
const CONTACTS: u64 = 20;
pub const USER: &str = "alice";
pub const PASSWORD: &str = "correct horse battery staple";
const RAW: &str = include_str!("../../bench/catchup_raw.py");
const SLIXMPP: &str = include_str!("../../bench/catchup_slixmpp.py");

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Ours,
    Discard,
    Raw,
    Managed,
    Slixmpp,
}

const SIDES: [Side; 5] = [Side::Ours, Side::Discard, Side::Raw, Side::Managed, Side::Slixmpp];

/// Runs the bench with pages of this size at most; gives the line.
pub fn run(name: &str, page: u32, folder: &Path, python: Option<&Path>, tell: impl Fn(&str)) -> Result<String, String> {
    let missed = Missed::prepare(page, folder, MESSAGES)?;
    let python = python.unwrap_or(Path::new("python3"));
    let has_slixmpp = Command::new(python)
        .args(["-c", "import slixmpp"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let mut times = [const { Vec::new() }; SIDES.len()];
    for round in 1..=ROUNDS {
        for (side, times) in SIDES.into_iter().zip(&mut times) {
            if side == Side::Slixmpp && !has_slixmpp {
                continue;
            }
            let before = missed.server.pid().and_then(processor_time);
            let Took { seconds, processor } = missed.measure(side, python)?;
            let server = missed.server.pid().and_then(processor_time).zip(before).map(|(after, before)| after - before);
            let told = |time: Option<f64>| time.map_or_else(|| "?".to_owned(), |time| format!("{time:.2} s"));
            let (processor, server) = (told(processor), told(server));
            tell(&format!(
                "round {round} of {ROUNDS}: {side:?} {seconds:.3} s; worked: client {processor}, server {server}"
            ));
            times.push(seconds);
        }
    }
    let [ours, discard, raw, managed, slixmpp] = times.map(median);
    let least = discard.min(raw);
    let slixmpp = if has_slixmpp { format!("{slixmpp:.2} s") } else { "not installed".to_owned() };
    Ok(format!(
        "bench {name} {:.2} (ours {ours:.2} s, raw {raw:.2} s, discard {discard:.2} s, slixmpp {slixmpp}; raw with \
         stream management {managed:.2} s)",
        ours / least
    ))
}

/// What a catch-up took.
struct Took {
    seconds: f64,
    /// Seconds that the whole process has worked; on a busy machine they tell more than the clock.
    processor: Option<f64>,
}

/// A server with an archive, and the store of a device that has seen its first message only.
pub struct Missed {
    pub server: Server,
    page: u32,
    folder: PathBuf,
    /// In the archive, the first one included.
    total: usize,
}

impl Missed {
    /// Starts the server, signs the device in, then lets it miss so many messages.
    pub fn prepare(page: u32, folder: &Path, messages: usize) -> Result<Self, String> {
        let (missed, mut random) = Self::server(page, folder, messages + 1)?;
        missed.archive(0..1, &mut random).map_err(|error| format!("the archive: {error}"))?;
        let mut device = missed.start(&missed.folder.join("prepared.db"), &[])?;
        device.say(&json!({ "id": 1, "do": "watch", "view": "accounts" }).to_string())?;
        let address = missed.address();
        device.say(&json!({ "id": 2, "do": "add_account", "address": address, "password": PASSWORD }).to_string())?;
        online(&mut device)?;
        end(device)?;
        missed.archive(1..missed.total, &mut random).map_err(|error| format!("the archive: {error}"))?;
        Ok(missed)
    }

    /// Starts the server with so many messages in the archive: for a device that was never there.
    pub fn archive_only(folder: &Path, messages: usize) -> Result<Self, String> {
        let (missed, mut random) = Self::server(250, folder, messages)?;
        missed.archive(0..messages, &mut random).map_err(|error| format!("the archive: {error}"))?;
        Ok(missed)
    }

    fn server(page: u32, folder: &Path, total: usize) -> Result<(Self, Repeatable), String> {
        let folder = folder.join("catchup");
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let server = Server::start(Options { page_size: page, ..Options::default() })?;
        server.add_user(USER, PASSWORD)?;
        // The server makes the archive's table for the first message of anybody.
        server.add_user("nobody", PASSWORD)?;
        let lua = format!(
            "(function() prosody.core_post_stanza(prosody.hosts[\"{0}\"], require(\"util.stanza\").message({{ \
             type = \"chat\", from = \"c@{0}/x\", to = \"nobody@{0}\" }}, \"x\")) return \"done\" end)()",
            server.domain
        );
        server.lua(&lua)?;
        Connection::open(server.folder.join("data/archive.sqlite"))
            .and_then(|archive| archive.execute("DELETE FROM prosodyarchive", []))
            .map_err(|error| format!("the archive: {error}"))?;
        Ok((Self { server, page, folder, total }, Repeatable(0x0123_4567_89ab_cdef)))
    }

    /// Whose archive it is.
    pub fn address(&self) -> String {
        format!("{USER}@{}", self.server.domain)
    }

    /// Writes these messages into the server's archive, a minute apart; two of five are the owner's.
    fn archive(&self, numbers: std::ops::Range<usize>, random: &mut Repeatable) -> rusqlite::Result<()> {
        let mut database = Connection::open(self.server.folder.join("data/archive.sqlite"))?;
        database.busy_timeout(std::time::Duration::from_secs(30))?;
        let tx = database.transaction()?;
        let domain = &self.server.domain;
        let newest = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
        let first = newest.saturating_sub(60 * self.total as u64);
        let mut insert = tx.prepare(
            r#"INSERT INTO prosodyarchive (host, user, store, "key", "when", "with", type, value)
               VALUES (?1, ?2, 'archive', ?3, ?4, ?5, 'xml', ?6)"#,
        )?;
        for number in numbers {
            let contact = format!("c{}@{domain}", random.number() % CONTACTS);
            let owner = self.address();
            let outgoing = random.number() % 5 < 2;
            let (from, to) = if outgoing { (&owner, &contact) } else { (&contact, &owner) };
            let id = format!("{:016x}", random.number());
            let body = fill::text(random);
            let stanza = format!(
                "<message from='{from}/phone' to='{to}' type='chat' id='{id}' xml:lang='en' xmlns='jabber:client'>\
                 <body>{body}</body><origin-id xmlns='urn:xmpp:sid:0' id='{id}'/>\
                 <request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/></message>"
            );
            let key = fill::id(random);
            insert.execute(params![domain, USER, key, (first + 60 * number as u64) as i64, contact, stanza])?;
        }
        drop(insert);
        tx.commit()
    }

    /// Starts the driver against this server.
    pub fn start(&self, store: &Path, more: &[&str]) -> Result<Process, String> {
        let key: String = fill::KEY.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut command = Command::new(driver::program()?);
        command.arg("--store").arg(store).args(["--key", &key]).arg("--ca").arg(&self.server.ca);
        command.args(["--server", &format!("{}:{}", self.server.host, self.server.port)]).args(more);
        let mut process = Process::start("the driver", &mut command)?;
        process.wait("its start", 0, |line| line.get("ready")?.as_bool())?;
        Ok(process)
    }

    /// Catches up once, in seconds.
    fn measure(&self, side: Side, python: &Path) -> Result<Took, String> {
        match side {
            Side::Ours => self.ours(&[]),
            Side::Discard => self.ours(&["--discard"]),
            Side::Managed => self.script(python, RAW, "managed"),
            Side::Raw => self.script(python, RAW, "bare"),
            Side::Slixmpp => self.script(python, SLIXMPP, ""),
        }
    }

    fn ours(&self, more: &[&str]) -> Result<Took, String> {
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", self.folder.display());
        let store = self.folder.join("run.db");
        fill::remove(&store);
        std::fs::copy(self.folder.join("prepared.db"), &store).map_err(|error| told(&error))?;
        let mut device = self.start(&store, more)?;
        device.say(&json!({ "id": 1, "do": "watch", "view": "accounts" }).to_string())?;
        let session = |line: &Value| (line.get("event")? == "session").then_some(());
        let (begun, ()) = device.wait("a session", 0, session)?;
        let ended = online(&mut device)?;
        let worked = processor_time(device.pid());
        end(device)?;
        let count: usize = fill::plain(&store)
            .and_then(|store| store.query_row("SELECT count(*) FROM message", [], |row| row.get::<_, i64>(0)))
            .map_err(|error| told(&error))? as usize;
        let expected = if more.is_empty() { self.total } else { 1 };
        if count != expected {
            return Err(format!("{count} messages are stored instead of {expected}"));
        }
        Ok(Took { seconds: (ended - begun).as_secs_f64(), processor: worked })
    }

    fn script(&self, python: &Path, script: &str, kind: &str) -> Result<Took, String> {
        let told = |error: std::io::Error| format!("{}: {error}", python.display());
        let mut child = Command::new(python)
            .args(["-c", script, &self.server.host, &self.server.port.to_string()])
            .arg(&self.server.ca)
            .args([&self.address(), &self.page.to_string()])
            .args((!kind.is_empty()).then_some(kind))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(told)?;
        writeln!(child.stdin.take().ok_or("python: no input")?, "{PASSWORD}").map_err(told)?;
        let output = child.wait_with_output().map_err(told)?;
        let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let (count, seconds) = (said.get("messages"), said.get("seconds").and_then(Value::as_f64));
        match seconds {
            Some(seconds) if count == Some(&json!(self.total)) => Ok(Took { seconds, processor: None }),
            _ => Err(format!("{said}: {}", String::from_utf8_lossy(&output.stderr))),
        }
    }
}

/// Waits until everything that was missed is there.
fn online(device: &mut Process) -> Result<Instant, String> {
    Ok(device.wait("being online", 0, is_online)?.0)
}

/// Whether a line says that an account is online.
pub fn is_online(line: &Value) -> Option<()> {
    let ops = line.get("ops")?.as_array()?;
    let items = ops.iter().flat_map(|op| op.get("items").and_then(Value::as_array).into_iter().flatten());
    let mut items = items.chain(ops.iter().filter_map(|op| op.get("item")));
    items.any(|item| item.pointer("/connection/state").is_some_and(|state| state == "online")).then_some(())
}

/// Ends the driver in good order: what it stored is in the file then.
fn end(mut device: Process) -> Result<(), String> {
    device.say(r#"{"id":99,"do":"quit"}"#)?;
    device.wait("its end", 0, |line| (line.get("answer")? == 99).then_some(())).map(drop)
}

/// The seconds that a process has worked so far.
fn processor_time(pid: u32) -> Option<f64> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let nanoseconds = |task: std::io::Result<std::fs::DirEntry>| -> Option<f64> {
        std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?.split(' ').next()?.parse().ok()
    };
    Some(tasks.filter_map(nanoseconds).sum::<f64>() / 1e9)
}

/// The middle value.
fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 9.0, 2.0, 4.0]), 3.0);
        assert!(median(Vec::new()).is_nan());
    }
}
