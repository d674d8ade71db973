//! What still has to leave: one job a message, receipt or marker, in order, until the server has confirmed it.
//!
//! Invariants: a job is ready (may be sent), in flight (an `unacknowledged` stanza names it) or in doubt (it was in flight
//! when its session was lost). Jobs of a chat leave in the order in which they were made: nothing overtakes a job in
//! doubt. A stanza is finished once; every later sending repeats the same ids and content.

use rusqlite::{OptionalExtension, params};

use crate::command::PrivacySetting;
use crate::engine::cx::Cx;
use crate::fault::Fault;
use crate::ids::{ChatId, JobId, MessageId};
use crate::message::relation::About;
use crate::message::{state, text};
use crate::session::clock::format_stamp;
use crate::view::item::SendFailure;
use crate::wire::{Element, ns};

/// Stanzas of ours that may be unconfirmed at a time: bounds what a resumption resends.
const WINDOW: i64 = 250;

/// The values of `job.kind`.
const MESSAGE: &str = "message";
const RECEIPT: &str = "receipt";
const DISPLAYED: &str = "displayed";

/// Queues a message, to leave when another job is gone, if one is named.
pub fn add(cx: &mut Cx<'_>, chat: ChatId, message: MessageId, after: Option<JobId>) -> Result<JobId, Fault> {
    cx.tx
        .prepare_cached(
            "INSERT INTO job (account_id, chat_id, message_id, after_job, state, made)
             VALUES (?1, ?2, ?3, ?4, 'ready', ?5)",
        )?
        .execute(params![cx.account(), chat, message, after, cx.server_time()])?;
    cx.session.pump = true;
    Ok(JobId(cx.tx.last_insert_rowid()))
}

/// Queues what is said of a received message. A marker takes the place of those that have not left yet.
pub fn add_signal(
    cx: &mut Cx<'_>,
    chat: ChatId,
    message: MessageId,
    about: About,
    stanza: &Element,
) -> Result<(), Fault> {
    let kind = match about {
        About::Receipt => RECEIPT,
        About::Displayed => DISPLAYED,
    };
    if about == About::Displayed {
        cx.tx
            .prepare_cached("DELETE FROM job WHERE chat_id = ?1 AND kind = ?2 AND state <> 'in_flight'")?
            .execute((chat, DISPLAYED))?;
    }
    cx.tx
        .prepare_cached(
            "INSERT INTO job (account_id, chat_id, message_id, kind, state, stanza, made)
             VALUES (?1, ?2, ?3, ?4, 'ready', ?5, ?6)",
        )?
        .execute(params![cx.account(), chat, message, kind, stanza.to_xml(), cx.server_time()])?;
    cx.session.pump = true;
    Ok(())
}

/// What the user no longer wants to tell does not leave any more.
pub fn withdraw_signals(cx: &Cx<'_>, setting: PrivacySetting) -> Result<(), Fault> {
    let kind = match setting {
        PrivacySetting::Receipts => RECEIPT,
        PrivacySetting::ReadMarkers => DISPLAYED,
        _ => return Ok(()),
    };
    let general = cx.tells_in_general(setting)?;
    cx.tx
        .prepare_cached(
            "DELETE FROM job WHERE account_id = ?1 AND kind = ?2 AND state <> 'in_flight' AND NOT coalesce(
                 (SELECT allowed FROM privacy_exception AS exception WHERE exception.account_id = job.account_id
                      AND exception.jid = (SELECT jid FROM chat WHERE chat.id = job.chat_id) AND exception.setting = ?3),
                 ?4)",
        )?
        .execute((cx.session.account, kind, setting.name(), general))?;
    Ok(())
}

/// Whether with so many stanzas unconfirmed nothing more may leave.
pub fn is_full(unconfirmed: i64) -> bool {
    unconfirmed >= WINDOW
}

