//! Where a stanza goes: to the server itself, into archives, to the sessions of an account, back with an error.

use std::str::FromStr;

use jid::{BareJid, FullJid, Jid};
use linnet_messenger::wire::{Element, ns};

use super::archive::{Archived, Archiving, Query, fin, result as archive_result};
use super::roster::addressed;
use super::whim::Answer;
use super::{DOMAIN, FakeServer, blocking, pep};
use crate::stamp;

/// XEP-0202.
const TIME: &str = "urn:xmpp:time";

impl FakeServer {
    /// A stanza a client sent.
    pub(super) fn route_from(&mut self, session: u64, mut stanza: Element) {
        let Some(from) = self.sessions.get(&session).map(|session| session.jid.clone()) else { return };
        if let Some(claimed) = stanza.attribute("from")
            && claimed != from.as_str()
            && claimed != from.to_bare().as_str()
        {
            self.complain(format!("{from} says it is {claimed}"));
        }
        stanza.attributes.retain(|(ns, name, _)| !(ns.is_empty() && name == "from"));
        let stanza = stanza.with("from", from.as_str());
        let to = stanza.attribute("to").and_then(|to| Jid::new(to).ok());
        if to.is_some_and(|to| self.blocks(&from.to_bare(), &to)) {
            if !matches!(stanza.attribute("type"), Some("error" | "result")) {
                self.send(session, blocking::refused(&stanza), true);
            }
            return;
        }
        match stanza.name.as_str() {
            "message" => self.message(session, &from, stanza),
            "presence" => self.presence(session, &from, stanza),
            _ => self.iq(session, &from, stanza),
        }
    }

    fn message(&mut self, session: u64, from: &FullJid, message: Element) {
        let to = message.attribute("to").unwrap_or(from.to_bare().as_str()).to_owned();
        let Ok(to) = Jid::new(&to) else {
            self.complain(format!("a message to no JID: {to}"));
            return self.send(session, stanza_error(&message, "modify", "jid-malformed"), true);
        };
        if message.attribute("id").is_none() {
            self.complain("a message without id can't be told from its copy");
        }
        let mut copied = message.clone();
        if self.archives(&from.to_bare(), &to.to_bare(), &message) {
            let id = self.store(&from.to_bare(), from, &to, &message);
            if self.switches.stanza_ids {
                copied = copied
                    .child(Element::new("stanza-id", ns::STANZA_ID).with("by", from.to_bare().as_str()).with("id", id));
            }
        }
        self.copy("sent", &from.to_bare(), &copied, &[session]);
        self.deliver(&Jid::from(from.clone()), &to, message);
    }

    /// Whether this account's archive takes the message.
    fn archives(&self, owner: &BareJid, with: &BareJid, message: &Element) -> bool {
        let Some(account) = self.accounts.get(owner).filter(|_| self.switches.archive) else { return false };
        let kind = matches!(message.attribute("type"), None | Some("chat" | "normal"));
        let wanted = if account.always.contains(with) {
            true
        } else if account.never.contains(with) {
            false
        } else {
            match account.archiving {
                Archiving::Always => true,
                Archiving::Roster => account.roster.contains_key(with),
                Archiving::Never => false,
            }
        };
        kind && wanted && is_worth_keeping(message)
    }

    fn store(&mut self, owner: &BareJid, from: &FullJid, to: &Jid, message: &Element) -> String {
        self.store_row(owner, Jid::from(from.clone()), to.clone(), message.clone())
    }

    fn store_row(&mut self, owner: &BareJid, from: Jid, to: Jid, message: Element) -> String {
        let id = self.seed.uuid();
        let row = Archived { id: id.clone(), stamp: self.now, from, to, message, raw: None };
        if let Some(account) = self.accounts.get_mut(owner) {
            account.archive.rows.push(row);
        }
        id
    }

