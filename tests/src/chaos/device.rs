//! One device: a `linnet-driver` process that may die at any moment, and what is known of it from outside.
//!
//! Invariants: a message is journalled before the driver hears of it; what the driver has not answered is said again
//! after a restart, with the same token and in the same order, before anything new.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::journal::{Entry, Journal};
use super::plan::FaultPoint;
use super::proxy::Link;
use super::screen::{self, Screen};

const ACCOUNTS: &str = "accounts";
const TIMELINE: &str = "timeline";
/// A driver that takes longer for anything local is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// What does not change over a device's life.
#[derive(Debug, Clone)]
pub struct Settings {
    pub name: &'static str,
    pub driver: PathBuf,
    /// Where the store and the logs are.
    pub folder: PathBuf,
    pub ca: PathBuf,
    pub address: String,
    pub password: String,
    pub contact: String,
    pub sabotage: Option<String>,
    pub log: String,
}

/// What may differ from start to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// How wrong the clock is, milliseconds.
    pub skew: i64,
    /// A new boot of the device.
    pub reboot: bool,
    pub fault: Option<(FaultPoint, u64)>,
}

/// A login or a resumption, as the driver told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    pub resumed: bool,
    /// The process it happened in, counted from 1.
    pub process: u64,
    /// The boot it happened in.
    pub boot: u64,
}

/// Why a command has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The process is dead.
    Dead,
    /// The driver said no.
    Refused(String),
    /// The driver said nothing.
    Late,
}

/// A device.
#[derive(Debug)]
pub struct Device {
    pub settings: Settings,
    pub link: Link,
    journal: Arc<Journal>,
    /// Held while messages are numbered and handed over, so that their order is the order of sending.
    sending: Mutex<()>,
    /// Apart from `known`: writing may block while the driver waits for its own output to be heard.
    input: Mutex<Option<ChildStdin>>,
    known: Mutex<Known>,
    changed: Condvar,
}

/// What is known of the device.
#[derive(Debug, Default)]
pub struct Known {
    child: Option<Child>,
    /// Counts starts; what an older process says is ignored.
    process: u64,
    boot: u64,
    /// How wrong the clock of the last start is, milliseconds.
    skew: i64,
    pub alive: bool,
    ready: bool,
    asked: u64,
    answers: BTreeMap<u64, Result<Value, String>>,
    /// Which message a command is about, by the command's id.
    says: BTreeMap<u64, u64>,
    /// Messages journalled so far.
    pub said: u64,
    /// Messages that no driver process has answered yet, by number.
    unanswered: BTreeMap<u64, Entry>,
    account: Option<i64>,
    chat: Option<i64>,
    watches: BTreeMap<u64, &'static str>,
    accounts: Screen,
    pub timeline: Screen,
    /// Counts batches of accounts, to tell a new "waiting" from an old one.
    pub account_changes: u64,
    pub sessions: Vec<Session>,
    pub violations: BTreeMap<String, u64>,
    /// Bodies that stood on the screen twice at some moment.
    pub seen_twice: BTreeSet<String>,
    /// Errors of the driver itself: batches that don't fit, lines that aren't JSON, refused sends.
    pub complaints: Vec<String>,
}

impl Known {
    /// The state of the account's connection, as the view has it.
    pub fn connection(&self) -> &str {
        let state = self.accounts.items.first().and_then(|item| item.get("connection")?.get("state")?.as_str());
        state.filter(|_| self.alive).unwrap_or("none")
    }

    /// Messages that the server has not taken, as far as the device knows.
    pub fn pending(&self) -> usize {
        let shown = |body: &str| self.timeline.messages().any(|message| message.says(body));
        let sending = self.timeline.messages().filter(|message| message.state == "sending").count();
        sending + self.unanswered.values().filter(|entry| !shown(&entry.body)).count()
    }
}

impl Device {
    /// A device that has not been started yet.
    pub fn new(settings: Settings, link: Link, journal: Arc<Journal>) -> Self {
        let (sending, input, known) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { settings, link, journal, sending, input, known, changed: Condvar::new() }
    }

