//! HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305. The digits are an export of
//! the same exchange, so they depend on both keys and on nothing that is ever shown.

use std::convert::Infallible;

use hpke::aead::{AeadCtxR, AeadCtxS, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _, setup_receiver, setup_sender_with_rng};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::code::{Name, PublicKey};
use crate::random::Random;

const INFO: &[u8] = b"Linnet: an account for a further phone, 1";
const DIGITS: &[u8] = b"check digits";

type Private = <X25519HkdfSha256 as Kem>::PrivateKey;
type Encapped = <X25519HkdfSha256 as Kem>::EncappedKey;

fn name(key: &PublicKey) -> Name {
    let mut name = Name::default();
    for (to, from) in name.iter_mut().zip(Sha256::digest(key)) {
        *to = from;
    }
    name
}

/// Six, in two groups as they are read aloud. A million divides 2⁶⁴ evenly enough.
fn digits(bytes: [u8; 8]) -> String {
    let number = u64::from_be_bytes(bytes) % 1_000_000;
    format!("{:03} {:03}", number / 1_000, number % 1_000)
}

/// A new phone's key pair.
pub struct Key {
    private: Private,
    public: PublicKey,
}

impl Key {
    pub fn new(random: &mut dyn Random) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        random.fill(seed.as_mut());
        let (private, public) = X25519HkdfSha256::derive_keypair(seed.as_ref());
        Self { private, public: public.to_bytes().into() }
    }

    pub fn public(&self) -> PublicKey {
        self.public
    }

    pub fn name(&self) -> Name {
        name(&self.public)
    }

    /// For what the holder of the other key seals; `None` if that is no key.
    pub fn opener(&self, other: &PublicKey) -> Option<Opener> {
        let encapped = Encapped::from_bytes(other).ok()?;
        let context = setup_receiver(&OpModeR::Base, &self.private, &encapped, INFO).ok()?;
        Some(Opener { context, name: name(other) })
    }
}

/// Opens what one other phone has sealed.
pub struct Opener {
    context: AeadCtxR<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>,
    name: Name,
}

impl Opener {
    pub fn name(&self) -> Name {
        self.name
    }

    pub fn digits(&self) -> String {
        let mut bytes = [0; 8];
        // Fails for outputs of kilobytes only.
        let _ = self.context.export(DIGITS, &mut bytes);
        digits(bytes)
    }

    pub fn open(&mut self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.context.open(sealed, &self.name).ok().map(Zeroizing::new)
    }
}

/// Seals for one other phone.
pub struct Sealer {
    context: AeadCtxS<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>,
    public: PublicKey,
    to: Name,
}

impl Sealer {
    /// `None` if that is no key.
    pub fn new(random: &mut dyn Random, to: &PublicKey) -> Option<Self> {
        let other = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(to).ok()?;
        let (encapped, context) = setup_sender_with_rng(&OpModeS::Base, &other, INFO, &mut Dice(random)).ok()?;
        Some(Self { context, public: encapped.to_bytes().into(), to: name(to) })
    }

    pub fn public(&self) -> PublicKey {
        self.public
    }

    pub fn name(&self) -> Name {
        name(&self.public)
    }

    pub fn to(&self) -> Name {
        self.to
    }

    pub fn digits(&self) -> String {
        let mut bytes = [0; 8];
        let _ = self.context.export(DIGITS, &mut bytes);
        digits(bytes)
    }

    pub fn seal(&mut self, text: &[u8]) -> Option<Vec<u8>> {
        let name = self.name();
        self.context.seal(text, &name).ok()
    }
}

/// The messenger's randomness, as the cryptography wants it.
struct Dice<'a>(&'a mut dyn Random);

impl TryRng for Dice<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Dice<'_> {}
