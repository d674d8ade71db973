//! Whatever has access to the account, as the server lists it, and taking that access back; everybody else's at once, with
//! another password, when a device was lost.
//!
//! XEPs: 0077, 0494
//!
//! Invariants: a client is off the list only when the server says that it is out; who knows the password is never called
//! shut out before there is another one; nobody here shuts himself out.

use rusqlite::{OptionalExtension, params};

use crate::change::Change;
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, Refusal, SessionEvent};
use crate::engine::request::{Answer, Purpose};
use crate::fault::{CommandError, Fault, Violation};
use crate::session::PasswordDoubt;
use crate::session::clock::parse_stamp;
use crate::view::item::{ClientAccess, ClientAnswers, RevokeProblem};
use crate::wire::{Element, ns};

/// Clients of an account.
const MOST: usize = 200;
/// Bytes of a client's id.
const LONGEST_ID: usize = 500;
/// Characters of a text that is shown.
const LONGEST: usize = 100;

/// See the module.
#[derive(Debug)]
pub struct ClientManagement;

impl Feature for ClientManagement {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::RevokeClient { id, .. } => {
                if !cx.session.is_live() {
                    return Err(CommandError::Offline.into());
                }
                let Some(client) = answers(cx)?.clients.into_iter().find(|client| client.id == *id) else {
                    return Err(CommandError::NotFound.into());
                };
                // Signing out is another thing.
                if client.this {
                    return Err(CommandError::NotNow.into());
                }
                revoke(cx, id)?;
                Ok(Some(Receipt::Done))
            }
            Command::SignOutEverywhere { password, account } => {
                let change = Command::ChangePassword { account: *account, password: password.clone() };
                let done = super::password::Password.command(cx, &change)?;
                expel(cx, true)?;
                Ok(done)
            }
            _ => Ok(None),
        }
    }

    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        if event == SessionEvent::Bound {
            // What was asked on the lost stream has no answer any more.
            change(cx, |answers| answers.clients.iter_mut().for_each(|client| client.revoking = false))?;
            // The answer about the password was lost, and this session was opened by the new one.
            if is_expelling(cx)? && crate::session::credentials::new_password(cx.tx, cx.session.account)?.is_none() {
                ask(cx)?;
            }
        }
        Ok(())
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        match (purpose, answer) {
            // Not ours to take: `Password` comes next.
            (Purpose::PasswordChange, Answer::Result(_)) => {
                if is_expelling(cx)? {
                    ask(cx)?;
                }
                return Ok(Done::Pass);
            }
            (Purpose::PasswordChange, Answer::Error(_)) => {
                // Asked twice, an error is no answer to the first question.
                if cx.session.password_doubt != PasswordDoubt::Repeated {
                    expel(cx, false)?;
                }
                return Ok(Done::Pass);
            }
            (Purpose::ClientList, Answer::Result(iq)) => listed(cx, iq)?,
            (Purpose::ClientList, Answer::Error(_)) => {
                expel(cx, false)?;
                change(cx, |answers| {
                    *answers = ClientAnswers { listed: Some(false), ..ClientAnswers::default() };
                })?;
            }
            (Purpose::ClientList, Answer::None) => {}
            (Purpose::ClientRevoked { id }, Answer::Result(_)) => change(cx, |answers| {
                answers.clients.retain(|client| client.id != *id);
            })?,
            (Purpose::ClientRevoked { id }, Answer::Error(iq)) => {
                let error = iq.first("error", ns::CLIENT);
                let needs =
                    error.is_some_and(|error| error.first("password-reset-required", ns::CLIENT_MANAGEMENT).is_some());
                refused(cx, id, if needs { RevokeProblem::PasswordNeeded } else { RevokeProblem::Refused })?;
            }
            (Purpose::ClientRevoked { id }, Answer::None) => refused(cx, id, RevokeProblem::Refused)?,
            _ => return Ok(Done::Pass),
        }
        Ok(Done::Taken)
    }
}

/// Asks who has access.
pub(super) fn ask(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if cx.is_under_way(&Purpose::ClientList)? {
        return Ok(());
    }
    cx.request("get", None, Element::new("list", ns::CLIENT_MANAGEMENT), &Purpose::ClientList)
}

