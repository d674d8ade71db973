//! A login with all that goes with it in one message (XEP-0388, 0386, 0484), as Prosody 13 takes it: offered to who
//! says in the header who he is; tokens are kept by client and mechanism, one may be tried a stream, the older ones die
//! when a newer one is used.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use jid::BareJid;
use linnet_messenger::wire::{Element, ns};
use sha2::Sha256;

use super::login::Stage;
use super::scram::Lie;
use super::{DOMAIN, FakeServer, LinkId};

/// Less than any bytes need for the way to a client and back.
const AT_ONCE: i64 = 30;

/// A token somebody has.
#[derive(Debug, Clone)]
pub struct Granted {
    secret: String,
    mechanism: String,
    used: bool,
}

impl FakeServer {
    /// The feature.
    pub(super) fn authentication(&self) -> Element {
        let mut authentication = Element::new("authentication", ns::SASL2);
        for mechanism in &self.switches.mechanisms {
            authentication = authentication.child(Element::new("mechanism", ns::SASL2).text(mechanism.name()));
        }
        let feature = |var| Element::new("feature", ns::BIND2).with("var", var);
        let mut with_bind = Element::new("inline", ns::BIND2);
        let mut inline = Element::new("inline", ns::SASL2);
        if self.switches.stream_management {
            with_bind = with_bind.child(feature(ns::STREAM_MANAGEMENT));
            inline = inline.child(Element::new("sm", ns::STREAM_MANAGEMENT));
        }
        for (there, var) in [(self.switches.carbons, ns::CARBONS), (self.switches.client_state, ns::CLIENT_STATE)] {
            if there {
                with_bind = with_bind.child(feature(var));
            }
        }
        inline = inline.child(Element::new("bind", ns::BIND2).child(with_bind));
        if !self.switches.fast.is_empty() {
            let mechanisms = self.switches.fast.iter().map(|name| Element::new("mechanism", ns::FAST).text(*name));
            inline = inline.child(mechanisms.fold(Element::new("fast", ns::FAST), Element::child));
        }
        authentication.child(inline)
    }

    pub(super) fn authenticate(&mut self, link: LinkId, request: Element) {
        let Some(state) = self.links.get_mut(&link) else { return };
        state.stage = Stage::Anonymous;
        let with_header = self.now - state.opened < AT_ONCE;
        self.counts.flights += u32::from(with_header);
        if with_header && self.switches.flight_ignored {
            return;
        }
        if !self.switches.sasl2 || with_header && self.switches.flight_breaks {
            if !with_header {
                self.complain("SASL2 although it was not offered");
            }
            return self.end_stream(link, "unsupported-stanza-type");
        }
        let agent = request.first("user-agent", ns::SASL2).and_then(|agent| agent.attribute("id"));
        if agent.is_none_or(|id| id.len() != 36 || id.as_bytes()[14] != b'4') {
            self.complain("a login without the id of its client");
        }
        let initial = request.first("initial-response", ns::SASL2).and_then(|r| STANDARD.decode(r.content()).ok());
        let mechanism = request.attribute("mechanism").unwrap_or_default().to_owned();
        if mechanism.starts_with("HT-") {
            self.by_token(link, &mechanism, &initial.unwrap_or_default(), &request);
        } else {
            self.begin_scram(link, Some(&mechanism), initial, Some(request));
        }
    }

    fn by_token(&mut self, link: LinkId, mechanism: &str, initial: &[u8], request: &Element) {
        let Some(state) = self.links.get_mut(&link) else { return };
        if std::mem::replace(&mut state.token_tried, true) {
            self.complain("a second token on one stream");
            let failure = Element::new("failure", ns::SASL2).child(Element::new("malformed-request", ns::SASL2));
            return self.write_element(link, &failure);
        }
        let bindings = state.bindings.clone();
        let count = request.first("fast", ns::FAST).and_then(|fast| fast.attribute("count"));
        if count.and_then(|count| count.parse::<u32>().ok()).is_none_or(|count| count == 0) {
            self.complain("a token without <fast/>, or without its count");
        }
        let data = |kind| bindings.iter().find(|(name, _)| *name == kind).map(|(_, data)| data.clone());
        let channel = match mechanism {
            "HT-SHA-256-EXPR" => data("tls-exporter"),
            "HT-SHA-256-ENDP" => data("tls-server-end-point"),
            "HT-SHA-256-NONE" => Some(Vec::new()),
            _ => None,
        };
        let (Some(channel), Some(end)) = (channel, initial.iter().position(|byte| *byte == 0)) else {
            self.complain(format!("a login by {mechanism} that can't be read"));
            return self.refuse_login(link, "malformed-request", true);
        };
        let (user, proof) = (String::from_utf8_lossy(&initial[..end]).into_owned(), &initial[end + 1..]);
        let Ok(jid) = BareJid::new(&format!("{user}@{DOMAIN}")) else {
            return self.refuse_login(link, "not-authorized", true);
        };
        let mac = |secret: &str, role: &[u8]| {
            let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
            let mac = mac.expect("invariant: HMAC takes keys of any length").chain_update(role).chain_update(&channel);
            mac.finalize().into_bytes().to_vec()
        };
        let key = (jid.clone(), client(request));
        let granted = self.tokens.get_mut(&key).and_then(|tokens| {
            let right = |token: &Granted| token.mechanism == mechanism && mac(&token.secret, b"Initiator") == proof;
            let at = tokens.iter().position(right)?;
            tokens.drain(..at);
            let token = tokens.first_mut()?;
            token.used = true;
            Some(token.clone())
        });
        let Some(granted) = granted else { return self.refuse_login(link, "not-authorized", true) };
        if let Some(condition) = self.accounts.get(&jid).and_then(|account| account.refused) {
            return self.refuse_login(link, condition, true);
        }
        self.counts.token_logins += 1;
        let fast = request.first("fast", ns::FAST);
        if fast.and_then(|fast| fast.attribute("invalidate")).is_some_and(|wish| matches!(wish, "1" | "true")) {
            self.tokens.remove(&key);
        }
        let secret = if self.lie == Some(Lie::Signature) { "a guess" } else { &granted.secret };
        let answer = mac(secret, b"Responder");
        let rotated = self.switches.rotates_tokens.then_some(mechanism);
        self.welcome(link, &jid, request, &answer, rotated);
    }