/// Sends what may leave.
pub fn run(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let Some(live) = cx.session.live() else { return Ok(()) };
    let room = WINDOW - (live.sent - live.acknowledged);
    if room <= 0 {
        return Ok(());
    }
    let jobs: Vec<Job> = cx
        .tx
        .prepare_cached(
            "SELECT id, message_id, kind, stanza, made FROM job
             WHERE account_id = ?1 AND state = 'ready'
               AND (after_job IS NULL OR NOT EXISTS (SELECT 1 FROM job AS other WHERE other.id = job.after_job))
               AND NOT EXISTS (SELECT 1 FROM job AS doubt WHERE doubt.chat_id = job.chat_id AND doubt.state = 'in_doubt')
             ORDER BY id LIMIT ?2",
        )?
        .query_map((cx.session.account, room), |row| {
            let kind: String = row.get(2)?;
            Ok(Job {
                id: row.get(0)?,
                message: row.get(1)?,
                is_message: kind == MESSAGE,
                finished: row.get(3)?,
                made: row.get(4)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    for job in jobs {
        let Some(stanza) = finish(cx, &job)? else {
            // A stored stanza that can't be read would stop everything behind it.
            tracing::error!(job = %job.id, "a job can't be sent");
            cx.tx.prepare_cached("DELETE FROM job WHERE id = ?1")?.execute([job.id])?;
            cx.session.pump = true;
            if job.is_message {
                state::refuse(cx, job.message)?;
            }
            continue;
        };
        // The server would end the stream for it (XEP-0478 3), and again after every resumption.
        let limit = cx.session.features.limits.largest_stanza();
        if limit.is_some_and(|limit| stanza.to_xml().len() > limit) {
            cx.tx.prepare_cached("DELETE FROM job WHERE id = ?1")?.execute([job.id])?;
            if job.is_message {
                state::fail(cx, job.message, SendFailure::TooLarge)?;
            }
            continue;
        }
        cx.tx.prepare_cached("UPDATE job SET state = 'in_flight' WHERE id = ?1")?.execute([job.id])?;
        cx.send(&stanza, Some(job.id))?;
    }
    Ok(())
}

/// A row of `job`.
struct Job {
    id: JobId,
    message: MessageId,
    is_message: bool,
    finished: Option<String>,
    made: i64,
}

/// The stanza of a job: made now, or as it was made at its first sending.
fn finish(cx: &mut Cx<'_>, job: &Job) -> Result<Option<Element>, Fault> {
    if let Some(finished) = &job.finished {
        let stanza = Element::parse(finished).ok();
        if !job.is_message {
            return Ok(stanza);
        }
        // It may have been delivered before: say when it was written.
        let delay =
            Element::new("delay", ns::DELAY).with("stamp", format_stamp(job.made)).with("from", cx.own().to_string());
        return Ok(stanza.map(|stanza| stanza.child(delay)));
    }
    let Some(stanza) = text::encode(cx, job.message)? else { return Ok(None) };
    cx.tx.prepare_cached("UPDATE job SET stanza = ?2 WHERE id = ?1")?.execute((job.id, stanza.to_xml()))?;
    Ok(Some(stanza))
}

/// The server has the stanza of this job.
pub fn acknowledged(cx: &mut Cx<'_>, job: JobId) -> Result<(), Fault> {
    let done: Option<(MessageId, String)> = cx
        .tx
        .prepare_cached("DELETE FROM job WHERE id = ?1 RETURNING message_id, kind")?
        .query_row([job], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match done {
        Some((message, kind)) if kind == MESSAGE => state::taken_by_server(cx, message),
        // A signal; or the archive was faster.
        Some(_) | None => Ok(()),
    }
}

/// The session is lost with these in flight.
pub fn put_in_doubt(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE job SET state = 'in_doubt' WHERE account_id = ?1 AND state = 'in_flight'")?
        .execute([cx.session.account])?;
    // What was switched off while these were in flight.
    withdraw_signals(cx, PrivacySetting::Receipts)?;
    withdraw_signals(cx, PrivacySetting::ReadMarkers)
}

/// The archive has shown all it has: what it did not show never arrived.
pub fn end_doubt(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE job SET state = 'ready' WHERE account_id = ?1 AND state = 'in_doubt'")?
        .execute([cx.session.account])?;
    cx.session.pump = true;
    Ok(())
}

/// The message arrived, or is gone: nothing is left to do for it.
pub fn drop_job(cx: &mut Cx<'_>, message: MessageId) -> Result<(), Fault> {
    cx.tx.prepare_cached("DELETE FROM job WHERE message_id = ?1")?.execute([message])?;
    cx.session.pump = true;
    Ok(())
}
