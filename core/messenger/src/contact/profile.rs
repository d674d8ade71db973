//! The user's own profile: a picture, a name, a vCard (`vcard/own.rs`), and who may see them. What is wished shows here at
//! once, is a row until the server has it, and leaves when there is a connection; another device's wish that comes
//! meanwhile gives way to it.
//!
//! A picture is published as XEP-0084 has it, the file first and then the news of it, as JPEG where it is not transparent,
//! as other programs do: a PNG of a photograph has several times the bytes.
//!
//! Invariants: one publication is under way at a time; a node is published only with the access that the user has chosen,
//! and one that another program has made otherwise is changed first; the file was drawn anew by us, so nothing of the
//! original goes along.
//!
//! XEPs: 0060, 0084, 0163, 0172

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::OptionalExtension;

use super::avatar::{self, wire};
use super::{nickname, restored_profile, vcard};
use crate::change::Change;
use crate::command::{Command, Receipt, VcardFields};
use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, Refusal, SessionEvent};
use crate::engine::request::{Answer, Purpose};
use crate::fault::{CommandError, Fault};
use crate::view::item::ProfileState;
use crate::wire::{Element, ns};

/// Bytes of our own picture: what we draw is far smaller.
const LARGEST: usize = 256 << 10;
/// The item of a node that has one only.
pub(super) const CURRENT: &str = "current";

/// See the module.
#[derive(Debug)]
pub struct Profile;

/// What of the profile the server is still to be told; as stored.
pub const PICTURE: &str = "picture";
pub const NICKNAME: &str = "nickname";
pub const VCARD: &str = "vcard";
/// The picture in the older vCard.
pub const PHOTO: &str = "photo";
/// How often a publication is tried in one session.
pub(super) const MOST_TRIES: u32 = 3;

impl Feature for Profile {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::SetPicture { picture: Some(picture), .. } => {
                if picture.bytes.is_empty() || picture.bytes.len() > LARGEST {
                    return Err(CommandError::PictureInvalid.into());
                }
                restored_profile::drop_part(cx, PICTURE)?;
                choose_picture(cx, &picture.bytes, Some(picture.side))?;
            }
            Command::SetPicture { picture: None, .. } => {
                restored_profile::drop_part(cx, PICTURE)?;
                let own = cx.own();
                avatar::forget(cx, &own)?;
                wish(cx, PICTURE)?;
                vcard::photo::changed(cx)?;
            }
            Command::SetNickname { nickname, .. } => {
                let shown = nickname::clean(nickname);
                if nickname.chars().count() > nickname::LONGEST || (shown.is_none() && !nickname.trim().is_empty()) {
                    return Err(CommandError::TextInvalid.into());
                }
                restored_profile::drop_part(cx, NICKNAME)?;
                choose_nickname(cx, shown)?;
            }
            Command::SetVcard { vcard, .. } => {
                choose_vcard(cx, vcard)?;
                restored_profile::drop_part(cx, VCARD)?;
            }
            Command::SetProfileOpen { open, .. } => {
                cx.tx
                    .prepare_cached("UPDATE account SET profile_open = ?2 WHERE id = ?1")?
                    .execute((cx.session.account, open))?;
                cx.change(Change::Accounts);
                // What is published already gets the other access with being published again.
                for what in [PICTURE, NICKNAME] {
                    if current(cx, what)?.is_some() {
                        wish(cx, what)?;
                    }
                }
                if vcard::own::says_something(cx)? {
                    wish(cx, VCARD)?;
                }
                vcard::photo::changed(cx)?;
            }
            _ => return Ok(None),
        }
        publish(cx)?;
        Ok(Some(Receipt::Done))
    }

    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        match event {
            SessionEvent::Bound => {
                cx.tx
                    .prepare_cached(
                        "UPDATE profile_wish SET under_way = 0, renewed = 0, tries = 0 WHERE account_id = ?1",
                    )?
                    .execute([cx.session.account])?;
                publish(cx)?;
                restored_profile::look(cx)
            }
            SessionEvent::Resumed => {
                publish(cx)?;
                restored_profile::look(cx)
            }
            SessionEvent::Lost => Ok(()),
        }
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        let (node, value) = match purpose {
            Purpose::ProfilePublished { node, value } => (node.as_str(), value.as_deref()),
            Purpose::RestoredProfile { part } => {
                restored_profile::answered(cx, part, answer)?;
                return Ok(Done::Taken);
            }
            Purpose::ProfileNodeConfigured { node } => {
                let what = kind_of(node);
                match answer {
                    Answer::Result(_) => again(cx, what)?,
                    Answer::Error(_) => refused(cx, what)?,
                    Answer::None => missed(cx, what)?,
                }
                publish(cx)?;
                return Ok(Done::Taken);
            }
            _ => return Ok(Done::Pass),
        };
        let what = kind_of(node);
        let still = current(cx, what)?.as_deref() == value;
        match answer {
            // The file is there: now the news of it.
            Answer::Result(_) if still && node == ns::AVATAR_DATA => {
                return publish_news(cx, value).map(|()| Done::Taken);
            }
            Answer::Result(_) if still => drop(done(cx, what, ProfileState::Known)?),
            // Something else was chosen meanwhile.
            Answer::Result(_) => again(cx, what)?,
            Answer::Error(_) if answer.condition() == Some("conflict") && tries(cx, what)? + 1 < MOST_TRIES => {
                return configure(cx, node).map(|()| Done::Taken);
            }
            Answer::Error(_) => refused(cx, what)?,
            Answer::None => missed(cx, what)?,
        }
        publish(cx)?;
        Ok(Done::Taken)
    }
}

