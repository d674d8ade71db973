//! An archive query on the wire.
//!
//! XEPs: 0004, 0059, 0313

use crate::wire::{Element, ns};

/// What to ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Only messages with this bare JID.
    pub with: Option<String>,
    /// Only messages from this moment on, XEP-0082.
    pub start: Option<String>,
    /// Only what follows this archive id.
    pub after: Option<String>,
    /// Only what precedes this archive id, newest page first; empty: the end of the archive.
    pub before: Option<String>,
    pub max: u32,
}

impl Query {
    /// The `<query/>` element.
    pub fn element(&self, query_id: &str) -> Element {
        let field = |var: &str, value: &str| {
            Element::new("field", ns::DATA_FORM)
                .with("var", var)
                .child(Element::new("value", ns::DATA_FORM).text(value))
        };
        let mut form = Element::new("x", ns::DATA_FORM)
            .with("type", "submit")
            .child(field("FORM_TYPE", ns::MAM).with("type", "hidden"));
        if let Some(with) = &self.with {
            form = form.child(field("with", with));
        }
        if let Some(start) = &self.start {
            form = form.child(field("start", start));
        }
        let mut set = Element::new("set", ns::RSM).child(Element::new("max", ns::RSM).text(self.max.to_string()));
        if let Some(after) = &self.after {
            set = set.child(Element::new("after", ns::RSM).text(after.as_str()));
        }
        if let Some(before) = &self.before {
            set = set.child(Element::new("before", ns::RSM).text(before.as_str()));
        }
        Element::new("query", ns::MAM).with("queryid", query_id).child(form).child(set)
    }
}
