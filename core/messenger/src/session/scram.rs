//! SCRAM (RFC 5802, RFC 7677), both sides proven: success counts only with the server's signature.
//!
//! The exchange is a chain of types, so that no step can be left out: [`Scram`] → [`Salting`] (while the slow hash runs
//! elsewhere) → [`Proving`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::saslprep::saslprep;
use crate::command::Secret;
use crate::effect::{ComputeJob, ScramHash};
use crate::random::Random;

/// Fewer rounds make the proof that we send a cheap target for guessing, so that a forged server would ask for them.
/// 4096 is what both RFCs name as the least, and what the oldest deployed servers use.
const FEWEST_ITERATIONS: u32 = 4096;
/// More rounds are an attack on the battery: above every published advice (1.4 million for SHA-1), and some seconds of
/// work on a slow phone.
const MOST_ITERATIONS: u32 = 2_000_000;

/// Why a SCRAM exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScramError {
    #[error("not a message of SCRAM")]
    Malformed,
    #[error("a mandatory extension that is not known")]
    UnknownExtension,
    #[error("the server's nonce does not extend ours")]
    NonceNotExtended,
    #[error("{0} iterations are out of bounds")]
    Iterations(u32),
    #[error("the server's signature is wrong")]
    ServerNotProven,
    #[error("the server refused: {0}")]
    Refused(Refusal),
}

/// The server's error (RFC 5802 7, `e=`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("wrong password or unknown user")]
    Credentials,
    #[error("the channel bindings differ, or the list of mechanisms was changed on the way")]
    ChannelBindingsDiffer,
    #[error("the server does not know this channel binding")]
    ChannelBindingUnsupported,
    #[error("the server lacks resources")]
    NoResources,
    #[error("another error")]
    Other,
}

/// What the client says about channel binding (RFC 5802 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelBinding {
    /// `n`: we have no channel-binding data.
    Unsupported,
    /// `y`: we would, but the server offers none. A server that did offer it sees by this that someone changed the list.
    NotOffered,
    /// `p`: bound, with the type's registered name and the data.
    Bound { kind: &'static str, data: Vec<u8> },
}

impl ChannelBinding {
    fn gs2_header(&self) -> String {
        match self {
            Self::Unsupported => "n,,".to_owned(),
            Self::NotOffered => "y,,".to_owned(),
            Self::Bound { kind, .. } => format!("p={kind},,"),
        }
    }
}

/// Waits for the server's first message.
#[derive(Debug)]
pub struct Scram {
    hash: ScramHash,
    binding: ChannelBinding,
    nonce: String,
    first_bare: String,
}

impl Scram {
    /// Begins an exchange for the user name (a JID's local part).
    pub fn new(hash: ScramHash, user: &str, binding: ChannelBinding, random: &mut dyn Random) -> Self {
        let mut bytes = [0_u8; 24];
        random.fill(&mut bytes);
        Self::with_nonce(hash, user, binding, STANDARD.encode(bytes))
    }

    fn with_nonce(hash: ScramHash, user: &str, binding: ChannelBinding, nonce: String) -> Self {
        let user = saslprep(user).replace('=', "=3D").replace(',', "=2C");
        let first_bare = format!("n={user},r={nonce}");
        Self { hash, binding, nonce, first_bare }
    }

    /// What the first message says about channel binding.
    pub fn binding(&self) -> &ChannelBinding {
        &self.binding
    }

    /// The client's first message.
    pub fn first_message(&self) -> String {
        format!("{}{}", self.binding.gs2_header(), self.first_bare)
    }

