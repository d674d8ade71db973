//! Messages: who they are (`identity`), where they stand in their chat (`order`), how far they got (`state`), what they say
//! (`text`, `styling`, `portion`), and what one says of another (`correction`, `receipt`, `marker`; `relation` where the
//! other is not there yet).

pub mod bounce;
pub mod correction;
pub mod deletion;
pub mod fallback;
pub mod identity;
pub mod marker;
pub mod order;
pub mod portion;
pub mod receipt;
pub mod relation;
pub mod state;
pub mod styling;
pub mod text;
