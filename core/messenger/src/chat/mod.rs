//! Chats: an (account, bare JID) pair each.

pub mod open;
pub mod read;
pub mod typing;