    /// What is known right now.
    pub fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `wished` gives something, `None` after `patience`.
    pub fn wait<T>(&self, patience: Duration, mut wished: impl FnMut(&mut Known) -> Option<T>) -> Option<T> {
        let until = Instant::now() + patience;
        let mut known = self.known();
        loop {
            if let Some(found) = wished(&mut known) {
                return Some(found);
            }
            let patience = until.checked_duration_since(Instant::now())?;
            known = self.changed.wait_timeout(known, patience).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Starts the process, signs in at the very first time, and says again what was not answered. A process that dies
    /// early, as a planned fault makes it, is no error.
    pub fn start(self: &Arc<Self>, start: Start) -> Result<(), String> {
        let name = self.settings.name;
        let _order = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        self.spawn(start).map_err(|error| format!("{name} does not start: {error}"))?;
        let ready = self.wait(PATIENCE, |known| (known.ready || !known.alive).then_some(()));
        ready.ok_or_else(|| format!("{name} is not ready after {PATIENCE:?}"))?;
        let told = |trouble: Trouble, what: &str| match trouble {
            Trouble::Dead => Ok(()),
            other => Err(format!("{name}: {what}: {other:?}")),
        };
        if let Err(trouble) = self.watch(ACCOUNTS, json!({ "do": "watch", "view": ACCOUNTS })) {
            return told(trouble, "watching accounts");
        }
        if self.known().chat.is_none()
            && let Err(trouble) = self.sign_in()
        {
            return told(trouble, "signing in");
        }
        let chat = self.known().chat;
        if let Err(trouble) = self.watch(TIMELINE, json!({ "do": "watch", "view": TIMELINE, "chat": chat })) {
            return told(trouble, "watching the chat");
        }
        let again: Vec<u64> = self.known().unanswered.keys().copied().collect();
        again.into_iter().for_each(|number| self.hand_over(number));
        Ok(())
    }

    /// Says a text. It is journalled even if the process is dead: then it is said at the next start.
    pub fn say(&self, text: &str) -> Result<u64, String> {
        let _order = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        let name = self.settings.name;
        let number = {
            let mut known = self.known();
            known.said += 1;
            let number = known.said;
            let body = format!("{name} #{number} {text}");
            let entry = Entry { sender: name.to_owned(), number, token: format!("{name}-{number}-chaos"), body };
            self.journal.write(&entry).map_err(|error| format!("the journal: {error}"))?;
            known.unanswered.insert(number, entry);
            number
        };
        self.hand_over(number);
        Ok(number)
    }

    /// Gives the driver a command and waits for the answer.
    pub fn ask(&self, command: Value) -> Result<Value, Trouble> {
        let (process, id) = self.tell(command, |_, _| ()).ok_or(Trouble::Dead)?;
        self.answer(process, id)
    }

    fn answer(&self, process: u64, id: u64) -> Result<Value, Trouble> {
        let answer = self.wait(PATIENCE, |known| match known.answers.remove(&id) {
            Some(Ok(answer)) => Some(Ok(answer)),
            Some(Err(error)) => Some(Err(Trouble::Refused(error))),
            None => (!known.alive || known.process != process).then_some(Err(Trouble::Dead)),
        });
        answer.unwrap_or(Err(Trouble::Late))
    }

    /// Tells the device that its network changed. A dead device hears nothing.
    pub fn network_changed(&self) -> Result<(), String> {
        self.obey("network_changed")
    }

    /// Gives a command without arguments. A dead device hears nothing.
    pub fn obey(&self, command: &str) -> Result<(), String> {
        match self.ask(json!({ "do": command })) {
            Ok(_) | Err(Trouble::Dead) => Ok(()),
            Err(trouble) => Err(format!("{}: {command}: {trouble:?}", self.settings.name)),
        }
    }

    /// The whole timeline.
    pub fn dump(&self) -> Result<Vec<Value>, String> {
        let chat = self.known().chat;
        let answer = self.ask(json!({ "do": "dump", "chat": chat }));
        let answer = answer.map_err(|trouble| format!("{}: dump: {trouble:?}", self.settings.name))?;
        let items = answer.get("items").and_then(Value::as_array).cloned();
        items.ok_or_else(|| format!("{}: a dump without items", self.settings.name))
    }

    /// All of a message's text.
    pub fn text(&self, message: i64) -> Result<String, String> {
        let answer = self.ask(json!({ "do": "text", "message": message }));
        let answer = answer.map_err(|trouble| format!("{}: text: {trouble:?}", self.settings.name))?;
        let text = answer.get("text").and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| format!("{}: a text that isn't there", self.settings.name))
    }

    /// Kills the process at once, and waits until it is gone.
    pub fn kill(&self) -> Result<(), String> {
        if let Some(child) = self.known().child.as_mut() {
            // A process that is already dead is what was wanted.
            drop(child.kill());
        }
        self.reap().map(drop)
    }

    /// Ends the process in good order.
    pub fn quit(&self) -> Result<(), String> {
        drop(self.input().take());
        let status = self.reap()?;
        status.is_none_or(|status| status.success()).then_some(()).ok_or_else(|| {
            format!("{}: the driver did not end well: {}", self.settings.name, status.map_or_else(String::new, shown))
        })
    }

    /// Waits until the process has ended and everything it said is read.
    pub fn reap(&self) -> Result<Option<ExitStatus>, String> {
        let name = self.settings.name;
        let ended = self.wait(PATIENCE, |known| (!known.alive).then_some(()));
        drop(self.input().take());
        let mut known = self.known();
        let Some(mut child) = known.child.take() else { return Ok(None) };
        if ended.is_none() {
            drop(child.kill());
        }
        let status = child.wait().map_err(|error| format!("{name}: {error}"))?;
        ended.map(|()| Some(status)).ok_or_else(|| format!("{name} does not end after {PATIENCE:?}"))
    }

    /// What every process on this device's store is told.
    pub fn arguments(&self, command: &mut Command) {
        arguments(command, &self.settings, &self.link, &self.known());
    }

    fn spawn(self: &Arc<Self>, start: Start) -> Result<(), String> {
        let mut input = self.input();
        let mut known = self.known();
        if known.child.is_some() {
            return Err("it still runs".to_owned());
        }
        known.process += 1;
        known.boot += u64::from(start.reboot || known.process == 1);
        known.skew = start.skew;
        let settings = &self.settings;
        let mut command = Command::new(&settings.driver);
        arguments(&mut command, settings, &self.link, &known);
        if let Some((point, after)) = start.fault {
            command.args(["--fault-point", point.name(), "--fault-after", &after.to_string()]);
        }
        let log = settings.folder.join(format!("{}.{:03}.log", settings.name, known.process));
        let errors = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let stdio = |error: std::io::Error| format!("{}: {error}", settings.driver.display());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors);
        let mut child = command.spawn().map_err(stdio)?;
        let output = child.stdout.take();
        *input = child.stdin.take();
        known.child = Some(child);
        (known.alive, known.ready) = (true, false);
        (known.accounts, known.timeline) = (Screen::default(), Screen::default());
        known.watches.clear();
        known.says.clear();
        known.answers.clear();
        let (process, boot, device) = (known.process, known.boot, Arc::clone(self));
        let transcript = settings.folder.join(format!("{}.lines", settings.name));
        let transcript = OpenOptions::new().create(true).append(true).open(transcript).map_err(stdio)?;
        let output = output.ok_or("its output is not connected")?;
        thread::Builder::new()
            .name(format!("{}-{process}", settings.name))
            .spawn(move || device.listen(output, transcript, process, boot))
            .map_err(stdio)?;
        Ok(())
    }

