//! One element, to every reader of elements that needs no session: features, stream errors, pages of the archive, what a
//! message says and what it is about.

use jid::BareJid;
use linnet_messenger::archive::page::{read_fin, read_result};
use linnet_messenger::message::identity::Content;
use linnet_messenger::message::{fallback, relation};
use linnet_messenger::session::features::Features;
use linnet_messenger::session::negotiate::StreamError;
use linnet_messenger::wire::{Element, ns};

use crate::seeds::OWN;

/// Longest id taken from a stanza.
const LONGEST_ID: usize = 1024;

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(element) = Element::parse(text) else { return };
    let own = BareJid::new(OWN).unwrap();
    read(&element, &own);
    // What is wrapped is read once it is taken out.
    for child in element.children() {
        read(child, &own);
        for forwarded in child.first("forwarded", ns::FORWARD).into_iter().flat_map(Element::children) {
            read(forwarded, &own);
        }
    }
}

fn read(element: &Element, own: &BareJid) {
    let features = Features::parse(element);
    assert!(features.mechanisms.is_sorted(), "{features:?}");
    if let Some(error) = StreamError::parse(element) {
        error.consequence();
    }
    read_fin(element);
    message(element, own);
    if let Some(archived) = read_result(element, own) {
        assert!((1..=LONGEST_ID).contains(&archived.id.len()), "{archived:?}");
        assert!(archived.content.is_none_or(|content| !content.body.is_empty()));
    }
}

fn message(element: &Element, own: &BareJid) {
    if let Some(body) = fallback::body(element) {
        let whole = element.first("body", ns::CLIENT).map(Element::content).unwrap_or_default();
        let mut rest = whole.chars();
        assert!(
            !body.is_empty() && body.chars().all(|letter| rest.any(|other| other == letter)),
            "{body:?} of {whole:?}"
        );
    }
    if let Some(content) = Content::read(element, own) {
        assert!(!content.body.is_empty());
        assert_eq!(content.outgoing, content.sender == *own, "{content:?}");
        assert!(content.outgoing || content.peer == content.sender, "{content:?}");
        for id in [&content.stanza_id, &content.origin_id, &content.replaces].into_iter().flatten() {
            assert!((1..=LONGEST_ID).contains(&id.len()), "{id}");
        }
    }
    for signal in relation::signals(element, own) {
        assert_ne!(signal.peer, *own, "{signal:?}");
        assert!((1..=LONGEST_ID).contains(&signal.target.len()), "{signal:?}");
    }
}
