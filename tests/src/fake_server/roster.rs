//! Rosters, subscriptions and presence between local accounts (RFC 6121 2–4).

use std::collections::BTreeSet;

use jid::{BareJid, FullJid, Jid};
use linnet_messenger::wire::{Element, ns};

use super::{FakeServer, stanza_error};
use crate::stamp;

/// One roster item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub name: Option<String>,
    pub groups: BTreeSet<String>,
    /// We see their presence.
    pub to: bool,
    /// They see ours.
    pub from: bool,
    /// We asked and wait.
    pub ask: bool,
}

impl Contact {
    fn item(&self, jid: &BareJid) -> Element {
        let subscription = match (self.to, self.from) {
            (true, true) => "both",
            (true, false) => "to",
            (false, true) => "from",
            (false, false) => "none",
        };
        let item = Element::new("item", ns::ROSTER)
            .with("jid", jid.as_str())
            .with_some("name", self.name.as_deref())
            .with("subscription", subscription)
            .with_some("ask", self.ask.then_some("subscribe"));
        self.groups.iter().fold(item, |item, group| item.child(Element::new("group", ns::ROSTER).text(group)))
    }
}

impl FakeServer {
    /// Two accounts see each other from the start.
    pub fn befriend(&mut self, one: &BareJid, other: &BareJid) {
        for (owner, contact) in [(one, other), (other, one)] {
            self.change_contact(owner, contact, |item| {
                (item.to, item.from, item.ask) = (true, true, false);
            });
        }
        self.flush();
    }

    /// Puts somebody on a roster under a name, without any subscription.
    pub fn name_contact(&mut self, owner: &BareJid, contact: &BareJid, name: &str) {
        self.change_contact(owner, contact, |item| item.name = Some(name.to_owned()));
        self.flush();
    }

    /// The name a contact has on a roster.
    pub fn contact_name(&self, owner: &BareJid, contact: &BareJid) -> Option<String> {
        self.accounts[owner].roster.get(contact)?.name.clone()
    }

    /// The subscription state one account has for another, as in `subscription=''`; with `+ask` while it waits.
    pub fn subscription(&self, owner: &BareJid, contact: &BareJid) -> String {
        let Some(item) = self.accounts[owner].roster.get(contact) else { return "absent".to_owned() };
        let element = item.item(contact);
        let ask = if item.ask { "+ask" } else { "" };
        format!("{}{ask}", element.attribute("subscription").unwrap_or_default())
    }

    /// `jabber:iq:roster`, get and set.
    pub(super) fn roster_iq(&mut self, session: u64, owner: &BareJid, iq: &Element, query: &Element) {
        if iq.attribute("type") == Some("get") {
            if self.switches.roster_silent {
                return;
            }
            if self.switches.roster_refused {
                return self.send(session, stanza_error(iq, "wait", "internal-server-error"), true);
            }
            let Some(account) = self.accounts.get(owner) else { return };
            let version = format!("v{}", account.roster_version);
            let current = self.switches.roster_versions && query.attribute("ver") == Some(version.as_str());
            let mut answer = super::route::result(iq);
            if !current {
                let mut query = Element::new("query", ns::ROSTER);
                if self.switches.roster_versions {
                    query = query.with("ver", version);
                }
                for (jid, contact) in &account.roster {
                    query = query.child(contact.item(jid));
                }
                answer = answer.child(query);
            }
            if let Some(session) = self.sessions.get_mut(&session) {
                session.interested = true;
            }
            return self.send(session, answer, true);
        }
        let items: Vec<&Element> = query.children().filter(|child| child.is("item", ns::ROSTER)).collect();
        let [item] = items.as_slice() else {
            return self.send(session, stanza_error(iq, "modify", "bad-request"), true);
        };
        let Some(jid) = item.attribute("jid").and_then(|jid| BareJid::new(jid).ok()) else {
            return self.send(session, stanza_error(iq, "modify", "jid-malformed"), true);
        };
        self.send(session, super::route::result(iq), true);
        if item.attribute("subscription") == Some("remove") {
            self.remove_contact(owner, &jid);
            return;
        }
        let name = item.attribute("name").map(str::to_owned);
        let groups = item.children().filter(|child| child.is("group", ns::ROSTER)).map(Element::content).collect();
        self.change_contact(owner, &jid, |contact| {
            contact.name = name;
            contact.groups = groups;
        });
    }

    /// Changes a roster item and pushes it to whom it concerns.
    pub(super) fn change_contact(&mut self, owner: &BareJid, jid: &BareJid, change: impl FnOnce(&mut Contact)) {
        let Some(account) = self.accounts.get_mut(owner) else { return };
        let contact = account.roster.entry(jid.clone()).or_default();
        let before = contact.clone();
        change(contact);
        if *contact == before && before != Contact::default() {
            return;
        }
        let item = contact.item(jid);
        self.push(owner, item);
    }

