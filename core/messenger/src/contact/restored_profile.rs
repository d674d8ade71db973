//! The profile out of a backup. What the server of the account has wins: it is asked first, part by part, and only what it
//! has none of is published, as if the user had chosen it now. Nothing is shown before.
//!
//! Both forms of the vCard are looked at, and the picture in the older one: a program that knows no other may have put it
//! there.
//!
//! Invariants: a part is published once at most; what the user chooses meanwhile takes its place; a picture is a JPEG or
//! PNG of a size that we draw.
//!
//! XEPs: 0054, 0060, 0084, 0163, 0172, 0292

use rusqlite::{Connection as Database, OptionalExtension, params};

use super::profile::{self, NICKNAME, PICTURE, VCARD};
use super::vcard::wire::{self, Form};
use super::{nickname, vcard};
use crate::command::VcardFields;
use crate::engine::cx::Cx;
use crate::engine::feature::Refusal;
use crate::engine::request::{Answer, Purpose};
use crate::fault::Fault;
use crate::ids::AccountId;
use crate::wire::{Element, ns};

/// The part of [`Purpose::RestoredProfile`] that asks for the older vCard, before all others.
const OLDER: &str = "older";
const PARTS: [&str; 3] = [PICTURE, NICKNAME, VCARD];

/// What of a profile is in a backup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    pub nickname: Option<String>,
    pub vcard: Option<VcardFields>,
    /// JPEG or PNG.
    pub picture: Option<Vec<u8>>,
}

/// What is known here of the own profile.
pub fn collect(tx: &Database, account: AccountId, own: &str) -> Result<Parts, Fault> {
    let nickname = tx
        .prepare_cached("SELECT name FROM nickname WHERE account_id = ?1 AND jid = ?2 AND full_name = 0")?
        .query_row((account, own), |row| row.get(0))
        .optional()?;
    let fields: Option<String> = tx
        .prepare_cached("SELECT coalesce(wished, known) FROM own_vcard WHERE account_id = ?1")?
        .query_row([account], |row| row.get(0))
        .optional()?;
    let picture = tx
        .prepare_cached(
            "SELECT picture.bytes FROM avatar JOIN picture ON picture.hash = avatar.shown
             WHERE avatar.account_id = ?1 AND avatar.jid = ?2",
        )?
        .query_row((account, own), |row| row.get(0))
        .optional()?;
    let vcard = fields.and_then(|json| serde_json::from_str(&json).ok());
    Ok(Parts { nickname, vcard: vcard.filter(|vcard| *vcard != VcardFields::default()), picture })
}

/// Keeps what a backup says until the server was asked. What nobody could have chosen is left out.
pub fn keep(cx: &mut Cx<'_>, parts: &Parts) -> Result<(), Fault> {
    let name = parts.nickname.as_deref().and_then(nickname::clean);
    let fields = parts.vcard.as_ref().and_then(|vcard| vcard::own::read_wish(vcard).ok());
    let json = fields.map(|fields| serde_json::to_string(&fields)).transpose().map_err(|_| Fault::Corrupt("vcard"))?;
    let picture = parts.picture.as_ref().filter(|bytes| profile::is_picture(bytes));
    if name.is_none() && json.is_none() && picture.is_none() {
        return Ok(());
    }
    cx.tx
        .prepare_cached(
            "INSERT INTO restored_profile (account_id, nickname, vcard, picture) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (account_id) DO UPDATE SET
                 nickname = excluded.nickname, vcard = excluded.vcard, picture = excluded.picture",
        )?
        .execute(params![cx.session.account, name, json, picture])?;
    look(cx)
}

/// Asks the server what it has, unless nothing is left to be asked about.
pub fn look(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if !cx.session.is_live() || left(cx)?.is_empty() {
        return Ok(());
    }
    for part in PARTS.into_iter().chain([OLDER]) {
        if cx.is_under_way(&purpose(part))? {
            return Ok(());
        }
    }
    ask(cx, OLDER)
}

fn purpose(part: &str) -> Purpose {
    Purpose::RestoredProfile { part: part.to_owned() }
}

fn ask(cx: &mut Cx<'_>, part: &str) -> Result<(), Fault> {
    let node = match part {
        OLDER => return cx.request("get", None, wire::request(Form::Temp), &purpose(part)),
        NICKNAME => ns::NICK,
        VCARD => ns::VCARD4_NODE,
        _ => ns::AVATAR_METADATA,
    };
    let items = Element::new("items", ns::PUBSUB).with("node", node);
    cx.request("get", None, Element::new("pubsub", ns::PUBSUB).child(items), &purpose(part))
}