    /// The client is who it says: does what it asked for.
    pub(super) fn welcome(
        &mut self,
        link: LinkId,
        jid: &BareJid,
        request: &Element,
        data: &[u8],
        rotated: Option<&str>,
    ) {
        let mut success = Element::new("success", ns::SASL2);
        if !data.is_empty() {
            success = success.child(Element::new("additional-data", ns::SASL2).text(STANDARD.encode(data)));
        }
        let wanted = request.first("request-token", ns::FAST).and_then(|wanted| wanted.attribute("mechanism"));
        if let Some(mechanism) = wanted.or(rotated) {
            if !self.switches.fast.contains(&mechanism) {
                self.complain(format!("a token for {mechanism}, which was not offered"));
            }
            let secret = self.seed.uuid();
            let tokens = self.tokens.entry((jid.clone(), client(request))).or_default();
            tokens.retain(|token| token.used);
            tokens.push(Granted { secret: secret.clone(), mechanism: mechanism.to_owned(), used: false });
            success = success
                .child(Element::new("token", ns::FAST).with("token", secret).with("expiry", "2036-01-01T00:00:00Z"));
        }
        let identifier = |jid: &str| Element::new("authorization-identifier", ns::SASL2).text(jid);
        let resume = request.first("resume", ns::STREAM_MANAGEMENT).filter(|_| self.switches.stream_management);
        if let Some(resume) = resume {
            match self.resume(link, jid, resume) {
                Some(Ok((resumed, again))) => {
                    let full = self.session_on(link).and_then(|id| self.sessions.get(&id)).map(|s| s.jid.to_string());
                    let success = success.child(identifier(&full.unwrap_or_default())).child(resumed);
                    self.write_element(link, &success);
                    again.iter().for_each(|text| self.write(link, text));
                    if self.switches.features_after_resumption {
                        self.write_element(link, &self.session_features());
                    }
                    return;
                }
                Some(Err(failed)) => success = success.child(failed),
                None => return,
            }
        }
        let Some(bind) = request.first("bind", ns::BIND2) else {
            self.stage(link, Stage::Ready(jid.clone()));
            self.write_element(link, &success.child(identifier(jid.as_str())));
            return self.write_element(link, &self.session_features());
        };
        let tag = bind.first("tag", ns::BIND2).map(Element::content).unwrap_or_default();
        let resource = format!("{tag}.{}", client(request).chars().take(8).collect::<String>());
        let Ok(full) = jid.with_resource_str(&resource) else {
            self.complain(format!("a tag that can't be in a resource: {tag}"));
            return self.end_stream(link, "not-authorized");
        };
        let session = self.take_place(link, &full);
        let mut bound = Element::new("bound", ns::BIND2);
        if let Some(enable) = bind.first("enable", ns::STREAM_MANAGEMENT) {
            bound = bound.child(self.enable_management(session, enable));
        }
        if let Some(state) = self.sessions.get_mut(&session) {
            state.carbons = bind.first("enable", ns::CARBONS).is_some();
            state.active = bind.first("inactive", ns::CLIENT_STATE).is_none();
        }
        self.write_element(link, &success.child(identifier(full.as_str())).child(bound));
        self.write_element(link, &self.session_features());
    }

    /// Whether somebody could sign in by a token.
    pub fn has_token(&self, jid: &BareJid) -> bool {
        self.tokens.iter().any(|((owner, _), tokens)| owner == jid && !tokens.is_empty())
    }

    /// An administrator takes an account's tokens away.
    pub fn revoke_tokens(&mut self, jid: &BareJid) {
        self.tokens.retain(|(owner, _), _| owner != jid);
    }

    /// Whether the newest session of an account is taken for active (XEP-0352).
    pub fn is_active(&self, jid: &BareJid) -> Option<bool> {
        self.sessions.values().rfind(|session| session.jid.to_bare() == *jid).map(|session| session.active)
    }
}

fn client(request: &Element) -> String {
    let agent = request.first("user-agent", ns::SASL2).and_then(|agent| agent.attribute("id"));
    agent.unwrap_or_default().to_owned()
}
