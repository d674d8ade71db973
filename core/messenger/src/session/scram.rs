//! SCRAM (RFC 5802, RFC 7677), both sides proven: success counts only with the server's signature; and what the server
//! advertised is what it meant to advertise, where it says so (XEP-0474).
//!
//! The exchange is a chain of types, so that no step can be left out: [`Scram`] → [`Salting`] (while the slow hash runs
//! elsewhere, unless its result was kept) → [`Proving`].
//!
//! XEPs: 0474

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
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
    #[error("the lists of mechanisms and channel bindings are not those that the server sent")]
    ListsChanged,
    #[error("nothing proves that the list of channel bindings is the server's")]
    ListsUnproven,
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
    /// `y`: we would, but the server offers none. A server that did offer it sees by this that someone changed the
    /// list.
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

/// What the server advertised in the features of this stream: its mechanisms for the SASL profile in use, and its
/// channel-binding types (XEP-0440) if it told any.
#[derive(Debug, Clone, Copy)]
pub struct Advertised<'a> {
    pub mechanisms: &'a [String],
    pub channel_bindings: Option<&'a [String]>,
}

impl Advertised<'_> {
    /// The value of the attribute `h` (XEP-0474 5.1).
    fn digest(self, hash: ScramHash) -> String {
        let joined = |list: &[String]| {
            let mut list: Vec<&str> = list.iter().map(String::as_str).collect();
            list.sort_unstable();
            list.join("\u{1e}")
        };
        let mut text = joined(self.mechanisms);
        if let Some(bindings) = self.channel_bindings {
            text.push('\u{1f}');
            text.push_str(&joined(bindings));
        }
        STANDARD.encode(digest(hash, text.as_bytes()))
    }
}

/// What a password becomes for one server: enough to sign in there and to know it again, of no use elsewhere.
#[derive(Clone, PartialEq, Eq)]
pub struct SaltedKeys {
    pub hash: ScramHash,
    pub salt: Vec<u8>,
    pub iterations: u32,
    pub client_key: Zeroizing<Vec<u8>>,
    pub server_key: Zeroizing<Vec<u8>>,
}

impl SaltedKeys {
    /// Whether a login could be made of them: they may come from elsewhere.
    pub fn is_sound(&self) -> bool {
        let length = match self.hash {
            ScramHash::Sha1 => 20,
            ScramHash::Sha256 => 32,
            ScramHash::Sha512 => 64,
        };
        self.client_key.len() == length
            && self.server_key.len() == length
            && !self.salt.is_empty()
            && (FEWEST_ITERATIONS..=MOST_ITERATIONS).contains(&self.iterations)
    }
}

impl std::fmt::Debug for SaltedKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SaltedKeys").field("hash", &self.hash).finish_non_exhaustive()
    }
}

/// Waits for the server's first message.
#[derive(Debug)]
pub struct Scram {
    hash: ScramHash,
    binding: ChannelBinding,
    nonce: String,
    first_bare: String,
    lists_must_be_proven: bool,
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
        Self { hash, binding, nonce, first_bare, lists_must_be_proven: false }
    }

    /// Goes on only with a server that proves its lists (XEP-0474).
    #[must_use]
    pub fn with_proven_lists(self, required: bool) -> Self {
        Self { lists_must_be_proven: required, ..self }
    }

    /// What the first message says about channel binding.
    pub fn binding(&self) -> &ChannelBinding {
        &self.binding
    }

    /// The client's first message.
    pub fn first_message(&self) -> String {
        format!("{}{}", self.binding.gs2_header(), self.first_bare)
    }

    /// Takes the server's first message; keys for its salt are needed next.
    pub fn challenge(self, message: &str, advertised: Advertised<'_>) -> Result<Salting, ScramError> {
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
        let mut proven = false;
        for field in fields {
            if field.starts_with("m=") {
                return Err(ScramError::UnknownExtension);
            }
            // Whoever changed the lists can't change this too: the server's message is part of what our proof covers.
            if let Some(lists) = field.strip_prefix("h=") {
                if lists != advertised.digest(self.hash) {
                    return Err(ScramError::ListsChanged);
                }
                proven = true;
            }
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
        if self.lists_must_be_proven && !proven {
            return Err(ScramError::ListsUnproven);
        }
        let mut binding = self.binding.gs2_header().into_bytes();
        if let ChannelBinding::Bound { data, .. } = &self.binding {
            binding.extend_from_slice(data);
        }
        let final_bare = format!("c={},r={nonce}", STANDARD.encode(binding));
        let auth_message = format!("{},{message},{final_bare}", self.first_bare);
        let bound = matches!(self.binding, ChannelBinding::Bound { .. });
        Ok(Salting { hash: self.hash, salt, iterations, bound, lists_proven: proven, auth_message, final_bare })
    }
}

