//! `run`
pub fn main(_: &[String]) -> Result<(), String> {
    crate::screen::nothing();
    Err("the desktop app is not there yet".into())
}
