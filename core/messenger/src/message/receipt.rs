//! Delivery receipts: the sender learns that a device of ours has a message, and we learn the same of ours.
//!
//! Answered is only what comes for the first time, live, from someone who was granted our presence, and never an
//! answer; the answer is a job, so that neither a killed process nor a lost session takes it back.
//!
//! XEPs: 0184

use super::identity::Content;
use super::relation::{self, About};
use crate::command::PrivacySetting;
use crate::contact::subscription;
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature};
use crate::fault::Fault;
use crate::ids::{ChatId, MessageId};
use crate::outbox;
use crate::wire::{Element, ns};

/// Receipts and markers as they come in; their texts, if they have any, go on.
#[derive(Debug)]
pub struct Receipts;

impl Feature for Receipts {
    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        if inbound.kind == Kind::Message {
            let own = cx.own();
            for signal in relation::signals(inbound.stanza, &own) {
                relation::hear(cx, &signal)?;
            }
        }
        Ok(Done::Pass)
    }
}

/// Answers a message that came for the first time.
pub fn answer(
    cx: &mut Cx<'_>,
    stanza: &Element,
    content: &Content,
    chat: ChatId,
    message: MessageId,
) -> Result<(), Fault> {
    // A receipt that asks for one would go on for ever.
    let asked = stanza.first("request", ns::RECEIPTS).is_some() && stanza.first("received", ns::RECEIPTS).is_none();
    let (Some(id), Some(from)) = (&content.stanza_id, stanza.attribute("from")) else { return Ok(()) };
    if !asked
        || content.outgoing
        || !cx.tells(PrivacySetting::Receipts, &content.peer)?
        || !subscription::is_acquainted(cx, &content.peer)?
    {
        return Ok(());
    }
    let received = Element::new("received", ns::RECEIPTS).with("id", id.as_str());
    let receipt = signal(cx, from, received);
    outbox::add_signal(cx, chat, message, About::Receipt, &receipt)
}

/// A message without text, to be kept in archives so that all devices of the other side learn of it.
pub fn signal(cx: &mut Cx<'_>, to: &str, payload: Element) -> Element {
    Element::new("message", ns::CLIENT)
        .with("to", to)
        .with("type", "chat")
        .with("id", cx.random.id())
        .child(payload)
        .child(Element::new("store", ns::HINTS))
}
