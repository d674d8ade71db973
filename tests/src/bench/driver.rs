//! A `linnet-driver` process, and every line it printed with the moment it came.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longer than anything a bench waits for.
const PATIENCE: Duration = Duration::from_secs(90);

/// See the module. The process ends with the value.
pub struct Process {
    child: Child,
    input: ChildStdin,
    output: Receiver<(Instant, Value)>,
    heard: Vec<(Instant, Value)>,
    asked: u64,
    name: String,
}

impl Process {
    /// Starts a program that speaks JSON lines.
    pub fn start(name: &str, command: &mut Command) -> Result<Self, String> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{name} does not start: {error}"))?;
        let input = child.stdin.take().ok_or("no input")?;
        let lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let (send, output) = channel();
        thread::spawn(move || {
            for line in lines {
                let Ok(line) = line else { return };
                let now = Instant::now();
                let value = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if send.send((now, value)).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, input, output, heard: Vec::new(), asked: 0, name: name.to_owned() })
    }

    /// A place in what it prints: [`Process::wait`] looks at what came after.
    pub fn mark(&mut self) -> usize {
        while let Ok(line) = self.output.try_recv() {
            self.heard.push(line);
        }
        self.heard.len()
    }

    /// Waits for a line after the mark in which `wanted` finds something, and tells when it came.
    pub fn wait<T>(
        &mut self,
        what: &str,
        mark: usize,
        mut wanted: impl FnMut(&Value) -> Option<T>,
    ) -> Result<(Instant, T), String> {
        let until = Instant::now() + PATIENCE;
        let mut at = mark;
        loop {
            while let Some((when, line)) = self.heard.get(at) {
                if let Some(found) = wanted(line) {
                    return Ok((*when, found));
                }
                at += 1;
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(line) => self.heard.push(line),
                Err(RecvTimeoutError::Timeout) => return Err(self.told(&format!("waited in vain for {what}"))),
                Err(RecvTimeoutError::Disconnected) => return Err(self.told(&format!("ended before {what}"))),
            }
        }
    }

    /// The process as the system names it.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes a line.
    pub fn say(&mut self, line: &str) -> Result<(), String> {
        writeln!(self.input, "{line}").map_err(|error| self.told(&error.to_string()))
    }

    fn told(&self, why: &str) -> String {
        let last: Vec<String> = self.heard.iter().rev().take(5).rev().map(|(_, line)| line.to_string()).collect();
        format!("{}: {why}; it said last:\n  {}", self.name, last.join("\n  "))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A driver with one account.
pub struct Driver {
    pub process: Process,
    account: i64,
}

/// How a driver reaches its server.
pub struct Way<'a> {
    pub ca: &'a Path,
    pub port: u16,
    pub direct_tls: bool,
}

impl Driver {
    /// Starts the driver on a store of its own and gives it an account.
    pub fn start(name: &str, store: &Path, way: &Way<'_>, address: &str, password: &str) -> Result<Self, String> {
        let mut command = Command::new(program()?);
        command.arg("--store").arg(store).arg("--ca").arg(way.ca);
        command.args(["--server", &format!("127.0.0.1:{}", way.port)]);
        if way.direct_tls {
            command.arg("--direct-tls");
        }
        // Never written to and never read, a pipe would fill; and nobody needs it.
        command.stderr(Stdio::null());
        let mut process = Process::start(name, &mut command)?;
        process.wait("its start", 0, |line| line.get("ready")?.as_bool())?;
        let mut this = Self { process, account: 0 };
        let answer = this.ask(json!({ "do": "add_account", "address": address, "password": password }))?;
        this.account = number(&answer, "account")?;
        this.ask(json!({ "do": "watch", "view": "accounts" }))?;
        Ok(this)
    }

    /// Gives a command and waits for its answer.
    pub fn ask(&mut self, mut command: Value) -> Result<Value, String> {
        let process = &mut self.process;
        process.asked += 1;
        let id = process.asked;
        command["id"] = json!(id);
        let mark = process.mark();
        process.say(&command.to_string())?;
        let answered = process.wait(&command.to_string(), mark, |line| {
            if line.get("answer")?.as_u64()? != id {
                return None;
            }
            Some(line.get("ok").cloned().ok_or_else(|| line.to_string()))
        })?;
        answered.1
    }

    /// The chat with somebody, its timeline watched.
    pub fn open_chat(&mut self, with: &str) -> Result<i64, String> {
        let answer = self.ask(json!({ "do": "start_chat", "account": self.account, "address": with }))?;
        let chat = number(&answer, "chat")?;
        self.ask(json!({ "do": "watch", "view": "timeline", "chat": chat }))?;
        Ok(chat)
    }

    /// Sends a text and waits until the server has it.
    pub fn send(&mut self, chat: i64, body: &str) -> Result<(), String> {
        let mark = self.process.mark();
        self.ask(json!({ "do": "send_text", "chat": chat, "body": body }))?;
        self.process.wait(body, mark, |line| {
            let message = item(line, |item| item.get("body").is_some_and(|text| text == body))?;
            let state = message.get("state")?.get("state")?.as_str()?;
            (state == "sent" || state == "delivered" || state == "displayed").then_some(())
        })?;
        Ok(())
    }

    /// Waits until a text is shown.
    pub fn shown(&mut self, mark: usize, body: &str) -> Result<Instant, String> {
        let seen = |line: &Value| item(line, |item| item.get("body").is_some_and(|text| text == body)).map(drop);
        Ok(self.process.wait(body, mark, seen)?.0)
    }

    /// Waits until the account says that it is online.
    pub fn online(&mut self, mark: usize) -> Result<(), String> {
        let online = |line: &Value| {
            item(line, |item| item.pointer("/connection/state").is_some_and(|state| state == "online")).map(drop)
        };
        self.process.wait("being online", mark, online)?;
        Ok(())
    }

    /// The phone is put away, or taken out again.
    pub fn suspended(&mut self, suspended: bool) -> Result<(), String> {
        self.ask(json!({ "do": if suspended { "suspend" } else { "resume" } })).map(drop)
    }

    /// Waits for a session and tells whether it is a resumed one.
    pub fn session(&mut self, mark: usize) -> Result<(Instant, bool), String> {
        self.process.wait("a session", mark, |line| {
            let kind = line.get("kind").filter(|_| line.get("event").is_some_and(|event| event == "session"))?;
            Some(kind == "resumed")
        })
    }
}

/// The item of a batch that is as wanted.
fn item(line: &Value, wanted: impl Fn(&Value) -> bool) -> Option<&Value> {
    line.get("ops")?.as_array()?.iter().find_map(|op| {
        let many = op.get("items").and_then(Value::as_array).into_iter().flatten();
        many.chain(op.get("item")).find(|item| wanted(item))
    })
}

fn number(answer: &Value, name: &str) -> Result<i64, String> {
    answer.get(name).and_then(Value::as_i64).ok_or_else(|| format!("no {name} in {answer}"))
}

/// The driver of the same build as this program.
pub fn program() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let driver = own.with_file_name("linnet-driver");
    if driver.exists() { Ok(driver) } else { Err(format!("{} is not built", driver.display())) }
}
