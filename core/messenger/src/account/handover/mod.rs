//! An account handed to a further phone by codes on their screens. The new phone shows its key; the old one scans it, asks
//! its owner, and answers with a key of its own; both show the same six digits; once the owner has seen that they are the
//! same, the old phone shows the credential, sealed (HPKE, RFC 9180) for the new phone's key. See ADR 13.
//!
//! Invariants: nothing of the credential is on a screen before the owner has compared the digits. A key is good for five
//! minutes and one account, and lives in memory only. What is sealed opens with the key it was made for, in the exchange
//! it was made in, and nowhere else; all that was scanned is somebody's text, and never more than an error.

mod code;
mod seal;

pub use code::{Code, is_code};

use zeroize::Zeroizing;

use crate::command::{ProxyAddress, Secret, ServerAddress};
use crate::effect::ScramHash;
use crate::fault::CommandError;
use crate::ids::AccountId;
use crate::now::Now;
use crate::random::Random;
use crate::session::scram::SaltedKeys;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// How long a key counts, milliseconds.
pub const PATIENCE: u64 = 5 * 60_000;
/// Salted keys of an account: one a hash.
const MOST_KEYS: usize = 3;
/// Bytes of a host's name, or of a salt.
const LONGEST: usize = 255;

/// What signs in to an account: the password where it is kept, else what was made of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    pub address: String,
    pub server: Option<ServerAddress>,
    /// The new phone must not leave it by mistake.
    pub proxy: Option<ProxyAddress>,
    pub password: Secret,
    pub keys: Vec<SaltedKeys>,
}

/// Its form on the way. The names are one letter each: a code is the easier to read the less it says.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    a: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s: Option<ServerAddress>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<ProxyAddress>,
    #[serde(default, skip_serializing_if = "Hidden::is_empty")]
    p: Hidden,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    k: Vec<WrittenKeys>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKeys {
    h: ScramHash,
    i: u32,
    s: String,
    c: Hidden,
    v: Hidden,
}

/// Wiped when dropped.
#[derive(Default)]
struct Hidden(Zeroizing<String>);

impl Hidden {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl serde::Serialize for Hidden {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Hidden {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

impl Credential {
    pub(crate) fn write(&self) -> Option<Zeroizing<Vec<u8>>> {
        let keys = self.keys.iter().take(MOST_KEYS).map(|keys| WrittenKeys {
            h: keys.hash,
            i: keys.iterations,
            s: STANDARD_NO_PAD.encode(&keys.salt),
            c: Hidden(Zeroizing::new(STANDARD_NO_PAD.encode(&*keys.client_key))),
            v: Hidden(Zeroizing::new(STANDARD_NO_PAD.encode(&*keys.server_key))),
        });
        let written = Written {
            a: self.address.clone(),
            s: self.server.clone(),
            x: self.proxy.clone(),
            p: Hidden(self.password.0.clone()),
            k: keys.collect(),
        };
        serde_json::to_vec(&written).ok().map(Zeroizing::new)
    }

    /// Only what a login could be made with.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let Written { a, s, x, p, k } = serde_json::from_slice(bytes).ok()?;
        let host = |host: &str, port: u16| !host.is_empty() && host.len() <= LONGEST && port > 0;
        if s.as_ref().is_some_and(|server| !host(&server.host, server.port))
            || x.as_ref().is_some_and(|proxy| !host(&proxy.host, proxy.port))
            || (p.is_empty() && k.is_empty())
            || p.0.chars().any(char::is_control)
            || k.len() > MOST_KEYS
        {
            return None;
        }
        let keys = k.into_iter().map(|keys| {
            let bytes = |text: &str| STANDARD_NO_PAD.decode(text).ok().map(Zeroizing::new);
            let read = SaltedKeys {
                hash: keys.h,
                iterations: keys.i,
                salt: STANDARD_NO_PAD.decode(&keys.s).ok()?,
                client_key: bytes(&keys.c.0)?,
                server_key: bytes(&keys.v.0)?,
            };
            (read.salt.len() <= LONGEST && read.is_sound()).then_some(read)
        });
        let keys = keys.collect::<Option<Vec<_>>>()?;
        Some(Self { address: a, server: s, proxy: x, password: Secret(p.0), keys })
    }
}

/// On the new phone: it has shown its key and waits.
pub struct Arrival {
    key: seal::Key,
    since: u64,
    /// With the phone that has answered.
    exchange: Option<seal::Opener>,
}

/// What a code brought to the new phone.
pub enum Arrived {
    /// The old phone has answered: it shows these digits, too.
    Digits(String),
    Credential(Box<Credential>),
}

impl Arrival {
    /// With a new key.
    pub fn begin(random: &mut dyn Random, now: &Now) -> Self {
        Self { key: seal::Key::new(random), since: now.mono, exchange: None }
    }

