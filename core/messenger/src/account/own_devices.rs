//! This device's name and how much it wants messages, and which other devices of the account are there and what they are.
//!
//! XEPs: 0092, RFC 6121 4.7
//!
//! Invariants: a new name counts from the next session on, for a session can't be renamed; what other devices say of
//! themselves is asked only when their owner looks, and only of them.

use rusqlite::params;

use crate::change::Change;
use crate::command::{Command, Receipt};
use crate::contact::presence;
use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, Refusal};
use crate::engine::request::{Answer, Purpose};
use crate::fault::{CommandError, Fault};
use crate::session::{Link, credentials};
use crate::wire::{Element, ns};

/// Characters of this device's name.
const LONGEST_NAME: usize = 30;
/// Characters of a program's name with its version.
const LONGEST_SOFTWARE: usize = 100;

/// See the module.
#[derive(Debug)]
pub struct OwnDevices;

impl Feature for OwnDevices {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::SetDevice { name, priority, .. } => set(cx, name, *priority)?,
            Command::AskDevices { .. } => {
                if !cx.session.is_live() {
                    return Err(CommandError::Offline.into());
                }
                ask(cx)?;
                // The server is asked who else has access.
                super::client_access::ask(cx)?;
            }
            _ => return Ok(None),
        }
        Ok(Some(Receipt::Done))
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        let Purpose::DeviceSoftware { resource } = purpose else { return Ok(Done::Pass) };
        let Answer::Result(iq) = answer else { return Ok(Done::Taken) };
        let text = |name| iq.first("query", ns::VERSION)?.first(name, ns::VERSION).map(Element::content);
        let software = [text("name"), text("version")].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let software: String =
            software.trim().chars().filter(|letter| !letter.is_control()).take(LONGEST_SOFTWARE).collect();
        if software.is_empty() {
            return Ok(Done::Taken);
        }
        cx.tx
            .prepare_cached("UPDATE presence SET software = ?4 WHERE account_id = ?1 AND jid = ?2 AND resource = ?3")?
            .execute(params![cx.session.account, cx.session.jid.as_str(), resource, software])?;
        let account = cx.account();
        cx.change(Change::Presence(account));
        Ok(Done::Taken)
    }
}

fn set(cx: &mut Cx<'_>, name: &str, priority: i8) -> Result<(), Refusal> {
    let name = name.trim();
    let resource = credentials::new_resource(name, cx.random);
    let fits = name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    if !fits || cx.session.jid.with_resource_str(&resource).is_err() {
        return Err(CommandError::TextInvalid.into());
    }
    let name = Some(name.to_owned()).filter(|name| !name.is_empty());
    let renamed = name != cx.session.device;
    cx.tx.prepare_cached("UPDATE account SET device_name = ?2, priority = ?3 WHERE id = ?1")?.execute(params![
        cx.session.account,
        name,
        priority
    ])?;
    if renamed {
        cx.session.device = name;
        credentials::rename_session(cx)?;
    }
    cx.change(Change::Accounts);
    Ok(presence::renew(cx)?)
}

fn ask(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let Link::Live(live) = &cx.session.link else { return Ok(()) };
    let own = live.bound.resource().to_string();
    let others: Vec<String> = cx
        .tx
        .prepare_cached(
            "SELECT resource FROM presence WHERE account_id = ?1 AND jid = ?2 AND resource <> ?3 AND software IS NULL",
        )?
        .query_map(params![cx.session.account, cx.session.jid.as_str(), own], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for resource in others {
        let Ok(jid) = cx.session.jid.with_resource_str(&resource) else { continue };
        let purpose = Purpose::DeviceSoftware { resource };
        if !cx.is_under_way(&purpose)? {
            cx.request("get", Some(jid.as_str()), Element::new("query", ns::VERSION), &purpose)?;
        }
    }
    Ok(())
}
