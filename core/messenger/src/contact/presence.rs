//! Our own presence: without it the server holds messages back and shows us to nobody. It names our capabilities.
//!
//! XEPs: 0115, RFC 6121 4

use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, SessionEvent};
use crate::fault::Fault;
use crate::session::disco;

/// See the module.
#[derive(Debug)]
pub struct Presence;

impl Feature for Presence {
    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        if event != SessionEvent::Bound {
            return Ok(());
        }
        disco::announce(cx)
    }
}
