//! XML namespaces.

pub const CLIENT: &str = "jabber:client";
pub const STREAM: &str = "http://etherx.jabber.org/streams";
pub const STREAM_ERROR: &str = "urn:ietf:params:xml:ns:xmpp-streams";
pub const STANZA_ERROR: &str = "urn:ietf:params:xml:ns:xmpp-stanzas";
pub const TLS: &str = "urn:ietf:params:xml:ns:xmpp-tls";
pub const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
pub const SASL_CHANNEL_BINDING: &str = "urn:xmpp:sasl-cb:0";
pub const BIND: &str = "urn:ietf:params:xml:ns:xmpp-bind";
pub const SESSION: &str = "urn:ietf:params:xml:ns:xmpp-session";
pub const STREAM_MANAGEMENT: &str = "urn:xmpp:sm:3";
pub const ROSTER: &str = "jabber:iq:roster";
pub const ROSTER_VERSIONING: &str = "urn:xmpp:features:rosterver";
pub const PING: &str = "urn:xmpp:ping";
pub const DISCO_INFO: &str = "http://jabber.org/protocol/disco#info";
pub const MAM: &str = "urn:xmpp:mam:2";
pub const RSM: &str = "http://jabber.org/protocol/rsm";
pub const DATA_FORM: &str = "jabber:x:data";
pub const FORWARD: &str = "urn:xmpp:forward:0";
pub const DELAY: &str = "urn:xmpp:delay";
pub const STANZA_ID: &str = "urn:xmpp:sid:0";
pub const CARBONS: &str = "urn:xmpp:carbons:2";
pub const TIME: &str = "urn:xmpp:time";