    fn listen(&self, output: ChildStdout, mut transcript: File, process: u64, boot: u64) {
        for line in BufReader::new(output).lines() {
            let Ok(line) = line else { break };
            // Only for people who look into a failed run; it must not stop one.
            drop(writeln!(transcript, "{line}"));
            let mut known = self.known();
            if known.process != process {
                return;
            }
            match serde_json::from_str::<Value>(&line) {
                Ok(value) => known.hear(&value, process, boot),
                // A killed process may leave half a line.
                Err(_) if !line.ends_with('}') => {}
                Err(error) => known.complaints.push(format!("a line that is no JSON: {error}")),
            }
            drop(known);
            self.changed.notify_all();
        }
        let mut known = self.known();
        if known.process == process {
            known.alive = false;
        }
        drop(known);
        self.changed.notify_all();
    }

    fn sign_in(&self) -> Result<(), Trouble> {
        let Settings { address, password, contact, .. } = &self.settings;
        let answer = self.ask(json!({ "do": "add_account", "address": address, "password": password }))?;
        let account = answer.get("account").and_then(Value::as_i64);
        let answer = self.ask(json!({ "do": "start_chat", "account": account, "address": contact }))?;
        let chat = answer.get("chat").and_then(Value::as_i64);
        let mut known = self.known();
        (known.account, known.chat) = (account, chat);
        Ok(())
    }

    fn watch(&self, view: &'static str, command: Value) -> Result<(), Trouble> {
        // Known before it is told: the first batch may come before the answer.
        let told = self.tell(command, |known, id| known.watches.extend([(id, view)]));
        let (process, id) = told.ok_or(Trouble::Dead)?;
        self.answer(process, id).map(drop)
    }

