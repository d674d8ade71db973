//! Whom the user does not want to hear: a person, or everybody of a server. A block holds here at once, whatever the
//! server says or can; the server is told as soon as there is a connection, and then nothing of theirs is even delivered.
//!
//! Invariants: what the user wished stays until the server has confirmed it or the user wishes otherwise; only our own
//! account changes the list; our own address and server can't be blocked, and what our own account says is heard anyway.
//!
//! XEPs: 0191, 0377

use jid::{BareJid, Jid};
use rusqlite::params;

use crate::change::Change;
use crate::command::{Command, Receipt, Report};
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature, Refusal, SessionEvent};
use crate::engine::request::{Answer, Purpose, unavailable};
use crate::fault::{CommandError, Fault, Violation};
use crate::session::ping::result_of;
use crate::wire::{Element, ns};

/// Messages named in a report.
const MOST_REPORTED: u32 = 5;

/// Blocks that the server is told of at a time: the next ones follow as it confirms these.
const AT_A_TIME: usize = 20;

/// See the module.
#[derive(Debug)]
pub struct Blocking;

impl Feature for Blocking {
    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        match event {
            SessionEvent::Bound => {
                // Asking for the list is what makes the server tell of changes.
                cx.request("get", None, Element::new("blocklist", ns::BLOCKING), &Purpose::BlockList)?;
                let server = cx.session.jid.domain().to_string();
                let query = Element::new("query", ns::DISCO_INFO);
                cx.request("get", Some(&server), query, &Purpose::ServerFeatures)
            }
            SessionEvent::Resumed => tell(cx),
            SessionEvent::Lost => Ok(()),
        }
    }

    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        if inbound.kind == Kind::Iq && inbound.type_() == "set" {
            let push = inbound.stanza.children().find(|child| child.ns == ns::BLOCKING);
            if let Some(push) = push.filter(|push| matches!(push.name.as_str(), "block" | "unblock")) {
                return pushed(cx, inbound, push);
            }
        }
        let Some(from) = inbound.from.as_ref().filter(|from| from.to_bare() != cx.session.jid) else {
            return Ok(Done::Pass);
        };
        // What comes back unsent must not look as if it had arrived.
        if inbound.kind == Kind::Message && inbound.type_() == "error" {
            return Ok(Done::Pass);
        }
        if !is_blocked(cx, from)? {
            return Ok(Done::Pass);
        }
        if inbound.kind == Kind::Iq {
            cx.send(&unavailable(inbound.stanza), None)?;
        }
        Ok(Done::Taken)
    }

    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::Block { address, report, .. } => {
                let jid = blockable(cx, address)?;
                wish(cx, &jid, *report)?;
            }
            Command::Unblock { address, .. } => {
                // Of somebody whose whole server is blocked, it is the server that has to be heard again.
                let server = address.split_once('@').map_or("", |(_, server)| server);
                let mut lifted = 0;
                for jid in [address.as_str(), server] {
                    if lifted == 0 {
                        lifted = cx
                            .tx
                            .prepare_cached("UPDATE block SET state = 'lifting' WHERE account_id = ?1 AND jid = ?2")?
                            .execute((cx.session.account, jid))?;
                    }
                }
                if lifted == 0 {
                    return Err(CommandError::NotFound.into());
                }
            }
            _ => return Ok(None),
        }
        list_changed(cx);
        tell(cx)?;
        Ok(Some(Receipt::Done))
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        match (purpose, answer) {
            (Purpose::BlockList, Answer::Result(iq)) => {
                cx.tx.prepare_cached("UPDATE account SET blocking = 1 WHERE id = ?1")?.execute([cx.session.account])?;
                if let Some(list) = iq.first("blocklist", ns::BLOCKING) {
                    replace(cx, list)?;
                }
                tell(cx)?;
            }
            (Purpose::BlockList, Answer::Error(_))
                if matches!(answer.condition(), Some("service-unavailable" | "feature-not-implemented")) =>
            {
                cx.tx.prepare_cached("UPDATE account SET blocking = 0 WHERE id = ?1")?.execute([cx.session.account])?;
                // Nobody holds them but we.
                for sql in [
                    "UPDATE block SET state = 'wished' WHERE account_id = ?1 AND state = 'held'",
                    "DELETE FROM block WHERE account_id = ?1 AND state = 'lifting'",
                ] {
                    cx.tx.prepare_cached(sql)?.execute([cx.session.account])?;
                }
            }
            (Purpose::ServerFeatures, Answer::Result(iq)) => {
                let reporting = iq.first("query", ns::DISCO_INFO).is_some_and(|query| {
                    query.children().any(|feature| feature.attribute("var") == Some(ns::REPORTING))
                });
                cx.tx
                    .prepare_cached("UPDATE account SET reporting = ?2 WHERE id = ?1")?
                    .execute((cx.session.account, reporting))?;
            }
            (Purpose::Block { jid, on: true, reported }, Answer::Result(_)) => {
                cx.tx
                    .prepare_cached(
                        "UPDATE block SET state = 'held', report = NULL
                         WHERE account_id = ?1 AND jid = ?2 AND state = 'wished' AND (report IS NULL OR ?3)",
                    )?
                    .execute((cx.session.account, jid, reported))?;
                tell(cx)?;
            }
            (Purpose::Block { jid, on: false, .. }, Answer::Result(_)) => {
                cx.tx
                    .prepare_cached("DELETE FROM block WHERE account_id = ?1 AND jid = ?2 AND state = 'lifting'")?
                    .execute((cx.session.account, jid))?;
                tell(cx)?;
            }
            // The server goes on blocking them, so the list must say so.
            (Purpose::Block { jid, on: false, .. }, Answer::Error(_))
                if answer.condition() != Some("item-not-found") =>
            {
                cx.tx
                    .prepare_cached(
                        "UPDATE block SET state = 'held' WHERE account_id = ?1 AND jid = ?2 AND state = 'lifting'",
                    )?
                    .execute((cx.session.account, jid))?;
            }
            (Purpose::Block { jid, on: false, .. }, Answer::Error(_)) => {
                cx.tx
                    .prepare_cached("DELETE FROM block WHERE account_id = ?1 AND jid = ?2 AND state = 'lifting'")?
                    .execute((cx.session.account, jid))?;
            }
            // What the server refuses to block stays unheard here; what it did not answer is told again after the next
            // login.
            (Purpose::BlockList | Purpose::ServerFeatures | Purpose::Block { .. }, _) => return Ok(Done::Taken),
            _ => return Ok(Done::Pass),
        }
        list_changed(cx);
        Ok(Done::Taken)
    }
}

