//! `pictures`: draws the screens anew into `docs/pictures`, to be looked at before they are committed.

use crate::command::{program, run};
use crate::setup::{self, Purpose};

/// `cargo xtask pictures`.
pub fn main(_: &[String]) -> Result<(), String> {
    setup::packages(Purpose::Run, false)?;
    run(&mut program("android/tools/build", &["pictures"]))
}
