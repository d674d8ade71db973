//! From three finder patterns to the modules between them. How long the patterns are along the lines that join them
//! tells how many modules lie between, and how the paper leans; what every code has alike then says how well that fits,
//! and is made to fit better.

use crate::find::{Finder, crossing};
use crate::grid::{Grid, SIDES, alignment, known};
use crate::plane::Field;

type Point = (f32, f32);

/// Three that may belong to one code: the corner, and what stands right and below if the code isn't mirrored.
#[derive(Clone, Copy, Debug)]
pub struct Triple {
    pub indices: [usize; 3],
    corner: Finder,
    right: Finder,
    below: Finder,
}

/// Finder patterns that are combined with each other.
const MAX_COMBINED: usize = 28;

/// The likeliest first.
pub fn triples(found: &[Finder], most: usize) -> Vec<Triple> {
    let found: Vec<(usize, &Finder)> = found.iter().enumerate().take(MAX_COMBINED).collect();
    let mut triples = Vec::new();
    for (first, &(i, a)) in found.iter().enumerate() {
        for (second, &(j, b)) in found.iter().enumerate().skip(first + 1) {
            for &(k, c) in found.iter().skip(second + 1) {
                let three = [(i, *a), (j, *b), (k, *c)];
                triples.extend(triple(three));
            }
        }
    }
    triples.sort_by(|a, b| a.0.total_cmp(&b.0));
    triples.into_iter().take(most).map(|(_, triple)| triple).collect()
}

fn triple([a, b, c]: [(usize, Finder); 3]) -> Option<(f32, Triple)> {
    let largest = a.1.size.max(b.1.size).max(c.1.size);
    let smallest = a.1.size.min(b.1.size).min(c.1.size);
    if largest > 2.2 * smallest {
        return None;
    }
    let square = |p: &Finder, q: &Finder| (p.x - q.x).powi(2) + (p.y - q.y).powi(2);
    let (ab, bc, ca) = (square(&a.1, &b.1), square(&b.1, &c.1), square(&c.1, &a.1));
    // The corner stands opposite the longest side.
    let [corner, right, below] = if ab >= bc && ab >= ca {
        [c, a, b]
    } else if bc >= ca {
        [a, b, c]
    } else {
        [b, c, a]
    };
    let to = |finder: &Finder| (finder.x - corner.1.x, finder.y - corner.1.y);
    let (u, v) = (to(&right.1), to(&below.1));
    let (right, below, u, v) = if u.0 * v.1 - u.1 * v.0 >= 0.0 { (right, below, u, v) } else { (below, right, v, u) };
    let (long, wide) = (u.0.hypot(u.1), v.0.hypot(v.1));
    let module = (largest + smallest) / 14.0;
    let cosine = (u.0 * v.0 + u.1 * v.1) / (long * wide).max(1e-6);
    let ratio = (long / wide.max(1e-6)).ln().abs();
    // From version 1, foreshortened, to version 40.
    if cosine.abs() > 0.72 || ratio > 0.9 || long < 8.0 * module || wide < 8.0 * module || long > 200.0 * module {
        return None;
    }
    let rare = 1.0 / (1 + corner.1.count.min(right.1.count).min(below.1.count)) as f32;
    let doubt = cosine.abs() + ratio + (largest / smallest).ln() + 0.5 * rare;
    let indices = [corner.0, right.0, below.0];
    Some((doubt, Triple { indices, corner: corner.1, right: right.1, below: below.1 }))
}

/// The plane of a code in the picture, by the places of four module corners: the middles of the three finder patterns
/// and the point that would be the fourth's.
#[derive(Clone, Copy, Debug)]
struct Plane {
    side: usize,
    corners: [Point; 4],
    /// (a·u + b·v + c, d·u + e·v + f) / (g·u + h·v + 1), u and v from 0 to 1 between the corners.
    terms: [f32; 8],
}

