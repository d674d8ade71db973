//! The server's archive (XEP-0313): catching up, filling gaps, and the final word on the order of messages.
//!
//! Archive ids are opaque: never compared, only asked with `before` and `after`. Pages are collected in memory until
//! they end and then stored, the cursor with them, while the next one is on its way: a killed process asks for the page
//! again.

pub mod carbon;
pub mod feature;
pub mod gap;
mod join;
mod late;
pub mod merge;
pub mod page;
pub mod preferences;
mod progress;
pub mod query;
pub mod results;
pub mod run;
pub mod unstored;
