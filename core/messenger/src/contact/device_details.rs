//! What a contact's device is: program, system, the time there, and what kind of device it is. Asked when the user taps
//! on it, kept until it goes.
//!
//! Invariants: nothing is asked by itself, for the question tells them that somebody looks; nobody is asked who may not
//! see that we are here, nor who is blocked, nor a device that is not there. An answer counts for the device that was
//! asked and no other; only what the hash in its presence proves counts for every device that names the same. Of an answer
//! only plain, bounded texts are kept, and of a clock only what a clock can show.
//!
//! XEPs: 0030, 0092, 0115, 0202

use jid::{BareJid, FullJid, Jid};
use rusqlite::{OptionalExtension, params};

use super::{blocking, nickname, subscription};
use crate::change::Change;
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, Refusal};
use crate::engine::request::{Answer, DeviceQuestion, Purpose};
use crate::fault::{CommandError, Fault, Violation};
use crate::ids::ChatId;
use crate::session::capabilities::{Hash, identities, verification};
use crate::session::clock::{format_stamp, parse_stamp};
use crate::view::item::DeviceKind;
use crate::wire::{Element, ns};

/// A device that was asked this recently is not asked again, milliseconds.
const FRESH: i64 = 60_000;
/// Characters of a program's name, its version, or a system.
const LONGEST: usize = 100;
/// Features, identities and forms of an answer. Programs have some fifty.
const MOST: usize = 1_000;
/// Names of capabilities whose meaning is kept for an account.
const MOST_KEPT: u32 = 200;
/// Bytes of what presence says of capabilities: of a function's name, of the hash, and of the program's address.
const LONGEST_HASH: usize = 20;
const LONGEST_VER: usize = 128;
const LONGEST_NODE: usize = 500;
/// A clock that is further from ours says nothing of the time there, milliseconds.
const MOST_AHEAD: i64 = 86_400_000;
/// Below that it is the way of the answer that is seen, milliseconds.
const LEAST_AHEAD: i64 = 5_000;

/// See the module.
#[derive(Debug)]
pub struct DeviceDetails;

impl Feature for DeviceDetails {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        let Command::AskContactDevice { chat, device } = command else { return Ok(None) };
        let device = to_ask(cx, *chat, device)?;
        ask(cx, &device)?;
        Ok(Some(Receipt::Done))
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        let Purpose::ContactDevice { device, of } = purpose else { return Ok(Done::Pass) };
        let Ok(device) = FullJid::new(device) else { return Ok(Done::Taken) };
        match of {
            DeviceQuestion::Version => take_version(cx, &device, answer)?,
            DeviceQuestion::Time { asked } => take_time(cx, &device, *asked, answer)?,
            DeviceQuestion::Info { hash, ver } => take_info(cx, &device, hash.as_deref(), ver, answer)?,
        }
        changed(cx);
        Ok(Done::Taken)
    }
}

/// What a presence says of capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named<'a> {
    /// `None`: by the older form.
    pub hash: Option<&'a str>,
    pub node: &'a str,
    pub ver: &'a str,
}

/// What a presence names, if that can be kept.
pub fn named(presence: &Element) -> Option<Named<'_>> {
    let caps = presence.first("c", ns::CAPS)?;
    let told = |name, longest| caps.attribute(name).filter(|value: &&str| !value.is_empty() && value.len() <= longest);
    let hash = match caps.attribute("hash") {
        None => None,
        Some(_) => Some(told("hash", LONGEST_HASH)?),
    };
    Some(Named { hash, node: told("node", LONGEST_NODE)?, ver: told("ver", LONGEST_VER)? })
}

fn changed(cx: &mut Cx<'_>) {
    let account = cx.account();
    cx.change(Change::Presence(account));
}

