//! Chaos: real processes on a real server, over links that are cut at the worst moments, and a verdict from outside.
//!
//! Alice has two phones (A1, A2), bob has one (B). Each is a `linnet-driver` process behind a proxy of its own, with a
//! clock of its own. A plan drawn from a seed makes them talk, cuts their links, kills them and restarts the server; at
//! the end the journal of what was sent is compared with each account's archive, read by a client that shares no line
//! with Linnet, and with what each device shows.

pub mod compare;
pub mod device;
pub mod extension;
pub mod journal;
pub mod lane;
pub mod oracle;
pub mod plan;
pub mod proxy;
pub mod random;
pub mod run;
pub mod screen;
pub mod tally;
pub mod words;
