//! Time as the messenger sees it: given with every input, never asked for.

/// The clocks at the moment an input arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now {
    /// UTC milliseconds since 1970. May jump; only shown to people and sent in stamps.
    pub wall: i64,
    /// Milliseconds since the device booted, counting sleep. Deadlines and back-off count in it: a wrong clock stalls nothing.
    pub mono: u64,
    /// Names this boot. `mono` of two boots can't be compared.
    pub boot_id: String,
}