impl Plane {
    fn new(side: usize, corners: [Point; 4]) -> Option<Self> {
        // Corner, right, below, opposite.
        let [(x0, y0), (x1, y1), (x3, y3), (x2, y2)] = corners;
        let (dx1, dx2, dx3) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
        let (dy1, dy2, dy3) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
        let area = dx1 * dy2 - dx2 * dy1;
        if area.abs() < 1e-3 {
            return None;
        }
        let g = (dx3 * dy2 - dx2 * dy3) / area;
        let h = (dx1 * dy3 - dx3 * dy1) / area;
        // No horizon within the code.
        if g < -0.8 || h < -0.8 || g + h < -0.8 || !(g + h).is_finite() {
            return None;
        }
        let terms = [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h];
        Some(Self { side, corners, terms })
    }

    /// Where a place in modules, from the code's own corner, is in the picture.
    fn place(&self, x: f32, y: f32) -> Point {
        let [a, b, c, d, e, f, g, h] = self.terms;
        let between = self.side as f32 - 7.0;
        let (u, v) = ((x - 3.5) / between, (y - 3.5) / between);
        let depth = g * u + h * v + 1.0;
        ((a * u + b * v + c) / depth, (d * u + e * v + f) / depth)
    }

    fn module(&self, x: f32, y: f32) -> f32 {
        let (here, right, below) = (self.place(x, y), self.place(x + 1.0, y), self.place(x, y + 1.0));
        ((right.0 - here.0).hypot(right.1 - here.1) + (below.0 - here.0).hypot(below.1 - here.1)) / 2.0
    }
}

/// The text of the code that three finder patterns belong to, if they do.
pub fn text(field: &Field, triple: &Triple) -> Option<String> {
    let mut fits = Guess::of(field, triple)?.fits(field);
    fits.sort_by(|a, b| b.score.total_cmp(&a.score));
    fits.into_iter().take(2).find_map(|fit| fit.text(field))
}

/// What the finder patterns alone tell.
struct Guess {
    corner: Point,
    right: Point,
    below: Point,
    /// Between the middles of two finder patterns.
    modules: f32,
    /// How much nearer the corner is than the right and the lower pattern.
    leans: Point,
}

impl Guess {
    fn of(field: &Field, triple: &Triple) -> Option<Self> {
        let (corner, right, below) = (triple.corner, triple.right, triple.below);
        let along = leg(field, &corner, &right)?;
        let down = leg(field, &corner, &below)?;
        if along.0 > 2.0 * down.0 || down.0 > 2.0 * along.0 {
            return None;
        }
        Some(Self {
            corner: (corner.x, corner.y),
            right: (right.x, right.y),
            below: (below.x, below.y),
            modules: (along.0 * down.0).sqrt(),
            leans: (along.1, down.1),
        })
    }

    /// Of the sizes that codes can have, those around what was counted.
    fn fits(&self, field: &Field) -> Vec<Fit> {
        let version = (self.modules + 7.0 - 17.0) / 4.0;
        let nearest = version.round();
        let second = if version > nearest { nearest + 1.0 } else { nearest - 1.0 };
        let third = if version > nearest { nearest - 1.0 } else { nearest + 1.0 };
        // A long code's modules are counted less exactly.
        let sure = (version - nearest).abs() < 0.2 && nearest < 4.0;
        [nearest, second, third]
            .into_iter()
            .take(if sure { 2 } else { 3 })
            .filter(|version| (1.0..=40.0).contains(version))
            .filter_map(|version| Fit::coarse(field, self, 17 + 4 * version as usize))
            .collect()
    }

    fn plane(&self, side: usize) -> Option<Plane> {
        let (g, h) = (self.leans.0 - 1.0, self.leans.1 - 1.0);
        let depth = g + h + 1.0;
        if depth < 0.2 {
            return None;
        }
        let blend =
            |corner: f32, right: f32, below: f32| (right * self.leans.0 + below * self.leans.1 - corner) / depth;
        let opposite =
            (blend(self.corner.0, self.right.0, self.below.0), blend(self.corner.1, self.right.1, self.below.1));
        Plane::new(side, [self.corner, self.right, self.below, opposite])
    }
}

