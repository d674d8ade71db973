//! Accounts: made, moved, ended.

mod departure;
mod handover;
mod look;
mod own_devices;
mod server_address;
mod server_details;
mod sign_up;