    /// A message reaches the recipient's server, which here is this one too.
    pub(super) fn deliver(&mut self, from: &Jid, to: &Jid, mut message: Element) {
        let owner = to.to_bare();
        let failure = match self.bounces.get(&owner) {
            Some(condition) => Some(*condition),
            None if !Self::is_local(to) => Some("remote-server-not-found"),
            None if !self.accounts.contains_key(&owner) => Some("service-unavailable"),
            None if self.blocks(&owner, from) => Some("service-unavailable"),
            None => None,
        };
        if let Some(condition) = failure {
            if message.attribute("type") != Some("error") {
                let bounce = stanza_error(&message, "cancel", condition);
                self.fan_out(from, &bounce, true);
            }
            return;
        }
        if self.switches.stanza_ids && self.switches.archive {
            // What the feature promises: nobody else speaks for this archive.
            message.nodes.retain(|node| !claims_archive(node, &owner));
        }
        let archived = self.archives(&owner, &from.to_bare(), &message);
        if archived {
            let id = self.store_row(&owner, from.clone(), to.clone(), message.clone());
            if self.switches.stanza_ids {
                message =
                    message.child(Element::new("stanza-id", ns::STANZA_ID).with("by", owner.as_str()).with("id", id));
            }
        }
        let reached = self.recipients(to, true);
        let taken = self.fan_out(to, &message, archived);
        self.copy("received", &owner, &message, &reached);
        let chat = matches!(message.attribute("type"), None | Some("chat" | "normal")) && is_worth_keeping(&message);
        if !taken && chat && (!archived || self.switches.offline_with_archive) {
            let now = self.now;
            if let Some(account) = self.accounts.get_mut(&owner) {
                account.offline.push((now, message));
            }
        }
    }

    /// What a dead session had not acknowledged is handled as if it came now; true if it is safe somewhere.
    pub(super) fn redirect(&mut self, of: &FullJid, stanza: Element, archived: bool, at: i64) {
        let kind = stanza.attribute("type").unwrap_or("normal").to_owned();
        if stanza.name == "iq" && matches!(kind.as_str(), "get" | "set") {
            if let Some(asker) = stanza.attribute("from").and_then(|from| Jid::from_str(from).ok()) {
                self.fan_out(&asker, &stanza_error(&stanza, "cancel", "service-unavailable"), true);
            }
            return;
        }
        let text = stanza.name == "message" && stanza.first("body", ns::CLIENT).is_some();
        if !text || archived || matches!(kind.as_str(), "error" | "headline") {
            return;
        }
        let owner = of.to_bare();
        let mut stanza = addressed(stanza, owner.as_str());
        if stanza.first("delay", ns::DELAY).is_none() {
            stanza = stanza.child(
                Element::new("delay", ns::DELAY)
                    .with("from", DOMAIN)
                    .with("stamp", stamp::format(at, self.switches.millisecond_stamps)),
            );
        }
        if !self.fan_out(&Jid::from(owner.clone()), &stanza, false)
            && let Some(account) = self.accounts.get_mut(&owner)
        {
            account.offline.push((at, stanza));
        }
    }

    pub(super) fn sessions_of(&self, jid: &BareJid) -> Vec<u64> {
        self.sessions.iter().filter(|(_, session)| session.jid.to_bare() == *jid).map(|(id, _)| *id).collect()
    }

    /// Hands a stanza to the sessions a JID means; false if there is none.
    pub(super) fn fan_out(&mut self, to: &Jid, stanza: &Element, archived: bool) -> bool {
        let message = stanza.name == "message";
        let from = stanza.attribute("from").and_then(|from| Jid::new(from).ok());
        if from.is_some_and(|from| self.blocks(&to.to_bare(), &from)) && stanza.attribute("type") != Some("error") {
            return false;
        }
        let sessions = self.recipients(to, message);
        for session in &sessions {
            for _ in 0..self.times(message) {
                self.send(*session, stanza.clone(), archived);
            }
        }
        !sessions.is_empty()
    }

    /// How often a stanza is delivered: messages may get lost in this server, or come twice.
    pub(super) fn times(&mut self, message: bool) -> usize {
        match message {
            true if self.seed.chance(self.switches.drop_live) => 0,
            true if self.seed.chance(self.switches.duplicate_live) => 2,
            _ => 1,
        }
    }

