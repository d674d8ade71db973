//! Whatever a stranger writes, its spans are the text.

use linnet_messenger::message::styling::blocks;
use proptest::prelude::*;

proptest! {
    #[test]
    fn the_spans_are_the_text(body in "[a-c*_~` /:@.()\\PC]{0,60}", line in "(https?://|tel:|[ab *_~`.,)(]){0,30}") {
        // No start of a block: then every character is in a span.
        for body in [format!("x{body}"), format!("x{line}")] {
            let read = blocks(&body, false);
            prop_assert_eq!(read.len(), 1);
            let spans = &read[0].spans;
            prop_assert_eq!(spans.iter().map(|span| span.text.as_str()).collect::<String>(), body);
            prop_assert!(spans.iter().all(|span| !span.text.is_empty()));
            for link in spans.iter().filter_map(|span| span.link.as_ref()) {
                prop_assert!(["https://", "http://", "xmpp:", "mailto:", "tel:", "geo:"].iter().any(|scheme| link.to_ascii_lowercase().starts_with(scheme)));
            }
        }
    }

    #[test]
    fn no_line_is_lost(lines in prop::collection::vec("(> ?){0,3}(```)?[ab*]{1,4}", 1..12)) {
        let letters = |text: &str| text.chars().filter(|c| matches!(c, 'a' | 'b' | '*')).collect::<String>();
        // What follows the opening fence is ignored, so leave that out on both sides.
        let body: Vec<String> = lines.iter().map(|line| if line.contains("```") { "```".to_owned() } else { line.clone() }).collect();
        let body = body.join("\n");
        let read = blocks(&body, false);
        let texts: String = read.iter().flat_map(|block| &block.spans).map(|span| span.text.as_str()).collect();
        prop_assert_eq!(letters(&texts), letters(&body));
    }
}
