//! Corrections: the text of any own message can be replaced, as often as wanted; everybody sees the newest version once, in
//! the place of the original, and can look at the earlier ones.
//!
//! Invariants: a correction refers to the `id` of the original, never to another correction; it leaves after what it
//! corrects and survives as a job of its own. What has not left yet is changed in place, so that offline edits cost one
//! stanza. Only the sender's bare JID may correct, which `relation` sees to.
//!
//! XEPs: 0308

use rusqlite::{OptionalExtension, params};

use super::order::{self, Place};
use super::{identity, state, text};
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, Refusal};
use crate::fault::{CommandError, Fault};
use crate::ids::{ChatId, JobId, MessageId};
use crate::outbox;

/// See the module.
#[derive(Debug)]
pub struct Correction;

impl Feature for Correction {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        let Command::Correct { message, body, token } = command else { return Ok(None) };
        correct(cx, *message, body, token)?;
        Ok(Some(Receipt::Done))
    }
}

/// What of a message matters to its correction.
struct Original {
    chat: ChatId,
    outgoing: bool,
    hidden: bool,
    stanza_id: Option<String>,
    state: i64,
}

fn correct(cx: &mut Cx<'_>, message: MessageId, body: &str, token: &str) -> Result<(), Refusal> {
    text::check(body, token)?;
    let original = original(cx, message)?.ok_or(CommandError::NotFound)?;
    let own = cx.own();
    if identity::by_origin(cx, &own, token)?.is_some() {
        return Ok(());
    }
    let stanza_id = original.stanza_id.filter(|_| original.outgoing && !original.hidden);
    let stanza_id = stanza_id.filter(|_| original.state != state::FAILED).ok_or(CommandError::NotNow)?;
    if let Some(unsent) = unsent(cx, message)? {
        cx.tx.prepare_cached("UPDATE message SET body = ?2 WHERE id = ?1")?.execute((unsent, body))?;
        // So that the same call again finds it done.
        identity::put_key(cx, own.as_str(), "origin", token, unsent)?;
        cx.chat_changed(original.chat);
        return Ok(());
    }
    let after: Option<JobId> = cx
        .tx
        .prepare_cached(
            "SELECT max(job.id) FROM message JOIN job ON job.message_id = message.id
             WHERE message.id = ?1 OR message.corrects = ?1",
        )?
        .query_row([message], |row| row.get(0))?;
    let mut content = text::own_content(own.clone(), body, token);
    content.replaces = Some(stanza_id);
    let row = text::NewMessage {
        chat: original.chat,
        position: order::unsent(cx.tx, original.chat)?,
        place: Place::Unsent,
        content: &content,
        time: cx.server_time(),
        unread: false,
        state: state::SENDING,
    };
    let correction = text::insert(cx, &row)?;
    // What the user pointed at, whatever else may have the same id.
    cx.tx
        .prepare_cached("UPDATE message SET corrects = ?2, hidden = 1 WHERE id = ?1")?
        .execute((correction, message))?;
    identity::put_key(cx, own.as_str(), "origin", token, correction)?;
    outbox::add(cx, original.chat, correction, after)?;
    Ok(())
}

fn original(cx: &Cx<'_>, message: MessageId) -> Result<Option<Original>, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT chat_id, outgoing, hidden, stanza_id, state FROM message WHERE id = ?1")?
        .query_row([message], |row| {
            Ok(Original {
                chat: row.get(0)?,
                outgoing: row.get(1)?,
                hidden: row.get(2)?,
                stanza_id: row.get(3)?,
                state: row.get(4)?,
            })
        })
        .optional()?)
}

/// The newest version, if nothing of it has ever left this device.
fn unsent(cx: &Cx<'_>, message: MessageId) -> Result<Option<MessageId>, Fault> {
    let newest: MessageId = cx
        .tx
        .prepare_cached("SELECT id FROM message WHERE corrects = ?1 ORDER BY position DESC LIMIT 1")?
        .query_row([message], |row| row.get(0))
        .optional()?
        .unwrap_or(message);
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT 1 FROM job WHERE message_id = ?1 AND kind = 'message' AND state = 'ready' AND stanza IS NULL",
        )?
        .exists(params![newest])?
        .then_some(newest))
}
