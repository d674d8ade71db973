//! Junk in: a result or a clear error, soon, and never a panic.

#![allow(clippy::indexing_slicing, clippy::print_stdout, clippy::unwrap_used)]

mod codes;

use std::io::Cursor;
use std::time::{Duration, Instant};

use image::{GrayImage, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use linnet_qr::{MAX_BYTES, MAX_PIXELS, Protection, ReadError, draw, read, read_picture};
use proptest::prelude::*;

const TEXT: &str = "xmpp:alice@example.org?roster;preauth=1tMFqYDdKhfe2pwp";

/// A code in the middle of a larger light picture.
fn screenshot(text: &str, width: u32, height: u32, scale: usize) -> GrayImage {
    let mut picture = GrayImage::from_pixel(width, height, Luma([255]));
    paste(&mut picture, text, width / 3, height / 4, scale);
    picture
}

fn paste(picture: &mut GrayImage, text: &str, left: u32, top: u32, scale: usize) {
    let bitmap = draw(text, Protection::Medium).unwrap().luma(scale).unwrap();
    for (index, &level) in bitmap.pixels.iter().enumerate() {
        picture.put_pixel(left + (index % bitmap.side) as u32, top + (index / bitmap.side) as u32, Luma([level]));
    }
}

fn file(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn told(picture: &GrayImage) -> Option<String> {
    let (width, height) = picture.dimensions();
    read(picture.as_raw(), width as usize, height as usize, width as usize).unwrap()
}

#[test]
fn frames_of_impossible_sizes_are_refused() {
    let bytes = vec![255; 10_000];
    for (width, height) in [(0, 100), (100, 0), (0, 0), (usize::MAX, 2), (2, usize::MAX), (MAX_PIXELS + 1, 1)] {
        assert_eq!(read(&bytes, width, height, width), Err(ReadError::Size), "{width} {height}");
    }
    assert_eq!(read(&bytes, 100, 100, 99), Err(ReadError::Stride));
    assert_eq!(read(&bytes, 100, 100, 0), Err(ReadError::Stride));
    assert_eq!(read(&bytes, 100, 100, usize::MAX), Err(ReadError::Stride));
    assert_eq!(read(&bytes, 100, 100, 101), Err(ReadError::Short));
    assert_eq!(read(&bytes, 100, 101, 100), Err(ReadError::Short));
    assert_eq!(read(&[], 1, 1, 1), Err(ReadError::Short));
    assert_eq!(read(&bytes, 100, 100, 100), Ok(None));
    for side in 1..64 {
        assert_eq!(read(&bytes, side, side, side), Ok(None));
        assert_eq!(read(&vec![0; side * side], side, side, side), Ok(None));
    }
}

#[test]
fn rows_may_be_padded_and_the_last_one_cut() {
    let picture = screenshot(TEXT, 400, 300, 4);
    let mut padded = Vec::new();
    for row in picture.as_raw().chunks(400) {
        padded.extend(row);
        padded.extend([0x5a; 37]);
    }
    padded.truncate(437 * 299 + 400);
    assert_eq!(read(&padded, 400, 300, 437).unwrap().as_deref(), Some(TEXT));
    assert_eq!(read(&padded, 400, 300, 438), Err(ReadError::Short));
    // One pixel wrong per row shears the picture: read or not, but nothing else.
    let sheared = read(&padded, 400, 290, 436).unwrap();
    assert!(sheared.is_none_or(|text| text == TEXT));
}

#[test]
fn screenshots_small_dark_and_in_every_format() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let bytes = if format == ImageFormat::Jpeg {
            file(&screenshot(TEXT, 1080, 1920, 5), format)
        } else {
            let grey = screenshot(TEXT, 1080, 1920, 2);
            let colour = RgbImage::from_fn(1080, 1920, |x, y| Rgb([grey.get_pixel(x, y).0[0]; 3]));
            let mut bytes = Cursor::new(Vec::new());
            colour.write_to(&mut bytes, format).unwrap();
            bytes.into_inner()
        };
        assert_eq!(read_picture(&bytes).unwrap().as_deref(), Some(TEXT), "{format:?}");
    }
    for scale in [2, 3, 9] {
        let mut dark = screenshot(TEXT, 1080, 1920, scale);
        image::imageops::invert(&mut dark);
        assert_eq!(told(&dark).as_deref(), Some(TEXT), "{scale}");
    }
    let grey = screenshot(TEXT, 600, 500, 4);
    let clear = RgbaImage::from_fn(600, 500, |x, y| Rgba([0, 0, 0, 255 - grey.get_pixel(x, y).0[0]]));
    let mut bytes = Cursor::new(Vec::new());
    clear.write_to(&mut bytes, ImageFormat::Png).unwrap();
    assert_eq!(read_picture(bytes.get_ref()).unwrap().as_deref(), Some(TEXT));
    assert_eq!(told(&image::imageops::flip_horizontal(&screenshot(TEXT, 600, 500, 4))).as_deref(), Some(TEXT));
}

