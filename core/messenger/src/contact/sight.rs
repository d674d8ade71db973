//! Who sees that we are there. Only the server can keep that from somebody, on all our devices and when it is asked in our
//! absence (RFC 6121 4.3), and the one way every server has is to end their subscription: so who must not see us is
//! unsubscribed, and remembered as one who may again as soon as the user wants
//! ([ADR 14](../../../../docs/adr/0014-who-sees-that-we-are-there.md)).
//!
//! Invariants: who was granted our presence by the user stays entitled to it until the user removes them; nobody is asked
//! a second time for what he has granted. What can't be told now is told with the next connection, before anything else is:
//! who must not see us does not see us come (`presence.rs`).
//!
//! XEPs: RFC 6121 3.2, 3.4

use jid::BareJid;

use super::{roster, subscription};
use crate::command::PrivacySetting;
use crate::engine::cx::Cx;
use crate::fault::Fault;

/// The user wants them to see us: now, or when there is a connection and he wants to be seen.
pub fn grant(cx: &mut Cx<'_>, peer: &BareJid) -> Result<(), Fault> {
    if cx.session.is_live() && cx.tells(PrivacySetting::Online, peer)? {
        cx.send(&subscription::presence(peer, "subscribed"), None)
    } else {
        withhold(cx, peer)
    }
}

/// Whether they were granted our presence, and don't get it.
pub fn is_withheld(cx: &Cx<'_>, peer: &BareJid) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT 1 FROM withheld WHERE account_id = ?1 AND jid = ?2")?
        .exists((cx.session.account, peer.as_str()))?)
}

/// Brings what the server grants in line with what the user wants.
pub fn apply(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if !cx.session.is_live() || roster::is_awaited(cx)? {
        return Ok(());
    }
    for peer in jids(
        cx,
        "SELECT jid FROM contact WHERE account_id = ?1 AND subscription IN ('from', 'both')
         UNION SELECT jid FROM withheld WHERE account_id = ?1",
    )? {
        apply_to(cx, &peer)?;
    }
    Ok(())
}

fn apply_to(cx: &mut Cx<'_>, peer: &BareJid) -> Result<(), Fault> {
    if subscription::is_subscribed(cx, peer)? {
        return subscribed(cx, peer);
    }
    // Who has asked meanwhile sees us at once, who asks now is not asked about again.
    if is_withheld(cx, peer)? && cx.tells(PrivacySetting::Online, peer)? {
        cx.send(&subscription::presence(peer, "subscribed"), None)?;
    }
    Ok(())
}

/// The server shows us to them.
pub fn subscribed(cx: &mut Cx<'_>, peer: &BareJid) -> Result<(), Fault> {
    if cx.tells(PrivacySetting::Online, peer)? {
        return forget(cx, peer);
    }
    withhold(cx, peer)?;
    cx.send(&subscription::presence(peer, "unsubscribed"), None)
}

/// They may see us no more, whatever the user wants to be seen by in general.
pub fn forget(cx: &Cx<'_>, peer: &BareJid) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("DELETE FROM withheld WHERE account_id = ?1 AND jid = ?2")?
        .execute((cx.session.account, peer.as_str()))?;
    Ok(())
}

fn withhold(cx: &Cx<'_>, peer: &BareJid) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("INSERT OR IGNORE INTO withheld (account_id, jid) VALUES (?1, ?2)")?
        .execute((cx.session.account, peer.as_str()))?;
    Ok(())
}

fn jids(cx: &Cx<'_>, sql: &str) -> Result<Vec<BareJid>, Fault> {
    let jids: Vec<String> =
        cx.tx.prepare_cached(sql)?.query_map([cx.session.account], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(jids.iter().filter_map(|jid| BareJid::new(jid).ok()).collect())
}
