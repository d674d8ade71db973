//! Accounts: which there are and what is known of them.

pub mod client_access;
pub mod departure;
pub mod handover;
pub mod look;
pub mod outage;
pub mod own_devices;
pub mod passphrase;
pub mod password;
pub mod provider;
pub mod server_details;
pub mod settings;
pub mod sign_up;
