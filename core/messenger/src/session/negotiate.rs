//! From an open transport to an established session (RFC 6120 4–7, XEP-0198): STARTTLS, SASL, resumption or resource
//! binding. Sans I/O, and it knows neither store nor engine.
//!
//! Invariants: nothing that names the account or proves its password leaves before TLS; the login counts only once the
//! server has proven that it knows the password too (SCRAM), or never could (PLAIN, where SCRAM was never offered);
//! no frame is lost: stanzas that come before the session is established are handed out as [`Step::Early`].

mod failure;
mod mechanism;
mod stream_error;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jid::{BareJid, FullJid};
use zeroize::Zeroizing;

pub use self::failure::{NegotiationError, Verdict};
pub use self::stream_error::{StreamError, StreamErrorCondition};

use self::failure::{sasl_failure, scram_failure};
use self::mechanism::Mechanism;
use super::features::Features;
use super::scram::{ChannelBinding, Proving, Salting, Scram};
use crate::command::Secret;
use crate::effect::{ComputeJob, ComputeResult};
use crate::input::TlsInfo;
use crate::random::Random;
use crate::view::item::LoginFailure;
use crate::wire::{Element, Frame, STREAM_CLOSE, StreamOpen, ns, stream_header};

/// The language of texts that a server may add for people.
const LANG: &str = "en";
const ABORT_AND_CLOSE: &str = "<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></stream:stream>";

/// What to sign in with, and what for.
#[derive(Debug, Clone)]
pub struct NegotiationConfig {
    pub account: BareJid,
    pub password: Secret,
    /// The server has offered SCRAM for this account before: PLAIN is forbidden from then on.
    pub scram_seen: bool,
    /// The resource to ask for; the server may choose another.
    pub resource: String,
    pub resume: Option<ResumeRequest>,
    pub want_stream_management: bool,
}

/// The session to resume (XEP-0198 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumeRequest {
    pub previd: String,
    /// How many stanzas of the server are stored.
    pub h: u32,
}

/// What the caller has to do next, in order.
pub enum Step {
    /// Write this. It may hold the password: keep it out of logs.
    Send(String),
    /// Make TLS over the open transport, then call [`Negotiation::tls_ready`].
    StartTls,
    /// What the server sends next is a new stream.
    RestartReader,
    /// Do this elsewhere, then call [`Negotiation::computed`].
    Compute(ComputeJob),
    /// The server offers SCRAM: store that for the account ([`NegotiationConfig::scram_seen`]).
    ScramSeen,
    /// A stanza (or one above the limits) that came between binding and [`Step::Established`]. It precedes
    /// `<enabled/>` and does not count for XEP-0198.
    Early(Frame),
    /// Done: all further frames are the caller's.
    Established(Established),
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Send(_) => f.write_str("Send(…)"),
            Self::StartTls => f.write_str("StartTls"),
            Self::RestartReader => f.write_str("RestartReader"),
            Self::Compute(job) => f.debug_tuple("Compute").field(job).finish(),
            Self::ScramSeen => f.write_str("ScramSeen"),
            Self::Early(_) => f.write_str("Early(…)"),
            Self::Established(established) => f.debug_tuple("Established").field(established).finish(),
        }
    }
}

/// The session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Established {
    /// The old session goes on; the server has handled `h` of our stanzas and sends next what we did not handle.
    Resumed { h: u32 },
    /// A new session.
    Bound {
        jid: FullJid,
        stream_management: Option<Enabled>,
        /// XEP-0280 was enabled together with binding.
        carbons: bool,
        features: Features,
        /// A resumption was asked for and did not happen; the number is what the server had handled, if it told.
        resume_failed: Option<Option<u32>>,
    },
}

/// Stream management is on; both counters are 0 now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enabled {
    /// For resumption; `None` if this session can't be resumed.
    pub id: Option<String>,
    /// Where the server would like to be found for resumption.
    pub location: Option<String>,
    /// How long the session can be resumed, in seconds.
    pub max: Option<u32>,
}

