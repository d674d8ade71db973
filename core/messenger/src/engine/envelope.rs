//! Who really sent a stanza, and the checks of RFC 6120 that concern every stanza.
//!
//! XEPs: RFC 6120 8.1, RFC 6121

use jid::Jid;

use super::cx::Cx;
use crate::fault::Violation;
use crate::wire::Element;

/// A stanza with its addresses read.
#[derive(Debug)]
pub struct Inbound<'a> {
    pub stanza: &'a Element,
    pub kind: Kind,
    /// `None`: our own account (RFC 6120 8.1.2.1).
    pub from: Option<Jid>,
}

/// The three stanzas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Message,
    Presence,
    Iq,
}

impl<'a> Inbound<'a> {
    /// Reads the envelope. A stanza with addresses that can't be read concerns nobody: it is dropped and counted.
    pub fn open(cx: &mut Cx<'_>, stanza: &'a Element) -> Option<Self> {
        let kind = match stanza.name.as_str() {
            "message" => Kind::Message,
            "presence" => Kind::Presence,
            "iq" => Kind::Iq,
            _ => return None,
        };
        let from = match stanza.attribute("from").map(Jid::new) {
            None => None,
            Some(Ok(from)) => Some(from),
            Some(Err(_)) => {
                cx.violation(Violation::JidMalformed);
                return None;
            }
        };
        Some(Self { stanza, kind, from })
    }

    /// The `type`, or "" for none.
    pub fn type_(&self) -> &str {
        self.stanza.attribute("type").unwrap_or("")
    }

    /// Whether our own account speaks: without `from`, or with our bare JID.
    pub fn is_from_own_account(&self, cx: &Cx<'_>) -> bool {
        self.from.as_ref().is_none_or(|from| from.is_bare() && from.to_bare() == cx.session.jid)
    }
}
