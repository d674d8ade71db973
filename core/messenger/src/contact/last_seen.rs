//! Since when nobody has looked at this device, told to who may know: with our presence, and to who asks.
//!
//! Invariant: if somebody is excepted, presence that goes to all says nothing of it, and those who may know are told one by
//! one, as far as they are there, and as they come. Where nobody may know, coming and going leaves no trace.
//!
//! XEPs: 0012, 0319

use jid::Jid;

use super::{presence, subscription};
use crate::command::PrivacySetting;
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature};
use crate::fault::Fault;
use crate::session::clock::format_stamp;
use crate::session::ping::result_of;
use crate::wire::{Element, ns};

/// See the module.
#[derive(Debug)]
pub struct LastSeen;

impl Feature for LastSeen {
    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        let asked =
            inbound.kind == Kind::Iq && inbound.type_() == "get" && inbound.stanza.first("query", ns::LAST).is_some();
        let from = inbound.from.as_ref().map_or_else(|| cx.own(), Jid::to_bare);
        if !asked || !cx.tells(PrivacySetting::LastSeen, &from)? {
            return Ok(Done::Pass);
        }
        let ago = cx.session.idle_since.map_or(0, |since| cx.server_time().saturating_sub(since).max(0) / 1_000);
        let last = Element::new("query", ns::LAST).with("seconds", ago.to_string());
        cx.send(&result_of(inbound.stanza).child(last), None)?;
        Ok(Done::Taken)
    }
}

/// The app came into sight, or left it.
pub fn set_active(cx: &mut Cx<'_>, active: bool) -> Result<(), Fault> {
    let since = if active { None } else { Some(cx.session.idle_since.unwrap_or_else(|| cx.server_time())) };
    cx.session.idle_since = since;
    cx.session.away &= !active;
    cx.session.away_at = if active || cx.session.away {
        None
    } else {
        Some(cx.session.away_at.unwrap_or(cx.now.mono.saturating_add(presence::PATIENCE)))
    };
    presence::renew(cx)
}

/// What our presence says of it.
pub fn idle(cx: &Cx<'_>) -> Option<Element> {
    let since = cx.session.idle_since?;
    Some(Element::new("idle", ns::IDLE).with("since", format_stamp(since)))
}

/// Tells those who may know, where not all may.
pub fn tell_some(cx: &mut Cx<'_>, presence: &Element) -> Result<(), Fault> {
    if cx.tells_all(PrivacySetting::LastSeen)? {
        return Ok(());
    }
    let there: Vec<String> = cx
        .tx
        .prepare_cached("SELECT DISTINCT jid FROM presence WHERE account_id = ?1")?
        .query_map([cx.session.account], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for peer in there.iter().filter_map(|jid| Jid::new(jid).ok()) {
        tell(cx, presence, &peer)?;
    }
    Ok(())
}

/// Tells somebody, or one device of his, if he may know.
pub fn tell(cx: &mut Cx<'_>, presence: &Element, to: &Jid) -> Result<(), Fault> {
    let peer = to.to_bare();
    if cx.tells(PrivacySetting::LastSeen, &peer)? && subscription::may_see_us(cx, &peer)? {
        cx.send(&presence.clone().with("to", to.as_str()), None)?;
    }
    Ok(())
}