/// How far it is, for deadlines. A failed negotiation stays in the phase in which it failed: after a failure in
/// [`Phase::Resuming`] do not try to resume the same session again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Idle,
    /// Waits for the server's header or features.
    Opening,
    StartingTls,
    Authenticating,
    Resuming,
    Binding,
    EnablingStreamManagement,
    Established,
}

/// One negotiation, over one transport.
pub struct Negotiation {
    config: NegotiationConfig,
    tls: Option<TlsInfo>,
    authenticated: bool,
    /// The features after the login.
    features: Features,
    resume_failed: Option<Option<u32>>,
    state: State,
    phase: Phase,
    farewell: &'static str,
}

enum State {
    Idle,
    Header,
    Features,
    StartTls,
    Handshake,
    Authenticating { exchange: Exchange, others: Vec<Mechanism> },
    Resuming { previd: String },
    Binding { id: String, named: bool },
    RequestingSession { id: String, jid: FullJid },
    Enabling { jid: FullJid },
    Established,
    Failed,
}

enum Exchange {
    Plain,
    First(Scram),
    Salting(Salting),
    Proving(Proving),
    /// The server's signature came in a challenge and is right.
    Proven,
}

type Next = Result<(State, Vec<Step>), NegotiationError>;

impl Negotiation {
    /// A negotiation that has not begun.
    pub fn new(config: NegotiationConfig) -> Self {
        Self {
            config,
            tls: None,
            authenticated: false,
            features: Features::default(),
            resume_failed: None,
            state: State::Idle,
            phase: Phase::Idle,
            farewell: "",
        }
    }

    /// The transport is open; `tls` if it is encrypted from the first byte.
    pub fn start(&mut self, tls: Option<TlsInfo>) -> Vec<Step> {
        self.tls = tls;
        let header = self.header();
        self.enter(State::Header);
        vec![header]
    }

    /// The handshake that [`Step::StartTls`] asked for is done.
    pub fn tls_ready(&mut self, tls: TlsInfo) -> Vec<Step> {
        if !matches!(self.state, State::Handshake) {
            return Vec::new();
        }
        self.start(Some(tls))
    }

    /// Takes what the server sent. After an error write [`Negotiation::farewell`], then close the transport.
    pub fn frame(&mut self, frame: Frame, random: &mut dyn Random) -> Result<Vec<Step>, NegotiationError> {
        let state = std::mem::replace(&mut self.state, State::Failed);
        // The server has ended the exchange itself: nothing is left to abort.
        let exchange_over = matches!(state, State::Authenticating { .. })
            && match &frame {
                Frame::Element(element) => element.is("success", ns::SASL) || element.is("failure", ns::SASL),
                Frame::StreamClose => true,
                Frame::StreamOpen(_) | Frame::TooLarge { .. } => false,
            };
        let (next, steps) = self.step(state, frame, random).inspect_err(|_| {
            if exchange_over {
                self.farewell = STREAM_CLOSE;
            }
        })?;
        self.enter(next);
        Ok(steps)
    }

    /// Takes what [`Step::Compute`] gave.
    pub fn computed(&mut self, result: ComputeResult) -> Result<Vec<Step>, NegotiationError> {
        match (std::mem::replace(&mut self.state, State::Failed), result) {
            (
                State::Authenticating { exchange: Exchange::Salting(salting), others },
                ComputeResult::ScramSaltedPassword(salted),
            ) => {
                let (proving, message) = salting.prove(&salted);
                self.enter(State::Authenticating { exchange: Exchange::Proving(proving), others });
                Ok(vec![send(&sasl("response", &message))])
            }
            // Late: the exchange is over.
            (state, _) => {
                self.state = state;
                Ok(Vec::new())
            }
        }
    }

