//! Who really sent a stanza, and the checks of RFC 6120 that concern every stanza. The server's copy of what another device
//! of ours sent, or was sent alone, is unwrapped here: features see the message that was copied.
//!
//! Invariants: a copy is believed only if our own account sends it, it holds one message, and that message is from us
//! (sent) or to us (received); nothing inside a copy ever counts as said by our account's server.
//!
//! XEPs: RFC 6120 8.1, RFC 6121, 0280, 0297

use jid::Jid;

use super::cx::Cx;
use crate::fault::Violation;
use crate::wire::{Element, ns};

/// A stanza with its addresses read.
#[derive(Debug)]
pub struct Inbound<'a> {
    /// The stanza; of a copy, the message that was copied.
    pub stanza: &'a Element,
    pub kind: Kind,
    /// `None`: our own account (RFC 6120 8.1.2.1).
    pub from: Option<Jid>,
    /// `None`: it was sent to this device, or to all. Nobody may be answered because of a copy.
    pub copy: Option<Copied>,
}

/// The three stanzas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Message,
    Presence,
    Iq,
}

/// Whose message the server copied to us (XEP-0280).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// Another device of ours sent it.
    Sent,
    /// It was sent to another device of ours alone.
    Received,
}

impl<'a> Inbound<'a> {
    /// Reads the envelope. A stanza with addresses that can't be read concerns nobody: it is dropped and counted.
    pub fn open(cx: &mut Cx<'_>, stanza: &'a Element) -> Option<Self> {
        let kind = match stanza.name.as_str() {
            "message" => Kind::Message,
            "presence" => Kind::Presence,
            "iq" => Kind::Iq,
            _ => return None,
        };
        let Ok(from) = stanza.attribute("from").map(Jid::new).transpose() else {
            cx.violation(Violation::JidMalformed);
            return None;
        };
        let outer = Self { stanza, kind, from, copy: None };
        if kind != Kind::Message || !stanza.children().any(is_copy) {
            return Some(outer);
        }
        let inner = if outer.is_from_own_account(cx) { unwrap(cx, stanza) } else { None };
        if inner.is_none() {
            cx.violation(Violation::CarbonForged);
        }
        inner
    }

    /// The `type`, or "" for none.
    pub fn type_(&self) -> &str {
        self.stanza.attribute("type").unwrap_or("")
    }

    /// Whether our own account speaks: without `from`, or with our bare JID.
    pub fn is_from_own_account(&self, cx: &Cx<'_>) -> bool {
        let own = |from: &Jid| from.is_bare() && from.to_bare() == cx.session.jid;
        self.copy.is_none() && self.from.as_ref().is_none_or(own)
    }
}

fn is_copy(child: &Element) -> bool {
    child.is("sent", ns::CARBONS) || child.is("received", ns::CARBONS)
}

/// The message in a copy; `None` if it is none of ours, not one, or itself something that wraps another.
fn unwrap<'a>(cx: &Cx<'_>, outer: &'a Element) -> Option<Inbound<'a>> {
    let mut copies = outer.children().filter(|child| is_copy(child));
    let (wrapper, None) = (copies.next()?, copies.next()) else { return None };
    let mut messages = wrapper.first("forwarded", ns::FORWARD)?.children().filter(|c| c.is("message", ns::CLIENT));
    let (message, None) = (messages.next()?, messages.next()) else { return None };
    if message.children().any(|child| is_copy(child) || child.is("result", ns::MAM)) {
        return None;
    }
    let address = |name: &str| message.attribute(name).map(Jid::new).transpose().ok();
    let (from, to) = (address("from")?, address("to")?);
    let is_own = |jid: &Jid| jid.to_bare() == cx.session.jid;
    // Without an address it is our own account's (RFC 6120 8.1.2.1 and 8.1.1.1).
    let copy = if wrapper.name == "sent" { Copied::Sent } else { Copied::Received };
    let ours = match copy {
        Copied::Sent => from.as_ref().is_none_or(is_own),
        Copied::Received => from.is_some() && to.as_ref().is_none_or(is_own),
    };
    ours.then_some(Inbound { stanza: message, kind: Kind::Message, from, copy: Some(copy) })
}
