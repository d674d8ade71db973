//! Opening the database, its pragmas with their reasons, and the check that the file is the one we wrote last.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};

use super::migrate::migrate;
use super::{Lease, OpenError, StoreError, StoreOptions, integrity};

/// How much a commit must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A power cut: for every commit that releases an acknowledgement or accepts a command.
    Full,
    /// A killed process: for what the server can give again.
    Normal,
}

/// The only connection that writes.
#[derive(Debug)]
pub struct Store {
    pub(crate) connection: Connection,
    pub(crate) lease: Lease,
    options: StoreOptions,
    memory_name: Option<String>,
    durability: Durability,
    /// The write-ahead log may grow longer than usual.
    long_log: bool,
    /// The file is an older copy than the one last written here, or its identity is unknown: nothing that assumes
    /// continuity with a server session may be used.
    pub(crate) restored: bool,
}

impl Store {
    /// Opens or makes the database, brings its schema up to date and checks its identity.
    pub fn open(options: StoreOptions) -> Result<Self, OpenError> {
        static MEMORY: AtomicU64 = AtomicU64::new(0);
        let memory_name = options
            .path
            .is_none()
            .then(|| format!("file:linnet-{}?mode=memory&cache=shared", MEMORY.fetch_add(1, Ordering::Relaxed)));
        let mut connection = match (&options.path, &memory_name) {
            (Some(path), _) => Connection::open(path)?,
            (None, name) => open_memory(name.as_deref().unwrap_or(":memory:"))?,
        };
        prepare(&connection, &options)?;
        // journal_size_limit: after a long catch-up the log gives its room back.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA journal_size_limit = 4194304;
             PRAGMA synchronous = NORMAL;
             PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON;",
        )?;
        migrate(&mut connection)?;
        if !integrity::resumption_is_sound(&connection)? {
            return Err(OpenError::KeyOrFile);
        }
        // Before anything of this run is written: from here on the file is ours.
        let lease = Lease::take(&connection, options.role, options.path.as_deref())?;
        // Not forced to disk: if a power cut takes it back, the numbers differ, and after a power cut nothing is resumed.
        let restored = match &options.path {
            Some(path) => !claim(&connection, path)?,
            None => false,
        };
        connection.execute_batch("PRAGMA synchronous = FULL;")?;
        Ok(Self { connection, lease, options, memory_name, durability: Durability::Full, long_log: false, restored })
    }

    /// A read-only connection on the same database.
    pub fn reader(&self) -> Result<Connection, StoreError> {
        if let Some(name) = &self.memory_name {
            let connection = open_memory(name)?;
            // Shared-cache readers would otherwise wait for the writer's table locks; these tests' readers and writer
            // take turns anyway.
            connection.execute_batch("PRAGMA read_uncommitted = ON; PRAGMA query_only = ON;")?;
            return Ok(connection);
        }
        open_reader(&self.options)
    }

    /// Sets what the next commits must survive.
    pub(crate) fn set_durability(&mut self, durability: Durability) -> Result<(), StoreError> {
        if self.durability != durability {
            self.connection.execute_batch(match durability {
                Durability::Full => "PRAGMA synchronous = FULL",
                Durability::Normal => "PRAGMA synchronous = NORMAL",
            })?;
            self.durability = durability;
        }
        Ok(())
    }

    /// Much is about to be written. Moving the write-ahead log into the file waits for the disk, and a long catch-up writes
    /// the same pages again and again: until the next [`Store::rest`] it is rarer. Not always, because whoever opens the
    /// file after a kill has to read the whole log.
    pub(crate) fn expect_much(&mut self) -> Result<(), StoreError> {
        if !self.long_log {
            self.connection.execute_batch("PRAGMA wal_autocheckpoint = 8000")?;
            self.long_log = true;
        }
        Ok(())
    }

    /// Whether there is something to do when nothing else is.
    pub(crate) fn wants_rest(&self) -> bool {
        self.long_log
    }

    /// Empties the log, and lets go of the pages kept in memory; they come back as they are needed.
    pub(crate) fn rest(&mut self) {
        let mut batch = "PRAGMA shrink_memory".to_owned();
        if std::mem::take(&mut self.long_log) {
            batch.push_str("; PRAGMA wal_autocheckpoint = 1000; PRAGMA wal_checkpoint");
        }
        if let Err(error) = self.connection.execute_batch(&batch) {
            tracing::debug!(%error, "the page cache stays, or the log");
        }
    }

    /// Whether this database ends with its connections: then nobody else can want it, and it must not be closed.
    pub(crate) fn is_in_memory(&self) -> bool {
        self.memory_name.is_some()
    }

    /// Whether all pages have been read in this boot.
    pub(crate) fn is_checked(&self, boot_id: &str) -> bool {
        self.is_in_memory() || integrity::is_checked(&self.connection, boot_id).unwrap_or(false)
    }

    /// Closes the file for a suspension: moves everything from the write-ahead log into it, unless somebody still reads
    /// there, then lets go of the lease.
    pub(crate) fn close(self) {
        let checkpoint = || -> rusqlite::Result<()> {
            // A suspension has 100 ms for all it does.
            self.connection.execute_batch("PRAGMA busy_timeout = 20")?;
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        };
        if let Err(error) = checkpoint() {
            tracing::warn!(%error, "the write-ahead log stays as it is");
        }
        let Self { connection, lease, .. } = self;
        if let Err((_, error)) = connection.close() {
            tracing::warn!(%error, "the database was not closed well");
        }
        // Last: whoever gets the lock finds a closed file.
        drop(lease);
    }
}

