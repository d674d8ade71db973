//! The server's side of SCRAM (RFC 5802, RFC 7677), with its real mathematics: a client that computes a wrong proof, or
//! that believes a server without the password, fails here as it would outside.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use linnet_messenger::effect::ScramHash;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use crate::seed::Seed;

/// A mechanism the server offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mechanism {
    Sha1,
    Sha1Plus,
    Sha256,
    Sha256Plus,
    Sha512,
    Sha512Plus,
    /// Offered by some servers; Linnet must never take it.
    Plain,
}

impl Mechanism {
    const ALL: [Self; 7] =
        [Self::Sha1, Self::Sha1Plus, Self::Sha256, Self::Sha256Plus, Self::Sha512, Self::Sha512Plus, Self::Plain];

    /// The IANA name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SCRAM-SHA-1",
            Self::Sha1Plus => "SCRAM-SHA-1-PLUS",
            Self::Sha256 => "SCRAM-SHA-256",
            Self::Sha256Plus => "SCRAM-SHA-256-PLUS",
            Self::Sha512 => "SCRAM-SHA-512",
            Self::Sha512Plus => "SCRAM-SHA-512-PLUS",
            Self::Plain => "PLAIN",
        }
    }

    /// The mechanism of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.name() == name)
    }

    /// Whether it binds to the TLS channel.
    pub fn binds_channel(self) -> bool {
        matches!(self, Self::Sha1Plus | Self::Sha256Plus | Self::Sha512Plus)
    }

    fn hash(self) -> ScramHash {
        match self {
            Self::Sha1 | Self::Sha1Plus => ScramHash::Sha1,
            Self::Sha512 | Self::Sha512Plus => ScramHash::Sha512,
            Self::Sha256 | Self::Sha256Plus | Self::Plain => ScramHash::Sha256,
        }
    }
}

/// How a server misbehaves while signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// The last message carries a signature of something else: it does not know the password.
    Signature,
    /// The last message carries no signature.
    NoSignature,
    /// The nonce does not begin with the client's.
    Nonce,
    /// One iteration: cheap to break for whoever listens.
    OneIteration,
    /// Far more iterations than any phone should spend.
    EndlessIterations,
    /// The lists that the client saw are not those that were sent (XEP-0474): someone sits in between.
    Lists,
}

/// What channel binding a link has: (name, data).
pub type Bindings = Vec<(&'static str, Vec<u8>)>;

/// What the server keeps of a password; RFC 5802 section 3.
#[derive(Debug, Clone)]
pub struct Credentials {
    salt: Vec<u8>,
    iterations: u32,
    /// Stored key and server key.
    stored: BTreeMap<ScramHash, (Vec<u8>, Vec<u8>)>,
}

impl Credentials {
    /// Derives every hash's keys.
    pub fn new(password: &str, salt: Vec<u8>, iterations: u32) -> Self {
        let stored = [ScramHash::Sha1, ScramHash::Sha256, ScramHash::Sha512]
            .into_iter()
            .map(|kind| {
                let salted = salted(kind, password, &salt, iterations);
                let client_key = mac(kind, &salted, b"Client Key");
                (kind, (hash(kind, &client_key), mac(kind, &salted, b"Server Key")))
            })
            .collect();
        Self { salt, iterations, stored }
    }
}

/// One exchange after the client's first message.
#[derive(Debug)]
pub struct Exchange {
    kind: ScramHash,
    stored_key: Vec<u8>,
    server_key: Vec<u8>,
    nonce: String,
    gs2: String,
    bound: Vec<u8>,
    first: String,
    lie: Option<Lie>,
}

/// Who wants to sign in, by the client's first message.
pub fn user_name(first: &str) -> Option<String> {
    let bare = first.splitn(3, ',').nth(2)?;
    let name = bare.split(',').find_map(|part| part.strip_prefix("n="))?;
    Some(name.replace("=2C", ",").replace("=3D", "="))
}

impl Exchange {
    /// Takes the client's first message; gives the exchange and the server's first message.
    pub fn begin(
        mechanism: Mechanism,
        first: &str,
        credentials: &Credentials,
        bindings: &Bindings,
        offered: &[Mechanism],
        seed: &mut Seed,
        lie: Option<Lie>,
    ) -> Result<(Self, String), String> {
        let offers_plus = offered.iter().any(|mechanism| mechanism.binds_channel());
        let mut parts = first.splitn(3, ',');
        let (flag, authzid, bare) = match (parts.next(), parts.next(), parts.next()) {
            (Some(flag), Some(authzid), Some(bare)) => (flag, authzid, bare),
            _ => return Err(format!("a first message without a GS2 header: {first}")),
        };
        let bound = match (flag, mechanism.binds_channel()) {
            ("n", false) => Vec::new(),
            ("y", false) if !offers_plus => Vec::new(),
            ("y", false) => return Err("the client was kept from seeing -PLUS".to_owned()),
            (flag, true) => {
                let name = flag.strip_prefix("p=").ok_or_else(|| format!("-PLUS with the flag {flag}"))?;
                let binding = bindings.iter().find(|(known, _)| *known == name);
                binding.ok_or_else(|| format!("no such channel binding here: {name}"))?.1.clone()
            }
            (flag, false) => return Err(format!("{} with the flag {flag}", mechanism.name())),
        };
        let client_nonce = bare
            .split(',')
            .find_map(|part| part.strip_prefix("r="))
            .filter(|nonce| nonce.len() >= 16)
            .ok_or_else(|| format!("no nonce, or a short one: {bare}"))?;
        let nonce = match lie {
            Some(Lie::Nonce) => seed.uuid(),
            _ => format!("{client_nonce}{}", seed.uuid()),
        };
        let iterations = match lie {
            Some(Lie::OneIteration) => 1,
            Some(Lie::EndlessIterations) => u32::MAX,
            _ => credentials.iterations,
        };
        let lists = match lie {
            Some(Lie::Lists) => lists(mechanism.hash(), &[Mechanism::Sha1], bindings),
            _ => lists(mechanism.hash(), offered, bindings),
        };
        let server_first = format!("r={nonce},s={},i={iterations},h={lists}", STANDARD.encode(&credentials.salt));
        let kind = mechanism.hash();
        let (stored_key, server_key) = credentials.stored[&kind].clone();
        let gs2 = format!("{flag},{authzid},");
        let exchange =
            Self { kind, stored_key, server_key, nonce, gs2, bound, first: format!("{bare},{server_first}"), lie };
        Ok((exchange, server_first))
    }

    /// Takes the client's last message; gives the server's, or why the client is not who it says. `None` inside: a
    /// wrong password, as opposed to a broken client.
    pub fn finish(&self, last: &str) -> Result<String, Option<String>> {
        let (unproven, proof) = last.rsplit_once(",p=").ok_or_else(|| Some(format!("no proof: {last}")))?;
        let mut channel = self.gs2.clone().into_bytes();
        channel.extend_from_slice(&self.bound);
        let expected = format!("c={},r={}", STANDARD.encode(channel), self.nonce);
        if unproven != expected {
            return Err(Some(format!("expected {expected}, got {unproven}")));
        }
        let signed = format!("{},{unproven}", self.first);
        let proof = STANDARD.decode(proof).map_err(|_| Some("the proof is not base64".to_owned()))?;
        let signature = mac(self.kind, &self.stored_key, signed.as_bytes());
        let client_key: Vec<u8> = proof.iter().zip(&signature).map(|(a, b)| a ^ b).collect();
        if proof.len() != signature.len() || hash(self.kind, &client_key) != self.stored_key {
            return Err(None);
        }
        Ok(match self.lie {
            Some(Lie::Signature) => format!("v={}", STANDARD.encode(mac(self.kind, b"a guess", signed.as_bytes()))),
            Some(Lie::NoSignature) => String::new(),
            _ => format!("v={}", STANDARD.encode(mac(self.kind, &self.server_key, signed.as_bytes()))),
        })
    }
}

fn salted(kind: ScramHash, password: &str, salt: &[u8], iterations: u32) -> Vec<u8> {
    let password = password.as_bytes();
    match kind {
        ScramHash::Sha1 => pbkdf2::pbkdf2_hmac_array::<Sha1, 20>(password, salt, iterations).to_vec(),
        ScramHash::Sha256 => pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password, salt, iterations).to_vec(),
        ScramHash::Sha512 => pbkdf2::pbkdf2_hmac_array::<Sha512, 64>(password, salt, iterations).to_vec(),
    }
}

