//! `<stream:features/>` (RFC 6120 4.3.2), read leniently: what is not known, or not whole, is not offered.
//!
//! What a server offers for a login over TLS is the same each time (XEP-0388 2.1), so it is kept as JSON: with it the next
//! login can begin before the server has said anything.
//!
//! Lists are sorted: servers shuffle them, and the choice is ours anyway.
//!
//! XEPs: 0352, 0386, 0388, 0440, 0478, 0484

use serde::{Deserialize, Serialize};

use crate::wire::{Element, ns};

/// What the server offers at this point of the stream.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Features {
    pub starttls: bool,
    /// SASL mechanisms (RFC 6120 6.4.1).
    pub mechanisms: Vec<String>,
    /// XEP-0440 channel-binding types; `None` if the server tells none.
    pub channel_bindings: Option<Vec<String>>,
    pub sasl2: Option<Sasl2>,
    pub bind: bool,
    /// RFC 3921's session request is asked for and not optional.
    pub session_required: bool,
    /// XEP-0198, `urn:xmpp:sm:3`.
    pub stream_management: bool,
    /// RFC 6121 2.6.
    pub roster_versioning: bool,
    /// XEP-0352.
    pub client_state: bool,
    pub limits: StreamLimits,
}

/// What can be done with the login (XEP-0388).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sasl2 {
    pub mechanisms: Vec<String>,
    /// Mechanisms for tokens (XEP-0484).
    pub fast: Vec<String>,
    /// XEP-0198 resumption.
    pub resumption: bool,
    /// XEP-0386: what can be switched on with the binding; `None` if binding is not offered.
    pub bind: Option<Vec<String>>,
}

impl Sasl2 {
    /// Whether this can be switched on with the binding.
    pub fn binds_with(&self, feature: &str) -> bool {
        self.bind.iter().flatten().any(|offered| offered == feature)
    }
}

/// XEP-0478.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamLimits {
    /// The largest child of the stream that the server takes.
    pub max_bytes: Option<u32>,
    /// After so long a silence of ours the server may end the stream.
    pub idle_seconds: Option<u32>,
}

/// No server may take less (RFC 6120 13.12).
const SMALLEST_LIMIT: usize = 10_000;

impl StreamLimits {
    /// The most bytes that a stanza of ours may have.
    pub fn largest_stanza(self) -> Option<usize> {
        Some(usize::try_from(self.max_bytes?).unwrap_or(usize::MAX).max(SMALLEST_LIMIT))
    }
}

impl Features {
    /// Reads the element.
    pub fn parse(features: &Element) -> Self {
        let has = |name, ns| features.first(name, ns).is_some();
        let bindings = features.first("sasl-channel-binding", ns::SASL_CHANNEL_BINDING).map(|list| {
            let types = list.children().filter(|child| child.is("channel-binding", ns::SASL_CHANNEL_BINDING));
            sorted(types.filter_map(|child| child.attribute("type")))
        });
        let session = features.first("session", ns::SESSION);
        let limit = |name| {
            let limits = features.first("limits", ns::STREAM_LIMITS)?;
            limits.first(name, ns::STREAM_LIMITS)?.content().trim().parse().ok()
        };
        Self {
            starttls: has("starttls", ns::TLS),
            mechanisms: features
                .first("mechanisms", ns::SASL)
                .map(|list| mechanisms(list, ns::SASL))
                .unwrap_or_default(),
            channel_bindings: bindings,
            sasl2: features.first("authentication", ns::SASL2).map(Sasl2::parse),
            bind: has("bind", ns::BIND),
            session_required: session.is_some_and(|session| session.first("optional", ns::SESSION).is_none()),
            stream_management: has("sm", ns::STREAM_MANAGEMENT),
            roster_versioning: has("ver", ns::ROSTER_VERSIONING),
            client_state: has("csi", ns::CLIENT_STATE),
            limits: StreamLimits { max_bytes: limit("max-bytes"), idle_seconds: limit("idle-seconds") },
        }
    }
}

