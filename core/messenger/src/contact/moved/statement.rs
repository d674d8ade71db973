//! An account of ours says where its user has gone, and its contacts are told from there: each once, with names and
//! groups taken along, by the steps of an import (`portable/import.rs`). The old account goes on as before, so that
//! what is written to it arrives, and contacts can look for the proof for as long as it is there.
//!
//! Invariants: nobody is told before the server has the statement; an account that has moved can't be moved to; once
//! the statement is being taken back nobody more is told; nothing is said of an account that is not here any more; what
//! somebody is not told at the old address he is not told at the new one.
//!
//! The statement is for contacts who see us (XEP-0283 8.1): a stranger does not learn the new address. Who is seen by us
//! without seeing us can't read it, and gets an ordinary request. The user is told so before.
//!
//! XEPs: 0060, 0163, 0283

use jid::{BareJid, Jid};
use rusqlite::{OptionalExtension, params};

use super::wire;
use crate::change::Change;
use crate::command::PrivacySetting;
use crate::contact::portable::{PortableContact, import};
use crate::contact::{blocking, profile, roster};
use crate::engine::cx::Cx;
use crate::engine::feature::Refusal;
use crate::engine::request::{Answer, Purpose};
use crate::fault::{CommandError, Fault};
use crate::ids::AccountId;
use crate::view::item::Connection;
use crate::wire::{Element, ns};

/// How often something is tried that the server does not answer.
const MOST_TRIES: u32 = 3;

/// What is stored of it.
struct Statement {
    jid: String,
    state: String,
    tries: u32,
}

