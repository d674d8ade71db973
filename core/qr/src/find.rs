//! Finder patterns: the three squares in a code's corners, met as dark, light, dark, light, dark in the proportion
//! 1:1:3:1:1 along every line through their middle. Edges are placed between pixels, where the light crosses the
//! threshold, so that modules of less than two pixels are still told apart.

use crate::plane::Field;

/// A finder pattern, perhaps.
#[derive(Clone, Copy, Debug)]
pub struct Finder {
    pub x: f32,
    pub y: f32,
    /// Seven modules, in pixels.
    pub size: f32,
    /// Rows that met it.
    pub count: u32,
}

/// Finder patterns kept of a picture.
const MAX_FOUND: usize = 160;
/// Looks across and down a picture may cost, however much in it resembles a finder pattern.
const MAX_LOOKS: u32 = 12_000;

/// What a line through a finder pattern's middle meets: its own middle as a distance along the line, and its length.
#[derive(Clone, Copy, Debug)]
pub struct Crossing {
    pub middle: f32,
    pub size: f32,
}

/// All that look like finder patterns, in no order.
pub fn finders(field: &Field) -> Vec<Finder> {
    let mut found: Vec<Finder> = Vec::new();
    let mut looks = 0;
    for y in 0..field.height {
        let row = field.row(y);
        // The last six edges, the newest last.
        let mut edges = [f32::NEG_INFINITY; 6];
        let mut before = 0i16;
        for (x, &value) in row.iter().enumerate() {
            if (value > 0) == (before > 0) {
                before = value;
                continue;
            }
            let (from, to) = (f32::from(before), f32::from(value));
            let edge = if x == 0 { -0.5 } else { x as f32 - 1.0 + from / (from - to) };
            before = value;
            edges.rotate_left(1);
            if let Some(last) = edges.last_mut() {
                *last = edge;
            }
            if value <= 0 && resembles(&edges, 0.75) && looks < MAX_LOOKS {
                looks += look(field, &edges, y as f32, &mut found);
            }
        }
        if before > 0 {
            edges.rotate_left(1);
            if let Some(last) = edges.last_mut() {
                *last = row.len() as f32 - 0.5;
            }
            if resembles(&edges, 0.75) && looks < MAX_LOOKS {
                looks += look(field, &edges, y as f32, &mut found);
            }
        }
    }
    found
}

/// Dark, light, dark, light, dark as 1:1:3:1:1.
fn resembles(edges: &[f32; 6], tolerance: f32) -> bool {
    let [a, b, c, d, e, f] = *edges;
    let module = (f - a) / 7.0;
    let runs = [b - a, c - b, (d - c) / 3.0, e - d, f - e];
    // Blur and ink make dark runs wider and light ones narrower, or the other way round; together they stay.
    let paired = (c - a - 2.0 * module).abs() < tolerance * module && (f - d - 2.0 * module).abs() < tolerance * module;
    module.is_finite() && paired && runs.iter().all(|run| (run - module).abs() < tolerance * module)
}

/// Looks down and across where a row met something; 1 if that cost anything.
fn look(field: &Field, edges: &[f32; 6], y: f32, found: &mut Vec<Finder>) -> u32 {
    let [a, _, c, d, _, f] = *edges;
    let size = f - a;
    let x = (a + f + c + d) / 4.0;
    let same = |finder: &&mut Finder| {
        (finder.x - x).abs() < size / 5.0 && (finder.y - y).abs() < size / 3.0 && (finder.size / size - 1.0).abs() < 0.4
    };
    if let Some(finder) = found.iter_mut().find(same).filter(|finder| finder.count >= 3) {
        finder.count += 1;
        return 0;
    }
    let Some(down) = crossing(field, (x, y), (0.0, 1.0), size * 2.0) else { return 1 };
    let y = y + down.middle;
    let Some(across) = crossing(field, (x, y), (1.0, 0.0), size * 2.0) else { return 1 };
    let x = x + across.middle;
    if down.size > 2.2 * across.size || across.size > 2.2 * down.size {
        return 1;
    }
    let slanted = [(0.707, 0.707), (0.707, -0.707)].map(|direction| crossing(field, (x, y), direction, size * 2.5));
    if slanted.iter().all(Option::is_none) {
        return 1;
    }
    let size = (across.size * down.size).sqrt();
    let near = |finder: &&mut Finder| (finder.x - x).abs() < size / 5.0 && (finder.y - y).abs() < size / 5.0;
    let room = found.len() < MAX_FOUND;
    match found.iter_mut().find(near) {
        Some(finder) => {
            let weight = finder.count as f32;
            finder.x = (finder.x * weight + x) / (weight + 1.0);
            finder.y = (finder.y * weight + y) / (weight + 1.0);
            finder.size = (finder.size * weight + size) / (weight + 1.0);
            finder.count += 1;
        }
        None if room => found.push(Finder { x, y, size, count: 1 }),
        None => {}
    }
    1
}

/// Follows a line both ways from inside a finder pattern's dark middle, `reach` pixels at most; `None` if it doesn't
/// meet what belongs to one. The direction has length 1.
pub fn crossing(field: &Field, (x, y): (f32, f32), (dx, dy): (f32, f32), reach: f32) -> Option<Crossing> {
    if field.sample(x, y) <= 0.0 {
        return None;
    }
    let ahead = way(field, (x, y), (dx, dy), reach)?;
    let behind = way(field, (x, y), (-dx, -dy), reach)?;
    let [a, b, c] = ahead;
    let [d, e, f] = behind;
    let edges = [-f, -e, -d, a, b, c];
    resembles(&edges, 0.75).then(|| Crossing { middle: (a - d + c - f) / 4.0, size: c + f })
}

/// The next three edges on a way that begins in the dark.
fn way(field: &Field, (x, y): (f32, f32), (dx, dy): (f32, f32), reach: f32) -> Option<[f32; 3]> {
    let mut edges = [0.0; 3];
    let mut before = field.sample(x, y);
    let mut at = 0.0;
    for edge in &mut edges {
        loop {
            at += 1.0;
            let (px, py) = (x + dx * at, y + dy * at);
            if at > reach {
                return None;
            }
            if !field.holds(px, py) {
                // What the picture's edge cuts off would have been light.
                if before > 0.0 {
                    *edge = at - 0.5;
                    before = -1.0;
                    break;
                }
                return None;
            }
            let value = field.sample(px, py);
            if (value > 0.0) != (before > 0.0) {
                *edge = at - 1.0 + before / (before - value);
                before = value;
                break;
            }
            before = value;
        }
    }
    Some(edges)
}
