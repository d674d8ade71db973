//! Publishing the own vCard. The newer form (XEP-0292) is a node that only those read whom the user lets; the older one
//! (XEP-0054) is shown to everyone by servers that keep it for themselves, while others make it out of the newer one. Which
//! a server does is told by nothing but what it does: so the older one is read before the newer one is published, and after
//! it; if it has followed, there is nothing to do.
//!
//! Where the older one stands apart it is written alike if everyone may see it, and emptied of the user's fields if not. If
//! both say the same already, nobody knows who wrote the older one: while everyone may see it, that is all right; else it is
//! emptied, and the newer one published again as it was.
//!
//! Invariants: only fields that the user has changed are written, what others wrote besides stays; what contacts only may
//! see is never written where everyone sees it; a vCard that is published is kept here whole until the server has it, since
//! emptying the older one may have emptied the newer.
//!
//! XEPs: 0054, 0060, 0163, 0292

use rusqlite::OptionalExtension;

use super::wire::{self, Form};
use crate::change::Change;
use crate::command::VcardFields;
use crate::contact::{nickname, profile};
use crate::engine::cx::Cx;
use crate::engine::feature::Refusal;
use crate::engine::request::{Answer, Purpose, VcardStep};
use crate::fault::{CommandError, Fault};
use crate::view::item::ProfileState;
use crate::wire::{Element, ns};

/// What is known here of the own vCard.
#[derive(Debug, Default)]
struct Own {
    known: VcardFields,
    wished: Option<VcardFields>,
    /// What was published, if it has to be once more.
    emptied: Option<Element>,
    apart: Option<bool>,
}

/// The same as stored.
type Row = (String, Option<String>, Option<String>, Option<bool>);

/// The user's fields are wished from now on, as they can be shown.
pub fn set(cx: &mut Cx<'_>, vcard: &VcardFields) -> Result<(), Refusal> {
    let wished = read_wish(vcard)?;
    let json = serde_json::to_string(&wished).map_err(|_| Fault::Corrupt("vcard"))?;
    cx.tx
        .prepare_cached(
            "INSERT INTO own_vcard (account_id, wished) VALUES (?1, ?2)
             ON CONFLICT (account_id) DO UPDATE SET wished = excluded.wished",
        )?
        .execute((cx.session.account, json))?;
    cx.change(Change::Accounts);
    Ok(())
}

/// What was typed, as others will read it; or that it can't be.
pub fn read_wish(vcard: &VcardFields) -> Result<VcardFields, CommandError> {
    let line = |text: &str, longest: usize| match wire::one_line(text, longest) {
        None if !text.trim().is_empty() => Err(CommandError::TextInvalid),
        line => Ok(line.unwrap_or_default()),
    };
    let about = vcard.about.trim();
    if about.chars().count() > wire::LONGEST_ABOUT {
        return Err(CommandError::TextInvalid);
    }
    let email = line(&vcard.email, wire::LONGEST)?;
    let mut website = line(&vcard.website, wire::LONGEST_LINK)?;
    // As people write it.
    if !website.is_empty() && !website.contains("://") {
        website = format!("https://{website}");
    }
    if !email.is_empty() && !wire::is_email(&email) || website.contains(' ') {
        return Err(CommandError::TextInvalid);
    }
    Ok(VcardFields {
        full_name: line(&vcard.full_name, nickname::LONGEST)?,
        about: wire::paragraph(about).unwrap_or_default(),
        organisation: line(&vcard.organisation, wire::LONGEST)?,
        role: line(&vcard.role, wire::LONGEST)?,
        email,
        website,
    })
}

/// Whether others have anything to read.
pub fn says_something(cx: &Cx<'_>) -> Result<bool, Fault> {
    let own = own(cx)?;
    Ok(own.wished.unwrap_or(own.known) != VcardFields::default())
}

/// What the server has.
pub fn learn(cx: &mut Cx<'_>, fields: &VcardFields) -> Result<(), Fault> {
    let json = serde_json::to_string(fields).map_err(|_| Fault::Corrupt("vcard"))?;
    cx.tx
        .prepare_cached(
            "INSERT INTO own_vcard (account_id, known) VALUES (?1, ?2)
             ON CONFLICT (account_id) DO UPDATE SET known = excluded.known,
                 wished = NULL, whole = NULL, emptied = 0",
        )?
        .execute((cx.session.account, json))?;
    cx.change(Change::Accounts);
    Ok(())
}

/// The server does not take it: what it had is shown again.
pub fn give_up(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE own_vcard SET wished = NULL, whole = NULL, emptied = 0 WHERE account_id = ?1")?
        .execute([cx.session.account])?;
    cx.change(Change::Accounts);
    Ok(())
}

/// Begins to publish: first, what the older one says.
pub fn begin(cx: &mut Cx<'_>) -> Result<(), Fault> {
    ask(cx, Form::Temp, VcardStep::Before)
}

fn ask(cx: &mut Cx<'_>, form: Form, step: VcardStep) -> Result<(), Fault> {
    cx.request("get", None, wire::request(form), &Purpose::VcardPublication { step: Box::new(step) })
}

