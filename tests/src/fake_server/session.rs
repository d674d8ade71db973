//! A bound resource and its XEP-0198 state: it outlives its transport for a while, keeps what the client has not
//! acknowledged, and counts what it has handled.

use std::collections::VecDeque;

use jid::{BareJid, FullJid};
use linnet_messenger::wire::{Element, ns};

use super::login::Stage;
use super::{FakeServer, LinkId};
use crate::xml;

/// See the module.
#[derive(Debug)]
pub struct Session {
    pub jid: FullJid,
    pub link: Option<LinkId>,
    /// The last `<presence/>` without `to`, while available.
    pub presence: Option<Element>,
    pub priority: i8,
    /// It has asked for the roster, so pushes go to it.
    pub interested: bool,
    /// It has asked for the block list, so its changes go to it.
    pub knows_blocks: bool,
    /// XEP-0280 is on.
    pub carbons: bool,
    /// `node#ver` of its presence (XEP-0115).
    pub capabilities: Option<String>,
    /// XEP-0352.
    pub active: bool,
    pub management: Option<Management>,
    hibernates_until: Option<i64>,
}

/// XEP-0198 between `<enable/>` and the end.
#[derive(Debug)]
pub struct Management {
    id: String,
    resumable: bool,
    /// Stanzas of the client that were handled.
    handled: u32,
    /// Stanzas of ours that were acknowledged.
    acknowledged: u32,
    /// Ours that were not, oldest first.
    queue: VecDeque<Outgoing>,
    asked: bool,
    answer_due: Option<i64>,
}

#[derive(Debug)]
struct Outgoing {
    stanza: Element,
    text: String,
    /// The recipient's archive has it, so that nothing is lost with the session.
    archived: bool,
    at: i64,
}

impl Session {
    /// When something is due, UTC milliseconds.
    pub fn deadline(&self) -> Option<i64> {
        let answer = self.management.as_ref().and_then(|management| management.answer_due);
        answer.filter(|_| self.link.is_some()).into_iter().chain(self.hibernates_until).min()
    }
}

impl FakeServer {
    pub(super) fn session_on(&self, link: LinkId) -> Option<u64> {
        self.sessions.iter().find(|(_, session)| session.link == Some(link)).map(|(id, _)| *id)
    }

    pub(super) fn add_session(&mut self, jid: FullJid, link: LinkId) -> u64 {
        self.next_session += 1;
        let session = Session {
            jid,
            link: Some(link),
            presence: None,
            priority: 0,
            interested: false,
            knows_blocks: false,
            carbons: false,
            capabilities: None,
            active: true,
            management: None,
            hibernates_until: None,
        };
        self.sessions.insert(self.next_session, session);
        self.next_session
    }

    /// A child of a bound stream.
    pub(super) fn bound_element(&mut self, link: LinkId, element: Element) {
        let Some(session) = self.session_on(link) else { return };
        if element.ns == ns::STREAM_MANAGEMENT {
            return self.nonza(link, session, &element);
        }
        if element.ns == ns::CLIENT_STATE && self.switches.client_state {
            self.counts.client_states += 1;
            if let Some(session) = self.sessions.get_mut(&session) {
                session.active = element.name == "active";
            }
            return;
        }
        if element.ns != ns::CLIENT || !matches!(element.name.as_str(), "message" | "presence" | "iq") {
            self.complain(format!("<{} xmlns='{}'/> is no stanza", element.name, element.ns));
            return self.end_stream(link, "unsupported-stanza-type");
        }
        if let Some(management) = self.sessions.get_mut(&session).and_then(|session| session.management.as_mut()) {
            management.handled = management.handled.wrapping_add(1);
        }
        self.route_from(session, element);
    }