/// A read-only connection on an existing database file.
pub fn open_reader(options: &StoreOptions) -> Result<Connection, StoreError> {
    let path = options.path.as_deref().unwrap_or(Path::new(":memory:"));
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    prepare(&connection, options)?;
    // A screen needs less than the writer, and there are two of these: half a MiB each.
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -512;")?;
    Ok(connection)
}

fn open_memory(name: &str) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(
        name,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_URI,
    )
}

/// What every connection needs. The raw key spares the 256,000 rounds of key derivation that a passphrase costs.
fn prepare(connection: &Connection, options: &StoreOptions) -> rusqlite::Result<()> {
    if options.path.is_some() {
        let mut key = zeroize::Zeroizing::new(String::with_capacity(96));
        key.push_str("PRAGMA key = \"x'");
        for byte in options.key.iter() {
            key.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            key.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        }
        key.push_str("'\";");
        // In turn: of two threads that attached the first codec of a process at once, one was told it had given no key.
        static KEYING: Mutex<()> = Mutex::new(());
        let _turn = KEYING.lock().unwrap_or_else(PoisonError::into_inner);
        connection.execute_batch(&key)?;
    }
    connection.execute_batch(
        // cipher_hmac_algorithm: every page read or written is authenticated, and this hash is in the hardware of all
        // phones; SQLCipher's own choice, SHA-512, took a fifth of the time that storing takes.
        // cipher_log_level: what goes wrong comes back as an error, not on stderr. temp_store: Android has no usable
        // temporary folder. busy_timeout: iOS' notification extension is a second process. cache_size: 2 MiB hold
        // the upper pages of every index, whatever their number.
        "PRAGMA cipher_hmac_algorithm = HMAC_SHA256;
         PRAGMA cipher_log_level = NONE;
         PRAGMA temp_store = MEMORY;
         PRAGMA busy_timeout = 5000;
         PRAGMA cache_size = -2048;",
    )?;
    connection.set_prepared_statement_cache_capacity(128);
    // The first read is where a wrong key shows.
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))
}

/// Takes the file for this run. True if it is the very file this device wrote last: same place on disk, and the number
/// beside it agrees with the number inside. A backup put back fails one of the two.
fn claim(connection: &Connection, path: &Path) -> Result<bool, OpenError> {
    let beside = generation_path(path);
    let identity = file_identity(path);
    let read = |name: &str| {
        connection.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get::<_, String>(0)).ok()
    };
    let inside = read("generation");
    let same_place = identity.is_some() && identity == read("file_identity");
    let same = inside.is_some() && inside == std::fs::read_to_string(&beside).ok() && same_place;
    let next = inside.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0).wrapping_add(1).to_string();
    let write =
        "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.execute(write, ["generation", &next])?;
    if !same_place {
        connection.execute(write, ["file_identity", identity.as_deref().unwrap_or("")])?;
    }
    // If this write is lost, the next start merely can't resume.
    let _ = std::fs::write(beside, next);
    Ok(same)
}

fn generation_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-generation");
    name.into()
}

#[cfg(unix)]
fn file_identity(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).ok()?;
    Some(format!("{}:{}", metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn file_identity(path: &Path) -> Option<String> {
    Some(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_of_a_burst_grows_and_is_emptied_at_rest() {
        let folder = std::env::temp_dir().join(format!("linnet-rest-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("x.db");
        let mut store = Store::open(StoreOptions::new(Some(path.clone()), [1; 32])).unwrap();
        let size = || std::fs::metadata(&path).unwrap().len();
        let write = |store: &Store| {
            for _ in 0..15 {
                let sql = "CREATE TABLE IF NOT EXISTS heap (row BLOB) STRICT;
                     WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100)
                     INSERT INTO heap (row) SELECT randomblob(3500) FROM n;";
                store.connection.execute_batch(sql).unwrap();
            }
        };
        write(&store);
        let usual = size();
        assert!(usual > 700 * 4_096, "after a thousand pages the log is emptied");
        assert!(!store.wants_rest());
        store.expect_much().unwrap();
        write(&store);
        write(&store);
        assert_eq!(size(), usual, "in a burst it is not");
        assert!(store.wants_rest());
        store.rest();
        assert!(!store.wants_rest());
        assert!(size() > 4_400 * 4_096, "at rest it is");
        write(&store);
        write(&store);
        assert!(size() > 6_000 * 4_096, "and then as usual");
        drop(store);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
