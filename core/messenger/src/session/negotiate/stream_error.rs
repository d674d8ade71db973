//! `<stream:error/>` (RFC 6120 4.9): the server ends the stream, in or after the negotiation.

use crate::view::item::{LoginFailure, WaitReason};
use crate::wire::{Element, ns};

use super::Verdict;

/// A stream error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamError {
    pub condition: StreamErrorCondition,
    /// XEP-0198 6: our `h` counts more stanzas than the server sent. The session can't be resumed any more.
    pub handled_count_too_high: bool,
}

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
        Some(Self {
            condition: named
                .map_or(StreamErrorCondition::UndefinedCondition, |child| StreamErrorCondition::named(&child.name)),
            handled_count_too_high: element.first("handled-count-too-high", ns::STREAM_MANAGEMENT).is_some(),
        })
    }

    /// What to do about it. Only a conflict needs the user: two devices of one name would throw each other out for ever.
    pub fn verdict(self) -> Verdict {
        match self.condition {
            StreamErrorCondition::Conflict => Verdict::Failed(LoginFailure::Replaced),
            StreamErrorCondition::SystemShutdown
            | StreamErrorCondition::ResourceConstraint
            | StreamErrorCondition::Reset => Verdict::Waiting(WaitReason::ServerBusy),
            StreamErrorCondition::ConnectionTimeout => Verdict::Waiting(WaitReason::Lost),
            _ => Verdict::Waiting(WaitReason::ServerError),
        }
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
            let error = StreamError { condition, handled_count_too_high: false };
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
        assert!(error.unwrap().handled_count_too_high);
    }
}
