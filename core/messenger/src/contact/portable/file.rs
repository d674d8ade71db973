//! The file itself: read as a stream of events within bounds, so that neither its size nor what it holds decides about
//! memory or stack; written whole.
//!
//! A file may hold a whole server with many users, one host, or one user alone. What is split over several files by
//! XInclude is not followed: nothing but the file that the user chose is ever opened.
//!
//! XEPs: 0227

use std::collections::BTreeSet;

use jid::{BareJid, Jid};
use rxml::error::EndOrError;
use rxml::parser::CommentMode;
use rxml::{AttrMap, Event, Options, Parse as _, Parser, QName, WithOptions};

use super::{NODES, PortableAccount, PortableContact, PortableItem};
use crate::contact::nickname;
use crate::fault::CommandError;
use crate::wire::{Element, Node, ns};

/// Bytes of a file that is looked at.
pub const LARGEST: usize = 16 << 20;
/// Users of a file; people, and items, of a user.
const MOST_ACCOUNTS: usize = 1_000;
const MOST_PEOPLE: usize = 20_000;
const MOST_ITEMS: usize = 2_000;
/// Tags of a contact.
const MOST_TAGS: usize = 32;
/// Bytes, elements and levels of one entry: what a server would take as a stanza.
const ENTRY_BYTES: usize = 1 << 20;
const ENTRY_NODES: usize = 8_192;
const ENTRY_DEPTH: usize = 48;
/// Levels of the whole: what is passed over is only counted.
const DEPTH: usize = 1_024;
/// Bytes of an address, and of the id of an item.
const ADDRESS: usize = 3_071;

/// Where in the file the reader is.
enum Level {
    Data,
    Host,
    User,
    Roster,
    Pubsub,
    Items(String),
    Private,
    Blocklist,
    PrivacyLists,
    PrivacyList(String),
    /// Nothing of ours.
    Other,
}

#[derive(Default)]
struct Reading {
    levels: Vec<Level>,
    host: String,
    accounts: Vec<PortableAccount>,
    /// The entry that is being read, outermost first.
    open: Vec<Element>,
    bytes: usize,
    nodes: usize,
    contacts: BTreeSet<String>,
    blocks: BTreeSet<String>,
    default_list: Option<String>,
    /// Who is refused, and by which privacy list.
    refused: Vec<(String, String)>,
}

/// Every user of a file.
pub fn read(mut file: &[u8]) -> Result<Vec<PortableAccount>, CommandError> {
    if file.len() > LARGEST {
        return Err(CommandError::TooLarge);
    }
    let options = Options { max_token_length: ENTRY_BYTES, comments: CommentMode::Discard, ..Options::default() };
    let mut parser = <Parser as WithOptions>::with_options(options);
    file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    let mut reading = Reading::default();
    let mut closed = false;
    loop {
        match parser.parse(&mut file, true) {
            Ok(Some(Event::XmlDeclaration(..))) => {}
            Ok(Some(Event::StartElement(_, name, attributes))) => reading.start(&name, &attributes)?,
            Ok(Some(Event::Text(_, text))) => reading.text(&text),
            Ok(Some(Event::EndElement(_))) => closed = reading.end()?,
            Ok(None) if closed => return Ok(reading.accounts),
            Ok(None) | Err(EndOrError::NeedMoreData | EndOrError::Error(_)) => return Err(CommandError::Unreadable),
        }
    }
}

impl Reading {
    fn start(&mut self, name: &QName, attributes: &AttrMap) -> Result<(), CommandError> {
        let (space, local) = (name.0.as_str(), name.1.as_str());
        if self.levels.len() + self.open.len() >= DEPTH {
            return Err(CommandError::Unreadable);
        }
        if !self.open.is_empty() {
            self.nest(space, local, attributes);
            return Ok(());
        }
        let value = |wanted: &str| {
            attributes.iter().find(|((ns, n), _)| ns.is_none() && n.as_str() == wanted).map(|(_, value)| value.as_str())
        };
        let ours = space == ns::PORTABLE;
        let level = match (self.levels.last(), local) {
            (None, "server-data") if ours => Level::Data,
            (None | Some(Level::Data), "host") if ours => {
                self.host = value("jid").unwrap_or_default().to_owned();
                Level::Host
            }
            (None | Some(Level::Host), "user") if ours => self.user(value("name").unwrap_or_default())?,
            (None, _) => return Err(CommandError::Unreadable),
            (Some(Level::User), "query") if space == ns::ROSTER => Level::Roster,
            (Some(Level::User), "query") if space == ns::PRIVATE => Level::Private,
            (Some(Level::User), "pubsub") if space == ns::PUBSUB => Level::Pubsub,
            (Some(Level::Pubsub), "items") if space == ns::PUBSUB => {
                let node = value("node").filter(|node| NODES.contains(node));
                node.map_or(Level::Other, |node| Level::Items(node.to_owned()))
            }
            (Some(Level::User), "vCard") if space == ns::VCARD_TEMP => return self.begin(space, local, attributes),
            (Some(Level::User), "query") if space == ns::PRIVACY_LISTS => Level::PrivacyLists,
            (Some(Level::User), "blocklist") if space == ns::BLOCKING => Level::Blocklist,
            (Some(Level::PrivacyLists), "list") => Level::PrivacyList(value("name").unwrap_or_default().to_owned()),
            (Some(Level::PrivacyLists), "default") => {
                self.default_list = value("name").map(str::to_owned);
                Level::Other
            }
            (Some(Level::Roster | Level::Items(_) | Level::Blocklist | Level::PrivacyList(_)), "item")
            | (Some(Level::Private), "storage") => return self.begin(space, local, attributes),
            _ => Level::Other,
        };
        self.levels.push(level);
        Ok(())
    }

