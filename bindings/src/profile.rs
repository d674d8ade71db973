//! The user's own picture: chosen, cut out, drawn anew.

use linnet_messenger::command::{self, Command};
use linnet_messenger::ids::AccountId;
use linnet_picture as core;

use crate::client::Client;
use crate::error::CommandError;

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

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Shows others another picture of oneself (XEP-0084): the part of `file` (PNG, JPEG or WebP) that `square` has chosen,
    /// upright, drawn anew with at most 256 pixels a side, without anything else that the file tells. It shows here at
    /// once; the account's `profile` tells whether the server has it.
    /// Errors: `NotFound`, `PictureInvalid`, `Storage`.
    pub async fn set_picture(&self, account: i64, file: Vec<u8>, square: PictureSquare) -> Result<(), CommandError> {
        let drawn = tokio::task::spawn_blocking(move || linnet_picture::crop(&file, square.into())).await;
        let picture = drawn.map_err(|_| CommandError::Internal)?.map_err(|_| CommandError::PictureInvalid)?;
        let picture = command::OwnPicture { bytes: picture.bytes, png: picture.png, side: picture.side };
        self.done(Command::SetPicture { account: AccountId(account), picture: Some(picture) }).await
    }

    /// Shows others no picture of oneself any more. Errors: `NotFound`, `Storage`.
    pub async fn remove_picture(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::SetPicture { account: AccountId(account), picture: None }).await
    }

    /// What one calls oneself (XEP-0172): at most 100 characters, empty for nothing. Contacts who were given no other name
    /// by their user show it. Errors: `NotFound`, `TextInvalid`, `Storage`.
    pub async fn set_nickname(&self, account: i64, nickname: String) -> Result<(), CommandError> {
        self.done(Command::SetNickname { account: AccountId(account), nickname }).await
    }

    /// Whether everyone may see picture, nickname and vCard, or contacts only. Errors: `NotFound`, `Storage`.
    pub async fn set_profile_open(&self, account: i64, open: bool) -> Result<(), CommandError> {
        self.done(Command::SetProfileOpen { account: AccountId(account), open }).await
    }

    /// A picture that an item names: a JPEG or PNG of at most 256 pixels a side, made by Linnet itself, so any decoder can
    /// be trusted with it. `None` once nobody has it any more.
    pub async fn picture(&self, name: String) -> Option<Vec<u8>> {
        self.inner.picture(name).await
    }
}
