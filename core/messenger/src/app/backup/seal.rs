//! The file around a backup: Argon2id (RFC 9106) makes a key of the passphrase, ChaCha20-Poly1305 (RFC 8439) seals what
//! is in it. `docs/backup.md` is its description.
//!
//! Invariants: whatever the file says, reading costs no more than the bounds below; a file that lost a byte is told from a
//! wrong passphrase; a newer version is told from both.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::command::Secret;
use crate::fault::CommandError;
use crate::random::Random;

const MAGIC: &[u8; 8] = b"LINNETBK";
const VERSION: u8 = 1;
/// Bytes of magic, version, memory, passes, lanes, salt, nonce.
const HEADER: usize = 8 + 1 + 4 + 4 + 1 + 16 + 12;
const CHECKSUM: usize = 32;
/// Bytes of a file that is looked at.
pub const LARGEST: usize = 16 << 20;
/// Characters of a passphrase.
pub const SHORTEST: usize = 8;
const LONGEST: usize = 1_000;

/// What the key costs, as RFC 9106 4 recommends where memory is scarce: 64 MiB, three passes.
const COST: Cost = Cost { memory: 64 << 10, passes: 3, lanes: 1 };
/// What a file may ask for: no phone runs out of memory or time by it, no key is for nothing.
const LEAST: Cost = Cost { memory: 8 << 10, passes: 1, lanes: 1 };
const MOST: Cost = Cost { memory: 256 << 10, passes: 10, lanes: 4 };

/// Argon2's parameters; memory in KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory: u32,
    passes: u32,
    lanes: u8,
}

impl Cost {
    fn is_bearable(self) -> bool {
        (LEAST.memory..=MOST.memory).contains(&self.memory)
            && (LEAST.passes..=MOST.passes).contains(&self.passes)
            && (LEAST.lanes..=MOST.lanes).contains(&self.lanes)
            // Not both at their most: a second or two on a slow phone.
            && self.memory.saturating_mul(self.passes) <= 1 << 20
    }

    fn key(self, passphrase: &Secret, salt: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let params = Params::new(self.memory, self.passes, self.lanes.into(), Some(32)).ok()?;
        let mut key = Zeroizing::new([0; 32]);
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut()).ok()?;
        Some(key)
    }
}

/// Whether a file can be sealed with it.
pub fn is_passphrase(passphrase: &Secret) -> bool {
    (SHORTEST..=LONGEST).contains(&passphrase.expose().chars().count())
}

/// The file. Takes about a second, and 64 MiB.
pub fn seal(random: &mut dyn Random, passphrase: &Secret, contents: &[u8]) -> Result<Vec<u8>, CommandError> {
    seal_at(COST, random, passphrase, contents)
}

fn seal_at(cost: Cost, random: &mut dyn Random, passphrase: &Secret, contents: &[u8]) -> Result<Vec<u8>, CommandError> {
    if !is_passphrase(passphrase) {
        return Err(CommandError::TextInvalid);
    }
    let (mut salt, mut nonce) = ([0; 16], [0; 12]);
    random.fill(&mut salt);
    random.fill(&mut nonce);
    let mut file = Vec::with_capacity(HEADER + contents.len() + 16 + CHECKSUM);
    file.extend_from_slice(MAGIC);
    file.push(VERSION);
    file.extend_from_slice(&cost.memory.to_be_bytes());
    file.extend_from_slice(&cost.passes.to_be_bytes());
    file.push(cost.lanes);
    file.extend_from_slice(&salt);
    file.extend_from_slice(&nonce);
    let key = cost.key(passphrase, &salt).ok_or(CommandError::Internal)?;
    let cipher = ChaCha20Poly1305::new(&Key::from(*key));
    let payload = Payload { msg: contents, aad: &file };
    let sealed = cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| CommandError::Internal)?;
    file.extend_from_slice(&sealed);
    let checksum = Sha256::digest(&file);
    file.extend_from_slice(&checksum);
    if file.len() > LARGEST { Err(CommandError::Internal) } else { Ok(file) }
}

/// What is in a file.
pub fn open(passphrase: &Secret, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, CommandError> {
    if file.len() > LARGEST {
        return Err(CommandError::Unreadable);
    }
    let rest = file.strip_prefix(MAGIC).ok_or(CommandError::Unreadable)?;
    // A newer version may have another header, and another checksum.
    match rest.first() {
        Some(&VERSION) => {}
        Some(&version) if version > VERSION => return Err(CommandError::Newer),
        _ => return Err(CommandError::Unreadable),
    }
    let parts = split(file).ok_or(CommandError::Unreadable)?;
    let Parts { header, cost, salt, nonce, sealed } = parts;
    if !cost.is_bearable() {
        return Err(CommandError::Unreadable);
    }
    let key = cost.key(passphrase, &salt).ok_or(CommandError::Unreadable)?;
    let cipher = ChaCha20Poly1305::new(&Key::from(*key));
    let opened = cipher.decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: header });
    opened.map(Zeroizing::new).map_err(|_| CommandError::PassphraseWrong)
}

