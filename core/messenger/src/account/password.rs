//! A new password for an account that is signed in.
//!
//! Invariants: until the server has said yes or no both passwords are kept, for nobody else knows which of them is right:
//! a lost answer is asked for again, and a login that the old one does not open is tried with the new one. What was made
//! of the old one (keys, tokens) goes with it. An error counts only if the old password is known to have been right when
//! the server was asked: to a question asked twice it may mean that the first one was granted.
//!
//! XEPs: 0077

use crate::command::{Command, Receipt, Secret};
use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, Refusal, SessionEvent};
use crate::engine::request::{Answer, Purpose};
use crate::fault::{CommandError, Fault};
use crate::session::{PasswordDoubt, connect, credentials, task};
use crate::view::item::AccountTask;
use crate::wire::{Element, ns};

/// Bytes.
const LONGEST: usize = 1_000;

/// See the module.
#[derive(Debug)]
pub struct Password;

impl Feature for Password {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        let Command::ChangePassword { password, .. } = command else { return Ok(None) };
        if !cx.session.is_live() {
            return Err(CommandError::Offline.into());
        }
        let text = password.expose();
        if text.is_empty() || text.len() > LONGEST || text.chars().any(char::is_control) {
            return Err(CommandError::TextInvalid.into());
        }
        if cx.is_under_way(&Purpose::PasswordChange)? {
            return Err(CommandError::NotNow.into());
        }
        cx.tx
            .prepare_cached("UPDATE account SET new_password = ?2 WHERE id = ?1")?
            .execute((cx.session.account, text))?;
        task::show(cx, Some(&AccountTask::ChangingPassword))?;
        cx.session.password_doubt = PasswordDoubt::None;
        ask(cx, password)?;
        Ok(Some(Receipt::Done))
    }

    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        // Nobody knows whether the server heard it on the stream before; said twice, it is still the same.
        match credentials::new_password(cx.tx, cx.session.account)? {
            Some(password) if event == SessionEvent::Bound => {
                cx.session.password_doubt = match cx.session.password_doubt {
                    PasswordDoubt::Proving => PasswordDoubt::None,
                    PasswordDoubt::None | PasswordDoubt::Repeated => PasswordDoubt::Repeated,
                };
                ask(cx, &password)
            }
            _ => Ok(()),
        }
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        if *purpose != Purpose::PasswordChange {
            return Ok(Done::Pass);
        }
        match answer {
            Answer::Result(_) => {
                credentials::take_new_password(cx)?;
                task::show(cx, Some(&AccountTask::PasswordChanged))?;
            }
            Answer::Error(_) if cx.session.password_doubt == PasswordDoubt::Repeated => prove(cx)?,
            Answer::Error(iq) => {
                cx.tx
                    .prepare_cached("UPDATE account SET new_password = NULL WHERE id = ?1")?
                    .execute([cx.session.account])?;
                let (problem, text) = task::problem(answer.condition(), iq);
                task::show(cx, Some(&AccountTask::PasswordNotChanged { problem, text }))?;
            }
            Answer::None => {}
        }
        Ok(Done::Taken)
    }
}

/// Signs in with the old password: if that opens, nothing was changed and the server is asked anew; if not, the new one
/// is tried.
fn prove(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.session.password_doubt = PasswordDoubt::Proving;
    credentials::forget_token(cx)?;
    connect::leave(cx, true)?;
    connect::open(cx)
}

fn ask(cx: &mut Cx<'_>, password: &Secret) -> Result<(), Fault> {
    let Some(user) = cx.session.jid.node().map(ToString::to_string) else { return Ok(()) };
    let domain = cx.session.jid.domain().to_string();
    let query = Element::new("query", ns::REGISTER)
        .child(Element::new("username", ns::REGISTER).text(user))
        .child(Element::new("password", ns::REGISTER).text(password.expose()));
    cx.request("set", Some(&domain), query, &Purpose::PasswordChange)
}
