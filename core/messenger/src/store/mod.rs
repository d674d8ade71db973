//! The SQLite database: one encrypted file for all accounts, one writer, readers on snapshots.

use std::path::PathBuf;

use zeroize::Zeroizing;

/// Where the database is and what opens it.
#[derive(Clone)]
pub struct StoreOptions {
    /// `None`: in memory, for tests.
    pub path: Option<PathBuf>,
    /// The raw 256-bit SQLCipher key from the platform's key store.
    pub key: Zeroizing<[u8; 32]>,
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

/// SQLite failed.
#[derive(Debug, thiserror::Error)]
#[error("storage: {0}")]
pub struct StoreError(#[from] rusqlite::Error);
