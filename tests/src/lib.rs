#[cfg(feature = "chaos")]
pub mod chaos;