/// Waits for the keys.
#[derive(Debug)]
pub struct Salting {
    hash: ScramHash,
    salt: Vec<u8>,
    iterations: u32,
    bound: bool,
    lists_proven: bool,
    auth_message: String,
    final_bare: String,
}

impl Salting {
    /// Whether the server proved its lists to be its own (XEP-0474).
    pub fn has_proven_lists(&self) -> bool {
        self.lists_proven
    }

    /// Whether these keys are what the server asks for.
    pub fn fits(&self, keys: &SaltedKeys) -> bool {
        (keys.hash, keys.iterations) == (self.hash, self.iterations) && keys.salt == self.salt
    }

    /// How the keys can be had from the password.
    pub fn job(&self, password: &Secret) -> ComputeJob {
        ComputeJob::ScramSaltedPassword {
            hash: self.hash,
            password: password.clone(),
            salt: self.salt.clone(),
            iterations: self.iterations,
        }
    }

    /// The keys out of what the job gave.
    pub fn keys(&self, salted_password: &[u8]) -> SaltedKeys {
        SaltedKeys {
            hash: self.hash,
            salt: self.salt.clone(),
            iterations: self.iterations,
            client_key: hmac(self.hash, salted_password, b"Client Key"),
            server_key: hmac(self.hash, salted_password, b"Server Key"),
        }
    }

    /// The client's final message, with the proof.
    pub fn prove(self, keys: SaltedKeys) -> (Proving, String) {
        let hash = self.hash;
        let stored_key = digest(hash, &keys.client_key);
        let mut proof = hmac(hash, &stored_key, self.auth_message.as_bytes());
        for (byte, key) in proof.iter_mut().zip(keys.client_key.iter()) {
            *byte ^= key;
        }
        let server_signature = hmac(hash, &keys.server_key, self.auth_message.as_bytes());
        let message = format!("{},p={}", self.final_bare, STANDARD.encode(&*proof));
        (Proving { bound: self.bound, server_signature, keys }, message)
    }
}

/// Waits for the server's final message.
pub struct Proving {
    bound: bool,
    server_signature: Zeroizing<Vec<u8>>,
    keys: SaltedKeys,
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

    /// The keys that were proven with: right once the server has proven itself.
    pub fn into_keys(self) -> SaltedKeys {
        self.keys
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
        ScramHash::Sha512 => {
            let mut key = Zeroizing::new(vec![0; 64]);
            pbkdf2::pbkdf2_hmac::<Sha512>(password.as_bytes(), salt, iterations, &mut key);
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
        ScramHash::Sha512 => {
            Hmac::<Sha512>::new_from_slice(key).expect(ANY_LENGTH).chain_update(text).finalize().into_bytes().to_vec()
        }
    })
}

