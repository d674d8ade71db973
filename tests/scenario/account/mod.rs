//! Accounts: made, moved, ended.

mod departure;
mod sign_up;
