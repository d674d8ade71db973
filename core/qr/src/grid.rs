//! The modules of a code: which of them every code of its size has alike, and from their grey values to the text.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Modules on each side that codes may have: versions 1 to 40.
pub const SIDES: std::ops::RangeInclusive<usize> = 21..=177;

/// Grey values of all modules, row by row; above zero is dark.
#[derive(Clone, Debug)]
pub struct Grid {
    pub side: usize,
    pub values: Vec<f32>,
}

/// The middles of the alignment patterns along one axis, outermost first and last; none in version 1.
pub fn alignment(side: usize) -> Vec<usize> {
    let version = side.saturating_sub(17) / 4;
    if version < 2 {
        return Vec::new();
    }
    let count = version / 7 + 2;
    // The one version whose distances the rule doesn't give.
    let step = if version == 32 { 26 } else { (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2 };
    let mut places: Vec<usize> = (0..count - 1).map(|index| (side - 7).saturating_sub(index * step)).collect();
    places.push(6);
    places.reverse();
    places
}

/// The modules that are the same in every code of this size: finder patterns with their light frames, timing and
/// alignment patterns.
pub fn known(side: usize) -> Vec<(i32, i32, bool)> {
    let mut known = Vec::new();
    let far = side as i32 - 7;
    for (left, top) in [(0, 0), (far, 0), (0, far)] {
        for y in -1..8i32 {
            for x in -1..8i32 {
                let ring = (x - 3).abs().max((y - 3).abs());
                known.push((left + x, top + y, ring <= 1 || ring == 3));
            }
        }
    }
    for at in 8..far - 1 {
        known.push((at, 6, at % 2 == 0));
        known.push((6, at, at % 2 == 0));
    }
    let places = alignment(side);
    let last = places.len().saturating_sub(1);
    for (row, &y) in places.iter().enumerate() {
        for (column, &x) in places.iter().enumerate() {
            if [(0, 0), (0, last), (last, 0)].contains(&(row, column)) {
                continue;
            }
            for dy in -2..=2i32 {
                for dx in -2..=2i32 {
                    known.push((x as i32 + dx, y as i32 + dy, dx.abs().max(dy.abs()) != 1));
                }
            }
        }
    }
    known
}

impl Grid {
    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.values.get(y * self.side + x).copied().unwrap_or_default()
    }

    /// The text, by several opinions on which modules are dark: as they are; sharpened, because blur carries a module's
    /// ink into its neighbours; with what is dark around here for a measure, because shade falls across codes.
    pub fn text(&self) -> Option<String> {
        let plain = self.decode();
        plain.or_else(|| {
            let local = self.levelled();
            let sharp = |grid: &Self, amount| grid.sharpened(amount).decode();
            sharp(self, 0.15)
                .or_else(|| local.decode())
                .or_else(|| sharp(&local, 0.15))
                .or_else(|| sharp(self, 0.3))
                .or_else(|| sharp(&local, 0.3))
        })
    }

    /// What blur took from each module, given back: four neighbours' values, so much of each.
    fn sharpened(&self, amount: f32) -> Self {
        let mut values = Vec::with_capacity(self.values.len());
        for y in 0..self.side {
            for x in 0..self.side {
                let mut around = self.at(x, y) * 4.0;
                if x > 0 {
                    around -= self.at(x - 1, y);
                }
                if x + 1 < self.side {
                    around -= self.at(x + 1, y);
                }
                if y > 0 {
                    around -= self.at(x, y - 1);
                }
                if y + 1 < self.side {
                    around -= self.at(x, y + 1);
                }
                values.push(self.at(x, y) + amount * around);
            }
        }
        Self { side: self.side, values }
    }

    /// Zero becomes the middle between what is dark and what is light within four modules.
    fn levelled(&self) -> Self {
        const REACH: usize = 4;
        let mut values = Vec::with_capacity(self.values.len());
        for y in 0..self.side {
            for x in 0..self.side {
                let (mut dark, mut darks, mut light, mut lights) = (0.0, 0.0f32, 0.0, 0.0f32);
                for y in y.saturating_sub(REACH)..(y + REACH + 1).min(self.side) {
                    for x in x.saturating_sub(REACH)..(x + REACH + 1).min(self.side) {
                        let value = self.at(x, y);
                        if value > 0.0 {
                            dark += value;
                            darks += 1.0;
                        } else {
                            light += value;
                            lights += 1.0;
                        }
                    }
                }
                values.push(self.at(x, y) - (dark / darks.max(1.0) + light / lights.max(1.0)) / 2.0);
            }
        }
        Self { side: self.side, values }
    }

    /// Format, mask, error correction and segments are `rqrr`'s. That it could panic on some grid isn't known; a camera
    /// pointed anywhere must not be what tells us.
    pub fn decode(&self) -> Option<String> {
        let grid = rqrr::Grid::new(rqrr::SimpleGrid::from_func(self.side, |x, y| self.at(x, y) > 0.0));
        let mut bytes = Vec::new();
        catch_unwind(AssertUnwindSafe(|| grid.decode_to(&mut bytes))).ok()?.ok()?;
        if bytes.is_empty() {
            return None;
        }
        // Bytes without a declared encoding are UTF-8 in practice, Latin-1 by the letter of the standard.
        let text = String::from_utf8(bytes);
        Some(text.unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Protection, draw};

    #[test]
    fn what_every_code_has_alike_is_so_in_all_versions() {
        let mut sides = std::collections::BTreeSet::new();
        for length in (1..2950).step_by(20) {
            let code = draw(&"a".repeat(length), Protection::Low).unwrap();
            sides.insert(code.side());
            for (x, y, dark) in known(code.side()) {
                let inside = x >= 0 && y >= 0;
                assert_eq!(inside && code.dark(x as usize, y as usize), dark, "{x} {y} of {}", code.side());
            }
        }
        assert!(sides.len() == 40 && sides.iter().all(|side| SIDES.contains(side)), "{sides:?}");
    }

    #[test]
    fn a_damaged_grid_reads_or_does_not_but_never_wrongly() {
        let text = "xmpp:alice@example.org?roster;preauth=1tMFqYDdKhfe2pwp";
        let code = draw(text, Protection::High).unwrap();
        let side = code.side();
        let mut values: Vec<f32> =
            (0..side * side).map(|at| if code.dark(at % side, at / side) { 1.0 } else { -1.0 }).collect();
        let mut read = 0;
        for step in 0..side * side / 3 {
            let at = (step * 7919 + 13) % values.len();
            values[at] = -values[at];
            if step % 8 == 0 {
                let told = Grid { side, values: values.clone() }.text();
                assert!(told.as_deref().is_none_or(|told| told == text), "{told:?}");
                read += usize::from(told.is_some());
            }
        }
        assert!(read > 5, "{read}");
    }
}
