//! What people tell of themselves: asked for when somebody looks at their details, kept until the next look; and our own
//! (`own.rs`, `photo.rs`).
//!
//! Invariants: nobody's vCard is asked for who is no contact, or is blocked; nothing that one points to is ever fetched; of
//! one only plain, bounded texts are kept; who has more fields than anybody has is not looked at.
//!
//! XEPs: 0054, 0292

pub mod own;
pub mod photo;
pub mod wire;

use jid::BareJid;
use rusqlite::OptionalExtension;

use super::{nickname, profile};
use crate::change::Change;
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, Refusal};
use crate::engine::request::{Answer, Purpose};
use crate::fault::{CommandError, Fault, Violation};
use crate::view::item::VcardItem;
use crate::wire::Element;
use wire::Form;

/// A vCard that came this recently is not asked for again, milliseconds: who goes back and forth between two screens asks
/// once.
const FRESH: i64 = 60_000;

/// See the module.
#[derive(Debug)]
pub struct Vcards;

impl Feature for Vcards {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        let Command::AskVcard { address, .. } = command else { return Ok(None) };
        let jid = BareJid::new(address.trim()).map_err(|_| CommandError::AddressInvalid)?;
        if cx.session.is_live() && (jid == cx.session.jid || is_wanted(cx, &jid)?) {
            ask(cx, &jid)?;
        }
        Ok(Some(Receipt::Done))
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        let (jid, form) = match purpose {
            Purpose::Vcard { jid } => (jid, Form::Vcard4),
            Purpose::VcardTemp { jid } => (jid, Form::Temp),
            // What the server can do is known now.
            Purpose::AccountFeatures => return photo::features_known(cx).map(|()| Done::Taken),
            Purpose::VcardPhoto => return photo::read(cx, answer).map(|()| Done::Taken),
            Purpose::VcardPhotoWritten { hash } => return photo::written(cx, hash, answer).map(|()| Done::Taken),
            Purpose::VcardPublication { step } => return own::reply(cx, step, answer).map(|()| Done::Taken),
            _ => return Ok(Done::Pass),
        };
        let Ok(jid) = BareJid::new(jid) else { return Ok(Done::Taken) };
        let card = match answer {
            // What is known stays.
            _ if wire::was_too_large(answer) => return Ok(Done::Taken),
            Answer::Result(iq) => wire::card(iq, form),
            Answer::Error(_) => None,
            Answer::None => return Ok(Done::Taken),
        };
        // Who has not come to the newer form yet has the older one.
        if form == Form::Vcard4 && card.is_none_or(|card| card.children().next().is_none()) {
            let purpose = Purpose::VcardTemp { jid: jid.to_string() };
            cx.request("get", Some(jid.as_str()), wire::request(Form::Temp), &purpose)?;
            return Ok(Done::Taken);
        }
        if jid == cx.session.jid {
            if !profile::waits(cx, profile::VCARD)? {
                own::learn(cx, &card.map(|card| wire::fields(card, form)).unwrap_or_default())?;
            }
        } else {
            take(cx, &jid, card, form)?;
        }
        Ok(Done::Taken)
    }
}

/// Somebody on the roster whom the user wants to hear.
fn is_wanted(cx: &Cx<'_>, jid: &BareJid) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM contact WHERE account_id = ?1 AND jid = ?2 AND NOT EXISTS
         (SELECT 1 FROM block WHERE block.account_id = ?1 AND block.jid IN (?2, ?3) AND block.state <> 'lifting')";
    Ok(cx.tx.prepare_cached(sql)?.exists((cx.session.account, jid.as_str(), jid.domain().as_str()))?)
}

fn ask(cx: &mut Cx<'_>, jid: &BareJid) -> Result<(), Fault> {
    let now = cx.server_time();
    let fresh = cx
        .tx
        .prepare_cached("SELECT 1 FROM vcard WHERE account_id = ?1 AND jid = ?2 AND time BETWEEN ?3 AND ?4")?
        .exists((cx.session.account, jid.as_str(), now.saturating_sub(FRESH), now))?;
    let purpose = Purpose::Vcard { jid: jid.to_string() };
    let older = Purpose::VcardTemp { jid: jid.to_string() };
    if fresh || cx.is_under_way(&purpose)? || cx.is_under_way(&older)? {
        return Ok(());
    }
    cx.request("get", Some(jid.as_str()), wire::request(Form::Vcard4), &purpose)
}

fn take(cx: &mut Cx<'_>, jid: &BareJid, card: Option<&Element>, form: Form) -> Result<(), Fault> {
    // They may be nobody to us meanwhile.
    if !is_wanted(cx, jid)? {
        return Ok(());
    }
    let item = match card.map(|card| wire::item(card, form)) {
        None => VcardItem::default(),
        Some(Ok(item)) => item,
        Some(Err(wire::TooLarge)) => {
            cx.violation(Violation::VcardTooLarge);
            VcardItem::default()
        }
    };
    let json = serde_json::to_string(&item).map_err(|_| Fault::Corrupt("vcard"))?;
    cx.tx
        .prepare_cached("INSERT OR REPLACE INTO vcard (account_id, jid, card, time) VALUES (?1, ?2, ?3, ?4)")?
        .execute((cx.session.account, jid.as_str(), json, cx.server_time()))?;
    let account = cx.account();
    cx.change(Change::Contacts(account));
    nickname::take_full_name(cx, jid, item.full_name)
}

/// The name in somebody's vCard, as far as it is known.
pub fn full_name(cx: &Cx<'_>, jid: &BareJid) -> Result<Option<String>, Fault> {
    let json: Option<String> = cx
        .tx
        .prepare_cached("SELECT card FROM vcard WHERE account_id = ?1 AND jid = ?2")?
        .query_row((cx.session.account, jid.as_str()), |row| row.get(0))
        .optional()?;
    let item: Option<VcardItem> = json.and_then(|json| serde_json::from_str(&json).ok());
    Ok(item.and_then(|item| item.full_name))
}

/// They are nobody to us any more.
pub fn forget(cx: &Cx<'_>, jid: &BareJid) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("DELETE FROM vcard WHERE account_id = ?1 AND jid = ?2")?
        .execute((cx.session.account, jid.as_str()))?;
    Ok(())
}

/// The roster is read anew: who is not on it any more is nobody to us.
pub fn forget_strangers(cx: &Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "DELETE FROM vcard WHERE account_id = ?1 AND NOT EXISTS
                 (SELECT 1 FROM contact WHERE contact.account_id = ?1 AND contact.jid = vcard.jid)",
        )?
        .execute([cx.session.account])?;
    Ok(())
}
