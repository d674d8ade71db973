//! Answers pings, and knows what an answered ping of ours means: the server has handled all we sent before it. That
//! replaces XEP-0198's acknowledgement on servers without it.
//!
//! XEPs: 0199

use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature};
use crate::engine::request::{Answer, Purpose};
use crate::fault::Fault;
use crate::wire::{Element, ns};

/// See the module.
#[derive(Debug)]
pub struct Ping;

impl Feature for Ping {
    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        let asked =
            inbound.kind == Kind::Iq && inbound.type_() == "get" && inbound.stanza.first("ping", ns::PING).is_some();
        if !asked {
            return Ok(Done::Pass);
        }
        cx.send(&result_of(inbound.stanza), None)?;
        Ok(Done::Taken)
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        let Purpose::Ping { sent } = purpose else { return Ok(Done::Pass) };
        // An error is an answer too: the server got this far.
        if !matches!(answer, Answer::None) {
            crate::session::stream::acknowledge(cx, *sent)?;
        }
        Ok(Done::Taken)
    }
}

/// The empty result for a request.
pub fn result_of(request: &Element) -> Element {
    Element::new("iq", ns::CLIENT)
        .with("type", "result")
        .with_some("id", request.attribute("id"))
        .with_some("to", request.attribute("from"))
}
