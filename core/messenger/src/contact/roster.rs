//! The roster: names and subscriptions as the server keeps them. Read whole at a fresh bind unless the server knows our
//! version; one item that can't be read spoils no other. Who is on it no more, by whatever device's doing, is no exception
//! from what others are told any more, and is not entitled to anything. As long as somebody may not see us the roster is
//! asked for until it comes: without it nobody knows to whom the server shows us.
//!
//! XEPs: 0237, RFC 6121 2

use jid::BareJid;
use rusqlite::params;

use super::{avatar, moved, nickname, presence, privacy, sight, vcard};
use crate::change::Change;
use crate::command::PrivacySetting;
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature, SessionEvent};
use crate::engine::request::{Answer, Purpose};
use crate::fault::{Fault, Violation};
use crate::session::ping::result_of;
use crate::wire::{Element, ns};

/// See the module.
#[derive(Debug)]
pub struct Roster;

impl Feature for Roster {
    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        if event == SessionEvent::Bound { ask(cx) } else { Ok(()) }
    }

    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        let push = inbound.kind == Kind::Iq && inbound.type_() == "set";
        let Some(query) = inbound.stanza.first("query", ns::ROSTER).filter(|_| push) else { return Ok(Done::Pass) };
        // RFC 6121 2.1.6: only the account itself may push. A stranger is not even told that we are here.
        if !inbound.is_from_own_account(cx) {
            cx.violation(Violation::RosterPushForged);
            return Ok(Done::Taken);
        }
        for item in query.children().filter(|child| child.is("item", ns::ROSTER)) {
            take_item(cx, item)?;
        }
        remember_version(cx, query)?;
        cx.send(&result_of(inbound.stanza), None)?;
        for jid in query.children().filter_map(|item| BareJid::new(item.attribute("jid")?).ok()) {
            // One that is gone is none; of the others what does not have to change is left alone.
            if super::subscription::is_subscribed(cx, &jid)? {
                sight::subscribed(cx, &jid)?;
            }
        }
        Ok(Done::Taken)
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        match (purpose, answer) {
            (Purpose::Roster, Answer::Result(iq)) => {
                // No query: what we have is up to date (RFC 6121 2.6.3).
                if let Some(query) = iq.first("query", ns::ROSTER) {
                    cx.tx.prepare_cached("DELETE FROM contact WHERE account_id = ?1")?.execute([cx.session.account])?;
                    for item in query.children().filter(|child| child.is("item", ns::ROSTER)) {
                        take_item(cx, item)?;
                    }
                    remember_version(cx, query)?;
                    forget_strangers(cx)?;
                    avatar::forget_strangers(cx)?;
                    nickname::forget_strangers(cx)?;
                    vcard::forget_strangers(cx)?;
                }
                sight::apply(cx)?;
                presence::settle(cx)?;
                super::subscription::ask_as_wished(cx)?;
                super::wish::tell(cx)?;
                super::portable::import::advance(cx)?;
                moved::question::advance(cx)?;
                Ok(Done::Taken)
            }
            (Purpose::ContactWish { jid }, Answer::Result(_) | Answer::Error(_)) => {
                super::wish::settled(cx, jid)?;
                Ok(Done::Taken)
            }
            // It is told again with the next session.
            (Purpose::ContactWish { .. }, Answer::None) => Ok(Done::Taken),
            // Not at once: it would be refused again.
            (Purpose::Roster, Answer::Error(_)) if must_be_had(cx)? => {
                cx.wait(&Purpose::RosterAgain)?;
                Ok(Done::Taken)
            }
            (Purpose::Roster | Purpose::RosterAgain, _) if must_be_had(cx)? => {
                ask(cx)?;
                Ok(Done::Taken)
            }
            // The user has changed his mind meanwhile: all may see us.
            (Purpose::Roster | Purpose::RosterAgain, _) => {
                presence::settle(cx)?;
                Ok(Done::Taken)
            }
            (Purpose::RosterSet, _) => Ok(Done::Taken),
            _ => Ok(Done::Pass),
        }
    }
}

