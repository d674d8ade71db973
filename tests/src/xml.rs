//! The harness' own XML writer. The server under the scenarios must not share the messenger's: a forgotten escape would
//! look right to both.

use linnet_messenger::wire::{Element, Node, ns};

/// An element as a child of a client stream whose default namespace is `jabber:client` and which binds `stream`.
pub fn write(element: &Element) -> String {
    let mut text = String::new();
    write_in(element, ns::CLIENT, &mut text);
    text
}

fn write_in(element: &Element, default: &str, text: &mut String) {
    // Servers write the stream's own elements with the prefix of the header.
    let prefixed = element.ns == ns::STREAM;
    let name = if prefixed { format!("stream:{}", element.name) } else { element.name.clone() };
    text.push('<');
    text.push_str(&name);
    let inner = if prefixed { default } else { element.ns.as_str() };
    if !prefixed && element.ns != default {
        text.push_str(&format!(" xmlns='{}'", escape(&element.ns)));
    }
    for (at, (namespace, name, value)) in element.attributes.iter().enumerate() {
        match namespace.as_str() {
            "" => text.push_str(&format!(" {name}='{}'", escape(value))),
            "http://www.w3.org/XML/1998/namespace" => text.push_str(&format!(" xml:{name}='{}'", escape(value))),
            other => text.push_str(&format!(" xmlns:a{at}='{}' a{at}:{name}='{}'", escape(other), escape(value))),
        }
    }
    if element.nodes.is_empty() {
        text.push_str("/>");
        return;
    }
    text.push('>');
    for node in &element.nodes {
        match node {
            Node::Element(child) => write_in(child, inner, text),
            Node::Text(content) => text.push_str(&escape(content)),
        }
    }
    text.push_str(&format!("</{name}>"));
}

/// Text that is safe between tags and inside either kind of quotes.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\'' => safe.push_str("&apos;"),
            '"' => safe.push_str("&quot;"),
            // A bare carriage return would be read as a line feed, tabs in attributes as spaces.
            '\r' | '\n' | '\t' => safe.push_str(&format!("&#{};", u32::from(character))),
            _ => safe.push(character),
        }
    }
    safe
}
