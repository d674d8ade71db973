//! Accounts: made, moved, ended.

mod departure;
mod handover;
mod sign_up;
