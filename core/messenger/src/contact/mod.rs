//! Contacts: the roster, who may see whose presence, and who asks to.

pub mod address;
pub mod availability;
pub mod blocking;
pub mod details;
pub mod presence;
pub mod roster;
pub mod subscription;
