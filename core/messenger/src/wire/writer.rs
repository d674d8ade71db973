//! Elements → bytes of a stream whose default namespace is `jabber:client` and whose prefix `stream` is bound (RFC 6120
//! 4.8). Nothing recurses; whatever text comes in, the outcome is well-formed.
//!
//! Names of elements and attributes are taken as they are: they come from this crate's own code or out of the reader.

use super::{Element, Frame, Limits, Node, Reader, WireError, ns};

/// Ends our side of the stream.
pub const STREAM_CLOSE: &str = "</stream:stream>";

/// Opens our side of the stream. `from` names the account, so it is for encrypted streams only (RFC 6120 4.7.1).
pub fn stream_header(to: &str, from: Option<&str>, lang: &str) -> String {
    let mut out = String::from("<?xml version='1.0'?><stream:stream");
    for (name, value) in [("to", Some(to)), ("from", from), ("xml:lang", Some(lang))] {
        if let Some(value) = value {
            push_attribute(&mut out, name, value);
        }
    }
    for (name, value) in [("version", "1.0"), ("xmlns", ns::CLIENT), ("xmlns:stream", ns::STREAM)] {
        push_attribute(&mut out, name, value);
    }
    out.push('>');
    out
}

impl Element {
    /// The element as a child of a stream, for the wire and for the store.
    pub fn to_xml(&self) -> String {
        let mut out = String::new();
        let mut open = Vec::new();
        open.extend(open_tag(&mut out, self, ns::CLIENT));
        while let Some(Open { name, default_ns, nodes }) = open.last_mut() {
            match nodes.next() {
                Some(Node::Text(text)) => push_text(&mut out, text),
                Some(Node::Element(child)) => {
                    let child = open_tag(&mut out, child, default_ns);
                    open.extend(child);
                }
                None => {
                    out.extend(["</", name.0, name.1, ">"]);
                    open.pop();
                }
            }
        }
        out
    }

    /// Reads one element back that [`Element::to_xml`] wrote: exactly one, with nothing beside it.
    pub fn parse(xml: &str) -> Result<Self, WireError> {
        let mut reader = Reader::new(Limits::stored());
        reader.feed(stream_header("", None, "").as_bytes());
        reader.feed(xml.as_bytes());
        let (Some(Frame::StreamOpen(_)), Some(frame), None) =
            (reader.next_frame()?, reader.next_frame()?, reader.next_frame()?)
        else {
            return Err(WireError::Malformed);
        };
        reader.feed(STREAM_CLOSE.as_bytes());
        match (frame, reader.next_frame()?) {
            (Frame::Element(element), Some(Frame::StreamClose)) => Ok(element),
            (Frame::TooLarge { .. }, _) => Err(WireError::TokenTooLarge),
            _ => Err(WireError::Malformed),
        }
    }
}

/// An element whose end tag is still to be written.
struct Open<'a> {
    /// Prefix with colon, and local name.
    name: (&'static str, &'a str),
    /// What a child without prefix is in.
    default_ns: &'a str,
    nodes: std::slice::Iter<'a, Node>,
}

/// Writes the start tag; an element that is left open comes back.
fn open_tag<'a>(out: &mut String, element: &'a Element, parent_ns: &'a str) -> Option<Open<'a>> {
    let prefix = bound_prefix(&element.ns).unwrap_or_default();
    let default_ns = if prefix.is_empty() { element.ns.as_str() } else { parent_ns };
    out.extend(["<", prefix, &element.name]);
    if default_ns != parent_ns {
        push_attribute(out, "xmlns", default_ns);
    }
    let mut declared: Vec<&str> = Vec::new();
    for (ns, name, value) in &element.attributes {
        if ns.is_empty() {
            push_attribute(out, name, value);
        } else if let Some(prefix) = bound_prefix(ns) {
            push_attribute(out, &format!("{prefix}{name}"), value);
        } else {
            let number = declared.iter().position(|other| other == ns).unwrap_or_else(|| {
                push_attribute(out, &format!("xmlns:n{}", declared.len()), ns);
                declared.push(ns);
                declared.len() - 1
            });
            push_attribute(out, &format!("n{number}:{name}"), value);
        }
    }
    if element.nodes.is_empty() {
        out.push_str("/>");
        return None;
    }
    out.push('>');
    Some(Open { name: (prefix, &element.name), default_ns, nodes: element.nodes.iter() })
}

/// Namespaces that every stream has a prefix for. Old peers know a stream error by its prefix (RFC 6120 4.8.5), and XML
/// forbids to declare its own namespace as the default one.
fn bound_prefix(ns: &str) -> Option<&'static str> {
    match ns {
        ns::STREAM => Some("stream:"),
        rxml::XMLNS_XML => Some("xml:"),
        _ => None,
    }
}

fn push_attribute(out: &mut String, name: &str, value: &str) {
    out.extend([" ", name, "='"]);
    for c in value.chars() {
        match c {
            // Unescaped, the reader would turn them into blanks.
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\'' => out.push_str("&apos;"),
            _ => push_char(out, c),
        }
    }
    out.push('\'');
}

fn push_text(out: &mut String, text: &str) {
    for c in text.chars() {
        push_char(out, c);
    }
}

