//! Invitations on demand (XEP-0401 by XEP-0050), with whatever answer a test likes.

use linnet_messenger::wire::{Element, ns};

use super::route::{result, stanza_error};
use super::{DOMAIN, FakeServer};

/// What comes of the wish for an invitation.
#[derive(Debug, Clone)]
pub enum Inviting {
    /// The list of commands has no such thing.
    Other,
    /// This is the answer, as the children of the result.
    Gives(String),
    Refuses(&'static str),
    /// Nothing is answered.
    Silent,
}

impl Inviting {
    /// A completed command with these fields.
    pub fn fields(fields: &[(&str, &str)]) -> Self {
        let field = |(var, value): &(&str, &str)| format!("<field var='{var}'><value>{value}</value></field>");
        let fields: String = fields.iter().map(field).collect();
        Self::Gives(format!(
            "<command xmlns='{}' node='urn:xmpp:invite#invite' status='completed' sessionid='s'>\
             <x xmlns='jabber:x:data' type='result'>{fields}</x></command>",
            ns::COMMANDS
        ))
    }
}

impl FakeServer {
    pub(super) fn inviting_iq(&mut self, session: u64, iq: &Element, payload: &Element) {
        let Some(inviting) = self.inviting.clone() else { return };
        if payload.name == "query" {
            let node = if matches!(inviting, Inviting::Other) { "uptime" } else { "urn:xmpp:invite#invite" };
            let item = Element::new("item", ns::DISCO_ITEMS).with("jid", DOMAIN).with("node", node);
            let items = Element::new("query", ns::DISCO_ITEMS).with("node", ns::COMMANDS).child(item);
            return self.send(session, result(iq).child(items), true);
        }
        match inviting {
            Inviting::Gives(children) => {
                let answer = Element::parse(&children).expect("invariant: a test's answer is XML");
                self.send(session, result(iq).child(answer), true);
            }
            Inviting::Refuses(condition) => self.send(session, stanza_error(iq, "auth", condition), true),
            Inviting::Other | Inviting::Silent => {}
        }
    }
}
