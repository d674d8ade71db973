//! What every feature looks like to the engine. All methods are optional; a feature keeps its state in its tables, so
//! that rolling back a savepoint rolls back the feature.

use super::cx::Cx;
use super::envelope::Inbound;
use super::request::{Answer, Purpose};
use crate::command::{Command, Receipt};
use crate::fault::{CommandError, Fault};

/// Whether a feature took what it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It was mine; nobody else needs to see it.
    Taken,
    /// Show it to the next feature.
    Pass,
}

/// What happened to the account's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEvent {
    /// A new session: everything the server forgot has to be asked again.
    Bound,
    /// The old session goes on; nothing was lost.
    Resumed,
    /// The stream is gone; it may come back resumed or bound.
    Lost,
}

/// A command's outcome: refused by rule, or broken.
#[derive(Debug)]
pub enum Refusal {
    Command(CommandError),
    Fault(Fault),
}

impl<T: Into<Fault>> From<T> for Refusal {
    fn from(fault: T) -> Self {
        Self::Fault(fault.into())
    }
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Self {
        Self::Command(error)
    }
}

/// One feature.
pub trait Feature: Sync {
    /// A stanza that is neither an answer to a request of ours nor an archive result.
    fn stanza(&self, _cx: &mut Cx<'_>, _inbound: &Inbound<'_>) -> Result<Done, Fault> {
        Ok(Done::Pass)
    }

    /// A command; `None` if it is another feature's.
    fn command(&self, _cx: &mut Cx<'_>, _command: &Command) -> Result<Option<Receipt>, Refusal> {
        Ok(None)
    }

    /// The stream came or went.
    fn session(&self, _cx: &mut Cx<'_>, _event: SessionEvent) -> Result<(), Fault> {
        Ok(())
    }

    /// A request was answered, or never will be.
    fn reply(&self, _cx: &mut Cx<'_>, _purpose: &Purpose, _answer: &Answer<'_>) -> Result<Done, Fault> {
        Ok(Done::Pass)
    }

    /// Time has passed; called with every tick.
    fn tick(&self, _cx: &mut Cx<'_>) -> Result<(), Fault> {
        Ok(())
    }
}
