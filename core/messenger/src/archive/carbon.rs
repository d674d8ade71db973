//! Copies of what our other devices say and are told: asked for at every fresh bind, unless binding brought them along.
//! Without them the archive alone tells, a little later; the user is told that.
//!
//! XEPs: 0280

use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, SessionEvent};
use crate::engine::request::{Answer, Purpose};
use crate::fault::Fault;
use crate::session::disco::{self, AccountFeatures};
use crate::wire::{Element, ns};

/// See the module.
#[derive(Debug)]
pub struct Carbons;

impl Feature for Carbons {
    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        if event != SessionEvent::Bound {
            return Ok(());
        }
        if cx.session.has_carbons() {
            return settled(cx, true);
        }
        cx.request("set", None, Element::new("enable", ns::CARBONS), &Purpose::Carbons)
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        if *purpose != Purpose::Carbons {
            return Ok(Done::Pass);
        }
        // With the stream the question is gone, too.
        if cx.session.is_live() {
            settled(cx, matches!(answer, Answer::Result(_)))?;
        }
        Ok(Done::Taken)
    }
}

/// Whether there are copies in this session is known.
fn settled(cx: &mut Cx<'_>, on: bool) -> Result<(), Fault> {
    if let Some(live) = cx.session.live() {
        live.carbons = Some(on);
    }
    cx.tx.prepare_cached("UPDATE stream SET carbons = ?2 WHERE account_id = ?1")?.execute((cx.session.account, on))?;
    // Before anything is known of the account, what is known first of all tells this, too.
    let Some(known) = cx.session.archive.features.filter(|known| known.no_carbons == on) else { return Ok(()) };
    let features = AccountFeatures { no_carbons: !on, ..known };
    cx.session.archive.features = Some(features);
    disco::remember(cx, features)
}