    /// Takes the server's first message; the salted password has to be computed next.
    pub fn challenge(self, message: &str, password: &Secret) -> Result<(Salting, ComputeJob), ScramError> {
        let mut fields = message.split(',');
        let mut field = |name: char| {
            let field = fields.next().unwrap_or_default();
            match field.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
                Some(value) => Ok(value),
                None if field.starts_with("m=") => Err(ScramError::UnknownExtension),
                None => Err(field.strip_prefix("e=").map_or(ScramError::Malformed, refused)),
            }
        };
        let (nonce, salt, iterations) = (field('r')?, field('s')?, field('i')?);
        if fields.any(|field| field.starts_with("m=")) {
            return Err(ScramError::UnknownExtension);
        }
        if !nonce.bytes().all(|byte| byte.is_ascii_graphic()) || !iterations.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ScramError::Malformed);
        }
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err(ScramError::NonceNotExtended);
        }
        let salt = STANDARD.decode(salt).ok().filter(|salt| !salt.is_empty()).ok_or(ScramError::Malformed)?;
        let iterations = match iterations.parse() {
            Ok(iterations) if (FEWEST_ITERATIONS..=MOST_ITERATIONS).contains(&iterations) => iterations,
            Ok(iterations) => return Err(ScramError::Iterations(iterations)),
            Err(_) if iterations.is_empty() => return Err(ScramError::Malformed),
            Err(_) => return Err(ScramError::Iterations(u32::MAX)),
        };
        let mut binding = self.binding.gs2_header().into_bytes();
        if let ChannelBinding::Bound { data, .. } = &self.binding {
            binding.extend_from_slice(data);
        }
        let final_bare = format!("c={},r={nonce}", STANDARD.encode(binding));
        let auth_message = format!("{},{message},{final_bare}", self.first_bare);
        let job = ComputeJob::ScramSaltedPassword { hash: self.hash, password: password.clone(), salt, iterations };
        let bound = matches!(self.binding, ChannelBinding::Bound { .. });
        Ok((Salting { hash: self.hash, bound, auth_message, final_bare }, job))
    }
}

/// Waits for the salted password.
#[derive(Debug)]
pub struct Salting {
    hash: ScramHash,
    bound: bool,
    auth_message: String,
    final_bare: String,
}

impl Salting {
    /// The client's final message, with the proof.
    pub fn prove(self, salted_password: &[u8]) -> (Proving, String) {
        let hash = self.hash;
        let client_key = hmac(hash, salted_password, b"Client Key");
        let stored_key = digest(hash, &client_key);
        let mut proof = hmac(hash, &stored_key, self.auth_message.as_bytes());
        for (byte, key) in proof.iter_mut().zip(client_key.iter()) {
            *byte ^= key;
        }
        let server_key = hmac(hash, salted_password, b"Server Key");
        let server_signature = hmac(hash, &server_key, self.auth_message.as_bytes());
        let message = format!("{},p={}", self.final_bare, STANDARD.encode(&*proof));
        (Proving { bound: self.bound, server_signature }, message)
    }
}

/// Waits for the server's final message.
pub struct Proving {
    bound: bool,
    server_signature: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Proving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proving")
    }
}

impl Proving {
    /// Whether the proof covers channel-binding data.
    pub fn is_bound(&self) -> bool {
        self.bound
    }

    /// Whether the server knows the password too.
    pub fn verify(&self, message: &str) -> Result<(), ScramError> {
        let field = message.split(',').next().unwrap_or_default();
        if let Some(error) = field.strip_prefix("e=") {
            return Err(refused(error));
        }
        let signature = field.strip_prefix("v=").ok_or(ScramError::ServerNotProven)?;
        let signature = STANDARD.decode(signature).map_err(|_| ScramError::ServerNotProven)?;
        if bool::from(self.server_signature.ct_eq(&signature)) { Ok(()) } else { Err(ScramError::ServerNotProven) }
    }
}

/// RFC 5802 `SaltedPassword := Hi(Normalize(password), salt, i)`.
pub fn salted_password(hash: ScramHash, password: &Secret, salt: &[u8], iterations: u32) -> Zeroizing<Vec<u8>> {
    let password = saslprep(password.expose());
    match hash {
        ScramHash::Sha1 => {
            let mut key = Zeroizing::new(vec![0; 20]);
            pbkdf2::pbkdf2_hmac::<Sha1>(password.as_bytes(), salt, iterations, &mut key);
            key
        }
        ScramHash::Sha256 => {
            let mut key = Zeroizing::new(vec![0; 32]);
            pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, iterations, &mut key);
            key
        }
    }
}

