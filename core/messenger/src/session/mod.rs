//! The stream level: connect, login, resumption, back-off.
pub mod features;
pub mod negotiate;
pub mod saslprep;
pub mod scram;
