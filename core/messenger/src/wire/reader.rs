//! Bytes → frames, over `rxml`'s raw parser.
//!
//! The raw one, because its own namespace stage collects all attributes of a tag and all open scopes before anybody can
//! say stop. Here every event is counted as it comes; above a limit the stanza's tree is dropped, and what follows is
//! only counted up and down to its end. Invariants: nothing recurses, the tree is never deeper than [`Limits::depth`],
//! and an error is final.

use rxml::error::EndOrError;
use rxml::{Options, Parse as _, RawEvent, RawParser, RawQName, WithOptions};

use super::element::NODE_COST;
use super::{Element, Frame, Limits, Node, StreamOpen, WireError, ns};

/// What `rxml` holds for an open element beside its name.
const OPEN_COST: usize = 96;
/// Above this, buffers are given back when they are empty.
const KEPT_BYTES: usize = 64 << 10;
/// Attributes of a start tag that are kept even if it has too many, if they are short.
const HEAD_ATTRIBUTES: [&str; 4] = ["from", "id", "to", "type"];
/// A JID is at most 3071 bytes (RFC 7622).
const HEAD_ATTRIBUTE_BYTES: usize = 4096;

/// Reads one XMPP stream, in pieces of any size.
pub struct Reader {
    parser: RawParser,
    limits: Limits,
    buffer: Vec<u8>,
    position: usize,
    place: Place,
    /// The start tag that is being read.
    tag: Option<Tag>,
    /// The open elements of the stanza that is being built, outermost first.
    open: Vec<Element>,
    scope: Scope,
    spent: Spent,
    failed: Option<WireError>,
}

/// Where in the stream the parser is.
enum Place {
    /// Before the first byte of the document.
    Start,
    Header,
    Stream,
    Skipping(Skipped),
    Closed,
}

/// A stanza above a limit.
struct Skipped {
    head: Element,
    /// Bytes held for each open element, outermost first.
    open: Vec<usize>,
    held: usize,
}

struct Tag {
    name: RawQName,
    attributes: Vec<(RawQName, String)>,
    /// The stanza's own start tag is above a limit: the rest of it is dropped.
    overfull: bool,
}

/// What the current stanza has used of the limits.
#[derive(Default)]
struct Spent {
    bytes: usize,
    nodes: usize,
    memory: usize,
}

impl Reader {
    /// A reader at the beginning of a stream.
    pub fn new(limits: Limits) -> Self {
        let options = Options { max_token_length: limits.token_bytes, ..Options::default() };
        Self {
            parser: <RawParser as WithOptions>::with_options(options),
            limits,
            buffer: Vec::new(),
            position: 0,
            place: Place::Start,
            tag: None,
            open: Vec::new(),
            scope: Scope::default(),
            spent: Spent::default(),
            failed: None,
        }
    }