    /// The sessions a JID means.
    fn recipients(&self, to: &Jid, message: bool) -> Vec<u64> {
        let owner = to.to_bare();
        let exact: Option<u64> = self.sessions.iter().find(|(_, s)| to == &Jid::from(s.jid.clone())).map(|(id, _)| *id);
        match exact {
            Some(session) => vec![session],
            None if to.is_full() && !message => Vec::new(),
            None => self
                .sessions
                .iter()
                .filter(|(_, s)| s.jid.to_bare() == owner && s.presence.is_some() && s.priority >= 0)
                .map(|(id, _)| *id)
                .collect(),
        }
    }

    fn iq(&mut self, session: u64, from: &FullJid, iq: Element) {
        let kind = iq.attribute("type").unwrap_or_default().to_owned();
        if iq.attribute("id").is_none() {
            self.complain("an IQ without id");
        }
        let to = iq.attribute("to").map(str::to_owned);
        let owner = from.to_bare();
        let target = match &to {
            None => Jid::from(owner.clone()),
            Some(to) => match Jid::new(to) {
                Ok(to) => to,
                Err(_) => return self.send(session, stanza_error(&iq, "modify", "jid-malformed"), true),
            },
        };
        let here = target == owner.clone() || target.as_str() == DOMAIN;
        let node = iq.first("pubsub", ns::PUBSUB).and_then(|pubsub| pubsub.first("items", ns::PUBSUB));
        let node = node.and_then(|items| items.attribute("node")).filter(|_| !here);
        self.counts.statements += u32::from(node == Some(ns::MOVED));
        let told = iq.children().next().filter(|_| kind == "get").and_then(|payload| {
            let told = |(at, ns): &&(&str, &str)| *at == target.as_str() && *ns == payload.ns;
            self.told.keys().find(told).and_then(|key| self.told.get(key))
        });
        match told.cloned() {
            Some(told) if told.is_empty() => return,
            Some(told) => {
                let told = Element::parse(&told).expect("invariant: a test's answer is XML");
                return self.send(session, result(&iq).child(told), true);
            }
            None => {}
        }
        match kind.as_str() {
            "result" | "error" if here => self.capabilities_told(session, &iq),
            "result" | "error" => {
                self.fan_out(&target, &iq, true);
            }
            "get" | "set" if here => {
                let payloads: Vec<Element> = iq.children().cloned().collect();
                match payloads.as_slice() {
                    [payload] => self.server_iq(session, from, &target, &iq, payload),
                    _ => {
                        self.complain("an IQ request with not exactly one payload");
                        self.send(session, stanza_error(&iq, "modify", "bad-request"), true);
                    }
                }
            }
            "get" if target.is_bare() && self.accounts.contains_key(&target.to_bare()) => {
                match iq.children().next().cloned() {
                    Some(payload) => self.profile_iq(session, &owner, &target.to_bare(), &iq, &payload),
                    None => self.send(session, stanza_error(&iq, "modify", "bad-request"), true),
                }
            }
            "get" | "set" => {
                if !self.fan_out(&target, &iq, true) {
                    self.send(session, stanza_error(&iq, "cancel", "service-unavailable"), true);
                }
            }
            other => {
                self.complain(format!("an IQ of type {other:?}"));
                self.send(session, stanza_error(&iq, "modify", "bad-request"), true);
            }
        }
    }

    /// What it has said about its clock arrives at last.
    pub fn late_answers_arrive(&mut self) {
        for (session, answer) in self.on_the_way.take().unwrap_or_default() {
            self.send(session, answer, true);
        }
        self.flush();
    }

