//! Pictures of people. A file comes from a stranger or from the user's own gallery; what goes out was drawn anew from its
//! pixels, square and small, so that nothing else of the file is left: no place, no camera, no date, no second picture
//! behind the first, and no bytes that another decoder could stumble over.
//!
//! Invariant: what a file claims is believed only as far as it is cheap: bytes, sides and pixels are bounded before
//! anything is unfolded, and so is the memory that unfolding takes.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, metadata::Orientation};

/// Pixels of a side of what goes out: sharp at the largest size it is shown in, and a dozen kilobytes.
pub const SIDE: u32 = 256;
const QUALITY: u8 = 85;

/// How much is unfolded.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    bytes: usize,
    side: u32,
    pixels: u64,
    memory: u64,
}

/// What a stranger sends.
const STRANGER: Bounds = Bounds { bytes: 1 << 20, side: 4_096, pixels: 4_096 * 4_096, memory: 96 << 20 };
/// What the user picks: the largest that telephones' cameras take.
const OWN: Bounds = Bounds { bytes: 32 << 20, side: 10_000, pixels: 50_000_000, memory: 256 << 20 };

/// Why nothing came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    #[error("the picture is too large")]
    TooLarge,
    #[error("neither PNG, JPEG nor WebP, or damaged")]
    Unreadable,
}

/// A square part of a picture as it stands upright. Everything is told in the picture's shorter side: what lies left of
/// the square and above it, and its own side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Square {
    pub left: f64,
    pub top: f64,
    pub side: f64,
}

impl Square {
    /// The largest one, in the middle of a picture of this size.
    pub fn middle(width: u32, height: u32) -> Self {
        let (wide, high) = proportions(width, height);
        Self { left: (wide - 1.0) / 2.0, top: (high - 1.0) / 2.0, side: 1.0 }
    }

    /// The square after the picture was moved under it by a part of the square's side, and made larger around the
    /// square's middle; never outside of the picture, and never smaller than a tenth of it.
    #[must_use]
    pub fn moved(self, width: u32, height: u32, right: f64, down: f64, larger: f64) -> Self {
        let here = self.inside(width, height);
        let number = |value: f64, otherwise: f64| if value.is_finite() { value } else { otherwise };
        let side = (here.side / number(larger, 1.0).max(0.01)).clamp(SMALLEST, 1.0);
        let left = here.left + (here.side - side) / 2.0 - number(right, 0.0) * here.side;
        let top = here.top + (here.side - side) / 2.0 - number(down, 0.0) * here.side;
        Self { left, top, side }.inside(width, height)
    }

    /// Moved and shrunk into a picture of this size.
    fn inside(self, width: u32, height: u32) -> Self {
        let (wide, high) = proportions(width, height);
        let number = |value: f64| if value.is_finite() { value } else { 0.0 };
        let side = number(self.side).clamp(SMALLEST, 1.0);
        Self { left: number(self.left).clamp(0.0, wide - side), top: number(self.top).clamp(0.0, high - side), side }
    }
}

const SMALLEST: f64 = 0.1;

/// Width and height in the shorter side.
fn proportions(width: u32, height: u32) -> (f64, f64) {
    let shorter = f64::from(width.min(height).max(1));
    (f64::from(width.max(1)) / shorter, f64::from(height.max(1)) / shorter)
}

/// A file as it is kept, shown and published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub bytes: Vec<u8>,
    /// PNG if it is transparent anywhere, else JPEG.
    pub png: bool,
    /// Pixels of a side.
    pub side: u32,
}

/// A stranger's picture: its middle, upright.
pub fn draw(file: &[u8]) -> Result<Picture, PictureError> {
    let picture = decode(file, STRANGER)?;
    let side = picture.width().min(picture.height());
    let (left, top) = ((picture.width() - side) / 2, (picture.height() - side) / 2);
    encode(&picture.crop_imm(left, top, side, side))
}

/// The part of the user's own picture that the user has chosen.
pub fn crop(file: &[u8], square: Square) -> Result<Picture, PictureError> {
    let picture = decode(file, OWN)?;
    let (width, height) = (picture.width(), picture.height());
    let square = square.inside(width, height);
    let shorter = f64::from(width.min(height));
    // Inside of the picture already, but for the rounding.
    let side = ((square.side * shorter).round() as u32).clamp(1, width.min(height));
    let left = ((square.left * shorter).round() as u32).min(width - side);
    let top = ((square.top * shorter).round() as u32).min(height - side);
    encode(&picture.crop_imm(left, top, side, side))
}