/// What the server has of a part.
pub fn answered(cx: &mut Cx<'_>, part: &str, answer: &Answer<'_>) -> Result<(), Fault> {
    let there = match answer {
        // It is asked again in the next session.
        Answer::None => return Ok(()),
        _ if part == OLDER => return older(cx, answer),
        Answer::Result(iq) => match iq.first("pubsub", ns::PUBSUB) {
            Some(pubsub) => pubsub.first("items", ns::PUBSUB).is_some_and(|items| items.children().next().is_some()),
            // It was too large to be read.
            None => true,
        },
        // A server that can't say so could not be told either.
        Answer::Error(_) => answer.condition() != Some("item-not-found"),
    };
    let chosen = there || profile::waits(cx, part)?;
    let (name, fields, picture) = take(cx, part)?;
    if chosen {
        return Ok(());
    }
    if let Some(name) = name {
        profile::choose_nickname(cx, Some(name))?;
    }
    if let Some(fields) = fields.and_then(|json| serde_json::from_str(&json).ok()) {
        match profile::choose_vcard(cx, &fields) {
            Ok(()) | Err(Refusal::Command(_)) => {}
            Err(Refusal::Fault(fault)) => return Err(fault),
        }
    }
    if let Some(bytes) = picture {
        profile::choose_picture(cx, &bytes, None)?;
    }
    profile::publish(cx)
}

/// The older vCard: what it says counts, too. Then the rest is asked for.
fn older(cx: &mut Cx<'_>, answer: &Answer<'_>) -> Result<(), Fault> {
    let card = match answer {
        Answer::Result(iq) => wire::card(iq, Form::Temp),
        _ => None,
    };
    let too_large = wire::was_too_large(answer);
    if too_large || card.is_some_and(|card| wire::fields(card, Form::Temp) != VcardFields::default()) {
        drop_part(cx, VCARD)?;
    }
    let photo = card.and_then(|card| card.first("PHOTO", ns::VCARD_TEMP));
    if too_large || photo.is_some_and(|photo| photo.children().next().is_some()) {
        drop_part(cx, PICTURE)?;
    }
    for part in left(cx)? {
        ask(cx, part)?;
    }
    Ok(())
}

/// The parts that the server is still to be asked about.
fn left(cx: &Cx<'_>) -> Result<Vec<&'static str>, Fault> {
    let there: Option<[bool; 3]> = cx
        .tx
        .prepare_cached(
            "SELECT picture IS NOT NULL, nickname IS NOT NULL, vcard IS NOT NULL FROM restored_profile
             WHERE account_id = ?1",
        )?
        .query_row([cx.session.account], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))
        .optional()?;
    let there = there.unwrap_or_default();
    Ok(PARTS.into_iter().zip(there).filter(|(_, there)| *there).map(|(part, _)| part).collect())
}

/// A part as stored: nickname, vCard, picture.
type Stored = (Option<String>, Option<String>, Option<Vec<u8>>);

fn take(cx: &Cx<'_>, part: &str) -> Result<Stored, Fault> {
    let stored = cx
        .tx
        .prepare_cached(
            "SELECT CASE ?2 WHEN 'nickname' THEN nickname END, CASE ?2 WHEN 'vcard' THEN vcard END,
                 CASE ?2 WHEN 'picture' THEN picture END
             FROM restored_profile WHERE account_id = ?1",
        )?
        .query_row((cx.session.account, part), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    drop_part(cx, part)?;
    Ok(stored.unwrap_or_default())
}

/// The user has chosen something else, or the server has it.
pub fn drop_part(cx: &Cx<'_>, part: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE restored_profile SET nickname = CASE ?2 WHEN 'nickname' THEN NULL ELSE nickname END,
                 vcard = CASE ?2 WHEN 'vcard' THEN NULL ELSE vcard END,
                 picture = CASE ?2 WHEN 'picture' THEN NULL ELSE picture END
             WHERE account_id = ?1",
        )?
        .execute((cx.session.account, part))?;
    cx.tx
        .prepare_cached(
            "DELETE FROM restored_profile
             WHERE account_id = ?1 AND nickname IS NULL AND vcard IS NULL AND picture IS NULL",
        )?
        .execute([cx.session.account])?;
    Ok(())
}
