//! A picture in grey, and the same with its light taken out: how much darker than its surroundings each pixel is. All
//! that searches and samples works on the latter, so that shade, low light and faint ink are dealt with once.

/// Levels of grey, rows without padding.
#[derive(Clone, Debug)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

/// Side of the squares whose light is measured, in pixels.
const BLOCK: usize = 8;
/// Blocks on each side of one that count for its threshold.
const AROUND: usize = 2;

impl Plane {
    /// Half as wide and high, each pixel the mean of four: less noise, fewer pixels.
    pub fn half(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut pixels = Vec::with_capacity(width * height);
        for rows in self.pixels.chunks_exact((2 * self.width).max(1)).take(height) {
            let (upper, lower) = rows.split_at(self.width);
            for (upper, lower) in upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0) {
                let [a, b] = upper.map(u16::from);
                let [c, d] = lower.map(u16::from);
                pixels.push(((a + b + c + d + 2) / 4) as u8);
            }
        }
        Self { width, height, pixels }
    }

    /// Light and dark exchanged.
    pub fn inverted(&self) -> Self {
        let pixels = self.pixels.iter().map(|level| 255 - level).collect();
        Self { width: self.width, height: self.height, pixels }
    }

    /// Softened by the kernel 1 2 1 in both directions, against noise.
    pub fn soft(&self) -> Self {
        let mut rows = Vec::with_capacity(self.pixels.len());
        for row in self.pixels.chunks_exact(self.width.max(1)) {
            let before = row.first().into_iter().chain(row);
            let after = row.iter().skip(1).chain(row.last());
            rows.extend(
                before.zip(row).zip(after).map(|((a, b), c)| u16::from(*a) + 2 * u16::from(*b) + u16::from(*c)),
            );
        }
        let mut pixels = Vec::with_capacity(rows.len());
        let lines: Vec<&[u16]> = rows.chunks_exact(self.width.max(1)).collect();
        let before = lines.first().into_iter().chain(&lines);
        let after = lines.iter().skip(1).chain(lines.last());
        for ((before, line), after) in before.zip(&lines).zip(after) {
            let sums = before.iter().zip(*line).zip(*after);
            pixels.extend(sums.map(|((a, b), c)| ((a + 2 * b + c + 8) / 16) as u8));
        }
        Self { width: self.width, height: self.height, pixels }
    }
}

/// What is left of a plane without its light: above zero is dark, below is light.
#[derive(Clone, Debug)]
pub struct Field {
    pub width: usize,
    pub height: usize,
    pub values: Vec<i16>,
}

impl Field {
    /// Thresholds as ZXing's hybrid binariser finds them (the mean of a block that has contrast; of one that has none,
    /// what its neighbours say), but without edges between the blocks.
    pub fn of(plane: &Plane) -> Self {
        let (width, height) = (plane.width, plane.height);
        let (across, down) = (width.div_ceil(BLOCK).max(1), height.div_ceil(BLOCK).max(1));
        let blocks = smooth(&points(plane, across, down), across, down);
        let mut values = Vec::with_capacity(width * height);
        let mut thresholds = vec![0i32; across];
        let mut line = vec![0i32; across * BLOCK];
        for (y, row) in plane.pixels.chunks_exact(width.max(1)).enumerate() {
            // Between the middles of two blocks, in sixteenths.
            let (upper, lower, part) = between(y, down);
            let upper = blocks.chunks_exact(across).nth(upper).unwrap_or_default();
            let lower = blocks.chunks_exact(across).nth(lower).unwrap_or_default();
            for (threshold, (&upper, &lower)) in thresholds.iter_mut().zip(upper.iter().zip(lower)) {
                *threshold = i32::from(upper) * (16 - part) + i32::from(lower) * part;
            }
            spread(&thresholds, &mut line);
            values.extend(row.iter().zip(&line).map(|(&level, &threshold)| (threshold - 16 * i32::from(level)) as i16));
        }
        Self { width, height, values }
    }

    pub fn row(&self, y: usize) -> &[i16] {
        self.values.get(y * self.width..(y + 1) * self.width).unwrap_or_default()
    }

    /// The value at whole pixels; the edge goes on for ever.
    pub fn at(&self, x: i32, y: i32) -> f32 {
        let x = (x.max(0) as usize).min(self.width.saturating_sub(1));
        let y = (y.max(0) as usize).min(self.height.saturating_sub(1));
        self.values.get(y * self.width + x).copied().map_or(0.0, f32::from)
    }

    /// The value of the pixel that a point lies in, pixel middles being whole numbers.
    pub fn near(&self, x: f32, y: f32) -> f32 {
        self.at((x + 0.5).floor() as i32, (y + 0.5).floor() as i32)
    }

    /// The value at a point, between the pixels around it.
    pub fn sample(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (right_part, low_part) = (x - left, y - top);
        let (left, top) = (left as i32, top as i32);
        let upper = self.at(left, top) * (1.0 - right_part) + self.at(left + 1, top) * right_part;
        let lower = self.at(left, top + 1) * (1.0 - right_part) + self.at(left + 1, top + 1) * right_part;
        upper * (1.0 - low_part) + lower * low_part
    }

