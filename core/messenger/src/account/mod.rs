//! Accounts: which there are and what is known of them.

pub mod passphrase;
pub mod provider;
pub mod settings;
pub mod sign_up;
