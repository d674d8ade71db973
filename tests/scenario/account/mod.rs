//! Accounts: made, moved, ended.

mod departure;
mod look;
mod own_devices;
mod server_details;
mod sign_up;
