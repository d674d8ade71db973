//! Linnet's I/O: sockets, TLS, DNS, threads and clocks around the sans-I/O messenger.
//!
//! One plain thread owns the [`linnet_messenger::engine::Engine`] and is the only one that writes the database
//! (`thread.rs`). Each connection is one tokio task (`net.rs`). Two reader threads serve every view (`readers.rs`).
//! Work arrives at the core thread through one channel; effects leave it only after the commit that caused them.
//!
//! A [`Client`] is all that `bindings` and `linnet-driver` see.

#![deny(unsafe_code)]

mod backup;
mod certificate;
mod check;
mod client;
mod clock;
mod connect;
mod dns;
#[cfg(feature = "fuzz")]
#[doc(hidden)]
pub mod fuzz;
mod log;
mod lookup;
mod memory;
mod net;
mod places;
mod platform;
mod random;
mod readers;
#[cfg(feature = "sabotage")]
pub mod sabotage;
mod socks;
mod subscription;
mod tasks;
mod thread;
mod tls;
mod trust;

pub use client::{Client, OpenError, Options};
pub use log::{LogLevel, log_to, report_bug};
pub use lookup::{Lookup, Question};
pub use platform::{Judgement, Platform};
pub use random::{new_password, new_token};
pub use subscription::{Subscription, SubscriptionError};
