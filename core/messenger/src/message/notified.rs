//! Which messages an alert was shown for. Two processes may meet the same message, the app and the extension that a push
//! wakes: whoever claims it first, in the transaction of its own epoch, alerts; the other stays silent.

use crate::engine::cx::Cx;
use crate::fault::Fault;
use crate::ids::MessageId;

/// Whether an alert may be shown for this message: true once.
pub fn claim(cx: &Cx<'_>, message: MessageId) -> Result<bool, Fault> {
    let claimed = cx
        .tx
        .prepare_cached(
            "INSERT OR IGNORE INTO notified (message_id) SELECT id FROM message WHERE id = ?1 AND unread = 1",
        )?
        .execute([message])?;
    Ok(claimed > 0)
}