    /// Takes bytes as they came. Call [`Reader::next_frame`] until `None` after each call, else they pile up.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.failed.is_none() && !matches!(self.place, Place::Closed) {
            self.buffer.drain(..self.position);
            self.position = 0;
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next complete frame; `None` if more bytes are needed. Nothing can be read after an error or after
    /// [`Frame::StreamClose`].
    pub fn next_frame(&mut self) -> Result<Option<Frame>, WireError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.advance().inspect_err(|error| {
            self.failed = Some(*error);
            self.buffer = Vec::new();
            self.position = 0;
            self.open = Vec::new();
            self.tag = None;
        })
    }

    fn advance(&mut self) -> Result<Option<Frame>, WireError> {
        while !matches!(self.place, Place::Closed) {
            let mut rest = self.buffer.get(self.position..).unwrap_or_default();
            if matches!(self.place, Place::Start) {
                // White space that was meant as keepalive may stand before a restarted stream.
                rest = rest.trim_ascii_start();
                self.position = self.buffer.len() - rest.len();
                if !rest.is_empty() {
                    self.place = Place::Header;
                }
            }
            let parsed = self.parser.parse(&mut rest, false);
            self.position = self.buffer.len() - rest.len();
            match parsed {
                Ok(Some(event)) => {
                    if let Some(frame) = self.take(event)? {
                        return Ok(Some(frame));
                    }
                }
                Ok(None) | Err(EndOrError::NeedMoreData) => {
                    self.buffer.drain(..self.position);
                    self.position = 0;
                    if self.buffer.capacity() > KEPT_BYTES {
                        self.buffer.shrink_to(KEPT_BYTES);
                    }
                    return Ok(None);
                }
                Err(EndOrError::Error(error)) => return Err(wire_error(error)),
            }
        }
        Ok(None)
    }

    fn take(&mut self, event: RawEvent) -> Result<Option<Frame>, WireError> {
        let in_stanza = self.tag.is_some() || !self.open.is_empty();
        self.spent.bytes = self.spent.bytes.saturating_add(event.metrics().len());
        if let Place::Skipping(_) = self.place {
            return self.skip(event);
        }
        match event {
            RawEvent::XmlDeclaration(..) => {}
            RawEvent::ElementHeadOpen(metrics, name) => {
                if !in_stanza {
                    self.spent = Spent { bytes: metrics.len(), ..Spent::default() };
                }
                self.tag = Some(Tag { name, attributes: Vec::new(), overfull: false });
            }
            RawEvent::Attribute(_, name, value) => self.attribute(name, value),
            RawEvent::ElementHeadClose(_) => return self.finish_tag(),
            RawEvent::Text(_, text) if in_stanza => self.text(&text),
            RawEvent::Text(_, text) => {
                if !text.bytes().all(|byte| byte.is_ascii_whitespace()) {
                    return Err(WireError::Malformed);
                }
            }
            RawEvent::ElementFoot(_) => return Ok(self.finish_element()),
        }
        let attributes = self.tag.as_ref().map_or(0, |tag| tag.attributes.len());
        if self.spent.exceeds(&self.limits) || attributes > self.limits.attributes {
            self.overflow()?;
        }
        Ok(None)
    }

    fn attribute(&mut self, name: RawQName, value: String) {
        let Some(tag) = &mut self.tag else { return };
        let declares = matches!(&name, (Some(prefix), _) if prefix == "xmlns") || is_default_declaration(&name);
        if tag.overfull {
            // Without these the head could not be told from a stanza, nor to whom it belongs.
            let decisive = is_default_declaration(&name) && tag.name.0.is_none()
                || declares && tag.name.0.as_ref() == Some(&name.1)
                || name.0.is_none() && HEAD_ATTRIBUTES.iter().any(|kept| name.1 == *kept);
            let known = tag.attributes.iter().any(|(other, _)| *other == name);
            if !decisive || known || value.len() > HEAD_ATTRIBUTE_BYTES {
                return;
            }
        }
        tag.attributes.push((name, value));
    }

    /// The start tag is complete: the stream's header, or one more open element.
    fn finish_tag(&mut self) -> Result<Option<Frame>, WireError> {
        let Some(tag) = self.tag.take() else { return Err(WireError::Malformed) };
        let overfull = tag.overfull;
        let header = matches!(self.place, Place::Header);
        let depth = if header { 0 } else { self.open.len() + 1 };
        let element = self.resolve(tag, depth)?;
        if header {
            if self.spent.exceeds(&self.limits) || self.scope.bindings.len() > self.limits.declarations {
                return Err(WireError::TokenTooLarge);
            }
            return self.stream_open(&element).map(Some);
        }
        self.spent.count(&element);
        self.open.push(element);
        if overfull
            || self.spent.exceeds(&self.limits)
            || self.open.len() > self.limits.depth
            || self.scope.bindings.len() > self.limits.declarations
        {
            self.overflow()?;
        }
        Ok(None)
    }

    fn stream_open(&mut self, header: &Element) -> Result<Frame, WireError> {
        if !header.is("stream", ns::STREAM) || self.scope.resolve(None) != Some(ns::CLIENT) {
            return Err(WireError::NotAStream);
        }
        self.place = Place::Stream;
        let owned = |name| header.attribute(name).map(str::to_owned);
        Ok(Frame::StreamOpen(StreamOpen {
            from: owned("from"),
            id: owned("id"),
            version: owned("version"),
            lang: header
                .attributes
                .iter()
                .find(|(ns, name, _)| ns == rxml::XMLNS_XML && name == "lang")
                .map(|(_, _, value)| value.clone()),
        }))
    }

    fn text(&mut self, text: &str) {
        let Some(parent) = self.open.last_mut() else { return };
        // The parser cuts text at references, CDATA sections and its token limit; one text is one node.
        if let Some(Node::Text(before)) = parent.nodes.last_mut() {
            before.push_str(text);
        } else {
            parent.nodes.push(Node::Text(text.to_owned()));
            self.spent.nodes += 1;
            self.spent.memory = self.spent.memory.saturating_add(NODE_COST);
        }
        self.spent.memory = self.spent.memory.saturating_add(text.len());
    }

    /// An end tag while building: of the stream, of a stanza, or of something inside it.
    fn finish_element(&mut self) -> Option<Frame> {
        self.scope.leave(self.open.len());
        let Some(element) = self.open.pop() else {
            self.place = Place::Closed;
            self.buffer = Vec::new();
            self.position = 0;
            return Some(Frame::StreamClose);
        };
        if let Some(parent) = self.open.last_mut() {
            parent.nodes.push(Node::Element(element));
            return None;
        }
        self.rest();
        Some(Frame::Element(element))
    }

    /// Drops what was built of the stanza and goes on to its end; a header can't be skipped.
    fn overflow(&mut self) -> Result<(), WireError> {
        if matches!(self.place, Place::Header) {
            return Err(WireError::TokenTooLarge);
        }
        if self.open.is_empty() {
            if let Some(tag) = &mut self.tag {
                tag.overfull = true;
            }
            return Ok(());
        }
        let inner = self.tag.take().map(|tag| held(&tag.name));
        let open = self.open.iter().map(|element| element.name.len() + OPEN_COST).chain(inner).collect::<Vec<_>>();
        let head = self.open.drain(..).next().map(|head| Element { nodes: Vec::new(), ..head }).unwrap_or_default();
        self.scope.leave(1);
        self.place = Place::Skipping(Skipped { head, held: open.iter().sum(), open });
        Ok(())
    }

    fn skip(&mut self, event: RawEvent) -> Result<Option<Frame>, WireError> {
        let Place::Skipping(skipped) = &mut self.place else { return Ok(None) };
        match event {
            RawEvent::ElementHeadOpen(_, name) => {
                let bytes = held(&name);
                skipped.open.push(bytes);
                skipped.held += bytes;
                if skipped.held > self.limits.open_bytes {
                    return Err(WireError::TokenTooLarge);
                }
            }
            RawEvent::ElementFoot(_) => {
                skipped.held -= skipped.open.pop().unwrap_or_default();
                if skipped.open.is_empty() {
                    let head = std::mem::take(&mut skipped.head);
                    self.place = Place::Stream;
                    self.rest();
                    return Ok(Some(Frame::TooLarge { head }));
                }
            }
            RawEvent::XmlDeclaration(..)
            | RawEvent::Attribute(..)
            | RawEvent::ElementHeadClose(_)
            | RawEvent::Text(..) => {}
        }
        Ok(None)
    }

    /// Between two stanzas: gives memory back if the last one took much.
    fn rest(&mut self) {
        if self.spent.bytes > KEPT_BYTES {
            self.parser.release_temporaries();
        }
    }

    /// Gives the names of a start tag their namespaces.
    fn resolve(&mut self, tag: Tag, depth: usize) -> Result<Element, WireError> {
        let mut attributes = Vec::new();
        for (name, value) in tag.attributes {
            if is_default_declaration(&name) {
                self.scope.declare(depth, None, value)?;
            } else if name.0.as_ref().is_some_and(|prefix| prefix == "xmlns") {
                self.scope.declare(depth, Some(name.1.as_str()), value)?;
            } else {
                attributes.push((name, value));
            }
        }
        let prefix = tag.name.0.as_ref().map(|prefix| prefix.as_str());
        let ns = self.scope.resolve(prefix).ok_or(WireError::Malformed)?.to_owned();
        let mut element = Element { name: tag.name.1.as_str().to_owned(), ns, ..Element::default() };
        for ((prefix, name), value) in attributes {
            let ns = match prefix {
                Some(prefix) => self.scope.resolve(Some(prefix.as_str())).ok_or(WireError::Malformed)?,
                None => "",
            };
            if element.attributes.iter().any(|(other, n, _)| other == ns && name.as_str() == n) {
                return Err(WireError::Malformed);
            }
            element.attributes.push((ns.to_owned(), name.as_str().to_owned(), value));
        }
        Ok(element)
    }
}

