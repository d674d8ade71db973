//! Linnet's sans-I/O brain: every XMPP rule, every feature and the whole SQLite store, with no socket, no clock and no
//! random source of its own. The runtime feeds [`input::Input`]s and carries out [`effect::Effect`]s; the same crate runs
//! under the scenario tests in virtual time.
//!
//! Map: `wire` bytes ↔ elements · `session` the stream (login, resumption, back-off) · `engine` the loop that knows every
//! feature · `account` `contact` `chat` `message` `archive` the features · `outbox` what still has to leave · `store` the
//! database · `view` what a screen reads.

#![forbid(unsafe_code)]

pub mod account;
pub mod app;
pub mod archive;
pub mod change;
pub mod chat;
pub mod command;
pub mod contact;
pub mod effect;
pub mod engine;
pub mod fault;
pub mod ids;
pub mod input;
pub mod message;
pub mod now;
pub mod outbox;
pub mod random;
pub mod session;
pub mod store;
pub mod view;
pub mod wire;
