//! Photographs of codes as hands, walls and cheap cameras make them, each fully told by its seed (but for the last digit
//! of a sine, which is the platform's). What is asked of the reader and of zbar is asked of the same pixels.

// Every test that has this module uses its own part of it.
#![allow(dead_code, clippy::indexing_slicing, clippy::unwrap_used)]

use std::f64::consts::PI;

use linnet_qr::{Code, Protection, QUIET, draw};

/// One photograph: what it shows, and how badly.
pub struct Shot {
    pub text: String,
    pub protection: Protection,
    pub width: usize,
    pub height: usize,
    /// Pixels per module before the tilt.
    pub scale: f64,
    /// In the plane of the picture, radians.
    pub rotation: f64,
    /// The paper leans away about an axis in its plane, radians; the camera is `DISTANCE` code sides away.
    pub tilt: f64,
    pub tilt_axis: f64,
    /// Gaussian, in pixels.
    pub blur: f64,
    /// Standard deviation of the sensor's noise, in levels of 255.
    pub noise: f64,
    /// Levels of black ink and white paper: low light has both low and close.
    pub black: f64,
    pub white: f64,
    /// How much darker the darkest corner is, 0 to 1.
    pub shade: f64,
    pub shade_direction: f64,
    seed: u64,
}

/// Of the camera from the paper, in sides of the code.
const DISTANCE: f64 = 2.5;

/// The parameters of the 500, from easy to hopeless.
const SCALE: (f64, f64) = (1.6, 7.0);
const TILT: (f64, f64) = (0.0, 0.75);
const BLUR: (f64, f64) = (0.0, 0.75); // of a module
const NOISE: (f64, f64) = (0.0, 28.0); // less in low light
const WHITE: (f64, f64) = (45.0, 250.0);
const CONTRAST: (f64, f64) = (0.25, 0.95); // (white − black) / white
const SHADE: (f64, f64) = (0.0, 0.6);

/// SplitMix64: small, and the same everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn within(&mut self, (low, high): (f64, f64)) -> f64 {
        low + (high - low) * self.unit()
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// About normal, variance 1: twelve uniform ones need no logarithm, which platforms round differently.
    fn normal(&mut self) -> f64 {
        let bits = self.next();
        let four = |bits: u64| (0..4).map(|index| (bits >> (16 * index) & 0xffff) as f64 / 65536.0).sum::<f64>();
        (four(bits) - 2.0) * 3f64.sqrt()
    }
}

/// Addresses, invitations with their token, and invitations by https, as Linnet shows them.
pub fn text(random: &mut Random) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let word = |random: &mut Random, length: usize| -> String {
        (0..length).map(|_| char::from(LETTERS[random.below(LETTERS.len())])).collect()
    };
    let (name, token) = (4 + random.below(12), 16 + random.below(17));
    let (name, host, token) = (word(random, name), word(random, 8), word(random, token));
    match random.below(4) {
        0 => format!("xmpp:{name}@{host}.example"),
        1 => format!("xmpp:{name}@{host}.example?roster;preauth={token}"),
        2 => format!("https://{host}.example/i/#{name}@{host}.example?roster;preauth={token};ibr=y"),
        _ => format!("xmpp:{name}@{host}.example?message;omemo-sid-1={};x={}", random.below(1 << 31), word(random, 64)),
    }
}

/// The `index`-th photograph.
pub fn shot(index: u64, width: usize, height: usize) -> Shot {
    let mut random = Random::new(index);
    let text = text(&mut random);
    let protection = [Protection::Low, Protection::Medium, Protection::Quartile, Protection::High][random.below(4)];
    let side = (draw(&text, protection).unwrap().side() + 2 * QUIET) as f64;
    // Turned by an eighth, the code still has to be in the picture.
    let fits = width.min(height) as f64 / side / 1.45;
    let scale = random.within((SCALE.0, SCALE.1.min(fits) * width as f64 / 640.0)).min(fits);
    let white = random.within(WHITE);
    Shot {
        text,
        protection,
        width,
        height,
        scale,
        rotation: random.within((-PI, PI)),
        tilt: random.within(TILT) * random.unit(),
        tilt_axis: random.within((-PI, PI)),
        blur: random.within(BLUR) * random.unit() * scale,
        noise: random.within(NOISE) * random.unit() * (white / WHITE.1),
        black: white * (1.0 - random.within(CONTRAST)),
        white,
        shade: random.within(SHADE) * random.unit(),
        shade_direction: random.within((-PI, PI)),
        seed: index,
    }
}

