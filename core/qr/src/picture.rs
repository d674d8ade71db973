//! Pictures and screenshots as files. A picture comes from anywhere, so its head is believed only as far as it is cheap.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::plane::Plane;
use crate::read::{ReadError, read_plane};

/// The largest file that is looked at.
pub const MAX_BYTES: usize = 32 << 20;
/// The longest side of a picture, in pixels.
pub const MAX_PICTURE_SIDE: u32 = 10_000;
/// The most pixels of a picture: what telephones' cameras take.
pub const MAX_PICTURE_PIXELS: u64 = 50_000_000;
/// What decoding may take, the pixels included: four bytes for each of the largest picture.
const MEMORY: u64 = 256 << 20;
/// A larger picture is halved until it isn't: codes in photographs are not that fine.
const SHARP_PIXELS: usize = 9_000_000;

/// The text of a QR code in a PNG, JPEG or WebP file; see [`crate::read`].
pub fn read_picture(bytes: &[u8]) -> Result<Option<String>, ReadError> {
    let mut plane = decode(bytes)?;
    while plane.pixels.len() > SHARP_PIXELS {
        plane = plane.half();
    }
    Ok(read_plane(&plane))
}

fn decode(bytes: &[u8]) -> Result<Plane, ReadError> {
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::PictureSize);
    }
    let format = image::guess_format(bytes).map_err(|_| ReadError::Format)?;
    if ![ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP].contains(&format) {
        return Err(ReadError::Format);
    }
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAX_PICTURE_SIDE);
    limits.max_image_height = Some(MAX_PICTURE_SIDE);
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PICTURE_PIXELS || decoder.total_bytes() > MEMORY {
        return Err(ReadError::PictureSize);
    }
    let picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    Ok(grey(&picture))
}

fn refused(error: image::ImageError) -> ReadError {
    match error {
        image::ImageError::Limits(_) => ReadError::PictureSize,
        image::ImageError::Unsupported(_) => ReadError::Format,
        _ => ReadError::Damaged,
    }
}

/// Light by the eye's measure; what is transparent lies on white.
fn grey(picture: &DynamicImage) -> Plane {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let over = |level: u8, opacity: u8| {
        let (level, opacity) = (u32::from(level), u32::from(opacity));
        ((level * opacity + 255 * (255 - opacity) + 127) / 255) as u8
    };
    let pixels = match picture {
        DynamicImage::ImageLuma8(grey) => grey.as_raw().clone(),
        other if other.color().has_alpha() => {
            let grey = other.to_luma_alpha8();
            grey.as_raw().as_chunks::<2>().0.iter().map(|&[level, opacity]| over(level, opacity)).collect()
        }
        other => other.to_luma8().into_raw(),
    };
    Plane { width, height, pixels }
}
