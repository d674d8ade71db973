//! What a stranger can send us, as functions of bytes that must never panic and whose laws must hold.
//!
//! `cargo test` replays the committed corpus and the examples of the XEPs on them; a finding becomes a file of the corpus.
//! `cargo xtask fuzz` searches with them (docs/fuzz.md).

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::string_slice)]

mod address;
mod bytes;
mod certificate;
mod dns;
mod element;
mod host;
mod login;
mod qr;
mod scram;
mod seeds;
mod socks;
mod stamp;
mod stanza;
mod styling;

pub use seeds::{dictionary, seeds};

/// Takes an input; panics if a law does not hold.
pub type Target = fn(&[u8]);

/// Every target by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("address", address::run),
    ("bytes", bytes::run),
    ("certificate", certificate::run),
    ("dns", dns::run),
    ("element", element::run),
    ("host", host::run),
    ("login", login::run),
    ("qr", qr::run),
    ("scram", scram::run),
    ("socks", socks::run),
    ("stamp", stamp::run),
    ("stanza", stanza::run),
    ("styling", styling::run),
];

/// The children of a stream whose content these bytes are, as far as they can be read.
pub fn frames(content: &[u8]) -> Vec<linnet_messenger::wire::Frame> {
    use linnet_messenger::wire::{Limits, Reader};
    let mut reader = Reader::new(Limits::default());
    reader.feed(HEADER.as_bytes());
    reader.feed(content);
    let mut frames = Vec::new();
    while let Ok(Some(frame)) = reader.next_frame() {
        frames.push(frame);
    }
    frames
}

/// A server's stream header.
const HEADER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
     xmlns:stream='http://etherx.jabber.org/streams' id='s' from='linnet.test' version='1.0'>";
