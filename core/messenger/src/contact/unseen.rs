//! Who may not see that we are online does not learn it by asking this device either: it answers as one that is not
//! there, whatever the question (RFC 6121 8.5.3.2.3, XEP-0199 6, XEP-0092 5).
//!
//! Invariant: our own devices and our server are answered, and contacts who see us; nobody else.
//!
//! XEPs: RFC 6121

use super::subscription;
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature};
use crate::engine::request::unavailable;
use crate::fault::Fault;

/// See the module.
#[derive(Debug)]
pub struct Unseen;

impl Feature for Unseen {
    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        // What wants to change something is checked where it belongs, and counted if it is forged.
        if inbound.kind != Kind::Iq || inbound.type_() != "get" {
            return Ok(Done::Pass);
        }
        let Some(from) = inbound.from.as_ref().map(jid::Jid::to_bare) else { return Ok(Done::Pass) };
        let server = from.node().is_none() && from.domain() == cx.session.jid.domain();
        if from == cx.session.jid || server || subscription::may_see_us(cx, &from)? {
            return Ok(Done::Pass);
        }
        cx.send(&unavailable(inbound.stanza), None)?;
        Ok(Done::Taken)
    }
}
