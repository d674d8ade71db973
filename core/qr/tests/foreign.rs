//! Codes between us and other people's programs: `zbarimg` reads all of ours, we read all of `qrencode`'s.

#![allow(clippy::indexing_slicing, clippy::print_stdout, clippy::unwrap_used)]

mod codes;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use codes::{Random, text};
use linnet_qr::{Protection, draw, read, read_picture};

const LEVELS: [(Protection, &str); 4] =
    [(Protection::Low, "L"), (Protection::Medium, "M"), (Protection::Quartile, "Q"), (Protection::High, "H")];

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn zbarimg_reads_all_of_ours() {
    let folder = folder("ours");
    let mut random = Random::new(1);
    let mut drawn = Vec::new();
    for index in 0..120 {
        let (protection, _) = LEVELS[index % 4];
        // Of all lengths, and letters of all scripts.
        let text = match index % 3 {
            0 => text(&mut random),
            1 => format!("xmpp:jürgen{index}@пример.example?message;body={}", "ñ漢字🙂".repeat(index / 4)),
            _ => format!("https://example.org/i/{}", "a1B-".repeat(index * 2)),
        };
        let code = draw(&text, protection).unwrap();
        let bitmap = code.luma(3 + index % 4).unwrap();
        let path = folder.join(format!("{index:03}.pgm"));
        let head = format!("P5\n{} {}\n255\n", bitmap.side, bitmap.side);
        fs::write(&path, [head.as_bytes(), &bitmap.pixels].concat()).unwrap();
        drawn.push((path, text));
    }
    for (path, text) in drawn {
        let done = Command::new("zbarimg")
            .args(["--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", "-Sbinary"])
            .arg(&path)
            .output()
            .expect("zbarimg, of the Debian package zbar-tools, has to be installed");
        // Asked for bytes it adds no line end.
        assert_eq!(String::from_utf8_lossy(&done.stdout), text, "{}", path.display());
    }
}

#[test]
fn we_read_all_of_qrencodes() {
    let folder = folder("qrencode");
    for version in 1..=40 {
        for (protection, level) in LEVELS {
            // As long as still fits this version, so that it isn't made larger.
            let code = |length: usize| draw(&"a".repeat(length), protection).map(|code| code.side());
            let side = 17 + 4 * version;
            let (mut longest, mut step) = (1, 512);
            while step > 0 {
                if code(longest + step).is_ok_and(|own| own <= side) {
                    longest += step;
                }
                step /= 2;
            }
            let text: String = "xmpp:".chars().chain(('a'..='z').cycle()).take(longest).collect();
            let path = folder.join(format!("{version}{level}.png"));
            let done = Command::new("qrencode")
                .args(["-8", "-s", "3", "-l", level, "-v", &version.to_string(), "-o"])
                .arg(&path)
                .arg(&text)
                .status()
                .expect("qrencode, of the Debian package of that name, has to be installed");
            assert!(done.success(), "{version}{level}");
            let told = read_picture(&fs::read(&path).unwrap()).unwrap();
            assert_eq!(told.as_deref(), Some(text.as_str()), "version {version}, level {level}");
        }
    }
    // Digits and capitals have encodings of their own.
    for text in ["0123456789012345678901234567890", "XMPP:ALICE@EXAMPLE.ORG", "xmpp:jürgen@example.org"] {
        let path = folder.join("mode.png");
        let done = Command::new("qrencode").arg("-o").arg(&path).arg(text).status().unwrap();
        assert!(done.success());
        assert_eq!(read_picture(&fs::read(&path).unwrap()).unwrap().as_deref(), Some(text));
    }
}

#[test]
fn what_we_draw_we_read_at_every_length() {
    for length in (1..60).chain((60..2900).step_by(143)) {
        let text: String = "xmpp:alice@example.org?".chars().cycle().take(length).collect();
        for (protection, _) in LEVELS {
            let Ok(code) = draw(&text, protection) else { continue };
            for scale in [2, 5] {
                let bitmap = code.luma(scale).unwrap();
                let told = read(&bitmap.pixels, bitmap.side, bitmap.side, bitmap.side).unwrap();
                assert_eq!(told.as_deref(), Some(text.as_str()), "{length} {protection:?} {scale}");
            }
        }
    }
}
