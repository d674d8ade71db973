//! Text messages: sending with a local echo, receiving live.
//!
//! The token a send comes with is both `id` and origin id of the stanza: whoever repeats the send, or meets the message
//! again in the archive, finds the same row.
//!
//! XEPs: RFC 6121 5, 0184, 0203, 0280, 0333, 0334, 0359

use jid::BareJid;
use rusqlite::params;

use super::identity::{self, Content, Known, Via};
use super::order::{self, Place};
use super::{receipt, relation, state};
use crate::chat::read::{self, Horizon};
use crate::chat::{open, read_sync, stranger, typing};
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::envelope::{Copied, Inbound, Kind};
use crate::engine::fault::Sabotage;
use crate::engine::feature::{Done, Feature, Refusal};
use crate::fault::{CommandError, Fault, Violation};
use crate::ids::{ChatId, MessageId};
use crate::outbox;
use crate::session::Link;
use crate::session::clock::parse_stamp;
use crate::wire::{Element, ns};

/// Longest text, bytes: well under the smallest stanza limit a server may have (10,000 bytes, RFC 6120 13.12, is for
/// servers that no phone user is on; the usual limit is 256 KiB).
pub const LONGEST: usize = 64 * 1024;

/// See the module.
#[derive(Debug)]
pub struct Text;

impl Feature for Text {
    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        if inbound.kind != Kind::Message {
            return Ok(Done::Pass);
        }
        let own = cx.own();
        let Some(content) = Content::read(inbound.stanza, &own) else { return Ok(Done::Pass) };
        receive(cx, inbound, &content)?;
        Ok(Done::Taken)
    }

    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::SendText { chat, body, token } => Ok(Some(Receipt::Message(send(cx, *chat, body, token)?))),
            Command::Retry { message } => {
                retry(cx, *message)?;
                Ok(Some(Receipt::Done))
            }
            _ => Ok(None),
        }
    }
}

fn send(cx: &mut Cx<'_>, chat: ChatId, body: &str, token: &str) -> Result<MessageId, Refusal> {
    check(body, token)?;
    let own = cx.own();
    if let Some(message) = identity::by_origin(cx, &own, token)? {
        return Ok(message);
    }
    let row = NewMessage {
        chat,
        position: order::unsent(cx.tx, chat)?,
        place: Place::Unsent,
        content: &own_content(own.clone(), body, token),
        time: cx.server_time(),
        unread: read::READ,
        state: state::SENDING,
    };
    let message = insert(cx, &row)?;
    identity::put_key(cx, own.as_str(), "origin", token, message)?;
    outbox::add(cx, chat, message, None)?;
    typing::ended_by_message(cx, chat)?;
    Ok(message)
}

/// Whether a text and its token can be sent.
pub fn check(body: &str, token: &str) -> Result<(), CommandError> {
    let token_fits = (1..=64).contains(&token.len()) && token.chars().all(|c| c.is_ascii_graphic());
    if body.trim().is_empty() || body.len() > LONGEST || !token_fits { Err(CommandError::TextInvalid) } else { Ok(()) }
}

/// What a message written here says.
pub fn own_content(own: BareJid, body: &str, token: &str) -> Content {
    Content {
        peer: own.clone(),
        sender: own,
        outgoing: true,
        body: body.to_owned(),
        stanza_id: Some(token.to_owned()),
        origin_id: Some(token.to_owned()),
        replaces: None,
        unstyled: false,
        markable: false,
    }
}

