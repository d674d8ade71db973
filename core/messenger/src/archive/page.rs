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

impl Archived {
    /// What it holds in memory, about.
    pub fn bytes(&self) -> usize {
        let text = self.content.as_ref().map_or(0, |content| content.body.len());
        256 + self.id.len() + text + 128 * self.signals.len()
    }
}

/// Whether a power cut may take back what an input brings: results of an archive query and their end, because they can
/// be asked for again, and ticks, which promise nothing. What tells the server or the user that something is kept, an
/// answer to `<r/>` or to a command, is none of them, and forces everything before it to the disk; so does what leaves the
/// outbox because the archive was read.
pub fn is_repeatable(input: &Input) -> bool {
    match input {
        Input::Frame { frame: Frame::Element(element), .. } => {
            let message = element.is("message", ns::CLIENT) && element.first("result", ns::MAM).is_some();
            message || (element.is("iq", ns::CLIENT) && element.first("fin", ns::MAM).is_some())
        }
        Input::Tick => true,
        _ => false,
    }
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