/// The user goes on at another account of his.
pub fn begin(cx: &mut Cx<'_>, to: AccountId) -> Result<(), Refusal> {
    let target: Option<(String, String, bool)> = cx
        .tx
        .prepare_cached(
            "SELECT jid, connection,
                    EXISTS (SELECT 1 FROM moved_statement WHERE account_id = account.id AND state <> 'refused')
             FROM account WHERE id = ?1 AND signed_in = 1",
        )?
        .query_row([to], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let (jid, connection, moved) = target.ok_or(CommandError::NotFound)?;
    if to == cx.account() {
        return Err(CommandError::AddressInvalid.into());
    }
    if moved || stored(cx)?.is_some_and(|statement| statement.state != "refused") {
        return Err(CommandError::NotNow.into());
    }
    let online = matches!(serde_json::from_str(&connection), Ok(Connection::Online | Connection::CatchingUp));
    if !online || !cx.session.is_live() || roster::is_awaited(cx)? {
        return Err(CommandError::Offline.into());
    }
    cx.tx
        .prepare_cached(
            "INSERT OR REPLACE INTO moved_statement (account_id, jid, since, state) VALUES (?1, ?2, ?3, 'publishing')",
        )?
        .execute((cx.session.account, jid, cx.server_time()))?;
    cx.change(Change::Accounts);
    Ok(advance(cx)?)
}

/// The user has not moved after all.
pub fn take_back(cx: &mut Cx<'_>) -> Result<(), Refusal> {
    let statement = stored(cx)?.ok_or(CommandError::NotFound)?;
    tell_nobody(cx)?;
    // The server has it, or may have it.
    set_state(cx, "retracting")?;
    tracing::debug!(state = statement.state, "a move is taken back");
    Ok(advance(cx)?)
}

/// What the server has may be another device's.
pub fn ask(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if !cx.session.is_live() || cx.is_under_way(&Purpose::MovedLook)? {
        return Ok(());
    }
    cx.request("get", None, wire::question(), &Purpose::MovedLook)
}

/// A new session: whatever the server was asked is forgotten.
pub fn begin_again(cx: &mut Cx<'_>) -> Result<(), Fault> {
    set_tries(cx, 0)?;
    advance(cx)
}

/// Tells the server what it does not know yet.
pub fn advance(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let Some(statement) = stored(cx)?.filter(|_| cx.session.is_live()) else { return Ok(()) };
    match statement.state.as_str() {
        // The server may have it.
        "publishing" if heir(cx, &statement.jid)?.is_none() => {
            set_state(cx, "retracting")?;
            advance(cx)
        }
        "publishing"
            if !cx.is_under_way(&Purpose::MovedPublished)? && !cx.is_under_way(&Purpose::MovedConfigured)? =>
        {
            let publication = profile::publication(ns::MOVED, wire::CURRENT, wire::statement(&statement.jid), false);
            cx.request("set", None, publication, &Purpose::MovedPublished)
        }
        "retracting" if !cx.is_under_way(&Purpose::MovedRetracted)? => {
            let delete = Element::new("delete", ns::PUBSUB_OWNER).with("node", ns::MOVED);
            let pubsub = Element::new("pubsub", ns::PUBSUB_OWNER).child(delete);
            cx.request("set", None, pubsub, &Purpose::MovedRetracted)
        }
        _ => Ok(()),
    }
}

/// The server has it, or does not take it.
pub fn published(cx: &mut Cx<'_>, answer: &Answer<'_>) -> Result<(), Fault> {
    let Some(statement) = stored(cx)?.filter(|statement| statement.state == "publishing") else { return Ok(()) };
    match answer {
        Answer::Result(_) => {
            // Gone meanwhile: nobody is to find it.
            let Some(heir) = heir(cx, &statement.jid)? else {
                set_state(cx, "retracting")?;
                return advance(cx);
            };
            let total = tell(cx, heir, &statement.jid)?;
            cx.tx
                .prepare_cached("UPDATE moved_statement SET total = ?2, refused = 0 WHERE account_id = ?1")?
                .execute((cx.session.account, total))?;
            set_state(cx, "published")
        }
        // Another program has made the node otherwise.
        Answer::Error(_) if answer.condition() == Some("conflict") && statement.tries + 1 < MOST_TRIES => {
            set_tries(cx, statement.tries + 1)?;
            cx.request("set", None, profile::configuration(ns::MOVED, false), &Purpose::MovedConfigured)
        }
        Answer::Error(_) => set_state(cx, "refused"),
        Answer::None => missed(cx, &statement, "refused"),
    }
}

/// The node is for the right eyes now: once more.
pub fn configured(cx: &mut Cx<'_>, answer: &Answer<'_>) -> Result<(), Fault> {
    let Some(statement) = stored(cx)?.filter(|statement| statement.state == "publishing") else { return Ok(()) };
    match answer {
        Answer::Result(_) => advance(cx),
        Answer::Error(_) => set_state(cx, "refused"),
        Answer::None => missed(cx, &statement, "refused"),
    }
}

/// Nobody finds it any more.
pub fn retracted(cx: &mut Cx<'_>, answer: &Answer<'_>) -> Result<(), Fault> {
    let Some(statement) = stored(cx)?.filter(|statement| statement.state == "retracting") else { return Ok(()) };
    match answer {
        Answer::Result(_) => forget(cx),
        Answer::Error(_) if answer.condition() == Some("item-not-found") => forget(cx),
        Answer::Error(_) => set_state(cx, "kept"),
        Answer::None => missed(cx, &statement, "kept"),
    }
}

/// What the server has: another device of ours may have said something, or taken it back.
pub fn looked(cx: &mut Cx<'_>, answer: &Answer<'_>) -> Result<(), Fault> {
    let there = match answer {
        Answer::Result(iq) => wire::stated(iq).ok().flatten(),
        Answer::Error(_) if answer.condition() == Some("item-not-found") => None,
        Answer::Error(_) | Answer::None => return Ok(()),
    };
    let known = stored(cx)?;
    let (state, to) = known.as_ref().map_or(("", ""), |known| (known.state.as_str(), known.jid.as_str()));
    match (state, there) {
        // Our own word is still on its way.
        ("publishing" | "retracting", _) => Ok(()),
        ("published" | "kept", None) => {
            tell_nobody(cx)?;
            forget(cx)
        }
        (_, None) => Ok(()),
        ("published" | "kept", Some(jid)) if jid.as_str() == to => Ok(()),
        (_, Some(jid)) => {
            // Who signed out here and in again goes on.
            if known.is_some() {
                tell_nobody(cx)?;
            }
            let own = cx.own().to_string();
            cx.tx
                .prepare_cached(
                    "INSERT OR REPLACE INTO moved_statement (account_id, jid, state, total)
                     VALUES (?1, ?2, 'published', (SELECT count(*) FROM import_step WHERE moved_from = ?3))",
                )?
                .execute((cx.session.account, jid.as_str(), own))?;
            cx.change(Change::Accounts);
            Ok(())
        }
    }
}

/// The account of ours at the new address, if it is still here.
fn heir(cx: &Cx<'_>, jid: &str) -> Result<Option<AccountId>, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT id FROM account WHERE jid = ?1 AND signed_in = 1")?
        .query_row([jid], |row| row.get(0))
        .optional()?)
}