/// The user's own picture as it can be shown for choosing a part: upright, at most 1,024 pixels a side.
pub fn preview(file: &[u8]) -> Result<Vec<u8>, PictureError> {
    let picture = decode(file, OWN)?;
    let small =
        if picture.width().max(picture.height()) > PREVIEW { picture.thumbnail(PREVIEW, PREVIEW) } else { picture };
    Ok(file_of(&small)?.0)
}

const PREVIEW: u32 = 1_024;

fn decode(file: &[u8], bounds: Bounds) -> Result<DynamicImage, PictureError> {
    if file.len() > bounds.bytes {
        return Err(PictureError::TooLarge);
    }
    let format = image::guess_format(file).map_err(|_| PictureError::Unreadable)?;
    if ![ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP].contains(&format) {
        return Err(PictureError::Unreadable);
    }
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(bounds.side);
    limits.max_image_height = Some(bounds.side);
    limits.max_alloc = Some(bounds.memory);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(PictureError::Unreadable);
    }
    if u64::from(width) * u64::from(height) > bounds.pixels || decoder.total_bytes() > bounds.memory {
        return Err(PictureError::TooLarge);
    }
    // A wrong turn is a nuisance, not a damage.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn refused(error: image::ImageError) -> PictureError {
    match error {
        image::ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::Unreadable,
    }
}

fn encode(square: &DynamicImage) -> Result<Picture, PictureError> {
    let side = square.width().min(SIDE);
    let small =
        if square.width() == side { square.clone() } else { square.resize_exact(side, side, FilterType::Triangle) };
    let (bytes, png) = file_of(&small)?;
    Ok(Picture { bytes, png, side })
}

