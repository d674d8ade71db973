//! Who may call. A call from anybody else is not even told that it was heard: to him this device does not ring, and is not
//! busy.
//!
//! XEPs: 0353

use jid::BareJid;
use rusqlite::OptionalExtension;

use super::{sight, subscription};
use crate::command::{Callers, PrivacySetting};
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature};
use crate::fault::{Fault, Violation};
use crate::wire::ns;

/// See the module.
#[derive(Debug)]
pub struct Caller;

impl Feature for Caller {
    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        let calls = inbound.kind == Kind::Message
            && inbound.copy.is_none()
            && inbound.stanza.first("propose", ns::CALL).is_some();
        let Some(from) = inbound.from.as_ref().filter(|_| calls).map(jid::Jid::to_bare) else { return Ok(Done::Pass) };
        if from == cx.session.jid || may_call(cx, &from)? {
            return Ok(Done::Pass);
        }
        cx.violation(Violation::CallUnwelcome);
        // What is written along is a message like any other.
        Ok(if inbound.stanza.first("body", ns::CLIENT).is_some() { Done::Pass } else { Done::Taken })
    }
}

/// Whether this device rings for them.
pub fn may_call(cx: &Cx<'_>, peer: &BareJid) -> Result<bool, Fault> {
    let excepted: Option<bool> = cx
        .tx
        .prepare_cached("SELECT allowed FROM privacy_exception WHERE account_id = ?1 AND jid = ?2 AND setting = ?3")?
        .query_row((cx.session.account, peer.as_str(), PrivacySetting::Calls.name()), |row| row.get(0))
        .optional()?;
    if let Some(allowed) = excepted {
        return Ok(allowed);
    }
    let callers: String = cx
        .tx
        .prepare_cached("SELECT callers FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?;
    Ok(match Callers::of(&callers) {
        Callers::Everyone => true,
        Callers::Contacts => subscription::is_contact(cx, peer)? || sight::is_withheld(cx, peer)?,
        Callers::Nobody => false,
    })
}
