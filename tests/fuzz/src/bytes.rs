//! Bytes as a server's stream: however they are cut into pieces, the frames are the same; what was read can be written
//! and read again.

use linnet_messenger::wire::{Element, Frame, Limits, Reader, WireError};

use crate::HEADER;

/// Limits that a small input can reach.
fn limits() -> Limits {
    Limits {
        token_bytes: 256,
        stanza_bytes: 2_048,
        depth: 8,
        nodes: 64,
        attributes: 8,
        declarations: 8,
        memory: 16_384,
        open_bytes: 2_048,
    }
}

/// The first byte says whether the header comes with the input or is given, and how large the pieces are.
pub fn run(data: &[u8]) {
    let Some((&shape, content)) = data.split_first() else { return };
    let mut stream = if shape & 1 == 0 { HEADER.as_bytes().to_vec() } else { Vec::new() };
    stream.extend_from_slice(content);
    let piece = usize::from(shape >> 1).max(1);
    // The small limits end a stream or not by how many bytes are already there, the wide ones never.
    let whole = read(&stream, stream.len().max(1), Limits::default());
    let pieces = read(&stream, piece, Limits::default());
    assert_eq!(whole, pieces, "pieces of {piece} bytes give other frames");
    read(&stream, piece, limits());
    for frame in &whole.0 {
        let Frame::Element(element) = frame else { continue };
        let written = element.to_xml();
        let again = Element::parse(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
        assert_eq!(*element, again, "{written}");
    }
}

fn read(stream: &[u8], piece: usize, limits: Limits) -> (Vec<Frame>, Option<WireError>) {
    let mut reader = Reader::new(limits);
    let mut frames = Vec::new();
    for piece in stream.chunks(piece) {
        reader.feed(piece);
        loop {
            match reader.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
    }
    (frames, None)
}
