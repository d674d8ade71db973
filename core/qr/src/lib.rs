//! QR codes: an address or invitation becomes a picture, and a camera frame, photograph or screenshot becomes the text
//! again. Made for the hand of a person in bad light: what is looked for is what a code keeps under blur, noise, tilt
//! and shade, and each step takes what the one before is unsure of.
//!
//! Invariants: no I/O, no clock, no panic on any pixels or bytes; time and memory are bounded by the size of the
//! picture, and sizes are looked at before anything is allocated. A text is told only if its error correction is sound.
//!
//! XEPs: none. What the text means is the messenger's business.

#![forbid(unsafe_code)]

mod draw;
mod find;
mod fit;
mod grid;
mod picture;
mod plane;
mod read;

pub use draw::{Bitmap, Code, DrawError, Protection, QUIET, draw};
pub use picture::{MAX_BYTES, MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE, read_picture};
pub use read::{MAX_PIXELS, ReadError, read};