/// Whether the user hears nothing of this address: of itself, its owner or its server (XEP-0191 5).
pub fn is_blocked(cx: &Cx<'_>, jid: &Jid) -> Result<bool, Fault> {
    let bare = jid.to_bare();
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT 1 FROM block WHERE account_id = ?1 AND jid IN (?2, ?3, ?4) AND state <> 'lifting' LIMIT 1",
        )?
        .exists((cx.session.account, jid.as_str(), bare.as_str(), jid.domain().as_str()))?)
}

/// Whether anybody is blocked.
pub fn any(cx: &Cx<'_>) -> Result<bool, Fault> {
    Ok(cx.tx.prepare_cached("SELECT 1 FROM block WHERE account_id = ?1 LIMIT 1")?.exists([cx.session.account])?)
}

/// Whether what somebody wrote at this time is none of ours: it came before the server knew of the block, and the archive
/// has it, or it is a server that can't block.
pub fn is_unheard(cx: &Cx<'_>, peer: &BareJid, time: i64) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT 1 FROM block WHERE account_id = ?1 AND jid IN (?2, ?3) AND since <= ?4 AND state <> 'lifting' LIMIT 1",
        )?
        .exists((cx.session.account, peer.as_str(), peer.domain().as_str(), time))?)
}

/// A person or a server, but not ourselves: without our own server nothing would come at all.
fn blockable(cx: &Cx<'_>, address: &str) -> Result<String, CommandError> {
    let jid = BareJid::new(address.trim()).map_err(|_| CommandError::AddressInvalid)?;
    let own = &cx.session.jid;
    if jid == *own || (jid.node().is_none() && jid.domain() == own.domain()) {
        return Err(CommandError::AddressInvalid);
    }
    Ok(jid.to_string())
}