fn revoke(cx: &mut Cx<'_>, id: &str) -> Result<(), Fault> {
    let purpose = Purpose::ClientRevoked { id: id.to_owned() };
    if cx.is_under_way(&purpose)? {
        return Ok(());
    }
    change(cx, |answers| {
        answers.problem = None;
        answers.clients.iter_mut().filter(|client| client.id == id).for_each(|client| client.revoking = true);
    })?;
    cx.request("set", None, Element::new("revoke", ns::CLIENT_MANAGEMENT).with("id", id), &purpose)
}

fn refused(cx: &mut Cx<'_>, id: &str, problem: RevokeProblem) -> Result<(), Fault> {
    change(cx, |answers| {
        answers.problem = Some(problem);
        answers.clients.iter_mut().filter(|client| client.id == id).for_each(|client| client.revoking = false);
    })
}

fn listed(cx: &mut Cx<'_>, iq: &Element) -> Result<(), Fault> {
    let list = iq.first("clients", ns::CLIENT_MANAGEMENT);
    let Some(list) = list.filter(|list| list.children().count() <= MOST) else {
        cx.violation(Violation::ClientListMalformed);
        return Ok(());
    };
    let own: Option<String> = cx
        .tx
        .prepare_cached("SELECT user_agent FROM login WHERE account_id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))
        .optional()?;
    let own = own.filter(|own| !own.is_empty());
    let clients = list.children().filter(|child| child.is("client", ns::CLIENT_MANAGEMENT));
    let clients: Vec<ClientAccess> = clients.filter_map(|client| read(client, own.as_deref())).collect();
    let others: Vec<String> = clients.iter().filter(|client| !client.this).map(|client| client.id.clone()).collect();
    change(cx, |answers| {
        *answers = ClientAnswers { listed: Some(true), clients, problem: None };
    })?;
    if is_expelling(cx)? {
        expel(cx, false)?;
        for id in others {
            revoke(cx, &id)?;
        }
    }
    Ok(())
}

fn read(client: &Element, own: Option<&str>) -> Option<ClientAccess> {
    let id = client.attribute("id").filter(|id| !id.is_empty() && id.len() <= LONGEST_ID)?;
    let child = |name| client.first(name, ns::CLIENT_MANAGEMENT);
    let text = |element: Option<&Element>| {
        let text = element?.content();
        let text: String = text.trim().chars().filter(|letter| !letter.is_control()).take(LONGEST).collect();
        Some(text).filter(|text| !text.is_empty())
    };
    let agent = |name| text(child("user-agent").and_then(|agent| agent.first(name, ns::CLIENT_MANAGEMENT)));
    let stamp = |name| child(name).and_then(|stamp| parse_stamp(stamp.content().trim()));
    Some(ClientAccess {
        id: id.to_owned(),
        // Servers make it of what we call ourselves (XEP-0388); an id that says nothing is taken for somebody else's.
        this: own.is_some_and(|own| id.contains(own)),
        connected: matches!(client.attribute("connected"), Some("true" | "1")),
        software: agent("software"),
        device: agent("device"),
        first_seen: stamp("first-seen"),
        last_seen: stamp("last-seen"),
        password: child("auth").is_some_and(|auth| auth.first("password", ns::CLIENT_MANAGEMENT).is_some()),
        revoking: false,
    })
}

fn is_expelling(cx: &Cx<'_>) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT expelling FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?)
}

fn expel(cx: &mut Cx<'_>, on: bool) -> Result<(), Fault> {
    cx.tx.prepare_cached("UPDATE account SET expelling = ?2 WHERE id = ?1")?.execute((cx.session.account, on))?;
    Ok(())
}

fn answers(cx: &Cx<'_>) -> Result<ClientAnswers, Fault> {
    let json: Option<String> = cx
        .tx
        .prepare_cached("SELECT answers FROM client_access WHERE account_id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))
        .optional()?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

fn change(cx: &mut Cx<'_>, change: impl FnOnce(&mut ClientAnswers)) -> Result<(), Fault> {
    let before = answers(cx)?;
    let mut answers = before.clone();
    change(&mut answers);
    if answers == before {
        return Ok(());
    }
    let json = serde_json::to_string(&answers).map_err(|_| Fault::Corrupt("clients"))?;
    let account = cx.account();
    cx.tx
        .prepare_cached(
            "INSERT INTO client_access (account_id, answers) VALUES (?1, ?2)
             ON CONFLICT (account_id) DO UPDATE SET answers = excluded.answers",
        )?
        .execute(params![account, json])?;
    cx.change(Change::Presence(account));
    Ok(())
}
