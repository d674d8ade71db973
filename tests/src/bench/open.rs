//! How long a user waits from the tap on the icon to the newest messages: opening a store of a million messages in a
//! fresh process, nothing of it in the page cache, up to the first batch of a timeline. Beside it, in turns, the same
//! three queries over plain rusqlite: what the messenger adds is the ratio.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use linnet_messenger::engine::Engine;
use linnet_messenger::ids::ChatId;
use linnet_messenger::view::Op;
use linnet_messenger::view::timeline::Timeline;
use linnet_messenger::view::watch::Watch;

use super::fill::{self, Filled, Repeatable};

const MESSAGES: u64 = 1_000_000;
const OPENS: usize = 200;
const FIRST: usize = 50;

/// Which of the two is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Ours,
    Raw,
}

impl Side {
    /// As the child process is told.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Raw => "raw",
        }
    }
}

/// Runs the bench; gives the line.
pub fn run(folder: &Path, tell: impl Fn(&str)) -> Result<String, String> {
    let filled = fill::store(folder, MESSAGES, tell)?;
    // Every run begins with an empty log; each open adds to it, and the next one has to read it.
    fill::empty_log(&filled.path).map_err(|error| error.to_string())?;
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..OPENS {
        for (side, times) in [Side::Ours, Side::Raw].into_iter().zip(&mut times) {
            evict(&filled.path)?;
            times.push(in_fresh_process(side, &filled)?);
        }
    }
    let [ours, raw] = times.map(p95);
    let ratio = ours / raw;
    Ok(format!("bench open {ours:.2} (ours {ours:.2} ms, raw {raw:.2} ms, ratio {ratio:.2})"))
}

/// One open in this process, which must be a fresh one. It ends the process without closing anything, as phones do.
pub fn once(side: Side, path: &Path, chat: i64) -> Result<Duration, String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let begin = Instant::now();
    match side {
        Side::Ours => {
            let engine = Engine::open(fill::options(path), Box::new(Repeatable(1)), &fill::now());
            let engine = engine.map_err(|error| told(&error))?;
            let reader = engine.reader().map_err(|error| told(&error))?;
            let mut watch = Watch::new(Timeline::new(ChatId(chat)));
            let batch = watch.next(&reader, 0).map_err(|error| told(&error))?.ok_or("no batch")?;
            let elapsed = begin.elapsed();
            let [Op::Reset { items }] = &batch.ops[..] else { return Err("not a first batch".to_owned()) };
            enough(items.len())?;
            std::mem::forget((engine, reader));
            Ok(elapsed)
        }
        Side::Raw => {
            let (connection, count) = raw(path, chat).map_err(|error| told(&error))?;
            let elapsed = begin.elapsed();
            enough(count)?;
            std::mem::forget(connection);
            Ok(elapsed)
        }
    }
}

fn enough(items: usize) -> Result<(), String> {
    if items < FIRST { Err(format!("only {items} items")) } else { Ok(()) }
}

/// The timeline's queries and nothing else.
fn raw(path: &Path, chat: i64) -> rusqlite::Result<(rusqlite::Connection, usize)> {
    let connection = fill::plain(path)?;
    let unread: rusqlite::Result<i64> = connection.query_row(
        "SELECT id FROM message WHERE chat_id = ?1 AND unread = 1 ORDER BY position LIMIT 1",
        [chat],
        |row| row.get(0),
    );
    let mut statement = connection.prepare(
        "SELECT message.position, message.id, message.outgoing, message.sender, contact.name, message.body,
                message.time, message.state, message.failure
         FROM message
         JOIN chat ON chat.id = message.chat_id
         LEFT JOIN contact ON contact.account_id = chat.account_id AND contact.jid = message.sender
         WHERE message.chat_id = ?1 AND message.position <= ?2
         ORDER BY message.position DESC LIMIT ?3",
    )?;
    type Row = (i64, i64, bool, String, Option<String>, String, i64, i64, Option<String>);
    let rows: Vec<Row> = statement
        .query_map((chat, i64::MAX, FIRST as i64 + 1), |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
                row.get(7)?,
                row.get(8)?,
            ))
        })?
        .collect::<Result<_, _>>()?;
    let mut gaps = connection.prepare(
        "SELECT position, id, state FROM gap WHERE chat_id = ?1 AND position BETWEEN ?2 AND ?3 ORDER BY position",
    )?;
    let bottom = rows.last().map_or(i64::MIN, |row| row.0);
    let found: Vec<i64> = gaps.query_map((chat, bottom, i64::MAX), |row| row.get(0))?.collect::<Result<_, _>>()?;
    drop((statement, gaps));
    let count = rows.len() - 1 + found.len() + usize::from(unread.is_ok());
    Ok((connection, count))
}

/// Takes the file and its log out of the page cache.
fn evict(path: &Path) -> Result<(), String> {
    for end in ["", "-wal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        let path = PathBuf::from(name);
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = match File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            file => file.map_err(|error| told(&error))?,
        };
        // Only clean pages are dropped.
        file.sync_all().map_err(|error| told(&error))?;
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).map_err(|error| told(&error))?;
    }
    Ok(())
}

fn in_fresh_process(side: Side, filled: &Filled) -> Result<f64, String> {
    let told = |error: std::io::Error| error.to_string();
    let own = std::env::current_exe().map_err(told)?;
    let output = Command::new(own)
        .args(["open-once", side.name()])
        .arg(&filled.path)
        .arg(filled.chat.to_string())
        .output()
        .map_err(told)?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let microseconds: Option<f64> = text.parse().ok();
    microseconds.map(|time| time / 1000.0).ok_or_else(|| format!("{}: {text}", side.name()))
}

/// The value that 95 of 100 do not exceed.
fn p95(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get((times.len() * 95).div_ceil(100).saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_open_a_small_store_and_an_evicted_one() {
        let folder = std::env::temp_dir().join(format!("linnet-bench-{}", std::process::id()));
        let filled = fill::store(&folder, 5_000, |_| ()).unwrap();
        let again = fill::store(&folder, 5_000, |_| panic!("built twice")).unwrap();
        assert_eq!(filled.path, again.path);
        for side in [Side::Ours, Side::Raw] {
            evict(&filled.path).unwrap();
            once(side, &filled.path, filled.chat).unwrap();
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn p95_leaves_the_worst_twentieth_out() {
        assert_eq!(p95((1..=200).map(f64::from).collect()), 190.0);
        assert_eq!(p95(vec![3.0]), 3.0);
    }
}