    fn user(&mut self, name: &str) -> Result<Level, CommandError> {
        if self.accounts.len() == MOST_ACCOUNTS {
            return Err(CommandError::TooLarge);
        }
        let address = if self.host.is_empty() { name.to_owned() } else { format!("{name}@{}", self.host) };
        // A name alone is shown and no more; an address has to be one.
        let address = match BareJid::new(&address) {
            Ok(jid) if !self.host.is_empty() => jid.to_string(),
            _ => nickname::clean(name).unwrap_or_default(),
        };
        self.accounts.push(PortableAccount { address, ..PortableAccount::default() });
        self.contacts.clear();
        self.blocks.clear();
        Ok(Level::User)
    }

    fn begin(&mut self, space: &str, local: &str, attributes: &AttrMap) -> Result<(), CommandError> {
        (self.bytes, self.nodes) = (0, 0);
        self.nest(space, local, attributes);
        Ok(())
    }

    /// One more element inside an entry, or its first.
    fn nest(&mut self, space: &str, local: &str, attributes: &AttrMap) {
        let mut element = Element::new(local, space);
        self.bytes += local.len() + space.len();
        for ((ns, name), value) in attributes {
            let ns = ns.as_str();
            self.bytes += ns.len() + name.len() + value.len();
            element.attributes.push((ns.to_owned(), name.to_string(), value.clone()));
        }
        self.nodes += 1 + element.attributes.len();
        self.open.push(element);
        self.within_bounds();
    }

    fn text(&mut self, text: &str) {
        let Some(parent) = self.open.last_mut() else { return };
        if let Some(Node::Text(before)) = parent.nodes.last_mut() {
            before.push_str(text);
        } else {
            parent.nodes.push(Node::Text(text.to_owned()));
            self.nodes += 1;
        }
        self.bytes += text.len();
        self.within_bounds();
    }

    /// An entry above its bounds is passed over; the others are read.
    fn within_bounds(&mut self) {
        if self.bytes <= ENTRY_BYTES && self.nodes <= ENTRY_NODES && self.open.len() <= ENTRY_DEPTH {
            return;
        }
        self.levels.extend(self.open.drain(..).map(|_| Level::Other));
        self.unreadable();
    }

    fn unreadable(&mut self) {
        if let Some(account) = self.accounts.last_mut() {
            account.unreadable = account.unreadable.saturating_add(1);
        }
    }

    /// True at the end of the whole.
    fn end(&mut self) -> Result<bool, CommandError> {
        let Some(element) = self.open.pop() else {
            match self.levels.pop() {
                Some(Level::Host) => self.host.clear(),
                Some(Level::PrivacyLists) => self.privacy_lists()?,
                _ => {}
            }
            return Ok(self.levels.is_empty());
        };
        if let Some(parent) = self.open.last_mut() {
            parent.nodes.push(Node::Element(element));
            return Ok(false);
        }
        match (self.levels.last(), element.ns.as_str()) {
            (Some(Level::Roster), ns::ROSTER) => self.contact(&element)?,
            (Some(Level::User), ns::VCARD_TEMP) => {
                if let Some(account) = self.accounts.last_mut().filter(|_| element.children().next().is_some()) {
                    account.vcard = Some(element);
                }
            }
            (Some(Level::Items(_)), ns::PUBSUB) => self.item(&element)?,
            (Some(Level::Private), ns::OLD_BOOKMARKS) => self.old_bookmarks(&element)?,
            (Some(Level::Blocklist), ns::BLOCKING) => self.block(element.attribute("jid").unwrap_or_default())?,
            (Some(Level::PrivacyList(list)), ns::PRIVACY_LISTS) => {
                let list = list.clone();
                self.refuse(list, &element)?;
            }
            _ => {}
        }
        Ok(false)
    }

