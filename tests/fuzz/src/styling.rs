//! Styled text (XEP-0393): nothing of a line is lost, nothing is styled in a text that says it is not, links open nothing
//! unexpected; in portions it is the same text, each of them bounded.

use linnet_messenger::message::portion::{self, Place};
use linnet_messenger::message::styling;
use linnet_messenger::view::item::TextSpan;

const SCHEMES: [&str; 6] = ["https:", "http:", "xmpp:", "mailto:", "tel:", "geo:"];

pub fn run(data: &[u8]) {
    let Ok(body) = std::str::from_utf8(data) else { return };
    for unstyled in [false, true] {
        let styled = styling::read(body, unstyled);
        let spans: Vec<&TextSpan> = styled.blocks.iter().flat_map(|block| &block.spans).collect();
        let shown: usize = spans.iter().map(|span| span.text.len()).sum();
        assert!(shown <= body.len(), "{shown} bytes of {}", body.len());
        for span in spans {
            assert!(!span.text.is_empty(), "an empty span");
            assert!(body.contains(&span.text) || span.text.contains('\n'), "{:?} was not said", span.text);
            if let Some(link) = &span.link {
                let scheme = link.to_ascii_lowercase();
                assert!(SCHEMES.iter().any(|known| scheme.starts_with(known)), "{link}");
            }
            assert!(
                !(unstyled && (span.strong || span.emphasis || span.strike || span.code)),
                "styled against its word"
            );
        }
    }
    let mut portions = String::new();
    let mut place = Some(Place::default());
    while let Some(from) = place {
        assert_eq!(Place::of(from.number()), from);
        let portion = portion::read(body, false, true, from).expect("a place that was named is one");
        let spans: usize = portion.blocks.iter().map(|block| block.spans.len()).sum();
        assert!(portion.blocks.len() <= portion::MOST_LINES && spans <= portion::MOST_SPANS);
        assert!(!portion.body.is_empty() || body.is_empty(), "it goes on");
        portions.push_str(portion.body);
        place = portion.next;
    }
    assert_eq!(portions, body);
}
