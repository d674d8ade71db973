//! A person goes on at another address. Ours: an account says so, and its contacts are told from the new one
//! (`statement.rs`). Others': a subscription request that names a contact's address is believed once that address says
//! the same, and then the user is asked (`question.rs`).
//!
//! Invariants: nothing is done about a claim but to look for its proof, and only if it names somebody who may see us;
//! looking is bounded, in a session and in all; nobody is followed without the user's yes, and he is asked once; a
//! claim without proof is as if it were not there. Messages stay where they are.
//!
//! XEPs: 0060, 0163, 0283

pub mod question;
pub mod statement;
pub mod wire;

use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, Refusal, SessionEvent};
use crate::engine::request::{Answer, Purpose};
use crate::fault::Fault;

/// See the module.
#[derive(Debug)]
pub struct Moved;

impl Feature for Moved {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::PublishMoved { to, .. } => statement::begin(cx, *to)?,
            Command::RetractMoved { .. } => statement::take_back(cx)?,
            Command::AskMoved { .. } => statement::ask(cx)?,
            _ => return Ok(None),
        }
        Ok(Some(Receipt::Done))
    }

    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        match event {
            // Questions wait for the roster (`roster.rs`).
            SessionEvent::Bound => {
                question::begin_again(cx)?;
                statement::begin_again(cx)
            }
            SessionEvent::Resumed => {
                question::advance(cx)?;
                statement::advance(cx)
            }
            SessionEvent::Lost => Ok(()),
        }
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        match purpose {
            Purpose::MovedStatement { jid, old } => question::answered(cx, jid, old, answer)?,
            Purpose::MovedPublished => statement::published(cx, answer)?,
            Purpose::MovedConfigured => statement::configured(cx, answer)?,
            Purpose::MovedRetracted => statement::retracted(cx, answer)?,
            Purpose::MovedLook => statement::looked(cx, answer)?,
            _ => return Ok(Done::Pass),
        }
        Ok(Done::Taken)
    }
}