fn hash(kind: ScramHash, data: &[u8]) -> Vec<u8> {
    match kind {
        ScramHash::Sha1 => Sha1::digest(data).to_vec(),
        ScramHash::Sha256 => Sha256::digest(data).to_vec(),
        ScramHash::Sha512 => Sha512::digest(data).to_vec(),
    }
}

fn mac(kind: ScramHash, key: &[u8], data: &[u8]) -> Vec<u8> {
    const ANY_LENGTH: &str = "invariant: HMAC takes keys of any length";
    match kind {
        ScramHash::Sha1 => {
            Hmac::<Sha1>::new_from_slice(key).expect(ANY_LENGTH).chain_update(data).finalize().into_bytes().to_vec()
        }
        ScramHash::Sha256 => {
            Hmac::<Sha256>::new_from_slice(key).expect(ANY_LENGTH).chain_update(data).finalize().into_bytes().to_vec()
        }
        ScramHash::Sha512 => {
            Hmac::<Sha512>::new_from_slice(key).expect(ANY_LENGTH).chain_update(data).finalize().into_bytes().to_vec()
        }
    }
}

/// The attribute `h` of XEP-0474 5.1.
fn lists(kind: ScramHash, mechanisms: &[Mechanism], bindings: &Bindings) -> String {
    let joined = |mut names: Vec<&str>| {
        names.sort_unstable();
        names.join("\u{1e}")
    };
    let mechanisms = joined(mechanisms.iter().map(|mechanism| mechanism.name()).collect());
    let bindings = joined(bindings.iter().map(|(name, _)| *name).collect());
    STANDARD.encode(hash(kind, format!("{mechanisms}\u{1f}{bindings}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7677 section 3, with its nonces put in by hand.
    #[test]
    fn the_example_of_rfc_7677() {
        let credentials = Credentials::new("pencil", STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap(), 4096);
        let (stored_key, server_key) = credentials.stored[&ScramHash::Sha256].clone();
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0".to_owned();
        let first = format!("n=user,r=rOprNGfwEbeRWgbNEkqO,r={nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        let gs2 = "n,,".to_owned();
        let exchange = Exchange {
            kind: ScramHash::Sha256,
            stored_key,
            server_key,
            nonce: nonce.clone(),
            gs2,
            bound: Vec::new(),
            first,
            lie: None,
        };
        let proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
        assert_eq!(
            exchange.finish(&format!("c=biws,r={nonce},p={proof}")),
            Ok("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".to_owned())
        );
        assert_eq!(
            exchange.finish(&format!("c=biws,r={nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVU=")),
            Err(None)
        );
    }
}
