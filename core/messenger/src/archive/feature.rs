//! The archive's place in the pipeline.
//!
//! XEPs: 0313

use super::{gap, preferences, run};
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature, Refusal, SessionEvent};
use crate::engine::request::{Answer, Purpose};
use crate::fault::{Fault, Violation};
use crate::session::connect;
use crate::session::disco::AccountFeatures;
use crate::view::item::Connection;
use crate::wire::ns;

/// See the module.
#[derive(Debug)]
pub struct Archive;

impl Feature for Archive {
    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        let Some(result) = inbound.stanza.first("result", ns::MAM).filter(|_| inbound.kind == Kind::Message) else {
            return Ok(Done::Pass);
        };
        if inbound.is_from_own_account(cx) {
            run::collect(cx, result);
        } else {
            cx.violation(Violation::ArchiveResultUnasked);
        }
        Ok(Done::Taken)
    }

    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        gap::command(cx, command)
    }

    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        match event {
            SessionEvent::Bound => connect::show(cx, Connection::CatchingUp),
            SessionEvent::Resumed if cx.session.archive.caught_up => {
                // What came around the break may have come late.
                cx.session.archive.confirm_what_waits(cx.now.mono);
                connect::show(cx, Connection::Online)
            }
            SessionEvent::Resumed if cx.session.archive.features.is_some_and(|features| !features.archive) => {
                run::do_without(cx)
            }
            SessionEvent::Resumed => connect::show(cx, Connection::CatchingUp),
            SessionEvent::Lost => Ok(()),
        }
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        let Purpose::ArchivePage { query } = purpose else { return Ok(Done::Pass) };
        run::page_ended(cx, query, answer)?;
        Ok(Done::Taken)
    }
}

/// The server has told what the account's archive can do.
pub fn features_known(cx: &mut Cx<'_>, features: AccountFeatures) -> Result<(), Fault> {
    cx.session.archive.features = Some(features);
    if features.archive { preferences::ask(cx) } else { run::do_without(cx) }
}
