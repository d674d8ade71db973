//! Contacts: the roster, who may see whose presence, who asks to, and who was invited to.

pub mod address;
pub mod availability;
pub mod avatar;
pub mod blocking;
pub mod caller;
pub mod details;
pub mod device_details;
pub mod invitation;
pub mod last_seen;
pub mod link;
pub mod moved;
pub mod nickname;
pub mod portable;
pub mod portrait;
pub mod presence;
pub mod privacy;
pub mod profile;
pub mod restored_profile;
pub mod roster;
pub mod sight;
pub mod subscription;
pub mod unseen;
pub mod vcard;
pub mod wish;