    /// How far it is.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What to write before the transport is closed, be it after an error or because a deadline passed. Empty while a
    /// resumption is under way: `</stream:stream>` would end for good the session that was to be resumed.
    pub fn farewell(&self) -> &'static str {
        self.farewell
    }

    fn enter(&mut self, state: State) {
        (self.phase, self.farewell) = match &state {
            State::Idle => (Phase::Idle, ""),
            State::Header | State::Features => (Phase::Opening, STREAM_CLOSE),
            State::StartTls => (Phase::StartingTls, STREAM_CLOSE),
            State::Handshake => (Phase::StartingTls, ""),
            State::Authenticating { .. } => (Phase::Authenticating, ABORT_AND_CLOSE),
            State::Resuming { .. } => (Phase::Resuming, ""),
            State::Binding { .. } | State::RequestingSession { .. } => (Phase::Binding, STREAM_CLOSE),
            State::Enabling { .. } => (Phase::EnablingStreamManagement, STREAM_CLOSE),
            State::Established => (Phase::Established, STREAM_CLOSE),
            State::Failed => (self.phase, self.farewell),
        };
        self.state = state;
    }

    fn step(&mut self, state: State, frame: Frame, random: &mut dyn Random) -> Next {
        let element = match frame {
            Frame::StreamClose => return Err(NegotiationError::Closed),
            Frame::StreamOpen(open) => return opened(&state, &open),
            Frame::TooLarge { .. } if state.is_bound() => return Ok((state, vec![Step::Early(frame)])),
            Frame::TooLarge { .. } => return Err(NegotiationError::Protocol("a nonza above the limits")),
            Frame::Element(element) => element,
        };
        if let Some(error) = StreamError::parse(&element) {
            return Err(NegotiationError::Stream(error));
        }
        match state {
            State::Features if element.is("features", ns::STREAM) => self.offered(Features::parse(&element), random),
            State::StartTls if element.is("proceed", ns::TLS) => Ok((State::Handshake, vec![Step::StartTls])),
            State::StartTls if element.is("failure", ns::TLS) => Err(NegotiationError::TlsRefused),
            State::Authenticating { exchange, others } => self.authenticating(exchange, others, &element, random),
            State::Resuming { previd } => self.resuming(&previd, &element, random),
            State::Binding { id, named } => self.binding(&id, named, &element, random),
            State::RequestingSession { id, jid } => match reply(&element, &id) {
                Some(Ok(())) => Ok(self.enable(jid)),
                Some(Err(_)) => Err(NegotiationError::Protocol("session request refused")),
                None => early(State::RequestingSession { id, jid }, element),
            },
            State::Enabling { jid } => self.enabling(jid, element),
            State::Idle
            | State::Header
            | State::Features
            | State::StartTls
            | State::Handshake
            | State::Established
            | State::Failed => Err(NegotiationError::Protocol("an element out of place")),
        }
    }

    fn header(&self) -> Step {
        let account = self.config.account.to_string();
        let from = self.tls.is_some().then_some(account.as_str());
        Step::Send(stream_header(self.config.account.domain().as_str(), from, LANG))
    }

    fn offered(&mut self, features: Features, random: &mut dyn Random) -> Next {
        if self.authenticated {
            self.features = features;
            return self.resume_or_bind(random);
        }
        let Some(tls) = &self.tls else {
            return if features.starttls {
                Ok((State::StartTls, vec![send(&Element::new("starttls", ns::TLS))]))
            } else {
                Err(NegotiationError::Login(LoginFailure::NoTls))
            };
        };
        let mut steps = Vec::new();
        let mechanisms = mechanism::choose(&features, tls, self.config.scram_seen);
        if mechanism::offers_scram(&features) && !self.config.scram_seen {
            self.config.scram_seen = true;
            steps.push(Step::ScramSeen);
        }
        let (state, more) = self.authenticate(mechanisms, random)?;
        steps.extend(more);
        Ok((state, steps))
    }

    /// Begins an exchange with the first of these.
    fn authenticate(&self, mechanisms: Vec<Mechanism>, random: &mut dyn Random) -> Next {
        let Some(user) = self.config.account.node() else {
            return Err(NegotiationError::Login(LoginFailure::AccountRefused));
        };
        let mut others = mechanisms.into_iter();
        let (name, exchange, message) = match others.next() {
            None => return Err(NegotiationError::Login(LoginFailure::NoSafeMechanism)),
            Some(Mechanism::Plain) => {
                let message = Zeroizing::new(format!("\0{user}\0{}", self.config.password.expose()));
                ("PLAIN", Exchange::Plain, message)
            }
            Some(Mechanism::Scram { name, hash, binding }) => {
                let scram = Scram::new(hash, user.as_str(), binding, random);
                let message = Zeroizing::new(scram.first_message());
                (name, Exchange::First(scram), message)
            }
        };
        let auth = send(&sasl("auth", &message).with("mechanism", name));
        Ok((State::Authenticating { exchange, others: others.collect() }, vec![auth]))
    }

    fn authenticating(
        &mut self,
        exchange: Exchange,
        others: Vec<Mechanism>,
        element: &Element,
        random: &mut dyn Random,
    ) -> Next {
        if element.is("failure", ns::SASL) {
            let condition = element.children().map(|child| child.name.as_str()).find(|name| *name != "text");
            let first = matches!(exchange, Exchange::First(_));
            if first && !others.is_empty() && matches!(condition, Some("not-authorized" | "invalid-mechanism")) {
                return self.authenticate(others, random);
            }
            return Err(match condition {
                Some("malformed-request") => malformed_request(&exchange),
                condition => sasl_failure(condition.unwrap_or_default()),
            });
        }
        let success = element.is("success", ns::SASL);
        if !success && !element.is("challenge", ns::SASL) {
            return Err(NegotiationError::Protocol("not a message of SASL"));
        }
        let message = sasl_message(element).ok_or(NegotiationError::Protocol("not base64 of text"))?;
        match (exchange, success) {
            (Exchange::Plain | Exchange::Proven, true) => Ok(self.restart()),
            (Exchange::Proving(proving), true) => {
                proving.verify(&message).map_err(scram_failure)?;
                Ok(self.restart())
            }
            (Exchange::First(_) | Exchange::Salting(_), true) => {
                Err(NegotiationError::Login(LoginFailure::ServerNotProven))
            }
            (Exchange::First(scram), false) => {
                let (salting, job) = scram.challenge(&message, &self.config.password).map_err(scram_failure)?;
                Ok((State::Authenticating { exchange: Exchange::Salting(salting), others }, vec![Step::Compute(job)]))
            }
            (Exchange::Proving(proving), false) => {
                proving.verify(&message).map_err(scram_failure)?;
                let answer = send(&Element::new("response", ns::SASL));
                Ok((State::Authenticating { exchange: Exchange::Proven, others }, vec![answer]))
            }
            (Exchange::Plain | Exchange::Salting(_) | Exchange::Proven, false) => {
                Err(NegotiationError::Protocol("a challenge out of place"))
            }
        }
    }

    fn restart(&mut self) -> (State, Vec<Step>) {
        self.authenticated = true;
        self.config.password = Secret::new("");
        (State::Header, vec![Step::RestartReader, self.header()])
    }

    fn resume_or_bind(&mut self, random: &mut dyn Random) -> Next {
        match self.config.resume.take() {
            Some(ResumeRequest { previd, h }) if self.features.stream_management => {
                let resume = Element::new("resume", ns::STREAM_MANAGEMENT)
                    .with("h", h.to_string())
                    .with("previd", previd.as_str());
                Ok((State::Resuming { previd }, vec![send(&resume)]))
            }
            Some(_) => {
                self.resume_failed = Some(None);
                self.bind(true, random)
            }
            None => self.bind(true, random),
        }
    }

    fn resuming(&mut self, previd: &str, element: &Element, random: &mut dyn Random) -> Next {
        let h = element.attribute("h").and_then(|h| h.trim().parse().ok());
        if element.is("failed", ns::STREAM_MANAGEMENT) {
            // Why it failed changes nothing, so neither does it matter where servers put the condition.
            self.resume_failed = Some(h);
            return self.bind(true, random);
        }
        if !element.is("resumed", ns::STREAM_MANAGEMENT) {
            return Err(NegotiationError::Protocol("no answer to the resumption"));
        }
        if element.attribute("previd").is_some_and(|other| other != previd) {
            return Err(NegotiationError::Protocol("another session was resumed"));
        }
        let h = h.ok_or(NegotiationError::Protocol("resumed without a count"))?;
        Ok((State::Established, vec![Step::Established(Established::Resumed { h })]))
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

    fn binding(&mut self, id: &str, named: bool, element: &Element, random: &mut dyn Random) -> Next {
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

    fn enable(&mut self, jid: FullJid) -> (State, Vec<Step>) {
        if !self.config.want_stream_management || !self.features.stream_management {
            return (State::Established, vec![self.bound(jid, None)]);
        }
        let enable = Element::new("enable", ns::STREAM_MANAGEMENT).with("resume", "true");
        (State::Enabling { jid }, vec![send(&enable)])
    }

    fn enabling(&mut self, jid: FullJid, element: Element) -> Next {
        if element.is("failed", ns::STREAM_MANAGEMENT) {
            return Ok((State::Established, vec![self.bound(jid, None)]));
        }
        if !element.is("enabled", ns::STREAM_MANAGEMENT) {
            return early(State::Enabling { jid }, element);
        }
        let owned = |name| element.attribute(name).map(str::to_owned);
        let resumable = matches!(element.attribute("resume"), Some("true" | "1"));
        let enabled = Enabled {
            id: owned("id").filter(|id| resumable && !id.is_empty()),
            location: owned("location"),
            max: element.attribute("max").and_then(|max| max.trim().parse().ok()),
        };
        Ok((State::Established, vec![self.bound(jid, Some(enabled))]))
    }

    fn bound(&mut self, jid: FullJid, stream_management: Option<Enabled>) -> Step {
        let features = std::mem::take(&mut self.features);
        Step::Established(Established::Bound {
            jid,
            stream_management,
            carbons: false,
            features,
            resume_failed: self.resume_failed,
        })
    }
}

impl State {
    /// Whether the server may already send stanzas for us.
    fn is_bound(&self) -> bool {
        matches!(self, Self::RequestingSession { .. } | Self::Enabling { .. })
    }
}

/// RFC 6120 has no condition of its own for channel binding, and Prosody answers with this one.
fn malformed_request(exchange: &Exchange) -> NegotiationError {
    match exchange {
        Exchange::First(scram) => match scram.binding() {
            ChannelBinding::Unsupported => sasl_failure("malformed-request"),
            // It does offer channel binding: someone took that off the list.
            ChannelBinding::NotOffered => NegotiationError::Login(LoginFailure::ServerNotProven),
            ChannelBinding::Bound { .. } => NegotiationError::Login(LoginFailure::NoSafeMechanism),
        },
        Exchange::Proving(proving) if proving.is_bound() => NegotiationError::Login(LoginFailure::ServerNotProven),
        Exchange::Plain | Exchange::Salting(_) | Exchange::Proving(_) | Exchange::Proven => {
            sasl_failure("malformed-request")
        }
    }
}

fn opened(state: &State, open: &StreamOpen) -> Next {
    let major = open.version.as_deref().and_then(|version| version.split('.').next()).and_then(|v| v.parse().ok());
    match (state, major) {
        (State::Header, Some(1..=u32::MAX)) => Ok((State::Features, Vec::new())),
        (State::Header, _) => Err(NegotiationError::Protocol("a version before 1.0")),
        _ => Err(NegotiationError::Protocol("a header out of place")),
    }
}

fn early(state: State, element: Element) -> Next {
    if element.ns != ns::CLIENT {
        return Err(NegotiationError::Protocol("an element out of place"));
    }
    Ok((state, vec![Step::Early(Frame::Element(element))]))
}

fn send(element: &Element) -> Step {
    Step::Send(element.to_xml())
}

fn sasl(name: &str, message: &str) -> Element {
    Element::new(name, ns::SASL).text(STANDARD.encode(message))
}

fn sasl_message(element: &Element) -> Option<String> {
    let text = element.content();
    let text = text.trim();
    // RFC 6120 6.4.2: "=" is a message without content.
    if text == "=" {
        return Some(String::new());
    }
    String::from_utf8(STANDARD.decode(text).ok()?).ok()
}

/// Whether this is the answer to our request: good, or with the condition of its error.
fn reply<'a>(element: &'a Element, id: &str) -> Option<Result<(), &'a str>> {
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
