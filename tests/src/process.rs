//! A program that speaks JSON lines, and every line it printed with the moment it came.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longer than anything that is waited for.
const PATIENCE: Duration = Duration::from_secs(90);

/// See the module. The process ends with the value.
pub struct Process {
    child: Child,
    input: ChildStdin,
    output: Receiver<(Instant, Value)>,
    heard: Vec<(Instant, Value)>,
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
        Ok(Self { child, input, output, heard: Vec::new(), name: name.to_owned() })
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