/// What came of one step.
pub fn reply(cx: &mut Cx<'_>, step: &VcardStep, answer: &Answer<'_>) -> Result<(), Fault> {
    let reads = matches!(step, VcardStep::Before | VcardStep::Read { .. } | VcardStep::After { .. });
    let iq = match answer {
        // It was too large to be read: to write over it would be to delete it.
        _ if reads && wire::was_too_large(answer) => {
            profile::refused(cx, profile::VCARD)?;
            return profile::publish(cx);
        }
        Answer::Result(iq) => Some(*iq),
        Answer::Error(_) => None,
        Answer::None => {
            profile::missed(cx, profile::VCARD)?;
            return profile::publish(cx);
        }
    };
    let card = |form| iq.and_then(|iq| wire::card(iq, form));
    let temp = || card(Form::Temp).map(|card| wire::fields(card, Form::Temp)).unwrap_or_default();
    match step {
        VcardStep::Before => ask(cx, Form::Vcard4, VcardStep::Read { before: temp() }),
        VcardStep::Read { before } => publish(cx, card(Form::Vcard4), before),
        VcardStep::Published { before, fields } if iq.is_some() => {
            ask(cx, Form::Temp, VcardStep::After { before: before.clone(), fields: fields.clone() })
        }
        VcardStep::Published { .. } => {
            if answer.condition() == Some("conflict") && profile::tries(cx, profile::VCARD)? + 1 < profile::MOST_TRIES {
                return profile::configure(cx, ns::VCARD4_NODE);
            }
            profile::refused(cx, profile::VCARD)?;
            profile::publish(cx)
        }
        // A server that knows no older one shows none.
        VcardStep::After { fields, .. } if iq.is_none() && answer.condition() != Some("item-not-found") => {
            done(cx, fields)
        }
        VcardStep::After { before, fields } => {
            let older = card(Form::Temp).cloned().unwrap_or_else(|| Form::Temp.empty());
            followed(cx, older, before, fields)
        }
        // Whatever the server did with the newer one: it gets it again, and then it shows which kind it is.
        VcardStep::Emptied => {
            profile::again(cx, profile::VCARD)?;
            profile::publish(cx)
        }
        // A server that does not take the older one has none to show.
        VcardStep::Written { fields } => done(cx, fields),
    }
}

/// Puts the wish into what is there, and publishes that.
fn publish(cx: &mut Cx<'_>, there: Option<&Element>, before: &VcardFields) -> Result<(), Fault> {
    let own = own(cx)?;
    let nothing = VcardFields::default();
    let wished = own.wished.as_ref().unwrap_or(&own.known);
    let mut card = match (own.emptied, there) {
        (Some(card), _) => card,
        (None, Some(card)) => card.clone(),
        (None, None) => {
            // What only the older one has comes along.
            let mut card = Form::Vcard4.empty();
            wire::change(&mut card, Form::Vcard4, &nothing, before);
            card
        }
    };
    wire::change(&mut card, Form::Vcard4, &own.known, wished);
    cx.tx
        .prepare_cached(
            "INSERT INTO own_vcard (account_id, whole) VALUES (?1, ?2)
             ON CONFLICT (account_id) DO UPDATE SET whole = excluded.whole",
        )?
        .execute((cx.session.account, card.to_xml()))?;
    let fields = wire::fields(&card, Form::Vcard4);
    let step = VcardStep::Published { before: before.clone(), fields };
    let pubsub = profile::publication(ns::VCARD4_NODE, profile::CURRENT, card, profile::is_open(cx)?);
    cx.request("set", None, pubsub, &Purpose::VcardPublication { step: Box::new(step) })
}

/// The newer one is there: now the older one.
fn followed(cx: &mut Cx<'_>, mut older: Element, before: &VcardFields, fields: &VcardFields) -> Result<(), Fault> {
    let after = wire::fields(&older, Form::Temp);
    let nothing = VcardFields::default();
    let apart = match (after == *fields, after == *before) {
        // Both said the same from the beginning.
        (true, true) if *fields == nothing => return done(cx, fields),
        (true, true) => own(cx)?.apart,
        (true, false) => Some(false),
        (false, _) => Some(true),
    };
    set_apart(cx, apart)?;
    let open = profile::is_open(cx)?;
    let wanted = if open { fields } else { &nothing };
    if apart == Some(false) || after == *wanted {
        return done(cx, fields);
    }
    wire::change(&mut older, Form::Temp, &after, wanted);
    let step = match apart {
        None => {
            cx.tx
                .prepare_cached("UPDATE own_vcard SET emptied = 1 WHERE account_id = ?1")?
                .execute([cx.session.account])?;
            VcardStep::Emptied
        }
        Some(_) => VcardStep::Written { fields: fields.clone() },
    };
    cx.request("set", None, older, &Purpose::VcardPublication { step: Box::new(step) })
}

fn done(cx: &mut Cx<'_>, fields: &VcardFields) -> Result<(), Fault> {
    if profile::done(cx, profile::VCARD, ProfileState::Known)? {
        learn(cx, fields)?;
    }
    profile::publish(cx)
}

fn set_apart(cx: &mut Cx<'_>, apart: Option<bool>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE own_vcard SET apart = ?2 WHERE account_id = ?1")?
        .execute((cx.session.account, apart))?;
    cx.change(Change::Accounts);
    Ok(())
}

fn own(cx: &Cx<'_>) -> Result<Own, Fault> {
    let row: Option<Row> = cx
        .tx
        .prepare_cached(
            "SELECT known, wished, CASE emptied WHEN 1 THEN whole END, apart FROM own_vcard WHERE account_id = ?1",
        )?
        .query_row([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((known, wished, whole, apart)) = row else { return Ok(Own::default()) };
    let read = |json: &str| serde_json::from_str(json).map_err(|_| Fault::Corrupt("vcard"));
    let emptied = whole.and_then(|xml| Element::parse(&xml).ok());
    Ok(Own { known: read(&known)?, wished: wished.as_deref().map(read).transpose()?, emptied, apart })
}
