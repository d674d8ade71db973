//! `<stream:error/>` (RFC 6120 4.9): the server ends the stream, in or after the negotiation. Each condition has its
//! own consequence, in one table.

use std::net::Ipv6Addr;

use jid::DomainPart;

use crate::view::item::WaitReason;
use crate::wire::{Element, ns};

use super::Verdict;

/// A stream error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamError {
    pub condition: StreamErrorCondition,
    /// Where `see-other-host` sends us.
    pub other_host: Option<OtherHost>,
    /// XEP-0198 6: our `h` counts more stanzas than the server sent. The session can't be resumed any more.
    pub handled_count_too_high: bool,
}

/// Another machine of the same server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherHost {
    pub host: String,
    pub port: Option<u16>,
}

/// What a stream error means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consequence {
    pub verdict: Verdict,
    /// The session may be resumed: nothing that we would send again broke the stream.
    pub resumable: bool,
    /// What the server offered still holds.
    pub offer_stands: bool,
    /// The next try comes no sooner, milliseconds.
    pub pause: u64,
}

/// Servers that limit rates end streams with `policy-violation`; coming back at once is another violation.
const PENANCE: u64 = 60_000;

macro_rules! conditions {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// The defined conditions (RFC 6120 4.9.3); what is not known counts as `UndefinedCondition`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum StreamErrorCondition { $($variant),* }

        impl StreamErrorCondition {
            fn named(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    _ => Self::UndefinedCondition,
                }
            }
        }
    };
}

conditions! {
    BadFormat "bad-format",
    BadNamespacePrefix "bad-namespace-prefix",
    Conflict "conflict",
    ConnectionTimeout "connection-timeout",
    HostGone "host-gone",
    HostUnknown "host-unknown",
    ImproperAddressing "improper-addressing",
    InternalServerError "internal-server-error",
    InvalidFrom "invalid-from",
    InvalidNamespace "invalid-namespace",
    InvalidXml "invalid-xml",
    NotAuthorized "not-authorized",
    NotWellFormed "not-well-formed",
    PolicyViolation "policy-violation",
    RemoteConnectionFailed "remote-connection-failed",
    Reset "reset",
    ResourceConstraint "resource-constraint",
    RestrictedXml "restricted-xml",
    SeeOtherHost "see-other-host",
    SystemShutdown "system-shutdown",
    UndefinedCondition "undefined-condition",
    UnsupportedEncoding "unsupported-encoding",
    UnsupportedFeature "unsupported-feature",
    UnsupportedStanzaType "unsupported-stanza-type",
    UnsupportedVersion "unsupported-version",
}

impl StreamError {
    /// Reads the element; `None` if it is another one.
    pub fn parse(element: &Element) -> Option<Self> {
        if !element.is("error", ns::STREAM) {
            return None;
        }
        let named = element.children().find(|child| child.ns == ns::STREAM_ERROR && child.name != "text");
        let condition =
            named.map_or(StreamErrorCondition::UndefinedCondition, |child| StreamErrorCondition::named(&child.name));
        let elsewhere = named.filter(|_| condition == StreamErrorCondition::SeeOtherHost);
        Some(Self {
            condition,
            other_host: elsewhere.and_then(|child| OtherHost::parse(&child.content())),
            handled_count_too_high: element.first("handled-count-too-high", ns::STREAM_MANAGEMENT).is_some(),
        })
    }

    /// Whether something that one of us sent may have caused it.
    pub fn blames_content(&self) -> bool {
        !self.consequence().resumable && self.condition != StreamErrorCondition::Conflict
    }

    /// What to do about it.
    pub fn consequence(&self) -> Consequence {
        use StreamErrorCondition as C;
        let waiting =
            |reason| Consequence { verdict: Verdict::Waiting(reason), resumable: true, offer_stands: true, pause: 0 };
        let ours = Consequence { resumable: false, ..waiting(WaitReason::ServerError) };
        if self.handled_count_too_high {
            return ours;
        }
        match self.condition {
            // Whoever took the name has the session, too.
            C::Conflict => Consequence { resumable: false, ..waiting(WaitReason::Lost) },
            C::ConnectionTimeout => waiting(WaitReason::Lost),
            C::HostGone | C::HostUnknown => waiting(WaitReason::ServerNotFound),
            C::ResourceConstraint | C::SystemShutdown => waiting(WaitReason::ServerBusy),
            // It comes back with other features.
            C::Reset => Consequence { offer_stands: false, ..waiting(WaitReason::ServerBusy) },
            C::SeeOtherHost => waiting(WaitReason::ServerBusy),
            C::PolicyViolation => Consequence { pause: PENANCE, ..ours },
            C::BadFormat
            | C::BadNamespacePrefix
            | C::ImproperAddressing
            | C::InternalServerError
            | C::InvalidFrom
            | C::InvalidNamespace
            | C::InvalidXml
            | C::NotAuthorized
            | C::NotWellFormed
            | C::RemoteConnectionFailed
            | C::RestrictedXml
            | C::UndefinedCondition
            | C::UnsupportedEncoding
            | C::UnsupportedFeature
            | C::UnsupportedStanzaType
            | C::UnsupportedVersion => ours,
        }
    }
}

