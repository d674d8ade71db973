//! The account's own nodes (XEP-0163, 0223) and who is told of news: devices whose capabilities (XEP-0115) say `+notify`.
//! As Prosody does, it asks a client once what its `ver` stands for, and checks the hash.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jid::BareJid;
use linnet_messenger::wire::{Element, ns};
use sha1::{Digest, Sha1};

use super::route::result;
use super::{FakeServer, stanza_error};

pub const PUBSUB: &str = "http://jabber.org/protocol/pubsub";
pub const PUBSUB_OWNER: &str = "http://jabber.org/protocol/pubsub#owner";
const PUBSUB_EVENT: &str = "http://jabber.org/protocol/pubsub#event";
const PUBSUB_ERRORS: &str = "http://jabber.org/protocol/pubsub#errors";
pub const FEATURES: [&str; 3] = [
    "http://jabber.org/protocol/pubsub#pep",
    "http://jabber.org/protocol/pubsub#publish-options",
    "http://jabber.org/protocol/pubsub#persistent-items",
];

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// `pubsub#…` of its configuration.
    pub configuration: BTreeMap<String, String>,
    /// By id, in the order of publishing.
    pub items: Vec<(String, Element)>,
}

impl Default for Node {
    fn default() -> Self {
        let configuration = [
            ("pubsub#access_model", "presence"),
            ("pubsub#persist_items", "1"),
            ("pubsub#max_items", "1"),
            ("pubsub#send_last_published_item", "on_sub_and_presence"),
        ];
        let configuration = configuration.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { configuration, items: Vec::new() }
    }
}

impl Node {
    fn is_set(&self, name: &str, value: &str) -> bool {
        let yes = |value: &str| if value == "true" { "1".to_owned() } else { value.to_owned() };
        self.configuration.get(name).is_some_and(|known| yes(known) == yes(value))
    }
}

impl FakeServer {
    /// A node of an account.
    pub fn node(&self, owner: &BareJid, name: &str) -> Option<&Node> {
        self.accounts[owner].nodes.get(name)
    }

    /// Makes a node, or puts another in its place; nobody is told.
    pub fn set_node(&mut self, owner: &BareJid, name: &str, node: Node) {
        if let Some(account) = self.accounts.get_mut(owner) {
            account.nodes.insert(name.to_owned(), node);
        }
    }

    /// All of an account's nodes and its vCard are lost; nobody is told.
    pub fn lose_profile(&mut self, owner: &BareJid) {
        if let Some(account) = self.accounts.get_mut(owner) {
            account.nodes.clear();
            account.vcard = None;
        }
    }

    /// Publishes an item, as another client of the account would.
    pub fn publish(&mut self, owner: &BareJid, node: &str, id: &str, payload: Element) {
        let item = Element::new("item", PUBSUB).with("id", id).child(payload);
        self.add_item(owner, node, id.to_owned(), item);
        self.flush();
    }

    pub(super) fn pep_iq(&mut self, session: u64, owner: &BareJid, iq: &Element, pubsub: &Element) {
        let set = iq.attribute("type") == Some("set");
        if let Some(publish) = pubsub.first("publish", PUBSUB).filter(|_| set) {
            return self.publish_iq(session, owner, iq, pubsub, publish);
        }
        if let Some(configure) = pubsub.first("configure", PUBSUB_OWNER).filter(|_| set) {
            return self.configure_iq(session, owner, iq, configure);
        }
        if let Some(delete) = pubsub.first("delete", PUBSUB_OWNER).filter(|_| set) {
            let name = delete.attribute("node").unwrap_or_default();
            let gone = self.accounts.get_mut(owner).and_then(|account| account.nodes.remove(name));
            let answer = match gone {
                Some(_) => result(iq),
                None => stanza_error(iq, "cancel", "item-not-found"),
            };
            return self.send(session, answer, true);
        }
        let Some(items) = pubsub.first("items", PUBSUB).filter(|_| !set) else {
            return self.send(session, stanza_error(iq, "modify", "bad-request"), true);
        };
        self.items_iq(session, owner, iq, items);
    }