#[test]
fn of_several_codes_a_link_wins() {
    for (link, at) in [(TEXT, 0), (TEXT, 1), (TEXT, 2), ("https://example.org/i/abc", 1), ("XMPP:BOB@EXAMPLE.ORG", 2)] {
        let mut picture = GrayImage::from_pixel(900, 700, Luma([255]));
        let mut texts = vec!["WIFI:S:guest;T:WPA;P:secret;;", "4006381333931"];
        texts.insert(at, link);
        for (index, text) in texts.into_iter().enumerate() {
            paste(&mut picture, text, 20 + 290 * index as u32, 30 + 180 * index as u32, 5);
        }
        assert_eq!(told(&picture).as_deref(), Some(link), "{at}");
    }
    let mut picture = screenshot("4006381333931", 400, 400, 4);
    assert_eq!(told(&picture).as_deref(), Some("4006381333931"));
    paste(&mut picture, "mailto:alice@example.org", 10, 250, 4);
    assert!(told(&picture).is_some());
}

#[test]
fn damaged_pictures_are_told_as_such() {
    let picture = screenshot(TEXT, 300, 300, 3);
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let bytes = if format == ImageFormat::Jpeg {
            file(&picture, format)
        } else {
            let mut bytes = Cursor::new(Vec::new());
            image::DynamicImage::from(picture.clone()).to_rgb8().write_to(&mut bytes, format).unwrap();
            bytes.into_inner()
        };
        for end in 0..bytes.len().min(400) {
            let told = read_picture(&bytes[..end]);
            assert!(!matches!(told, Ok(Some(ref text)) if text != TEXT), "{format:?} {end} {told:?}");
        }
        assert!(read_picture(&bytes[..20]).is_err(), "{format:?}");
        let mut random = codes::Random::new(7);
        for _ in 0..200 {
            let mut bytes = bytes.clone();
            for _ in 0..1 + random.below(8) {
                let at = random.below(bytes.len());
                bytes[at] = random.below(256) as u8;
            }
            let told = read_picture(&bytes);
            assert!(!matches!(told, Ok(Some(ref text)) if text != TEXT), "{format:?} {told:?}");
        }
    }
    assert_eq!(read_picture(&[]), Err(ReadError::Format));
    assert_eq!(read_picture(b"GIF89a\x01\0\x01\0"), Err(ReadError::Format));
    assert_eq!(read_picture(&vec![0x89; MAX_BYTES + 1]), Err(ReadError::PictureSize));
}

