//! Presence subscriptions: asking, being asked, answering.
//!
//! Invariants: a stranger's request is kept until the user has answered it; nothing is granted by itself, but whoever we
//! asked and who asks back is granted what we asked for, and who comes by our own code is who we showed it to. An answer
//! given without a connection leaves with the next one.
//!
//! XEPs: 0283, 0379, RFC 6121 3

use jid::BareJid;
use rusqlite::OptionalExtension;

use super::link::Introduction;
use super::{blocking, invitation, moved, roster, sight};
use crate::change::Change;
use crate::command::{Adders, PrivacySetting};
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature, SessionEvent};
use crate::engine::request::Purpose;
use crate::fault::Fault;
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
            "subscribe" => asked(cx, &from, inbound.stanza)?,
            // Withdrawn before it was answered.
            "unsubscribe" => {
                forget_request(cx, &from)?;
                moved::question::withdrawn(cx, &from)?;
            }
            _ => {}
        }
        Ok(Done::Taken)
    }

    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        match event {
            // The roster has to come first: `ask_as_wished`.
            SessionEvent::Bound => {
                for sql in [
                    "DELETE FROM subscription_wish WHERE account_id = ?1 AND declined = 2",
                    "UPDATE subscription_wish SET sent = 0 WHERE account_id = ?1",
                ] {
                    cx.tx.prepare_cached(sql)?.execute([cx.session.account])?;
                }
                Ok(())
            }
            SessionEvent::Resumed => ask_as_wished(cx),
            SessionEvent::Lost => Ok(()),
        }
    }
}

/// Answers someone who may have asked to see our presence: who is accepted is asked in turn, and keeps who he was if he
/// has moved.
pub fn answer(cx: &mut Cx<'_>, peer: &BareJid, accept: bool) -> Result<(), Fault> {
    let introduction = moved::question::decided(cx, peer, accept)?;
    let asked = forget_request(cx, peer)?;
    if accept {
        let granted = ask_unless_subscribed(cx, peer, &introduction.unwrap_or_default())?;
        // Whom we see already, or have asked from elsewhere, there is nothing to ask.
        return if asked && !granted { sight::grant(cx, peer) } else { Ok(()) };
    }
    if asked {
        cx.tx
            .prepare_cached("INSERT OR REPLACE INTO subscription_wish (account_id, jid, declined) VALUES (?1, ?2, 1)")?
            .execute((cx.session.account, peer.as_str()))?;
        // Before the roster has come the server may still be about to tell of this very request.
        if cx.session.is_live() && !roster::is_awaited(cx)? {
            ask_as_wished(cx)?;
        }
    }
    Ok(())
}

fn asked(cx: &mut Cx<'_>, from: &BareJid, stanza: &Element) -> Result<(), Fault> {
    if *from == cx.own() {
        return Ok(());
    }
    let (subscription, asked_ourselves) = subscription(cx, from)?;
    let entitled = asked_ourselves
        || match subscription.as_deref() {
            None | Some("none") => false,
            Some("to") => !moved::question::was_followed(cx, from)?,
            Some(_) => true,
        };
    if entitled || sight::is_withheld(cx, from)? {
        return sight::grant(cx, from);
    }
    let adders = adders(cx)?;
    if let Some(token) = invitation::token_of(stanza)
        && adders != Adders::Nobody
        && invitation::redeem(cx, from, token)?
    {
        forget_request(cx, from)?;
        sight::grant(cx, from)?;
        ask_unless_subscribed(cx, from, &Introduction::default())?;
        return Ok(());
    }
    if is_declined(cx, from)? {
        return cx.send(&presence(from, "unsubscribed"), None);
    }
    // Who has only moved is no stranger, once that is proven.
    if adders != Adders::Nobody {
        moved::question::claimed(cx, from, stanza)?;
    }
    // Without an answer the server tells of it again in a later session: who is let in then is not lost.
    if adders != Adders::Everyone {
        return Ok(());
    }
    let time = cx.server_time();
    cx.tx
        .prepare_cached("INSERT OR REPLACE INTO subscription_request (account_id, jid, time) VALUES (?1, ?2, ?3)")?
        .execute((cx.session.account, from.as_str(), time))?;
    cx.tx
        .prepare_cached(
            "DELETE FROM subscription_request WHERE account_id = ?1 AND jid IN (
                 SELECT jid FROM subscription_request WHERE account_id = ?1 ORDER BY time DESC LIMIT -1 OFFSET ?2)
             AND NOT EXISTS (SELECT 1 FROM moved_request WHERE moved_request.account_id = ?1
                 AND moved_request.jid = subscription_request.jid AND moved_request.state = 'proven')",
        )?
        .execute((cx.session.account, MOST_REQUESTS))?;
    let account = cx.account();
    cx.change(Change::Contacts(account));
    Ok(())
}

