//! Our own presence: without it the server holds messages back and shows us to nobody.
//!
//! XEPs: RFC 6121 4

use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, SessionEvent};
use crate::fault::Fault;
use crate::wire::{Element, ns};

/// See the module.
#[derive(Debug)]
pub struct Presence;

impl Feature for Presence {
    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        if event == SessionEvent::Bound { cx.send(&Element::new("presence", ns::CLIENT), None) } else { Ok(()) }
    }
}
