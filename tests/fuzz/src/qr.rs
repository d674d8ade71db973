//! What a camera sees, or a picture holds: any of it. What is read can be drawn, and is read again the same.
//!
//! The first byte says how the rest is looked at: below 16 as the grey of a frame, each level a square of one to four
//! pixels, its rows as wide as the second byte says; above as a file.

use linnet_qr::{DrawError, MAX_PIXELS, Protection, draw, read, read_picture};

/// Pixels of a row that nobody looks at.
const PADDING: usize = 3;

pub fn run(data: &[u8]) {
    let Some((&kind, rest)) = data.split_first() else { return };
    let read = if kind < 16 { frame(kind, rest) } else { read_picture(rest).ok().flatten() };
    if let Some(text) = read {
        drawn_again(&text);
    }
}

fn frame(kind: u8, data: &[u8]) -> Option<String> {
    let (&columns, levels) = data.split_first()?;
    let (columns, scale) = (usize::from(columns).max(1), usize::from(kind % 4) + 1);
    let padding = if kind & 4 == 0 { 0 } else { PADDING };
    let rows = levels.len() / columns;
    let (width, height) = (columns * scale, rows * scale);
    let mut luma = Vec::with_capacity((width + padding) * height);
    for row in levels.chunks_exact(columns) {
        for _ in 0..scale {
            luma.extend(row.iter().flat_map(|&level| std::iter::repeat_n(level, scale)));
            luma.extend(std::iter::repeat_n(kind.wrapping_mul(16), padding));
        }
    }
    assert!(width * height <= MAX_PIXELS);
    match read(&luma, width, height, width + padding) {
        Ok(text) => text,
        Err(error) => {
            assert!(height == 0, "a frame of {width} × {height} whose bytes fit: {error}");
            None
        }
    }
}

fn drawn_again(text: &str) {
    match draw(text, Protection::Low) {
        Ok(code) => {
            let bitmap = code.luma(4).expect("a code is small");
            let again = read(&bitmap.pixels, bitmap.side, bitmap.side, bitmap.side);
            assert_eq!(again.ok().flatten().as_deref(), Some(text));
        }
        // Digits and letters take less room in a code of somebody else's than bytes do in ours.
        Err(DrawError::TooLong) => assert!(text.len() > 2_000, "{} bytes are too long", text.len()),
        Err(DrawError::Scale) => unreachable!("nothing was scaled"),
    }
}

/// Codes as frames: a level each module.
pub fn seeds() -> Vec<Vec<u8>> {
    let texts =
        ["xmpp:a@b.c", "xmpp:bob@example.org?roster;preauth=1tMFqYDdKhfe2pwp", "0123456789", "linnet-device:1a:AAAA"];
    let mut seeds = Vec::new();
    for text in texts {
        let bitmap = draw(text, Protection::Medium).and_then(|code| code.luma(1)).expect("a short text");
        for kind in [1, 2, 7] {
            let side = u8::try_from(bitmap.side).expect("a small code");
            seeds.push([&[kind, side], bitmap.pixels.as_slice()].concat());
        }
    }
    seeds
}
