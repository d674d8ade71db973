//! One's own code, and who comes by it. A code is a link with our address and a token; who asks with the token to be a
//! contact is one at once, without a question on either side. For people who have no account yet the server makes the
//! token, and lets them in with it (`server.rs`).
//!
//! Invariants: a token is 128 random bits, counts once, for a week, for the account that made it; a token that is not
//! known makes its bringer an ordinary stranger, and he is told nothing of it. An account has few tokens at a time.
//!
//! XEPs: 0283, 0379

mod server;

use jid::BareJid;
use rusqlite::OptionalExtension;

use super::link::Introduction;
use super::moved;
use crate::change::Change;
use crate::chat;
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, Refusal};
use crate::engine::request::{Answer, Purpose};
use crate::fault::Fault;
use crate::wire::{Element, ns};

/// How long a token counts.
const LIFE: i64 = 7 * 24 * 3_600_000;
/// A code that is shown is good for this long at least.
const LEAST: i64 = LIFE - 24 * 3_600_000;
/// Tokens of an account. Who opens his code every day has seven or eight.
const MOST: u32 = 20;

/// See the module.
#[derive(Debug)]
pub struct Invitation;

impl Feature for Invitation {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::ShowCode { .. } => refresh(cx)?,
            Command::CreateInvitation { .. } => server::ask(cx)?,
            _ => return Ok(None),
        }
        Ok(Some(Receipt::Done))
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        server::reply(cx, purpose, answer)
    }
}

/// The token that a request to be a contact brings.
pub fn token_of(stanza: &Element) -> Option<&str> {
    stanza.first("preauth", ns::INVITATION)?.attribute("token")
}

/// What a request of ours says besides.
pub fn introduced(request: Element, introduction: &Introduction) -> Element {
    let token = introduction.token.as_deref();
    let token = token.map(|token| Element::new("preauth", ns::INVITATION).with("token", token));
    let moved = introduction.moved.as_deref().map(moved::wire::claiming);
    token.into_iter().chain(moved).fold(request, Element::child)
}

/// Whether the token is one of ours; from now on it is of use to nobody else. Who came with it is to be found: he gets a
/// chat.
pub fn redeem(cx: &mut Cx<'_>, from: &BareJid, token: &str) -> Result<bool, Fault> {
    let now = cx.server_time();
    let expires: Option<i64> = cx
        .tx
        .prepare_cached(
            "UPDATE invitation_token SET used_by = ?3
             WHERE account_id = ?1 AND token = ?2 AND (used_by IS NULL OR used_by = ?3) RETURNING expires",
        )?
        .query_row((cx.session.account, token, from.as_str()), |row| row.get(0))
        .optional()?;
    let Some(expires) = expires else { return Ok(false) };
    cx.change(Change::Codes);
    if expires <= now {
        return Ok(false);
    }
    // The next one can scan the same screen.
    refresh(cx)?;
    let found = chat::open::for_peer(cx, from)?;
    cx.tx
        .prepare_cached("UPDATE chat SET listed = 1, known = 1, last_activity = max(last_activity, ?2) WHERE id = ?1")?
        .execute((found, now))?;
    cx.chat_changed(found);
    Ok(true)
}

/// Sees to it that there is a token that is good for long enough.
fn refresh(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let (account, now) = (cx.account(), cx.server_time());
    cx.tx
        .prepare_cached("DELETE FROM invitation_token WHERE account_id = ?1 AND expires <= ?2")?
        .execute((account, now))?;
    let good = cx
        .tx
        .prepare_cached("SELECT 1 FROM invitation_token WHERE account_id = ?1 AND expires >= ?2 AND used_by IS NULL")?
        .exists((account, now.saturating_add(LEAST)))?;
    if !good {
        let token = cx.random.id();
        cx.tx
            .prepare_cached("INSERT INTO invitation_token (account_id, token, expires) VALUES (?1, ?2, ?3)")?
            .execute((account, token, now.saturating_add(LIFE)))?;
        cx.tx
            .prepare_cached(
                "DELETE FROM invitation_token WHERE account_id = ?1 AND token IN (
                     SELECT token FROM invitation_token WHERE account_id = ?1
                     ORDER BY expires DESC, token LIMIT -1 OFFSET ?2)",
            )?
            .execute((account, MOST))?;
        cx.change(Change::Codes);
    }
    Ok(())
}