    fn hand_over(&self, number: u64) {
        let known = self.known();
        let (Some(entry), Some(chat)) = (known.unanswered.get(&number), known.chat) else { return };
        let command = json!({ "do": "send_text", "chat": chat, "body": entry.body, "token": entry.token });
        drop(known);
        self.tell(command, |known, id| known.says.extend([(id, number)]));
    }

    /// Writes a command with the next id, known to `register` before the driver can answer. `None` if it is dead.
    fn tell(&self, mut command: Value, register: impl FnOnce(&mut Known, u64)) -> Option<(u64, u64)> {
        let mut input = self.input();
        let mut known = self.known();
        if !known.alive {
            return None;
        }
        known.asked += 1;
        let (process, id) = (known.process, known.asked);
        register(&mut known, id);
        drop(known);
        command.as_object_mut()?.insert("id".to_owned(), json!(id));
        // A pipe that breaks here belongs to a process that dies: its end is noticed by the listening thread.
        input.as_mut()?.write_all(format!("{command}\n").as_bytes()).ok()?;
        Some((process, id))
    }

    fn input(&self) -> MutexGuard<'_, Option<ChildStdin>> {
        self.input.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn arguments(command: &mut Command, settings: &Settings, link: &Link, known: &Known) {
    command.arg("--store").arg(settings.folder.join(format!("{}.db", settings.name)));
    command.args(["--key", &"5a".repeat(32)]).arg("--ca").arg(&settings.ca);
    command.args(["--server", &link.address().to_string()]);
    command.args(["--clock-skew", &known.skew.to_string(), "--log", &settings.log]);
    command.args(["--boot-id", &format!("{}-boot-{}", settings.name, known.boot)]);
    if let Some(sabotage) = &settings.sabotage {
        command.args(["--sabotage", sabotage]);
    }
}

impl Known {
    fn hear(&mut self, line: &Value, process: u64, boot: u64) {
        if let Some(id) = line.get("answer").and_then(Value::as_u64) {
            self.answer(id, line);
        } else if line.get("error").is_some() {
            self.complaints.push(line.to_string());
        } else if let Some(watch) = line.get("watch").and_then(Value::as_u64) {
            let ops = line.get("ops").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            self.batch(watch, ops);
        } else if line.get("event").and_then(Value::as_str) == Some("session") {
            let resumed = line.get("kind").and_then(Value::as_str) == Some("resumed");
            self.sessions.push(Session { resumed, process, boot });
        } else if let Some(violation) = line.get("violation").and_then(Value::as_str) {
            *self.violations.entry(violation.to_owned()).or_default() += 1;
        } else if line.get("ready").is_some() {
            self.ready = true;
        }
    }

    fn answer(&mut self, id: u64, line: &Value) {
        let answer = match line.get("error").and_then(Value::as_str) {
            Some(error) => Err(error.to_owned()),
            None => Ok(line.get("ok").cloned().unwrap_or(Value::Null)),
        };
        match (self.says.remove(&id), answer) {
            (Some(number), Ok(_)) => {
                self.unanswered.remove(&number);
            }
            (Some(number), Err(error)) => self.complaints.push(format!("send #{number} was refused: {error}")),
            (None, answer) => {
                self.answers.insert(id, answer);
            }
        }
    }

    fn batch(&mut self, watch: u64, ops: &[Value]) {
        let Some(view) = self.watches.get(&watch).copied() else { return };
        let screen = if view == ACCOUNTS { &mut self.accounts } else { &mut self.timeline };
        if let Err(error) = screen.apply(ops) {
            self.complaints.push(format!("{view}: {error}"));
        }
        if view == ACCOUNTS {
            self.account_changes += 1;
            return;
        }
        let mut seen = BTreeSet::new();
        let twice: Vec<String> =
            self.timeline.messages().filter(|m| !seen.insert(m.body)).map(|m| m.body.to_owned()).collect();
        self.seen_twice.extend(twice);
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        if let Some(mut child) = self.known().child.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// The gaps that the device shows when asked for everything, and its messages.
pub fn sorted_out(items: &[Value]) -> (Vec<(i64, String)>, Vec<screen::Message<'_>>) {
    (screen::gaps(items), items.iter().filter_map(screen::message).collect())
}

fn shown(status: ExitStatus) -> String {
    status.to_string()
}
