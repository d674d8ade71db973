//! Strangers: whoever writes or asks without being a contact, and without having been written to, waits in a box of
//! requests. Nothing tells of them there: no notification, no receipt, no marker, and they are shown no sign of us.
//!
//! Invariants: a chat that was known once stays so; what strangers can store is bounded, in chats and in messages a chat,
//! whichever way it comes; what is dropped can be read from the archive again, should they become known. Where it lay is a
//! gap that reaches down to the chat's beginning, and nothing but a look into it brings it back.
//!
//! XEPs: RFC 6121 3

use std::collections::BTreeMap;

use jid::BareJid;
use rusqlite::OptionalExtension;

use crate::archive::gap;
use crate::change::Change;
use crate::command::{Command, Receipt};
use crate::contact::subscription;
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, Refusal, SessionEvent};
use crate::fault::{CommandError, Fault};
use crate::ids::ChatId;
use crate::message::{deletion, order};

/// Chats of strangers, an account: the newest are kept.
const MOST_CHATS: u32 = 1_000;
/// Messages of one stranger; above, only the newest are kept, fewer, so that not every message trims again.
const MOST_MESSAGES: u32 = 200;
const KEPT: u32 = 100;

/// See the module.
#[derive(Debug)]
pub struct Strangers;

impl Feature for Strangers {
    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        if event == SessionEvent::Bound { bound(cx, None) } else { Ok(()) }
    }

    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        let Command::AnswerRequest { address, accept, .. } = command else { return Ok(None) };
        let peer = BareJid::new(address).map_err(|_| CommandError::AddressInvalid)?;
        let chat: Option<ChatId> = cx
            .tx
            .prepare_cached("SELECT id FROM chat WHERE account_id = ?1 AND jid = ?2 AND known = 0 AND listed = 1")?
            .query_row((cx.session.account, peer.as_str()), |row| row.get(0))
            .optional()?;
        match (*accept, chat) {
            (true, Some(chat)) => known(cx, chat)?,
            (false, Some(chat)) => deletion::delete_chat(cx, chat)?,
            (_, None) => {}
        }
        subscription::answer(cx, &peer, *accept)?;
        Ok(Some(Receipt::Done))
    }
}

/// The user wants to have to do with them.
pub fn known(cx: &mut Cx<'_>, chat: ChatId) -> Result<(), Fault> {
    cx.tx.prepare_cached("UPDATE chat SET known = 1 WHERE id = ?1")?.execute([chat])?;
    cx.chat_changed(chat);
    Ok(())
}

/// A message was put into this chat.
pub fn wrote(cx: &mut Cx<'_>, chat: ChatId) -> Result<(), Fault> {
    if is_known(cx, chat)? {
        return Ok(());
    }
    trim(cx, chat)?;
    bound(cx, Some(chat))
}

/// A page of the archive was put into these chats.
pub fn wrote_page(cx: &mut Cx<'_>, chats: &[ChatId]) -> Result<(), Fault> {
    let mut strangers = false;
    for &chat in chats {
        if !is_known(cx, chat)? {
            strangers = true;
            trim(cx, chat)?;
        }
    }
    if strangers { bound(cx, None) } else { Ok(()) }
}

fn is_known(cx: &Cx<'_>, chat: ChatId) -> Result<bool, Fault> {
    Ok(cx.tx.prepare_cached("SELECT known FROM chat WHERE id = ?1")?.query_row([chat], |row| row.get(0))?)
}

/// Of a stranger who has written too much only the newest is kept.
fn trim(cx: &mut Cx<'_>, chat: ChatId) -> Result<(), Fault> {
    if count_from(cx, chat, i64::MIN)? <= MOST_MESSAGES {
        return Ok(());
    }
    let lowest: i64 = cx
        .tx
        .prepare_cached("SELECT position FROM message WHERE chat_id = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2")?
        .query_row((chat, KEPT - 1), |row| row.get(0))?;
    cut(cx, chat, lowest)
}

/// Messages at or above a position, counted no further than one above the bound.
fn count_from(cx: &Cx<'_>, chat: ChatId, position: i64) -> Result<u32, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM message WHERE chat_id = ?1 AND position >= ?2 LIMIT ?3)")?
        .query_row((chat, position, MOST_MESSAGES + 1), |row| row.get(0))?)
}

/// Drops what lies below a position.
fn cut(cx: &mut Cx<'_>, chat: ChatId, position: i64) -> Result<(), Fault> {
    for sql in [
        "DELETE FROM message WHERE chat_id = ?1 AND position < ?2",
        "DELETE FROM gap WHERE chat_id = ?1 AND position < ?2",
    ] {
        cx.tx.prepare_cached(sql)?.execute((chat, position))?;
    }
    gap::open_where_trimmed(cx, chat, position)?;
    cx.chat_changed(chat);
    Ok(())
}

/// What pages that are read backwards may put into each chat.
#[derive(Debug, Default)]
pub struct Room {
    left: BTreeMap<ChatId, Left>,
    strangers: bool,
}

#[derive(Debug, Clone, Copy)]
enum Left {
    Any,
    Messages(u32),
    /// What comes now lies in the gap at the chat's end.
    None,
}

