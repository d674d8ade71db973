//! What was sent: written and flushed before the device is told to send, so that nothing can be sent and not known.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

/// One message that a device was, or is about to be, told to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The device: "A1", "A2" or "B".
    pub sender: String,
    /// Counts from 1 for each sender, in the order of sending.
    pub number: u64,
    /// The caller's own id of the send, repeated when a killed device did not answer.
    pub token: String,
    /// Unique in the whole run.
    pub body: String,
}

/// The file.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

impl Journal {
    /// Begins a new journal in the place of any old one.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), file: Mutex::new(File::create(path)?) })
    }

    /// Writes an entry down before it is sent.
    pub fn write(&self, entry: &Entry) -> io::Result<()> {
        let Entry { sender, number, token, body } = entry;
        let mut line = json!({ "sender": sender, "number": number, "token": token, "body": body }).to_string();
        line.push('\n');
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
    }

    /// Everything written so far, read back from the file.
    pub fn read(&self) -> io::Result<Vec<Entry>> {
        read(&self.path)
    }
}

fn read(path: &Path) -> io::Result<Vec<Entry>> {
    BufReader::new(File::open(path)?).lines().map(|line| entry(&serde_json::from_str(&line?)?)).collect()
}

fn entry(value: &Value) -> io::Result<Entry> {
    let text = |name: &str| {
        let found = value.get(name).and_then(Value::as_str).map(str::to_owned);
        found.ok_or_else(|| io::Error::other(format!("a journal line without {name}")))
    };
    let number = value.get("number").and_then(Value::as_u64);
    let number = number.ok_or_else(|| io::Error::other("a journal line without number"))?;
    Ok(Entry { sender: text("sender")?, number, token: text("token")?, body: text("body")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let path = std::env::temp_dir().join(format!("linnet-journal-{}", std::process::id()));
        let journal = Journal::create(&path).unwrap();
        let entry = Entry {
            sender: "A1".into(),
            number: 1,
            token: "t".into(),
            body: "two\nlines, \"quoted\" & ünïcode 🐦".into(),
        };
        journal.write(&entry).unwrap();
        journal.write(&Entry { number: 2, ..entry.clone() }).unwrap();
        let read = journal.read().unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read, [entry.clone(), Entry { number: 2, ..entry }]);
    }
}
