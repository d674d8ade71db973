//! The way to a session in the ordinary order: resumption (XEP-0198 5), else resource binding (RFC 6120 7), RFC 3921's
//! session request where it must be, and stream management.
//!
//! XEPs: 0198

use jid::FullJid;

use super::{Enabled, Established, Negotiation, NegotiationError, Next, ResumeRequest, State, Step, early, send};
use crate::random::Random;
use crate::view::item::LoginFailure;
use crate::wire::{Element, ns};

impl Negotiation {
    pub(super) fn resume_or_bind(&mut self, random: &mut dyn Random) -> Next {
        match self.config.resume.take() {
            Some(request) if self.features.stream_management => {
                let steps = vec![send(&resume(&request))];
                Ok((State::Resuming { previd: request.previd }, steps))
            }
            Some(_) => {
                self.resume_failed = Some(None);
                self.bind(true, random)
            }
            None => self.bind(true, random),
        }
    }

    pub(super) fn resuming(&mut self, previd: &str, element: &Element, random: &mut dyn Random) -> Next {
        if element.is("failed", ns::STREAM_MANAGEMENT) {
            // Why it failed changes nothing, so neither does it matter where servers put the condition.
            self.resume_failed = Some(handled(element));
            return self.bind(true, random);
        }
        if !element.is("resumed", ns::STREAM_MANAGEMENT) {
            return Err(NegotiationError::Protocol("no answer to the resumption"));
        }
        Ok((State::Established, vec![Step::Established(resumed(previd, element)?)]))
    }

    fn bind(&self, named: bool, random: &mut dyn Random) -> Next {
        if !self.features.bind {
            return Err(NegotiationError::Protocol("no resource binding offered"));
        }
        let mut bind = Element::new("bind", ns::BIND);
        if named {
            bind = bind.child(Element::new("resource", ns::BIND).text(self.config.resource.as_str()));
        }
        let id = random.id();
        let iq = Element::new("iq", ns::CLIENT).with("type", "set").with("id", id.as_str()).child(bind);
        Ok((State::Binding { id, named }, vec![send(&iq)]))
    }

    pub(super) fn binding(&mut self, id: &str, named: bool, element: &Element, random: &mut dyn Random) -> Next {
        match reply(element, id) {
            None => return Err(NegotiationError::Protocol("no answer to the binding")),
            Some(Err("resource-constraint")) => return Err(NegotiationError::Busy),
            Some(Err("not-allowed" | "not-authorized" | "forbidden")) => {
                return Err(NegotiationError::Login(LoginFailure::AccountRefused));
            }
            // The name is taken or not to the server's liking; then it shall choose.
            Some(Err(_)) if named => return self.bind(false, random),
            Some(Err(_)) => return Err(NegotiationError::Protocol("binding refused")),
            Some(Ok(())) => {}
        }
        let jid = element.first("bind", ns::BIND).and_then(|bind| bind.first("jid", ns::BIND)).map(Element::content);
        let jid = jid.and_then(|jid| FullJid::new(jid.trim()).ok());
        let jid = jid
            .filter(|jid| jid.to_bare() == self.config.account)
            .ok_or(NegotiationError::Protocol("bound to another account, or to none"))?;
        if !self.features.session_required {
            return Ok(self.enable(jid));
        }
        let id = random.id();
        let iq = Element::new("iq", ns::CLIENT)
            .with("type", "set")
            .with("to", self.config.account.domain().as_str())
            .with("id", id.as_str())
            .child(Element::new("session", ns::SESSION));
        Ok((State::RequestingSession { id, jid }, vec![send(&iq)]))
    }

    pub(super) fn enable(&mut self, jid: FullJid) -> (State, Vec<Step>) {
        let offered = self.features.stream_management;
        if !self.config.want_stream_management || !offered {
            return (State::Established, vec![bound(jid, None, offered, self.resume_failed)]);
        }
        (State::Enabling { jid }, vec![send(&enable())])
    }

    pub(super) fn enabling(jid: FullJid, element: Element, resume_failed: Option<Option<u32>>) -> Next {
        if element.is("failed", ns::STREAM_MANAGEMENT) {
            return Ok((State::Established, vec![bound(jid, None, false, resume_failed)]));
        }
        if !element.is("enabled", ns::STREAM_MANAGEMENT) {
            return early(State::Enabling { jid }, element);
        }
        let enabled = Enabled::parse(&element);
        Ok((State::Established, vec![bound(jid, Some(enabled), false, resume_failed)]))
    }
}

impl Enabled {
    /// Reads `<enabled/>`.
    pub fn parse(element: &Element) -> Self {
        let owned = |name| element.attribute(name).map(str::to_owned);
        let resumable = matches!(element.attribute("resume"), Some("true" | "1"));
        Self {
            id: owned("id").filter(|id| resumable && !id.is_empty()),
            location: owned("location"),
            max: element.attribute("max").and_then(|max| max.trim().parse().ok()),
        }
    }
}

fn bound(
    jid: FullJid,
    stream_management: Option<Enabled>,
    can_enable: bool,
    resume_failed: Option<Option<u32>>,
) -> Step {
    Step::Established(Established::Bound {
        jid,
        stream_management,
        can_enable,
        carbons: false,
        active: None,
        resume_failed,
    })
}

/// Asks for stream management with resumption (XEP-0198 3 and 5).
pub fn enable() -> Element {
    Element::new("enable", ns::STREAM_MANAGEMENT).with("resume", "true")
}

/// What `<resume/>` says.
pub(super) fn resume(request: &ResumeRequest) -> Element {
    Element::new("resume", ns::STREAM_MANAGEMENT)
        .with("h", request.h.to_string())
        .with("previd", request.previd.as_str())
}

/// What `<resumed/>` says.
pub(super) fn resumed(previd: &str, element: &Element) -> Result<Established, NegotiationError> {
    if element.attribute("previd").is_some_and(|other| other != previd) {
        return Err(NegotiationError::Protocol("another session was resumed"));
    }
    let h = handled(element).ok_or(NegotiationError::Protocol("resumed without a count"))?;
    Ok(Established::Resumed { h })
}

/// The attribute `h`.
pub(super) fn handled(element: &Element) -> Option<u32> {
    element.attribute("h").and_then(|h| h.trim().parse().ok())
}

/// Whether this is the answer to our request: good, or with the condition of its error.
pub(super) fn reply<'a>(element: &'a Element, id: &str) -> Option<Result<(), &'a str>> {
    if !element.is("iq", ns::CLIENT) || element.attribute("id") != Some(id) {
        return None;
    }
    match element.attribute("type") {
        Some("result") => Some(Ok(())),
        Some("error") => {
            let error = element.first("error", ns::CLIENT);
            let mut conditions = error.into_iter().flat_map(Element::children);
            let condition = conditions.find(|child| child.ns == ns::STANZA_ERROR && child.name != "text");
            Some(Err(condition.map_or("", |child| child.name.as_str())))
        }
        _ => None,
    }
}
