//! Who is writing right now. The other side is told once when the user begins and once when he stops; what it tells is
//! shown until it says something else, goes, or has been silent too long.
//!
//! Invariants: nothing of this outlives the process or the session, and nothing waits for a connection. The same state is
//! never said twice in a row (XEP-0085 5.3), so that keystrokes cost nothing; nothing is said to who answered without chat
//! states, nor to who was not granted our presence. One row a chat and direction, only for chats there are.
//!
//! XEPs: 0085

use jid::{BareJid, Jid};
use rusqlite::{OptionalExtension, params};

use super::open;
use crate::command::PrivacySetting;
use crate::command::{Command, Receipt};
use crate::contact::subscription;
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature, Refusal, SessionEvent};
use crate::fault::{CommandError, Fault};
use crate::ids::ChatId;
use crate::message::identity;
use crate::wire::{Element, ns};

/// Without a keystroke for so long the user has stopped.
const PAUSE: u64 = 10_000;
/// The deadline moves in steps, so that not every keystroke is a write.
const STEP: u64 = 3_000;
/// Whoever said so long ago that he writes, and nothing since, has stopped or is gone.
const LONGEST: u64 = 60_000;

/// See the module.
#[derive(Debug)]
pub struct Typing;

impl Feature for Typing {
    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        match inbound.kind {
            Kind::Message => message(cx, inbound)?,
            Kind::Presence if inbound.type_() == "unavailable" => {
                if let Some(from) = &inbound.from {
                    gone(cx, from)?;
                }
            }
            Kind::Presence | Kind::Iq => {}
        }
        Ok(Done::Pass)
    }

    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        let Command::SetComposing { chat, composing } = command else { return Ok(None) };
        let peer = open::jid(cx, *chat).map_err(|_| CommandError::NotFound)?;
        if cx.session.is_live() {
            if *composing { begin(cx, *chat, &peer)? } else { stop(cx, *chat, &peer, "active")? }
        }
        Ok(Some(Receipt::Done))
    }

    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        // What they say now is not heard; what we last said stands until the session is known to be lost.
        let own = match event {
            SessionEvent::Lost => false,
            SessionEvent::Bound => true,
            SessionEvent::Resumed => return Ok(()),
        };
        let chats: Vec<ChatId> = cx
            .tx
            .prepare_cached(
                "DELETE FROM composing WHERE own = ?2 AND chat_id IN (SELECT id FROM chat WHERE account_id = ?1)
                 RETURNING chat_id",
            )?
            .query_map((cx.session.account, own), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        chats.into_iter().filter(|_| !own).for_each(|chat| cx.chat_changed(chat));
        Ok(())
    }

    fn tick(&self, cx: &mut Cx<'_>) -> Result<(), Fault> {
        let over: Vec<(ChatId, bool, String)> = cx
            .tx
            .prepare_cached(
                "SELECT composing.chat_id, composing.own, chat.jid FROM composing
                 CROSS JOIN chat ON chat.id = composing.chat_id
                 WHERE chat.account_id = ?1 AND composing.until <= ?2",
            )?
            .query_map((cx.session.account, mono(cx, 0)), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        for (chat, own, peer) in over {
            if own { stop(cx, chat, &peer, "paused")? } else { forget(cx, chat)? }
        }
        Ok(())
    }
}

/// The user writes.
fn begin(cx: &mut Cx<'_>, chat: ChatId, peer: &str) -> Result<(), Fault> {
    let said: Option<i64> = cx
        .tx
        .prepare_cached("SELECT until FROM composing WHERE chat_id = ?1 AND own = 1")?
        .query_row([chat], |row| row.get(0))
        .optional()?;
    let until = mono(cx, PAUSE);
    match said {
        Some(said) if said > mono(cx, PAUSE - STEP) => return Ok(()),
        Some(_) => {}
        None => {
            let Some(contact) = BareJid::new(peer).ok().filter(|peer| *peer != cx.session.jid) else { return Ok(()) };
            let known = chat_states(cx, chat)? == Some(true);
            if !known || !cx.tells(PrivacySetting::Typing, &contact)? || !subscription::is_acquainted(cx, &contact)? {
                return Ok(());
            }
            say(cx, peer, "composing")?;
        }
    }
    cx.tx
        .prepare_cached("INSERT OR REPLACE INTO composing (chat_id, own, resource, until) VALUES (?1, 1, '', ?2)")?
        .execute((chat, until))?;
    Ok(())
}

/// The user has stopped: to be said only if the other side was told that he began.
fn stop(cx: &mut Cx<'_>, chat: ChatId, peer: &str, state: &str) -> Result<(), Fault> {
    if ended(cx, chat)? && tells(cx, peer)? {
        say(cx, peer, state)?;
    }
    Ok(())
}