    /// What somebody reads of an account's node.
    fn items_iq(&mut self, session: u64, owner: &BareJid, iq: &Element, items: &Element) {
        let name = items.attribute("node").unwrap_or_default();
        let wanted: Vec<&str> = items.children().filter_map(|item| item.attribute("id")).collect();
        let Some(node) = self.accounts.get(owner).and_then(|account| account.nodes.get(name)) else {
            return self.send(session, stanza_error(iq, "cancel", "item-not-found"), true);
        };
        let list = node
            .items
            .iter()
            .filter(|(id, _)| wanted.is_empty() || wanted.contains(&id.as_str()))
            .fold(Element::new("items", PUBSUB).with("node", name), |list, (_, item)| list.child(item.clone()));
        self.send(session, result(iq).child(Element::new("pubsub", PUBSUB).child(list)), true);
    }

    fn publish_iq(&mut self, session: u64, owner: &BareJid, iq: &Element, pubsub: &Element, publish: &Element) {
        let name = publish.attribute("node").unwrap_or_default().to_owned();
        let Some(item) = publish.first("item", PUBSUB) else {
            self.complain("nothing is published");
            return self.send(session, stanza_error(iq, "modify", "bad-request"), true);
        };
        let options = pubsub.first("publish-options", PUBSUB).map(fields).unwrap_or_default();
        let private = name == ns::READ_SYNC;
        if private && options.get("pubsub#access_model").map(String::as_str) != Some("whitelist") {
            self.complain(format!("{name} would be seen by others"));
        }
        let Some(account) = self.accounts.get_mut(owner) else { return };
        let fresh = || {
            let mut node = Node::default();
            node.configuration.extend(options.clone());
            node
        };
        let node = account.nodes.entry(name.clone()).or_insert_with(fresh);
        if options.iter().any(|(option, value)| !node.is_set(option, value)) {
            let error = stanza_error(iq, "cancel", "conflict");
            let reason = Element::new("precondition-not-met", PUBSUB_ERRORS);
            let nodes = error.nodes.iter().cloned().map(|child| match child {
                linnet_messenger::wire::Node::Element(child) if child.name == "error" => {
                    linnet_messenger::wire::Node::Element(child.child(reason.clone()))
                }
                other => other,
            });
            let error = Element { nodes: nodes.collect(), ..error };
            return self.send(session, error, true);
        }
        self.counts.published += 1;
        let id = item.attribute("id").map_or_else(|| self.seed.uuid(), str::to_owned);
        let answer =
            Element::new("publish", PUBSUB).with("node", &name).child(Element::new("item", PUBSUB).with("id", &id));
        self.add_item(owner, &name, id, item.clone());
        self.send(session, result(iq).child(Element::new("pubsub", PUBSUB).child(answer)), true);
    }

    fn configure_iq(&mut self, session: u64, owner: &BareJid, iq: &Element, configure: &Element) {
        let name = configure.attribute("node").unwrap_or_default();
        let Some(node) = self.accounts.get_mut(owner).and_then(|account| account.nodes.get_mut(name)) else {
            return self.send(session, stanza_error(iq, "cancel", "item-not-found"), true);
        };
        node.configuration.extend(fields(configure));
        self.send(session, result(iq), true);
    }

    pub(super) fn add_item(&mut self, owner: &BareJid, name: &str, id: String, item: Element) {
        let Some(account) = self.accounts.get_mut(owner) else { return };
        let node = account.nodes.entry(name.to_owned()).or_default();
        if node.items.is_empty() && name == ns::READ_SYNC {
            // Every program makes it for its own account's eyes.
            node.configuration.insert("pubsub#access_model".to_owned(), "whitelist".to_owned());
        }
        node.items.retain(|(known, _)| *known != id);
        node.items.push((id, item.clone()));
        if node.configuration.get("pubsub#max_items").map(String::as_str) == Some("1") {
            node.items.drain(..node.items.len() - 1);
        }
        let readers: Vec<BareJid> = self.readers(owner, name);
        for reader in readers {
            for session in self.sessions_of(&reader) {
                self.tell_item(session, owner, name, &item);
            }
        }
    }

