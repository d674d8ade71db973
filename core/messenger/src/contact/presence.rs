//! Our own presence: without it the server holds messages back and shows us to nobody. It says how much the user is there,
//! as he chose and in his words, what we can do, the picture where the server leaves that to us, and, to who may know, since
//! when nobody has looked.
//!
//! Away by itself: once nobody has looked at this device for a while, who may know of that is told that the user is away,
//! too ([`PrivacySetting::LastSeen`]; to the others it would tell the same in other words).
//!
//! Invariants: what the user chose stays until he chooses otherwise, and away by itself only ever stands in for
//! "available". Turning away wakes nobody: it goes along with whatever happens next, at the latest with the probe of the
//! silent link. What a resumed session's contacts were told last is known, so that a change while there was no connection
//! reaches them, and nothing is said twice. Who may know more than all has been told it, on each device that we know to be
//! there: whoever comes later is told then, for what the server says of us in our stead is what all may know. As long as
//! somebody may not see us and the server may still show us to him, nothing is said to all: a session begins with the roster
//! then, who must not see us is unsubscribed, and only after that we come (`sight.rs`).
//!
//! XEPs: 0115, 0153, 0319, RFC 6121 4

use jid::Jid;
use rusqlite::params;

use super::vcard::photo;
use super::{last_seen, roster, sight};
use crate::change::Change;
use crate::command::{Command, LONGEST_STATUS, PrivacySetting, Receipt, Show};
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, Refusal, SessionEvent};
use crate::fault::{CommandError, Fault};
use crate::session::disco;
use crate::wire::{Element, ns};

/// Out of sight for so long, milliseconds, and the user is away. As most programs have it: shorter, and who looks something
/// up elsewhere is taken for gone; much longer, and it says nothing that is still true.
pub const PATIENCE: u64 = 300_000;

/// See the module.
#[derive(Debug)]
pub struct Presence;

impl Feature for Presence {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::SetPresence { show, status, .. } => {
                let status = status.trim();
                if status.chars().count() > LONGEST_STATUS || status.chars().any(char::is_control) {
                    return Err(CommandError::TextInvalid.into());
                }
                cx.tx.prepare_cached("UPDATE account SET show = ?2, status = ?3 WHERE id = ?1")?.execute(params![
                    cx.session.account,
                    show.name(),
                    Some(status).filter(|status| !status.is_empty())
                ])?;
            }
            Command::SetAutoAway { on, .. } => {
                cx.tx
                    .prepare_cached("UPDATE account SET auto_away = ?2 WHERE id = ?1")?
                    .execute((cx.session.account, on))?;
            }
            _ => return Ok(None),
        }
        cx.change(Change::Accounts);
        renew(cx)?;
        Ok(Some(Receipt::Done))
    }

    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        match event {
            SessionEvent::Bound => {
                photo::forget(cx)?;
                hold(cx)?;
                settle(cx)
            }
            // Who must not see us first: what has changed meanwhile goes to all.
            SessionEvent::Resumed => {
                sight::apply(cx)?;
                settle(cx)
            }
            SessionEvent::Lost => Ok(()),
        }
    }
}

/// What all may know, and what those may who may know more.
struct Said {
    to_all: Element,
    to_some: Element,
}

/// What waited until the server shows us to nobody who must not see us is said.
pub fn settle(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if !cx.session.is_live() || shows_too_many(cx)? {
        return Ok(());
    }
    if !is_held(cx)? {
        return renew(cx);
    }
    // Nobody is known to be there yet: it goes to all, and who may know more hears it as he arrives.
    let said = said(cx)?;
    cx.send(&said.to_all, None)?;
    keep(cx, &said)
}

/// Somebody may not see us, and before the roster is there nobody knows whether the server shows us to him.
fn shows_too_many(cx: &Cx<'_>) -> Result<bool, Fault> {
    Ok(!cx.tells_all(PrivacySetting::Online)? && roster::is_awaited(cx)?)
}

