//! 500 photographs (`codes::Shot` lists what was done to them), read by us and by `zbarimg` from the very same pixels.

#![allow(clippy::indexing_slicing, clippy::print_stdout, clippy::unwrap_used)]

mod codes;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const SHOTS: u64 = 500;
const WIDTH: usize = 640;
const HEIGHT: usize = 480;

#[test]
fn at_least_what_zbar_reads_and_nothing_wrong() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("photographs");
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap();
    let (mut ours, mut zbar, mut wrong) = (0, 0, Vec::new());
    // Drawing and zbar's reading take most of the time.
    let parts = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8) as u64;
    std::thread::scope(|scope| {
        let folder = &folder;
        let threads: Vec<_> = (0..parts).map(|part| scope.spawn(move || compare(folder, part, parts))).collect();
        for thread in threads {
            let part = thread.join().unwrap();
            ours += part.ours;
            zbar += part.zbar;
            wrong.extend(part.wrong);
        }
    });
    println!("of {SHOTS}: ours {ours}, zbar {zbar}, misread {}", wrong.len());
    assert!(wrong.is_empty(), "{wrong:?}");
    // A set that zbar can't read would prove nothing.
    assert!(zbar > 200 && zbar < 450, "{zbar}");
    assert!(ours >= zbar, "ours {ours}, zbar {zbar}");
    fs::remove_dir_all(&folder).unwrap();
}

#[derive(Default)]
struct Part {
    ours: usize,
    zbar: usize,
    wrong: Vec<(u64, String)>,
}

/// Every `parts`-th photograph.
fn compare(folder: &Path, part: u64, parts: u64) -> Part {
    let (mut told, mut texts) = (Part::default(), BTreeMap::new());
    for index in (part..SHOTS).step_by(parts as usize) {
        let shot = codes::shot(index, WIDTH, HEIGHT);
        let pixels = shot.pixels();
        match linnet_qr::read(&pixels, WIDTH, HEIGHT, WIDTH).unwrap() {
            Some(text) if text == shot.text => told.ours += 1,
            Some(text) => told.wrong.push((index, text)),
            None => {}
        }
        fs::write(folder.join(format!("{index:03}.pgm")), pgm(&pixels)).unwrap();
        texts.insert(index, shot.text);
    }
    let theirs = zbarimg(folder, texts.keys());
    // What zbarimg says is told by file, so that a text read in the wrong picture would not count.
    told.zbar = texts.iter().filter(|(index, text)| theirs.get(index) == Some(text)).count();
    told
}

fn pgm(pixels: &[u8]) -> Vec<u8> {
    [format!("P5\n{WIDTH} {HEIGHT}\n255\n").as_bytes(), pixels].concat()
}

/// What `zbarimg` reads in each file.
fn zbarimg<'a>(folder: &Path, shots: impl Iterator<Item = &'a u64>) -> BTreeMap<u64, String> {
    let files: Vec<_> = shots.map(|index| folder.join(format!("{index:03}.pgm"))).collect();
    let done = Command::new("zbarimg")
        .args(["--quiet", "--xml", "--nodbus", "-Sdisable", "-Sqrcode.enable"])
        .args(&files)
        .output()
        .expect("zbarimg, of the Debian package zbar-tools, has to be installed");
    let xml = String::from_utf8(done.stdout).unwrap();
    let mut read = BTreeMap::new();
    for source in xml.split("<source href='").skip(1) {
        let (file, rest) = source.split_once('\'').unwrap();
        let index = Path::new(file).file_stem().unwrap().to_str().unwrap().parse().unwrap();
        if let Some(text) = rest.split("<data><![CDATA[").nth(1).and_then(|data| data.split("]]>").next()) {
            read.insert(index, text.to_owned());
        }
    }
    read
}