    fn contact(&mut self, item: &Element) -> Result<(), CommandError> {
        let address = item.attribute("jid").filter(|jid| jid.len() <= ADDRESS).and_then(|jid| BareJid::new(jid).ok());
        let Some(address) = address.map(|jid| jid.to_string()) else {
            self.unreadable();
            return Ok(());
        };
        let subscription = item.attribute("subscription").unwrap_or("none");
        if !matches!(subscription, "none" | "to" | "from" | "both") || !self.contacts.insert(address.clone()) {
            return Ok(());
        }
        if self.contacts.len() > MOST_PEOPLE {
            return Err(CommandError::TooLarge);
        }
        let mut tags: Vec<String> = Vec::new();
        for group in item.children().filter(|child| child.is("group", ns::ROSTER)).take(MOST_TAGS) {
            tags.extend(nickname::clean(&group.content()).filter(|tag| !tags.contains(tag)));
        }
        let contact = PortableContact {
            address,
            name: item.attribute("name").and_then(nickname::clean),
            tags,
            subscription: subscription.to_owned(),
            asked: item.attribute("ask") == Some("subscribe"),
        };
        self.accounts.last_mut().into_iter().for_each(|account| account.contacts.push(contact.clone()));
        Ok(())
    }

    fn item(&mut self, item: &Element) -> Result<(), CommandError> {
        let Some(Level::Items(node)) = self.levels.last() else { return Ok(()) };
        let id = item.attribute("id").filter(|id| !id.is_empty() && id.len() <= ADDRESS);
        let (Some(id), Some(payload)) = (id, item.children().next()) else {
            self.unreadable();
            return Ok(());
        };
        let item = PortableItem { node: node.clone(), id: id.to_owned(), payload: payload.clone() };
        self.add_item(item)
    }

    fn add_item(&mut self, item: PortableItem) -> Result<(), CommandError> {
        // A bookmark's id is the address of its room (XEP-0402 3).
        if item.node == ns::BOOKMARKS && BareJid::new(&item.id).is_err() {
            self.unreadable();
            return Ok(());
        }
        let Some(account) = self.accounts.last_mut() else { return Ok(()) };
        if account.items.iter().any(|known| known.node == item.node && known.id == item.id) {
            return Ok(());
        }
        if account.items.len() == MOST_ITEMS {
            return Err(CommandError::TooLarge);
        }
        account.items.push(item);
        Ok(())
    }

    /// Bookmarks of servers that keep them as XEP-0048 has it become those of XEP-0402.
    fn old_bookmarks(&mut self, storage: &Element) -> Result<(), CommandError> {
        for old in storage.children().filter(|child| child.is("conference", ns::OLD_BOOKMARKS)) {
            let Some(id) = old.attribute("jid").and_then(|jid| BareJid::new(jid).ok()) else {
                self.unreadable();
                continue;
            };
            let joins = matches!(old.attribute("autojoin"), Some("true" | "1"));
            let mut payload = Element::new("conference", ns::BOOKMARKS)
                .with_some("name", old.attribute("name"))
                .with_some("autojoin", joins.then_some("true"));
            for name in ["nick", "password"] {
                if let Some(said) = old.first(name, ns::OLD_BOOKMARKS) {
                    payload = payload.child(Element::new(name, ns::BOOKMARKS).text(said.content()));
                }
            }
            self.add_item(PortableItem { node: ns::BOOKMARKS.to_owned(), id: id.to_string(), payload })?;
        }
        Ok(())
    }

    fn block(&mut self, jid: &str) -> Result<(), CommandError> {
        let Some(jid) = Some(jid).filter(|jid| jid.len() <= ADDRESS).and_then(|jid| Jid::new(jid).ok()) else {
            self.unreadable();
            return Ok(());
        };
        let jid = jid.to_bare().to_string();
        if !self.blocks.insert(jid.clone()) {
            return Ok(());
        }
        if self.blocks.len() > MOST_PEOPLE {
            return Err(CommandError::TooLarge);
        }
        self.accounts.last_mut().into_iter().for_each(|account| account.blocks.push(jid.clone()));
        Ok(())
    }

    /// An item of a privacy list: who is refused altogether. One that is about presence only lets messages through.
    fn refuse(&mut self, list: String, item: &Element) -> Result<(), CommandError> {
        let denies = item.attribute("type") == Some("jid") && item.attribute("action") == Some("deny");
        let all = item.children().next().is_none() || item.first("message", ns::PRIVACY_LISTS).is_some();
        if denies && all {
            self.refused.push((list, item.attribute("value").unwrap_or_default().to_owned()));
        }
        if self.refused.len() > MOST_PEOPLE { Err(CommandError::TooLarge) } else { Ok(()) }
    }

