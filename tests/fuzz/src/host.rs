//! Hosts, as a zone, a server's `see-other-host` or a person names them: what is asked of DNS and of certificates is
//! ASCII, and read again it is the same.

use linnet_messenger::session::negotiate::{StreamError, StreamErrorCondition};
use linnet_messenger::wire::{Element, ns};
use linnet_runtime::fuzz::host;

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(ascii) = host(text) {
        assert!(ascii.is_ascii() && !ascii.is_empty(), "{text:?} → {ascii:?}");
        assert_eq!(host(&ascii).as_deref(), Some(ascii.as_str()), "{text:?}");
    }
    let elsewhere = Element::new("see-other-host", ns::STREAM_ERROR).text(text);
    let error = StreamError::parse(&Element::new("error", ns::STREAM).child(elsewhere)).expect("a stream error");
    assert_eq!(error.condition, StreamErrorCondition::SeeOtherHost);
    if let Some(other) = error.other_host {
        assert!(text.contains(&other.host), "{text:?} → {other:?}");
        assert_ne!(other.port, Some(0), "{text:?}");
        assert!(!other.host.chars().any(|letter| "/@?#% \n\0".contains(letter)), "{text:?} → {other:?}");
    }
}
