//! Who is there: what contacts say of each of their devices, and when they were last seen.
//!
//! Invariants: only contacts and our own devices are listened to, and what one can store is bounded: of a status one line,
//! which can't turn the text around it the other way; a new session
//! begins with nobody there, a resumed one with whom it had; nobody is seen in the future, nor earlier than before.
//!
//! XEPs: RFC 6121 4, 0115, 0203, 0256, 0319

use jid::{BareJid, Jid};
use rusqlite::params;

use super::vcard::photo;
use super::{device_details, nickname, presence};
use crate::change::Change;
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature, SessionEvent};
use crate::fault::{Fault, Violation};
use crate::session::clock::parse_stamp;
use crate::wire::{Element, ns};

/// Devices of one contact; more are not listened to. A server shows those that vanished without a word for a while.
const MOST_DEVICES: u32 = 50;
/// Characters of a status that are kept.
const LONGEST_STATUS: usize = 500;

/// See the module.
#[derive(Debug)]
pub struct Availability;

impl Feature for Availability {
    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        if event == SessionEvent::Bound {
            cx.tx.prepare_cached("DELETE FROM presence WHERE account_id = ?1")?.execute([cx.session.account])?;
            changed(cx);
        }
        Ok(())
    }

    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        let Some(from) = inbound.from.as_ref().filter(|_| inbound.kind == Kind::Presence) else {
            return Ok(Done::Pass);
        };
        let own = from.to_bare() == cx.session.jid;
        if !matches!(inbound.type_(), "" | "unavailable") || !own && !is_contact(cx, &from.to_bare())? {
            return Ok(Done::Pass);
        }
        if inbound.type_() == "unavailable" {
            gone(cx, from, inbound.stanza)?;
        } else if let Some(resource) = from.resource() {
            let arrived = there(cx, &from.to_bare(), resource.as_str(), inbound.stanza)?;
            if arrived && !own {
                presence::greet(cx, from)?;
            }
        }
        changed(cx);
        photo::presence(cx, inbound)?;
        Ok(Done::Pass)
    }
}

fn changed(cx: &mut Cx<'_>) {
    let account = cx.account();
    cx.change(Change::Presence(account));
}

fn is_contact(cx: &Cx<'_>, jid: &BareJid) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT 1 FROM contact WHERE account_id = ?1 AND jid = ?2")?
        .exists((cx.session.account, jid.as_str()))?)
}

/// Says whether the device was not there before.
fn there(cx: &mut Cx<'_>, jid: &BareJid, resource: &str, stanza: &Element) -> Result<bool, Fault> {
    let show = stanza.first("show", ns::CLIENT).map(Element::content);
    let show = match show.as_deref().map(str::trim) {
        None | Some("" | "chat") => "available",
        Some("away") => "away",
        Some("xa") => "xa",
        Some("dnd") => "dnd",
        Some(_) => {
            cx.violation(Violation::StanzaMalformed);
            "available"
        }
    };
    let status = stanza.first("status", ns::CLIENT).map(Element::content);
    let status = status.and_then(|status| nickname::line(&status, LONGEST_STATUS));
    let now = cx.server_time();
    // XEP-0319, or XEP-0256's older way to say the same.
    let since = stanza.first("idle", ns::IDLE).and_then(|idle| parse_stamp(idle.attribute("since")?));
    let ago = stanza.first("query", ns::LAST).and_then(|last| last.attribute("seconds")?.parse::<u32>().ok());
    let idle_since = since.or(ago.map(|seconds| now - i64::from(seconds) * 1_000)).filter(|since| *since <= now);
    let caps = device_details::named(stanza);
    let known = cx
        .tx
        .prepare_cached("SELECT 1 FROM presence WHERE account_id = ?1 AND jid = ?2 AND resource = ?3")?
        .exists((cx.session.account, jid.as_str(), resource))?;
    let kept = cx
        .tx
        .prepare_cached(
            "INSERT INTO presence
                 (account_id, jid, resource, show, status, idle_since, vcard_update, caps_hash, caps_node, caps_ver)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?8, ?9, ?10, ?11
             WHERE ?7 > (SELECT count(*) FROM presence WHERE account_id = ?1 AND jid = ?2 AND resource <> ?3)
             ON CONFLICT (account_id, jid, resource) DO UPDATE SET
                 show = excluded.show, status = excluded.status, idle_since = excluded.idle_since,
                 vcard_update = excluded.vcard_update, caps_hash = excluded.caps_hash, caps_node = excluded.caps_node,
                 caps_ver = excluded.caps_ver",
        )?
        .execute(params![
            cx.session.account,
            jid.as_str(),
            resource,
            show,
            status,
            idle_since,
            MOST_DEVICES,
            stanza.first("x", ns::VCARD_UPDATE).is_some(),
            caps.and_then(|caps| caps.hash),
            caps.map(|caps| caps.node),
            caps.map(|caps| caps.ver)
        ])?;
    Ok(!known && kept > 0)
}

/// One device is gone, or all of them; the last one leaves the time behind.
fn gone(cx: &mut Cx<'_>, from: &Jid, presence: &Element) -> Result<(), Fault> {
    let jid = from.to_bare();
    let resource = from.resource().map(|resource| resource.as_str());
    cx.tx
        .prepare_cached("DELETE FROM presence WHERE account_id = ?1 AND jid = ?2 AND (?3 IS NULL OR resource = ?3)")?
        .execute(params![cx.session.account, jid.as_str(), resource])?;
    if jid == cx.session.jid {
        return Ok(());
    }
    // At our own coming a server may tell when somebody went (XEP-0203, 0256).
    let now = cx.server_time();
    let stamp = presence.first("delay", ns::DELAY).and_then(|delay| parse_stamp(delay.attribute("stamp")?));
    let ago = presence.first("query", ns::LAST).and_then(|last| last.attribute("seconds")?.parse::<u32>().ok());
    let seen = stamp.or(ago.map(|seconds| now - i64::from(seconds) * 1_000)).unwrap_or(now).min(now);
    cx.tx
        .prepare_cached(
            "INSERT INTO last_seen (account_id, jid, time) VALUES (?1, ?2, ?3)
             ON CONFLICT (account_id, jid) DO UPDATE SET time = max(time, excluded.time)",
        )?
        .execute((cx.session.account, jid.as_str(), seen))?;
    Ok(())
}
