//! Invitations that the server makes: whoever has one may make an account there, and is a contact at once.
//!
//! Invariants: what the server gives is shown only if it leads to our own account or to an account on our own server,
//! and its page is one of the web; a server that can't, or won't, or gives something else, is told so, and the own code
//! stays.
//!
//! XEPs: 0050, 0401

use jid::BareJid;

use super::super::link::Link;
use crate::change::Change;
use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Refusal};
use crate::engine::request::{Answer, Purpose};
use crate::fault::{CommandError, Fault, Violation};
use crate::session::clock::parse_stamp;
use crate::view::item::ServerInvitation;
use crate::wire::form::Form;
use crate::wire::{Element, ns};

/// XEP-0401 3.1.
const INVITE: &str = "urn:xmpp:invite#invite";

/// Asks for one: first whether there is such a thing.
pub fn ask(cx: &mut Cx<'_>) -> Result<(), Refusal> {
    if !cx.session.is_live() {
        return Err(CommandError::Offline.into());
    }
    if cx.is_under_way(&Purpose::Commands)? || cx.is_under_way(&Purpose::Invitation)? {
        return Ok(());
    }
    let query = Element::new("query", ns::DISCO_ITEMS).with("node", ns::COMMANDS);
    let server = server(cx);
    cx.request("get", Some(&server), query, &Purpose::Commands)?;
    Ok(show(cx, &ServerInvitation::Asking)?)
}

/// What the server says.
pub fn reply(cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
    let state = match (purpose, answer) {
        (Purpose::Commands, Answer::Result(iq)) if offers(cx, iq) => {
            let command = Element::new("command", ns::COMMANDS).with("node", INVITE).with("action", "execute");
            let server = server(cx);
            cx.request("set", Some(&server), command, &Purpose::Invitation)?;
            return Ok(Done::Taken);
        }
        (Purpose::Commands, Answer::Result(_) | Answer::Error(_)) => ServerInvitation::NotOffered,
        (Purpose::Invitation, Answer::Result(iq)) => match read(cx, iq) {
            Some(ready) => ready,
            None => {
                cx.violation(Violation::InvitationMalformed);
                ServerInvitation::Failed
            }
        },
        (Purpose::Invitation, Answer::Error(_)) => match answer.condition() {
            Some("forbidden" | "not-allowed" | "not-authorized" | "policy-violation" | "resource-constraint") => {
                ServerInvitation::Refused
            }
            _ => ServerInvitation::Failed,
        },
        (Purpose::Commands | Purpose::Invitation, Answer::None) => ServerInvitation::Failed,
        _ => return Ok(Done::Pass),
    };
    show(cx, &state)?;
    Ok(Done::Taken)
}

fn offers(cx: &Cx<'_>, iq: &Element) -> bool {
    let server = server(cx);
    iq.first("query", ns::DISCO_ITEMS).is_some_and(|query| {
        query.children().any(|item| {
            item.is("item", ns::DISCO_ITEMS)
                && item.attribute("node") == Some(INVITE)
                && item.attribute("jid") == Some(server.as_str())
        })
    })
}

fn read(cx: &Cx<'_>, iq: &Element) -> Option<ServerInvitation> {
    let command = iq.first("command", ns::COMMANDS)?;
    if command.attribute("status") != Some("completed") {
        return None;
    }
    let form = Form::parse(command.first("x", ns::DATA_FORM)?).ok()?;
    let value = |var: &str| {
        let field = form.fields.iter().find(|field| field.var == var)?;
        field.values.first().map(|value| value.trim()).filter(|value| !value.is_empty())
    };
    let uri = value("uri")?;
    let own = cx.own();
    let (link, newcomers) = match Link::read(uri).ok()? {
        Link::Contact { address, link, invited: true, newcomers, .. } if address == own => (link, newcomers),
        // For an account alone; we are no contact then.
        Link::SignUp { server, link, invited: true, .. } if server == own.domain().as_str() => (link, true),
        _ => return None,
    };
    let page = match value("landing-url") {
        Some(url) => Some(page(&own, url)?),
        None => None,
    };
    let expires = match value("expire") {
        Some(stamp) => Some(parse_stamp(stamp)?),
        None => None,
    };
    Some(ServerInvitation::Ready { link, page, expires, newcomers })
}

/// A page of the web; if it has an address in it, then ours.
fn page(own: &BareJid, url: &str) -> Option<String> {
    let is_web = url.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"));
    let fits = match Link::read(url).ok()? {
        Link::Page { .. } => true,
        Link::Contact { address, .. } => address == *own,
        _ => false,
    };
    (is_web && fits).then(|| url.to_owned())
}

fn server(cx: &Cx<'_>) -> String {
    cx.own().domain().to_string()
}

fn show(cx: &mut Cx<'_>, state: &ServerInvitation) -> Result<(), Fault> {
    let state = serde_json::to_string(state).map_err(|_| Fault::Corrupt("invitation"))?;
    cx.tx
        .prepare_cached("INSERT OR REPLACE INTO server_invitation (account_id, state) VALUES (?1, ?2)")?
        .execute((cx.session.account, state))?;
    cx.change(Change::Codes);
    Ok(())
}