impl Sasl2 {
    fn parse(authentication: &Element) -> Self {
        let inline = authentication.first("inline", ns::SASL2);
        let first = |name, ns| inline.and_then(|inline| inline.first(name, ns));
        let bind = first("bind", ns::BIND2).map(|bind| {
            let features = bind.first("inline", ns::BIND2).into_iter().flat_map(Element::children);
            let features = features.filter(|child| child.is("feature", ns::BIND2));
            sorted(features.filter_map(|child| child.attribute("var")))
        });
        Self {
            mechanisms: mechanisms(authentication, ns::SASL2),
            fast: first("fast", ns::FAST).map(|fast| mechanisms(fast, ns::FAST)).unwrap_or_default(),
            resumption: first("sm", ns::STREAM_MANAGEMENT).is_some(),
            bind,
        }
    }
}

fn mechanisms(list: &Element, ns: &str) -> Vec<String> {
    let names: Vec<String> = list.children().filter(|child| child.is("mechanism", ns)).map(Element::content).collect();
    sorted(names.iter().map(|name| name.trim()))
}

fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort_unstable();
    names
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
            mechanisms: vec!["PLAIN".into(), "SCRAM-SHA-1".into()],
            channel_bindings: Some(vec!["tls-exporter".into()]),
            sasl2: Some(Sasl2 { mechanisms: vec!["PLAIN".into()], ..Sasl2::default() }),
            ..Features::default()
        };
        assert_eq!(features, expected);
    }

    #[test]
    fn what_goes_with_the_login() {
        // As Prosody 13 sends it.
        let features = parse(
            "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>SCRAM-SHA-1</mechanism><inline>\
             <sm xmlns='urn:xmpp:sm:3'/><bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:carbons:2'/>\
             <feature/><feature var='urn:xmpp:sm:3'/></inline></bind><fast xmlns='urn:xmpp:fast:0'>\
             <mechanism>HT-SHA-256-EXPR</mechanism><x/></fast></inline></authentication>\
             <limits xmlns='urn:xmpp:stream-limits:0'><max-bytes> 10000 </max-bytes><idle-seconds>soon</idle-seconds>\
             </limits>",
        );
        let sasl2 = features.sasl2.clone().unwrap();
        assert_eq!((&sasl2.mechanisms[..], sasl2.resumption), (&["SCRAM-SHA-1".to_owned()][..], true));
        assert_eq!(sasl2.fast, ["HT-SHA-256-EXPR"]);
        assert!(sasl2.binds_with(ns::CARBONS) && sasl2.binds_with(ns::STREAM_MANAGEMENT));
        assert!(!sasl2.binds_with(ns::CLIENT_STATE));
        assert_eq!(features.limits, StreamLimits { max_bytes: Some(10_000), idle_seconds: None });
        let json = serde_json::to_string(&features).unwrap();
        assert_eq!(serde_json::from_str::<Features>(&json).unwrap(), features);
        let older: Features = serde_json::from_str("{\"bind\":true,\"unknown\":1}").unwrap();
        assert_eq!(older, Features { bind: true, ..Features::default() });
    }

    #[test]
    fn after_login() {
        let bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
        let features = parse(&format!(
            "{bind}<session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session><sm \
             xmlns='urn:xmpp:sm:3'/><sm xmlns='urn:xmpp:sm:2'/><ver xmlns='urn:xmpp:features:rosterver'/>\
             <csi xmlns='urn:xmpp:csi:0'/>"
        ));
        let expected = Features {
            bind: true,
            stream_management: true,
            roster_versioning: true,
            client_state: true,
            ..Features::default()
        };
        assert_eq!(features, expected);
        let features = parse(&format!("{bind}<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>"));
        assert!(features.session_required);
        let features = parse("<sm xmlns='urn:xmpp:sm:2'/><bind/>");
        assert_eq!(features, Features::default());
    }
}
