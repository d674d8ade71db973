//! Accounts: which there are and what is known of them.

pub mod settings;