/// The device, if it may be asked now.
fn to_ask(cx: &Cx<'_>, chat: ChatId, resource: &str) -> Result<FullJid, Refusal> {
    if !cx.session.is_live() {
        return Err(CommandError::Offline.into());
    }
    let peer: Option<String> =
        cx.tx.prepare_cached("SELECT jid FROM chat WHERE id = ?1")?.query_row([chat], |row| row.get(0)).optional()?;
    let peer = peer.and_then(|peer| BareJid::new(&peer).ok()).ok_or(CommandError::NotFound)?;
    let device = peer.with_resource_str(resource).map_err(|_| CommandError::NotFound)?;
    // One's own are asked elsewhere, and of strangers no presence is kept.
    let there = cx
        .tx
        .prepare_cached("SELECT 1 FROM presence WHERE account_id = ?1 AND jid = ?2 AND resource = ?3")?
        .exists((cx.session.account, peer.as_str(), resource))?;
    if blocking::is_blocked(cx, &Jid::from(device.clone()))? {
        return Err(CommandError::NotNow.into());
    }
    if peer == cx.session.jid || !there {
        return Err(CommandError::NotFound.into());
    }
    if !subscription::may_see_us(cx, &peer)? {
        return Err(CommandError::NotNow.into());
    }
    Ok(device)
}

fn key(device: &FullJid) -> (String, String) {
    (device.to_bare().to_string(), device.resource().to_string())
}

/// Whether the user has wanted to know it a moment ago. No answer takes longer than that, and a clock that was set back
/// meanwhile makes nobody wait.
fn is_fresh(cx: &Cx<'_>, device: &FullJid) -> Result<bool, Fault> {
    let (jid, resource) = key(device);
    let asked: Option<i64> = cx
        .tx
        .prepare_cached("SELECT asked FROM device_details WHERE account_id = ?1 AND jid = ?2 AND resource = ?3")?
        .query_row((cx.session.account, jid, resource), |row| row.get(0))
        .optional()?;
    let now = cx.server_time();
    Ok(asked.is_some_and(|asked| (asked..asked.saturating_add(FRESH)).contains(&now)))
}

fn ask(cx: &mut Cx<'_>, device: &FullJid) -> Result<(), Fault> {
    let (jid, resource) = key(device);
    let now = cx.server_time();
    if is_fresh(cx, device)? {
        return Ok(());
    }
    let names = names(cx, device)?;
    let known = match &names {
        Some(Names { hash: Some(hash), ver, .. }) => kept(cx, hash, ver)?,
        _ => None,
    };
    let unknown = names.filter(|_| known.is_none());
    let info = if unknown.is_some() { "asking" } else { "told" };
    cx.tx
        .prepare_cached(
            "INSERT INTO device_details (account_id, jid, resource, asked, version, time, info, kind)
             VALUES (?1, ?2, ?3, ?4, 'asking', 'asking', ?5, ?6)
             ON CONFLICT (account_id, jid, resource) DO UPDATE SET asked = excluded.asked, version = 'asking',
                 time = 'asking', info = excluded.info, kind = coalesce(excluded.kind, kind)",
        )?
        .execute(params![cx.session.account, jid, resource, now, info, known.flatten()])?;
    changed(cx);
    request(cx, device, Element::new("query", ns::VERSION), DeviceQuestion::Version)?;
    let time = DeviceQuestion::Time { asked: cx.now.mono };
    request(cx, device, Element::new("time", ns::TIME), time)?;
    unknown.map_or(Ok(()), |names| ask_info(cx, device, names))
}

fn ask_info(cx: &mut Cx<'_>, device: &FullJid, names: Names) -> Result<(), Fault> {
    let Names { hash, node, ver } = names;
    let query = Element::new("query", ns::DISCO_INFO).with("node", format!("{node}#{ver}"));
    request(cx, device, query, DeviceQuestion::Info { hash, ver })
}

fn request(cx: &mut Cx<'_>, device: &FullJid, payload: Element, of: DeviceQuestion) -> Result<(), Fault> {
    let device = device.to_string();
    cx.request("get", Some(&device), payload, &Purpose::ContactDevice { device: device.clone(), of })
}