impl Shot {
    /// The luma plane, rows without padding.
    pub fn pixels(&self) -> Vec<u8> {
        let code = draw(&self.text, self.protection).unwrap();
        let mut light = self.paper(&code);
        blur(&mut light, self.width, self.height, self.blur);
        let mut random = Random::new(self.seed ^ 0xc0de);
        let (cos, sin) = (self.shade_direction.cos(), self.shade_direction.sin());
        let reach = (self.width as f64).hypot(self.height as f64) / 2.0;
        let mut pixels = Vec::with_capacity(light.len());
        for (index, &light) in light.iter().enumerate() {
            let x = (index % self.width) as f64 - self.width as f64 / 2.0;
            let y = (index / self.width) as f64 - self.height as f64 / 2.0;
            let shade = 1.0 - self.shade * ((x * cos + y * sin) / reach + 1.0) / 2.0;
            let level = (self.black + (self.white - self.black) * f64::from(light)) * shade;
            pixels.push((level + self.noise * random.normal()).round().clamp(0.0, 255.0) as u8);
        }
        pixels
    }

    /// How light the scene is at each pixel, 0 to 1, still sharp: the tilted code on its white margin, on a table that
    /// has things of its own on it.
    fn paper(&self, code: &Code) -> Vec<f32> {
        const FINE: usize = 3;
        let side = (code.side() + 2 * QUIET) as f64;
        let mut random = Random::new(self.seed ^ 0x7ab1e);
        let things: Vec<[f64; 5]> = (0..24)
            .map(|_| {
                let (x, y) = (random.within((0.0, self.width as f64)), random.within((0.0, self.height as f64)));
                [x, y, x + random.within((4.0, 90.0)), y + random.within((2.0, 40.0)), random.unit()]
            })
            .collect();
        let (cos, sin) = (self.rotation.cos(), self.rotation.sin());
        let (axis_cos, axis_sin) = (self.tilt_axis.cos(), self.tilt_axis.sin());
        let (lean_cos, lean_sin) = (self.tilt.cos(), self.tilt.sin());
        let focus = DISTANCE * side * self.scale;
        let mut light = Vec::with_capacity(self.width * self.height);
        for index in 0..self.width * self.height {
            let (mut sum, mut inside) = (0.0, 0);
            for fine in 0..FINE * FINE {
                let part = |fine: usize| (fine as f64 + 0.5) / FINE as f64;
                let x = (index % self.width) as f64 + part(fine % FINE) - self.width as f64 / 2.0;
                let y = (index / self.width) as f64 + part(fine / FINE) - self.height as f64 / 2.0;
                // The ray through the pixel meets the leaning paper; then along the paper's own axes.
                let (along, across) = (x * axis_cos + y * axis_sin, y * axis_cos - x * axis_sin);
                let depth = focus * lean_cos / (focus * lean_cos - across * lean_sin);
                let (along, across) = (along * depth, across * depth / lean_cos);
                let (x, y) = (along * axis_cos - across * axis_sin, along * axis_sin + across * axis_cos);
                let (u, v) = (x * cos + y * sin, y * cos - x * sin);
                let (u, v) = (u / self.scale + side / 2.0, v / self.scale + side / 2.0);
                if depth > 0.0 && u >= 0.0 && v >= 0.0 && u < side && v < side {
                    inside += 1;
                    let (u, v) = (u as usize, v as usize);
                    let dark = u >= QUIET && v >= QUIET && code.dark(u - QUIET, v - QUIET);
                    sum += if dark { 0.0 } else { 1.0 };
                }
            }
            if inside < FINE * FINE {
                let (x, y) = ((index % self.width) as f64, (index / self.width) as f64);
                let on = |thing: &&[f64; 5]| x >= thing[0] && y >= thing[1] && x < thing[2] && y < thing[3];
                let table = things.iter().rev().find(on).map_or(0.7, |thing| thing[4]);
                sum += table * (FINE * FINE - inside) as f64;
            }
            light.push((sum / (FINE * FINE) as f64) as f32);
        }
        light
    }
}

/// Separable Gaussian, edges repeated.
fn blur(plane: &mut Vec<f32>, width: usize, height: usize, sigma: f64) {
    if sigma < 0.05 {
        return;
    }
    let reach = (3.0 * sigma).ceil() as isize;
    let weight = |at: isize| (-(at as f64).powi(2) / (2.0 * sigma * sigma)).exp();
    let total: f64 = (-reach..=reach).map(weight).sum();
    let kernel: Vec<f32> = (-reach..=reach).map(|at| (weight(at) / total) as f32).collect();
    let along = |plane: &[f32], step: usize, size: usize| -> Vec<f32> {
        let mut out = vec![0.0; plane.len()];
        for (index, out) in out.iter_mut().enumerate() {
            let at = index / step % size;
            let base = index - at * step;
            *out = kernel
                .iter()
                .enumerate()
                .map(|(tap, weight)| {
                    let at = (at as isize + tap as isize - reach).clamp(0, size as isize - 1) as usize;
                    weight * plane[base + at * step]
                })
                .sum();
        }
        out
    };
    let rows = along(plane, 1, width);
    *plane = along(&rows, width, height);
}
