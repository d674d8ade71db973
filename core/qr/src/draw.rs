//! From a text to a picture. Always black on white, whatever the theme: readers look for dark modules on light ground.

use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};

/// The white margin that ISO/IEC 18004 asks for, in modules on each side.
pub const QUIET: usize = 4;

/// The longest side of a bitmap, in pixels: nobody shows or prints a larger one.
const MAX_SIDE: usize = 8192;

/// How much of a code may be hidden or damaged and it still reads. More protection makes a finer, harder to photograph
/// code of the same text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Protection {
    /// About 7 %.
    Low,
    /// About 15 %: the best for a screen.
    #[default]
    Medium,
    /// About 25 %.
    Quartile,
    /// About 30 %: for paper that is folded and carried about.
    High,
}

/// Why a code could not be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    #[error("the text is too long for a QR code of this protection")]
    TooLong,
    #[error("a bitmap of this scale would be too large, or empty")]
    Scale,
}

/// A drawn code: its modules, without the margin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    side: usize,
    dark: Vec<bool>,
}

/// A square of pixels, rows from top to bottom without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    /// Width and height in pixels.
    pub side: usize,
    /// One byte per pixel, or four: red, green, blue, opacity.
    pub pixels: Vec<u8>,
}

/// The code of `text`, in the smallest version that holds it.
pub fn draw(text: &str, protection: Protection) -> Result<Code, DrawError> {
    let level = match protection {
        Protection::Low => EcLevel::L,
        Protection::Medium => EcLevel::M,
        Protection::Quartile => EcLevel::Q,
        Protection::High => EcLevel::H,
    };
    let code = QrCode::with_error_correction_level(text, level).map_err(|error| match error {
        QrError::DataTooLong
        | QrError::InvalidVersion
        | QrError::UnsupportedCharacterSet
        | QrError::InvalidEciDesignator
        | QrError::InvalidCharacter => DrawError::TooLong,
    })?;
    Ok(Code { side: code.width(), dark: code.to_colors().into_iter().map(|color| color == Color::Dark).collect() })
}

impl Code {
    /// Modules on each side, without the margin.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Whether the module is dark; everything outside is light.
    pub fn dark(&self, x: usize, y: usize) -> bool {
        x < self.side && y < self.side && self.dark.get(y * self.side + x).copied().unwrap_or(false)
    }

    /// A picture of one unit per module, margin included, that scales without blur. Colours are absolute.
    pub fn svg(&self) -> String {
        use std::fmt::Write as _;
        let full = self.side + 2 * QUIET;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {full} {full}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#ffffff\" d=\"M0 0h{full}v{full}H0z\"/><path fill=\"#000000\" d=\""
        );
        for y in 0..self.side {
            let mut x = 0;
            while x < self.side {
                let run = (x..self.side).take_while(|&x| self.dark(x, y)).count();
                if run > 0 {
                    // A string takes everything.
                    let _ = write!(svg, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
                }
                x += run.max(1);
            }
        }
        svg.push_str("\"/></svg>");
        svg
    }

    /// One byte per pixel, 0 for dark, 255 for light; `scale` pixels per module, margin included.
    pub fn luma(&self, scale: usize) -> Result<Bitmap, DrawError> {
        let side = self.pixel_side(scale)?;
        let mut pixels = Vec::with_capacity(side * side);
        for y in 0..side / scale {
            let start = pixels.len();
            for x in 0..side / scale {
                let dark = x >= QUIET && y >= QUIET && self.dark(x - QUIET, y - QUIET);
                pixels.extend(std::iter::repeat_n(if dark { 0 } else { 255 }, scale));
            }
            for _ in 1..scale {
                pixels.extend_from_within(start..start + side);
            }
        }
        Ok(Bitmap { side, pixels })
    }

    /// Four bytes per pixel: red, green, blue, opacity; else as [`Code::luma`].
    pub fn rgba(&self, scale: usize) -> Result<Bitmap, DrawError> {
        let luma = self.luma(scale)?;
        let pixels = luma.pixels.iter().flat_map(|&level| [level, level, level, 255]).collect();
        Ok(Bitmap { side: luma.side, pixels })
    }

    fn pixel_side(&self, scale: usize) -> Result<usize, DrawError> {
        let side = (self.side + 2 * QUIET).checked_mul(scale).filter(|&side| side > 0 && side <= MAX_SIDE);
        side.ok_or(DrawError::Scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitmap_has_a_white_margin_and_whole_modules() {
        let code = draw("xmpp:alice@example.org", Protection::Medium).unwrap();
        let bitmap = code.luma(3).unwrap();
        assert_eq!(bitmap.side, (code.side() + 8) * 3);
        assert_eq!(bitmap.pixels.len(), bitmap.side * bitmap.side);
        for (index, &level) in bitmap.pixels.iter().enumerate() {
            let (x, y) = (index % bitmap.side / 3, index / bitmap.side / 3);
            let dark = x >= 4 && y >= 4 && code.dark(x - 4, y - 4);
            assert_eq!(level, if dark { 0 } else { 255 }, "{x} {y}");
        }
        let rgba = code.rgba(3).unwrap();
        assert!(rgba.pixels.chunks(4).zip(&bitmap.pixels).all(|(pixel, &level)| pixel == [level, level, level, 255]));
    }

    #[test]
    fn the_svg_draws_the_same_modules() {
        let code = draw("xmpp:alice@example.org?roster;preauth=1tMFqYDdKhfe2pwp", Protection::Low).unwrap();
        let svg = code.svg();
        assert!(!svg.contains("currentColor") && svg.ends_with("</svg>"));
        let full = code.side() + 8;
        assert!(svg.contains(&format!("viewBox=\"0 0 {full} {full}\"")));
        let path = svg.rsplit("d=\"").next().unwrap().split('"').next().unwrap();
        let mut drawn = vec![false; full * full];
        for piece in path.split('M').skip(1) {
            let (place, run) = piece.split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let run: usize = run.split('v').next().unwrap().parse().unwrap();
            let at = y.parse::<usize>().unwrap() * full + x.parse::<usize>().unwrap();
            drawn[at..at + run].fill(true);
        }
        for y in 0..code.side() {
            for x in 0..code.side() {
                assert_eq!(drawn[(y + 4) * full + x + 4], code.dark(x, y), "{x} {y}");
            }
        }
        let dark = (0..code.side()).flat_map(|y| (0..code.side()).map(move |x| (x, y)));
        assert_eq!(drawn.iter().filter(|&&dark| dark).count(), dark.filter(|&(x, y)| code.dark(x, y)).count());
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert_eq!(draw(&"a".repeat(3000), Protection::Low), Err(DrawError::TooLong));
        assert_eq!(draw(&"a".repeat(2000), Protection::High), Err(DrawError::TooLong));
        let code = draw(&"a".repeat(2900), Protection::Low).unwrap();
        assert_eq!(code.side(), 177);
        assert_eq!(code.luma(0), Err(DrawError::Scale));
        assert_eq!(code.luma(usize::MAX), Err(DrawError::Scale));
        assert_eq!(code.rgba(1000), Err(DrawError::Scale));
    }
}
