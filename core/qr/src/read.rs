//! One frame, from pixels to a text: cheap looks first, on half the pixels; dearer ones only as long as nothing was read.

use std::cmp::Reverse;

use crate::find::{Finder, finders};
use crate::fit::{text, triples};
use crate::plane::{Field, Plane};

/// Pixels that a frame may have; no camera preview comes near.
pub const MAX_PIXELS: usize = 1 << 24;
/// From this longer side on, half the pixels are looked at first.
const LARGE: usize = 480;
/// Below this there can't be a code, margin left out.
const MIN_SIDE: usize = 21;
/// Combinations of finder patterns that are followed in one look.
const MAX_TRIPLES: usize = 10;
/// Codes that are read from one picture before the first is taken.
const MAX_CODES: usize = 8;

/// Why there was nothing to read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("the frame is empty or larger than is read")]
    Size,
    #[error("rows are shorter than the picture is wide")]
    Stride,
    #[error("there are fewer bytes than the picture needs")]
    Short,
    #[error("the picture is larger than is read")]
    PictureSize,
    #[error("neither PNG, JPEG nor WebP")]
    Format,
    #[error("the picture is damaged")]
    Damaged,
}

/// The text of a QR code in a frame: `luma` holds `height` rows of `width` levels of grey, each beginning `stride` bytes
/// after the one before (the last one may end with its pixels). If there are several codes, an `xmpp:` or `https:` link
/// wins over what is none. `None` if there is none that can be read.
pub fn read(luma: &[u8], width: usize, height: usize, stride: usize) -> Result<Option<String>, ReadError> {
    let pixels =
        width.checked_mul(height).filter(|&pixels| pixels > 0 && pixels <= MAX_PIXELS).ok_or(ReadError::Size)?;
    if stride < width {
        return Err(ReadError::Stride);
    }
    let needed = stride.checked_mul(height - 1).and_then(|rows| rows.checked_add(width)).ok_or(ReadError::Stride)?;
    if luma.len() < needed {
        return Err(ReadError::Short);
    }
    let mut rows = Vec::with_capacity(pixels);
    for row in luma.chunks(stride).take(height) {
        rows.extend(row.iter().take(width));
    }
    Ok(read_plane(&Plane { width, height, pixels: rows }))
}

/// As [`read`], of what has been checked.
pub fn read_plane(plane: &Plane) -> Option<String> {
    if plane.width < MIN_SIDE || plane.height < MIN_SIDE {
        return None;
    }
    let mut texts = Texts::default();
    let half = plane.half();
    if plane.width.max(plane.height) >= LARGE {
        texts.look(&Field::of(&half), 2.0);
    }
    if texts.link.is_none() {
        texts.look(&Field::of(plane), 1.0);
    }
    let looks: [(&dyn Fn() -> Plane, f32); 4] =
        [(&|| plane.soft(), 1.0), (&|| half.half(), 4.0), (&|| half.inverted(), 2.0), (&|| plane.inverted(), 1.0)];
    for (index, (look, scale)) in looks.into_iter().enumerate() {
        if texts.any() {
            break;
        }
        if index == 2 {
            // What was dark is light from here on.
            texts.pool.clear();
        }
        texts.look(&Field::of(&look()), scale);
    }
    texts.best()
}

/// What was read so far.
#[derive(Default)]
struct Texts {
    link: Option<String>,
    other: Option<String>,
    codes: usize,
    /// Finder patterns of all looks so far, in pixels of the whole frame: what one look misses another one has.
    pool: Vec<Finder>,
}

impl Texts {
    fn any(&self) -> bool {
        self.link.is_some() || self.other.is_some()
    }

    fn best(self) -> Option<String> {
        self.link.or(self.other)
    }

    /// Reads all codes of a field, until one is a link. A pixel of the field is `scale` pixels of the frame.
    fn look(&mut self, field: &Field, scale: f32) {
        let mut found: Vec<Finder> = finders(field);
        let seen = found.len();
        for known in &self.pool {
            let place = |at: f32| (at + 0.5) / scale - 0.5;
            let known = Finder { x: place(known.x), y: place(known.y), size: known.size / scale, ..*known };
            let same = |other: &Finder| (other.x - known.x).hypot(other.y - known.y) < known.size / 5.0;
            if !found.iter().any(same) {
                found.push(known);
            }
        }
        for new in found.iter().take(seen).filter(|new| new.count > 1) {
            let place = |at: f32| (at + 0.5) * scale - 0.5;
            self.pool.push(Finder { x: place(new.x), y: place(new.y), size: new.size * scale, ..*new });
        }
        found.sort_by_key(|finder| Reverse(finder.count));
        let mut budget = MAX_TRIPLES;
        while self.codes < MAX_CODES {
            let mut read = None;
            for triple in triples(&found, budget) {
                budget = budget.saturating_sub(1);
                if let Some(text) = text(field, &triple) {
                    read = Some((triple.indices, text));
                    break;
                }
            }
            let Some((indices, text)) = read else { return };
            budget += 1;
            self.codes += 1;
            if link(&text) {
                self.link = Some(text);
                return;
            }
            self.other.get_or_insert(text);
            found = found.into_iter().enumerate().filter(|(at, _)| !indices.contains(at)).map(|(_, it)| it).collect();
        }
    }
}

/// Whether this is what Linnet's codes are: letters of either case, as short codes use capitals.
fn link(text: &str) -> bool {
    let starts = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    starts("xmpp:") || starts("https://")
}
