//! Tells contacts who ask what this program is and what time it has, if the user wants that. The time is told in UTC:
//! where the user is, is no one's business.
//!
//! XEPs: 0092, 0202

use super::clock::format_stamp;
use super::disco::NAME;
use super::ping::result_of;
use crate::command::PrivacySetting;
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature};
use crate::fault::Fault;
use crate::wire::{Element, ns};

/// What we can do then, sorted.
pub(super) const FEATURES: [&str; 2] = [ns::VERSION, ns::TIME];

/// See the module.
#[derive(Debug)]
pub struct DeviceInformation;

impl Feature for DeviceInformation {
    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        if inbound.kind != Kind::Iq || inbound.type_() != "get" {
            return Ok(Done::Pass);
        }
        let asks = |name, ns| inbound.stanza.first(name, ns).is_some();
        let text = |name: &str, ns, text: &str| Element::new(name, ns).text(text);
        let answer = if asks("query", ns::VERSION) {
            Element::new("query", ns::VERSION).child(text("name", ns::VERSION, NAME)).child(text(
                "version",
                ns::VERSION,
                env!("CARGO_PKG_VERSION"),
            ))
        } else if asks("time", ns::TIME) {
            let now = format_stamp(cx.now.wall);
            Element::new("time", ns::TIME).child(text("tzo", ns::TIME, "+00:00")).child(text("utc", ns::TIME, &now))
        } else {
            return Ok(Done::Pass);
        };
        let from = inbound.from.as_ref().map_or_else(|| cx.own(), jid::Jid::to_bare);
        // One's own devices are no strangers to each other.
        if from != cx.own() && !cx.tells(PrivacySetting::DeviceInformation, &from)? {
            return Ok(Done::Pass);
        }
        cx.send(&result_of(inbound.stanza).child(answer), None)?;
        Ok(Done::Taken)
    }
}