    fn remove_contact(&mut self, owner: &BareJid, jid: &BareJid) {
        let Some(old) = self.accounts.get_mut(owner).and_then(|account| account.roster.remove(jid)) else { return };
        if old.to || old.ask {
            self.subscription_stanza(owner, jid, "unsubscribe", &[]);
        }
        if old.from {
            self.subscription_stanza(owner, jid, "unsubscribed", &[]);
        }
        self.push(owner, Element::new("item", ns::ROSTER).with("jid", jid.as_str()).with("subscription", "remove"));
    }

    fn push(&mut self, owner: &BareJid, item: Element) {
        let Some(account) = self.accounts.get_mut(owner) else { return };
        account.roster_version += 1;
        let version = format!("v{}", account.roster_version);
        let mut query = Element::new("query", ns::ROSTER);
        if self.switches.roster_versions {
            query = query.with("ver", version);
        }
        let query = query.child(item);
        for id in self.sessions_of(owner) {
            let Some(to) = self.sessions.get(&id).filter(|s| s.interested).map(|s| s.jid.to_string()) else { continue };
            let push = Element::new("iq", ns::CLIENT)
                .with("type", "set")
                .with("id", self.seed.uuid())
                .with("to", to)
                .child(query.clone());
            self.send(id, push, true);
        }
    }

    /// `<presence/>` of a client.
    pub(super) fn presence(&mut self, session: u64, from: &FullJid, presence: Element) {
        let kind = presence.attribute("type").map(str::to_owned);
        let to = presence.attribute("to").map(str::to_owned);
        match (kind.as_deref(), to) {
            (None, None) => self.available(session, from, presence),
            (Some("unavailable"), None) => {
                if let Some(session) = self.sessions.get_mut(&session) {
                    session.presence = None;
                }
                self.broadcast_unavailable(from);
            }
            (Some(kind @ ("subscribe" | "subscribed" | "unsubscribe" | "unsubscribed")), Some(to)) => {
                let Ok(to) = Jid::new(&to) else {
                    return self.complain(format!("presence to no JID: {to}"));
                };
                let said = |child: &&Element| child.is("preauth", ns::INVITATION) || child.is("moved", ns::MOVED);
                let said: Vec<_> = presence.children().filter(said).filter(|_| kind == "subscribe").cloned().collect();
                self.subscription_stanza(&from.to_bare(), &to.to_bare(), kind, &said);
            }
            (None | Some("unavailable" | "probe" | "error"), Some(to)) => {
                if let Ok(to) = Jid::new(&to) {
                    self.fan_out(&to, &presence, true);
                }
            }
            (kind, to) => self.complain(format!("presence of type {kind:?} to {to:?}")),
        }
    }

    fn available(&mut self, id: u64, from: &FullJid, presence: Element) {
        let owner = from.to_bare();
        let priority =
            presence.first("priority", ns::CLIENT).and_then(|p| p.content().trim().parse().ok()).unwrap_or(0);
        self.capabilities_named(id, &presence);
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let initial = session.presence.is_none();
        session.priority = priority;
        let mut kept = presence;
        kept.attributes.retain(|(_, name, _)| name != "from" && name != "to");
        let kept = kept.with("from", from.as_str());
        session.presence = Some(kept.clone());
        let Some(account) = self.accounts.get(&owner) else { return };
        let (watchers, watched): (Vec<BareJid>, Vec<BareJid>) = (
            account.roster.iter().filter(|(_, contact)| contact.from).map(|(jid, _)| jid.clone()).collect(),
            account.roster.iter().filter(|(_, contact)| contact.to).map(|(jid, _)| jid.clone()).collect(),
        );
        for jid in watchers.into_iter().chain([owner.clone()]) {
            self.fan_out(&Jid::from(jid), &kept, true);
        }
        if !initial {
            return;
        }
        self.last_items(id);
        for jid in watched.into_iter().chain([owner.clone()]) {
            for other in self.sessions_of(&jid) {
                let presence = self.sessions.get(&other).filter(|_| other != id).and_then(|s| s.presence.clone());
                if let Some(presence) = presence {
                    self.send(id, addressed(presence, from.as_str()), true);
                }
            }
        }
        let requests = self.accounts.get(&owner).map(|account| account.requests.clone()).unwrap_or_default();
        for (jid, moved) in requests {
            let request = moved.into_iter().fold(subscription(&jid, &owner, "subscribe"), Element::child);
            self.send(id, request, true);
        }
        if priority >= 0 {
            let offline = self.accounts.get_mut(&owner).map(|a| std::mem::take(&mut a.offline)).unwrap_or_default();
            for (at, message) in offline {
                let delay = Element::new("delay", ns::DELAY)
                    .with("from", super::DOMAIN)
                    .with("stamp", stamp::format(at, self.switches.millisecond_stamps));
                self.send(id, message.child(delay), false);
            }
        }
    }