fn ask(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let version: Option<String> = cx
        .tx
        .prepare_cached("SELECT roster_version FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?;
    let query = Element::new("query", ns::ROSTER).with_some("ver", version);
    cx.request("get", None, query, &Purpose::Roster)
}

/// The roster of this session is still to come.
pub fn is_awaited(cx: &Cx<'_>) -> Result<bool, Fault> {
    Ok(cx.is_under_way(&Purpose::Roster)? || cx.is_under_way(&Purpose::RosterAgain)?)
}

/// It did not come, and somebody may not see us. The next session asks for it anyway.
fn must_be_had(cx: &Cx<'_>) -> Result<bool, Fault> {
    Ok(cx.session.is_live() && !cx.tells_all(PrivacySetting::Online)?)
}

/// What the user chose for somebody who is on the roster no more, and is not about to be, holds no more.
fn forget_strangers(cx: &Cx<'_>) -> Result<(), Fault> {
    for table in ["privacy_exception", "withheld"] {
        let sql = format!(
            "DELETE FROM {table} WHERE account_id = ?1
                 AND jid NOT IN (SELECT jid FROM contact WHERE account_id = ?1)
                 AND jid NOT IN (SELECT jid FROM contact_wish WHERE account_id = ?1)
                 AND jid NOT IN (SELECT jid FROM subscription_wish WHERE account_id = ?1 AND declined = 0)"
        );
        cx.tx.prepare_cached(&sql)?.execute([cx.session.account])?;
    }
    Ok(())
}

fn take_item(cx: &mut Cx<'_>, item: &Element) -> Result<(), Fault> {
    let Some(jid) = item.attribute("jid").and_then(|jid| BareJid::new(jid).ok()) else {
        cx.violation(Violation::RosterItemMalformed);
        return Ok(());
    };
    let account = cx.account();
    let subscription = item.attribute("subscription").unwrap_or("none");
    if subscription == "remove" {
        cx.tx
            .prepare_cached("DELETE FROM contact WHERE account_id = ?1 AND jid = ?2")?
            .execute((account, jid.as_str()))?;
        for sql in [
            "DELETE FROM presence WHERE account_id = ?1 AND jid = ?2",
            "DELETE FROM last_seen WHERE account_id = ?1 AND jid = ?2",
            "DELETE FROM withheld WHERE account_id = ?1 AND jid = ?2",
        ] {
            cx.tx.prepare_cached(sql)?.execute((account, jid.as_str()))?;
        }
        avatar::forget(cx, &jid)?;
        nickname::forget(cx, &jid)?;
        vcard::forget(cx, &jid)?;
        moved::question::removed(cx, &jid)?;
        if privacy::forget(cx, &jid)? {
            // It may be all now who may know.
            presence::renew(cx)?;
        }
    } else if matches!(subscription, "none" | "to" | "from" | "both") {
        let groups = item.children().filter(|child| child.is("group", ns::ROSTER)).map(Element::content);
        let groups: Vec<String> = groups.map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
        let tags = serde_json::to_string(&groups).map_err(|_| Fault::Corrupt("tags"))?;
        let name = item.attribute("name").map(str::trim).filter(|name| !name.is_empty());
        cx.tx
            .prepare_cached(
                "INSERT INTO contact (account_id, jid, name, subscription, ask, tags) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (account_id, jid) DO UPDATE SET
                     name = excluded.name, subscription = excluded.subscription, ask = excluded.ask,
                     tags = excluded.tags",
            )?
            .execute(params![account, jid.as_str(), name, subscription, item.attribute("ask").is_some(), tags])?;
        // Whoever is on the roster is no stranger.
        cx.tx
            .prepare_cached("UPDATE chat SET known = 1 WHERE account_id = ?1 AND jid = ?2 AND known = 0")?
            .execute((account, jid.as_str()))?;
        // Answered from another device.
        if matches!(subscription, "from" | "both") {
            super::subscription::forget_request(cx, &jid)?;
            moved::question::authorised(cx, &jid)?;
        } else {
            moved::question::revoked(cx, &jid)?;
        }
    } else {
        cx.violation(Violation::RosterItemMalformed);
        return Ok(());
    }
    super::wish::forget(cx, jid.as_str())?;
    if subscription == "remove" || item.attribute("ask").is_some() || matches!(subscription, "to" | "both") {
        super::subscription::forget_wish(cx, &jid)?;
    }
    cx.change(Change::Contacts(account));
    cx.change(Change::ChatList);
    Ok(())
}

fn remember_version(cx: &Cx<'_>, query: &Element) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE account SET roster_version = ?2 WHERE id = ?1")?
        .execute((cx.session.account, query.attribute("ver")))?;
    Ok(())
}