/// Whether this can be a picture of ours.
pub(super) fn is_picture(bytes: &[u8]) -> bool {
    bytes.len() <= LARGEST && (bytes.starts_with(b"\x89PNG") || bytes.starts_with(&[0xff, 0xd8, 0xff]))
}

/// The user's picture from now on; its side in pixels, if that is known.
pub(super) fn choose_picture(cx: &mut Cx<'_>, bytes: &[u8], side: Option<u32>) -> Result<(), Fault> {
    avatar::set_own(cx, &wire::sha1(bytes), bytes)?;
    cx.tx.prepare_cached("UPDATE account SET picture_side = ?2 WHERE id = ?1")?.execute((cx.session.account, side))?;
    wish(cx, PICTURE)?;
    vcard::photo::changed(cx)
}

/// The same for the name, as it can be shown.
pub(super) fn choose_nickname(cx: &mut Cx<'_>, shown: Option<String>) -> Result<(), Fault> {
    let own = cx.own();
    nickname::take(cx, &own, shown)?;
    wish(cx, NICKNAME)
}

/// The same for what he tells of himself.
pub(super) fn choose_vcard(cx: &mut Cx<'_>, vcard: &VcardFields) -> Result<(), Refusal> {
    vcard::own::set(cx, vcard)?;
    Ok(wish(cx, VCARD)?)
}

/// Whether our own wish waits: then what the server says of it is old.
pub fn waits(cx: &Cx<'_>, what: &str) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT 1 FROM profile_wish WHERE account_id = ?1 AND what = ?2")?
        .exists((cx.session.account, what))?)
}

fn kind_of(node: &str) -> &'static str {
    match node {
        ns::NICK => NICKNAME,
        ns::VCARD4_NODE => VCARD,
        _ => PICTURE,
    }
}

fn wish(cx: &mut Cx<'_>, what: &str) -> Result<(), Fault> {
    wish_quietly(cx, what)?;
    set_state(cx, ProfileState::Waiting)
}

/// The same where the user need not know.
pub(super) fn wish_quietly(cx: &Cx<'_>, what: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "INSERT INTO profile_wish (account_id, what) VALUES (?1, ?2)
             ON CONFLICT (account_id, what) DO UPDATE SET tries = 0, renewed = under_way",
        )?
        .execute((cx.session.account, what))?;
    Ok(())
}

