//! `<stream:features/>` (RFC 6120 4.3.2), read leniently: what is not known, or not whole, is not offered.

use crate::wire::{Element, ns};

/// What the server offers at this point of the stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Features {
    pub starttls: bool,
    /// SASL mechanisms (RFC 6120 6.4.1), in the server's order.
    pub mechanisms: Vec<String>,
    /// XEP-0440 channel-binding types; `None` if the server tells none.
    pub channel_bindings: Option<Vec<String>>,
    pub bind: bool,
    /// RFC 3921's session request is asked for and not optional.
    pub session_required: bool,
    /// XEP-0198, `urn:xmpp:sm:3`.
    pub stream_management: bool,
    /// RFC 6121 2.6.
    pub roster_versioning: bool,
}

impl Features {
    /// Reads the element.
    pub fn parse(features: &Element) -> Self {
        let has = |name, ns| features.first(name, ns).is_some();
        let mechanisms = features.first("mechanisms", ns::SASL).into_iter().flat_map(Element::children);
        let bindings = features.first("sasl-channel-binding", ns::SASL_CHANNEL_BINDING).map(|list| {
            let types = list.children().filter(|child| child.is("channel-binding", ns::SASL_CHANNEL_BINDING));
            types.filter_map(|child| child.attribute("type")).map(str::to_owned).collect()
        });
        let session = features.first("session", ns::SESSION);
        Self {
            starttls: has("starttls", ns::TLS),
            mechanisms: mechanisms
                .filter(|child| child.is("mechanism", ns::SASL))
                .map(|child| child.content().trim().to_owned())
                .collect(),
            channel_bindings: bindings,
            bind: has("bind", ns::BIND),
            session_required: session.is_some_and(|session| session.first("optional", ns::SESSION).is_none()),
            stream_management: has("sm", ns::STREAM_MANAGEMENT),
            roster_versioning: has("ver", ns::ROSTER_VERSIONING),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn parse(children: &str) -> Features {
        Features::parse(&Element::parse(&format!("<stream:features>{children}</stream:features>")).unwrap())
    }

    #[test]
    fn before_login() {
        let features = parse(
            "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls><mechanisms \
             xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism> SCRAM-SHA-1\n</mechanism><x/>\
             <mechanism>PLAIN</mechanism></mechanisms><sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>\
             <channel-binding type='tls-exporter'/><channel-binding/></sasl-channel-binding>\
             <authentication xmlns='urn:xmpp:sasl:2'><mechanism>PLAIN</mechanism></authentication>",
        );
        let expected = Features {
            starttls: true,
            mechanisms: vec!["SCRAM-SHA-1".into(), "PLAIN".into()],
            channel_bindings: Some(vec!["tls-exporter".into()]),
            ..Features::default()
        };
        assert_eq!(features, expected);
    }

    #[test]
    fn after_login() {
        let bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
        let features = parse(&format!(
            "{bind}<session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session><sm \
             xmlns='urn:xmpp:sm:3'/><sm xmlns='urn:xmpp:sm:2'/><ver xmlns='urn:xmpp:features:rosterver'/>"
        ));
        let expected = Features { bind: true, stream_management: true, roster_versioning: true, ..Features::default() };
        assert_eq!(features, expected);
        let features = parse(&format!("{bind}<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>"));
        assert!(features.session_required);
        let features = parse("<sm xmlns='urn:xmpp:sm:2'/><bind/>");
        assert_eq!(features, Features::default());
    }
}
