//! From the first byte to a bound session: stream header, STARTTLS, SASL, binding or resumption.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jid::{BareJid, FullJid};
use linnet_messenger::wire::{Element, StreamOpen, ns};

use super::scram::{Exchange, Mechanism, user_name};
use super::{DOMAIN, FakeServer, LinkId, Output};

/// How far a link has come.
#[derive(Debug)]
pub enum Stage {
    /// No stream header yet in this stream.
    Fresh,
    /// Features sent, nobody signed in.
    Anonymous,
    /// In the middle of SASL; with `request` it is SASL2, and this is what began it.
    Proving { exchange: Box<Exchange>, jid: BareJid, request: Option<Box<Element>> },
    /// SASL is done; the client opens the next stream.
    Proven(BareJid),
    /// The second features are out; the client binds or resumes.
    Ready(BareJid),
    /// A session owns the link.
    Bound,
}

impl FakeServer {
    pub(super) fn open_stream(&mut self, link: LinkId, open: &StreamOpen) {
        let now = self.now;
        let id = self.seed.uuid();
        let header = format!(
            "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='{}' from='{DOMAIN}' id='{id}' \
             version='1.0' xml:lang='en'>",
            ns::STREAM
        );
        let Some(state) = self.links.get_mut(&link) else { return };
        let secure = state.secure;
        state.opened = now;
        let named = open.from.is_some();
        let signed_in = match std::mem::replace(&mut state.stage, Stage::Anonymous) {
            Stage::Fresh => false,
            Stage::Proven(jid) => {
                state.stage = Stage::Ready(jid);
                true
            }
            other => {
                state.stage = other;
                self.complain("a stream header in the middle of a stream");
                self.end_stream(link, "not-authorized");
                return;
            }
        };
        let mut features = Element::new("features", ns::STREAM);
        if signed_in {
            features = self.session_features();
        } else if !secure {
            if self.switches.tls {
                let tls = Element::new("starttls", ns::TLS).child(Element::new("required", ns::TLS));
                features = features.child(tls);
            }
        } else {
            let mut mechanisms = Element::new("mechanisms", ns::SASL);
            for mechanism in &self.switches.mechanisms {
                mechanisms = mechanisms.child(Element::new("mechanism", ns::SASL).text(mechanism.name()));
            }
            features = features.child(mechanisms);
            if self.switches.sasl2 && named {
                features = features.child(self.authentication());
            }
            let bindings = self.links.get(&link).map(|state| state.bindings.clone()).unwrap_or_default();
            let mut offered = Element::new("sasl-channel-binding", ns::SASL_CHANNEL_BINDING);
            for (name, _) in bindings {
                offered = offered.child(Element::new("channel-binding", ns::SASL_CHANNEL_BINDING).with("type", name));
            }
            features = features.child(offered);
        }
        self.write(link, &header);
        if let Some(condition) = self.switches.injected.filter(|_| !secure) {
            return self.end_stream(link, condition);
        }
        self.write_element(link, &features);
    }

    /// What is offered once the client is signed in.
    pub(super) fn session_features(&self) -> Element {
        let mut features = Element::new("features", ns::STREAM)
            .child(Element::new("bind", ns::BIND).child(Element::new("required", ns::BIND)))
            .child(Element::new("session", ns::SESSION).child(Element::new("optional", ns::SESSION)));
        if self.switches.stream_management {
            features = features.child(Element::new("sm", ns::STREAM_MANAGEMENT));
        }
        if self.switches.roster_versions {
            features = features.child(Element::new("ver", ns::ROSTER_VERSIONING));
        }
        if self.switches.client_state {
            features = features.child(Element::new("csi", ns::CLIENT_STATE));
        }
        if let Some((bytes, seconds)) = self.switches.limits {
            let limit = |name, value: u32| Element::new(name, ns::STREAM_LIMITS).text(value.to_string());
            let limits = Element::new("limits", ns::STREAM_LIMITS);
            features = features.child(limits.child(limit("max-bytes", bytes)).child(limit("idle-seconds", seconds)));
        }
        features
    }

