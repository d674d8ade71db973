//! The own picture for programs that know no newer way: in the older vCard, its hash in our presence (XEP-0153). Only where
//! the server doesn't do that by itself (XEP-0398), and only while everyone may see the profile, since such a server shows
//! the older vCard to everyone.
//!
//! Invariants: a hash is told only after the vCard was read in this session, and only what it holds; a picture is uploaded
//! when the user has chosen it, or where there was none, and never against another program's; while a device of ours is
//! there that doesn't know this way, and could change the vCard without a word, no hash is told.
//!
//! XEPs: 0054, 0153, 0398

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jid::Jid;
use rusqlite::OptionalExtension;

use super::wire::{self, Form};
use crate::contact::avatar::wire::{Announcement, sha1, update};
use crate::contact::{presence, profile};
use crate::engine::cx::Cx;
use crate::engine::envelope::Inbound;
use crate::engine::request::{Answer, Purpose};
use crate::fault::Fault;
use crate::session::Link;
use crate::view::item::ProfileState;
use crate::wire::{Element, Node, ns};

/// What is known of the picture in our vCard.
struct Own {
    /// Its hash, empty if there is none; `None` until it was read in this session.
    known: Option<String>,
    /// The one that we have put there.
    written: Option<String>,
    /// The user has chosen another picture, or others to see it, since.
    wished: bool,
}

/// What our presence says of it; nothing where the server says it.
pub fn told(cx: &Cx<'_>) -> Result<Option<Element>, Fault> {
    if !is_ours_to_do(cx) {
        return Ok(None);
    }
    let told = Element::new("x", ns::VCARD_UPDATE);
    Ok(Some(match own(cx)?.known {
        Some(hash) if !is_uncertain(cx)? => {
            let photo = Element::new("photo", ns::VCARD_UPDATE);
            told.child(if hash.is_empty() { photo } else { photo.text(hash) })
        }
        _ => told,
    }))
}

/// Whether the server leaves it to its clients. Until it has told what it can do, it may not.
fn is_ours_to_do(cx: &Cx<'_>) -> bool {
    cx.session.archive.features.is_some_and(|features| features.vcard_conversion == Some(false))
}

/// A device of ours is there that knows nothing of this, and may change the vCard unseen.
fn is_uncertain(cx: &Cx<'_>) -> Result<bool, Fault> {
    let Link::Live(live) = &cx.session.link else { return Ok(true) };
    let own = live.bound.resource().as_str();
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT 1 FROM presence WHERE account_id = ?1 AND jid = ?2 AND resource <> ?3 AND vcard_update = 0",
        )?
        .exists((cx.session.account, cx.session.jid.as_str(), own))?)
}

/// A new session: what was known is old.
pub fn forget(cx: &Cx<'_>) -> Result<(), Fault> {
    cx.tx.prepare_cached("UPDATE own_vcard SET photo = NULL WHERE account_id = ?1")?.execute([cx.session.account])?;
    Ok(())
}

/// The server has told what it can do.
pub fn features_known(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if is_ours_to_do(cx) && own(cx)?.known.is_none() {
        profile::wish_quietly(cx, profile::PHOTO)?;
        presence::renew(cx)?;
        return profile::publish(cx);
    }
    presence::renew(cx)
}

/// The own picture, or who may see it, is another now.
pub fn changed(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "INSERT INTO own_vcard (account_id, photo_wished) VALUES (?1, 1)
             ON CONFLICT (account_id) DO UPDATE SET photo_wished = 1",
        )?
        .execute([cx.session.account])?;
    if is_ours_to_do(cx) { profile::wish_quietly(cx, profile::PHOTO) } else { Ok(()) }
}