    fn nonza(&mut self, link: LinkId, session: u64, element: &Element) {
        let enabled = self.sessions.get(&session).is_some_and(|session| session.management.is_some());
        match element.name.as_str() {
            "enable" if self.switches.stream_management && !enabled && self.switches.refuses_to_enable => {
                let condition = Element::new("internal-server-error", ns::STANZA_ERROR);
                self.write_element(link, &Element::new("failed", ns::STREAM_MANAGEMENT).child(condition));
            }
            "enable" if self.switches.enable_silent => {}
            "enable" if self.switches.stream_management && !enabled => {
                let answer = self.enable_management(session, element);
                self.write_element(link, &answer);
            }
            "r" if enabled => {
                self.counts.asked += 1;
                let management = self.sessions.get(&session).and_then(|session| session.management.as_ref());
                let handled = management.map_or(0, |management| management.handled);
                self.write_element(link, &Element::new("a", ns::STREAM_MANAGEMENT).with("h", handled.to_string()));
            }
            "a" if enabled => match element.attribute("h").and_then(|h| h.parse().ok()) {
                Some(h) => {
                    if let Some(management) = self.sessions.get_mut(&session).and_then(|s| s.management.as_mut()) {
                        management.asked = false;
                        management.answer_due = None;
                    }
                    self.acknowledge(link, session, h);
                }
                None => {
                    self.complain("an <a/> without h");
                    self.end_stream(link, "undefined-condition");
                }
            },
            other => {
                self.complain(format!("<{other}/> of stream management at a wrong time"));
                let condition = Element::new("unexpected-request", ns::STANZA_ERROR);
                self.write_element(link, &Element::new("failed", ns::STREAM_MANAGEMENT).child(condition));
            }
        }
    }

    /// Takes up `<enable/>`; gives the answer.
    pub(super) fn enable_management(&mut self, session: u64, enable: &Element) -> Element {
        let resumable = self.switches.resumption && matches!(enable.attribute("resume"), Some("true" | "1"));
        let id = self.seed.uuid();
        let mut answer = Element::new("enabled", ns::STREAM_MANAGEMENT);
        if resumable {
            let max = self.switches.hibernation / 1_000;
            answer = answer.with("id", &id).with("resume", "true").with("max", max.to_string());
        }
        self.counts.enabled += 1;
        if let Some(session) = self.sessions.get_mut(&session) {
            session.management = Some(Management {
                id,
                resumable,
                handled: 0,
                acknowledged: 0,
                queue: VecDeque::new(),
                asked: false,
                answer_due: None,
            });
        }
        answer
    }

    /// The client has handled `h` of ours; false when it claims more than there were, which ends the stream.
    fn acknowledge(&mut self, link: LinkId, session: u64, h: u32) -> bool {
        let Some(management) = self.sessions.get_mut(&session).and_then(|session| session.management.as_mut()) else {
            return false;
        };
        let news = h.wrapping_sub(management.acknowledged) as usize;
        if news > management.queue.len() {
            let sent = management.acknowledged.wrapping_add(u32::try_from(management.queue.len()).unwrap_or(0));
            let acknowledged = management.acknowledged;
            self.complain(format!("h={h} although {sent} were sent and {acknowledged} acknowledged"));
            self.end_stream(link, "undefined-condition");
            return false;
        }
        management.queue.drain(..news);
        management.acknowledged = h;
        true
    }

