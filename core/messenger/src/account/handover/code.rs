//! The three texts that are held up as codes. They say what they are and in which version, so that a newer phone is
//! told from a broken code.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::fault::CommandError;

/// Before the version: no link, so that nothing else is tempted to open it.
const SCHEME: &str = "linnet-device:";
/// The only version there is.
const VERSION: &str = "1";
/// Characters of the longest code that is looked at: a code of the largest size holds fewer.
const LONGEST: usize = 4_000;

/// A public key.
pub type PublicKey = [u8; 32];
/// Tells a key from others, not proven by anybody: what is meant for another phone gets an error of its own by it.
pub type Name = [u8; 8];

/// What a code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// A new phone's key.
    Arrival { key: PublicKey },
    /// The old phone's key for it.
    Answer { to: Name, key: PublicKey },
    /// The credential.
    Sealed { to: Name, from: Name, sealed: Vec<u8> },
}

/// Whether a text wants to be one.
pub fn is_code(text: &str) -> bool {
    text.starts_with(SCHEME)
}

impl Code {
    /// As a text.
    pub fn write(&self) -> String {
        let (kind, bytes) = match self {
            Self::Arrival { key } => ('a', key.to_vec()),
            Self::Answer { to, key } => ('b', [to.as_slice(), key].concat()),
            Self::Sealed { to, from, sealed } => ('c', [to.as_slice(), from, sealed].concat()),
        };
        format!("{SCHEME}{VERSION}{kind}:{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What was scanned: anything.
    pub fn read(text: &str) -> Result<Self, CommandError> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(CommandError::Unreadable);
        }
        let rest = text.strip_prefix(SCHEME).ok_or(CommandError::Unreadable)?;
        let (kind, payload) = rest.split_once(':').ok_or(CommandError::Unreadable)?;
        let version = kind.trim_end_matches(|c: char| c.is_ascii_lowercase());
        if version != VERSION {
            let newer = version.parse::<u32>().is_ok_and(|version| version > 1);
            return Err(if newer { CommandError::Newer } else { CommandError::Unreadable });
        }
        let bytes = URL_SAFE_NO_PAD.decode(payload).map_err(|_| CommandError::Unreadable)?;
        let code = match kind.strip_prefix(VERSION) {
            Some("a") => bytes.try_into().ok().map(|key| Self::Arrival { key }),
            Some("b") => bytes
                .split_first_chunk()
                .and_then(|(to, key)| key.try_into().ok().map(|key| Self::Answer { to: *to, key })),
            Some("c") => bytes.split_first_chunk().and_then(|(to, rest)| {
                let (from, sealed) = rest.split_first_chunk()?;
                (!sealed.is_empty()).then(|| Self::Sealed { to: *to, from: *from, sealed: sealed.to_vec() })
            }),
            _ => None,
        };
        code.ok_or(CommandError::Unreadable)
    }
}