/// Sends what is wished, one thing at a time.
pub(super) fn publish(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if !cx.session.is_live() {
        return Ok(());
    }
    let wished: Option<String> = cx
        .tx
        .prepare_cached(
            "SELECT what FROM profile_wish WHERE account_id = ?1 AND tries < ?2
                 AND NOT EXISTS (SELECT 1 FROM profile_wish WHERE account_id = ?1 AND under_way = 1)
             ORDER BY tries, what LIMIT 1",
        )?
        .query_row((cx.session.account, MOST_TRIES), |row| row.get(0))
        .optional()?;
    let Some(what) = wished else { return Ok(()) };
    mark(cx, &what)?;
    match what.as_str() {
        VCARD => return vcard::own::begin(cx),
        PHOTO => return vcard::photo::begin(cx),
        _ => {}
    }
    let value = current(cx, &what)?;
    if what == NICKNAME {
        let nick = Element::new("nick", ns::NICK).text(value.clone().unwrap_or_default());
        return send(cx, ns::NICK, CURRENT, nick, value);
    }
    match value {
        Some(hash) => {
            let file: Vec<u8> = cx
                .tx
                .prepare_cached("SELECT bytes FROM picture WHERE hash = ?1")?
                .query_row([&hash], |row| row.get(0))?;
            let data = Element::new("data", ns::AVATAR_DATA).text(STANDARD.encode(file));
            let id = hash.clone();
            send(cx, ns::AVATAR_DATA, &id, data, Some(hash))
        }
        None => publish_news(cx, None),
    }
}

