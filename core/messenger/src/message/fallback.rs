//! Text that was only written for clients without some feature: taken out of the body if we have the feature.
//!
//! What stands for a feature that we lack stays: it is all the reader gets. Ranges count code points (XEP-0426); one that
//! makes no sense takes nothing away.
//!
//! XEPs: 0426, 0428

use crate::wire::{Element, ns};

/// What needs no words here.
const UNDERSTOOD: [&str; 4] = [ns::RECEIPTS, ns::MARKERS, ns::CHAT_STATES, ns::CORRECTION];

/// The text for people; `None` if there is none.
pub fn body(message: &Element) -> Option<String> {
    let whole = message.first("body", ns::CLIENT)?.content();
    let mut ranges = Vec::new();
    for fallback in message.children().filter(|child| child.is("fallback", ns::FALLBACK)) {
        if !fallback.attribute("for").is_some_and(|feature| UNDERSTOOD.contains(&feature)) {
            continue;
        }
        let mut bodies = fallback.children().filter(|child| child.is("body", ns::FALLBACK)).peekable();
        // Neither body nor subject named: all of both (XEP-0428 3).
        if bodies.peek().is_none() && fallback.first("subject", ns::FALLBACK).is_none() {
            return None;
        }
        for part in bodies {
            let bound = |name: &str| part.attribute(name).map(str::parse::<usize>).transpose();
            match (bound("start"), bound("end")) {
                (Ok(start), Ok(end)) => ranges.push(start.unwrap_or(0)..end.unwrap_or(usize::MAX)),
                _ => continue,
            }
        }
    }
    // Merged, so that a body with thousands of ranges is still read once.
    ranges.sort_unstable_by_key(|range| range.start);
    let mut covered = 0..0;
    let mut ranges = ranges.into_iter().peekable();
    let mut rest = String::with_capacity(whole.len());
    for (at, c) in whole.chars().enumerate() {
        while let Some(range) = ranges.next_if(|range| range.start <= at) {
            covered.end = covered.end.max(range.end);
        }
        if at >= covered.end {
            rest.push(c);
        }
    }
    (!rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(inside: &str) -> Option<String> {
        body(&Element::parse(&format!("<message xmlns='jabber:client'>{inside}</message>")).unwrap())
    }

    #[test]
    fn what_stands_for_a_known_feature_is_taken_out() {
        let fallback = |feature: &str, inside: &str| {
            read(&format!(
                "<body>> quö😀te\nanswer</body><fallback xmlns='urn:xmpp:fallback:0' for='{feature}'>{inside}</fallback>"
            ))
        };
        let whole = Some("> quö😀te\nanswer".to_owned());
        assert_eq!(fallback(ns::CORRECTION, "<body start='0' end='9'/>").as_deref(), Some("answer"));
        assert_eq!(fallback(ns::RECEIPTS, "<body/>"), None);
        assert_eq!(fallback(ns::RECEIPTS, ""), None);
        assert_eq!(fallback(ns::RECEIPTS, "<subject/>"), whole);
        assert_eq!(fallback("urn:xmpp:reply:0", "<body/>"), whole, "not known here: it is all the reader gets");
        for senseless in ["<body start='9' end='3'/>", "<body start='-1' end='3'/>", "<body start='99' end='100'/>"] {
            assert_eq!(fallback(ns::CORRECTION, senseless), whole, "{senseless}");
        }
        let two = "<body start='4' end='6'/><body start='0' end='5'/>";
        assert_eq!(fallback(ns::CORRECTION, two).as_deref(), Some("te\nanswer"));
    }

    #[test]
    fn no_text_is_none() {
        assert_eq!(read(""), None);
        assert_eq!(read("<body/>"), None);
        assert_eq!(read("<body>hi</body>").as_deref(), Some("hi"));
    }
}
