//! The block list (XEP-0191) and reports that come with it (XEP-0377): what a blocked address sends reaches nobody.

use jid::{BareJid, Jid};
use linnet_messenger::wire::{Element, ns};

use super::{FakeServer, stanza_error};

impl FakeServer {
    /// Whom an account has blocked, in order.
    pub fn blocked(&self, owner: &BareJid) -> Vec<String> {
        self.accounts[owner].blocked.iter().cloned().collect()
    }

    /// What was reported, as `address reason ids…`, in the order in which it came.
    pub fn reports(&self) -> &[String] {
        &self.reports
    }

    /// Another device of the account, one that is not in the scenario, changes its block list.
    pub fn block_elsewhere(&mut self, owner: &BareJid, jid: &str, on: bool) {
        let name = if on { "block" } else { "unblock" };
        let item = Element::new("item", ns::BLOCKING).with("jid", jid);
        self.change_blocks(owner, &Element::new(name, ns::BLOCKING).child(item));
        self.flush();
    }

    /// `urn:xmpp:blocking`, get and set.
    pub(super) fn blocking_iq(&mut self, session: u64, owner: &BareJid, iq: &Element, payload: &Element) {
        if payload.name == "blocklist" {
            let Some(account) = self.accounts.get(owner) else { return };
            let list = account.blocked.iter().fold(Element::new("blocklist", ns::BLOCKING), |list, jid| {
                list.child(Element::new("item", ns::BLOCKING).with("jid", jid.as_str()))
            });
            if let Some(session) = self.sessions.get_mut(&session) {
                session.knows_blocks = true;
            }
            return self.send(session, super::route::result(iq).child(list), true);
        }
        if payload.name == "block" && payload.children().next().is_none() {
            return self.send(session, stanza_error(iq, "modify", "bad-request"), true);
        }
        self.send(session, super::route::result(iq), true);
        for item in payload.children() {
            if let (Some(jid), Some(report)) = (item.attribute("jid"), item.first("report", ns::REPORTING)) {
                let ids = report.children().filter_map(|id| id.attribute("id"));
                let words = [jid, report.attribute("reason").unwrap_or_default()].into_iter().chain(ids);
                let words: Vec<&str> = words.collect();
                self.reports.push(words.join(" "));
            }
        }
        self.change_blocks(owner, payload);
    }

    fn change_blocks(&mut self, owner: &BareJid, change: &Element) {
        let Some(account) = self.accounts.get_mut(owner) else { return };
        let jids: Vec<String> = change.children().filter_map(|item| item.attribute("jid").map(str::to_owned)).collect();
        match (change.name.as_str(), jids.is_empty()) {
            ("block", _) => account.blocked.extend(jids),
            (_, true) => account.blocked.clear(),
            (_, false) => account.blocked.retain(|jid| !jids.contains(jid)),
        }
        // Nobody but the devices of the account learns whether there was a report.
        let mut push = Element::new(&change.name, ns::BLOCKING);
        for item in change.children() {
            push = push.child(Element::new("item", ns::BLOCKING).with_some("jid", item.attribute("jid")));
        }
        for id in self.sessions_of(owner) {
            let Some(to) = self.sessions.get(&id).filter(|s| s.knows_blocks).map(|s| s.jid.to_string()) else {
                continue;
            };
            let iq = Element::new("iq", ns::CLIENT)
                .with("type", "set")
                .with("id", self.seed.uuid())
                .with("to", to)
                .child(push.clone());
            self.send(id, iq, true);
        }
    }

    /// Whether an account has blocked an address (XEP-0191 5).
    pub(super) fn blocks(&self, owner: &BareJid, other: &Jid) -> bool {
        let Some(account) = self.accounts.get(owner) else { return false };
        let bare = other.to_bare();
        bare != *owner
            && [other.as_str(), bare.as_str(), other.domain().as_str()].iter().any(|jid| account.blocked.contains(*jid))
    }
}

/// What a device gets back that writes to whom its account has blocked.
pub(super) fn refused(stanza: &Element) -> Element {
    let mut error = stanza_error(stanza, "cancel", "not-acceptable");
    for node in &mut error.nodes {
        if let linnet_messenger::wire::Node::Element(child) = node {
            let blocked = Element::new("blocked", "urn:xmpp:blocking:errors");
            *child = std::mem::take(child).child(blocked);
        }
    }
    error
}
