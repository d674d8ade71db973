//! What stands for somebody without a picture.

use linnet_messenger::contact::portrait as core;

/// Initials on a colour that belongs to an address (XEP-0392). Colours are sRGB as `0xRRGGBB`; each pair has a contrast of
/// at least 4.5.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Portrait {
    /// One or two letters, or "?".
    pub initials: String,
    /// Behind the letters, in a light theme.
    pub light_ground: u32,
    /// The letters, in a light theme.
    pub light_ink: u32,
    /// Behind the letters, in a dark theme.
    pub dark_ground: u32,
    /// The letters, in a dark theme.
    pub dark_ink: u32,
}

/// The portrait of an address, with the initials of the name it is shown with. `address` is a bare JID as items have it;
/// anything else has a colour, too. Takes microseconds.
#[uniffi::export]
pub fn portrait(address: String, name: String) -> Portrait {
    let core::Portrait { initials, light, dark } = core::portrait(&address, &name);
    Portrait {
        initials,
        light_ground: light.ground,
        light_ink: light.ink,
        dark_ground: dark.ground,
        dark_ink: dark.ink,
    }
}
