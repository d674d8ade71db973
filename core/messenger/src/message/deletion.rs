//! Deleting on this device. Every name a deleted message had, or gets later, stays as a tombstone; its corrections go with
//! it, and those that come later are not shown.

use rusqlite::OptionalExtension;

use super::{identity, state};
use crate::chat::read;
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, Refusal};
use crate::fault::{CommandError, Fault};
use crate::ids::ChatId;

/// See the module.
#[derive(Debug)]
pub struct Deletion;

impl Feature for Deletion {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::DeleteMessage { message } => {
                let (chat, _, _) = state::whereabouts(cx, *message)?.ok_or(CommandError::NotFound)?;
                cx.tx
                    .prepare_cached(
                        "DELETE FROM job WHERE message_id IN (SELECT id FROM message WHERE id = ?1 OR corrects = ?1)",
                    )?
                    .execute([message])?;
                cx.session.pump = true;
                read::forget(cx, *message)?;
                bury(cx, "id = ?1", message.0)?;
                cx.chat_changed(chat);
                Ok(Some(Receipt::Done))
            }
            Command::DeleteChat { chat } => {
                delete_chat(cx, *chat)?;
                Ok(Some(Receipt::Done))
            }
            _ => Ok(None),
        }
    }
}

/// Deletes all messages of a chat and takes it off the list.
pub fn delete_chat(cx: &mut Cx<'_>, chat: ChatId) -> Result<(), Refusal> {
    let jid: Option<String> =
        cx.tx.prepare_cached("SELECT jid FROM chat WHERE id = ?1")?.query_row([chat], |row| row.get(0)).optional()?;
    jid.ok_or(CommandError::NotFound)?;
    cx.tx.prepare_cached("DELETE FROM job WHERE chat_id = ?1")?.execute([chat])?;
    bury(cx, "chat_id = ?1", chat.0)?;
    // What was never read here is deleted too, as far as the user is concerned.
    cx.tx.prepare_cached("DELETE FROM gap WHERE chat_id = ?1")?.execute([chat])?;
    cx.tx.prepare_cached("UPDATE chat SET listed = 0 WHERE id = ?1")?.execute([chat])?;
    cx.chat_changed(chat);
    Ok(())
}

/// Turns messages, and their corrections, into tombstones of all their names. Corrections that come later find the name
/// that they refer to.
fn bury(cx: &Cx<'_>, which: &str, id: i64) -> Result<(), Fault> {
    let all = format!(
        "SELECT id FROM message WHERE {which} UNION SELECT id FROM message WHERE corrects IN
                           (SELECT id FROM message WHERE {which})"
    );
    cx.tx
        .prepare_cached(&format!(
            "INSERT OR IGNORE INTO tombstone (account_id, scope, kind, value)
             SELECT account_id, scope, kind, value FROM message_key WHERE message_id IN ({all})"
        ))?
        .execute([id])?;
    cx.tx
        .prepare_cached(&format!(
            "INSERT OR IGNORE INTO tombstone (account_id, scope, kind, value)
             SELECT ?2, sender, 'stanza', stanza_id FROM message
             WHERE {which} AND stanza_id IS NOT NULL AND replaces IS NULL"
        ))?
        .execute((id, cx.session.account))?;
    let unnamed: Vec<(String, String)> = cx
        .tx
        .prepare_cached(&format!(
            "SELECT sender, stanza_id, body FROM message WHERE id IN ({all})
               AND NOT EXISTS (SELECT 1 FROM message_key AS key WHERE key.message_id = message.id)"
        ))?
        .query_map([id], |row| {
            let stanza_id: Option<String> = row.get(1)?;
            Ok((row.get(0)?, identity::fingerprint(stanza_id.as_deref(), &row.get::<_, String>(2)?)))
        })?
        .collect::<Result<_, _>>()?;
    for (sender, fingerprint) in unnamed {
        cx.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO tombstone (account_id, scope, kind, value) VALUES (?1, ?2, 'unnamed', ?3)",
            )?
            .execute((cx.session.account, sender, fingerprint))?;
    }
    // What was read before it stays read.
    cx.tx
        .prepare_cached(&format!(
            "UPDATE message SET state = 5 WHERE id = (
                 SELECT below.id FROM message AS gone JOIN message AS below ON below.chat_id = gone.chat_id
                 WHERE gone.id = (SELECT id FROM message WHERE {which} AND state = 5 ORDER BY position DESC LIMIT 1)
                   AND below.position < gone.position AND below.outgoing = 1 AND below.state IN (2, 4)
                   AND below.replaces IS NULL
                 ORDER BY below.position DESC LIMIT 1)"
        ))?
        .execute([id])?;
    cx.tx.prepare_cached(&format!("DELETE FROM message WHERE {which}"))?.execute([id])?;
    Ok(())
}

/// The archive shows a deleted message under one more name.
pub fn also_known_as(cx: &Cx<'_>, archive_id: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "INSERT OR IGNORE INTO tombstone (account_id, scope, kind, value) VALUES (?1, ?2, 'archive', ?3)",
        )?
        .execute((cx.session.account, cx.session.jid.as_str(), archive_id))?;
    Ok(())
}
