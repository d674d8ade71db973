//! The older vCard of an account (XEP-0054): kept for itself and shown to everyone, as ejabberd does; or made out of the
//! newer one's node, whose readers it has, and written over it, as Prosody does (its `mod_vcard_legacy`, field for field,
//! with what it loses).

use jid::BareJid;
use linnet_messenger::wire::{Element, ns};

use super::route::result;
use super::{FakeServer, stanza_error};

/// What both forms have: the older name with the place of its value, the newer one with the same.
const FIELDS: [(&str, Option<&str>, &str, &str); 8] = [
    ("FN", None, "fn", "text"),
    ("NOTE", None, "note", "text"),
    ("ORG", Some("ORGNAME"), "org", "text"),
    ("ROLE", None, "role", "text"),
    ("TITLE", None, "title", "text"),
    ("EMAIL", Some("USERID"), "email", "text"),
    ("URL", None, "url", "uri"),
    ("BDAY", None, "bday", "date"),
];

impl FakeServer {
    pub(super) fn vcard_iq(&mut self, session: u64, owner: &BareJid, iq: &Element, vcard: &Element) {
        if iq.attribute("type") != Some("set") {
            return self.vcard_answer(session, None, owner, iq);
        }
        self.counts.vcards_set += 1;
        if self.switches.derives_vcard {
            let item = Element::new("item", ns::PUBSUB).with("id", "current").child(newer(vcard));
            self.add_item(owner, ns::VCARD4_NODE, "current".to_owned(), item);
        } else if let Some(account) = self.accounts.get_mut(owner) {
            account.vcard = Some(vcard.clone());
        }
        self.send(session, result(iq), true);
    }

    /// What somebody (`None`: the account itself) reads of an account's vCard.
    pub(super) fn vcard_answer(&mut self, session: u64, reader: Option<&BareJid>, owner: &BareJid, iq: &Element) {
        let vcard = if self.switches.derives_vcard {
            let seen = reader.is_none_or(|reader| self.may_read(reader, owner, ns::VCARD4_NODE));
            let node = self.node(owner, ns::VCARD4_NODE).filter(|_| seen);
            let item = node.and_then(|node| node.items.last()).and_then(|(_, item)| item.first("vcard", ns::VCARD4));
            Some(item.map_or_else(|| Element::new("vCard", ns::VCARD_TEMP), older))
        } else {
            self.vcard(owner).cloned()
        };
        let answer = match vcard {
            Some(vcard) => result(iq).child(vcard),
            None => stanza_error(iq, "cancel", "item-not-found"),
        };
        self.send(session, answer, true);
    }

    /// The older vCard of an account, to look at.
    pub fn vcard(&self, owner: &BareJid) -> Option<&Element> {
        self.accounts[owner].vcard.as_ref()
    }

    /// Puts another one in its place; nobody is told.
    pub fn set_vcard(&mut self, owner: &BareJid, vcard: Element) {
        if let Some(account) = self.accounts.get_mut(owner) {
            account.vcard = Some(vcard);
        }
    }
}

fn older(newer: &Element) -> Element {
    let mut vcard = Element::new("vCard", ns::VCARD_TEMP);
    for child in newer.children() {
        let Some((name, inner, _, value)) = FIELDS.iter().find(|(_, _, newer, _)| child.name == *newer) else {
            continue;
        };
        let Some(text) = child.first(value, ns::VCARD4).map(Element::content) else { continue };
        let field = Element::new(name, ns::VCARD_TEMP);
        vcard = vcard.child(match inner {
            Some(inner) => field.child(Element::new(inner, ns::VCARD_TEMP).text(text)),
            None => field.text(text),
        });
    }
    vcard
}

fn newer(older: &Element) -> Element {
    let mut vcard = Element::new("vcard", ns::VCARD4);
    for child in older.children() {
        let name = if child.name == "DESC" { "NOTE" } else { &child.name };
        let Some((_, inner, newer, value)) = FIELDS.iter().find(|(older, ..)| name == *older) else { continue };
        let text = match inner {
            Some(inner) => child.first(inner, ns::VCARD_TEMP).map(Element::content).unwrap_or_default(),
            None => child.content(),
        };
        vcard = vcard.child(Element::new(newer, ns::VCARD4).child(Element::new(value, ns::VCARD4).text(text)));
    }
    vcard
}
