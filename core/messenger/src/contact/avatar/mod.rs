//! Pictures of contacts and of our own account: news of them (XEP-0084), the older hash in presence (XEP-0153) with its
//! vCard, and what is kept of them. A file that came is made anew, small, outside of this crate
//! ([`Effect::DrawPicture`]); nothing of it is shown or kept as it came.
//!
//! Invariants: nobody's picture is asked for who is no contact, and none by an address on the web; what says it is larger
//! than [`wire::LARGEST`] is not asked for, what is larger all the same is not read; a file that is not what its hash
//! says, or no picture, is refused, and the same one never asked for again; a known one is not asked for at all; two are
//! asked for at a time.
//!
//! XEPs: 0054, 0084, 0153, 0163

pub mod wire;

use jid::BareJid;
use rusqlite::OptionalExtension;

use super::profile;
use crate::change::Change;
use crate::effect::Effect;
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature, SessionEvent};
use crate::engine::request::{Answer, Purpose};
use crate::fault::{Fault, Violation};
use crate::wire::{Element, ns};
use wire::Announcement;

/// Pictures asked for at a time, an account.
const AT_ONCE: u32 = 2;
/// How often one is asked for that does not come.
const MOST_TRIES: u32 = 3;
/// Bytes of a picture as it is kept; a drawn one is far smaller.
const LARGEST_KEPT: usize = 256 << 10;

/// See the module.
#[derive(Debug)]
pub struct Avatars;

/// Where somebody's picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Pep,
    Vcard,
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::Pep => "pep",
            Self::Vcard => "vcard",
        }
    }
}

impl Feature for Avatars {
    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        match event {
            // What was asked on the old stream, or was being drawn when the process ended, never comes.
            SessionEvent::Bound => again(cx, "'asked', 'drawing'"),
            SessionEvent::Resumed => again(cx, "'drawing'"),
            SessionEvent::Lost => return Ok(()),
        }?;
        ask(cx)
    }

    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        match inbound.kind {
            Kind::Message => news(cx, inbound),
            Kind::Presence => {
                presence(cx, inbound)?;
                Ok(Done::Pass)
            }
            Kind::Iq => Ok(Done::Pass),
        }
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        let (jid, hash, file) = match (purpose, answer) {
            (Purpose::AvatarData { jid, hash }, Answer::Result(iq)) => (jid, hash, wire::data(iq, hash)),
            (Purpose::AvatarVcard { jid, hash }, Answer::Result(iq)) => (jid, hash, wire::photo(iq, hash)),
            (Purpose::AvatarData { jid, hash } | Purpose::AvatarVcard { jid, hash }, Answer::None) => {
                missed(cx, jid, hash)?;
                ask(cx)?;
                return Ok(Done::Taken);
            }
            // Who shows it to others than us, or has deleted it meanwhile, does no wrong.
            (Purpose::AvatarData { jid, hash } | Purpose::AvatarVcard { jid, hash }, Answer::Error(_)) => {
                refuse(cx, jid, hash)?;
                ask(cx)?;
                return Ok(Done::Taken);
            }
            _ => return Ok(Done::Pass),
        };
        match file {
            Some(file) if is_awaited(cx, jid, hash)? => {
                set_state(cx, jid, hash, "drawing")?;
                let account = cx.account();
                cx.out.effects.push(Effect::DrawPicture { account, hash: hash.clone(), file });
            }
            Some(_) => {}
            None => {
                cx.violation(Violation::AvatarRefused);
                refuse(cx, jid, hash)?;
            }
        }
        ask(cx)?;
        Ok(Done::Taken)
    }
}

/// News of a picture.
fn news(cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
    let event = inbound.stanza.first("event", ns::PUBSUB_EVENT);
    let Some(items) = event.and_then(|event| event.first("items", ns::PUBSUB_EVENT)) else { return Ok(Done::Pass) };
    if items.attribute("node") != Some(ns::AVATAR_METADATA) {
        return Ok(Done::Pass);
    }
    let Some(owner) = owner(cx, inbound)? else {
        cx.violation(Violation::ProfileForged);
        return Ok(Done::Taken);
    };
    if owner == cx.own() && profile::waits(cx, profile::PICTURE)? {
        return Ok(Done::Taken);
    }
    let item = items.children().filter(|child| child.is("item", ns::PUBSUB_EVENT)).last();
    let announced = match item.and_then(|item| item.first("metadata", ns::AVATAR_METADATA)) {
        Some(metadata) => wire::metadata(metadata),
        // Taken back, or purged.
        None => Announcement::None,
    };
    take(cx, &owner, Source::Pep, announced)?;
    Ok(Done::Taken)
}

/// Whose profile this is news of: a contact's or our own, told by the account itself and by none of its devices.
pub fn owner(cx: &Cx<'_>, inbound: &Inbound<'_>) -> Result<Option<BareJid>, Fault> {
    if inbound.is_from_own_account(cx) {
        return Ok(Some(cx.own()));
    }
    let from = inbound.from.as_ref().filter(|from| from.is_bare() && inbound.copy.is_none()).map(jid::Jid::to_bare);
    Ok(match from {
        Some(from) if is_contact(cx, &from)? => Some(from),
        _ => None,
    })
}

