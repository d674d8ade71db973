//! How much of a peer's XML is taken. Every bound has one reason: a stranger's stanza reaches this parser, and neither
//! memory nor stack may depend on what it holds.

/// Bounds for one [`crate::wire::Reader`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one name or attribute value. The parser must hold a token whole, so a longer one can't be skipped: it
    /// ends the stream. Text has no such bound, it comes in parts.
    pub token_bytes: usize,
    /// Bytes of one child of the stream as they came.
    pub stanza_bytes: usize,
    /// Levels of one child of the stream; dropping an element recurses as deep.
    pub depth: usize,
    /// Elements and texts in one child of the stream. A roster of 20,000 contacts is one stanza.
    pub nodes: usize,
    /// Attributes of one element.
    pub attributes: usize,
    /// Namespace declarations in force at one place: every name is looked up among them.
    pub declarations: usize,
    /// Bytes of the element as built. Names and namespaces are owned by each node, so that one long namespace on the
    /// outside could otherwise be multiplied by the number of nodes inside.
    pub memory: usize,
    /// Bytes the parser may hold for the elements that are open inside a *skipped* stanza; deeper nesting ends the
    /// stream.
    pub open_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            token_bytes: (1 << 20) + (1 << 10),
            stanza_bytes: 2 << 20,
            depth: 64,
            nodes: 65_536,
            attributes: 128,
            declarations: 256,
            memory: 24 << 20,
            open_bytes: 8 << 20,
        }
    }
}

impl Limits {
    /// For what the writer made of an element that once passed [`Limits::default`]: escaping and repeated namespace
    /// declarations lengthen it, but neither depth nor number of nodes grow.
    pub fn stored() -> Self {
        let default = Self::default();
        Self { stanza_bytes: 16 * default.memory, ..default }
    }
}
