//! One page of archive results: what a result says, checked against what was asked.
//!
//! XEPs: 0059, 0297, 0313

use jid::BareJid;

use crate::input::Input;
use crate::message::identity::Content;
use crate::message::relation::{self, Signal};
use crate::session::clock::parse_stamp;
use crate::wire::{Element, Frame, ns};

/// One archived message.
#[derive(Debug, Clone)]
pub struct Archived {
    pub id: String,
    /// The archive's stamp, UTC milliseconds.
    pub time: i64,
    /// `None`: nothing that is shown (a receipt, a marker, what a later version will know).
    pub content: Option<Content>,
    /// Receipts and markers in it.
    pub signals: Vec<Signal>,
}

/// Whether an input is a result of an archive query: the only stanza that may be lost, because it can be asked again.
pub fn is_result_frame(input: &Input) -> bool {
    matches!(input, Input::Frame { frame: Frame::Element(element), .. }
        if element.is("message", ns::CLIENT) && element.first("result", ns::MAM).is_some())
}

/// Reads `<result/>`; `None` if it has no id, stamp or message.
pub fn read_result(result: &Element, own: &BareJid) -> Option<Archived> {
    let id = result.attribute("id").filter(|id| !id.is_empty() && id.len() <= 1024)?;
    let forwarded = result.first("forwarded", ns::FORWARD)?;
    let time = parse_stamp(forwarded.first("delay", ns::DELAY)?.attribute("stamp")?)?;
    let message = forwarded.first("message", ns::CLIENT)?;
    Some(Archived {
        id: id.to_owned(),
        time,
        content: Content::read(message, own),
        signals: relation::signals(message, own),
    })
}

/// What `<fin/>` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fin {
    pub complete: bool,
    pub first: Option<String>,
    pub last: Option<String>,
}

/// Reads the answer to a query. Servers leave the result set out when it is empty.
pub fn read_fin(iq: &Element) -> Option<Fin> {
    let fin = iq.first("fin", ns::MAM)?;
    let set = fin.first("set", ns::RSM);
    let value = |name: &str| {
        set.and_then(|set| set.first(name, ns::RSM)).map(Element::content).filter(|value| !value.is_empty())
    };
    Some(Fin {
        complete: matches!(fin.attribute("complete"), Some("true" | "1")),
        first: value("first"),
        last: value("last"),
    })
}
