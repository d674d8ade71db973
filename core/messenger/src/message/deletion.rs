//! Deleting on this device. Every name a deleted message had, or gets later, stays as a tombstone.

use rusqlite::OptionalExtension;

use super::{identity, state};
use crate::chat::read;
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, Refusal};
use crate::fault::{CommandError, Fault};
use crate::ids::ChatId;
use crate::outbox;

/// See the module.
#[derive(Debug)]
pub struct Deletion;

impl Feature for Deletion {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::DeleteMessage { message } => {
                let (chat, _, _) = state::whereabouts(cx, *message)?.ok_or(CommandError::NotFound)?;
                outbox::drop_job(cx, *message)?;
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

fn delete_chat(cx: &mut Cx<'_>, chat: ChatId) -> Result<(), Refusal> {
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

/// Turns messages into tombstones of all their names.
fn bury(cx: &Cx<'_>, which: &str, id: i64) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(&format!(
            "INSERT OR IGNORE INTO tombstone (account_id, scope, kind, value)
             SELECT account_id, scope, kind, value FROM message_key
             WHERE message_id IN (SELECT id FROM message WHERE {which})"
        ))?
        .execute([id])?;
    let unnamed: Vec<(String, String)> = cx
        .tx
        .prepare_cached(&format!(
            "SELECT sender, stanza_id, body FROM message WHERE {which}
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
