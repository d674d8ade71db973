//! `pictures`: draws everything there is to be looked at: README's picture anew, and every screen in every state.

use crate::command::{program, run, target, top};
use crate::core;
use crate::setup::{self, Purpose};

/// `cargo xtask pictures`.
pub fn main(arguments: &[String]) -> Result<(), String> {
    if let Some(unknown) = arguments.first() {
        return Err(format!("pictures does not know {unknown}"));
    }
    setup::packages(Purpose::Run, false)?;
    crate::run::show(None)?;
    let readme = top().join("docs/pictures/chat.png");
    std::fs::copy(target().join("pictures/4-chat.png"), &readme).map_err(|e| format!("{}: {e}", readme.display()))?;
    println!("pictures: README's is new: docs/pictures/chat.png");
    run(core::tell(&mut program("android/tools/build", &["pictures"])))
}
