//! `cargo xtask bench qr`: photographs of 1280×720, read by us and by zbar, in turns. Zbar is called in its own library
//! (`zbar.py`), so that neither side pays for starting a program or opening files. Of each frame the shortest of the
//! rounds counts: what else the machine does comes and goes.

#![allow(clippy::print_stdout, clippy::print_stderr)]

#[path = "../tests/codes/mod.rs"]
mod codes;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const FRAMES: u64 = 200;
const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
const ROUNDS: usize = 3;
/// Other photographs than the tests have.
const FIRST: u64 = 10_000;

struct Frame {
    text: String,
    pixels: Vec<u8>,
    ours: (Duration, bool),
    zbar: (Duration, bool),
}

fn main() -> Result<(), String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("frames");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let unread = (Duration::MAX, false);
    let mut frames = Vec::new();
    for index in 0..FRAMES {
        let shot = codes::shot(FIRST + index, WIDTH, HEIGHT);
        let pixels = shot.pixels();
        fs::write(folder.join(format!("{index:03}.luma")), &pixels).map_err(|error| error.to_string())?;
        frames.push(Frame { text: shot.text, pixels, ours: unread, zbar: unread });
    }
    let mut misread = 0;
    for round in 0..ROUNDS {
        for frame in &mut frames {
            let begin = Instant::now();
            let told = linnet_qr::read(&frame.pixels, WIDTH, HEIGHT, WIDTH).map_err(|error| error.to_string())?;
            frame.ours.0 = frame.ours.0.min(begin.elapsed());
            frame.ours.1 = told.as_deref() == Some(&frame.text);
            misread += usize::from(round == 0 && told.is_some() && !frame.ours.1);
        }
        for (frame, (took, told)) in frames.iter_mut().zip(zbar(&folder)?) {
            frame.zbar.0 = frame.zbar.0.min(took);
            frame.zbar.1 = told == frame.text;
        }
    }
    fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    let count = |side: fn(&Frame) -> (Duration, bool)| frames.iter().filter(|frame| side(frame).1).count();
    let mean = |side: fn(&Frame) -> (Duration, bool)| {
        frames.iter().map(|frame| side(frame).0.as_secs_f64()).sum::<f64>() * 1000.0 / FRAMES as f64
    };
    let longest = frames.iter().map(|frame| frame.ours.0).max().unwrap_or_default();
    let (ours, theirs) = (count(|frame| frame.ours), count(|frame| frame.zbar));
    let (our_time, their_time) = (mean(|frame| frame.ours), mean(|frame| frame.zbar));
    eprintln!("of {FRAMES} frames: {misread} misread");
    eprintln!("a frame takes us {our_time:.2} ms, at most {longest:.2?}, zbar {their_time:.2} ms");
    if misread > 0 {
        return Err(format!("{misread} frames were misread"));
    }
    println!(
        "bench qr {:.2} (ours {ours}, zbar {theirs}, ms ratio {:.2})",
        ours as f64 / theirs.max(1) as f64,
        our_time / their_time
    );
    Ok(())
}

/// What zbar makes of each frame, and in what time.
fn zbar(folder: &Path) -> Result<Vec<(Duration, String)>, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/zbar.py");
    let size = [WIDTH.to_string(), HEIGHT.to_string()];
    let done =
        Command::new("python3").arg(script).arg(folder).args(size).output().map_err(|error| error.to_string())?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned());
    }
    let told = String::from_utf8(done.stdout).map_err(|error| error.to_string())?;
    let frames: Option<Vec<_>> = told
        .lines()
        .map(|line| {
            let (micros, text) = line.split_once('\t')?;
            Some((Duration::from_micros(micros.parse().ok()?), text.to_owned()))
        })
        .collect();
    frames.filter(|frames| frames.len() == FRAMES as usize).ok_or_else(|| format!("zbar.py said: {told}"))
}