/// A presence may name the picture in the vCard. Whoever tells by XEP-0084 is believed there.
fn presence(cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<(), Fault> {
    let Some(announced) = wire::update(inbound.stanza).filter(|_| inbound.type_().is_empty()) else { return Ok(()) };
    let Some(from) = inbound.from.as_ref().map(jid::Jid::to_bare) else { return Ok(()) };
    if from == cx.session.jid || !is_contact(cx, &from)? {
        return Ok(());
    }
    let source: Option<String> = cx
        .tx
        .prepare_cached("SELECT source FROM avatar WHERE account_id = ?1 AND jid = ?2")?
        .query_row((cx.session.account, from.as_str()), |row| row.get(0))
        .optional()?;
    if source.as_deref() == Some(Source::Pep.name()) {
        return Ok(());
    }
    take(cx, &from, Source::Vcard, announced)
}

fn is_contact(cx: &Cx<'_>, jid: &BareJid) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT 1 FROM contact WHERE account_id = ?1 AND jid = ?2")?
        .exists((cx.session.account, jid.as_str()))?)
}

fn take(cx: &mut Cx<'_>, jid: &BareJid, source: Source, announced: Announcement) -> Result<(), Fault> {
    let (hash, refused) = match announced {
        Announcement::Picture(hash) => (hash, false),
        Announcement::None => {
            forget(cx, jid)?;
            return Ok(());
        }
        Announcement::Refused(hash) => {
            cx.violation(Violation::AvatarRefused);
            (hash.unwrap_or_default(), true)
        }
    };
    let known: Option<(String, String)> = cx
        .tx
        .prepare_cached("SELECT hash, source FROM avatar WHERE account_id = ?1 AND jid = ?2")?
        .query_row((cx.session.account, jid.as_str()), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if known.as_ref().is_some_and(|(known, of)| *known == hash && (of == source.name() || source == Source::Vcard)) {
        return Ok(());
    }
    let here = !refused && has(cx, &hash)?;
    let state = match (refused, here) {
        (true, _) => "refused",
        (false, true) => "here",
        (false, false) => "wanted",
    };
    cx.tx
        .prepare_cached(
            "INSERT INTO avatar (account_id, jid, hash, source, state, shown)
             VALUES (?1, ?2, ?3, ?4, ?5, CASE ?5 WHEN 'here' THEN ?3 END)
             ON CONFLICT (account_id, jid) DO UPDATE SET
                 hash = excluded.hash, source = excluded.source, state = excluded.state, tries = 0,
                 shown = CASE excluded.state WHEN 'here' THEN excluded.hash WHEN 'wanted' THEN shown END",
        )?
        .execute((cx.session.account, jid.as_str(), &hash, source.name(), state))?;
    if state != "wanted" {
        changed(cx);
    }
    ask(cx)
}

/// Somebody has no picture, or is nobody to us any more.
pub fn forget(cx: &mut Cx<'_>, jid: &BareJid) -> Result<(), Fault> {
    let gone = cx
        .tx
        .prepare_cached("DELETE FROM avatar WHERE account_id = ?1 AND jid = ?2")?
        .execute((cx.session.account, jid.as_str()))?;
    if gone > 0 {
        changed(cx);
    }
    Ok(())
}

/// The roster is read anew: who is not on it any more is nobody to us.
pub fn forget_strangers(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let gone = cx
        .tx
        .prepare_cached(
            "DELETE FROM avatar WHERE account_id = ?1 AND jid <> ?2 AND NOT EXISTS
                 (SELECT 1 FROM contact WHERE contact.account_id = ?1 AND contact.jid = avatar.jid)",
        )?
        .execute((cx.session.account, cx.session.jid.as_str()))?;
    if gone > 0 {
        changed(cx);
    }
    Ok(())
}

/// Asks for what is wanted, a few at a time.
fn ask(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if !cx.session.is_live() {
        return Ok(());
    }
    let wanted: Vec<(String, String, String)> = cx
        .tx
        .prepare_cached(
            "SELECT jid, hash, source FROM avatar INDEXED BY avatar_state
             WHERE account_id = ?1 AND state = 'wanted' ORDER BY tries, jid
             LIMIT max(0, ?2
                 - (SELECT count(*) FROM request
                    WHERE account_id = ?1 AND substr(purpose, 1, 19) = '{\"purpose\":\"avatar_')
                 - (SELECT count(*) FROM avatar INDEXED BY avatar_state WHERE account_id = ?1 AND state = 'drawing'))",
        )?
        .query_map((cx.session.account, AT_ONCE), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (jid, hash, source) in wanted {
        // Another contact's, or another account's, may have come meanwhile.
        if has(cx, &hash)? {
            here(cx, &hash)?;
            continue;
        }
        set_state(cx, &jid, &hash, "asked")?;
        if source == Source::Pep.name() {
            let request = wire::data_request(&hash);
            cx.request("get", Some(&jid), request, &Purpose::AvatarData { jid: jid.clone(), hash })?;
        } else {
            let vcard = Element::new("vCard", ns::VCARD_TEMP);
            cx.request("get", Some(&jid), vcard, &Purpose::AvatarVcard { jid: jid.clone(), hash })?;
        }
    }
    Ok(())
}

/// What [`Effect::DrawPicture`] made of a file.
pub fn drawn(cx: &mut Cx<'_>, hash: &str, picture: Option<&[u8]>) -> Result<(), Fault> {
    let awaited: Vec<String> = cx
        .tx
        .prepare_cached(
            "SELECT jid FROM avatar INDEXED BY avatar_state WHERE account_id = ?1 AND state = 'drawing' AND hash = ?2",
        )?
        .query_map((cx.session.account, hash), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    match picture.filter(|bytes| bytes.len() <= LARGEST_KEPT) {
        // Nobody's any more: it is not kept.
        _ if awaited.is_empty() => {}
        Some(bytes) => {
            keep(cx, hash, bytes)?;
            here(cx, hash)?;
        }
        None => {
            cx.violation(Violation::AvatarRefused);
            awaited.iter().try_for_each(|jid| refuse(cx, jid, hash))?;
        }
    }
    ask(cx)
}

/// The user has chosen this picture: it is shown at once.
pub fn set_own(cx: &mut Cx<'_>, hash: &str, bytes: &[u8]) -> Result<(), Fault> {
    keep(cx, hash, bytes)?;
    cx.tx
        .prepare_cached(
            "INSERT INTO avatar (account_id, jid, hash, source, state, shown) VALUES (?1, ?2, ?3, ?4, 'here', ?3)
             ON CONFLICT (account_id, jid) DO UPDATE SET
                 hash = excluded.hash, source = excluded.source, state = 'here', tries = 0, shown = excluded.hash",
        )?
        .execute((cx.session.account, cx.session.jid.as_str(), hash, Source::Pep.name()))?;
    changed(cx);
    Ok(())
}

fn keep(cx: &Cx<'_>, hash: &str, bytes: &[u8]) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("INSERT INTO picture (hash, bytes) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING")?
        .execute((hash, bytes))?;
    Ok(())
}

fn has(cx: &Cx<'_>, hash: &str) -> Result<bool, Fault> {
    Ok(cx.tx.prepare_cached("SELECT 1 FROM picture WHERE hash = ?1")?.exists([hash])?)
}

/// A picture that is kept is shown of everybody of this account who has announced it.
fn here(cx: &mut Cx<'_>, hash: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE avatar SET state = 'here', shown = hash
             WHERE account_id = ?1 AND state IN ('wanted', 'asked', 'drawing') AND hash = ?2",
        )?
        .execute((cx.session.account, hash))?;
    changed(cx);
    Ok(())
}

/// No answer came: once more, but not for ever. Without a connection it was not their fault.
fn missed(cx: &mut Cx<'_>, jid: &str, hash: &str) -> Result<(), Fault> {
    let fault = u32::from(cx.session.is_live());
    cx.tx
        .prepare_cached(
            "UPDATE avatar SET tries = tries + ?4, state = CASE WHEN tries + ?4 < ?5 THEN 'wanted' ELSE 'refused' END
             WHERE account_id = ?1 AND jid = ?2 AND hash = ?3 AND state = 'asked'",
        )?
        .execute((cx.session.account, jid, hash, fault, MOST_TRIES))?;
    Ok(())
}

fn refuse(cx: &mut Cx<'_>, jid: &str, hash: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE avatar SET state = 'refused', shown = NULL WHERE account_id = ?1 AND jid = ?2 AND hash = ?3",
        )?
        .execute((cx.session.account, jid, hash))?;
    changed(cx);
    Ok(())
}

fn is_awaited(cx: &Cx<'_>, jid: &str, hash: &str) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT 1 FROM avatar WHERE account_id = ?1 AND jid = ?2 AND hash = ?3 AND state = 'asked'")?
        .exists((cx.session.account, jid, hash))?)
}

fn set_state(cx: &Cx<'_>, jid: &str, hash: &str, state: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE avatar SET state = ?4 WHERE account_id = ?1 AND jid = ?2 AND hash = ?3")?
        .execute((cx.session.account, jid, hash, state))?;
    Ok(())
}

fn again(cx: &Cx<'_>, states: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(&format!("UPDATE avatar SET state = 'wanted' WHERE account_id = ?1 AND state IN ({states})"))?
        .execute([cx.session.account])?;
    Ok(())
}

/// Every list that shows people shows their pictures.
fn changed(cx: &mut Cx<'_>) {
    let account = cx.account();
    cx.change(Change::Contacts(account));
    cx.change(Change::ChatList);
    cx.change(Change::Accounts);
}