/// Another device of ours came, went, or says something of the picture.
pub fn presence(cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<(), Fault> {
    let other = inbound.from.as_ref().is_some_and(|from| from.to_bare() == cx.session.jid && !is_this(cx, from));
    if !other || !is_ours_to_do(cx) {
        return Ok(());
    }
    let known = own(cx)?.known;
    let differs = match update(inbound.stanza).filter(|_| inbound.type_().is_empty()) {
        Some(Announcement::Picture(hash)) => known.as_deref() != Some(hash.as_str()),
        // It has taken the picture out: that has to be seen.
        Some(Announcement::None) => known.as_deref() != Some(""),
        Some(Announcement::Refused(_)) | None => false,
    };
    if differs && known.is_some() {
        know(cx, None)?;
        profile::wish_quietly(cx, profile::PHOTO)?;
        presence::renew(cx)?;
        return profile::publish(cx);
    }
    presence::renew(cx)
}

fn is_this(cx: &Cx<'_>, jid: &Jid) -> bool {
    matches!(&cx.session.link, Link::Live(live) if live.bound.as_str() == jid.as_str())
}

/// Begins: the vCard is read, unless the server has learnt to do it meanwhile.
pub fn begin(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if !is_ours_to_do(cx) {
        return done(cx);
    }
    cx.request("get", None, wire::request(Form::Temp), &Purpose::VcardPhoto)
}

/// The vCard has come: what it holds is known, and what it shall hold is written if it is another picture.
pub fn read(cx: &mut Cx<'_>, answer: &Answer<'_>) -> Result<(), Fault> {
    let mut card = match answer {
        Answer::None => {
            profile::missed(cx, profile::PHOTO)?;
            return profile::publish(cx);
        }
        // It was too large to be read: nothing of it is known, and nothing is written over it.
        _ if wire::was_too_large(answer) => return done(cx),
        Answer::Result(iq) => wire::card(iq, Form::Temp).cloned().unwrap_or_else(|| Form::Temp.empty()),
        Answer::Error(_) if answer.condition() == Some("item-not-found") => Form::Temp.empty(),
        Answer::Error(_) => return done(cx),
    };
    let there = hash_in(&card);
    let Own { written, wished, .. } = own(cx)?;
    let open = profile::is_open(cx)?;
    let wanted = if open { picture(cx)? } else { None };
    // Another program's picture stays, unless the user has chosen another one since.
    let ours = written.as_deref() == Some(there.as_str());
    let write = match &wanted {
        Some(wanted) => {
            let never = written.as_ref() != Some(wanted);
            *wanted != there && (wished || ours || there.is_empty() && never)
        }
        None => !there.is_empty() && (ours || open && wished),
    };
    know(cx, Some(&there))?;
    cx.tx
        .prepare_cached("UPDATE own_vcard SET photo_wished = 0 WHERE account_id = ?1 AND ?2 = 0")?
        .execute((cx.session.account, write))?;
    if !write {
        return done(cx);
    }
    let file: Option<(Vec<u8>, bool)> = match &wanted {
        Some(hash) => cx
            .tx
            .prepare_cached("SELECT bytes, substr(bytes, 1, 4) = x'89504E47' FROM picture WHERE hash = ?1")?
            .query_row([hash], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?,
        None => None,
    };
    card.nodes.retain(|node| !matches!(node, Node::Element(child) if child.is("PHOTO", ns::VCARD_TEMP)));
    if let Some((bytes, png)) = file {
        let field = |name: &str, text: String| Element::new(name, ns::VCARD_TEMP).text(text);
        let kind = if png { "image/png" } else { "image/jpeg" };
        let photo = Element::new("PHOTO", ns::VCARD_TEMP)
            .child(field("TYPE", kind.to_owned()))
            .child(field("BINVAL", STANDARD.encode(bytes)));
        card.nodes.push(Node::Element(photo));
    }
    cx.request("set", None, card, &Purpose::VcardPhotoWritten { hash: wanted.unwrap_or_default() })
}

/// The vCard has the picture now, or the server doesn't take it.
pub fn written(cx: &mut Cx<'_>, hash: &str, answer: &Answer<'_>) -> Result<(), Fault> {
    match answer {
        Answer::Result(_) => {
            know(cx, Some(hash))?;
            cx.tx
                .prepare_cached("UPDATE own_vcard SET photo_written = ?2, photo_wished = 0 WHERE account_id = ?1")?
                .execute((cx.session.account, hash))?;
            done(cx)
        }
        Answer::Error(_) => done(cx),
        Answer::None => {
            profile::missed(cx, profile::PHOTO)?;
            profile::publish(cx)
        }
    }
}

fn done(cx: &mut Cx<'_>) -> Result<(), Fault> {
    // Whether the profile itself is known is another matter.
    let state: String = cx
        .tx
        .prepare_cached("SELECT profile_state FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?;
    let state = match ProfileState::of(&state) {
        ProfileState::Refused => ProfileState::Refused,
        ProfileState::Known | ProfileState::Waiting => ProfileState::Known,
    };
    profile::done(cx, profile::PHOTO, state)?;
    presence::renew(cx)?;
    profile::publish(cx)
}

fn hash_in(card: &Element) -> String {
    let photo = card.first("PHOTO", ns::VCARD_TEMP).and_then(|photo| photo.first("BINVAL", ns::VCARD_TEMP));
    let text: String = photo.map(Element::content).unwrap_or_default().split_ascii_whitespace().collect();
    STANDARD.decode(text).ok().filter(|bytes| !bytes.is_empty()).map(|bytes| sha1(&bytes)).unwrap_or_default()
}

/// The own picture, as it is shown.
fn picture(cx: &Cx<'_>) -> Result<Option<String>, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT shown FROM avatar WHERE account_id = ?1 AND jid = ?2")?
        .query_row((cx.session.account, cx.session.jid.as_str()), |row| row.get(0))
        .optional()?
        .flatten())
}

fn own(cx: &Cx<'_>) -> Result<Own, Fault> {
    let row = cx
        .tx
        .prepare_cached("SELECT photo, photo_written, photo_wished FROM own_vcard WHERE account_id = ?1")?
        .query_row([cx.session.account], |row| {
            Ok(Own { known: row.get(0)?, written: row.get(1)?, wished: row.get(2)? })
        })
        .optional()?;
    Ok(row.unwrap_or(Own { known: None, written: None, wished: false }))
}

fn know(cx: &Cx<'_>, hash: Option<&str>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "INSERT INTO own_vcard (account_id, photo) VALUES (?1, ?2)
             ON CONFLICT (account_id) DO UPDATE SET photo = excluded.photo",
        )?
        .execute((cx.session.account, hash))?;
    Ok(())
}
