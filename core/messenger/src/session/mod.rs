//! The stream level: connect, login, resumption, back-off.
pub mod scram;