    /// What the old phone has to scan.
    pub fn code(&self) -> String {
        Code::Arrival { key: self.key.public() }.write()
    }

    /// Whether the key no longer counts.
    pub fn is_over(&self, now: &Now) -> bool {
        now.mono.saturating_sub(self.since) > PATIENCE
    }

    /// Takes what was scanned. After a credential nothing more is to be read with this key.
    pub fn read(&mut self, text: &str, now: &Now) -> Result<Arrived, CommandError> {
        let code = Code::read(text)?;
        if self.is_over(now) {
            return Err(CommandError::Expired);
        }
        match code {
            // Its own code in a mirror, or another new phone.
            Code::Arrival { .. } => Err(CommandError::Foreign),
            Code::Answer { to, key } => {
                self.is_meant(to)?;
                let opener = self.key.opener(&key).ok_or(CommandError::Unreadable)?;
                let digits = opener.digits();
                self.exchange = Some(opener);
                Ok(Arrived::Digits(digits))
            }
            Code::Sealed { to, from, sealed } => {
                self.is_meant(to)?;
                let opener = self.exchange.as_mut().filter(|opener| opener.name() == from);
                let opened = opener.ok_or(CommandError::Foreign)?.open(&sealed).ok_or(CommandError::Unreadable)?;
                let credential = Credential::read(&opened).ok_or(CommandError::Unreadable)?;
                Ok(Arrived::Credential(Box::new(credential)))
            }
        }
    }

    fn is_meant(&self, to: code::Name) -> Result<(), CommandError> {
        if self.key.name() == to { Ok(()) } else { Err(CommandError::Foreign) }
    }
}

/// On the old phone: it has scanned a key, and its owner compares.
pub struct Handover {
    pub account: AccountId,
    sealer: seal::Sealer,
    since: u64,
}

impl Handover {
    /// Answers the key that was scanned.
    pub fn begin(random: &mut dyn Random, account: AccountId, text: &str, now: &Now) -> Result<Self, CommandError> {
        let Code::Arrival { key } = Code::read(text)? else { return Err(CommandError::Foreign) };
        let sealer = seal::Sealer::new(random, &key).ok_or(CommandError::Unreadable)?;
        Ok(Self { account, sealer, since: now.mono })
    }

    /// What the new phone has to scan first.
    pub fn code(&self) -> String {
        Code::Answer { to: self.sealer.to(), key: self.sealer.public() }.write()
    }

    /// What the new phone shows after that, if the code that was scanned is its own.
    pub fn digits(&self) -> String {
        self.sealer.digits()
    }

    /// Whether it is too late.
    pub fn is_over(&self, now: &Now) -> bool {
        now.mono.saturating_sub(self.since) > PATIENCE
    }

    /// The owner has compared. Nothing more can be sealed after that.
    pub fn finish(mut self, credential: &Credential) -> Result<String, CommandError> {
        let written = credential.write().ok_or(CommandError::Internal)?;
        let sealed = self.sealer.seal(&written).ok_or(CommandError::Internal)?;
        Ok(Code::Sealed { to: self.sealer.to(), from: self.sealer.name(), sealed }.write())
    }
}

#[cfg(test)]
mod tests;