    pub(super) fn element(&mut self, link: LinkId, element: Element) {
        let Some(state) = self.links.get_mut(&link) else { return };
        match std::mem::replace(&mut state.stage, Stage::Fresh) {
            Stage::Bound => {
                state.stage = Stage::Bound;
                self.bound_element(link, element);
            }
            Stage::Anonymous if element.is("starttls", ns::TLS) && !state.secure && self.switches.tls => {
                state.secure = true;
                self.write_element(link, &Element::new("proceed", ns::TLS));
                self.outputs.push(Output::RestartReader(link));
            }
            Stage::Anonymous if element.is("auth", ns::SASL) && state.secure => self.begin_login(link, &element),
            Stage::Anonymous if element.is("authenticate", ns::SASL2) && state.secure => {
                self.authenticate(link, element);
            }
            Stage::Proving { exchange, jid, request: None } if element.is("response", ns::SASL) => {
                self.finish_login(link, &exchange, jid, None, &element);
            }
            Stage::Proving { exchange, jid, request: Some(request) } if element.is("response", ns::SASL2) => {
                self.finish_login(link, &exchange, jid, Some(&request), &element);
            }
            Stage::Anonymous | Stage::Proving { .. } if element.is("abort", ns::SASL) => {
                self.refuse_login(link, "aborted", false);
            }
            Stage::Anonymous | Stage::Proving { .. } if element.is("abort", ns::SASL2) => {
                self.refuse_login(link, "aborted", true);
            }
            Stage::Anonymous if element.is("iq", ns::CLIENT) && state.secure => {
                state.stage = Stage::Anonymous;
                self.anonymous_iq(link, &element);
            }
            Stage::Ready(jid) => {
                state.stage = Stage::Ready(jid.clone());
                self.bind_or_resume(link, &jid, &element);
            }
            _ => {
                self.complain(format!("<{} xmlns='{}'/> at a wrong time", element.name, element.ns));
                self.end_stream(link, "not-authorized");
            }
        }
    }

    fn begin_login(&mut self, link: LinkId, auth: &Element) {
        let initial = STANDARD.decode(auth.content()).ok();
        self.begin_scram(link, auth.attribute("mechanism"), initial, None);
    }

    pub(super) fn begin_scram(
        &mut self,
        link: LinkId,
        mechanism: Option<&str>,
        initial: Option<Vec<u8>>,
        request: Option<Element>,
    ) {
        let newer = request.is_some();
        let mechanism = mechanism.and_then(Mechanism::named);
        let Some(mechanism) = mechanism.filter(|mechanism| self.switches.mechanisms.contains(mechanism)) else {
            // What was offered last time may be gone; a client that builds on it has to try again.
            if !newer {
                self.complain("a mechanism that was not offered");
            }
            return self.refuse_login(link, "invalid-mechanism", newer);
        };
        if mechanism == Mechanism::Plain {
            self.complain("the password itself was sent");
            return self.refuse_login(link, "not-authorized", newer);
        }
        let first = initial.and_then(|bytes| String::from_utf8(bytes).ok());
        let Some((first, user)) = first.and_then(|first| user_name(&first).map(|user| (first, user))) else {
            self.complain("an initial response that is not SCRAM's");
            return self.refuse_login(link, "malformed-request", newer);
        };
        let jid = BareJid::new(&format!("{user}@{DOMAIN}")).ok();
        let Some((jid, account)) = jid.and_then(|jid| self.accounts.get(&jid).map(|account| (jid, account))) else {
            return self.refuse_login(link, "not-authorized", newer);
        };
        let bindings = self.links.get(&link).map(|state| state.bindings.clone()).unwrap_or_default();
        let offered = &self.switches.mechanisms;
        let begun =
            Exchange::begin(mechanism, &first, &account.credentials, &bindings, offered, &mut self.seed, self.lie);
        match begun {
            Ok(_) if self.switches.login_breaks => self.end_stream(link, "internal-server-error"),
            Ok((exchange, challenge)) => {
                let ns = if newer { ns::SASL2 } else { ns::SASL };
                let request = request.map(Box::new);
                self.stage(link, Stage::Proving { exchange: Box::new(exchange), jid, request });
                let challenge = Element::new("challenge", ns).text(STANDARD.encode(challenge));
                self.write_element(link, &challenge);
            }
            Err(complaint) => {
                self.complain(complaint);
                self.refuse_login(link, "malformed-request", newer);
            }
        }
    }