fn hmac(hash: ScramHash, key: &[u8], text: &[u8]) -> Zeroizing<Vec<u8>> {
    const ANY_LENGTH: &str = "invariant: HMAC takes keys of any length";
    Zeroizing::new(match hash {
        ScramHash::Sha1 => {
            Hmac::<Sha1>::new_from_slice(key).expect(ANY_LENGTH).chain_update(text).finalize().into_bytes().to_vec()
        }
        ScramHash::Sha256 => {
            Hmac::<Sha256>::new_from_slice(key).expect(ANY_LENGTH).chain_update(text).finalize().into_bytes().to_vec()
        }
    })
}

fn digest(hash: ScramHash, text: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(match hash {
        ScramHash::Sha1 => Sha1::digest(text).to_vec(),
        ScramHash::Sha256 => Sha256::digest(text).to_vec(),
    })
}

fn refused(error: &str) -> ScramError {
    ScramError::Refused(match error {
        "invalid-proof" | "unknown-user" | "invalid-username-encoding" => Refusal::Credentials,
        "channel-bindings-dont-match" | "server-does-support-channel-binding" => Refusal::ChannelBindingsDiffer,
        "channel-binding-not-supported" | "unsupported-channel-binding-type" => Refusal::ChannelBindingUnsupported,
        "no-resources" => Refusal::NoResources,
        _ => Refusal::Other,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SHA1_NONCE: &str = "fyko+d2lbbFgONRv9qkxdawL";
    const SHA1_FIRST: &str = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";

    fn scram(binding: ChannelBinding) -> Scram {
        Scram::with_nonce(ScramHash::Sha1, "user", binding, SHA1_NONCE.to_owned())
    }

    fn salted(job: ComputeJob) -> Zeroizing<Vec<u8>> {
        let crate::effect::ComputeResult::ScramSaltedPassword(salted) = job.run();
        salted
    }

    fn challenge(message: &str) -> Result<(Salting, ComputeJob), ScramError> {
        scram(ChannelBinding::Unsupported).challenge(message, &Secret::new("pencil"))
    }

    #[test]
    fn the_exchange_of_rfc_5802() {
        let scram = scram(ChannelBinding::Unsupported);
        assert_eq!(scram.first_message(), "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
        let (salting, job) = scram.challenge(SHA1_FIRST, &Secret::new("pencil")).unwrap();
        let (proving, message) = salting.prove(&salted(job));
        assert_eq!(message, "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
        assert_eq!(proving.verify("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), Ok(()));
        assert_eq!(proving.verify("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=,x=extension"), Ok(()));
        for forged in ["v=rmF9pqV8S7suAoZWja4dJRkFsKA=", "v=", "v=rmF9", "v=!", "", "x"] {
            assert_eq!(proving.verify(forged), Err(ScramError::ServerNotProven), "{forged}");
        }
        assert_eq!(proving.verify("e=invalid-proof"), Err(ScramError::Refused(Refusal::Credentials)));
    }

    #[test]
    fn the_exchange_of_rfc_7677() {
        let nonce = "rOprNGfwEbeRWgbNEkqO".to_owned();
        let scram = Scram::with_nonce(ScramHash::Sha256, "user", ChannelBinding::Unsupported, nonce);
        assert_eq!(scram.first_message(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        let first = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        let (salting, job) = scram.challenge(first, &Secret::new("pencil")).unwrap();
        let (proving, message) = salting.prove(&salted(job));
        assert_eq!(
            message,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        assert_eq!(proving.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), Ok(()));
    }

    #[test]
    fn channel_binding_goes_into_header_and_proof() {
        for (binding, header, field) in [
            (ChannelBinding::NotOffered, "y,,", "c=eSws,"),
            (
                ChannelBinding::Bound { kind: "tls-exporter", data: b"xyz".to_vec() },
                "p=tls-exporter,,",
                "c=cD10bHMtZXhwb3J0ZXIsLHh5eg==,",
            ),
        ] {
            let scram = scram(binding);
            assert!(scram.first_message().starts_with(header));
            let (salting, job) = scram.challenge(SHA1_FIRST, &Secret::new("pencil")).unwrap();
            let (_, message) = salting.prove(&salted(job));
            assert!(message.starts_with(field), "{message}");
            assert!(!message.ends_with("p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="), "the proof covers the binding");
        }
    }

    #[test]
    fn the_user_name_is_prepared_and_escaped() {
        let scram =
            Scram::with_nonce(ScramHash::Sha1, "a=b,u\u{308}", ChannelBinding::Unsupported, SHA1_NONCE.to_owned());
        assert_eq!(scram.first_message(), format!("n,,n=a=3Db=2C\u{fc},r={SHA1_NONCE}"));
    }

    #[test]
    fn the_password_is_prepared() {
        let hash = |password| salted_password(ScramHash::Sha256, &Secret::new(password), b"salt", 4096);
        assert_eq!(hash("pa\u{308}ss\u{ad}"), hash("p\u{e4}ss"));
        assert_ne!(hash("p\u{e4}ss"), hash("pass"));
    }

    #[test]
    fn the_server_has_to_extend_the_nonce() {
        for nonce in [SHA1_NONCE, "fyko+d2lbbFgONRv9qkxdaw", "other", "", "Xfyko+d2lbbFgONRv9qkxdawL3rf"] {
            let result = challenge(&format!("r={nonce},s=QSXCR+Q6sek8bf92,i=4096"));
            assert_eq!(result.unwrap_err(), ScramError::NonceNotExtended, "{nonce}");
        }
    }

    #[test]
    fn iterations_have_bounds() {
        let result = |i: &str| challenge(&format!("r={SHA1_NONCE}X,s=QSXCR+Q6sek8bf92,i={i}")).map(drop);
        assert_eq!(result("4096"), Ok(()));
        assert_eq!(result("2000000"), Ok(()));
        for (text, number) in
            [("0", 0), ("1", 1), ("4095", 4095), ("2000001", 2_000_001), ("99999999999999999999", u32::MAX)]
        {
            assert_eq!(result(text), Err(ScramError::Iterations(number)));
        }
        for text in ["", "-4096", "+4096", "4096.0", "x"] {
            assert_eq!(result(text), Err(ScramError::Malformed), "{text}");
        }
    }

    #[test]
    fn other_first_messages_are_refused() {
        for (message, error) in [
            (format!("m=ext,{SHA1_FIRST}"), ScramError::UnknownExtension),
            (format!("{SHA1_FIRST},m=ext"), ScramError::UnknownExtension),
            ("e=unknown-user".to_owned(), ScramError::Refused(Refusal::Credentials)),
            ("e=no-resources".to_owned(), ScramError::Refused(Refusal::NoResources)),
            (String::new(), ScramError::Malformed),
            (",,,".to_owned(), ScramError::Malformed),
            ("s=QSXCR+Q6sek8bf92,i=4096".to_owned(), ScramError::Malformed),
            (format!("r={SHA1_NONCE}X,s=,i=4096"), ScramError::Malformed),
            (format!("r={SHA1_NONCE}X,s=!,i=4096"), ScramError::Malformed),
            (format!("r={SHA1_NONCE}\u{e4},s=QSXCR+Q6sek8bf92,i=4096"), ScramError::Malformed),
        ] {
            assert_eq!(challenge(&message).unwrap_err(), error, "{message}");
        }
        assert!(challenge(&format!("{SHA1_FIRST},x=optional")).is_ok());
    }
}
