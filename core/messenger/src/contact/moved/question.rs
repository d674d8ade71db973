//! Somebody asks to be a contact and says that he is one already. His old account is asked whether it says the same; if
//! it does, the user is asked whether to go on with him there, in the box of requests and in the old chat.
//!
//! The answer is the answer to the request (`subscription.rs`): yes brings name, groups, mute and exceptions along,
//! asks him in turn, and ends what the old account sees of us, so that it can move only once (XEP-0283 8.2).
//!
//! XEPs: 0060, 0283

use jid::{BareJid, Jid};
use rusqlite::OptionalExtension;

use super::wire;
use crate::change::Change;
use crate::chat::open;
use crate::contact::link::Introduction;
use crate::contact::{blocking, roster, sight, subscription};
use crate::engine::cx::Cx;
use crate::engine::request::{Answer, Purpose};
use crate::fault::{Fault, Violation};
use crate::wire::Element;

/// Old accounts that are asked in one session: more people do not move between two.
const MOST_A_SESSION: u32 = 20;
/// The same of one contact, whose server must not be made to work by strangers.
const MOST_OF_ONE: u32 = 3;
/// Sessions in which a server may have no answer before it counts as none.
const MOST_TRIES: u32 = 3;
/// What was not proven is looked at once more if it is said again after so long, milliseconds.
const ANOTHER_DAY: i64 = 86_400_000;
/// Claims that are kept; of one contact, the newest.
const MOST_KEPT: u32 = 1_000;
const MOST_KEPT_OF_ONE: u32 = 20;

/// A request came that names an older address, or none.
pub fn claimed(cx: &mut Cx<'_>, from: &BareJid, presence: &Element) -> Result<(), Fault> {
    let old = match wire::claim(presence) {
        None => return Ok(()),
        Some(Ok(old)) if old != *from && old != cx.own() => old,
        Some(_) => {
            cx.violation(Violation::MovedMalformed);
            return Ok(());
        }
    };
    // Before the roster has come nobody knows whose address it is; that is looked at again before anybody is asked.
    let known = !roster::is_awaited(cx)?;
    if (known && !may_move(cx, &old)?) || is_ours(cx, from)? {
        return Ok(());
    }
    cx.tx
        .prepare_cached(
            "INSERT INTO moved_request (account_id, jid, old, time, state) VALUES (?1, ?2, ?3, ?4, 'claimed')
             ON CONFLICT (account_id, jid, old) DO UPDATE SET state = 'claimed', tries = 0, time = excluded.time
                 WHERE state = 'unproven' AND asked = 0 AND excluded.time - time > ?5",
        )?
        .execute((cx.session.account, from.as_str(), old.as_str(), cx.server_time(), ANOTHER_DAY))?;
    bound(cx, &old)?;
    advance(cx)
}

/// Whether somebody is one who can have moved: he may see us (XEP-0283 4.3), and is heard.
fn may_move(cx: &Cx<'_>, old: &BareJid) -> Result<bool, Fault> {
    Ok(subscription::is_subscribed(cx, old)? && !blocking::is_blocked(cx, &Jid::from(old.clone()))?)
}

/// Nobody is asked about himself.
fn is_ours(cx: &Cx<'_>, jid: &BareJid) -> Result<bool, Fault> {
    Ok(cx.tx.prepare_cached("SELECT 1 FROM account WHERE jid = ?1")?.exists([jid.as_str()])?)
}

/// Strangers can't fill the store. What the user was asked, or has answered, stays, and so does what counts in this
/// session.
fn bound(cx: &Cx<'_>, old: &BareJid) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "DELETE FROM moved_request WHERE account_id = ?1 AND old = ?2 AND state IN ('claimed', 'unproven') AND asked = 0
                 AND jid IN (SELECT jid FROM moved_request
                     WHERE account_id = ?1 AND old = ?2 AND state IN ('claimed', 'unproven')
                     ORDER BY time DESC, jid LIMIT -1 OFFSET ?3)",
        )?
        .execute((cx.session.account, old.as_str(), MOST_KEPT_OF_ONE))?;
    for state in ["claimed", "unproven", "settled"] {
        cx.tx
            .prepare_cached(
                "DELETE FROM moved_request WHERE account_id = ?1 AND state = ?2 AND asked = 0 AND time <= (
                     SELECT time FROM moved_request WHERE account_id = ?1 AND state = ?2
                     ORDER BY time DESC LIMIT 1 OFFSET ?3)",
            )?
            .execute((cx.session.account, state, MOST_KEPT))?;
    }
    Ok(())
}

