//! Contacts: the roster, who may see whose presence, who asks to, and who was invited to.

pub mod address;
pub mod availability;
pub mod blocking;
pub mod details;
pub mod invitation;
pub mod link;
pub mod presence;
pub mod roster;
pub mod subscription;
pub mod unseen;
pub mod wish;
