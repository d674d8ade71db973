//! Messages: who they are (`identity`), where they stand in their chat (`order`), how far they got (`state`), and what
//! they say (`text`).

pub mod bounce;
pub mod deletion;
pub mod identity;
pub mod notified;
pub mod order;
pub mod state;
pub mod text;