/// Sends what failed again: the message, and those of its corrections that failed with it, each after the one before.
fn retry(cx: &mut Cx<'_>, message: MessageId) -> Result<(), Refusal> {
    let failed: Vec<(MessageId, ChatId)> = cx
        .tx
        .prepare_cached(
            "SELECT id, chat_id FROM message WHERE (id = ?1 OR corrects = ?1) AND state = ?2
             ORDER BY corrects IS NOT NULL, position",
        )?
        .query_map((message, state::FAILED), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    if failed.is_empty() {
        return Err(CommandError::NotNow.into());
    }
    let mut after = None;
    for (message, chat) in failed {
        let position = order::unsent(cx.tx, chat)?;
        cx.tx
            .prepare_cached("UPDATE message SET state = ?2, failure = NULL, position = ?3, place = ?4 WHERE id = ?1")?
            .execute(params![message, state::SENDING, position, Place::Unsent.number()])?;
        outbox::drop_job(cx, message)?;
        after = Some(outbox::add(cx, chat, message, after)?);
        cx.chat_changed(chat);
    }
    Ok(())
}

/// The stanza of a stored message; `None` if it has no id to be sent under.
pub fn encode(cx: &Cx<'_>, message: MessageId) -> Result<Option<Element>, Fault> {
    let (chat, to, body, id, replaces): (ChatId, String, String, Option<String>, Option<String>) = cx
        .tx
        .prepare_cached(
            "SELECT chat.id, chat.jid, message.body, message.stanza_id, message.replaces FROM message
             JOIN chat ON chat.id = message.chat_id WHERE message.id = ?1",
        )?
        .query_row([message], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
    let Some(id) = id else { return Ok(None) };
    let to_others = to != cx.session.jid.as_str();
    let mut stanza = Element::new("message", ns::CLIENT)
        .with("to", to.as_str())
        .with("type", "chat")
        .with("id", id.as_str())
        .child(Element::new("body", ns::CLIENT).text(body))
        .child(Element::new("origin-id", ns::STANZA_ID).with("id", id));
    if to_others {
        // A receipt for a correction would tell nothing that one for its message does not.
        stanza = match replaces {
            Some(_) => stanza,
            None => stanza.child(Element::new("request", ns::RECEIPTS)).child(Element::new("markable", ns::MARKERS)),
        };
        if typing::may_be_told(cx, chat, &to)? {
            stanza = stanza.child(Element::new("active", ns::CHAT_STATES));
        }
    }
    Ok(Some(match replaces {
        Some(original) => stanza.child(Element::new("replace", ns::CORRECTION).with("id", original)),
        None => stanza,
    }))
}

/// A live message, or the copy of one.
fn receive(cx: &mut Cx<'_>, inbound: &Inbound<'_>, content: &Content) -> Result<(), Fault> {
    let stanza = inbound.stanza;
    let archive_id = trusted_archive_id(cx, stanza);
    let via = Via::Live(archive_id.as_deref());
    match identity::find(cx, content, via)? {
        Known::Deleted => return Ok(()),
        Known::Message(message) => {
            identity::name(cx, message, content, via)?;
            // Our own, sent in a session that was lost before the server said that it has it.
            if content.outgoing && inbound.copy.is_some() {
                outbox::drop_job(cx, message)?;
                state::taken_by_server(cx, message)?;
            }
            return Ok(());
        }
        // A server without archive gives a lost session's messages again, with a stamp.
        Known::New if stamp(cx, stanza).is_some() && identity::among_newest(cx, content)?.is_some() => return Ok(()),
        Known::New => {}
    }
    let time = stamp(cx, stanza).unwrap_or_else(|| cx.server_time());
    if !relation::is_admissible(cx, content, time, true)? {
        return Ok(());
    }
    let chat = open::for_peer(cx, &content.peer)?;
    let place = cx.session.archive.place_of_live();
    let position = match cx.sabotage {
        Some(Sabotage::OrderByClock) => order::by_clock(cx.tx, chat, cx.now.wall)?,
        _ => order::at_end(cx.tx, chat, place)?,
    };
    let row = NewMessage {
        chat,
        position,
        place,
        content,
        time,
        unread: if content.outgoing { read::READ } else { Horizon::of(cx, chat)?.begins(position) },
        state: if content.outgoing { state::SENT } else { state::RECEIVED },
    };
    let message = insert(cx, &row)?;
    if !content.outgoing {
        stranger::wrote(cx, chat)?;
    }
    identity::name(cx, message, content, via)?;
    // Whoever sent it to another device of ours is answered by that one.
    if inbound.copy.is_none() {
        receipt::answer(cx, stanza, content, chat, message)?;
    }
    // Whoever answers on another device has read what stands before the answer.
    if inbound.copy == Some(Copied::Sent) && content.replaces.is_none() {
        read::up_to(cx, chat, position)?;
    }
    if let Some(id) = &archive_id {
        read_sync::arrived(cx, id)?;
    }
    if place != Place::Settled {
        confirm(cx, archive_id.is_some() || forbids_storing(stanza));
    }
    Ok(())
}

/// Whether its sender wants it in no archive (XEP-0334): there is nothing to look for, then.
fn forbids_storing(stanza: &Element) -> bool {
    stanza.children().any(|child| child.is("no-store", ns::HINTS) || child.is("no-permanent-store", ns::HINTS))
}

/// When the archive is to be asked about a live message. With copies of everything and the archive's id on it, what came
/// is most likely all there is, in its order: then there is no hurry.
fn confirm(cx: &mut Cx<'_>, named: bool) {
    let mono = cx.now.mono;
    let replayed = matches!(&cx.session.link, Link::Live(live) if live.unproven);
    let fresh = cx.session.archive.is_fresh(mono);
    if named && cx.session.has_carbons() && cx.session.clock_known && !replayed && !fresh {
        cx.session.archive.confirm_later(mono);
    } else {
        cx.session.archive.confirm_soon(mono);
    }
}

/// The id our own archive wrote on this message: only if the archive says that it removes forged ones (XEP-0359 5).
fn trusted_archive_id(cx: &mut Cx<'_>, stanza: &Element) -> Option<String> {
    let own = cx.own();
    let trusted = cx.session.archive.trusts_stanza_ids();
    let mut found = None;
    let mut forged = false;
    for child in stanza.children().filter(|child| child.is("stanza-id", ns::STANZA_ID)) {
        let by_own_archive = child.attribute("by").and_then(|by| BareJid::new(by).ok()).is_some_and(|by| by == own);
        if by_own_archive && trusted {
            found = child.attribute("id").filter(|id| !id.is_empty()).map(str::to_owned);
        } else {
            forged = true;
        }
    }
    if forged {
        cx.violation(Violation::StanzaIdForged);
    }
    found
}

/// When the message was sent, if a server of ours says so (XEP-0203); a contact's own claim counts for nothing.
fn stamp(cx: &Cx<'_>, stanza: &Element) -> Option<i64> {
    let own = &cx.session.jid;
    stanza
        .children()
        .filter(|child| child.is("delay", ns::DELAY))
        .find(|delay| {
            let from = delay.attribute("from").and_then(|from| BareJid::new(from).ok());
            from.is_some_and(|from| from == *own || (from.node().is_none() && from.domain() == own.domain()))
        })
        .and_then(|delay| parse_stamp(delay.attribute("stamp")?))
}

/// A row to be written.
#[derive(Debug)]
pub struct NewMessage<'a> {
    pub chat: ChatId,
    pub position: i64,
    pub place: Place,
    pub content: &'a Content,
    pub time: i64,
    /// See [`read`].
    pub unread: i64,
    pub state: i64,
}

/// Writes a message and puts its chat on the list. A correction is hidden and moves nothing.
pub fn insert(cx: &mut Cx<'_>, row: &NewMessage<'_>) -> Result<MessageId, Fault> {
    let message = insert_row(cx, row)?;
    relate(cx, row, message)?;
    if row.content.replaces.is_none() {
        list(cx, row.chat, row.time)?;
    }
    cx.chat_changed(row.chat);
    Ok(message)
}

/// Puts a chat on the list, as high as this time.
pub fn list(cx: &mut Cx<'_>, chat: ChatId, time: i64) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE chat SET listed = 1, last_activity = max(last_activity, ?2) WHERE id = ?1")?
        .execute((chat, time))?;
    cx.chat_changed(chat);
    Ok(())
}

/// Brings a message that was written together with what it is about, or what is about it.
pub fn relate(cx: &mut Cx<'_>, row: &NewMessage<'_>, message: MessageId) -> Result<(), Fault> {
    let content = row.content;
    match (&content.replaces, &content.stanza_id) {
        (Some(target), id) => relation::correction_came(cx, row.chat, message, target, id.as_deref(), content.outgoing),
        (None, Some(id)) => relation::message_came(cx, row.chat, message, id, content.outgoing),
        (None, None) => Ok(()),
    }
}

/// Writes a message; whoever writes many of a chat lists it once.
pub fn insert_row(cx: &Cx<'_>, row: &NewMessage<'_>) -> Result<MessageId, Fault> {
    let content = row.content;
    let hidden = content.replaces.is_some();
    // See the table: a hidden one is only unread if it has to be shown after all.
    let unread = if row.unread != read::READ && hidden { 2 } else { row.unread };
    // Whom we have written to is no stranger.
    if content.outgoing {
        cx.tx.prepare_cached("UPDATE chat SET known = 1 WHERE id = ?1 AND known = 0")?.execute([row.chat])?;
    }
    cx.tx
        .prepare_cached(
            "INSERT INTO message (chat_id, position, place, sender, outgoing, body, stanza_id, time, unread, state,
                                  replaces, hidden, unstyled, markable)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            row.chat,
            row.position,
            row.place.number(),
            content.sender.as_str(),
            content.outgoing,
            content.body,
            content.stanza_id,
            row.time,
            unread,
            row.state,
            content.replaces,
            hidden,
            content.unstyled,
            content.markable
        ])?;
    Ok(MessageId(cx.tx.last_insert_rowid()))
}