fn digest(hash: ScramHash, text: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(match hash {
        ScramHash::Sha1 => Sha1::digest(text).to_vec(),
        ScramHash::Sha256 => Sha256::digest(text).to_vec(),
        ScramHash::Sha512 => Sha512::digest(text).to_vec(),
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

    const SHA512_PROOF: &str =
        "p=gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==";
    const SHA512_SIGNATURE: &str =
        "v=ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw==";

    fn scram(binding: ChannelBinding) -> Scram {
        Scram::with_nonce(ScramHash::Sha1, "user", binding, SHA1_NONCE.to_owned())
    }

    const NOTHING: Advertised<'_> = Advertised { mechanisms: &[], channel_bindings: None };

    fn keys(salting: &Salting) -> SaltedKeys {
        let crate::effect::ComputeResult::ScramSaltedPassword(salted) = salting.job(&Secret::new("pencil")).run();
        salting.keys(&salted)
    }

    fn challenge(message: &str) -> Result<Salting, ScramError> {
        scram(ChannelBinding::Unsupported).challenge(message, NOTHING)
    }

    #[test]
    fn the_exchange_of_rfc_5802() {
        let scram = scram(ChannelBinding::Unsupported);
        assert_eq!(scram.first_message(), "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
        let salting = scram.challenge(SHA1_FIRST, NOTHING).unwrap();
        let keys = keys(&salting);
        let (proving, message) = salting.prove(keys);
        assert_eq!(message, "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
        assert_eq!(proving.verify("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), Ok(()));
        assert_eq!(proving.verify("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=,x=extension"), Ok(()));
        for forged in ["v=rmF9pqV8S7suAoZWja4dJRkFsKA=", "v=", "v=rmF9", "v=!", "", "x"] {
            assert_eq!(proving.verify(forged), Err(ScramError::ServerNotProven), "{forged}");
        }
        assert_eq!(proving.verify("e=invalid-proof"), Err(ScramError::Refused(Refusal::Credentials)));
        let keys = proving.into_keys();
        let again = challenge(SHA1_FIRST).unwrap();
        assert!(again.fits(&keys), "the next login needs no slow hash");
        assert!(again.prove(keys.clone()).1.ends_with(",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="));
        for other in [SHA1_FIRST.replace("i=4096", "i=4097"), SHA1_FIRST.replace("s=QSX", "s=QSY")] {
            assert!(!challenge(&other).unwrap().fits(&keys), "{other}");
        }
    }

    #[test]
    fn changed_lists_are_found_out() {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        // The lists and the hash of XEP-0474 5.3.
        let mechanisms = list(&["SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"]);
        let bindings = list(&["tls-server-end-point", "tls-exporter"]);
        let whole = Advertised { mechanisms: &mechanisms, channel_bindings: Some(&bindings) };
        assert_eq!(whole.digest(ScramHash::Sha1), "G6k/rBLDqgOhRRaCuuatSDFkJ08=");
        let first = format!("{SHA1_FIRST},x=1,h=G6k/rBLDqgOhRRaCuuatSDFkJ08=");
        let take = |advertised| scram(ChannelBinding::Unsupported).challenge(&first, advertised).map(drop);
        assert_eq!(take(whole), Ok(()));
        for changed in [
            Advertised { mechanisms: &mechanisms[..1], ..whole },
            Advertised { channel_bindings: Some(&bindings[..1]), ..whole },
            Advertised { channel_bindings: None, ..whole },
        ] {
            assert_eq!(take(changed), Err(ScramError::ListsChanged), "{changed:?}");
        }
        let strict = || scram(ChannelBinding::Unsupported).with_proven_lists(true);
        assert_eq!(strict().challenge(SHA1_FIRST, whole).map(drop), Err(ScramError::ListsUnproven));
        assert_eq!(strict().challenge(&first, whole).map(drop), Ok(()));
    }

    #[test]
    fn the_exchange_with_sha_512() {
        // Computed with another implementation (Python's hashlib).
        let nonce = "rOprNGfwEbeRWgbNEkqO".to_owned();
        let scram = Scram::with_nonce(ScramHash::Sha512, "user", ChannelBinding::Unsupported, nonce);
        let first = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        let salting = scram.challenge(first, NOTHING).unwrap();
        let keys = keys(&salting);
        let (proving, message) = salting.prove(keys);
        assert!(message.ends_with(SHA512_PROOF), "{message}");
        assert_eq!(proving.verify(SHA512_SIGNATURE), Ok(()));
    }

    #[test]
    fn the_exchange_of_rfc_7677() {
        let nonce = "rOprNGfwEbeRWgbNEkqO".to_owned();
        let scram = Scram::with_nonce(ScramHash::Sha256, "user", ChannelBinding::Unsupported, nonce);
        assert_eq!(scram.first_message(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        let first = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        let salting = scram.challenge(first, NOTHING).unwrap();
        let keys = keys(&salting);
        let (proving, message) = salting.prove(keys);
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
            let salting = scram.challenge(SHA1_FIRST, NOTHING).unwrap();
            let keys = keys(&salting);
            let (_, message) = salting.prove(keys);
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