    /// Takes up `<resume/>`: `<resumed/>` and what the client has to get again, or `<failed/>`. `None`: the stream is
    /// over.
    pub(super) fn resume(
        &mut self,
        link: LinkId,
        jid: &BareJid,
        element: &Element,
    ) -> Option<Result<(Element, Vec<String>), Element>> {
        let previous = element.attribute("previd").unwrap_or_default().to_owned();
        let Some(h) = element.attribute("h").and_then(|h| h.parse::<u32>().ok()) else {
            self.complain("a <resume/> without h");
            self.end_stream(link, "undefined-condition");
            return None;
        };
        let known = self.sessions.iter().find(|(_, session)| {
            let management = session.management.as_ref();
            management.is_some_and(|m| m.resumable && m.id == previous) && session.jid.to_bare() == *jid
        });
        let Some((&session, _)) = known else {
            self.counts.resume_failed += 1;
            let h = self.ended.get(&previous).filter(|_| self.switches.failed_with_h).map(u32::to_string);
            let failed = Element::new("failed", ns::STREAM_MANAGEMENT)
                .with_some("h", h)
                .child(Element::new("item-not-found", ns::STANZA_ERROR));
            return Some(Err(failed));
        };
        if let Some(old) = self.sessions.get_mut(&session).and_then(|session| session.link.take()) {
            self.end_stream(old, "conflict");
        }
        let state = self.sessions.get_mut(&session)?;
        state.link = Some(link);
        state.hibernates_until = None;
        // XEP-0352 5.2.
        state.active = true;
        let handled = state.management.as_ref().map_or(0, |management| management.handled);
        self.stage(link, Stage::Bound);
        if !self.acknowledge(link, session, h) {
            return None;
        }
        self.counts.resumed += 1;
        let resumed =
            Element::new("resumed", ns::STREAM_MANAGEMENT).with("previd", previous).with("h", handled.to_string());
        let management = self.sessions.get_mut(&session).and_then(|session| session.management.as_mut())?;
        management.asked = false;
        management.answer_due = None;
        let again = management.queue.iter().map(|outgoing| outgoing.text.clone()).collect();
        Some(Ok((resumed, again)))
    }

    /// Sends a stanza to a session, through its queue.
    pub(super) fn send(&mut self, session: u64, stanza: Element, archived: bool) {
        let text = xml::write(&stanza);
        self.send_text(session, stanza, text, archived);
    }

    /// The same with bytes of the caller's.
    pub(super) fn send_text(&mut self, session: u64, stanza: Element, text: String, archived: bool) {
        let now = self.now;
        let Some(state) = self.sessions.get_mut(&session) else { return };
        if let Some(management) = state.management.as_mut() {
            management.queue.push_back(Outgoing { stanza, text: text.clone(), archived, at: now });
        }
        if let Some(link) = state.link {
            self.write(link, &text);
        }
    }

    /// Asks for acknowledgements where something is unacknowledged and nothing was asked.
    pub(super) fn flush(&mut self) {
        let due = self.now.saturating_add_unsigned(self.switches.ack_timeout);
        let mut ask = Vec::new();
        for session in self.sessions.values_mut() {
            if let (Some(link), Some(management)) = (session.link, session.management.as_mut())
                && !management.asked
                && !management.queue.is_empty()
            {
                management.asked = true;
                management.answer_due = Some(due);
                ask.push(link);
            }
        }
        for link in ask {
            self.write_element(link, &Element::new("r", ns::STREAM_MANAGEMENT));
        }
    }

    /// The transport of a session is gone: it hibernates, or is over.
    pub(super) fn detach(&mut self, link: LinkId) {
        let Some(id) = self.session_on(link) else { return };
        let until = self.now.saturating_add_unsigned(self.switches.hibernation);
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.link = None;
        match session.management.as_mut().filter(|management| management.resumable) {
            Some(management) => {
                management.asked = false;
                management.answer_due = None;
                session.hibernates_until = Some(until);
            }
            None => self.destroy_session(id),
        }
    }

    pub(super) fn expire_sessions(&mut self) {
        let now = self.now;
        let due: Vec<u64> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.deadline().is_some_and(|deadline| deadline <= now))
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            match self.sessions.get(&id).and_then(|session| session.link) {
                // The client did not answer an <r/>: the transport is dead, the session may live on.
                Some(link) => {
                    self.detach(link);
                    self.close(link);
                }
                None => self.destroy_session(id),
            }
        }
    }

    /// The session is over: contacts are told, and what it had not acknowledged goes elsewhere.
    pub(super) fn destroy_session(&mut self, id: u64) {
        let Some(session) = self.sessions.remove(&id) else { return };
        if session.presence.is_some() {
            self.broadcast_unavailable(&session.jid);
        }
        let Some(management) = session.management else { return };
        self.ended.insert(management.id, management.handled);
        for outgoing in management.queue {
            self.redirect(&session.jid, outgoing.stanza, outgoing.archived, outgoing.at);
        }
    }
}
