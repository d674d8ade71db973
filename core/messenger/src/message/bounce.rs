//! A message that comes back with an error: the user sees why, and can try again.
//!
//! Only the chat's own partner, or our own server, may bounce.
//!
//! XEPs: RFC 6120 8.3

use rusqlite::OptionalExtension;

use super::state;
use crate::engine::cx::Cx;
use crate::engine::envelope::{Copied, Inbound, Kind};
use crate::engine::feature::{Done, Feature};
use crate::engine::request::error_condition;
use crate::fault::Fault;
use crate::ids::MessageId;
use crate::view::item::SendFailure;

/// See the module.
#[derive(Debug)]
pub struct Bounce;

impl Feature for Bounce {
    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        if inbound.kind != Kind::Message || inbound.type_() != "error" {
            return Ok(Done::Pass);
        }
        // What another device of ours refused is its sender's business.
        if inbound.copy == Some(Copied::Sent) {
            return Ok(Done::Taken);
        }
        let (Some(id), Some(from)) = (inbound.stanza.attribute("id"), &inbound.from) else { return Ok(Done::Taken) };
        let message: Option<MessageId> = cx
            .tx
            .prepare_cached(
                "SELECT key.message_id FROM message_key AS key
                 JOIN message ON message.id = key.message_id JOIN chat ON chat.id = message.chat_id
                 WHERE key.account_id = ?1 AND key.scope = ?2 AND key.kind = 'origin' AND key.value = ?3
                   AND chat.jid = ?4",
            )?
            .query_row((cx.session.account, cx.session.jid.as_str(), id, from.to_bare().as_str()), |row| row.get(0))
            .optional()?;
        if let Some(message) = message {
            let reason = match error_condition(inbound.stanza).unwrap_or("") {
                "service-unavailable" if !is_known(cx, from.to_bare().as_str())? => SendFailure::NoSuchRecipient,
                condition => reason(condition),
            };
            state::fail(cx, message, reason)?;
        }
        Ok(Done::Taken)
    }
}

/// Whether this address has ever shown that somebody is there. Servers answer `service-unavailable` for an account that
/// does not exist, and for one that does not want the message (RFC 6121 8.5.1 and 8.5.2): from somebody known it is the
/// latter, else most likely a typing error.
fn is_known(cx: &Cx<'_>, peer: &str) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached(
            "SELECT 1 FROM contact WHERE account_id = ?1 AND jid = ?2 AND subscription <> 'none'
             UNION ALL
             SELECT 1 FROM chat JOIN message ON message.chat_id = chat.id
             WHERE chat.account_id = ?1 AND chat.jid = ?2 AND message.outgoing = 0
             LIMIT 1",
        )?
        .exists((cx.session.account, peer))?)
}

fn reason(condition: &str) -> SendFailure {
    match condition {
        "item-not-found" | "recipient-unavailable" | "gone" => SendFailure::NoSuchRecipient,
        "remote-server-not-found" | "remote-server-timeout" => SendFailure::ServerUnreachable,
        "forbidden"
        | "not-allowed"
        | "not-authorized"
        | "service-unavailable"
        | "registration-required"
        | "subscription-required" => SendFailure::NotAllowed,
        "policy-violation" | "resource-constraint" => SendFailure::TooLarge,
        _ => SendFailure::Refused,
    }
}