/// A new session: whoever was asked is asked again, if there was no answer.
pub fn begin_again(cx: &Cx<'_>) -> Result<(), Fault> {
    for sql in [
        "UPDATE moved_request SET asked = 0 WHERE account_id = ?1 AND asked = 1",
        "UPDATE moved_request SET state = 'claimed', tries = tries + 1 WHERE account_id = ?1 AND state = 'asked'",
        "UPDATE moved_request SET revoked = 0 WHERE account_id = ?1 AND state = 'followed' AND revoked = 1",
    ] {
        cx.tx.prepare_cached(sql)?.execute([cx.session.account])?;
    }
    Ok(())
}

/// Asks the old accounts of those who claim one, the newest claim first, and once a session of those whose claim waits
/// for the user: it may have been taken back. Ends what is to be seen by those who were followed. The roster is known.
pub fn advance(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if !cx.session.is_live() || roster::is_awaited(cx)? {
        return Ok(());
    }
    revoke(cx)?;
    loop {
        let spent: u32 = cx
            .tx
            .prepare_cached("SELECT count(*) FROM moved_request WHERE account_id = ?1 AND asked = 1")?
            .query_row([cx.session.account], |row| row.get(0))?;
        if spent >= MOST_A_SESSION {
            return Ok(());
        }
        let proven = next(cx, "proven")?;
        let waits = proven.is_some();
        let claim = if waits { proven } else { next(cx, "claimed")? };
        let Some((jid, old, tries)) = claim else { return Ok(()) };
        let contact = match BareJid::new(&old) {
            Ok(contact) if may_move(cx, &contact)? => contact,
            // One who may not just now, may later.
            _ => {
                for sql in [
                    "DELETE FROM moved_request WHERE account_id = ?1 AND jid = ?2 AND old = ?3 AND state = 'claimed'",
                    "UPDATE moved_request SET asked = 1 WHERE account_id = ?1 AND jid = ?2 AND old = ?3",
                ] {
                    cx.tx.prepare_cached(sql)?.execute((cx.session.account, &jid, &old))?;
                }
                continue;
            }
        };
        if tries >= MOST_TRIES && !waits {
            set_state(cx, &jid, &old, "unproven")?;
            continue;
        }
        cx.tx
            .prepare_cached(
                "UPDATE moved_request SET state = CASE state WHEN 'proven' THEN state ELSE 'asked' END, asked = 1
                 WHERE account_id = ?1 AND jid = ?2 AND old = ?3",
            )?
            .execute((cx.session.account, &jid, &old))?;
        let purpose = Purpose::MovedStatement { jid, old };
        cx.request("get", Some(contact.as_str()), wire::question(), &purpose)?;
    }
}

/// The newest claim of that state whose old account was not asked in this session.
fn next(cx: &Cx<'_>, state: &str) -> Result<Option<(String, String, u32)>, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT jid, old, tries FROM moved_request AS claim
             WHERE account_id = ?1 AND state = ?3 AND asked = 0
                 AND (SELECT count(*) FROM moved_request AS other WHERE other.account_id = ?1
                      AND other.old = claim.old AND other.asked = 1) < ?2
             ORDER BY time DESC LIMIT 1",
        )?
        .query_row((cx.session.account, MOST_OF_ONE, state), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?)
}

/// The old account says where its owner has gone, or nothing.
pub fn answered(cx: &mut Cx<'_>, jid: &str, old: &str, answer: &Answer<'_>) -> Result<(), Fault> {
    let proven: Option<bool> = cx
        .tx
        .prepare_cached(
            "SELECT state = 'proven' FROM moved_request
             WHERE account_id = ?1 AND jid = ?2 AND old = ?3 AND state IN ('asked', 'proven')",
        )?
        .query_row((cx.session.account, jid, old), |row| row.get(0))
        .optional()?;
    let (Ok(new), Ok(contact), Some(proven)) = (BareJid::new(jid), BareJid::new(old), proven) else { return Ok(()) };
    if proven {
        return confirmed(cx, &new, jid, old, answer);
    }
    let stated = match answer {
        Answer::Result(iq) => match wire::stated(iq) {
            Ok(stated) => stated,
            Err(wire::Malformed) => {
                cx.violation(Violation::MovedStatementMalformed);
                return set_state(cx, jid, old, "unproven");
            }
        },
        // Nobody was asked yet: in another session it may be otherwise.
        Answer::None => return put_off(cx, jid, old),
        Answer::Error(_) if is_passing(answer) => return put_off(cx, jid, old),
        // For other eyes than ours: true or not, we can't know, and nobody has done wrong.
        Answer::Error(_) if matches!(answer.condition(), Some("forbidden" | "not-authorized")) => {
            return set_state(cx, jid, old, "unproven");
        }
        Answer::Error(iq) => wire::gone(iq),
    };
    if stated.as_ref() != Some(&new) {
        cx.violation(Violation::MovedUnproven);
        return set_state(cx, jid, old, "unproven");
    }
    // Meanwhile the one may be no contact any more, or the other be one.
    if !may_move(cx, &contact)? || subscription::is_contact(cx, &new)? {
        return set_state(cx, jid, old, "settled");
    }
    // An address says one thing: whatever it said before counts no more.
    cx.tx
        .prepare_cached(
            "UPDATE moved_request SET state = 'unproven' WHERE account_id = ?1 AND old = ?2 AND state = 'proven'",
        )?
        .execute((cx.session.account, old))?;
    set_state(cx, jid, old, "proven")?;
    // Who asks is no stranger, whoever may ask otherwise.
    cx.tx
        .prepare_cached("INSERT OR IGNORE INTO subscription_request (account_id, jid, time) VALUES (?1, ?2, ?3)")?
        .execute((cx.session.account, jid, cx.server_time()))?;
    Ok(())
}

