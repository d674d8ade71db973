//! Tokens in place of the password: one message from us, one from the server, both proven (XEP-0484 with the SASL
//! mechanisms HT-SHA-256-*).
//!
//! Invariants: a token is used with the mechanism it was asked for and with no other, whatever servers would let pass;
//! so one that is bound to its channel is never sent where that can't be. `tls-unique` is not to be had from the TLS
//! library, and with it the mechanism -UNIQ.
//!
//! XEPs: 0484

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::command::Secret;
use crate::input::TlsInfo;

/// A token as the server gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub secret: Secret,
    /// What it was asked for.
    pub mechanism: &'static str,
    /// XEP-0082 stamp.
    pub expiry: Option<String>,
}

/// A token to sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenUse {
    pub secret: Secret,
    pub mechanism: &'static str,
    /// Which use of the token this is, from 1.
    pub count: u32,
}

/// Best first.
const MECHANISMS: [&str; 3] = ["HT-SHA-256-EXPR", "HT-SHA-256-ENDP", "HT-SHA-256-NONE"];

/// The mechanism of that name, if we know it.
pub fn token_mechanism(name: &str) -> Option<&'static str> {
    MECHANISMS.into_iter().find(|known| *known == name)
}

/// The best mechanism that the server offers and this channel can serve.
pub(super) fn best(offered: &[String], tls: &TlsInfo) -> Option<&'static str> {
    let mut usable = MECHANISMS.into_iter().filter(|name| binding(name, tls).is_some());
    usable.find(|name| offered.iter().any(|offered| offered == name))
}

/// What the mechanism binds to.
fn binding<'a>(mechanism: &str, tls: &'a TlsInfo) -> Option<&'a [u8]> {
    match mechanism {
        "HT-SHA-256-EXPR" => tls.exporter.as_deref(),
        "HT-SHA-256-ENDP" => tls.server_end_point.as_deref(),
        "HT-SHA-256-NONE" => Some(&[]),
        _ => None,
    }
}

/// Waits for the server's proof.
#[derive(Debug)]
pub(super) struct TokenProof {
    responder: Vec<u8>,
}

/// The initial response, and what the server has to answer. `None` if this channel can't serve the mechanism.
pub(super) fn prove(token: &TokenUse, user: &str, tls: &TlsInfo) -> Option<(String, TokenProof)> {
    let binding = binding(token.mechanism, tls)?;
    let keyed = |role: &[u8]| {
        Hmac::<Sha256>::new_from_slice(token.secret.expose().as_bytes())
            .expect("invariant: HMAC takes keys of any length")
            .chain_update(role)
            .chain_update(binding)
            .finalize()
            .into_bytes()
            .to_vec()
    };
    let mut message = user.as_bytes().to_vec();
    message.push(0);
    message.extend(keyed(b"Initiator"));
    Some((STANDARD.encode(message), TokenProof { responder: keyed(b"Responder") }))
}

impl TokenProof {
    /// Whether the server knows the token too.
    pub(super) fn verify(&self, additional_data: &[u8]) -> bool {
        bool::from(self.responder.ct_eq(additional_data))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const EXPECTED: &str = "YWxpY2UArAyso+UZF5oigjD+bk7jcNWzLdLvqV4uyOYjC9+TAok=";
    const RESPONDER: &str = "H/OwJtBbdIb/tdOkYOQavRCs6QHTlVNPoUplKn6STlM=";

    fn tls(exporter: bool, end_point: bool) -> TlsInfo {
        TlsInfo {
            version: "TLSv1.3".into(),
            exporter: exporter.then(|| b"exporter".to_vec()),
            server_end_point: end_point.then(|| b"end point".to_vec()),
            certificate: None,
        }
    }

    #[test]
    fn the_strongest_binding_that_both_have() {
        let offered = |names: &str| names.split(' ').map(|end| format!("HT-SHA-256-{end}")).collect::<Vec<_>>();
        for (names, exporter, end_point, expected) in [
            ("NONE UNIQ EXPR ENDP", true, true, Some("HT-SHA-256-EXPR")),
            ("NONE UNIQ ENDP", true, true, Some("HT-SHA-256-ENDP")),
            ("NONE UNIQ EXPR ENDP", false, true, Some("HT-SHA-256-ENDP")),
            ("NONE EXPR", false, true, Some("HT-SHA-256-NONE")),
            ("UNIQ EXPR", false, true, None),
            ("none", true, true, None),
        ] {
            assert_eq!(best(&offered(names), &tls(exporter, end_point)), expected, "{names}");
        }
    }

    #[test]
    fn both_sides_prove_token_and_channel() {
        let token = |mechanism| TokenUse { secret: Secret::new("secret-token"), mechanism, count: 1 };
        let (message, proof) = prove(&token("HT-SHA-256-EXPR"), "alice", &tls(true, true)).unwrap();
        // Computed with another implementation (Python's hmac).
        assert_eq!(message, EXPECTED);
        assert!(proof.verify(&STANDARD.decode(RESPONDER).unwrap()));
        for wrong in [&b""[..], &[0; 32], &proof.responder[..31]] {
            assert!(!proof.verify(wrong));
        }
        let (other, _) = prove(&token("HT-SHA-256-ENDP"), "alice", &tls(true, true)).unwrap();
        assert_ne!(other, message);
        assert!(prove(&token("HT-SHA-256-EXPR"), "alice", &tls(false, true)).is_none(), "never without the channel");
    }
}
