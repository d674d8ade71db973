//! What the user wants told, and to whom: the account's switches, and for single people exceptions from them.
//!
//! Invariants: a switch holds from the moment it is turned, and what still waits to be sent obeys it; who is no contact any
//! more is no exception any more, once the roster says so (`roster.rs`). What is said to all at once (presence,
//! capabilities) says only what all may know ([`Cx::tells_all`]).
//!
//! XEPs: 0085, 0092, 0184, 0202, 0319, 0333

use jid::BareJid;

use super::{presence, sight};
use crate::change::Change;
use crate::chat::typing;
use crate::command::{Command, PrivacySetting, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, Refusal};
use crate::fault::{CommandError, Fault};
use crate::outbox;

/// See the module.
#[derive(Debug)]
pub struct Privacy;

impl Feature for Privacy {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::SetPrivacy { setting, on, .. } => {
                switch(cx, *setting, *on)?;
                turned(cx, *setting)?;
            }
            Command::SetException { address, setting, allowed, .. } => {
                let peer = BareJid::new(address.trim()).map_err(|_| CommandError::AddressInvalid)?;
                if peer == cx.session.jid {
                    return Err(CommandError::AddressInvalid.into());
                }
                except(cx, &peer, *setting, *allowed)?;
                turned(cx, *setting)?;
            }
            Command::SetCallers { callers, .. } => {
                choose(cx, "UPDATE account SET callers = ?2 WHERE id = ?1", callers.name())?;
            }
            Command::SetAdders { adders, .. } => {
                choose(cx, "UPDATE account SET adders = ?2 WHERE id = ?1", adders.name())?;
            }
            _ => return Ok(None),
        }
        let account = cx.account();
        cx.change(Change::Accounts);
        cx.change(Change::Contacts(account));
        Ok(Some(Receipt::Done))
    }
}

fn switch(cx: &Cx<'_>, setting: PrivacySetting, on: bool) -> Result<(), Fault> {
    let sql = match setting {
        PrivacySetting::Receipts => "UPDATE account SET receipts = ?2 WHERE id = ?1",
        PrivacySetting::ReadMarkers => "UPDATE account SET read_markers = ?2 WHERE id = ?1",
        PrivacySetting::Typing => "UPDATE account SET typing = ?2 WHERE id = ?1",
        PrivacySetting::DeviceInformation => "UPDATE account SET device_information = ?2 WHERE id = ?1",
        PrivacySetting::Online => "UPDATE account SET online = ?2 WHERE id = ?1",
        PrivacySetting::LastSeen => "UPDATE account SET last_seen = ?2 WHERE id = ?1",
        PrivacySetting::AutoLoad => "UPDATE account SET auto_load = ?2 WHERE id = ?1",
        PrivacySetting::Calls => {
            "UPDATE account SET callers = CASE WHEN ?2 THEN 'contacts' ELSE 'nobody' END WHERE id = ?1"
        }
    };
    cx.tx.prepare_cached(sql)?.execute((cx.session.account, on))?;
    Ok(())
}

fn except(cx: &Cx<'_>, peer: &BareJid, setting: PrivacySetting, allowed: Option<bool>) -> Result<(), Fault> {
    let key = (cx.session.account, peer.as_str(), setting.name());
    match allowed {
        Some(allowed) => cx
            .tx
            .prepare_cached(
                "INSERT OR REPLACE INTO privacy_exception (account_id, jid, setting, allowed) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((key.0, key.1, key.2, allowed))?,
        None => cx
            .tx
            .prepare_cached("DELETE FROM privacy_exception WHERE account_id = ?1 AND jid = ?2 AND setting = ?3")?
            .execute(key)?,
    };
    Ok(())
}

fn choose(cx: &Cx<'_>, sql: &str, name: &str) -> Result<(), Fault> {
    cx.tx.prepare_cached(sql)?.execute((cx.session.account, name))?;
    Ok(())
}

/// Makes what others have been told, or are about to be, what they may know now.
fn turned(cx: &mut Cx<'_>, setting: PrivacySetting) -> Result<(), Fault> {
    match setting {
        PrivacySetting::Receipts | PrivacySetting::ReadMarkers => outbox::withdraw_signals(cx, setting),
        PrivacySetting::Online => {
            sight::apply(cx)?;
            presence::settle(cx)
        }
        // What we can do has changed with it.
        PrivacySetting::DeviceInformation => presence::announce(cx),
        PrivacySetting::LastSeen => presence::announce(cx),
        PrivacySetting::Typing => typing::begin_anew(cx),
        PrivacySetting::AutoLoad | PrivacySetting::Calls => Ok(()),
    }
}

/// Who was taken off the roster is no exception any more; true if they were one.
pub fn forget(cx: &Cx<'_>, peer: &BareJid) -> Result<bool, Fault> {
    let forgotten = cx
        .tx
        .prepare_cached("DELETE FROM privacy_exception WHERE account_id = ?1 AND jid = ?2")?
        .execute((cx.session.account, peer.as_str()))?;
    Ok(forgotten > 0)
}
