//! Everything that was ever found, and every example of the XEPs, once more.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use linnet_fuzz::{TARGETS, seeds};

#[test]
fn the_corpus_and_the_examples_hold() {
    for (name, run) in TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} begins with nothing");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
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
