//! The user's own picture: chosen, cut out, drawn anew.

use linnet_picture as core;

/// A square part of a picture as it stands upright. Everything is told in the picture's shorter side: 0.5 is half of it.
#[derive(Debug, Clone, Copy, PartialEq, uniffi::Record)]
pub struct PictureSquare {
    /// What lies left of it.
    pub left: f64,
    /// What lies above it.
    pub top: f64,
    /// Its own side, 0.1–1.
    pub side: f64,
}

impl From<core::Square> for PictureSquare {
    fn from(square: core::Square) -> Self {
        Self { left: square.left, top: square.top, side: square.side }
    }
}

impl From<PictureSquare> for core::Square {
    fn from(square: PictureSquare) -> Self {
        Self { left: square.left, top: square.top, side: square.side }
    }
}

/// Why a picture can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum PictureError {
    /// Larger than 50 million pixels, 10,000 a side or 32 MiB.
    #[error("the picture is too large")]
    TooLarge,
    /// Neither PNG, JPEG nor WebP, or damaged.
    #[error("no picture that can be read")]
    Unreadable,
}

impl From<core::PictureError> for PictureError {
    fn from(error: core::PictureError) -> Self {
        match error {
            core::PictureError::TooLarge => Self::TooLarge,
            core::PictureError::Unreadable => Self::Unreadable,
        }
    }
}

/// A picture as it can be shown for choosing a part of it: upright, at most 1,024 pixels a side, JPEG or PNG. Takes up to
/// seconds: call it off the UI thread.
#[uniffi::export]
pub fn picture_preview(file: Vec<u8>) -> Result<Vec<u8>, PictureError> {
    Ok(core::preview(&file)?)
}

/// The largest square in the middle of a picture of this size.
#[uniffi::export]
pub fn middle_square(width: u32, height: u32) -> PictureSquare {
    core::Square::middle(width, height).into()
}

/// The square after the picture of this size was moved under it to the right and down, told in the square's side, and made
/// larger by a factor around the square's middle. It stays inside of the picture.
#[uniffi::export]
pub fn moved_square(
    square: PictureSquare,
    width: u32,
    height: u32,
    right: f64,
    down: f64,
    larger: f64,
) -> PictureSquare {
    core::Square::from(square).moved(width, height, right, down, larger).into()
}
