//! Certificates that the device does not trust by itself: the user looks at one and pins it, or leaves it. There is no
//! "ignore".
//!
//! Invariants: a pin is the SHA-256 of one certificate for one account, given only for a certificate that the server has
//! shown. While there is a pin, that certificate is accepted and no other: whatever names it holds, whoever signed it, and
//! after its end too, for who has its key is still the one the user meant; what is wrong with it is told all the same.
//!
//! **Nothing replaces a pin but the user.** If the server shows another certificate, the account fails loudly with both
//! fingerprints, even if the new one is signed by an authority that every device trusts. Most often that is a server that
//! has moved to a public authority; but taking it silently would let everyone who can get such a certificate, by a
//! moment's control of the domain's HTTP or DNS, past a user who once looked closer. The item says that the device would
//! trust the new one (`problem` is empty), so a screen can say so calmly, and one tap pins it, or unpins for good.
//!
//! A certificate that was refused on one network path may be that path's own (a hotel's portal): the next path is tried.
//!
//! XEPs: RFC 6120 13.7.2

use crate::change::Change;
use crate::command::Receipt;
use crate::engine::cx::Cx;
use crate::engine::feature::Refusal;
use crate::fault::{CommandError, Fault};
use crate::ids::Fingerprint;
use crate::input::Certificate;

use super::connect;

/// The server showed a certificate to look at.
pub fn seen(cx: &mut Cx<'_>, certificate: &Certificate) -> Result<(), Fault> {
    let json = serde_json::to_string(certificate).map_err(|_| Fault::Corrupt("certificate"))?;
    let changed = cx
        .tx
        .prepare_cached("UPDATE account SET certificate = ?2 WHERE id = ?1 AND certificate IS NOT ?2")?
        .execute((cx.session.account, json))?;
    if changed > 0 {
        cx.change(Change::Accounts);
    }
    Ok(())
}

/// Signed in without a pin, or about to look elsewhere: whatever was refused before is of no interest any more.
pub fn settle(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if cx.session.pin.is_some() {
        return Ok(());
    }
    let changed = cx
        .tx
        .prepare_cached("UPDATE account SET certificate = NULL WHERE id = ?1 AND certificate IS NOT NULL")?
        .execute([cx.session.account])?;
    if changed > 0 {
        cx.change(Change::Accounts);
    }
    Ok(())
}

/// The user has looked at this certificate and accepts it, and no other.
pub fn pin(cx: &mut Cx<'_>, sha256: Fingerprint) -> Result<Receipt, Refusal> {
    let shown: Option<String> = cx
        .tx
        .prepare_cached("SELECT certificate FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?;
    let shown: Option<Certificate> = shown.and_then(|json| serde_json::from_str(&json).ok());
    if shown.is_none_or(|shown| shown.sha256 != sha256) {
        return Err(CommandError::NotNow.into());
    }
    put(cx, Some(sha256))
}

/// It was the user's word on another device.
pub fn adopt(cx: &mut Cx<'_>, sha256: Fingerprint) -> Result<(), Refusal> {
    put(cx, Some(sha256)).map(|_| ())
}

/// Certificates are judged as usual again.
pub fn unpin(cx: &mut Cx<'_>) -> Result<Receipt, Refusal> {
    put(cx, None)
}

fn put(cx: &mut Cx<'_>, pin: Option<Fingerprint>) -> Result<Receipt, Refusal> {
    if cx.session.pin != pin {
        let digits = pin.map(|pin| pin.to_string());
        cx.tx.prepare_cached("UPDATE account SET pin = ?2 WHERE id = ?1")?.execute((cx.session.account, digits))?;
        cx.session.pin = pin;
        cx.change(Change::Accounts);
        connect::again(cx)?;
    }
    Ok(Receipt::Done)
}
