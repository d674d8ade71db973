//! The stream level: connect, login, resumption, back-off.
pub mod features;
pub mod saslprep;
pub mod scram;
