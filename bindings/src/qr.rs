//! QR codes: drawn, and read from frames of a camera and from pictures. All of it takes milliseconds to a second: call it
//! off the UI thread.

/// A drawn code, to be shown black on white with four modules of white around it, whatever the theme.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct QrCode {
    /// Modules on each side, without the margin: 21–177.
    pub side: u32,
    /// `side` rows of `side` bytes, from the top left: 1 is dark, 0 is light.
    pub modules: Vec<u8>,
    /// The same as an SVG document, margin included, one unit a module.
    pub svg: String,
}

/// A square picture.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct QrBitmap {
    /// Width and height in pixels, margin included.
    pub side: u32,
    /// Four bytes for each pixel: red, green, blue, opacity; rows from the top, without padding.
    pub rgba: Vec<u8>,
}

/// Why there is no code, or nothing to read one from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum QrError {
    /// The text is too long for a code.
    #[error("the text is too long for a code")]
    TooLong,
    /// The bitmap would be larger than 8,192 pixels a side, or empty.
    #[error("a bitmap of this scale would be too large, or empty")]
    Scale,
    /// The frame's sizes don't fit its bytes, or it has more than 16 million pixels.
    #[error("the frame's sizes don't fit its bytes")]
    Frame,
    /// The picture is larger than 50 million pixels, 10,000 a side or 32 MiB.
    #[error("the picture is too large")]
    PictureTooLarge,
    /// Neither PNG, JPEG nor WebP, or damaged.
    #[error("no picture that can be read")]
    PictureUnreadable,
}

impl From<linnet_qr::DrawError> for QrError {
    fn from(error: linnet_qr::DrawError) -> Self {
        match error {
            linnet_qr::DrawError::TooLong => Self::TooLong,
            linnet_qr::DrawError::Scale => Self::Scale,
        }
    }
}

impl From<linnet_qr::ReadError> for QrError {
    fn from(error: linnet_qr::ReadError) -> Self {
        match error {
            linnet_qr::ReadError::Size | linnet_qr::ReadError::Stride | linnet_qr::ReadError::Short => Self::Frame,
            linnet_qr::ReadError::PictureSize => Self::PictureTooLarge,
            linnet_qr::ReadError::Format | linnet_qr::ReadError::Damaged => Self::PictureUnreadable,
        }
    }
}

/// The QR code (ISO/IEC 18004) of a text, with protection for about 15 % damage. Errors: `TooLong`.
#[uniffi::export]
pub fn draw_qr(text: String) -> Result<QrCode, QrError> {
    let code = linnet_qr::draw(&text, linnet_qr::Protection::Medium)?;
    let side = code.side();
    let modules =
        (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).map(|(x, y)| u8::from(code.dark(x, y))).collect();
    Ok(QrCode { side: u32::try_from(side).map_err(|_| QrError::TooLong)?, modules, svg: code.svg() })
}

/// The same as a picture of `scale` pixels a module, margin included. Errors: `TooLong`, `Scale`.
#[uniffi::export]
pub fn draw_qr_bitmap(text: String, scale: u32) -> Result<QrBitmap, QrError> {
    let code = linnet_qr::draw(&text, linnet_qr::Protection::Medium)?;
    let bitmap = code.rgba(usize::try_from(scale).map_err(|_| QrError::Scale)?)?;
    Ok(QrBitmap { side: u32::try_from(bitmap.side).map_err(|_| QrError::Scale)?, rgba: bitmap.pixels })
}

/// The text of a QR code in a frame of a camera, if there is one: `luma` holds `height` rows of `width` levels of grey,
/// each beginning `stride` bytes after the one before. Of several codes an `xmpp:` or `https:` link wins.
/// Errors: `Frame`.
#[uniffi::export]
pub fn read_qr_frame(luma: Vec<u8>, width: u32, height: u32, stride: u32) -> Result<Option<String>, QrError> {
    let [width, height, stride] = [width, height, stride].map(usize::try_from);
    let size = |size: Result<usize, _>| size.map_err(|_| QrError::Frame);
    Ok(linnet_qr::read(&luma, size(width)?, size(height)?, size(stride)?)?)
}

/// The text of a QR code in a PNG, JPEG or WebP file, if there is one. Errors: `PictureTooLarge`, `PictureUnreadable`.
#[uniffi::export]
pub fn read_qr_picture(bytes: Vec<u8>) -> Result<Option<String>, QrError> {
    Ok(linnet_qr::read_picture(&bytes)?)
}
