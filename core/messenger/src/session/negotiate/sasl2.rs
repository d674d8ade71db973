//! What goes with a login in SASL2 and comes back with its success: resumption, binding, what is switched on with it,
//! and tokens.
//!
//! The server takes up `<resume/>` first and ignores `<bind/>` if that works; so both go together, and a lost session
//! costs no further round trip.
//!
//! XEPs: 0198, 0280, 0352, 0386, 0388, 0484

use jid::{BareJid, FullJid};

use super::authenticate::{Exchange, Profile};
use super::bind::{handled, resume, resumed};
use super::token::{self, TokenUse};
use super::{Enabled, Established, Memory, Negotiation, NegotiationError, Next, State, Step, Token, send};
use crate::command::Secret;
use crate::wire::{Element, ns};

/// What the server learns, and the account's owner among his devices. What others may see is the tag of the binding.
const NAME: &str = "Linnet";

impl Negotiation {
    /// A login by token, if there is one for the best that server and channel can do: a weaker one is left to be
    /// replaced by a better.
    pub(super) fn begin_with_token(&mut self) -> Option<(State, Vec<Step>)> {
        let (tls, user) = (self.tls.as_ref()?, self.config.account.node()?);
        let best = token::best(&self.features.sasl2.as_ref()?.fast, tls)?;
        let token = self.config.token.as_ref().filter(|token| token.mechanism == best)?.clone();
        let (initial, proof) = token::prove(&token, user.as_str(), tls)?;
        (self.sign_in.mechanism, self.sign_in.fast) = (token.mechanism, true);
        self.told.binding = match token.mechanism.rsplit('-').next() {
            Some("EXPR") => Some("tls-exporter".to_owned()),
            Some("ENDP") => Some("tls-server-end-point".to_owned()),
            _ => None,
        };
        let authenticate = self.authenticate2(token.mechanism, &initial, Some(&token));
        let exchange = Exchange::Token(proof);
        let state = State::Authenticating { profile: Profile::Sasl2, exchange, others: Vec::new() };
        Some((state, vec![send(&authenticate)]))
    }

    /// `<authenticate/>` with all that is wanted of the session.
    pub(super) fn authenticate2(&mut self, mechanism: &str, initial: &str, token: Option<&TokenUse>) -> Element {
        let sasl2 = self.features.sasl2.clone().unwrap_or_default();
        let software = Element::new("software", ns::SASL2).text(NAME);
        let agent = Element::new("user-agent", ns::SASL2).with("id", self.config.user_agent.as_str()).child(software);
        let device = self.config.device.as_deref();
        let agent = match device {
            Some(device) => agent.child(Element::new("device", ns::SASL2).text(device)),
            None => agent,
        };
        let mut authenticate = Element::new("authenticate", ns::SASL2)
            .with("mechanism", mechanism)
            .child(Element::new("initial-response", ns::SASL2).text(initial))
            .child(agent);
        let requested = self.tls.as_ref().and_then(|tls| token::best(&sasl2.fast, tls));
        self.token_for = match token {
            Some(token) => {
                // Replays are only to be feared with TLS 0-RTT, which we don't use; servers may count all the same.
                let fast = Element::new("fast", ns::FAST).with("count", token.count.to_string());
                if self.config.signs_out {
                    return authenticate.child(fast.with("invalidate", "true"));
                }
                authenticate = authenticate.child(fast);
                Some(token.mechanism)
            }
            None => {
                if let Some(mechanism) = requested {
                    authenticate =
                        authenticate.child(Element::new("request-token", ns::FAST).with("mechanism", mechanism));
                }
                requested
            }
        };
        let wanted = self.config.resume.as_ref();
        self.resumes_inline = sasl2.resumption && wanted.is_some();
        if let Some(request) = wanted.filter(|_| sasl2.resumption) {
            authenticate = authenticate.child(resume(request));
        }
        // With a session to resume that can't be resumed here, binding would be the end of it.
        if sasl2.bind.is_none() || wanted.is_some() && !sasl2.resumption {
            return authenticate;
        }
        let mut bind =
            Element::new("bind", ns::BIND2).child(Element::new("tag", ns::BIND2).text(self.config.tag.as_str()));
        if sasl2.binds_with(ns::STREAM_MANAGEMENT) && self.config.want_stream_management {
            bind = bind.child(super::enable());
        }
        if sasl2.binds_with(ns::CARBONS) {
            bind = bind.child(Element::new("enable", ns::CARBONS));
        }
        if sasl2.binds_with(ns::CLIENT_STATE) {
            bind = bind.child(client_state(self.config.active));
        }
        authenticate.child(bind)
    }

    /// The server's success: proven, and so to be believed in all it says.
    pub(super) fn signed_in(&mut self, success: &Element) -> Next {
        let identifier = success.first("authorization-identifier", ns::SASL2).map(Element::content);
        let identifier = identifier.as_deref().map(str::trim).filter(|identifier| !identifier.is_empty());
        let owner = identifier.map(|identifier| BareJid::new(identifier.split('/').next().unwrap_or_default()));
        if owner.is_some_and(|owner| owner.ok().as_ref() != Some(&self.config.account)) {
            return Err(NegotiationError::Protocol("signed in as someone else"));
        }
        let mut steps = Vec::new();
        let secret = |token: &Element| token.attribute("token").filter(|secret| !secret.is_empty()).map(Secret::new);
        let token = success.first("token", ns::FAST);
        if let (Some(mechanism), Some(token)) = (self.token_for, token)
            && let Some(secret) = secret(token)
        {
            let expiry = token.attribute("expiry").map(str::to_owned);
            steps.push(Step::Remember(Memory::Token(Token { secret, mechanism, expiry })));
        }
        self.features_follow = true;
        let asked = self.config.resume.as_ref().filter(|_| self.resumes_inline);
        if let (Some(request), Some(element)) = (asked, success.first("resumed", ns::STREAM_MANAGEMENT)) {
            steps.push(Step::Established(resumed(&request.previd, element)?));
            return Ok((State::Established, steps));
        }
        if self.resumes_inline {
            self.resume_failed = Some(success.first("failed", ns::STREAM_MANAGEMENT).and_then(handled));
            self.config.resume = None;
        }
        let Some(bound) = success.first("bound", ns::BIND2) else {
            // Not restarted, but the features come anew (XEP-0388 2.6.1).
            return Ok((State::Features, steps));
        };
        let jid = identifier.and_then(|identifier| FullJid::new(identifier).ok());
        let jid = jid.ok_or(NegotiationError::Protocol("bound to no resource"))?;
        let sasl2 = self.features.sasl2.as_ref();
        let switched_on = |feature| sasl2.is_some_and(|sasl2| sasl2.binds_with(feature));
        steps.push(Step::Established(Established::Bound {
            jid,
            stream_management: bound.first("enabled", ns::STREAM_MANAGEMENT).map(Enabled::parse),
            can_enable: switched_on(ns::STREAM_MANAGEMENT) && !self.config.want_stream_management,
            carbons: switched_on(ns::CARBONS),
            active: switched_on(ns::CLIENT_STATE).then_some(self.config.active),
            resume_failed: self.resume_failed,
        }));
        Ok((State::Established, steps))
    }
}

/// XEP-0352 4.2.
pub fn client_state(active: bool) -> Element {
    Element::new(if active { "active" } else { "inactive" }, ns::CLIENT_STATE)
}