    fn server_iq(&mut self, session: u64, from: &FullJid, target: &Jid, iq: &Element, payload: &Element) {
        let owner = from.to_bare();
        let own = target.as_str() != DOMAIN;
        match (payload.name.as_str(), payload.ns.as_str()) {
            ("query", ns::ROSTER) => self.roster_iq(session, &owner, iq, payload),
            ("query", ns::REGISTER) if iq.attribute("type") == Some("set") => {
                self.own_registration(session, &owner, iq, payload);
            }
            ("ping", ns::PING) | ("session", ns::SESSION) => self.send(session, result(iq), true),
            ("time", TIME) if !own => {
                let utc = Element::new("utc", TIME).text(stamp::format(self.now, false));
                let time = Element::new("time", TIME).child(Element::new("tzo", TIME).text("+00:00")).child(utc);
                let answer = result(iq).child(time);
                match &mut self.on_the_way {
                    Some(waiting) => waiting.push((session, answer)),
                    None => self.send(session, answer, true),
                }
            }
            ("query", ns::DISCO_INFO) => {
                let info = self.info(own);
                self.send(session, result(iq).child(info), true);
            }
            ("query", ns::MAM) if own && self.switches.archive && iq.attribute("type") == Some("set") => {
                self.archive_query(session, from, iq, payload);
            }
            ("prefs", ns::MAM) if own && self.switches.archive && self.switches.preferences => {
                self.preferences_iq(session, &owner, iq, payload);
            }
            ("enable" | "disable", ns::CARBONS) if self.switches.carbons && iq.attribute("type") == Some("set") => {
                if let Some(session) = self.sessions.get_mut(&session) {
                    session.carbons = payload.name == "enable";
                }
                self.send(session, result(iq), true);
            }
            ("blocklist" | "block" | "unblock", ns::BLOCKING) if own && self.switches.blocking => {
                self.blocking_iq(session, &owner, iq, payload);
            }
            ("vCard", ns::VCARD_TEMP) if own => self.vcard_iq(session, &owner, iq, payload),
            ("list" | "revoke", ns::CLIENT_MANAGEMENT) if own && self.clients.is_some() => {
                self.clients_iq(session, &owner, iq, payload);
            }
            ("query", ns::DISCO_ITEMS) | ("command", ns::COMMANDS) if !own && self.inviting.is_some() => {
                self.inviting_iq(session, iq, payload);
            }
            ("pubsub", pep::PUBSUB | pep::PUBSUB_OWNER) if own && self.switches.pep => {
                self.pep_iq(session, &owner, iq, payload);
            }
            _ => self.send(session, stanza_error(iq, "cancel", "service-unavailable"), true),
        }
    }

    fn info(&self, account: bool) -> Element {
        let (category, kind) = if account { ("account", "registered") } else { ("server", "im") };
        let identity = Element::new("identity", ns::DISCO_INFO).with("category", category).with("type", kind);
        let mut features = vec![ns::DISCO_INFO, ns::PING, ns::ROSTER, TIME];
        if self.switches.carbons && !account {
            features.push(ns::CARBONS);
        }
        if self.switches.pep && account {
            features.extend(pep::FEATURES);
            features.extend(Some(ns::VCARD_CONVERSION).filter(|_| self.switches.vcard_conversion));
        }
        if self.switches.blocking && !account {
            features.push(ns::BLOCKING);
        }
        if self.switches.reporting && !account {
            features.push(ns::REPORTING);
        }
        if self.switches.archive {
            features.extend([ns::MAM, "urn:xmpp:mam:2#extended"]);
            if self.switches.stanza_ids {
                features.push(ns::STANZA_ID);
            }
        }
        let mut info = Element::new("query", ns::DISCO_INFO).child(identity);
        for feature in features {
            info = info.child(Element::new("feature", ns::DISCO_INFO).with("var", feature));
        }
        info
    }

