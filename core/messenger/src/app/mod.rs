//! What is the app's and no account's: what people nearby can see of it, and the lock.

pub mod backup;
pub mod bystander;
pub mod lock;