/// Heads that declare more than anybody has memory for, of a file of a few bytes.
#[test]
fn giant_pictures_are_refused_before_they_are_unpacked() {
    let begin = Instant::now();
    for (width, height) in [(100_000, 100_000), (u32::MAX >> 1, 1), (9_999, 9_999), (0, 5)] {
        let told = read_picture(&png_head(width, height));
        assert!(told.is_err(), "{width} {height} {told:?}");
        if width > 0 {
            assert_eq!(told, Err(ReadError::PictureSize), "{width} {height}");
        }
    }
    let mut jpeg = file(&screenshot(TEXT, 300, 300, 3), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].fill(0xff);
    // A decoder's own limit, told as damage, may come before ours.
    let refused = |bytes: &[u8]| matches!(read_picture(bytes), Err(ReadError::PictureSize | ReadError::Damaged));
    assert!(refused(&jpeg));
    let mut webp = Cursor::new(Vec::new());
    RgbImage::new(64, 64).write_to(&mut webp, ImageFormat::WebP).unwrap();
    let mut webp = webp.into_inner();
    let head = webp.windows(4).position(|four| four == b"VP8L").unwrap() + 9;
    webp[head..head + 4].copy_from_slice(&[0xff, 0xff, 0xff, 0x0f]);
    assert!(refused(&webp));
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

fn png_head(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |name: &[u8], data: &[u8]| {
        bytes.extend((data.len() as u32).to_be_bytes());
        let start = bytes.len();
        bytes.extend(name);
        bytes.extend(data);
        let sum = crc(&bytes[start..]);
        bytes.extend(sum.to_be_bytes());
    };
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    chunk(b"IHDR", &[&size[..], &[8, 0, 0, 0, 0]].concat());
    chunk(b"IDAT", &[0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1]);
    chunk(b"IEND", &[]);
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1)))
    })
}

/// Frames made to keep the search busy: finder patterns everywhere, stripes in their proportion, plain noise.
#[test]
fn frames_full_of_finder_patterns_end_in_time() {
    const LONGEST: Duration = Duration::from_secs(4);
    let (width, height) = (1280usize, 720usize);
    let ring = |x: usize, y: usize| {
        let (x, y) = (x as i32 % 9 - 4, y as i32 % 9 - 4);
        let ring = x.abs().max(y.abs());
        if ring <= 1 || ring == 3 { 0 } else { 255 }
    };
    let stripes = |x: usize, _: usize| if [0, 2, 3, 4, 6].contains(&(x % 8)) { 0 } else { 255 };
    let mut random = codes::Random::new(3);
    let noise: Vec<u8> = (0..width * height).map(|_| random.next() as u8).collect();
    let drawn = |level: &dyn Fn(usize, usize) -> i32| -> Vec<u8> {
        (0..width * height).map(|index| level(index % width, index / width) as u8).collect()
    };
    let frames =
        [drawn(&ring), drawn(&|x, y| ring(x / 2, y / 2)), drawn(&|x, y| ring(x / 5, y / 5)), drawn(&stripes), noise];
    for (index, frame) in frames.iter().enumerate() {
        let begin = Instant::now();
        assert_eq!(read(frame, width, height, width), Ok(None), "{index}");
        println!("frame {index}: {:?}", begin.elapsed());
        assert!(begin.elapsed() < LONGEST, "{index}: {:?}", begin.elapsed());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_bytes_as_a_frame(bytes in prop::collection::vec(any::<u8>(), 0..20_000), width in 0usize..300,
                            height in 0usize..300, padding in 0usize..4) {
        let told = read(&bytes, width, height, width + padding);
        if let Ok(text) = told {
            prop_assert_eq!(text, None);
        }
    }

    #[test]
    fn any_bytes_as_a_picture(mut bytes in prop::collection::vec(any::<u8>(), 0..2_000), head in 0usize..4) {
        let heads: [&[u8]; 4] = [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\xff\0\0\0WEBPVP8 "];
        bytes.splice(0..0, heads[head].iter().copied());
        prop_assert!(!matches!(read_picture(&bytes), Ok(Some(_))));
    }

    /// A code with any of its pixels changed reads as it was, or not at all.
    #[test]
    fn a_scribbled_code_is_never_misread(seed in any::<u64>(), spots in 0usize..60) {
        let mut picture = screenshot(TEXT, 300, 300, 4);
        let mut random = codes::Random::new(seed);
        for _ in 0..spots {
            let (left, top) = (100 + random.below(160) as u32, 75 + random.below(160) as u32);
            let level = random.next() as u8;
            for at in 0..36 {
                picture.put_pixel(left + at % 6, top + at / 6, Luma([level]));
            }
        }
        prop_assert!(told(&picture).is_none_or(|text| text == TEXT));
    }
}
