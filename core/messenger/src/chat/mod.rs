//! Chats: an (account, bare JID) pair each.

pub mod open;
pub mod read;
pub mod read_sync;
pub mod stranger;
pub mod typing;