fn push_char(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        // Unescaped, the reader would turn it into a line feed.
        '\r' => out.push_str("&#13;"),
        '\t' | '\n' => out.push(c),
        // Not a character of XML 1.0 (2.2), not even as a reference.
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
        _ => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn attribute(mut element: Element, ns: &str, name: &str, value: &str) -> Element {
        element.attributes.push((ns.into(), name.into(), value.into()));
        element
    }

    #[test]
    fn stanzas_need_no_declaration() {
        let iq = Element::new("iq", ns::CLIENT)
            .with("type", "get")
            .child(Element::new("query", ns::ROSTER).child(Element::new("item", ns::ROSTER)));
        assert_eq!(iq.to_xml(), "<iq type='get'><query xmlns='jabber:iq:roster'><item/></query></iq>");
        assert_eq!(Element::new("a", ns::STREAM_MANAGEMENT).to_xml(), "<a xmlns='urn:xmpp:sm:3'/>");
    }

    #[test]
    fn a_stream_error_has_its_prefix() {
        let error = Element::new("error", ns::STREAM).child(Element::new("reset", ns::STREAM_ERROR));
        let xml = "<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>";
        assert_eq!(error.to_xml(), xml);
        assert_eq!(Element::parse(xml), Ok(error));
    }

    #[test]
    fn attributes_of_other_namespaces_are_declared() {
        let mut body = attribute(Element::new("body", ns::CLIENT).text("x"), rxml::XMLNS_XML, "lang", "de");
        body = attribute(body, "urn:a", "b", "1");
        body = attribute(body, "urn:a", "c", "2");
        body = attribute(body, "urn:d", "b", "3");
        let xml = "<body xml:lang='de' xmlns:n0='urn:a' n0:b='1' n0:c='2' xmlns:n1='urn:d' n1:b='3'>x</body>";
        assert_eq!(body.to_xml(), xml);
        assert_eq!(Element::parse(xml), Ok(body));
    }

    #[test]
    fn namespaces_come_back_as_they_were() {
        let child = |ns: &str| Element::new("c", ns).child(Element::new("d", ns::CLIENT)).child(Element::new("e", ""));
        let element = Element::new("a", ns::CLIENT)
            .child(child("urn:x"))
            .child(child(""))
            .child(child(ns::STREAM))
            .child(child(rxml::XMLNS_XML))
            .child(child(ns::CLIENT));
        assert_eq!(Element::parse(&element.to_xml()), Ok(element));
    }

    #[test]
    fn every_character_comes_back_or_is_replaced() {
        let all: String = (0..=0x2_ffff).filter_map(char::from_u32).collect();
        let nasty = format!("{all}]]>&amp;<![CDATA[\r\n\r\t  '\"");
        let forbidden = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
        let expected: String = nasty.chars().map(|c| if forbidden(c) { '\u{fffd}' } else { c }).collect();
        let back = Element::parse(&Element::new("a", ns::CLIENT).with("b", &nasty).text(&nasty).to_xml()).unwrap();
        assert_eq!(back.content(), expected);
        assert_eq!(back.attribute("b"), Some(expected.as_str()));
    }

    #[test]
    fn parse_takes_exactly_one_element() {
        for xml in [
            "",
            "text",
            "<a>",
            "<a/><b/>",
            "<a/>text",
            "<a/></stream:stream>",
            "</stream:stream><a/>",
            "</stream:stream>",
            "<a/><!-- c -->",
            "<a",
        ] {
            assert_eq!(Element::parse(xml), Err(WireError::Malformed), "{xml}");
        }
        assert_eq!(Element::parse(" <a/>\n"), Ok(Element::new("a", ns::CLIENT)));
        let deep = format!("{}{}", "<a>".repeat(65), "</a>".repeat(65));
        assert_eq!(Element::parse(&deep), Err(WireError::TokenTooLarge));
    }

    #[test]
    fn what_the_reader_took_can_be_stored() {
        let quotes = "<![CDATA['&>]]>".repeat(120_000);
        let children = "<x a='\"' b='&lt;'/>".repeat(60_000);
        for body in [quotes, children] {
            let mut reader = Reader::new(Limits::default());
            reader.feed(stream_header("", None, "").as_bytes());
            reader.feed(format!("<message>{body}</message>").as_bytes());
            reader.next_frame().unwrap();
            let Ok(Some(Frame::Element(element))) = reader.next_frame() else { panic!("above the limits") };
            assert_eq!(Element::parse(&element.to_xml()), Ok(element));
        }
    }

    #[test]
    fn the_header_is_escaped_and_read_back() {
        let mut reader = Reader::new(Limits::default());
        reader.feed(stream_header("b\u{fc}cher.example", Some("o'neill&co@example"), "de").as_bytes());
        let Ok(Some(Frame::StreamOpen(open))) = reader.next_frame() else { panic!("no header") };
        assert_eq!(open.from.as_deref(), Some("o'neill&co@example"));
        assert_eq!((open.version.as_deref(), open.lang.as_deref()), (Some("1.0"), Some("de")));
        assert!(!stream_header("a", None, "en").contains("from"));
    }
}