fn ended(cx: &Cx<'_>, chat: ChatId) -> Result<bool, Fault> {
    Ok(cx.tx.prepare_cached("DELETE FROM composing WHERE chat_id = ?1 AND own = 1")?.execute([chat])? > 0)
}

/// A message is sent: it says by itself that its writing is over.
pub fn ended_by_message(cx: &Cx<'_>, chat: ChatId) -> Result<(), Fault> {
    ended(cx, chat).map(|_| ())
}

fn say(cx: &mut Cx<'_>, peer: &str, state: &str) -> Result<(), Fault> {
    let stanza = Element::new("message", ns::CLIENT)
        .with("to", peer)
        .with("type", "chat")
        .with("id", cx.random.id())
        .child(Element::new(state, ns::CHAT_STATES))
        .child(Element::new("no-store", ns::HINTS));
    cx.send(&stanza, None)
}

/// The user wants something else of it: whoever fell silent because we were is asked again, with the next message.
pub fn begin_anew(cx: &Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE chat SET chat_states = NULL WHERE account_id = ?1 AND chat_states = 0")?
        .execute([cx.session.account])?;
    Ok(())
}

/// Whether a message to this chat may carry a chat state: until the other side has shown that it knows none.
pub fn may_be_told(cx: &Cx<'_>, chat: ChatId, peer: &str) -> Result<bool, Fault> {
    Ok(chat_states(cx, chat)? != Some(false) && tells(cx, peer)?)
}

fn tells(cx: &Cx<'_>, peer: &str) -> Result<bool, Fault> {
    BareJid::new(peer).map_or(Ok(false), |peer| cx.tells(PrivacySetting::Typing, &peer))
}

fn chat_states(cx: &Cx<'_>, chat: ChatId) -> Result<Option<bool>, Fault> {
    Ok(cx.tx.prepare_cached("SELECT chat_states FROM chat WHERE id = ?1")?.query_row([chat], |row| row.get(0))?)
}

fn message(cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<(), Fault> {
    let (stanza, own) = (inbound.stanza, cx.own());
    if matches!(inbound.type_(), "error" | "groupchat" | "headline") || stanza.first("result", ns::MAM).is_some() {
        return Ok(());
    }
    let Some((_, peer, false)) = identity::parties(stanza, &own) else { return Ok(()) };
    let Some(chat) = chat_with(cx, &peer)? else { return Ok(()) };
    let state = stanza.children().find(|child| child.ns == ns::CHAT_STATES).map(|child| child.name.as_str());
    let speaks = stanza.first("body", ns::CLIENT).is_some();
    if state.is_none() && !speaks {
        return Ok(());
    }
    cx.tx
        .prepare_cached("UPDATE chat SET chat_states = ?2 WHERE id = ?1 AND chat_states IS NOT ?2")?
        .execute((chat, state.is_some()))?;
    // A late one tells of the past.
    if state == Some("composing") && !speaks && stanza.first("delay", ns::DELAY).is_none() {
        let resource = inbound.from.as_ref().and_then(Jid::resource).map_or("", |resource| resource.as_str());
        let until = mono(cx, LONGEST);
        cx.tx
            .prepare_cached("INSERT OR REPLACE INTO composing (chat_id, own, resource, until) VALUES (?1, 0, ?2, ?3)")?
            .execute(params![chat, resource, until])?;
        cx.chat_changed(chat);
        return Ok(());
    }
    forget(cx, chat)
}

fn gone(cx: &mut Cx<'_>, from: &Jid) -> Result<(), Fault> {
    let Some(chat) = chat_with(cx, &from.to_bare())? else { return Ok(()) };
    let resource = from.resource().map_or("", |resource| resource.as_str());
    let writes = cx
        .tx
        .prepare_cached("SELECT 1 FROM composing WHERE chat_id = ?1 AND own = 0 AND (resource = ?2 OR ?2 = '')")?
        .exists((chat, resource))?;
    if writes { forget(cx, chat) } else { Ok(()) }
}

fn forget(cx: &mut Cx<'_>, chat: ChatId) -> Result<(), Fault> {
    let wrote = cx.tx.prepare_cached("DELETE FROM composing WHERE chat_id = ?1 AND own = 0")?.execute([chat])?;
    if wrote > 0 {
        cx.chat_changed(chat);
    }
    Ok(())
}

/// The chat with someone, if there is one: nobody opens one by writing nothing.
fn chat_with(cx: &Cx<'_>, peer: &BareJid) -> Result<Option<ChatId>, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT id FROM chat WHERE account_id = ?1 AND jid = ?2")?
        .query_row((cx.session.account, peer.as_str()), |row| row.get(0))
        .optional()?)
}

fn mono(cx: &Cx<'_>, later: u64) -> i64 {
    i64::try_from(cx.now.mono.saturating_add(later)).unwrap_or(i64::MAX)
}