/// XEP-0084 4.2: which picture there is, or that there is none.
fn publish_news(cx: &mut Cx<'_>, hash: Option<&str>) -> Result<(), Fault> {
    let metadata = Element::new("metadata", ns::AVATAR_METADATA);
    let Some(hash) = hash else { return send(cx, ns::AVATAR_METADATA, CURRENT, metadata, None) };
    let (bytes, png, side): (u32, bool, Option<u32>) = cx
        .tx
        .prepare_cached(
            "SELECT length(picture.bytes), substr(picture.bytes, 1, 4) = x'89504E47', account.picture_side
             FROM picture JOIN account ON account.id = ?1 WHERE picture.hash = ?2",
        )?
        .query_row((cx.session.account, hash), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let side = side.map(|side| side.to_string());
    let info = Element::new("info", ns::AVATAR_METADATA)
        .with("id", hash)
        .with("bytes", bytes.to_string())
        .with("type", if png { "image/png" } else { "image/jpeg" })
        .with_some("width", side.clone())
        .with_some("height", side);
    send(cx, ns::AVATAR_METADATA, hash, metadata.child(info), Some(hash.to_owned()))
}

fn send(cx: &mut Cx<'_>, node: &str, id: &str, payload: Element, value: Option<String>) -> Result<(), Fault> {
    let pubsub = publication(node, id, payload, is_open(cx)?);
    cx.request("set", None, pubsub, &Purpose::ProfilePublished { node: node.to_owned(), value })
}

pub(super) fn publication(node: &str, id: &str, payload: Element, open: bool) -> Element {
    let item = Element::new("item", ns::PUBSUB).with("id", id).child(payload);
    Element::new("pubsub", ns::PUBSUB)
        .child(Element::new("publish", ns::PUBSUB).with("node", node).child(item))
        .child(Element::new("publish-options", ns::PUBSUB).child(form("publish-options", open)))
}

/// Another program made the node for other eyes: that is changed, and then it is tried again.
pub(super) fn configure(cx: &mut Cx<'_>, node: &str) -> Result<(), Fault> {
    let what = kind_of(node);
    missed(cx, what)?;
    mark(cx, what)?;
    let configuration = configuration(node, is_open(cx)?);
    cx.request("set", None, configuration, &Purpose::ProfileNodeConfigured { node: node.to_owned() })
}

pub(super) fn configuration(node: &str, open: bool) -> Element {
    let configure = Element::new("configure", ns::PUBSUB_OWNER).with("node", node).child(form("node_config", open));
    Element::new("pubsub", ns::PUBSUB_OWNER).child(configure)
}

/// What a node of the profile must be: kept, and for the eyes that the user has chosen.
fn form(kind: &str, open: bool) -> Element {
    let field = |var: &str, value: &str| {
        Element::new("field", ns::DATA_FORM).with("var", var).child(Element::new("value", ns::DATA_FORM).text(value))
    };
    Element::new("x", ns::DATA_FORM)
        .with("type", "submit")
        .child(field("FORM_TYPE", &format!("{}#{kind}", ns::PUBSUB)).with("type", "hidden"))
        .child(field("pubsub#persist_items", "true"))
        .child(field("pubsub#access_model", if open { "open" } else { "presence" }))
}

pub(super) fn is_open(cx: &Cx<'_>) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT profile_open FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?)
}

/// What is shown here: the picture's hash, or the name.
fn current(cx: &Cx<'_>, what: &str) -> Result<Option<String>, Fault> {
    let sql = match what {
        PICTURE => "SELECT shown FROM avatar WHERE account_id = ?1 AND jid = ?2",
        _ => "SELECT name FROM nickname WHERE account_id = ?1 AND jid = ?2",
    };
    let own = cx.session.jid.as_str();
    let value = cx.tx.prepare_cached(sql)?.query_row((cx.session.account, own), |row| row.get(0)).optional()?;
    Ok(value.flatten())
}

fn mark(cx: &Cx<'_>, what: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE profile_wish SET under_way = 1, renewed = 0 WHERE account_id = ?1 AND what = ?2")?
        .execute((cx.session.account, what))?;
    Ok(())
}

pub(super) fn again(cx: &Cx<'_>, what: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE profile_wish SET under_way = 0 WHERE account_id = ?1 AND what = ?2")?
        .execute((cx.session.account, what))?;
    Ok(())
}

pub(super) fn missed(cx: &Cx<'_>, what: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE profile_wish SET under_way = 0, tries = tries + 1 WHERE account_id = ?1 AND what = ?2")?
        .execute((cx.session.account, what))?;
    Ok(())
}

pub(super) fn tries(cx: &Cx<'_>, what: &str) -> Result<u32, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT tries FROM profile_wish WHERE account_id = ?1 AND what = ?2")?
        .query_row((cx.session.account, what), |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}

/// The server has it; whether nothing else of it was wished meanwhile.
pub(super) fn done(cx: &mut Cx<'_>, what: &str, state: ProfileState) -> Result<bool, Fault> {
    if is_renewed(cx, what)? {
        again(cx, what)?;
        return Ok(false);
    }
    cx.tx
        .prepare_cached("DELETE FROM profile_wish WHERE account_id = ?1 AND what = ?2")?
        .execute((cx.session.account, what))?;
    let more =
        cx.tx.prepare_cached("SELECT 1 FROM profile_wish WHERE account_id = ?1")?.exists([cx.session.account])?;
    set_state(cx, if more { ProfileState::Waiting } else { state })?;
    Ok(true)
}

fn is_renewed(cx: &Cx<'_>, what: &str) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT 1 FROM profile_wish WHERE account_id = ?1 AND what = ?2 AND renewed = 1")?
        .exists((cx.session.account, what))?)
}

/// The server does not take it: then it is not what others see, and not shown here either.
pub(super) fn refused(cx: &mut Cx<'_>, what: &str) -> Result<(), Fault> {
    if is_renewed(cx, what)? {
        return again(cx, what);
    }
    let own = cx.own();
    match what {
        PICTURE => avatar::forget(cx, &own)?,
        VCARD => vcard::own::give_up(cx)?,
        _ => nickname::take(cx, &own, None)?,
    }
    done(cx, what, ProfileState::Refused).map(drop)
}

fn set_state(cx: &mut Cx<'_>, state: ProfileState) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE account SET profile_state = ?2 WHERE id = ?1")?
        .execute((cx.session.account, state.name()))?;
    cx.change(Change::Accounts);
    Ok(())
}
