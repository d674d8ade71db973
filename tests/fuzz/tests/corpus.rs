//! Everything that was ever found, and every example of the XEPs, once more.

#![allow(clippy::unwrap_used)]

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use linnet_fuzz::{TARGETS, seeds};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// `cargo xtask fuzz` knows the targets by their folders.
#[test]
fn each_target_has_its_corpus_and_each_corpus_its_target() {
    let mut folders: Vec<_> = corpus().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    folders.sort();
    let mut names: Vec<_> = TARGETS.iter().map(|(name, _)| OsString::from(name)).collect();
    names.sort();
    assert_eq!(folders, names);
}

#[test]
fn the_corpus_and_the_examples_hold() {
    for (name, run) in TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} begins with nothing");
        let folder = corpus().join(name);
        let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{name} has no corpus");
        for seed in seeds {
            run(&seed);
        }
        for file in files {
            // Whoever looks for a failure wants to know which input it was.
            println!("{}", file.display());
            run(&std::fs::read(&file).unwrap());
        }
    }
}
