//! The server's side of SCRAM (RFC 5802, RFC 7677), with its real mathematics: a client that computes a wrong proof, or
//! that believes a server without the password, fails here as it would outside.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::seed::Seed;

/// A mechanism the server offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mechanism {
    Sha1,
    Sha1Plus,
    Sha256,
    Sha256Plus,
    /// Offered by some servers; Linnet must never take it.
    Plain,
}

impl Mechanism {
    /// The IANA name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SCRAM-SHA-1",
            Self::Sha1Plus => "SCRAM-SHA-1-PLUS",
            Self::Sha256 => "SCRAM-SHA-256",
            Self::Sha256Plus => "SCRAM-SHA-256-PLUS",
            Self::Plain => "PLAIN",
        }
    }

    /// The mechanism of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sha1, Self::Sha1Plus, Self::Sha256, Self::Sha256Plus, Self::Plain]
            .into_iter()
            .find(|mechanism| mechanism.name() == name)
    }

    /// Whether it binds to the TLS channel.
    pub fn binds_channel(self) -> bool {
        matches!(self, Self::Sha1Plus | Self::Sha256Plus)
    }

    fn sha1(self) -> bool {
        matches!(self, Self::Sha1 | Self::Sha1Plus)
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
}

/// What channel binding a link has: (name, data).
pub type Bindings = Vec<(&'static str, Vec<u8>)>;

/// What the server keeps of a password; RFC 5802 section 3.
#[derive(Debug, Clone)]
pub struct Credentials {
    salt: Vec<u8>,
    iterations: u32,
    stored: BTreeMap<bool, (Vec<u8>, Vec<u8>)>,
}

impl Credentials {
    /// Derives both hashes' keys.
    pub fn new(password: &str, salt: Vec<u8>, iterations: u32) -> Self {
        let stored = [true, false]
            .into_iter()
            .map(|sha1| {
                let salted = salted(sha1, password, &salt, iterations);
                let client_key = mac(sha1, &salted, b"Client Key");
                (sha1, (hash(sha1, &client_key), mac(sha1, &salted, b"Server Key")))
            })
            .collect();
        Self { salt, iterations, stored }
    }
}

/// One exchange after the client's first message.
#[derive(Debug)]
pub struct Exchange {
    sha1: bool,
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
        offers_plus: bool,
        seed: &mut Seed,
        lie: Option<Lie>,
    ) -> Result<(Self, String), String> {
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
        let server_first = format!("r={nonce},s={},i={iterations}", STANDARD.encode(&credentials.salt));
        let sha1 = mechanism.sha1();
        let (stored_key, server_key) = credentials.stored[&sha1].clone();
        let gs2 = format!("{flag},{authzid},");
        let exchange =
            Self { sha1, stored_key, server_key, nonce, gs2, bound, first: format!("{bare},{server_first}"), lie };
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
        let signature = mac(self.sha1, &self.stored_key, signed.as_bytes());
        let client_key: Vec<u8> = proof.iter().zip(&signature).map(|(a, b)| a ^ b).collect();
        if proof.len() != signature.len() || hash(self.sha1, &client_key) != self.stored_key {
            return Err(None);
        }
        Ok(match self.lie {
            Some(Lie::Signature) => format!("v={}", STANDARD.encode(mac(self.sha1, b"a guess", signed.as_bytes()))),
            Some(Lie::NoSignature) => String::new(),
            _ => format!("v={}", STANDARD.encode(mac(self.sha1, &self.server_key, signed.as_bytes()))),
        })
    }
}

fn salted(sha1: bool, password: &str, salt: &[u8], iterations: u32) -> Vec<u8> {
    if sha1 {
        pbkdf2::pbkdf2_hmac_array::<Sha1, 20>(password.as_bytes(), salt, iterations).to_vec()
    } else {
        pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), salt, iterations).to_vec()
    }
}

fn hash(sha1: bool, data: &[u8]) -> Vec<u8> {
    if sha1 { Sha1::digest(data).to_vec() } else { Sha256::digest(data).to_vec() }
}

fn mac(sha1: bool, key: &[u8], data: &[u8]) -> Vec<u8> {
    if sha1 {
        let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("invariant: HMAC takes keys of any length");
        mac.update(data);
        mac.finalize().into_bytes().to_vec()
    } else {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("invariant: HMAC takes keys of any length");
        mac.update(data);
        mac.finalize().into_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7677 section 3, with its nonces put in by hand.
    #[test]
    fn the_example_of_rfc_7677() {
        let credentials = Credentials::new("pencil", STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap(), 4096);
        let (stored_key, server_key) = credentials.stored[&false].clone();
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0".to_owned();
        let first = format!("n=user,r=rOprNGfwEbeRWgbNEkqO,r={nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        let gs2 = "n,,".to_owned();
        let exchange = Exchange {
            sha1: false,
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