struct Parts<'a> {
    header: &'a [u8],
    cost: Cost,
    salt: [u8; 16],
    nonce: [u8; 12],
    sealed: &'a [u8],
}

/// `None`: something is missing, or not as it was written.
fn split(file: &[u8]) -> Option<Parts<'_>> {
    let (body, checksum) = file.split_at_checked(file.len().checked_sub(CHECKSUM)?)?;
    if Sha256::digest(body).as_slice() != checksum {
        return None;
    }
    let (header, sealed) = body.split_at_checked(HEADER)?;
    let (memory, rest) = header.get(9..)?.split_first_chunk()?;
    let (passes, rest) = rest.split_first_chunk()?;
    let (lanes, rest) = rest.split_first()?;
    let (salt, nonce) = rest.split_first_chunk()?;
    Some(Parts {
        header,
        cost: Cost { memory: u32::from_be_bytes(*memory), passes: u32::from_be_bytes(*passes), lanes: *lanes },
        salt: *salt,
        nonce: nonce.try_into().ok()?,
        sealed,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    struct Counter(u8);

    impl Random for Counter {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_add(1);
                *byte = self.0;
            }
        }
    }

    const CHEAP: Cost = LEAST;

    fn secret(text: &str) -> Secret {
        Secret::new(text)
    }

    fn sealed() -> Vec<u8> {
        seal_at(CHEAP, &mut Counter(0), &secret("correct horse"), b"what is in it").unwrap()
    }

    /// With the checksum that belongs to it: who forges a file makes that, too.
    fn forged(change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let mut file = sealed();
        file.truncate(file.len() - CHECKSUM);
        change(&mut file);
        let checksum = Sha256::digest(&file);
        file.extend_from_slice(&checksum);
        file
    }

    fn refused(file: &[u8]) -> CommandError {
        open(&secret("correct horse"), file).unwrap_err()
    }

    #[test]
    fn only_the_passphrase_opens_it() {
        assert_eq!(&*open(&secret("correct horse"), &sealed()).unwrap(), b"what is in it");
        assert_eq!(open(&secret("correct house"), &sealed()).unwrap_err(), CommandError::PassphraseWrong);
        assert_eq!(open(&secret(""), &sealed()).unwrap_err(), CommandError::PassphraseWrong);
        let other = seal_at(CHEAP, &mut Counter(9), &secret("correct horse"), b"what is in it").unwrap();
        assert_ne!(sealed(), other, "no two files are alike");
        for short in ["", "1234567"] {
            assert_eq!(seal(&mut Counter(0), &secret(short), b""), Err(CommandError::TextInvalid), "{short:?}");
        }
        let file = seal(&mut Counter(0), &secret("12345678"), b"x").unwrap();
        assert_eq!(split(&file).map(|parts| parts.cost), Some(COST));
    }

    #[test]
    fn damage_is_no_wrong_passphrase() {
        let file = sealed();
        for at in [9, HEADER - 1, HEADER, file.len() - 1] {
            let mut damaged = file.clone();
            damaged[at] ^= 1;
            assert_eq!(refused(&damaged), CommandError::Unreadable, "byte {at}");
        }
        for length in 0..file.len() {
            assert_eq!(refused(&file[..length]), CommandError::Unreadable, "{length} bytes");
        }
        assert_eq!(refused(&vec![0; LARGEST + 1]), CommandError::Unreadable);
        assert_eq!(refused(b"PK\x03\x04 another file"), CommandError::Unreadable);
    }

    #[test]
    fn a_newer_file_says_so() {
        assert_eq!(refused(&forged(|file| file[8] = 2)), CommandError::Newer);
        assert_eq!(refused(b"LINNETBK\x02"), CommandError::Newer);
        assert_eq!(refused(&forged(|file| file[8] = 0)), CommandError::Unreadable);
    }

    #[test]
    fn a_file_can_ask_for_no_more_than_a_phone_has() {
        for (memory, passes, lanes) in [
            (u32::MAX, 1, 1),
            ((256 << 10) + 1, 1, 1),
            (256 << 10, 5, 1),
            (8 << 10, 11, 1),
            (8 << 10, u32::MAX, 1),
            (8 << 10, 1, 5),
            (8 << 10, 0, 1),
            (0, 1, 1),
            (8 << 10, 1, 0),
            ((8 << 10) - 1, 1, 1),
        ] {
            let file = forged(|file| {
                file[9..13].copy_from_slice(&u32::to_be_bytes(memory));
                file[13..17].copy_from_slice(&u32::to_be_bytes(passes));
                file[17] = lanes;
            });
            assert_eq!(refused(&file), CommandError::Unreadable, "{memory} {passes} {lanes}");
        }
        // What is allowed but not what it was sealed with gives another key.
        assert_eq!(refused(&forged(|file| file[16] = 2)), CommandError::PassphraseWrong);
    }
}