    fn finish_login(
        &mut self,
        link: LinkId,
        exchange: &Exchange,
        jid: BareJid,
        request: Option<&Element>,
        response: &Element,
    ) {
        let last = STANDARD.decode(response.content()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        match exchange.finish(&last.unwrap_or_default()) {
            Ok(proof) => {
                if let Some(condition) = self.accounts.get(&jid).and_then(|account| account.refused) {
                    return self.refuse_login(link, condition, request.is_some());
                }
                self.counts.scram_logins += 1;
                if let Some(request) = request {
                    return self.welcome(link, &jid, request, proof.as_bytes(), None);
                }
                self.stage(link, Stage::Proven(jid));
                let mut success = Element::new("success", ns::SASL);
                if !proof.is_empty() {
                    success = success.text(STANDARD.encode(proof));
                }
                self.write_element(link, &success);
                self.outputs.push(Output::RestartReader(link));
            }
            Err(complaint) => {
                if let Some(complaint) = complaint {
                    self.complain(complaint);
                }
                self.refuse_login(link, "not-authorized", request.is_some());
            }
        }
    }

    pub(super) fn refuse_login(&mut self, link: LinkId, condition: &str, newer: bool) {
        self.counts.login_failed += 1;
        self.stage(link, Stage::Anonymous);
        let failure = Element::new("failure", if newer { ns::SASL2 } else { ns::SASL });
        self.write_element(link, &failure.child(Element::new(condition, ns::SASL)));
    }

    fn bind_or_resume(&mut self, link: LinkId, jid: &BareJid, element: &Element) {
        if element.is("resume", ns::STREAM_MANAGEMENT) && self.switches.stream_management {
            match self.resume(link, jid, element) {
                Some(Ok((resumed, again))) => {
                    self.write_element(link, &resumed);
                    again.iter().for_each(|text| self.write(link, text));
                }
                Some(Err(failed)) => self.write_element(link, &failed),
                None => {}
            }
            return;
        }
        let bind = element.first("bind", ns::BIND).filter(|_| element.is("iq", ns::CLIENT));
        let (Some(bind), Some(id), Some("set")) = (bind, element.attribute("id"), element.attribute("type")) else {
            self.complain(format!("<{} xmlns='{}'/> before binding", element.name, element.ns));
            return self.end_stream(link, "not-authorized");
        };
        let asked = bind.first("resource", ns::BIND).map(Element::content).filter(|resource| !resource.is_empty());
        let resource = asked.unwrap_or_else(|| self.seed.uuid());
        let Ok(full) = jid.with_resource_str(&resource) else {
            self.complain(format!("a resource that is none: {resource}"));
            return self.end_stream(link, "not-authorized");
        };
        self.take_place(link, &full);
        let bound = Element::new("bind", ns::BIND).child(Element::new("jid", ns::BIND).text(full.as_str()));
        let answer = Element::new("iq", ns::CLIENT).with("type", "result").with("id", id).child(bound);
        self.write_element(link, &answer);
    }

    /// As Prosody does by default: the newcomer takes the place.
    pub(super) fn take_place(&mut self, link: LinkId, full: &FullJid) -> u64 {
        let old: Vec<u64> = self.sessions.iter().filter(|(_, s)| s.jid == *full).map(|(id, _)| *id).collect();
        for session in old {
            match self.sessions.get(&session).and_then(|session| session.link) {
                Some(other) => self.end_stream(other, "conflict"),
                None => self.destroy_session(session),
            }
        }
        self.stage(link, Stage::Bound);
        self.counts.bound += 1;
        self.add_session(full.clone(), link)
    }

    pub(super) fn stage(&mut self, link: LinkId, stage: Stage) {
        if let Some(state) = self.links.get_mut(&link) {
            state.stage = stage;
        }
    }
}
