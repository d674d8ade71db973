//! The SQLite database: one encrypted file for all accounts, one writer, readers on snapshots.
//!
//! Invariants: migrations only go forward and their texts never change; a reader can't write; resumption state is
//! forgotten when the file is not the one this device wrote last.

pub(crate) mod integrity;
mod lease;
mod migrate;
mod open;

use std::path::PathBuf;

use zeroize::Zeroizing;

pub use integrity::{Verdict, check_pages};
pub(crate) use lease::Lease;
pub use open::{Durability, Store, open_reader};

/// Where the database is and what opens it.
#[derive(Clone)]
pub struct StoreOptions {
    /// `None`: in memory, for tests.
    pub path: Option<PathBuf>,
    /// The raw 256-bit SQLCipher key from the platform's key store.
    pub key: Zeroizing<[u8; 32]>,
    /// Which of the processes on this file this one is.
    pub role: Role,
}

impl StoreOptions {
    /// The app's own store.
    pub fn new(path: Option<PathBuf>, key: impl Into<Zeroizing<[u8; 32]>>) -> Self {
        Self { path, key: key.into(), role: Role::App }
    }
}

/// What a process is to the others on the same file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// What the user sees: takes the streams over whoever has them.
    #[default]
    App,
    /// Woken by a push: works only while the app does not.
    Extension,
}

impl Role {
    /// The stored word.
    pub fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Extension => "extension",
        }
    }
}

impl std::fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreOptions").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Why the database can't be opened. Each opens a recovery screen; server history and roster come back from the server.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the key does not open this database, or the file is corrupt")]
    KeyOrFile,
    #[error("the database was written by a newer version")]
    NewerSchema,
    #[error("the disk is full")]
    DiskFull,
    #[error("another process works with this database")]
    InUse,
    #[error("the database can't be opened: {0}")]
    Other(#[source] StoreError),
}

impl OpenError {
    /// The file beside the database can't be locked.
    fn lock(error: std::io::Error) -> Self {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
        rusqlite::Error::SqliteFailure(code, Some(format!("the lock: {error}"))).into()
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => Self::KeyOrFile,
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull,
            _ => Self::Other(error.into()),
        }
    }
}

/// SQLite failed.
#[derive(Debug, thiserror::Error)]
#[error("storage: {0}")]
pub struct StoreError(#[from] rusqlite::Error);

impl StoreError {
    /// A page of the file is not what was written: its authentication fails, or what it holds makes no sense.
    pub fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        matches!(self.0.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
    }
}