impl Spent {
    fn count(&mut self, element: &Element) {
        self.nodes += 1;
        self.memory = self.memory.saturating_add(element.cost());
    }

    fn exceeds(&self, limits: &Limits) -> bool {
        self.bytes > limits.stanza_bytes || self.nodes > limits.nodes || self.memory > limits.memory
    }
}

/// The namespace declarations in force, innermost last.
#[derive(Default)]
struct Scope {
    bindings: Vec<Binding>,
}

struct Binding {
    /// The level of the element that declared it; the stream's header is 0.
    depth: usize,
    prefix: Option<String>,
    ns: String,
}

impl Scope {
    fn declare(&mut self, depth: usize, prefix: Option<&str>, ns: String) -> Result<(), WireError> {
        let mut same_tag = self.bindings.iter().rev().take_while(|binding| binding.depth == depth);
        if same_tag.any(|binding| binding.prefix.as_deref() == prefix) {
            return Err(WireError::Malformed);
        }
        self.bindings.push(Binding { depth, prefix: prefix.map(str::to_owned), ns });
        Ok(())
    }

    fn resolve(&self, prefix: Option<&str>) -> Option<&str> {
        if prefix == Some("xml") {
            return Some(rxml::XMLNS_XML);
        }
        let bound = self.bindings.iter().rev().find(|binding| binding.prefix.as_deref() == prefix);
        bound.map(|binding| binding.ns.as_str()).or(if prefix.is_none() { Some("") } else { None })
    }

    /// Forgets the declarations of this level and of all inside it.
    fn leave(&mut self, depth: usize) {
        while self.bindings.last().is_some_and(|binding| binding.depth >= depth) {
            self.bindings.pop();
        }
    }
}

fn is_default_declaration(name: &RawQName) -> bool {
    name.0.is_none() && name.1 == "xmlns"
}

fn held((prefix, name): &RawQName) -> usize {
    prefix.as_ref().map_or(0, |prefix| prefix.len() + 1) + name.len() + OPEN_COST
}

fn wire_error(error: rxml::Error) -> WireError {
    match error {
        // The only way rxml tells it; `a_token_above_the_limit_ends_the_stream` watches over the words.
        rxml::Error::RestrictedXml("long name or reference") => WireError::TokenTooLarge,
        _ => WireError::Malformed,
    }
}

#[cfg(test)]
mod tests;
