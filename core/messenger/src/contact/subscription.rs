//! Presence subscriptions: asking, being asked, answering.
//!
//! Invariant: a stranger's request is kept until the user has answered it; nothing is granted by itself, but whoever we
//! asked and who asks back is granted what we asked for, and who comes by our own code is who we showed it to.
//!
//! XEPs: 0379, RFC 6121 3

use jid::BareJid;
use rusqlite::OptionalExtension;

use super::invitation;
use super::link::Introduction;
use crate::change::Change;
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature, Refusal, SessionEvent};
use crate::engine::request::Purpose;
use crate::fault::{CommandError, Fault};
use crate::wire::{Element, ns};

/// Strangers can't fill the store: the newest are kept.
const MOST_REQUESTS: u32 = 1_000;

/// See the module.
#[derive(Debug)]
pub struct Subscription;

impl Feature for Subscription {
    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        let Some(from) = inbound.from.as_ref().filter(|_| inbound.kind == Kind::Presence).map(jid::Jid::to_bare) else {
            return Ok(Done::Pass);
        };
        match inbound.type_() {
            "subscribe" => asked(cx, &from, invitation::token_of(inbound.stanza))?,
            // Withdrawn before it was answered.
            "unsubscribe" => forget_request(cx, &from)?,
            _ => {}
        }
        Ok(Done::Taken)
    }

    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        // After a fresh bind the roster has to come first: `ask_as_wished`.
        if event == SessionEvent::Resumed { ask_as_wished(cx) } else { Ok(()) }
    }

    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        let Command::AnswerRequest { address, accept, .. } = command else { return Ok(None) };
        if !cx.session.is_live() {
            return Err(CommandError::Offline.into());
        }
        let peer = BareJid::new(address).map_err(|_| CommandError::AddressInvalid)?;
        forget_request(cx, &peer)?;
        cx.send(&presence(&peer, if *accept { "subscribed" } else { "unsubscribed" }), None)?;
        if *accept {
            ask_unless_subscribed(cx, &peer, &Introduction::default())?;
        }
        Ok(Some(Receipt::Done))
    }
}

fn asked(cx: &mut Cx<'_>, from: &BareJid, token: Option<&str>) -> Result<(), Fault> {
    if *from == cx.own() {
        return Ok(());
    }
    let (subscription, asked_ourselves) = subscription(cx, from)?;
    if asked_ourselves || subscription.as_deref().is_some_and(|subscription| subscription != "none") {
        return cx.send(&presence(from, "subscribed"), None);
    }
    if let Some(token) = token
        && invitation::redeem(cx, from, token)?
    {
        forget_request(cx, from)?;
        cx.send(&presence(from, "subscribed"), None)?;
        return ask_unless_subscribed(cx, from, &Introduction::default());
    }
    let time = cx.server_time();
    cx.tx
        .prepare_cached("INSERT OR REPLACE INTO subscription_request (account_id, jid, time) VALUES (?1, ?2, ?3)")?
        .execute((cx.session.account, from.as_str(), time))?;
    cx.tx
        .prepare_cached(
            "DELETE FROM subscription_request WHERE account_id = ?1 AND jid IN (
                 SELECT jid FROM subscription_request WHERE account_id = ?1 ORDER BY time DESC LIMIT -1 OFFSET ?2)",
        )?
        .execute((cx.session.account, MOST_REQUESTS))?;
    let account = cx.account();
    cx.change(Change::Contacts(account));
    Ok(())
}

/// A request was answered or withdrawn.
pub fn forget_request(cx: &mut Cx<'_>, peer: &BareJid) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("DELETE FROM subscription_request WHERE account_id = ?1 AND jid = ?2")?
        .execute((cx.session.account, peer.as_str()))?;
    let account = cx.account();
    cx.change(Change::Contacts(account));
    Ok(())
}

/// Puts someone on the roster and asks to see their presence, unless that is so or under way: now, or when there is a
/// connection. Who did not answer yet is asked again if there is a token now.
pub fn ask_unless_subscribed(cx: &mut Cx<'_>, peer: &BareJid, introduction: &Introduction) -> Result<(), Fault> {
    let (subscription, asked) = subscription(cx, peer)?;
    if (asked && introduction.token.is_none()) || matches!(subscription.as_deref(), Some("to" | "both")) {
        return Ok(());
    }
    // Before the roster has come who is on it can't be told, and an item would be overwritten.
    if !cx.session.is_live() || cx.is_under_way(&Purpose::Roster)? {
        cx.tx
            .prepare_cached(
                "INSERT INTO subscription_wish (account_id, jid, name, token) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (account_id, jid) DO UPDATE SET
                     name = coalesce(excluded.name, name), token = coalesce(excluded.token, token)",
            )?
            .execute((cx.session.account, peer.as_str(), &introduction.name, &introduction.token))?;
        return Ok(());
    }
    // Setting an item replaces it: who is on the roster already keeps name and groups.
    if subscription.is_none() {
        let item =
            Element::new("item", ns::ROSTER).with("jid", peer.as_str()).with_some("name", introduction.name.as_deref());
        cx.request("set", None, Element::new("query", ns::ROSTER).child(item), &Purpose::RosterSet)?;
    }
    // Whoever answers by asking back needs no second question.
    cx.send(&presence(peer, "subscribed"), None)?;
    cx.send(&invitation::introduced(presence(peer, "subscribe"), introduction.token.as_deref()), None)
}

/// Asks everyone who was to be asked while there was no connection.
pub fn ask_as_wished(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let wishes: Vec<(String, Introduction)> = cx
        .tx
        .prepare_cached("DELETE FROM subscription_wish WHERE account_id = ?1 RETURNING jid, name, token")?
        .query_map([cx.session.account], |row| {
            Ok((row.get(0)?, Introduction { name: row.get(1)?, token: row.get(2)? }))
        })?
        .collect::<Result<_, _>>()?;
    for (jid, introduction) in wishes {
        if let Ok(peer) = BareJid::new(&jid) {
            ask_unless_subscribed(cx, &peer, &introduction)?;
        }
    }
    Ok(())
}

/// Whether someone may see our presence, and so may learn by an answer that we are there.
pub fn may_see_us(cx: &Cx<'_>, peer: &BareJid) -> Result<bool, Fault> {
    let (subscription, _) = subscription(cx, peer)?;
    Ok(matches!(subscription.as_deref(), Some("from" | "both")))
}

/// The roster's subscription, if it has an entry, and whether our own question is open.
fn subscription(cx: &Cx<'_>, peer: &BareJid) -> Result<(Option<String>, bool), Fault> {
    let row = cx
        .tx
        .prepare_cached("SELECT subscription, ask FROM contact WHERE account_id = ?1 AND jid = ?2")?
        .query_row((cx.session.account, peer.as_str()), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(row.map_or((None, false), |(subscription, ask)| (Some(subscription), ask)))
}

fn presence(to: &BareJid, type_: &str) -> Element {
    Element::new("presence", ns::CLIENT).with("to", to.as_str()).with("type", type_)
}
