//! Accounts: made, moved, ended.

mod sign_up;
