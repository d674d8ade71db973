//! Randomness is injected: the operating system's in production, a seeded stream in tests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A source of random bytes.
pub trait Random: Send {
    /// Fills `bytes` with random bytes.
    fn fill(&mut self, bytes: &mut [u8]);
}

impl dyn Random + '_ {
    /// A fresh stanza or origin id: 128 bits in 22 URL-safe characters, unguessable for a peer.
    pub fn id(&mut self) -> String {
        let mut bytes = [0_u8; 16];
        self.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A number in `0..bound` (0 when `bound` is 0), for jitter.
    pub fn below(&mut self, bound: u64) -> u64 {
        let mut bytes = [0_u8; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes).checked_rem(bound).unwrap_or(0)
    }
}
