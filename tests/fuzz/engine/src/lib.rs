//! Nothing: what counts is the archive that libfuzzer-sys builds (see `Cargo.toml` and `xtask/src/fuzz.rs`).
