//! Our own presence: without it the server holds messages back and shows us to nobody. It names our capabilities, and since
//! when nobody has looked, if all may know that; and the picture, where the server leaves that to us.
//!
//! XEPs: 0115, 0153, 0319, RFC 6121 4

use super::last_seen;
use super::vcard::photo;
use crate::command::PrivacySetting;
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, SessionEvent};
use crate::fault::Fault;
use crate::session::disco;
use crate::wire::{Element, ns};

/// See the module.
#[derive(Debug)]
pub struct Presence;

impl Feature for Presence {
    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        if event != SessionEvent::Bound {
            return Ok(());
        }
        photo::forget(cx)?;
        announce(cx)
    }
}

/// Tells all who see us that we are there.
pub fn announce(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let presence = available(cx)?;
    photo::announced(cx)?;
    let idle = if cx.tells_all(PrivacySetting::LastSeen)? { last_seen::idle(cx) } else { None };
    cx.send(&idle.into_iter().fold(presence, Element::child), None)
}

/// Available, what we can do, and how much this device wants what is for any device.
pub fn available(cx: &Cx<'_>) -> Result<Element, Fault> {
    let presence = Element::new("presence", ns::CLIENT).child(disco::capabilities_of(cx)?);
    let presence = photo::told(cx)?.into_iter().fold(presence, Element::child);
    let priority: i8 = cx
        .tx
        .prepare_cached("SELECT priority FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?;
    if priority == 0 {
        return Ok(presence);
    }
    Ok(presence.child(Element::new("priority", ns::CLIENT).text(priority.to_string())))
}