    /// Tells everyone who saw it that this resource is gone.
    pub(super) fn broadcast_unavailable(&mut self, from: &FullJid) {
        let owner = from.to_bare();
        let Some(account) = self.accounts.get(&owner) else { return };
        let watchers: Vec<BareJid> =
            account.roster.iter().filter(|(_, contact)| contact.from).map(|(jid, _)| jid.clone()).collect();
        let presence = Element::new("presence", ns::CLIENT).with("type", "unavailable").with("from", from.as_str());
        for jid in watchers.into_iter().chain([owner]) {
            self.fan_out(&Jid::from(jid), &presence, true);
        }
    }

    /// The subscription machine of RFC 6121 3, both sides at once since both accounts are here.
    fn subscription_stanza(&mut self, from: &BareJid, to: &BareJid, kind: &str, said: &[Element]) {
        match kind {
            "subscribe" => {
                if self.accounts.get(from).and_then(|a| a.roster.get(to)).is_some_and(|contact| contact.to) {
                    return;
                }
                self.change_contact(from, to, |contact| contact.ask = true);
                if self.blocks(to, &Jid::from(from.clone())) {
                    return;
                }
                let Some(account) = self.accounts.get_mut(to) else {
                    self.counts.asked_elsewhere += 1;
                    return;
                };
                if account.roster.get(from).is_some_and(|contact| contact.from) {
                    return self.subscribed(to, from);
                }
                // Asked again, it is told only if there is something new to it; a token is told once.
                let moved = said.iter().find(|child| child.is("moved", ns::MOVED)).cloned();
                if account.requests.insert(from.clone(), moved).is_none() || !said.is_empty() {
                    let request = subscription(from, to, "subscribe");
                    let request = said.iter().cloned().fold(request, Element::child);
                    self.fan_out(&Jid::from(to.clone()), &request, true);
                }
            }
            "subscribed" => {
                let asked = self.accounts.get_mut(from).is_some_and(|account| account.requests.remove(to).is_some());
                if asked {
                    self.change_contact(from, to, |contact| contact.from = true);
                    self.subscribed(from, to);
                }
            }
            "unsubscribe" => {
                // Who is being taken off the roster comes back by nothing.
                if self.accounts.get(from).is_some_and(|account| account.roster.contains_key(to)) {
                    self.change_contact(from, to, |contact| (contact.to, contact.ask) = (false, false));
                }
                let Some(account) = self.accounts.get_mut(to) else { return };
                account.requests.remove(from);
                if account.roster.contains_key(from) {
                    self.change_contact(to, from, |contact| contact.from = false);
                }
                self.fan_out(&Jid::from(to.clone()), &subscription(from, to, "unsubscribe"), true);
            }
            _ => {
                let Some(account) = self.accounts.get_mut(from) else { return };
                account.requests.remove(to);
                let saw = account.roster.get(to).is_some_and(|contact| contact.from);
                if account.roster.contains_key(to) {
                    self.change_contact(from, to, |contact| contact.from = false);
                }
                for id in self.sessions_of(from).into_iter().filter(|_| saw) {
                    let Some(jid) = self.sessions.get(&id).filter(|session| session.presence.is_some()) else {
                        continue;
                    };
                    let gone = Element::new("presence", ns::CLIENT).with("type", "unavailable");
                    let gone = gone.with("from", jid.jid.as_str()).with("to", to.as_str());
                    self.fan_out(&Jid::from(to.clone()), &gone, true);
                }
                if self.accounts.get(to).is_some_and(|account| account.roster.contains_key(from)) {
                    self.change_contact(to, from, |contact| (contact.to, contact.ask) = (false, false));
                    self.fan_out(&Jid::from(to.clone()), &subscription(from, to, "unsubscribed"), true);
                }
            }
        }
    }

    /// `from` lets `to` see its presence from now on.
    fn subscribed(&mut self, from: &BareJid, to: &BareJid) {
        if self.accounts.get(to).and_then(|a| a.roster.get(from)).is_none_or(|contact| !contact.ask) {
            return;
        }
        self.fan_out(&Jid::from(to.clone()), &subscription(from, to, "subscribed"), true);
        self.change_contact(to, from, |contact| (contact.to, contact.ask) = (true, false));
        for id in self.sessions_of(from) {
            if let Some(presence) = self.sessions.get(&id).and_then(|session| session.presence.clone()) {
                self.fan_out(&Jid::from(to.clone()), &presence, true);
            }
        }
        for session in self.sessions_of(to) {
            self.last_items_of(session, to, from);
        }
    }
}

fn subscription(from: &BareJid, to: &BareJid, kind: &str) -> Element {
    Element::new("presence", ns::CLIENT).with("type", kind).with("from", from.as_str()).with("to", to.as_str())
}

/// The stanza with another `to`.
pub fn addressed(mut stanza: Element, to: &str) -> Element {
    stanza.attributes.retain(|(ns, name, _)| !(ns.is_empty() && name == "to"));
    stanza.with("to", to)
}