    /// Who may read a node: the account itself, and who sees its presence unless the node is closed to them.
    fn readers(&self, owner: &BareJid, name: &str) -> Vec<BareJid> {
        let Some(account) = self.accounts.get(owner) else { return Vec::new() };
        let node = account.nodes.get(name);
        let open = node.is_some_and(|node| !node.is_set("pubsub#access_model", "whitelist"));
        let contacts = account.roster.iter().filter(|(_, contact)| open && contact.from).map(|(jid, _)| jid.clone());
        contacts.chain([owner.clone()]).collect()
    }

    fn tell_item(&mut self, session: u64, owner: &BareJid, name: &str, item: &Element) {
        let Some(state) = self.sessions.get(&session).filter(|state| state.presence.is_some()) else { return };
        let features = state.capabilities.as_ref().and_then(|ver| self.capabilities.get(ver)).and_then(Option::as_ref);
        if !features.is_some_and(|features| features.contains(&format!("{name}+notify"))) {
            return;
        }
        let item = Element { ns: PUBSUB_EVENT.to_owned(), ..item.clone() };
        let items = Element::new("items", PUBSUB_EVENT).with("node", name).child(item);
        let message = Element::new("message", ns::CLIENT)
            .with("type", "headline")
            .with("from", owner.as_str())
            .with("to", state.jid.as_str())
            .child(Element::new("event", PUBSUB_EVENT).child(items));
        self.send(session, message, true);
    }

    /// The last items of what a device that has come may read (XEP-0163 4.3.3).
    pub(super) fn last_items(&mut self, session: u64) {
        let Some(reader) = self.sessions.get(&session).map(|state| state.jid.to_bare()) else { return };
        let owners: Vec<BareJid> = self.accounts.keys().cloned().collect();
        owners.iter().for_each(|owner| self.last_items_of(session, &reader, owner));
    }

    /// The same of one account.
    pub(super) fn last_items_of(&mut self, session: u64, reader: &BareJid, owner: &BareJid) {
        let Some(account) = self.accounts.get(owner) else { return };
        let named: Vec<(String, Element)> = account
            .nodes
            .iter()
            .filter(|(_, node)| !node.is_set("pubsub#send_last_published_item", "never"))
            .filter_map(|(name, node)| Some((name.clone(), node.items.last()?.1.clone())))
            .collect();
        for (name, item) in named {
            if self.readers(owner, &name).contains(reader) {
                self.tell_item(session, owner, &name, &item);
            }
        }
    }

    /// What an account's server answers to others in its name: nodes that they may read, and its vCard.
    pub(super) fn profile_iq(
        &mut self,
        session: u64,
        from: &BareJid,
        owner: &BareJid,
        iq: &Element,
        payload: &Element,
    ) {
        let unavailable = stanza_error(iq, "cancel", "service-unavailable");
        if let Some(uri) = self.gone.get(owner) {
            let reason = Element::new("gone", ns::STANZA_ERROR).text(uri);
            let error = Element::new("error", ns::CLIENT).with("type", "cancel").child(reason);
            let answer = result(iq);
            let kept = answer.attributes.into_iter().filter(|(_, name, _)| name != "type").collect();
            return self.send(session, Element { attributes: kept, ..answer }.with("type", "error").child(error), true);
        }
        if !self.accounts.contains_key(owner) {
            return self.send(session, unavailable, true);
        }
        if payload.is("vCard", ns::VCARD_TEMP) {
            self.counts.pictures += 1;
            self.counts.vcards += 1;
            return self.vcard_answer(session, Some(from), owner, iq);
        }
        let Some(items) = payload.first("items", PUBSUB).filter(|_| self.switches.pep) else {
            return self.send(session, unavailable, true);
        };
        let name = items.attribute("node").unwrap_or_default();
        self.counts.pictures += u32::from(name == ns::AVATAR_DATA);
        self.counts.vcards += u32::from(name == ns::VCARD4_NODE);
        let exists = self.accounts.get(owner).is_some_and(|account| account.nodes.contains_key(name));
        if exists && !self.may_read(from, owner, name) {
            return self.send(session, stanza_error(iq, "auth", "not-authorized"), true);
        }
        self.items_iq(session, owner, iq, items);
    }

