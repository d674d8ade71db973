//! Lines out. One thread writes them, so that neither the core thread nor a watch ever waits for the reader of a pipe
//! while it holds anything; a watch takes its next batch only when the last one is written.

use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Instant;

use linnet_messenger::command::{Receipt, Restored};
use linnet_messenger::effect::{Effect, SessionKind};
use linnet_messenger::engine::End;
use linnet_messenger::fault::CommandError;
use linnet_messenger::store::OpenError as StoreError;
use linnet_runtime::{OpenError, Platform};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// `ok` or the name of an error.
pub(crate) type Answer = Result<Value, &'static str>;

enum Entry {
    Line(Value, Option<oneshot::Sender<()>>),
    End,
}

/// The way to standard output.
#[derive(Clone)]
pub(crate) struct Output {
    entries: mpsc::Sender<Entry>,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Output {
    pub(crate) fn start() -> Self {
        let (entries, written) = mpsc::channel();
        let writer = std::thread::spawn(move || {
            let mut stdout = std::io::stdout().lock();
            for entry in written {
                let Entry::Line(line, done) = entry else { return };
                // Who closed the pipe wants no more lines; the end of the input will come too.
                if writeln!(stdout, "{line}").and_then(|()| stdout.flush()).is_err() {
                    return;
                }
                if let Some(done) = done {
                    let _ = done.send(());
                }
            }
        });
        Self { entries, writer: Arc::new(Mutex::new(Some(writer))) }
    }

    /// Queues a line.
    pub(crate) fn line(&self, line: Value) {
        // Without a writer nobody reads.
        let _ = self.entries.send(Entry::Line(line, None));
    }

    /// Writes a line and waits until that is done; false if nobody reads.
    pub(crate) async fn written(&self, line: Value) -> bool {
        let (done, is_done) = oneshot::channel();
        let _ = self.entries.send(Entry::Line(line, Some(done)));
        is_done.await.is_ok()
    }

    pub(crate) fn answer(&self, id: u64, answer: Answer) {
        self.line(match answer {
            Ok(ok) => json!({ "answer": id, "ok": ok }),
            Err(error) => json!({ "answer": id, "error": error }),
        });
    }

    /// Writes what is queued.
    pub(crate) fn finish(&self) {
        let _ = self.entries.send(Entry::End);
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            let _ = writer.join();
        }
    }
}

/// What the core tells besides answers.
pub(crate) struct Surroundings {
    pub(crate) output: Output,
    pub(crate) boot_id: Option<String>,
    /// The core has ended by itself.
    pub(crate) ended: Arc<tokio::sync::Notify>,
}

impl Platform for Surroundings {
    fn boot_id(&self) -> Option<String> {
        self.boot_id.clone()
    }

    fn ended(&self, end: End) {
        let why = snake_case(&format!("{end:?}"));
        self.output.line(json!({ "event": "ended", "why": why }));
        self.ended.notify_one();
    }

    fn effect(&self, effect: &Effect) {
        match effect {
            Effect::Violation { account, violation } => {
                let name = snake_case(&format!("{violation:?}"));
                self.output.line(json!({ "violation": name, "account": account }));
            }
            Effect::Session { account, kind, sign_in } => {
                let (kind, failed) = match kind {
                    SessionKind::Resumed => ("resumed", false),
                    SessionKind::Bound { after_failed_resume } => ("bound", *after_failed_resume),
                };
                let line = json!({
                    "event": "session", "account": account, "kind": kind, "after_failed_resume": failed,
                    "mechanism": sign_in.mechanism, "flights": sign_in.flights, "pipelined": sign_in.pipelined,
                    "fast": sign_in.fast,
                });
                self.output.line(line);
            }
            _ => {}
        }
    }
}

/// What a command made.
pub(crate) fn receipt(receipt: Receipt) -> Value {
    match receipt {
        Receipt::Done => json!({}),
        Receipt::Locked(locked) => json!({ "locked": locked }),
        Receipt::Account(account) => json!({ "account": account }),
        Receipt::SignUp(sign_up) => json!({ "sign_up": sign_up }),
        Receipt::Chat(chat) => json!({ "chat": chat }),
        Receipt::Message(message) => json!({ "message": message }),
        Receipt::Arrival { code, patience } => json!({ "code": code, "patience": patience }),
        Receipt::Digits(digits) => json!({ "digits": digits }),
        Receipt::Handover { code, digits, patience } => {
            json!({ "code": code, "digits": digits, "patience": patience })
        }
        Receipt::Sealed(code) => json!({ "code": code }),
        Receipt::Restored(Restored { accounts, known, contacts, blocks }) => {
            json!({ "accounts": accounts, "known": known, "contacts": contacts, "blocks": blocks })
        }
        // They go into files (`file.rs`).
        Receipt::Backup(_) | Receipt::Exported(_) => json!({}),
    }
}

pub(crate) fn command_error(error: CommandError) -> &'static str {
    match error {
        CommandError::AddressInvalid => "address_invalid",
        CommandError::NotFound => "not_found",
        CommandError::AccountKnown => "account_known",
        CommandError::TextInvalid => "text_invalid",
        CommandError::PictureInvalid => "picture_invalid",
        CommandError::NotNow => "not_now",
        CommandError::PinWrong => "pin_wrong",
        CommandError::Unreadable => "unreadable",
        CommandError::Newer => "newer",
        CommandError::TooLarge => "too_large",
        CommandError::Foreign => "foreign",
        CommandError::Expired => "expired",
        CommandError::PassphraseWrong => "passphrase_wrong",
        CommandError::Offline => "offline",
        CommandError::Storage => "storage",
        CommandError::Internal => "internal",
    }
}

pub(crate) fn open_error(error: &OpenError) -> &'static str {
    match error {
        OpenError::Store(StoreError::KeyOrFile) => "key_or_file",
        OpenError::Store(StoreError::NewerSchema) => "newer_schema",
        OpenError::Store(StoreError::DiskFull) => "disk_full",
        OpenError::Store(StoreError::InUse) => "in_use",
        _ => "other",
    }
}

/// Microseconds since then.
pub(crate) fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// For people, before there is a log.
pub(crate) fn complain(problem: &str) {
    // Standard error may be closed; then nobody listens.
    let _ = writeln!(std::io::stderr(), "{problem}");
}

/// Log lines go to standard error.
pub(crate) fn log_to_stderr(filter: &str) -> Result<(), String> {
    let filter: Targets = filter.parse().map_err(|error| format!("--log: {error}"))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(filter).with(lines).try_init().map_err(|error| format!("--log: {error}"))
}

/// `RosterPushForged` as `roster_push_forged`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use linnet_messenger::fault::Violation;

    use super::*;

    #[test]
    fn violations_are_named_in_snake_case() {
        assert_eq!(snake_case(&format!("{:?}", Violation::RosterPushForged)), "roster_push_forged");
        assert_eq!(snake_case(&format!("{:?}", Violation::AckTooHigh)), "ack_too_high");
    }
}