/// This session has not said anything yet.
fn is_held(cx: &Cx<'_>) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT 1 FROM account WHERE id = ?1 AND presence_told = ''")?
        .exists([cx.session.account])?)
}

fn hold(cx: &Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE account SET presence_told = '', presence_told_some = NULL WHERE id = ?1")?
        .execute([cx.session.account])?;
    Ok(())
}

/// Tells who sees us how much we are there, whether they know it or not.
pub fn announce(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let said = said(cx)?;
    tell(cx, &said, true, said.to_some != said.to_all)
}

/// Tells them if it is something else than they were told last.
pub fn renew(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let said = said(cx)?;
    let (all, some): (Option<String>, Option<String>) = cx
        .tx
        .prepare_cached("SELECT presence_told, presence_told_some FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let to_all = all.as_deref() != Some(&said.to_all.to_xml());
    // What goes to all takes the place of what some were told.
    let to_some = some.as_deref() != Some(&said.to_some.to_xml()) || to_all && said.to_some != said.to_all;
    tell(cx, &said, to_all, to_some)
}

/// A contact's device came, and its server was told by ours what all may know.
pub fn greet(cx: &mut Cx<'_>, device: &Jid) -> Result<(), Fault> {
    let said = said(cx)?;
    if said.to_some == said.to_all {
        return Ok(());
    }
    last_seen::tell(cx, &said.to_some, device)
}

/// Nobody has looked for long enough.
pub fn turn_away(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if cx.session.away_at.is_none_or(|at| cx.now.mono < at) {
        return Ok(());
    }
    cx.session.away_at = None;
    cx.session.away = true;
    renew(cx)
}

fn tell(cx: &mut Cx<'_>, said: &Said, to_all: bool, to_some: bool) -> Result<(), Fault> {
    // Without a session there is nobody to tell; what was told last stays what they know.
    if !cx.session.is_live() || !(to_all || to_some) || is_held(cx)? || shows_too_many(cx)? {
        return Ok(());
    }
    if to_all {
        cx.send(&said.to_all, None)?;
    }
    if to_some {
        last_seen::tell_some(cx, &said.to_some)?;
    }
    keep(cx, said)
}

fn keep(cx: &Cx<'_>, said: &Said) -> Result<(), Fault> {
    cx.tx.prepare_cached("UPDATE account SET presence_told = ?2, presence_told_some = ?3 WHERE id = ?1")?.execute((
        cx.session.account,
        said.to_all.to_xml(),
        said.to_some.to_xml(),
    ))?;
    Ok(())
}

fn said(cx: &Cx<'_>) -> Result<Said, Fault> {
    let (show, status, priority, auto_away): (String, Option<String>, i8, bool) = cx
        .tx
        .prepare_cached("SELECT show, status, priority, auto_away FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let chosen = Show::of(&show);
    let (capabilities, photo) = (disco::capabilities_of(cx)?, photo::told(cx)?);
    let with = |show: Show, idle: Option<Element>| {
        let show = Some(show.name()).filter(|_| show != Show::Available).map(|name| text("show", name));
        let status = status.as_deref().map(|status| text("status", status));
        let priority = Some(priority).filter(|priority| *priority != 0).map(|told| text("priority", &told.to_string()));
        [show, status, priority, Some(capabilities.clone()), photo.clone(), idle]
            .into_iter()
            .flatten()
            .fold(Element::new("presence", ns::CLIENT), Element::child)
    };
    let turns = cx.session.away && auto_away && chosen == Show::Available;
    let to_some = with(if turns { Show::Away } else { chosen }, last_seen::idle(cx));
    let to_all = if cx.tells_all(PrivacySetting::LastSeen)? { to_some.clone() } else { with(chosen, None) };
    Ok(Said { to_all, to_some })
}

fn text(name: &str, text: &str) -> Element {
    Element::new(name, ns::CLIENT).text(text)
}