/// What was proven and waits for the user, was looked at again. Who has taken it back has done no wrong.
fn confirmed(cx: &mut Cx<'_>, new: &BareJid, jid: &str, old: &str, answer: &Answer<'_>) -> Result<(), Fault> {
    let stated = match answer {
        Answer::None => return Ok(()),
        Answer::Error(_) if is_passing(answer) => return Ok(()),
        Answer::Error(iq) => wire::gone(iq),
        Answer::Result(iq) => wire::stated(iq).ok().flatten(),
    };
    if stated.as_ref() == Some(new) { Ok(()) } else { set_state(cx, jid, old, "unproven") }
}

/// What is wrong now need not be wrong tomorrow.
fn is_passing(answer: &Answer<'_>) -> bool {
    let conditions =
        ["internal-server-error", "remote-server-not-found", "remote-server-timeout", "resource-constraint"];
    answer.condition().is_some_and(|condition| conditions.contains(&condition))
}

fn put_off(cx: &Cx<'_>, jid: &str, old: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE moved_request SET state = 'claimed', tries = tries + 1
             WHERE account_id = ?1 AND jid = ?2 AND old = ?3",
        )?
        .execute((cx.session.account, jid, old))?;
    Ok(())
}

/// The user, or another device of his, has answered who asks. Of who was proven to be a contact, this is how he is put
/// on the roster.
pub fn decided(cx: &mut Cx<'_>, peer: &BareJid, accept: bool) -> Result<Option<Introduction>, Fault> {
    let proven: Option<(String, Option<String>, String)> = cx
        .tx
        .prepare_cached(
            "SELECT request.old, contact.name, contact.tags FROM moved_request AS request
             JOIN contact ON contact.account_id = request.account_id AND contact.jid = request.old
             WHERE request.account_id = ?1 AND request.jid = ?2 AND request.state = 'proven'
                 AND contact.subscription IN ('from', 'both')
             ORDER BY request.time DESC LIMIT 1",
        )?
        .query_row((cx.session.account, peer.as_str()), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let heard = match proven.as_ref().map(|(old, ..)| BareJid::new(old)) {
        Some(Ok(old)) => !blocking::is_blocked(cx, &Jid::from(old))?,
        _ => false,
    };
    let Some((old, name, tags)) = proven.filter(|_| accept && heard) else {
        settle(cx, peer, if accept { "settled" } else { "declined" })?;
        return Ok(None);
    };
    take_along(cx, peer, &old)?;
    cx.tx
        .prepare_cached(
            "UPDATE moved_request SET state = 'followed', time = ?3, revoked = 0
             WHERE account_id = ?1 AND jid = ?2 AND state = 'proven'",
        )?
        .execute((cx.session.account, peer.as_str(), cx.server_time()))?;
    settle(cx, peer, "settled")?;
    revoke(cx)?;
    Ok(Some(Introduction { name, tags: serde_json::from_str(&tags).unwrap_or_default(), ..Introduction::default() }))
}

/// The chat goes on at the new address, as loud as it was and with what the user tells this one alone.
fn take_along(cx: &mut Cx<'_>, peer: &BareJid, old: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "INSERT OR IGNORE INTO privacy_exception (account_id, jid, setting, allowed)
             SELECT account_id, ?2, setting, allowed FROM privacy_exception WHERE account_id = ?1 AND jid = ?3",
        )?
        .execute((cx.session.account, peer.as_str(), old))?;
    let chat = open::for_peer(cx, peer)?;
    let time = cx.server_time();
    cx.tx
        .prepare_cached(
            "UPDATE chat SET listed = 1, known = 1, last_activity = max(last_activity, ?2),
                 muted = muted OR coalesce((SELECT former.muted FROM chat AS former
                     WHERE former.account_id = ?3 AND former.jid = ?4), 0)
             WHERE id = ?1",
        )?
        .execute((chat, time, cx.session.account, old))?;
    cx.chat_changed(chat);
    Ok(())
}