/// Along the line between two finder patterns: the modules between their middles, and the ratio of the depths. Seen in
/// perspective a length is foreshortened by the square of its depth, so the geometric mean of the two patterns' scales
/// is exactly the mean scale between them.
fn leg(field: &Field, from: &Finder, to: &Finder) -> Option<(f32, f32)> {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let long = dx.hypot(dy);
    if long < 1.0 {
        return None;
    }
    let direction = (dx / long, dy / long);
    let size = |finder: &Finder| {
        let reach = finder.size * 2.5;
        crossing(field, (finder.x, finder.y), direction, reach).map_or(finder.size, |crossing| crossing.size)
    };
    let (near, far) = (size(from), size(to));
    let modules = 7.0 * long / (near * far).sqrt();
    Some((modules, (near / far).sqrt().clamp(0.6, 1.6)))
}

/// A plane, and how much of what every code has alike it finds.
struct Fit {
    plane: Plane,
    known: Vec<(i32, i32, bool)>,
    score: f32,
    /// What counts as fully dark or light here.
    contrast: f32,
}

/// Of the known modules, weighed by how clearly they are seen, this share has to be right before a decoding is tried.
const ENOUGH: f32 = 0.45;

/// Below this share before refining there is no code of this size here: noise has about 0.
const PROMISING: f32 = 0.2;

impl Fit {
    fn coarse(field: &Field, guess: &Guess, side: usize) -> Option<Self> {
        if !SIDES.contains(&side) {
            return None;
        }
        let plane = guess.plane(side)?;
        let known = known(side);
        if !corners_stand(field, &plane, &known) {
            return None;
        }
        let sum: f32 = known.iter().map(|&(x, y, _)| value(field, &plane, x, y).abs()).sum();
        let contrast = (sum / known.len() as f32).max(16.0);
        let mut fit = Self { plane, known, score: 0.0, contrast };
        fit.score = fit.rate(field, &fit.plane);
        if side > 21 {
            fit.seek_alignment(field);
        }
        Some(fit)
    }

    /// The share of the known modules that is right, less what is wrong; each is looked at in five places, so that the
    /// middle of a module is better than its edge.
    fn rate(&self, field: &Field, plane: &Plane) -> f32 {
        let mut sum = 0.0;
        for &(x, y, dark) in &self.known {
            let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
            let mut seen = 0.0;
            for (dx, dy) in [(0.0, 0.0), (0.3, 0.3), (-0.3, 0.3), (0.3, -0.3), (-0.3, -0.3)] {
                let (px, py) = plane.place(x + dx, y + dy);
                seen += field.near(px, py).clamp(-self.contrast, self.contrast);
            }
            sum += if dark { seen } else { -seen };
        }
        sum / (5.0 * self.contrast * self.known.len() as f32)
    }

    /// The fourth corner follows the alignment pattern beside it, which is looked for around where it should be.
    fn seek_alignment(&mut self, field: &Field) {
        let Some(&middle) = alignment(self.plane.side).last() else { return };
        let middle = middle as f32 + 0.5;
        let reach = (self.plane.side as f32 / 10.0).clamp(2.0, 7.0);
        let unit = self.plane.module(middle, middle);
        let start = self.plane.corners;
        let steps = (reach / 0.5) as i32;
        let mut best = (f32::NEG_INFINITY, (0.0, 0.0));
        let (right, down) = ((self.plane.place(middle + 1.0, middle)), (self.plane.place(middle, middle + 1.0)));
        let here = self.plane.place(middle, middle);
        let (right, down) = ((right.0 - here.0, right.1 - here.1), (down.0 - here.0, down.1 - here.1));
        for row in -steps..=steps {
            for column in -steps..=steps {
                let (across, below) = (column as f32 * 0.5, row as f32 * 0.5);
                let at = (here.0 + right.0 * across + down.0 * below, here.1 + right.1 * across + down.1 * below);
                let mut sum = 0.0;
                for dy in -2..=2i32 {
                    for dx in -2..=2i32 {
                        let (x, y) = (dx as f32, dy as f32);
                        let seen = field
                            .near(at.0 + right.0 * x + down.0 * y, at.1 + right.1 * x + down.1 * y)
                            .clamp(-self.contrast, self.contrast);
                        sum += if dx.abs().max(dy.abs()) != 1 { seen } else { -seen };
                    }
                }
                // Near what was expected is likelier.
                let sum = sum / (25.0 * self.contrast) - 0.03 * across.hypot(below);
                if sum > best.0 {
                    best = (sum, (at.0 - here.0, at.1 - here.1));
                }
            }
        }
        if unit <= 0.0 {
            return;
        }
        // What moves the alignment pattern by this moves the corner by as much, and a little more.
        let part = (middle - 3.5) / (self.plane.side as f32 - 7.0);
        let (dx, dy) = best.1;
        let [corner, right, below, opposite] = start;
        let moved = (opposite.0 + dx / (part * part), opposite.1 + dy / (part * part));
        let Some(plane) = Plane::new(self.plane.side, [corner, right, below, moved]) else { return };
        let score = self.rate(field, &plane);
        if score > self.score {
            (self.plane, self.score) = (plane, score);
        }
    }

