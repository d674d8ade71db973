//! Starts the real servers that Linnet is tested and shown against.
//!
//! Every server runs unprivileged, on loopback, on ports of its own, with its whole state in one folder that goes
//! away with it: any number may run beside each other, and none outlives the process that started it.
//!
//! Only std, `serde_json` and the `openssl` command, so that the crate builds in seconds and `xtask` may use it.

#![forbid(unsafe_code)]

mod admin;
mod certificates;
mod desk;
mod ejabberd;
mod folder;
mod ports;
mod profanity;
mod prosody;
mod root;
mod server;
mod spawn;

pub use desk::Desk;
pub use profanity::Profanity;
pub use server::{Archive, Kind, Options, PasswordHash, Registration, Server};
