//! The core as Kotlin and Swift load it, and the generator of their bindings, from one build: with another set of
//! features in between, Cargo would link the library anew each time.

use std::process::Command;

use crate::command::{cargo, target};

/// Builds both.
pub fn build() -> Command {
    cargo(&["build", "-p", "linnet-bindings", "--features", "bindgen"])
}

/// Tells a build in another language where they are.
pub fn tell(command: &mut Command) -> &mut Command {
    let debug = target().join("debug");
    command.env("LINNET_CORE_LIBRARY", debug.join("liblinnet.so")).env("LINNET_BINDGEN", debug.join("uniffi-bindgen"))
}
