//! The end of an account on this device: the server forgets our token, then we forget the account.
//!
//! Invariants: after ten seconds at the latest it is gone from this device, whatever the server says or does not; on this
//! last stream nothing is bound and nothing resumed.
//!
//! XEPs: 0484

use super::connect;
use super::task;
use crate::change::Change;
use crate::engine::cx::Cx;
use crate::engine::request::Purpose;
use crate::fault::Fault;
use crate::view::item::{AccountTask, LoginFailure};

/// How long the server may take.
const PATIENCE: u64 = 10_000;

/// Ends the session in good order, and comes back once more if there is a token to be taken back.
pub fn begin(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let has_token = cx
        .tx
        .prepare_cached("SELECT 1 FROM login WHERE account_id = ?1 AND token IS NOT NULL")?
        .exists([cx.session.account])?;
    connect::leave(cx, true)?;
    if !has_token {
        return depart(cx);
    }
    task::show(cx, Some(&AccountTask::SigningOut))?;
    cx.session.leaving = Some(cx.now.mono + PATIENCE);
    connect::open(cx)
}

/// Forgets the account and everything stored for it.
pub fn depart(cx: &mut Cx<'_>) -> Result<(), Fault> {
    connect::leave(cx, true)?;
    cx.tx.prepare_cached("DELETE FROM account WHERE id = ?1")?.execute([cx.session.account])?;
    cx.session.gone = true;
    cx.change(Change::All);
    Ok(())
}

/// Whether a login that is refused so says that a deletion went through whose answer was lost.
pub fn was_deleted(cx: &Cx<'_>, reason: LoginFailure) -> Result<bool, Fault> {
    // Anything else may pass: an account that is disabled, or a server that takes nobody now.
    Ok(reason == LoginFailure::WrongPassword && cx.is_under_way(&Purpose::AccountDeletion)?)
}