impl OtherHost {
    /// RFC 6120 4.9.3.19: a host name or address, an IPv6 address in brackets, and perhaps a port.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, rest) = rest.split_once(']')?;
                address.parse::<Ipv6Addr>().ok()?;
                (address, rest.strip_prefix(':').or_else(|| rest.is_empty().then_some("")))
            }
            None => text.split_once(':').map_or((text, Some("")), |(host, port)| (host, Some(port))),
        };
        let port = match port? {
            "" => None,
            port if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(port.parse().ok().filter(|port| *port > 0)?),
            _ => return None,
        };
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'/' | b'@' | b'?' | b'#' | b'%');
        let host_is_one = !host.is_empty() && host.bytes().all(plain) && DomainPart::new(host).is_ok();
        let bracketed = host.contains(':');
        (bracketed || host_is_one).then(|| Self { host: host.to_owned(), port })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn parse(children: &str) -> Option<StreamError> {
        StreamError::parse(&Element::parse(&format!("<stream:error>{children}</stream:error>")).unwrap())
    }

    #[test]
    fn conditions_are_read() {
        for (xml, condition) in [
            ("<conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>", StreamErrorCondition::Conflict),
            (
                "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>bye</text><x xmlns='urn:x'/>\
                 <system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>",
                StreamErrorCondition::SystemShutdown,
            ),
            ("<news xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>", StreamErrorCondition::UndefinedCondition),
            ("<conflict/>", StreamErrorCondition::UndefinedCondition),
            ("", StreamErrorCondition::UndefinedCondition),
        ] {
            let error = StreamError { condition, other_host: None, handled_count_too_high: false };
            assert_eq!(parse(xml), Some(error), "{xml}");
        }
        assert_eq!(StreamError::parse(&Element::new("error", ns::CLIENT)), None);
    }

    #[test]
    fn too_high_a_count_is_told() {
        let error = parse(
            "<undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>\
             <handled-count-too-high xmlns='urn:xmpp:sm:3' h='10' send-count='8'/>",
        );
        let error = error.unwrap();
        assert!(error.handled_count_too_high && !error.consequence().resumable);
    }

    #[test]
    fn each_condition_has_its_consequence() {
        use StreamErrorCondition as C;
        use WaitReason as W;
        let waiting = Verdict::Waiting;
        // Condition, what the user sees, whether the session can be resumed, whether the offer stands, the least pause.
        for (condition, verdict, resumable, offer_stands, pause) in [
            (C::BadFormat, waiting(W::ServerError), false, true, 0),
            (C::BadNamespacePrefix, waiting(W::ServerError), false, true, 0),
            (C::Conflict, waiting(W::Lost), false, true, 0),
            (C::ConnectionTimeout, waiting(W::Lost), true, true, 0),
            (C::HostGone, waiting(W::ServerNotFound), true, true, 0),
            (C::HostUnknown, waiting(W::ServerNotFound), true, true, 0),
            (C::ImproperAddressing, waiting(W::ServerError), false, true, 0),
            (C::InternalServerError, waiting(W::ServerError), false, true, 0),
            (C::InvalidFrom, waiting(W::ServerError), false, true, 0),
            (C::InvalidNamespace, waiting(W::ServerError), false, true, 0),
            (C::InvalidXml, waiting(W::ServerError), false, true, 0),
            (C::NotAuthorized, waiting(W::ServerError), false, true, 0),
            (C::NotWellFormed, waiting(W::ServerError), false, true, 0),
            (C::PolicyViolation, waiting(W::ServerError), false, true, 60_000),
            (C::RemoteConnectionFailed, waiting(W::ServerError), false, true, 0),
            (C::Reset, waiting(W::ServerBusy), true, false, 0),
            (C::ResourceConstraint, waiting(W::ServerBusy), true, true, 0),
            (C::RestrictedXml, waiting(W::ServerError), false, true, 0),
            (C::SeeOtherHost, waiting(W::ServerBusy), true, true, 0),
            (C::SystemShutdown, waiting(W::ServerBusy), true, true, 0),
            (C::UndefinedCondition, waiting(W::ServerError), false, true, 0),
            (C::UnsupportedEncoding, waiting(W::ServerError), false, true, 0),
            (C::UnsupportedFeature, waiting(W::ServerError), false, true, 0),
            (C::UnsupportedStanzaType, waiting(W::ServerError), false, true, 0),
            (C::UnsupportedVersion, waiting(W::ServerError), false, true, 0),
        ] {
            let error = StreamError { condition, other_host: None, handled_count_too_high: false };
            let expected = Consequence { verdict, resumable, offer_stands, pause };
            assert_eq!(error.consequence(), expected, "{condition:?}");
        }
    }

    #[test]
    fn other_hosts_have_one_form() {
        let host = |text: &str| {
            let xml = format!("<see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>{text}</see-other-host>");
            parse(&xml).unwrap().other_host.map(|other| (other.host, other.port))
        };
        for (text, expected) in [
            ("node2.example.org", Some(("node2.example.org", None))),
            (" node2.example.org:5322 ", Some(("node2.example.org", Some(5322)))),
            ("192.0.2.7:5222", Some(("192.0.2.7", Some(5222)))),
            ("[2001:db8::7]:5222", Some(("2001:db8::7", Some(5222)))),
            ("[2001:db8::7]", Some(("2001:db8::7", None))),
            ("2001:db8::7", None),
            ("[example.org]:5222", None),
            ("[2001:db8::7]x", None),
            ("node2.example.org:0", None),
            ("node2.example.org:70000", None),
            ("node2.example.org:+5", None),
            ("https://node2.example.org", None),
            ("alice@example.org", None),
            ("a b", None),
            (":5222", None),
            ("", None),
        ] {
            let expected = expected.map(|(host, port): (&str, Option<u16>)| (host.to_owned(), port));
            assert_eq!(host(text), expected, "{text}");
        }
    }
}
