//! Accounts: which there are and what is known of them.

pub mod settings;
pub mod sign_up;
