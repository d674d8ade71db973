//! Leaving an account: on this device, or on the server too.
//!
//! Invariants: what the user asked to be gone from this device is gone, whatever the server says; what shall be gone from
//! the server goes from this device only once it is gone there.
//!
//! XEPs: 0077, 0484

use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, Refusal};
use crate::engine::request::{Answer, Purpose};
use crate::fault::{CommandError, Fault};
use crate::session::{leaving, task};
use crate::view::item::{AccountProblem, AccountTask};
use crate::wire::{Element, ns};

/// See the module.
#[derive(Debug)]
pub struct Departure;

impl Feature for Departure {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::SignOut { .. } => {
                leaving::begin(cx)?;
                Ok(Some(Receipt::Done))
            }
            Command::DeleteAccount { .. } => {
                if !cx.session.is_live() {
                    return Err(CommandError::Offline.into());
                }
                if cx.is_under_way(&Purpose::AccountDeletion)? {
                    return Err(CommandError::NotNow.into());
                }
                let query = Element::new("query", ns::REGISTER).child(Element::new("remove", ns::REGISTER));
                // XEP-0077 3.2: without an address it is the account itself that is meant.
                cx.request("set", None, query, &Purpose::AccountDeletion)?;
                task::show(cx, Some(&AccountTask::Deleting))?;
                Ok(Some(Receipt::Done))
            }
            _ => Ok(None),
        }
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        if *purpose != Purpose::AccountDeletion {
            return Ok(Done::Pass);
        }
        match answer {
            Answer::Result(_) => leaving::depart(cx)?,
            Answer::Error(iq) => {
                let (problem, text) = task::problem(answer.condition(), iq);
                task::show(cx, Some(&AccountTask::NotDeleted { problem, text }))?;
            }
            Answer::None => {
                let problem = AccountProblem::NoAnswer;
                task::show(cx, Some(&AccountTask::NotDeleted { problem, text: None }))?;
            }
        }
        Ok(Done::Taken)
    }
}
