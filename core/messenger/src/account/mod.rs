//! Accounts: which there are and what is known of them.

pub mod departure;
pub mod handover;
pub mod passphrase;
pub mod password;
pub mod provider;
pub mod settings;
pub mod sign_up;