/// Everybody of a list is blocked: here at once, on the server as it can be told. What can't be blocked is passed over.
pub fn block_all(cx: &mut Cx<'_>, addresses: &[String]) -> Result<(), Fault> {
    for address in addresses {
        if let Ok(jid) = blockable(cx, address) {
            wish(cx, &jid, None)?;
        }
    }
    list_changed(cx);
    tell(cx)
}

fn wish(cx: &Cx<'_>, jid: &str, report: Option<Report>) -> Result<(), Fault> {
    let report = report.map(|report| serde_json::to_string(&report)).transpose();
    let report = report.map_err(|_| Fault::Corrupt("report"))?;
    // Archives stamp in whole seconds.
    let since = cx.server_time() / 1_000 * 1_000;
    cx.tx
        .prepare_cached(
            "INSERT INTO block (account_id, jid, state, since, report) VALUES (?1, ?2, 'wished', ?3, ?4)
             ON CONFLICT (account_id, jid) DO UPDATE SET
                 state = 'wished', since = coalesce(since, excluded.since), report = excluded.report
             WHERE state <> 'held' OR excluded.report IS NOT NULL",
        )?
        .execute(params![cx.session.account, jid, since, report])?;
    // What they say of themselves is not heard any more.
    cx.tx
        .prepare_cached("DELETE FROM presence WHERE account_id = ?1 AND jid = ?2")?
        .execute((cx.session.account, jid))?;
    Ok(())
}

fn list_changed(cx: &mut Cx<'_>) {
    let account = cx.account();
    cx.change(Change::Contacts(account));
    cx.change(Change::Accounts);
    cx.change(Change::ChatList);
}

