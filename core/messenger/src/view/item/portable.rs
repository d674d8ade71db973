//! An account's way into a file and out of one, as its screen shows it.

use serde::{Deserialize, Serialize};

/// What the server is asked for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportItem {
    pub total: u32,
    /// Answered, be it that there is nothing.
    pub done: u32,
    /// Not to be had: the file will lack it.
    pub missing: u32,
}

impl ExportItem {
    /// Of how many parts there are, and how many of them are still asked for or missing.
    pub fn of(total: u32, asked: u32, missing: u32) -> Option<Self> {
        (total > 0).then_some(Self { total, done: total.saturating_sub(asked), missing })
    }
}

/// What a file brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportItem {
    /// Whose file it is.
    pub source: String,
    pub total: u32,
    /// Still to be done; none: it is at its end.
    pub left: u32,
    /// What the server did not take.
    pub refused: u32,
    /// What was left as it is, because the account had its own.
    pub kept: u32,
}
