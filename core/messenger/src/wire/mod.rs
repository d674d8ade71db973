//! Bytes ↔ stanzas, sans I/O. Nothing here recurses, and everything is bounded.

mod element;
pub mod form;
mod language;
mod limits;
pub mod ns;
mod reader;
mod writer;

pub use element::{Element, Node};
pub use language::Language;
pub use limits::Limits;
pub use reader::Reader;
pub use writer::{STREAM_CLOSE, stream_header};

/// What the reader hands out.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// The peer's stream header.
    StreamOpen(StreamOpen),
    /// A complete child of the stream: stanza or nonza.
    Element(Element),
    /// A child of the stream above a limit: skipped to its end, so that the stream lives on; it counts for XEP-0198 if
    /// it was a stanza. `head` is its start tag, without children.
    TooLarge { head: Element },
    /// `</stream:stream>`.
    StreamClose,
}

/// A stream header (RFC 6120 4.7).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StreamOpen {
    pub from: Option<String>,
    pub id: Option<String>,
    pub version: Option<String>,
    pub lang: Option<String>,
}

/// The bytes are not an XMPP stream; nothing after them can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    #[error("not well-formed XML, or XML that RFC 6120 11.1 forbids")]
    Malformed,
    #[error("not an XMPP stream")]
    NotAStream,
    /// A name or attribute value above [`Limits::token_bytes`], a stream header above the limits, or a stanza nested so
    /// deep that even skipping it would need unbounded memory.
    #[error("one token is larger than the limit")]
    TokenTooLarge,
}
