//! What stands for somebody without a picture: initials on a colour that belongs to the address, the same in every
//! program and on every device that follows XEP-0392.
//!
//! Invariant: ink and ground keep a contrast of at least 4.5, whatever the hue: in HSLuv the lightness alone decides how
//! much light a colour gives.
//!
//! XEPs: 0392

use sha1::{Digest, Sha1};

/// See the module. Colours are sRGB, as `0xRRGGBB`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portrait {
    /// One or two letters, or "?".
    pub initials: String,
    pub light: Shades,
    pub dark: Shades,
}

/// Two colours that can be read on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shades {
    pub ground: u32,
    pub ink: u32,
}

/// Of an address as it is compared with others (a prepared JID), and the name it is shown with.
pub fn portrait(address: &str, name: &str) -> Portrait {
    let hue = hue(address);
    Portrait {
        initials: initials(name),
        light: Shades { ground: colour(hue, 70.0, 90.0), ink: colour(hue, 90.0, 35.0) },
        dark: Shades { ground: colour(hue, 55.0, 30.0), ink: colour(hue, 80.0, 90.0) },
    }
}

/// XEP-0392 5.1: the first two bytes of the SHA-1, the second counting more, as an angle in degrees.
fn hue(text: &str) -> f64 {
    let [low, high, ..]: [u8; 20] = Sha1::digest(text.as_bytes()).into();
    f64::from(u16::from_le_bytes([low, high])) / 65_536.0 * 360.0
}

/// The first letters of the first and the last word: "Ada Byron King" is AK. An address counts by its local part.
fn initials(name: &str) -> String {
    let name = name.split_once('@').map_or(name, |(local, _)| local);
    let letters: Vec<char> = name
        .split([' ', '.', '_', '-'])
        .filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()))
        .map(|letter| {
            let mut upper = letter.to_uppercase();
            // Where one letter becomes two ("ß"), it stays as it is.
            upper.next().filter(|_| upper.next().is_none()).unwrap_or(letter)
        })
        .collect();
    match letters.as_slice() {
        [] => "?".to_owned(),
        [one] => one.to_string(),
        [first, .., last] => [*first, *last].iter().collect(),
    }
}

fn colour(hue: f64, saturation: f64, lightness: f64) -> u32 {
    hsluv(hue, saturation, lightness)
        .iter()
        .fold(0, |sum, part| sum << 8 | (part.clamp(0.0, 1.0) * 255.0).round() as u32)
}

// HSLuv, revision 4 (hsluv.org): hue, and saturation as a share of the most that the hue has at this lightness.

/// From CIE XYZ to linear sRGB.
const TO_RGB: [[f64; 3]; 3] = [
    [3.240_969_941_904_521, -1.537_383_177_570_093, -0.498_610_760_293],
    [-0.969_243_636_280_87, 1.875_967_501_507_72, 0.041_555_057_407_175],
    [0.055_630_079_696_993, -0.203_976_958_888_97, 1.056_971_514_242_878],
];
const REFERENCE_U: f64 = 0.197_830_006_642_83;
const REFERENCE_V: f64 = 0.468_319_994_938_79;
const KAPPA: f64 = 903.296_296_2;
const EPSILON: f64 = 0.008_856_451_6;

/// sRGB, each from 0 to 1.
fn hsluv(hue: f64, saturation: f64, lightness: f64) -> [f64; 3] {
    let angle = hue.to_radians();
    let chroma = most_chroma(lightness, angle) / 100.0 * saturation;
    let (u, v) = (angle.cos() * chroma, angle.sin() * chroma);
    let u = u / (13.0 * lightness) + REFERENCE_U;
    let v = v / (13.0 * lightness) + REFERENCE_V;
    let y = if lightness <= 8.0 { lightness / KAPPA } else { ((lightness + 16.0) / 116.0).powi(3) };
    let x = 9.0 * y * u / (4.0 * v);
    let z = (9.0 * y - 15.0 * v * y - v * x) / (3.0 * v);
    TO_RGB.map(|[a, b, c]| gamma(a * x + b * y + c * z))
}

fn gamma(linear: f64) -> f64 {
    if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

/// How far one can go from grey at this lightness in this direction without leaving sRGB.
fn most_chroma(lightness: f64, angle: f64) -> f64 {
    let cube = (lightness + 16.0).powi(3) / 1_560_896.0;
    let scaled = if cube > EPSILON { cube } else { lightness / KAPPA };
    let mut most = f64::MAX;
    for [a, b, c] in TO_RGB {
        for edge in [0.0, 1.0] {
            let slope = (284_517.0 * a - 94_839.0 * c) * scaled;
            let rise =
                (838_422.0 * c + 769_860.0 * b + 731_718.0 * a) * lightness * scaled - 769_860.0 * edge * lightness;
            let bottom = (632_260.0 * c - 126_452.0 * b) * scaled + 126_452.0 * edge;
            let length = (rise / bottom) / (angle.sin() - slope / bottom * angle.cos());
            if length >= 0.0 {
                most = most.min(length);
            }
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table at the end of XEP-0392: the angle, and the colour at saturation 100 and lightness 50.
    const VECTORS: [(&str, f64, [f64; 3]); 5] = [
        ("Romeo", 327.255_249, [0.865, 0.000, 0.686]),
        ("juliet@capulet.lit", 209.410_400, [0.000, 0.515, 0.573]),
        ("😺", 331.199_341, [0.872, 0.000, 0.659]),
        ("council", 359.994_507, [0.918, 0.000, 0.394]),
        ("Board", 171.430_664, [0.000, 0.527, 0.457]),
    ];

    #[test]
    fn the_xeps_own_colours() {
        for (text, angle, rgb) in VECTORS {
            assert!((hue(text) - angle).abs() < 1e-6, "{text}: {}", hue(text));
            let ours = hsluv(hue(text), 100.0, 50.0);
            let near = ours.iter().zip(rgb).all(|(ours, theirs)| (ours - theirs).abs() < 0.000_6);
            assert!(near, "{text}: {ours:?}, but {rgb:?}");
        }
    }

    fn luminance(colour: u32) -> f64 {
        let part = |shift: u32| {
            let value = f64::from(colour >> shift & 0xff) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.212_6 * part(16) + 0.715_2 * part(8) + 0.072_2 * part(0)
    }

    #[test]
    fn initials_can_be_read_on_every_hue() {
        for number in 0..2_000 {
            let Portrait { light, dark, .. } = portrait(&format!("user{number}@example.org"), "");
            for Shades { ground, ink } in [light, dark] {
                let (one, other) = (luminance(ground), luminance(ink));
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= 4.5, "{ground:06x} and {ink:06x}: {contrast}");
            }
        }
    }

    #[test]
    fn initials_are_letters_of_the_name_whatever_the_script() {
        for (name, letters) in [
            ("Ada Byron King", "AK"),
            ("bob@example.org", "B"),
            ("priya.raman@example.org", "PR"),
            ("Ελένη Παππά", "ΕΠ"),
            ("(Oskar)", "O"),
            ("ßeta", "ß"),
            ("🎉", "?"),
            ("", "?"),
            ("𐐨", "𐐀"),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }
}