/// Whether the user has refused them, and there was no new session since: then nobody is bothered again. The server may
/// tell of a request once more while the answer to it is on its way.
fn is_declined(cx: &Cx<'_>, peer: &BareJid) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT 1 FROM subscription_wish WHERE account_id = ?1 AND jid = ?2 AND declined > 0")?
        .exists((cx.session.account, peer.as_str()))?)
}

/// A request was answered or withdrawn; true if there was one.
pub fn forget_request(cx: &mut Cx<'_>, peer: &BareJid) -> Result<bool, Fault> {
    let forgotten = cx
        .tx
        .prepare_cached("DELETE FROM subscription_request WHERE account_id = ?1 AND jid = ?2")?
        .execute((cx.session.account, peer.as_str()))?;
    let account = cx.account();
    cx.change(Change::Contacts(account));
    Ok(forgotten > 0)
}

/// Puts someone on the roster and asks to see their presence, unless that is so or under way: now, or when there is a
/// connection. Who did not answer yet is asked again if there is a token now. Who is asked is granted what he would ask in
/// turn: true, if that is so.
pub fn ask_unless_subscribed(cx: &mut Cx<'_>, peer: &BareJid, introduction: &Introduction) -> Result<bool, Fault> {
    let (subscription, asked) = subscription(cx, peer)?;
    let blocked = blocking::is_blocked(cx, &jid::Jid::from(peer.clone()))?;
    let live = cx.session.is_live() && !roster::is_awaited(cx)?;
    if asked && live && !blocked && introduction.moved.is_some() {
        // He knows us by another address and was not told so yet. The roster will show no difference, so no wish is
        // noted: nothing would end it.
        sight::grant(cx, peer)?;
        cx.send(&invitation::introduced(presence(peer, "subscribe"), introduction), None)?;
        return Ok(true);
    }
    let asked = asked && introduction.token.is_none();
    if blocked || asked || matches!(subscription.as_deref(), Some("to" | "both")) {
        return Ok(false);
    }
    // Before the roster has come who is on it can't be told, and an item would be overwritten.
    // The wish stays until the roster shows that the server has it (`roster.rs`).
    // One that is under way already keeps its name and tags.
    let (name, tags): (Option<String>, String) = cx
        .tx
        .prepare_cached(
            "INSERT INTO subscription_wish (account_id, jid, name, token, tags, moved) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (account_id, jid) DO UPDATE SET
                 name = coalesce(excluded.name, name), token = coalesce(excluded.token, token), declined = 0,
                 tags = CASE excluded.tags WHEN '[]' THEN tags ELSE excluded.tags END,
                 moved = coalesce(excluded.moved, moved)
             RETURNING name, tags",
        )?
        .query_row(
            (
                cx.session.account,
                peer.as_str(),
                &introduction.name,
                &introduction.token,
                serde_json::to_string(&introduction.tags).map_err(|_| Fault::Corrupt("tags"))?,
                &introduction.moved,
            ),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
    if !live {
        return Ok(true);
    }
    // Setting an item replaces it: who is on the roster already keeps name and groups.
    if subscription.is_none() && !introduction.placed {
        let tags: Vec<String> = serde_json::from_str(&tags).map_err(|_| Fault::Corrupt("tags"))?;
        let item = Element::new("item", ns::ROSTER).with("jid", peer.as_str()).with_some("name", name.as_deref());
        let group = |tag: &String| Element::new("group", ns::ROSTER).text(tag.as_str());
        let item = tags.iter().fold(item, |item, tag| item.child(group(tag)));
        cx.request("set", None, Element::new("query", ns::ROSTER).child(item), &Purpose::RosterSet)?;
    }
    // Whoever answers by asking back needs no second question.
    sight::grant(cx, peer)?;
    // A session that is resumed brings it to the server by itself.
    cx.tx
        .prepare_cached("UPDATE subscription_wish SET sent = 1 WHERE account_id = ?1 AND jid = ?2")?
        .execute((cx.session.account, peer.as_str()))?;
    cx.send(&invitation::introduced(presence(peer, "subscribe"), introduction), None)?;
    Ok(true)
}

/// The server has the wish to see them, or nobody has it any more.
pub fn forget_wish(cx: &Cx<'_>, peer: &BareJid) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("DELETE FROM subscription_wish WHERE account_id = ?1 AND jid = ?2 AND declined = 0")?
        .execute((cx.session.account, peer.as_str()))?;
    Ok(())
}

/// Asks everyone who was to be asked, and refuses who was refused, while there was no connection.
pub fn ask_as_wished(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let wishes: Vec<(String, i64, Introduction)> = cx
        .tx
        .prepare_cached(
            "SELECT jid, declined, name, token, tags, moved FROM subscription_wish
             WHERE account_id = ?1 AND declined < 2 AND sent = 0",
        )?
        .query_map([cx.session.account], |row| {
            let tags: String = row.get(4)?;
            let introduction = Introduction {
                name: row.get(2)?,
                token: row.get(3)?,
                placed: false,
                tags: serde_json::from_str(&tags).unwrap_or_default(),
                moved: row.get(5)?,
            };
            Ok((row.get(0)?, row.get(1)?, introduction))
        })?
        .collect::<Result<_, _>>()?;
    for (jid, declined, introduction) in wishes {
        let Ok(peer) = BareJid::new(&jid) else { continue };
        if declined == 0 {
            ask_unless_subscribed(cx, &peer, &introduction)?;
            continue;
        }
        cx.tx
            .prepare_cached("UPDATE subscription_wish SET declined = 2 WHERE account_id = ?1 AND jid = ?2")?
            .execute((cx.session.account, &jid))?;
        forget_request(cx, &peer)?;
        cx.send(&presence(&peer, "unsubscribed"), None)?;
    }
    Ok(())
}

/// Whether someone may see our presence, and so may learn by an answer that we are there.
pub fn may_see_us(cx: &Cx<'_>, peer: &BareJid) -> Result<bool, Fault> {
    Ok(is_subscribed(cx, peer)? && cx.tells(PrivacySetting::Online, peer)?)
}

/// Whether the user has granted someone our presence, be it that they don't get it now: what he tells contacts unasked,
/// he tells them.
pub fn is_acquainted(cx: &Cx<'_>, peer: &BareJid) -> Result<bool, Fault> {
    Ok(is_subscribed(cx, peer)? || sight::is_withheld(cx, peer)?)
}

/// Whether the server shows us to them.
pub fn is_subscribed(cx: &Cx<'_>, peer: &BareJid) -> Result<bool, Fault> {
    let (subscription, _) = subscription(cx, peer)?;
    Ok(matches!(subscription.as_deref(), Some("from" | "both")))
}

/// Whether either side sees the other.
pub fn is_contact(cx: &Cx<'_>, peer: &BareJid) -> Result<bool, Fault> {
    let (subscription, _) = subscription(cx, peer)?;
    Ok(matches!(subscription.as_deref(), Some("to" | "from" | "both")))
}

/// Whether we see somebody, or have asked to.
pub fn sees(cx: &Cx<'_>, peer: &BareJid) -> Result<bool, Fault> {
    let (subscription, asked) = subscription(cx, peer)?;
    Ok(asked || matches!(subscription.as_deref(), Some("to" | "both")))
}

/// Whether we see somebody.
pub fn sees_already(cx: &Cx<'_>, peer: &BareJid) -> Result<bool, Fault> {
    let (subscription, _) = subscription(cx, peer)?;
    Ok(matches!(subscription.as_deref(), Some("to" | "both")))
}

fn adders(cx: &Cx<'_>) -> Result<Adders, Fault> {
    let adders: String = cx
        .tx
        .prepare_cached("SELECT adders FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?;
    Ok(Adders::of(&adders))
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

/// A stanza of the subscription's handshake.
pub fn presence(to: &BareJid, type_: &str) -> Element {
    Element::new("presence", ns::CLIENT).with("to", to.as_str()).with("type", type_)
}