    /// Whether somebody may read a node.
    pub(super) fn may_read(&self, reader: &BareJid, owner: &BareJid, name: &str) -> bool {
        let node = self.accounts.get(owner).and_then(|account| account.nodes.get(name));
        node.is_some_and(|node| node.is_set("pubsub#access_model", "open"))
            || self.readers(owner, name).contains(reader)
    }

    /// A presence names capabilities: unknown ones are asked for.
    pub(super) fn capabilities_named(&mut self, session: u64, presence: &Element) {
        let Some(caps) = presence.first("c", ns::CAPS) else { return };
        let (Some("sha-1"), Some(node), Some(ver)) =
            (caps.attribute("hash"), caps.attribute("node"), caps.attribute("ver"))
        else {
            return self.complain("capabilities that are none");
        };
        let named = format!("{node}#{ver}");
        let Some(state) = self.sessions.get_mut(&session) else { return };
        state.capabilities = Some(named.clone());
        let to = state.jid.to_string();
        if matches!(self.capabilities.get(&named), Some(Some(_))) {
            return;
        }
        self.capabilities.insert(named.clone(), None);
        let query = Element::new("query", ns::DISCO_INFO).with("node", &named);
        let ask = Element::new("iq", ns::CLIENT)
            .with("type", "get")
            .with("id", format!("caps {}", self.seed.uuid()))
            .with("from", super::DOMAIN)
            .with("to", to)
            .child(query);
        self.send(session, ask, true);
    }

    /// What capabilities stand for.
    pub(super) fn capabilities_told(&mut self, session: u64, iq: &Element) {
        let asked = iq.attribute("id").is_some_and(|id| id.starts_with("caps "));
        let Some(info) = iq.first("query", ns::DISCO_INFO).filter(|_| asked) else { return };
        let Some(named) = self.sessions.get(&session).and_then(|state| state.capabilities.clone()) else { return };
        if info.attribute("node") != Some(named.as_str()) {
            return self.complain("capabilities of another node than was asked for");
        }
        let told = verification(info);
        if named.rsplit('#').next() != Some(told.as_str()) {
            return self.complain(format!("capabilities {named}, but what it has hashes to {told}"));
        }
        let features = info.children().filter(|child| child.name == "feature");
        let features = features.filter_map(|child| child.attribute("var").map(str::to_owned)).collect();
        self.capabilities.insert(named, Some(features));
        self.last_items(session);
    }
}

/// The fields of a submitted form inside.
fn fields(element: &Element) -> BTreeMap<String, String> {
    let form = element.first("x", ns::DATA_FORM).filter(|form| form.attribute("type") == Some("submit"));
    form.into_iter()
        .flat_map(Element::children)
        .filter_map(|field| {
            let value = field.first("value", ns::DATA_FORM).map(Element::content)?;
            Some((field.attribute("var")?.to_owned(), value))
        })
        .filter(|(name, _)| name != "FORM_TYPE")
        .collect()
}

/// XEP-0115 5.1, for what has no forms.
fn verification(info: &Element) -> String {
    let mut text = String::new();
    let value = |child: &Element, name: &str| child.attribute(name).unwrap_or_default().to_owned();
    let identities: BTreeSet<String> = info
        .children()
        .filter(|child| child.name == "identity")
        .map(|child| {
            let lang = child.attributes.iter().find(|(_, name, _)| name == "lang").map(|(.., lang)| lang.clone());
            let lang = lang.unwrap_or_default();
            format!("{}/{}/{lang}/{}<", value(child, "category"), value(child, "type"), value(child, "name"))
        })
        .collect();
    identities.iter().for_each(|identity| text.push_str(identity));
    let features: BTreeSet<String> =
        info.children().filter(|child| child.name == "feature").map(|child| value(child, "var")).collect();
    for feature in features {
        text.push_str(&feature);
        text.push('<');
    }
    STANDARD.encode(Sha1::digest(text.as_bytes()))
}
