//! Benches: each measures one promise on a store or wire of real size, and prints one line.

pub mod catchup;
pub mod delay;
pub mod driver;
pub mod fill;
pub mod idle;
pub mod memory;
pub mod open;
pub mod reconnect;
