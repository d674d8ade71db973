//! What still has to leave: one job a message, in order, until the server has confirmed it.
//!
//! Invariants: a job is ready (may be sent), in flight (an `unacknowledged` stanza names it) or in doubt (it was in flight
//! when its session was lost). Jobs of a chat leave in the order in which they were made: nothing overtakes a job in
//! doubt. A stanza is finished once; every later sending repeats the same ids and content.

use rusqlite::{OptionalExtension, params};

use crate::engine::cx::Cx;
use crate::fault::Fault;
use crate::ids::{ChatId, JobId, MessageId};
use crate::message::{state, text};
use crate::session::clock::format_stamp;
use crate::view::item::SendFailure;
use crate::wire::{Element, ns};

/// Stanzas of ours that may be unconfirmed at a time: bounds what a resumption resends.
const WINDOW: i64 = 250;

/// Queues a message.
pub fn add(cx: &mut Cx<'_>, chat: ChatId, message: MessageId) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "INSERT INTO job (account_id, chat_id, message_id, state, made) VALUES (?1, ?2, ?3, 'ready', ?4)",
        )?
        .execute(params![cx.account(), chat, message, cx.server_time()])?;
    cx.session.pump = true;
    Ok(())
}

/// Sends what may leave.
pub fn run(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let Some(live) = cx.session.live() else { return Ok(()) };
    let room = WINDOW - (live.sent - live.acknowledged);
    if room <= 0 {
        return Ok(());
    }
    let jobs: Vec<(JobId, MessageId, Option<String>, i64)> = cx
        .tx
        .prepare_cached(
            "SELECT id, message_id, stanza, made FROM job
             WHERE account_id = ?1 AND state = 'ready'
               AND (after_job IS NULL OR NOT EXISTS (SELECT 1 FROM job AS other WHERE other.id = job.after_job))
               AND NOT EXISTS (SELECT 1 FROM job AS doubt WHERE doubt.chat_id = job.chat_id AND doubt.state = 'in_doubt')
             ORDER BY id LIMIT ?2",
        )?
        .query_map((cx.session.account, room), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    for (job, message, finished, made) in jobs {
        let Some(stanza) = finish(cx, job, message, finished, made)? else {
            // A stored stanza that can't be read would stop everything behind it.
            tracing::error!(%job, "a job can't be sent");
            drop_job(cx, message)?;
            state::refuse(cx, message)?;
            continue;
        };
        // The server would end the stream for it (XEP-0478 3), and again after every resumption.
        let limit = cx.session.features.limits.largest_stanza();
        if limit.is_some_and(|limit| stanza.to_xml().len() > limit) {
            drop_job(cx, message)?;
            state::fail(cx, message, SendFailure::TooLarge)?;
            continue;
        }
        cx.tx.prepare_cached("UPDATE job SET state = 'in_flight' WHERE id = ?1")?.execute([job])?;
        cx.send(&stanza, Some(job))?;
    }
    Ok(())
}

/// The stanza of a job: made now, or as it was made at its first sending.
fn finish(
    cx: &mut Cx<'_>,
    job: JobId,
    message: MessageId,
    finished: Option<String>,
    made: i64,
) -> Result<Option<Element>, Fault> {
    if let Some(finished) = finished {
        // It may have been delivered before: say when it was written.
        let delay =
            Element::new("delay", ns::DELAY).with("stamp", format_stamp(made)).with("from", cx.own().to_string());
        return Ok(Element::parse(&finished).ok().map(|stanza| stanza.child(delay)));
    }
    let Some(stanza) = text::encode(cx, message)? else { return Ok(None) };
    cx.tx.prepare_cached("UPDATE job SET stanza = ?2 WHERE id = ?1")?.execute((job, stanza.to_xml()))?;
    Ok(Some(stanza))
}

/// The server has the stanza of this job.
pub fn acknowledged(cx: &mut Cx<'_>, job: JobId) -> Result<(), Fault> {
    let message: Option<MessageId> = cx
        .tx
        .prepare_cached("DELETE FROM job WHERE id = ?1 RETURNING message_id")?
        .query_row([job], |row| row.get(0))
        .optional()?;
    match message {
        Some(message) => state::taken_by_server(cx, message),
        // The archive was faster.
        None => Ok(()),
    }
}

/// The session is lost with these in flight.
pub fn put_in_doubt(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE job SET state = 'in_doubt' WHERE account_id = ?1 AND state = 'in_flight'")?
        .execute([cx.session.account])?;
    Ok(())
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