impl Room {
    /// Whether a message may go right below this one, or last if there is none. A stranger's chat that is full ends here.
    pub fn take(&mut self, cx: &mut Cx<'_>, chat: ChatId, cursor: Option<i64>) -> Result<bool, Fault> {
        let left = match self.left.get(&chat) {
            Some(left) => *left,
            None => self.of(cx, chat, cursor)?,
        };
        let left = match (left, cursor) {
            (Left::Messages(0), Some(cursor)) => {
                cut(cx, chat, cursor)?;
                Left::None
            }
            (Left::Messages(left), _) => Left::Messages(left.saturating_sub(1)),
            (left, _) => left,
        };
        self.left.insert(chat, left);
        Ok(!matches!(left, Left::None))
    }

    /// The page ends.
    pub fn close(self, cx: &mut Cx<'_>) -> Result<(), Fault> {
        if self.strangers { bound(cx, None) } else { Ok(()) }
    }

    fn of(&mut self, cx: &Cx<'_>, chat: ChatId, cursor: Option<i64>) -> Result<Left, Fault> {
        let known = is_known(cx, chat)?;
        self.strangers |= !known;
        // Even of who is known by now: what was dropped comes before what is older.
        if let Some(cursor) = cursor
            && let Some(end) = gap::trimmed(cx, chat)?
            && order::before(cx.tx, chat, cursor)? == Some(end)
        {
            return Ok(Left::None);
        }
        Ok(match (known, cursor) {
            (true, _) => Left::Any,
            (false, Some(cursor)) => Left::Messages(MOST_MESSAGES.saturating_sub(count_from(cx, chat, cursor)?)),
            (false, None) => Left::Messages(MOST_MESSAGES),
        })
    }
}

/// Whether a part of this chat was dropped, and not read again.
pub fn is_trimmed(cx: &Cx<'_>, chat: ChatId) -> Result<bool, Fault> {
    Ok(gap::trimmed(cx, chat)?.is_some())
}

/// Keeps the chats of strangers within their bound, and this one in any case.
pub fn bound(cx: &mut Cx<'_>, kept: Option<ChatId>) -> Result<(), Fault> {
    let above: Vec<ChatId> = cx
        .tx
        .prepare_cached(
            "SELECT id FROM chat INDEXED BY chat_strangers WHERE account_id = ?1 AND known = 0
             ORDER BY last_activity DESC, id DESC LIMIT -1 OFFSET ?2",
        )?
        .query_map((cx.session.account, MOST_CHATS), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    above.into_iter().filter(|chat| Some(*chat) != kept).try_for_each(|chat| forget(cx, chat))
}

fn forget(cx: &mut Cx<'_>, chat: ChatId) -> Result<(), Fault> {
    cx.tx.prepare_cached("DELETE FROM chat WHERE id = ?1")?.execute([chat])?;
    // The archive has more than what is stored here: a chat that is opened anew begins with a gap.
    cx.tx.prepare_cached("UPDATE account SET chats_dropped = 1 WHERE id = ?1")?.execute([cx.session.account])?;
    cx.change(Change::Chat(chat));
    cx.change(Change::ChatList);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::store::{Store, StoreOptions};

    /// What runs for every message of a stranger, and for every page of the archive.
    const OFTEN: [&str; 9] = [
        "SELECT known FROM chat WHERE id = ?1",
        "SELECT count(*) FROM (SELECT 1 FROM message WHERE chat_id = ?1 AND position >= ?2 LIMIT ?3)",
        "SELECT position FROM message WHERE chat_id = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2",
        "DELETE FROM message WHERE chat_id = ?1 AND position < ?2",
        "DELETE FROM gap WHERE chat_id = ?1 AND position < ?2",
        "SELECT position FROM gap WHERE chat_id = ?1 AND trimmed = 1",
        "SELECT id FROM chat INDEXED BY chat_strangers WHERE account_id = ?1 AND known = 0
         ORDER BY last_activity DESC, id DESC LIMIT -1 OFFSET ?2",
        "SELECT 1 FROM block WHERE account_id = ?1 LIMIT 1",
        "SELECT 1 FROM block WHERE account_id = ?1 AND jid IN (?2, ?3) AND since <= ?4 AND state <> 'lifting' LIMIT 1",
    ];

    #[test]
    fn what_runs_often_walks_through_no_table() {
        let store = Store::open(StoreOptions::new(None, [0; 32])).unwrap();
        let sources =
            [include_str!("stranger.rs"), include_str!("../archive/gap.rs"), include_str!("../contact/blocking.rs")];
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let sources = sources.map(|source| words(source.split("#[cfg(test)]").next().unwrap()));
        for sql in OFTEN {
            assert!(sources.iter().any(|source| source.contains(&words(sql))), "no longer in use: {sql}");
            let mut plan = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps = plan.raw_query().mapped(|row| row.get::<_, String>(3)).map(Result::unwrap).collect::<Vec<_>>();
            let bad =
                |step: &String| (step.starts_with("SCAN ") && !step.contains("SCAN (")) || step.contains("B-TREE");
            assert!(!steps.iter().any(bad), "{sql}: {steps:?}");
        }
    }
}