    fn archive_query(&mut self, session: u64, from: &FullJid, iq: &Element, payload: &Element) {
        self.counts.archive_queries += 1;
        if self.switches.archive_silent {
            return;
        }
        if let Some(condition) = self.archive_errors.pop_front() {
            return self.send(session, stanza_error(iq, "wait", condition), true);
        }
        let query = match Query::read(payload) {
            Ok(query) => query,
            Err(complaint) => {
                self.complain(complaint);
                return self.send(session, stanza_error(iq, "modify", "bad-request"), true);
            }
        };
        let query = if self.switches.archive_loops {
            Query { after: None, before: None, start: None, max: Some(2), ..query }
        } else {
            query
        };
        let owner = from.to_bare();
        let query = match self.whim(&owner, query) {
            Answer::Page(query) => query,
            Answer::Empty(fin) => return self.send(session, result(iq).child(fin), true),
            Answer::NotFound => return self.send(session, stanza_error(iq, "cancel", "item-not-found"), true),
        };
        let (texts, fin) = {
            let Some(account) = self.accounts.get(&owner) else { return };
            let Some(page) = account.archive.page(&owner, &query, self.switches.page_cap) else {
                return self.send(session, stanza_error(iq, "cancel", "item-not-found"), true);
            };
            let millis = self.switches.millisecond_stamps;
            let texts: Vec<String> = page
                .rows
                .iter()
                .map(|row| {
                    let id = self.seed.uuid();
                    let named = self.seed.chance(50).then_some(&owner);
                    let text = archive_result(row, named, from.as_str(), query.queryid.as_deref(), &id, millis);
                    if self.switches.archive_stampless { text.replacen("<delay ", "<delay-gone ", 1) } else { text }
                })
                .collect();
            (texts, fin(&page))
        };
        self.counts.archive_results += u32::try_from(texts.len()).unwrap_or(u32::MAX);
        for text in texts {
            // Only its name matters should the session end: results are never delivered elsewhere.
            self.send_text(session, Element::new("message", ns::CLIENT), text, true);
        }
        self.send(session, result(iq).child(fin), true);
    }

    fn preferences_iq(&mut self, session: u64, owner: &BareJid, iq: &Element, payload: &Element) {
        let Some(account) = self.accounts.get_mut(owner) else { return };
        if iq.attribute("type") == Some("set") {
            let Some(choice) = payload.attribute("default").and_then(Archiving::named) else {
                return self.send(session, stanza_error(iq, "modify", "bad-request"), true);
            };
            let list = |name: &str| {
                let entries = payload.first(name, ns::MAM).map(|list| list.children().map(Element::content).collect());
                let entries: Vec<String> = entries.unwrap_or_default();
                entries.iter().filter_map(|jid| BareJid::new(jid).ok()).collect()
            };
            account.archiving = choice;
            account.always = list("always");
            account.never = list("never");
        }
        let list = |name: &str, jids: &std::collections::BTreeSet<BareJid>| {
            jids.iter().fold(Element::new(name, ns::MAM), |list, jid| {
                list.child(Element::new("jid", ns::MAM).text(jid.as_str()))
            })
        };
        let preferences = Element::new("prefs", ns::MAM)
            .with("default", account.archiving.name())
            .child(list("always", &account.always))
            .child(list("never", &account.never));
        self.send(session, result(iq).child(preferences), true);
    }
}

/// What Prosody's archive takes: texts, receipts and markers, what asks to be kept; nothing that asks not to be.
fn is_worth_keeping(message: &Element) -> bool {
    let hint = |name: &str| message.first(name, ns::HINTS).is_some();
    if hint("no-store") || hint("no-permanent-store") {
        return false;
    }
    let said = |child: &Element| child.ns == ns::RECEIPTS || child.ns == ns::MARKERS || child.is("body", ns::CLIENT);
    hint("store") || message.children().any(said)
}

fn claims_archive(node: &linnet_messenger::wire::Node, owner: &BareJid) -> bool {
    match node {
        linnet_messenger::wire::Node::Element(child) => {
            let by = child.attribute("by").and_then(|by| Jid::new(by).ok());
            child.is("stanza-id", ns::STANZA_ID) && by.is_some_and(|by| by.to_bare() == *owner)
        }
        linnet_messenger::wire::Node::Text(_) => false,
    }
}

/// An empty result to an IQ.
pub fn result(iq: &Element) -> Element {
    Element::new("iq", ns::CLIENT)
        .with("type", "result")
        .with_some("id", iq.attribute("id"))
        .with_some("from", iq.attribute("to"))
        .with_some("to", iq.attribute("from"))
}

/// A stanza error in answer to a stanza.
pub fn stanza_error(stanza: &Element, kind: &str, condition: &str) -> Element {
    let error = Element::new("error", ns::CLIENT).with("type", kind).child(Element::new(condition, ns::STANZA_ERROR));
    Element::new(&stanza.name, ns::CLIENT)
        .with("type", "error")
        .with_some("id", stanza.attribute("id"))
        .with_some("from", stanza.attribute("to"))
        .with_some("to", stanza.attribute("from"))
        .child(error)
}
