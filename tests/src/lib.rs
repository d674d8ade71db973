#[cfg(feature = "bench")]
pub mod bench;
#[cfg(feature = "chaos")]
pub mod chaos;
