//! Copies for the other devices of an account (XEP-0280), as Prosody makes them: the archive's id is on them, too.

use jid::BareJid;
use linnet_messenger::wire::{Element, ns};

use super::FakeServer;

impl FakeServer {
    /// Copies a message to every session that wants copies and is not among `except`.
    pub(super) fn copy(&mut self, direction: &str, owner: &BareJid, message: &Element, except: &[u64]) {
        if !self.switches.carbons || !is_copied(message) {
            return;
        }
        for id in self.sessions_of(owner) {
            let Some(session) = self.sessions.get(&id).filter(|s| s.carbons && !except.contains(&id)) else { continue };
            let copy = Element::new("message", ns::CLIENT)
                .with("from", owner.as_str())
                .with("to", session.jid.as_str())
                .with_some("type", message.attribute("type"))
                .child(
                    Element::new(direction, ns::CARBONS)
                        .child(Element::new("forwarded", ns::FORWARD).child(message.clone())),
                );
            for _ in 0..self.times(true) {
                self.counts.carbons += 1;
                self.send(id, copy.clone(), true);
            }
        }
    }
}

/// The rules of XEP-0280 6.1.
fn is_copied(message: &Element) -> bool {
    let has = |name, ns| message.first(name, ns).is_some();
    if has("private", ns::CARBONS) || has("no-copy", ns::HINTS) {
        return false;
    }
    match message.attribute("type") {
        Some("chat") => true,
        None | Some("normal") => {
            let im = |child: &Element| {
                matches!(
                    child.ns.as_str(),
                    "urn:xmpp:receipts" | "urn:xmpp:chat-markers:0" | "http://jabber.org/protocol/chatstates"
                )
            };
            has("body", ns::CLIENT) || message.children().any(im)
        }
        _ => false,
    }
}