/// Notes whom the new account tells. It goes on by itself.
fn tell(cx: &mut Cx<'_>, heir: AccountId, jid: &str) -> Result<u32, Fault> {
    let contacts: Vec<PortableContact> = cx
        .tx
        .prepare_cached(
            "SELECT jid, name, subscription, ask, tags FROM contact WHERE account_id = ?1 AND jid <> ?2 ORDER BY jid",
        )?
        .query_map((cx.session.account, jid), |row| {
            let tags: String = row.get(4)?;
            Ok(PortableContact {
                address: row.get(0)?,
                name: row.get(1)?,
                subscription: row.get(2)?,
                asked: row.get(3)?,
                tags: serde_json::from_str(&tags).unwrap_or_default(),
            })
        })?
        .collect::<Result<_, _>>()?;
    let mut told = Vec::new();
    for contact in contacts {
        if let Ok(peer) = BareJid::new(&contact.address)
            && !blocking::is_blocked(cx, &Jid::from(peer.clone()))?
        {
            hide_alike(cx, heir, &peer)?;
            told.push(contact);
        }
    }
    let own = cx.own().to_string();
    import::add_moved(cx, heir, &own, &told)
}

/// Who is new to the other account is told by it what this one tells him, and no more.
fn hide_alike(cx: &Cx<'_>, heir: AccountId, peer: &BareJid) -> Result<(), Fault> {
    let known = cx
        .tx
        .prepare_cached("SELECT 1 FROM contact WHERE account_id = ?1 AND jid = ?2")?
        .exists((heir, peer.as_str()))?;
    if known {
        return Ok(());
    }
    cx.tx
        .prepare_cached(
            "INSERT OR IGNORE INTO privacy_exception (account_id, jid, setting, allowed)
             SELECT ?3, jid, setting, allowed FROM privacy_exception WHERE account_id = ?1 AND jid = ?2",
        )?
        .execute((cx.session.account, peer.as_str(), heir))?;
    let online = PrivacySetting::Online;
    if !cx.tells(online, peer)? {
        cx.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO privacy_exception (account_id, jid, setting, allowed) VALUES (?1, ?2, ?3, 0)",
            )?
            .execute((heir, peer.as_str(), online.name()))?;
    }
    Ok(())
}

/// Whom nobody was told of yet is not told.
fn tell_nobody(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let own = cx.own().to_string();
    cx.tx.prepare_cached("DELETE FROM import_step WHERE moved_from = ?1")?.execute([&own])?;
    cx.tx.prepare_cached("DELETE FROM subscription_wish WHERE moved = ?1 AND sent = 0")?.execute([&own])?;
    cx.tx.prepare_cached("UPDATE subscription_wish SET moved = NULL WHERE moved = ?1")?.execute([&own])?;
    cx.change(Change::Accounts);
    Ok(())
}

fn stored(cx: &Cx<'_>) -> Result<Option<Statement>, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT jid, state, tries FROM moved_statement WHERE account_id = ?1")?
        .query_row([cx.session.account], |row| {
            Ok(Statement { jid: row.get(0)?, state: row.get(1)?, tries: row.get(2)? })
        })
        .optional()?)
}

fn set_state(cx: &mut Cx<'_>, state: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE moved_statement SET state = ?2, tries = 0 WHERE account_id = ?1")?
        .execute(params![cx.session.account, state])?;
    cx.change(Change::Accounts);
    Ok(())
}

fn set_tries(cx: &Cx<'_>, tries: u32) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE moved_statement SET tries = ?2 WHERE account_id = ?1")?
        .execute((cx.session.account, tries))?;
    Ok(())
}

fn forget(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx.prepare_cached("DELETE FROM moved_statement WHERE account_id = ?1")?.execute([cx.session.account])?;
    cx.change(Change::Accounts);
    Ok(())
}

/// No answer: it is tried again, now or with the next session.
fn missed(cx: &mut Cx<'_>, statement: &Statement, otherwise: &str) -> Result<(), Fault> {
    if !cx.session.is_live() {
        return Ok(());
    }
    set_tries(cx, statement.tries + 1)?;
    if statement.tries + 1 < MOST_TRIES { advance(cx) } else { set_state(cx, otherwise) }
}