/// The server shows us to them: whoever has answered, there is nothing to be asked any more. One whose claim was proven
/// has been followed, on another device.
pub fn authorised(cx: &Cx<'_>, peer: &BareJid) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE moved_request SET state = 'followed', revoked = 2
             WHERE account_id = ?1 AND jid = ?2 AND state = 'proven'",
        )?
        .execute((cx.session.account, peer.as_str()))?;
    settle(cx, peer, "settled")
}

/// Whether somebody was followed to another address: who asks from the old one is asked about like anybody, though we
/// still see him there.
pub fn was_followed(cx: &Cx<'_>, old: &BareJid) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT 1 FROM moved_request WHERE account_id = ?1 AND old = ?2 AND state = 'followed'")?
        .exists((cx.session.account, old.as_str()))?)
}

/// The user has taken them off: no way leads there any more.
pub fn removed(cx: &Cx<'_>, peer: &BareJid) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE moved_request SET state = 'settled' WHERE account_id = ?1 AND jid = ?2 AND state = 'followed'",
        )?
        .execute((cx.session.account, peer.as_str()))?;
    Ok(())
}

/// He asks no more.
pub fn withdrawn(cx: &Cx<'_>, peer: &BareJid) -> Result<(), Fault> {
    settle(cx, peer, "settled")
}

fn settle(cx: &Cx<'_>, peer: &BareJid, state: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE moved_request SET state = ?3
             WHERE account_id = ?1 AND jid = ?2 AND state IN ('claimed', 'asked', 'proven')",
        )?
        .execute((cx.session.account, peer.as_str(), state))?;
    Ok(())
}

/// The old accounts of those who were followed see us no more: nor does who has them one day.
fn revoke(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if !cx.session.is_live() || roster::is_awaited(cx)? {
        return Ok(());
    }
    let olds: Vec<String> = cx
        .tx
        .prepare_cached("SELECT old FROM moved_request WHERE account_id = ?1 AND state = 'followed' AND revoked = 0")?
        .query_map([cx.session.account], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for old in olds.iter().filter_map(|old| BareJid::new(old).ok()) {
        sight::forget(cx, &old)?;
        let sees = subscription::is_subscribed(cx, &old)?;
        if sees {
            cx.send(&subscription::presence(&old, "unsubscribed"), None)?;
        }
        set_revoked(cx, &old, if sees { 1 } else { 2 })?;
    }
    Ok(())
}

/// They don't see us any more: what is granted to them from now on stays.
pub fn revoked(cx: &Cx<'_>, old: &BareJid) -> Result<(), Fault> {
    set_revoked(cx, old, 2)
}

fn set_revoked(cx: &Cx<'_>, old: &BareJid, revoked: u8) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE moved_request SET revoked = ?3
             WHERE account_id = ?1 AND old = ?2 AND state = 'followed' AND revoked < ?3",
        )?
        .execute((cx.session.account, old.as_str(), revoked))?;
    Ok(())
}

fn set_state(cx: &mut Cx<'_>, jid: &str, old: &str, state: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE moved_request SET state = ?4 WHERE account_id = ?1 AND jid = ?2 AND old = ?3")?
        .execute((cx.session.account, jid, old, state))?;
    let account = cx.account();
    cx.change(Change::Contacts(account));
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::store::{Store, StoreOptions};

    #[test]
    fn whatever_strangers_cause_walks_through_no_table() {
        let store = Store::open(StoreOptions::new(None, [0; 32])).unwrap();
        let source = include_str!("question.rs").split("#[cfg(test)]").next().unwrap();
        let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];
        let statements = source.split('"').filter(|text| verbs.iter().any(|verb| text.starts_with(verb)));
        let mut seen = 0;
        for sql in statements {
            seen += 1;
            let mut plan = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps = plan.raw_query().mapped(|row| row.get::<_, String>(3)).map(Result::unwrap).collect::<Vec<_>>();
            assert!(!steps.iter().any(|step| step.starts_with("SCAN ")), "{sql}: {steps:?}");
        }
        assert!(seen > 15, "{seen} were found");
    }
}