    /// Only the default list counts: of others it can't be told whether they were ever used.
    fn privacy_lists(&mut self) -> Result<(), CommandError> {
        let default = self.default_list.take();
        for (list, jid) in std::mem::take(&mut self.refused) {
            if default.as_ref() == Some(&list) {
                self.block(&jid)?;
            }
        }
        Ok(())
    }
}

/// A file with one account. `configurations` are nodes with who may see them.
pub fn write(
    name: &str,
    host: &str,
    account: &PortableAccount,
    configurations: &[(String, String)],
    requests: &[String],
) -> Vec<u8> {
    let roster = account.contacts.iter().fold(Element::new("query", ns::ROSTER), |query, contact| {
        let item = Element::new("item", ns::ROSTER)
            .with("jid", &contact.address)
            .with_some("name", contact.name.as_deref())
            .with("subscription", &contact.subscription)
            .with_some("ask", contact.asked.then_some("subscribe"));
        let group = |tag: &String| Element::new("group", ns::ROSTER).text(tag.as_str());
        query.child(contact.tags.iter().fold(item, |item, tag| item.child(group(tag))))
    });
    let mut user = Element::new("user", ns::PORTABLE).with("name", name).child(roster);
    if let Some(vcard) = &account.vcard {
        user = user.child(vcard.clone());
    }
    if !account.blocks.is_empty() {
        user = user.child(privacy_list(&account.blocks)).child(
            account.blocks.iter().fold(Element::new("blocklist", ns::BLOCKING), |list, jid| {
                list.child(Element::new("item", ns::BLOCKING).with("jid", jid))
            }),
        );
    }
    for jid in requests {
        let request = Element::new("presence", ns::CLIENT).with("type", "subscribe").with("from", jid);
        user = user.child(request);
    }
    let (mut owner, mut pubsub) = (Element::new("pubsub", ns::PUBSUB_OWNER), Element::new("pubsub", ns::PUBSUB));
    for node in NODES {
        let items: Vec<&PortableItem> = account.items.iter().filter(|item| item.node == node).collect();
        if items.is_empty() {
            continue;
        }
        let known = configurations.iter().find(|(known, _)| known == node).map(|(_, access)| access.as_str());
        let access = known.unwrap_or(if node == ns::BOOKMARKS { "whitelist" } else { "presence" });
        owner = owner.child(configure(node, access));
        pubsub = pubsub.child(items.iter().fold(Element::new("items", ns::PUBSUB).with("node", node), |list, item| {
            list.child(Element::new("item", ns::PUBSUB).with("id", &item.id).child(item.payload.clone()))
        }));
    }
    if pubsub.children().next().is_some() {
        user = user.child(owner).child(pubsub);
    }
    let host = Element::new("host", ns::PORTABLE).with("jid", host).child(user);
    let data = Element::new("server-data", ns::PORTABLE).child(host);
    format!("<?xml version='1.0' encoding='UTF-8'?>\n{}\n", data.to_xml()).into_bytes()
}

fn privacy_list(blocks: &[String]) -> Element {
    let list = Element::new("list", ns::PRIVACY_LISTS).with("name", "blocked");
    let list = (1..).zip(blocks).fold(list, |list: Element, (order, jid): (u32, &String)| {
        let item = Element::new("item", ns::PRIVACY_LISTS).with("type", "jid").with("value", jid);
        list.child(item.with("action", "deny").with("order", order.to_string()))
    });
    let rest = Element::new("item", ns::PRIVACY_LISTS).with("action", "allow");
    let list = list.child(rest.with("order", (blocks.len() + 1).to_string()));
    let default = Element::new("default", ns::PRIVACY_LISTS).with("name", "blocked");
    Element::new("query", ns::PRIVACY_LISTS).child(default).child(list)
}

fn configure(node: &str, access: &str) -> Element {
    let field = |var: &str, value: &str| {
        Element::new("field", ns::DATA_FORM).with("var", var).child(Element::new("value", ns::DATA_FORM).text(value))
    };
    let form = Element::new("x", ns::DATA_FORM)
        .with("type", "submit")
        .child(field("FORM_TYPE", &format!("{}#node_config", ns::PUBSUB)).with("type", "hidden"))
        .child(field("pubsub#access_model", access))
        .child(field("pubsub#persist_items", "true"));
    Element::new("configure", ns::PUBSUB_OWNER).with("node", node).child(form)
}

#[cfg(test)]
mod tests;