/// Tells the server what it does not have yet, once it has told what it has.
fn tell(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let blocks: Option<bool> = cx
        .tx
        .prepare_cached("SELECT blocking FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?;
    if !cx.session.is_live() || cx.is_under_way(&Purpose::BlockList)? {
        return Ok(());
    }
    if blocks != Some(true) {
        cx.tx
            .prepare_cached("DELETE FROM block WHERE account_id = ?1 AND state = 'lifting'")?
            .execute([cx.session.account])?;
        return Ok(());
    }
    let wishes: Vec<(String, bool, Option<String>)> = cx
        .tx
        .prepare_cached("SELECT jid, state = 'wished', report FROM block WHERE account_id = ?1 AND state <> 'held'")?
        .query_map([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (jid, on, report) in wishes.into_iter().take(AT_A_TIME) {
        // One after the other: only so the last answer tells how it is.
        let purpose = |on, reported| Purpose::Block { jid: jid.clone(), on, reported };
        let mut waits = false;
        for asked in [purpose(true, false), purpose(true, true), purpose(false, false)] {
            waits = waits || cx.is_under_way(&asked)?;
        }
        if waits {
            continue;
        }
        let purpose = purpose(on, on && report.is_some());
        let item = Element::new("item", ns::BLOCKING).with("jid", jid.as_str());
        let item = match report.filter(|_| on) {
            Some(report) => item.child(self::report(cx, &jid, &report)?),
            None => item,
        };
        let name = if on { "block" } else { "unblock" };
        cx.request("set", None, Element::new(name, ns::BLOCKING).child(item), &purpose)?;
    }
    Ok(())
}

/// The report with the newest messages that the server can look up in its archive.
fn report(cx: &Cx<'_>, jid: &str, report: &str) -> Result<Element, Fault> {
    let reason = match serde_json::from_str(report).map_err(|_| Fault::Corrupt("report"))? {
        Report::Spam => "urn:xmpp:reporting:spam",
        Report::Abuse => "urn:xmpp:reporting:abuse",
    };
    let own = cx.session.jid.as_str();
    let ids: Vec<String> = cx
        .tx
        .prepare_cached(
            "SELECT key.value FROM chat
             CROSS JOIN message ON message.chat_id = chat.id
             CROSS JOIN message_key AS key ON key.message_id = message.id
             WHERE chat.account_id = ?1 AND chat.jid = ?2 AND message.outgoing = 0
                 AND key.kind = 'archive' AND key.scope = ?3
             ORDER BY message.position DESC LIMIT ?4",
        )?
        .query_map((cx.session.account, jid, own, MOST_REPORTED), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let report = Element::new("report", ns::REPORTING).with("reason", reason);
    Ok(ids.into_iter().fold(report, |report, id| {
        report.child(Element::new("stanza-id", ns::STANZA_ID).with("by", own).with("id", id))
    }))
}

/// The server's whole list; what the user has wished meanwhile stays.
fn replace(cx: &mut Cx<'_>, list: &Element) -> Result<(), Fault> {
    let items = items(cx, list);
    // Since when those that stay are blocked is still to be known, for what the archive has of them.
    let list = serde_json::to_string(&items).map_err(|_| Fault::Corrupt("block"))?;
    cx.tx
        .prepare_cached(
            "DELETE FROM block WHERE account_id = ?1 AND state = 'held'
                 AND jid NOT IN (SELECT value FROM json_each(?2))",
        )?
        .execute((cx.session.account, list))?;
    for jid in &items {
        hold(cx, jid)?;
    }
    Ok(())
}

fn hold(cx: &Cx<'_>, jid: &str) -> Result<(), Fault> {
    // A wish with a report has more to say than that they are blocked.
    cx.tx
        .prepare_cached(
            "INSERT INTO block (account_id, jid, state) VALUES (?1, ?2, 'held')
             ON CONFLICT (account_id, jid) DO UPDATE SET state = 'held' WHERE state = 'wished' AND report IS NULL",
        )?
        .execute((cx.session.account, jid))?;
    Ok(())
}

/// Another device of ours, or this one, has changed the list.
fn pushed(cx: &mut Cx<'_>, inbound: &Inbound<'_>, push: &Element) -> Result<Done, Fault> {
    if !inbound.is_from_own_account(cx) {
        cx.violation(Violation::BlockPushForged);
        return Ok(Done::Taken);
    }
    let jids = items(cx, push);
    if push.name == "block" {
        for jid in &jids {
            hold(cx, jid)?;
        }
    } else if push.children().next().is_none() {
        cx.tx
            .prepare_cached("DELETE FROM block WHERE account_id = ?1 AND state <> 'wished'")?
            .execute([cx.session.account])?;
    } else {
        for jid in &jids {
            cx.tx
                .prepare_cached("DELETE FROM block WHERE account_id = ?1 AND jid = ?2 AND state <> 'wished'")?
                .execute((cx.session.account, jid))?;
        }
    }
    cx.send(&result_of(inbound.stanza), None)?;
    list_changed(cx);
    Ok(Done::Taken)
}

/// The addresses in a list. One that is none spoils no other.
fn items(cx: &mut Cx<'_>, list: &Element) -> Vec<String> {
    let mut jids = Vec::new();
    for item in list.children().filter(|child| child.is("item", ns::BLOCKING)) {
        match item.attribute("jid").and_then(|jid| Jid::new(jid).ok()) {
            Some(jid) => jids.push(jid.to_string()),
            None => cx.violation(Violation::BlockItemMalformed),
        }
    }
    jids
}
