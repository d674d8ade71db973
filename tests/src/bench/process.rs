//! A `linnet-driver` process under measurement: commands in, lines out with the moment at which they were read.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::fill::KEY;

/// Nothing that is measured takes longer.
const PATIENCE: Duration = Duration::from_secs(300);

/// See the module.
#[derive(Debug)]
pub struct Driver {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<(Instant, Value)>,
    asked: u64,
}

impl Driver {
    /// Starts the program on a store, and waits until it is ready.
    pub fn start(program: &Path, store: &Path, ca: &Path, more: &[&str]) -> Result<Self, String> {
        let told = |error: std::io::Error| format!("{}: {error}", program.display());
        let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut child = Command::new(program)
            .arg("--store")
            .arg(store)
            .args(["--key", &key, "--log", "error"])
            .arg("--ca")
            .arg(ca)
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(told)?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let (sender, lines) = channel();
        let read = move || {
            for line in output.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::Null);
                if sender.send((Instant::now(), line)).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().spawn(read).map_err(told)?;
        let driver = Self { child, input, lines, asked: 0 };
        driver.until("ready", |line| line.get("ready").is_some())?;
        Ok(driver)
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line, and tells when it came.
    pub fn until(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Result<(Instant, Value), String> {
        loop {
            let (at, line) = self.lines.recv_timeout(PATIENCE).map_err(|_| format!("the driver never said: {what}"))?;
            if line.get("error").is_some() {
                return Err(format!("the driver said: {line}"));
            }
            if wanted(&line) {
                return Ok((at, line));
            }
        }
    }

    /// Waits until the only account's connection is in this state.
    pub fn connection(&self, state: &str) -> Result<Instant, String> {
        let shown = |line: &Value| {
            let ops = line.get("ops").and_then(Value::as_array).cloned().unwrap_or_default();
            let items = ops.iter().flat_map(|op| {
                let many = op.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
                many.into_iter().chain(op.get("item").cloned()).collect::<Vec<_>>()
            });
            items.last().and_then(|item| item.pointer("/connection/state").cloned()) == Some(json!(state))
        };
        self.until(state, shown).map(|(at, _)| at)
    }

    /// Gives a command; the answer is waited for by nobody.
    pub fn tell(&mut self, mut command: Value) -> Result<u64, String> {
        self.asked += 1;
        if let Some(fields) = command.as_object_mut() {
            fields.insert("id".to_owned(), json!(self.asked));
        }
        let input = self.input.as_mut().ok_or("the driver has ended")?;
        writeln!(input, "{command}").map_err(|error| error.to_string())?;
        Ok(self.asked)
    }

    /// Ends it in good order.
    pub fn end(mut self) -> Result<(), String> {
        drop(self.input.take());
        let status = self.child.wait().map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("the driver ended with {status}")) }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Nothing of it is left after `end`.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
