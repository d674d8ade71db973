//! The SQLite database: one encrypted file for all accounts, one writer, readers on snapshots.
//!
//! Invariants: migrations only go forward and their texts never change; a reader can't write; resumption state is
//! forgotten when the file is not the one this device wrote last.

mod migrate;
mod open;

use std::path::PathBuf;

use zeroize::Zeroizing;

pub use open::{Durability, Store, open_reader};

/// Where the database is and what opens it.
#[derive(Clone)]
pub struct StoreOptions {
    /// `None`: in memory, for tests.
    pub path: Option<PathBuf>,
    /// The raw 256-bit SQLCipher key from the platform's key store.
    pub key: Zeroizing<[u8; 32]>,
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
    #[error("the database can't be opened: {0}")]
    Other(#[source] StoreError),
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
