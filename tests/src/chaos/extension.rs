//! The second process on a device's store: what a push wakes. It owns the account's stream only while the app does not,
//! and may be ended, killed or overtaken at any moment.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::device::Device;
use super::plan::FaultPoint;

/// A driver that takes longer for anything local is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// A woken extension.
#[derive(Debug)]
pub struct Extension {
    name: &'static str,
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Value>,
}

impl Extension {
    /// Starts it. `None`: the app is there, and it went away again.
    pub fn wake(device: &Device, fault: Option<(FaultPoint, u64)>) -> Result<Option<Self>, String> {
        let settings = &device.settings;
        let told = |error: std::io::Error| format!("the extension of {}: {error}", settings.name);
        let mut command = Command::new(&settings.driver);
        device.arguments(&mut command);
        command.args(["--role", "extension"]);
        if let Some((point, after)) = fault {
            command.args(["--fault-point", point.name(), "--fault-after", &after.to_string()]);
        }
        let file = |ending: &str| {
            let path = settings.folder.join(format!("{}-extension.{ending}", settings.name));
            OpenOptions::new().create(true).append(true).open(path)
        };
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(file("log").map_err(told)?);
        let mut child = command.spawn().map_err(told)?;
        let (input, output) = (child.stdin.take(), child.stdout.take().ok_or("its output is not connected")?);
        let mut transcript = file("lines").map_err(told)?;
        let (sender, lines) = channel();
        let listen = move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Only for people who look into a failed run.
                drop(writeln!(transcript, "{line}"));
                // A killed process may leave half a line.
                if let Ok(line) = serde_json::from_str(&line)
                    && sender.send(line).is_err()
                {
                    return;
                }
            }
        };
        std::thread::Builder::new().spawn(listen).map_err(told)?;
        let mut extension = Self { name: settings.name, child, input, lines };
        match extension.next(PATIENCE)? {
            Some(line) if line.get("ready").is_some() => {
                // A death that comes this early is as good as any.
                drop(extension.tell(&json!({ "id": 1, "do": "watch", "view": "accounts" })));
                Ok(Some(extension))
            }
            Some(line) if line.get("error") == Some(&json!("in_use")) => {
                extension.reap()?;
                Ok(None)
            }
            // It died of its fault while it opened.
            None if fault.is_some() => Ok(Some(extension)),
            other => Err(format!("the extension of {} said {other:?} at its start", extension.name)),
        }
    }

    /// Lets it work until it is online, or for some time, or until it ends.
    pub fn work(&mut self, patience: Duration) -> Result<(), String> {
        let until = Instant::now() + patience;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            match self.next(left) {
                Ok(Some(line)) if line.to_string().contains(r#""state":"online""#) => return Ok(()),
                Ok(Some(line)) if line.get("error").is_some() => {
                    return Err(format!("the extension of {} said {line}", self.name));
                }
                Ok(Some(_)) => {}
                // It has ended, or is still at it.
                Ok(None) | Err(_) => return Ok(()),
            }
        }
        Ok(())
    }

    /// Kills it at once.
    pub fn kill(mut self) -> Result<(), String> {
        // One that is already dead is what was wanted.
        drop(self.child.kill());
        self.reap().map(drop)
    }

    /// Ends it as the system's time limit would have it end.
    pub fn quit(mut self) -> Result<(), String> {
        drop(self.input.take());
        self.ended_well()
    }

    /// Waits until it has noticed that the app is there, and ends.
    pub fn overtaken(mut self) -> Result<(), String> {
        loop {
            match self.next(PATIENCE)? {
                Some(line) if line.get("event") == Some(&json!("ended")) => return self.ended_well(),
                Some(_) => {}
                None => return Err(format!("the extension of {} ended without a word", self.name)),
            }
        }
    }

    /// Waits for the planned fault; false if it never struck.
    pub fn dies(mut self, patience: Duration) -> Result<bool, String> {
        let until = Instant::now() + patience;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if let Ok(None) = self.next(left) {
                self.reap()?;
                return Ok(true);
            }
        }
        self.kill()?;
        Ok(false)
    }

    fn ended_well(&mut self) -> Result<(), String> {
        let status = self.reap()?;
        if status.success() { Ok(()) } else { Err(format!("the extension of {} ended with {status}", self.name)) }
    }

    /// The next line; `None` when it has ended.
    fn next(&mut self, patience: Duration) -> Result<Option<Value>, String> {
        match self.lines.recv_timeout(patience) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => Err(format!("the extension of {} says nothing", self.name)),
        }
    }

    fn tell(&mut self, command: &Value) -> std::io::Result<()> {
        self.input.as_mut().map_or(Ok(()), |input| writeln!(input, "{command}"))
    }

    fn reap(&mut self) -> Result<ExitStatus, String> {
        let until = Instant::now() + PATIENCE;
        loop {
            let status = self.child.try_wait().map_err(|error| format!("the extension of {}: {error}", self.name))?;
            if let Some(status) = status {
                return Ok(status);
            }
            if Instant::now() > until {
                drop(self.child.kill());
                return Err(format!("the extension of {} does not end", self.name));
            }
            // The system wakes nobody for a child that ends; a look a tick is simplest.
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Extension {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