    /// Moves the four corners, one coordinate at a time, as long as that finds more of what is known.
    fn refine(&mut self, field: &Field) {
        let middle = self.plane.side as f32 / 2.0;
        let unit = self.plane.module(middle, middle);
        for (step, rounds) in [(0.6, 2), (0.3, 2), (0.15, 2), (0.08, 1)] {
            for _ in 0..rounds {
                let before = self.score;
                for index in 0..8 {
                    for sign in [1.0, -1.0] {
                        let mut corners = self.plane.corners;
                        let Some(corner) = corners.get_mut(3 - index / 2) else { continue };
                        let moved = sign * step * unit * if index < 2 { 1.5 } else { 1.0 };
                        if index % 2 == 0 {
                            corner.0 += moved;
                        } else {
                            corner.1 += moved;
                        }
                        let Some(plane) = Plane::new(self.plane.side, corners) else { continue };
                        let score = self.rate(field, &plane);
                        if score > self.score {
                            (self.plane, self.score) = (plane, score);
                            break;
                        }
                    }
                }
                if self.score - before < 0.002 {
                    break;
                }
            }
        }
    }

    fn text(mut self, field: &Field) -> Option<String> {
        if self.score > 0.6
            && let Some(text) = self.grid(field).decode()
        {
            return Some(text);
        }
        if self.score < PROMISING {
            return None;
        }
        self.refine(field);
        if self.score < ENOUGH {
            return None;
        }
        self.grid(field).text()
    }

    /// The grey value of each module, mostly from its middle.
    fn grid(&self, field: &Field) -> Grid {
        let side = self.plane.side;
        let mut values = Vec::with_capacity(side * side);
        for y in 0..side {
            for x in 0..side {
                values.push(value(field, &self.plane, x as i32, y as i32));
            }
        }
        Grid { side, values }
    }
}

/// Whether the three finder patterns and their light frames are there at all, by one look at each module: what only
/// resembles them costs no more than that.
fn corners_stand(field: &Field, plane: &Plane, known: &[(i32, i32, bool)]) -> bool {
    const MODULES: usize = 3 * 9 * 9;
    let (mut right, mut all) = (0.0, 0.0);
    for &(x, y, dark) in known.iter().take(MODULES) {
        let (px, py) = plane.place(x as f32 + 0.5, y as f32 + 0.5);
        let seen = field.near(px, py);
        right += if dark { seen } else { -seen };
        all += seen.abs();
    }
    right > 0.4 * all
}

/// The value of a module: its middle twice, and four places around it.
fn value(field: &Field, plane: &Plane, x: i32, y: i32) -> f32 {
    let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
    let at = |dx: f32, dy: f32| {
        let (px, py) = plane.place(x + dx, y + dy);
        field.sample(px, py)
    };
    (2.0 * at(0.0, 0.0) + at(0.22, 0.0) + at(-0.22, 0.0) + at(0.0, 0.22) + at(0.0, -0.22)) / 6.0
}