/// What is kept of [`Named`].
struct Names {
    hash: Option<String>,
    node: String,
    ver: String,
}

/// What the device's presence names now.
fn names(cx: &Cx<'_>, device: &FullJid) -> Result<Option<Names>, Fault> {
    let (jid, resource) = key(device);
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT caps_hash, caps_node, caps_ver FROM presence
             WHERE account_id = ?1 AND jid = ?2 AND resource = ?3 AND caps_ver IS NOT NULL",
        )?
        .query_row((cx.session.account, jid, resource), |row| {
            Ok(Names { hash: row.get(0)?, node: row.get(1)?, ver: row.get(2)? })
        })
        .optional()?)
}

/// What an answer that told nothing says.
fn untold(answer: &Answer<'_>) -> &'static str {
    match answer {
        Answer::Result(_) => "refused",
        Answer::Error(_) => match answer.condition() {
            // It, or its server, was not reached: what it would have told is not known.
            Some("recipient-unavailable" | "remote-server-not-found" | "remote-server-timeout") => "silent",
            _ => "refused",
        },
        Answer::None => "silent",
    }
}

fn take_version(cx: &Cx<'_>, device: &FullJid, answer: &Answer<'_>) -> Result<(), Fault> {
    let query = if let Answer::Result(iq) = answer { iq.first("query", ns::VERSION) } else { None };
    let told = |name| nickname::line(&query?.first(name, ns::VERSION)?.content(), LONGEST);
    let program = told("name");
    let state = if program.is_some() { "told" } else { untold(answer) };
    let (jid, resource) = key(device);
    // Who gives no answer said once what stays true.
    cx.tx
        .prepare_cached(
            "UPDATE device_details SET version = ?4,
                 program = CASE WHEN ?4 = 'silent' THEN program ELSE ?5 END,
                 program_version = CASE WHEN ?4 = 'silent' THEN program_version ELSE ?6 END,
                 system = CASE WHEN ?4 = 'silent' THEN system ELSE ?7 END
             WHERE account_id = ?1 AND jid = ?2 AND resource = ?3",
        )?
        .execute(params![cx.session.account, jid, resource, state, program, told("version"), told("os")])?;
    Ok(())
}

fn take_time(cx: &Cx<'_>, device: &FullJid, asked: u64, answer: &Answer<'_>) -> Result<(), Fault> {
    let time = if let Answer::Result(iq) = answer { iq.first("time", ns::TIME) } else { None };
    let text = |name| time.and_then(|time| time.first(name, ns::TIME)).map(Element::content);
    let told = text("tzo").as_deref().and_then(zone).zip(text("utc").as_deref().and_then(utc));
    // It looked at its clock somewhere on the way.
    let took = i64::try_from(cx.now.mono.saturating_sub(asked)).unwrap_or(0);
    let then = cx.server_time().saturating_sub(took / 2);
    let told = told.map(|(zone, utc)| (zone, utc.saturating_sub(then)));
    let told = told.filter(|(_, ahead)| ahead.saturating_abs() <= MOST_AHEAD.saturating_add(took));
    let told = told.map(|(zone, ahead)| (zone, if ahead.saturating_abs() < LEAST_AHEAD { 0 } else { ahead }));
    let state = if told.is_some() { "told" } else { untold(answer) };
    let (jid, resource) = key(device);
    cx.tx
        .prepare_cached(
            "UPDATE device_details SET time = ?4,
                 utc_offset = CASE WHEN ?4 = 'silent' THEN utc_offset ELSE ?5 END,
                 clock_offset = CASE WHEN ?4 = 'silent' THEN clock_offset ELSE ?6 END
             WHERE account_id = ?1 AND jid = ?2 AND resource = ?3",
        )?
        .execute(params![
            cx.session.account,
            jid,
            resource,
            state,
            told.map(|(zone, _)| zone),
            told.map(|(_, ahead)| ahead)
        ])?;
    Ok(())
}

/// Minutes of a time zone definition (XEP-0082 3.2), to the letter: what is written otherwise may be meant otherwise.
fn zone(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
    let number = |part: &str| -> Option<i64> {
        let digits = part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_digit());
        if digits { part.parse().ok() } else { None }
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    // Nobody on earth is further from UTC.
    let total = (minutes < 60).then_some(hours * 60 + minutes).filter(|total| *total <= 14 * 60)?;
    Some(if text.starts_with('-') { -total } else { total })
}

/// UTC milliseconds of a date-time that is in UTC and says so (XEP-0202 2, XEP-0082 3.2).
fn utc(text: &str) -> Option<i64> {
    let (seconds, rest) = text.split_at_checked(19)?;
    let fraction = rest.strip_suffix('Z')?;
    let digits = fraction.strip_prefix('.').unwrap_or("0");
    let sound = !digits.is_empty()
        && (fraction.is_empty() || fraction.starts_with('.'))
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    let time = parse_stamp(text).filter(|_| sound)?;
    // A day that no month has is taken for another one.
    format_stamp(time).starts_with(seconds).then_some(time)
}

fn take_info(
    cx: &mut Cx<'_>,
    device: &FullJid,
    hash: Option<&str>,
    ver: &str,
    answer: &Answer<'_>,
) -> Result<(), Fault> {
    // It has changed meanwhile, and what it was it need not know any more.
    let now = names(cx, device)?.filter(|names| names.ver != ver || names.hash.as_deref() != hash);
    if let (Some(now), false) = (now, matches!(answer, Answer::None))
        && is_fresh(cx, device)?
    {
        return ask_info(cx, device, now);
    }
    let info = if let Answer::Result(iq) = answer { iq.first("query", ns::DISCO_INFO) } else { None };
    let kind = match info {
        Some(info) => read_info(cx, hash, ver, info)?,
        None => None,
    };
    let state = if info.is_some() { "told" } else { untold(answer) };
    let (jid, resource) = key(device);
    cx.tx
        .prepare_cached(
            "UPDATE device_details SET info = ?4, kind = CASE WHEN ?4 = 'silent' THEN kind ELSE ?5 END
             WHERE account_id = ?1 AND jid = ?2 AND resource = ?3",
        )?
        .execute(params![cx.session.account, jid, resource, state, kind])?;
    Ok(())
}

/// What kind of device says this of itself (XEP-0115 5.4).
fn read_info(cx: &mut Cx<'_>, hash: Option<&str>, ver: &str, info: &Element) -> Result<Option<&'static str>, Fault> {
    if info.children().nth(MOST).is_some() {
        cx.violation(Violation::DiscoTooLarge);
        return Ok(None);
    }
    let Ok(identities) = identities(info) else {
        cx.violation(Violation::CapabilitiesForged);
        return Ok(None);
    };
    let told = identities.iter().filter_map(|[category, kind, ..]| DeviceKind::of(category, kind));
    let kind = told.min().map(DeviceKind::name);
    // Of another function, or in the older form, nothing can be verified: it counts for this device.
    if let Some((name, hash)) = hash.and_then(|name| Some((name, Hash::named(name)?))) {
        match verification(info, hash) {
            Ok(named) if named == ver => keep(cx, name, ver, kind)?,
            Ok(_) => cx.violation(Violation::CapabilitiesForged),
            Err(_) => {
                cx.violation(Violation::CapabilitiesForged);
                return Ok(None);
            }
        }
    }
    Ok(kind)
}

/// What kind of device has capabilities of this name, where that was verified once.
fn kept(cx: &Cx<'_>, hash: &str, ver: &str) -> Result<Option<Option<String>>, Fault> {
    let key = (cx.session.account, hash, ver);
    let kind: Option<Option<String>> = cx
        .tx
        .prepare_cached("SELECT kind FROM capabilities WHERE account_id = ?1 AND hash = ?2 AND ver = ?3")?
        .query_row(key, |row| row.get(0))
        .optional()?;
    if kind.is_some() {
        cx.tx
            .prepare_cached("UPDATE capabilities SET time = ?4 WHERE account_id = ?1 AND hash = ?2 AND ver = ?3")?
            .execute((key.0, key.1, key.2, cx.server_time()))?;
    }
    Ok(kind)
}

fn keep(cx: &Cx<'_>, hash: &str, ver: &str, kind: Option<&str>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "INSERT OR REPLACE INTO capabilities (account_id, hash, ver, kind, time) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![cx.session.account, hash, ver, kind, cx.server_time()])?;
    cx.tx
        .prepare_cached(
            "DELETE FROM capabilities WHERE account_id = ?1 AND (hash, ver) IN
                 (SELECT hash, ver FROM capabilities WHERE account_id = ?1 ORDER BY time DESC, ver LIMIT -1 OFFSET ?2)",
        )?
        .execute((cx.session.account, MOST_KEPT))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_a_zone_that_is_one_is_a_zone() {
        for (text, minutes) in
            [("Z", 0), ("+00:00", 0), ("-06:00", -360), ("+05:45", 345), ("+14:00", 840), ("-12:00", -720)]
        {
            assert_eq!(zone(text), Some(minutes), "{text}");
        }
        for text in ["", "z", "+", "6:00", "+6:00", "+06:0", "+0600", "+14:01", "+99:00", "+05:60", "-+5:00", " +05:00"]
        {
            assert_eq!(zone(text), None, "{text}");
        }
    }

    #[test]
    fn only_utc_that_is_utc_is_taken() {
        assert_eq!(utc("2006-12-19T17:58:35Z"), Some(1_166_551_115_000));
        assert_eq!(utc("2006-12-19T17:58:35.25Z"), Some(1_166_551_115_250));
        for text in [
            "",
            "Z",
            "2006-12-19T17:58:35",
            "2006-12-19T17:58:35+00:00",
            "2006-12-19T17:58:35+05:00Z",
            "2006-12-19T17:58:35.Z",
            "2006-12-19T17:58:35.-1Z",
            "2006-12-19 17:58:35Z",
            "2006-02-31T17:58:35Z",
            "2006-12-19T17:58:60Z",
            "2006-12-19T24:00:00Z",
            "+006-12-19T17:58:35Z",
            "2006-12-19T17:58:3🦀Z",
            "20061219T17:58:35Z",
        ] {
            assert_eq!(utc(text), None, "{text}");
        }
    }

    #[test]
    fn what_presence_names_is_bounded() {
        let named = |attributes: &str| {
            let xml = format!(
                "<presence xmlns='jabber:client'><c xmlns='http://jabber.org/protocol/caps' {attributes}/></presence>"
            );
            let presence = Element::parse(&xml).unwrap();
            super::named(&presence).map(|named| (named.hash.map(str::to_owned), named.node.to_owned()))
        };
        let sha1 = Some("sha-1".to_owned());
        assert_eq!(named("hash='sha-1' node='urn:n' ver='v'"), Some((sha1, "urn:n".to_owned())));
        assert_eq!(named("node='urn:n' ver='0.9'"), Some((None, "urn:n".to_owned())));
        let long = "x".repeat(501);
        for nothing in [
            "",
            "node='urn:n'",
            "ver='v'",
            "node='' ver='v'",
            "hash='' node='urn:n' ver='v'",
            &format!("hash='{long}' node='urn:n' ver='v'"),
            &format!("hash='sha-1' node='{long}' ver='v'"),
            &format!("hash='sha-1' node='urn:n' ver='{long}'"),
        ] {
            assert_eq!(named(nothing), None, "{nothing}");
        }
    }
}
