//! Whether the server archives for this account, and the switch for it. Off, messages that come while no device is
//! online may be lost to the others: so the user is told, and asked, at the first sign-in.
//!
//! XEPs: 0313, 0441

use rusqlite::params;

use crate::change::Change;
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, Refusal};
use crate::engine::request::{Answer, Purpose};
use crate::fault::{CommandError, Fault};
use crate::wire::{Element, Node, ns};

/// See the module.
#[derive(Debug)]
pub struct Preferences;

impl Feature for Preferences {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        let Command::SetArchiving { on, .. } = command else { return Ok(None) };
        if !cx.session.is_live() {
            return Err(CommandError::Offline.into());
        }
        wish(cx, Some(*on))?;
        switch(cx, *on)?;
        Ok(Some(Receipt::Done))
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        match purpose {
            Purpose::ArchivePreferences => {
                if let Some(prefs) = prefs(answer) {
                    remember(cx, prefs.attribute("default").map(|default| default != "never"))?;
                }
            }
            Purpose::ArchiveSwitch { on } => {
                // Refused; without an answer it is asked again on the next stream.
                if matches!(answer, Answer::Error(_)) {
                    wish(cx, None)?;
                }
                if let Some(prefs) = prefs(answer) {
                    let mut changed =
                        Element::new("prefs", ns::MAM).with("default", if *on { "always" } else { "never" });
                    changed.nodes = prefs.children().cloned().map(Node::Element).collect();
                    cx.request("set", None, changed, &Purpose::ArchiveSwitched { on: *on })?;
                }
            }
            Purpose::ArchiveSwitched { on } => {
                if matches!(answer, Answer::Result(_)) {
                    remember(cx, Some(*on))?;
                }
                if !matches!(answer, Answer::None) {
                    wish(cx, None)?;
                }
            }
            _ => return Ok(Done::Pass),
        }
        Ok(Done::Taken)
    }
}

/// Asks the server for the present setting, or for the one that the user chose on a stream that was lost.
pub fn ask(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let wished: Option<bool> = cx
        .tx
        .prepare_cached("SELECT archiving_wish FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?;
    if let Some(on) = wished {
        return switch(cx, on);
    }
    cx.request("get", None, Element::new("prefs", ns::MAM), &Purpose::ArchivePreferences)
}

/// The lists of exceptions are set together with the default: they are read first, so that they stay.
fn switch(cx: &mut Cx<'_>, on: bool) -> Result<(), Fault> {
    cx.request("get", None, Element::new("prefs", ns::MAM), &Purpose::ArchiveSwitch { on })
}

fn wish(cx: &mut Cx<'_>, on: Option<bool>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE account SET archiving_wish = ?2 WHERE id = ?1")?
        .execute(params![cx.session.account, on])?;
    Ok(())
}

fn prefs<'a>(answer: &Answer<'a>) -> Option<&'a Element> {
    if let Answer::Result(iq) = answer { iq.first("prefs", ns::MAM) } else { None }
}

fn remember(cx: &mut Cx<'_>, on: Option<bool>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE account SET archiving = ?2 WHERE id = ?1")?
        .execute(params![cx.session.account, on])?;
    cx.change(Change::Accounts);
    Ok(())
}