    pub fn holds(&self, x: f32, y: f32) -> bool {
        x >= -0.5 && y >= -0.5 && x < self.width as f32 - 0.5 && y < self.height as f32 - 0.5
    }
}

/// The two blocks whose middles a row or column lies between, and how far on it is, in sixteenths.
fn between(at: usize, blocks: usize) -> (usize, usize, i32) {
    let twice = 2 * at + 1;
    let shifted = twice.saturating_sub(BLOCK);
    let first = (shifted / (2 * BLOCK)).min(blocks - 1);
    let second = (first + 1).min(blocks - 1);
    let part = if twice < BLOCK { 0 } else { shifted % (2 * BLOCK) };
    (first, second, part as i32)
}

/// From one threshold per block, times sixteen, to one per pixel.
fn spread(thresholds: &[i32], line: &mut [i32]) {
    let first = thresholds.first().copied().unwrap_or_default();
    let last = thresholds.last().copied().unwrap_or_default();
    let (head, rest) = line.split_at_mut((BLOCK / 2).min(line.len()));
    head.fill(first);
    let (steps, tail) = rest.as_chunks_mut::<BLOCK>();
    for (step, (&from, &to)) in steps.iter_mut().zip(thresholds.iter().zip(thresholds.iter().skip(1))) {
        for (pixel, out) in step.iter_mut().enumerate() {
            *out = from + (to - from) * (2 * pixel as i32 + 1) / (2 * BLOCK as i32);
        }
    }
    tail.fill(last);
}

/// The threshold of each block by itself.
fn points(plane: &Plane, across: usize, down: usize) -> Vec<u8> {
    let mut blocks: Vec<(u8, u8, u8)> = Vec::with_capacity(across * down);
    for rows in plane.pixels.chunks((plane.width * BLOCK).max(1)) {
        let mut sums = vec![(0u32, u8::MAX, 0u8, 0u32); across];
        for row in rows.chunks_exact(plane.width.max(1)) {
            for (pixels, sum) in row.chunks(BLOCK).zip(&mut sums) {
                for &level in pixels {
                    sum.0 += u32::from(level);
                    sum.1 = sum.1.min(level);
                    sum.2 = sum.2.max(level);
                }
                sum.3 += pixels.len() as u32;
            }
        }
        blocks.extend(sums.iter().map(|sum| ((sum.0 / sum.3.max(1)) as u8, sum.1, sum.2)));
    }
    let lightest = blocks.iter().map(|block| block.0).max().unwrap_or_default();
    let darkest = blocks.iter().map(|block| block.0).min().unwrap_or_default();
    // In low light the whole picture has less contrast than a block is asked for by daylight.
    let contrast = ((lightest - darkest) / 5).clamp(6, 24);
    let mut points: Vec<u8> = Vec::with_capacity(blocks.len());
    for (index, &(mean, low, high)) in blocks.iter().enumerate() {
        let mut point = mean;
        if high - low <= contrast {
            point = low / 2;
            if index >= across && index % across > 0 {
                let known = |back: usize| points.get(index - back).copied().map_or(0, u16::from);
                let around = ((known(across) + 2 * known(1) + known(across + 1)) / 4) as u8;
                // The inside of something dark.
                if low < around {
                    point = around;
                }
            }
        }
        points.push(point);
    }
    points
}

/// Each block's threshold becomes the mean of those around it.
fn smooth(points: &[u8], across: usize, down: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(points.len());
    for y in 0..down {
        let rows = y.saturating_sub(AROUND)..(y + AROUND + 1).min(down);
        for x in 0..across {
            let columns = x.saturating_sub(AROUND)..(x + AROUND + 1).min(across);
            let count = (rows.len() * columns.len()).max(1) as u32;
            let row = |y: usize| points.get(y * across + columns.start..y * across + columns.end).unwrap_or_default();
            let sum: u32 = rows.clone().flat_map(row).map(|&point| u32::from(point)).sum();
            out.push((sum / count) as u8);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_is_dark_and_paper_light_in_shade_too() {
        let (width, height) = (203, 117);
        let pixels = (0..width * height)
            .map(|index| {
                let (x, y) = (index % width, index / width);
                let light = 60 + x * 180 / width;
                (if (x / 4 + y / 4) % 2 == 0 { light / 2 } else { light }) as u8
            })
            .collect();
        let field = Field::of(&Plane { width, height, pixels });
        for y in 0..height {
            for (x, &value) in field.row(y).iter().enumerate() {
                assert_eq!(value > 0, (x / 4 + y / 4) % 2 == 0, "{x} {y}");
            }
        }
    }

    #[test]
    fn planes_of_any_size_have_a_field() {
        for width in 1..20 {
            for height in 1..20 {
                let plane = Plane { width, height, pixels: vec![7; width * height] };
                assert_eq!(Field::of(&plane).values.len(), width * height);
                assert_eq!(plane.soft().pixels, plane.pixels);
                let half = plane.half();
                assert_eq!(half.pixels.len(), (width / 2) * (height / 2));
                Field::of(&half);
            }
        }
    }
}
