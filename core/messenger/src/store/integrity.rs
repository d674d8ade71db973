//! Whether the file is still what was written. SQLCipher authenticates every page it reads, so damage never passes for
//! data; what is left to decide is when to look, and what follows.
//!
//! At every start the few rows that a resumption relies on are read with their indexes. All pages are read once a boot, in
//! the background: within a boot a killed process leaves what the system has in its cache, whole; only a power cut or a
//! failing disk tears pages, and after a power cut the boot is another.
//!
//! Invariants: damage found anywhere stops the messenger and is remembered: the next open leads to the recovery screen.

use rusqlite::{Connection, InterruptHandle, OptionalExtension};

use super::{StoreError, StoreOptions, open_reader};

/// What a resumption of a stream relies on.
const RESUMPTION: [&str; 5] = ["account", "stream", "unacknowledged", "request", "job"];

/// What came of reading every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Sound,
    Damaged,
    /// Interrupted, or it could not be read for another reason: to be done again.
    Unknown,
}

/// Whether what a resumption relies on is sound. Costs the reading of a few small tables.
pub(super) fn resumption_is_sound(connection: &Connection) -> rusqlite::Result<bool> {
    if remembered_damage(connection)? {
        return Ok(false);
    }
    for table in RESUMPTION {
        let said: String = connection.query_row(&format!("PRAGMA quick_check('{table}')"), [], |row| row.get(0))?;
        if said != "ok" {
            tracing::error!(table, said, "the database is damaged");
            return Ok(false);
        }
    }
    Ok(true)
}

/// Reads every page, on a connection of its own; `started` gets what interrupts it, and says whether to go on. Takes
/// seconds for a large store.
pub fn check_pages(options: &StoreOptions, started: impl FnOnce(InterruptHandle) -> bool) -> Verdict {
    let check = || -> Result<Option<String>, StoreError> {
        let connection = open_reader(options)?;
        // Pages are read once: nothing is gained by keeping them.
        connection.execute_batch("PRAGMA cache_size = -512")?;
        if !started(connection.get_interrupt_handle()) {
            return Ok(None);
        }
        Ok(Some(connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?))
    };
    match check() {
        Ok(None) => Verdict::Unknown,
        Ok(Some(said)) if said == "ok" => Verdict::Sound,
        Ok(Some(said)) => {
            tracing::error!(said, "the database is damaged");
            Verdict::Damaged
        }
        Err(error) if error.is_damage() => {
            tracing::error!(%error, "the database is damaged");
            Verdict::Damaged
        }
        Err(error) => {
            tracing::debug!(%error, "not all pages were read");
            Verdict::Unknown
        }
    }
}

/// Whether all pages have been read in this boot.
pub(super) fn is_checked(connection: &Connection, boot_id: &str) -> rusqlite::Result<bool> {
    let checked: Option<String> =
        connection.query_row("SELECT value FROM meta WHERE name = 'checked_boot'", [], |row| row.get(0)).optional()?;
    Ok(checked.as_deref() == Some(boot_id))
}

/// Remembers what came of it.
pub(crate) fn remember(connection: &Connection, verdict: Verdict, boot_id: &str) -> rusqlite::Result<()> {
    let (name, value) = match verdict {
        Verdict::Sound => ("checked_boot", boot_id),
        Verdict::Damaged => ("damaged", "1"),
        Verdict::Unknown => return Ok(()),
    };
    connection
        .prepare_cached(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?
        .execute([name, value])?;
    Ok(())
}

fn remembered_damage(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM meta WHERE name = 'damaged'")?.exists([])
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, SeekFrom, Write};
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::store::{OpenError, Store};

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("linnet-integrity-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir(&path).unwrap();
        path
    }

    /// A store with enough rows that most of its pages are messages'.
    fn filled(path: &Path) -> StoreOptions {
        let options = StoreOptions::new(Some(path.to_owned()), [1; 32]);
        let store = Store::open(options.clone()).unwrap();
        let sql = "INSERT INTO account (id, jid, password, resource, connection) VALUES (1, 'a@b', '', '', '');
             INSERT INTO chat (id, account_id, jid) VALUES (1, 1, 'c@d');
             WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
             INSERT INTO message (chat_id, position, place, sender, outgoing, body, time, state)
             SELECT 1, i, 0, 'c@d', 0, hex(randomblob(100)), 0, 0 FROM n;
             PRAGMA wal_checkpoint(TRUNCATE);";
        store.connection.execute_batch(sql).unwrap();
        options
    }

    /// Turns one bit of a page.
    fn spoil(path: &Path, page: u64) {
        let mut file = std::fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
        let at = SeekFrom::Start((page - 1) * 4096 + 100);
        let mut byte = [0];
        file.seek(at).unwrap();
        file.read_exact(&mut byte).unwrap();
        file.seek(at).unwrap();
        file.write_all(&[byte[0] ^ 1]).unwrap();
    }

    fn page_of(store: &Store, table: &str) -> u64 {
        let sql = "SELECT rootpage FROM sqlite_master WHERE name = ?1";
        let page: i64 = store.connection.query_row(sql, [table], |row| row.get(0)).unwrap();
        page.unsigned_abs()
    }

    #[test]
    fn a_sound_file_is_read_once_a_boot() {
        let folder = folder("sound");
        let options = filled(&folder.join("x.db"));
        assert_eq!(check_pages(&options, |_| true), Verdict::Sound);
        let store = Store::open(options).unwrap();
        assert!(!is_checked(&store.connection, "one").unwrap());
        remember(&store.connection, Verdict::Sound, "one").unwrap();
        assert!(is_checked(&store.connection, "one").unwrap());
        assert!(!is_checked(&store.connection, "two").unwrap());
        drop(std::fs::remove_dir_all(&folder));
    }

    #[test]
    fn a_look_that_is_called_off_has_no_verdict() {
        let folder = folder("off");
        let options = filled(&folder.join("x.db"));
        assert_eq!(check_pages(&options, |_| false), Verdict::Unknown);
        drop(std::fs::remove_dir_all(&folder));
    }

    #[test]
    fn a_damaged_page_anywhere_is_found_and_remembered() {
        let folder = folder("page");
        let path = folder.join("x.db");
        let options = filled(&path);
        let size = std::fs::metadata(&path).unwrap().len() / 4096;
        spoil(&path, size - 3);
        let store = Store::open(options.clone()).expect("nothing that a start reads is there");
        assert_eq!(check_pages(&options, |_| true), Verdict::Damaged);
        remember(&store.connection, Verdict::Damaged, "boot").unwrap();
        drop(store);
        assert!(matches!(Store::open(options), Err(OpenError::KeyOrFile)));
        drop(std::fs::remove_dir_all(&folder));
    }

    #[test]
    fn nothing_is_resumed_from_a_damaged_stream() {
        let folder = folder("stream");
        let path = folder.join("x.db");
        let options = filled(&path);
        let store = Store::open(options.clone()).unwrap();
        let page = page_of(&store, "stream");
        drop(store);
        spoil(&path, page);
        assert!(matches!(Store::open(options), Err(OpenError::KeyOrFile)));
        drop(std::fs::remove_dir_all(&folder));
    }
}
