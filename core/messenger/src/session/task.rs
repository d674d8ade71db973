//! What the user asked of an account's server, as it is shown.
//!
//! XEPs: 0077

use crate::change::Change;
use crate::engine::cx::Cx;
use crate::fault::Fault;
use crate::view::item::{AccountProblem, AccountTask};
use crate::wire::{Element, ns};

/// Characters of the server's own explanation.
const TEXT: usize = 300;

/// Puts it where the views read it.
pub fn show(cx: &mut Cx<'_>, task: Option<&AccountTask>) -> Result<(), Fault> {
    let json = task.map(serde_json::to_string).transpose().map_err(|_| Fault::Corrupt("task"))?;
    cx.tx.prepare_cached("UPDATE account SET task = ?2 WHERE id = ?1")?.execute((cx.session.account, json))?;
    cx.change(Change::Accounts);
    Ok(())
}

/// Why the server refused, and what it says about it.
pub fn problem(condition: Option<&str>, iq: &Element) -> (AccountProblem, Option<String>) {
    let problem = match condition {
        Some("not-allowed" | "forbidden" | "not-authorized" | "service-unavailable" | "feature-not-implemented") => {
            AccountProblem::NotAllowed
        }
        Some("not-acceptable" | "bad-request") => AccountProblem::NotAcceptable,
        _ => AccountProblem::Other,
    };
    let text = iq.first("error", ns::CLIENT).and_then(|error| error.first("text", ns::STANZA_ERROR));
    let text = text.map(|text| text.content().trim().chars().filter(|c| !c.is_control()).take(TEXT).collect());
    (problem, text.filter(|text: &String| !text.is_empty()))
}
