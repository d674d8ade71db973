//! What the user says about a contact: a name, tags (the roster's groups), whether to be told of them. Names and tags are
//! the server's, so that every device has the same: they need a connection, and show when the server has taken them.
//!
//! XEPs: RFC 6121 2

use jid::BareJid;

use super::link::Introduction;
use super::{roster, subscription};
use crate::change::Change;
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, Refusal};
use crate::engine::request::Purpose;
use crate::fault::CommandError;
use crate::wire::{Element, ns};

/// Characters of a name or a tag; tags of a contact.
const LONGEST: usize = 200;
const MOST_TAGS: usize = 32;

/// See the module.
#[derive(Debug)]
pub struct Details;

impl Feature for Details {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::AddContact { address, .. } => {
                let peer = peer(cx, address)?;
                subscription::ask_unless_subscribed(cx, &peer, &Introduction::default())?;
            }
            Command::EditContact { address, name, tags, .. } => {
                let peer = peer(cx, address)?;
                let (name, tags) = (name.trim(), tags_of(tags)?);
                if name.chars().count() > LONGEST {
                    return Err(CommandError::TextInvalid.into());
                }
                let name = Some(name).filter(|name| !name.is_empty());
                let item = Element::new("item", ns::ROSTER).with("jid", peer.as_str()).with_some("name", name);
                let group = |tag: &String| Element::new("group", ns::ROSTER).text(tag.as_str());
                set(cx, tags.iter().fold(item, |item, tag| item.child(group(tag))))?;
            }
            Command::RemoveContact { address, .. } => {
                let peer = on_roster(cx, address)?;
                let item = Element::new("item", ns::ROSTER).with("jid", peer.as_str());
                // What they were told, and were not, goes once the roster says that they are gone (`roster.rs`).
                set(cx, item.with("subscription", "remove"))?;
            }
            Command::Unsubscribe { address, .. } => {
                let peer = on_roster(cx, address)?;
                if !cx.session.is_live() {
                    return Err(CommandError::Offline.into());
                }
                subscription::forget_wish(cx, &peer)?;
                cx.send(&subscription::presence(&peer, "unsubscribe"), None)?;
            }
            Command::SetMuted { chat, muted } => {
                cx.tx.prepare_cached("UPDATE chat SET muted = ?2 WHERE id = ?1")?.execute((chat, muted))?;
                cx.change(Change::ChatList);
            }
            _ => return Ok(None),
        }
        Ok(Some(Receipt::Done))
    }
}

fn peer(cx: &Cx<'_>, address: &str) -> Result<BareJid, CommandError> {
    let peer = BareJid::new(address).map_err(|_| CommandError::AddressInvalid)?;
    if peer == cx.session.jid { Err(CommandError::AddressInvalid) } else { Ok(peer) }
}

/// The same, if they are a contact: a link may name anybody.
fn on_roster(cx: &Cx<'_>, address: &str) -> Result<BareJid, Refusal> {
    let peer = peer(cx, address)?;
    let known = cx
        .tx
        .prepare_cached("SELECT 1 FROM contact WHERE account_id = ?1 AND jid = ?2")?
        .exists((cx.session.account, peer.as_str()))?;
    if known { Ok(peer) } else { Err(CommandError::NotFound.into()) }
}

/// Each tag once; RFC 6121 2.1.2.5 forbids empty ones.
fn tags_of(tags: &[String]) -> Result<Vec<String>, CommandError> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
        if tag.chars().count() > LONGEST {
            return Err(CommandError::TextInvalid);
        }
        if !kept.iter().any(|known| known == tag) {
            kept.push(tag.to_owned());
        }
    }
    if kept.len() > MOST_TAGS { Err(CommandError::TextInvalid) } else { Ok(kept) }
}

/// Setting an item replaces it, so what is on the roster has to be known.
fn set(cx: &mut Cx<'_>, item: Element) -> Result<(), Refusal> {
    if !cx.session.is_live() || roster::is_awaited(cx)? {
        return Err(CommandError::Offline.into());
    }
    Ok(cx.request("set", None, Element::new("query", ns::ROSTER).child(item), &Purpose::RosterSet)?)
}
