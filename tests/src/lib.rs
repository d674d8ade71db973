//! The harness of the scenario, property, live and chaos tests: an XMPP server and a network in virtual time, devices
//! that can be cut off, killed and restored, and pictures of what their screens show.

#![forbid(unsafe_code)]
// A harness may fall over: that is a failed test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

#[cfg(feature = "bench")]
pub mod bench;
#[cfg(feature = "chaos")]
pub mod chaos;
pub mod fake_server;
pub mod fake_world;
#[cfg(feature = "live")]
pub mod live_world;
pub mod picture;
pub mod png;
#[cfg(any(feature = "bench", feature = "live"))]
pub mod process;
pub mod seed;
pub mod stamp;
pub mod world;
pub mod xml;