/// Eight bits a channel and no more: neither a colour profile nor any other word of the old file goes along.
fn file_of(picture: &DynamicImage) -> Result<(Vec<u8>, bool), PictureError> {
    let mut bytes = Vec::new();
    let transparent = picture.color().has_alpha().then(|| picture.to_rgba8());
    let transparent = transparent.filter(|picture| picture.pixels().any(|pixel| pixel.0.last() != Some(&u8::MAX)));
    let png = transparent.is_some();
    let written = match transparent {
        Some(picture) => picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png),
        None => picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)),
    };
    written.map(|()| (bytes, png)).map_err(|_| PictureError::Unreadable)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    const RED: Rgb<u8> = Rgb([220, 20, 20]);
    const BLUE: Rgb<u8> = Rgb([20, 20, 220]);

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    /// Left half red, right half blue.
    fn halves(width: u32, height: u32) -> DynamicImage {
        RgbImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { BLUE }).into()
    }

    fn shown(picture: &Picture) -> RgbImage {
        image::load_from_memory(&picture.bytes).unwrap().to_rgb8()
    }

    fn near(pixel: &Rgb<u8>, colour: Rgb<u8>) -> bool {
        pixel.0.iter().zip(colour.0).all(|(one, other)| one.abs_diff(other) < 40)
    }

    #[test]
    fn a_strangers_picture_becomes_a_small_square_of_its_middle() {
        let picture = draw(&png(&halves(1_200, 300))).unwrap();
        assert!(!picture.png && picture.side == SIDE && picture.bytes.len() < 20_000);
        let shown = shown(&picture);
        assert_eq!((shown.width(), shown.height()), (SIDE, SIDE));
        assert!(near(shown.get_pixel(10, 128), RED) && near(shown.get_pixel(245, 128), BLUE), "half of each is left");
        let tiny = draw(&png(&halves(16, 16))).unwrap();
        assert_eq!(tiny.side, 16, "nothing is blown up");
    }

    #[test]
    fn what_is_transparent_stays_so() {
        let glass = RgbaImage::from_pixel(300, 300, Rgba([0, 0, 0, 0]));
        let picture = draw(&png(&glass.into())).unwrap();
        assert!(picture.png);
        assert_eq!(image::load_from_memory(&picture.bytes).unwrap().to_rgba8().get_pixel(5, 5).0[3], 0);
        let opaque = RgbaImage::from_pixel(300, 300, Rgba([9, 9, 9, 255]));
        assert!(!draw(&png(&opaque.into())).unwrap().png);
    }

    #[test]
    fn the_chosen_part_is_cut_out_whatever_was_chosen() {
        let file = png(&halves(800, 400));
        let at = |left, top, side| crop(&file, Square { left, top, side }).map(|picture| shown(&picture)).unwrap();
        let right = at(1.0, 0.0, 1.0);
        assert!(right.pixels().all(|pixel| near(pixel, BLUE)));
        assert!(at(0.0, 0.0, 0.5).pixels().all(|pixel| near(pixel, RED)));
        for (left, top, side) in [(f64::MAX, f64::INFINITY, f64::NAN), (0.0, 0.0, 0.0), (5.0, -3.0, 0.001)] {
            assert!(at(left, top, side).width() >= 1, "{left} {top} {side}");
        }
    }

    #[test]
    fn a_square_moves_and_grows_within_the_picture() {
        let middle = Square::middle(800, 400);
        assert_eq!(middle, Square { left: 0.5, top: 0.0, side: 1.0 });
        assert_eq!(middle.moved(800, 400, 0.25, 0.0, 1.0), Square { left: 0.25, top: 0.0, side: 1.0 });
        assert_eq!(middle.moved(800, 400, 9.0, 9.0, 1.0), Square { left: 0.0, top: 0.0, side: 1.0 });
        let half = middle.moved(800, 400, 0.0, 0.0, 2.0);
        assert_eq!(half, Square { left: 0.75, top: 0.25, side: 0.5 });
        assert_eq!(half.moved(800, 400, 0.0, 0.0, 0.5), middle);
        assert_eq!(half.moved(800, 400, 0.0, 0.0, 1e9).side, SMALLEST);
        for wild in [f64::NAN, f64::INFINITY, -1e300, 0.0] {
            let Square { left, top, side } = half.moved(0, 400, wild, wild, wild);
            assert!(left.is_finite() && top.is_finite() && (SMALLEST..=1.0).contains(&side), "{wild}");
        }
    }

    /// A JPEG with an EXIF block that turns it, and says where it was taken.
    fn turned() -> Vec<u8> {
        let mut jpeg = Vec::new();
        halves(400, 400).to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, 95)).unwrap();
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif.extend(b"52.5200 N 13.4050 E");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let mut file = jpeg[..2].to_vec();
        file.extend([0xFF, 0xE1]);
        file.extend(length);
        file.extend(exif);
        file.extend(&jpeg[2..]);
        file
    }

    #[test]
    fn a_picture_stands_upright_and_nothing_else_of_the_file_is_left() {
        let file = turned();
        assert!(file.windows(5).any(|part| part == b"52.52"));
        let whole = Square { left: 0.0, top: 0.0, side: 1.0 };
        for bytes in [draw(&file).unwrap().bytes, crop(&file, whole).unwrap().bytes, preview(&file).unwrap()] {
            assert!(!bytes.windows(4).any(|part| part == b"Exif" || part == b"52.5"));
            let upright = image::load_from_memory(&bytes).unwrap().to_rgb8();
            let (middle, last) = (upright.width() / 2, upright.height() - 6);
            assert!(near(upright.get_pixel(middle, 5), RED) && near(upright.get_pixel(middle, last), BLUE));
        }
    }

    #[test]
    fn what_would_unfold_to_gigabytes_or_is_no_picture_is_refused_at_its_head() {
        // A PNG whose head claims 60,000 pixels a side.
        let mut bomb = png(&halves(8, 8));
        bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
        assert!(draw(&bomb).is_err() && crop(&bomb, Square { left: 0.0, top: 0.0, side: 1.0 }).is_err());
        assert_eq!(draw(&vec![0; STRANGER.bytes + 1]), Err(PictureError::TooLarge));
        let large = png(&RgbImage::new(4_097, 1).into());
        assert_eq!(draw(&large), Err(PictureError::TooLarge));
        let whole = png(&halves(64, 64));
        for file in [&b""[..], b"<svg/>", b"GIF89a\x10\0\x10\0", &whole[..whole.len() / 2], &[0xFF, 0xD8, 0xFF]] {
            assert_eq!(draw(file), Err(PictureError::Unreadable), "{} bytes", file.len());
        }
        for at in 8..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            // Any answer will do; a panic would not.
            let _ = draw(&damaged);
        }
    }

    #[test]
    fn a_preview_is_small_enough_to_be_shown() {
        let shown = image::load_from_memory(&preview(&png(&halves(3_000, 1_500))).unwrap()).unwrap();
        assert_eq!((shown.width(), shown.height()), (1_024, 512));
        let small = image::load_from_memory(&preview(&png(&halves(30, 20))).unwrap()).unwrap();
        assert_eq!((small.width(), small.height()), (30, 20));
    }
}
