//! From an open transport to an established session: STARTTLS, SASL, resumption or resource binding. Sans I/O, and it
//! knows neither store nor engine.
//!
//! Two orders. The ordinary one (RFC 6120 4–7) asks, waits for the features, and asks again. Where the server has
//! SASL2, login, resumption, binding and what is switched on with it are one message; and where its features are known
//! from an earlier login, that message leaves with the stream header, before the server has said anything.
//!
//! Invariants: nothing that names the account or proves its password leaves before TLS; the login counts only once the
//! server has proven that it knows the password or token too, or never could (PLAIN, where SCRAM was never offered);
//! no frame is lost: stanzas that come before the session is established are handed out as [`Step::Early`].
//!
//! XEPs: 0198, 0386, 0388, 0484

mod authenticate;
mod bind;
mod failure;
mod mechanism;
mod sasl2;
mod stream_error;
#[cfg(test)]
mod tests;
mod token;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jid::{BareJid, FullJid};

pub use self::bind::enable;
pub use self::failure::{NegotiationError, Verdict};
pub use self::sasl2::client_state;
pub use self::stream_error::{Consequence, OtherHost, StreamError, StreamErrorCondition};
pub use self::token::{Token, TokenUse, token_mechanism};

use self::authenticate::{Exchange, Profile};
use self::mechanism::Mechanism;
use super::features::Features;
use super::scram::SaltedKeys;
use crate::command::Secret;
use crate::effect::{ComputeJob, ComputeResult, SignIn};
use crate::input::TlsInfo;
use crate::random::Random;
use crate::view::item::LoginAnswers;
use crate::wire::{Element, Frame, Language, STREAM_CLOSE, StreamOpen, ns, stream_header};

/// What to sign in with, and what for.
#[derive(Debug, Clone)]
pub struct NegotiationConfig {
    pub account: BareJid,
    /// Empty if only its keys were kept.
    pub password: Secret,
    pub keys: Vec<SaltedKeys>,
    pub token: Option<TokenUse>,
    /// The server has offered SCRAM for this account before: PLAIN is forbidden from then on.
    pub scram_seen: bool,
    /// A login was bound to its channel before.
    pub binding_seen: bool,
    /// The resource to ask for; the server may choose another.
    pub resource: String,
    /// Names this installation to the server (XEP-0388): a UUID of version 4. Tokens are good for one only.
    pub user_agent: String,
    /// What the user calls this device.
    pub device: Option<String>,
    /// What the resource that the server makes shall say (XEP-0386).
    pub tag: String,
    pub resume: Option<ResumeRequest>,
    /// Nothing is wanted but that the server forgets the token (XEP-0484 3.5).
    pub signs_out: bool,
    /// Switch it on with the binding, where it is offered.
    pub want_stream_management: bool,
    /// What the server offered last time; with it the login need not wait for the features.
    pub known: Option<Features>,
    /// The app is in front (XEP-0352).
    pub active: bool,
    /// Of texts that the server may add for people.
    pub language: Language,
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
    /// Keep this for the next login.
    Remember(Memory),
    /// A stanza (or one above the limits) that came between binding and [`Step::Established`]. It precedes
    /// `<enabled/>` and does not count for XEP-0198.
    Early(Frame),
    /// Done: all further frames are the caller's.
    Established(Established),
    /// The token is good for nothing any more, as far as we can tell.
    SignedOut,
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Send(_) => f.write_str("Send(…)"),
            Self::StartTls => f.write_str("StartTls"),
            Self::RestartReader => f.write_str("RestartReader"),
            Self::Compute(job) => f.debug_tuple("Compute").field(job).finish(),
            Self::Remember(memory) => f.debug_tuple("Remember").field(memory).finish(),
            Self::Early(_) => f.write_str("Early(…)"),
            Self::SignedOut => f.write_str("SignedOut"),
            Self::Established(established) => f.debug_tuple("Established").field(established).finish(),
        }
    }
}

/// What the next login can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Memory {
    /// The server offers SCRAM ([`NegotiationConfig::scram_seen`]).
    ScramSeen,
    /// The login is bound to its channel ([`NegotiationConfig::binding_seen`]).
    BindingSeen,
    /// The server offers this for a login over TLS; `None`: nothing that a login could begin with.
    Offer(Option<Box<Features>>),
    /// The server offers this after the login.
    Session(Box<Features>),
    /// The password's keys, proven right. With them the password itself is no longer needed.
    Keys(SaltedKeys),
    /// To be stored before its first use.
    Token(Token),
    /// The token in use is worth nothing.
    TokenRefused,
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
        /// It is offered, and was not wanted yet.
        can_enable: bool,
        /// XEP-0280 is on.
        carbons: bool,
        /// XEP-0352: the state the session begins in, if the server was told.
        active: Option<bool>,
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
    /// What the server offers: in this stream, or as it is known while the features are still to come.
    features: Features,
    flight: Flight,
    /// What a token in the server's success is for.
    token_for: Option<&'static str>,
    /// The resumption is part of the login under way.
    resumes_inline: bool,
    resume_failed: Option<Option<u32>>,
    token_refused: bool,
    features_follow: bool,
    sign_in: SignIn,
    told: LoginAnswers,
    state: State,
    phase: Phase,
    farewell: &'static str,
}

/// A login that left with the stream header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flight {
    None,
    /// The server's header has to come.
    HeaderDue,
    /// Then its features.
    FeaturesDue,
    /// Then the answer. The features were what we had built on, or not.
    AnswerDue {
        as_known: bool,
    },
    Answered {
        as_known: bool,
    },
}

enum State {
    Idle,
    Header,
    Features,
    StartTls,
    Handshake,
    Authenticating { profile: Profile, exchange: Exchange, others: Vec<Mechanism> },
    Resuming { previd: String },
    Binding { id: String, named: bool },
    RequestingSession { id: String, jid: FullJid },
    Enabling { jid: FullJid },
    Established,
    Failed,
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
            flight: Flight::None,
            token_for: None,
            resumes_inline: false,
            resume_failed: None,
            token_refused: false,
            features_follow: false,
            sign_in: SignIn::default(),
            told: LoginAnswers::default(),
            state: State::Idle,
            phase: Phase::Idle,
            farewell: "",
        }
    }

    /// The transport is open; `tls` if it is encrypted from the first byte.
    pub fn start(&mut self, tls: Option<TlsInfo>, random: &mut dyn Random) -> Vec<Step> {
        self.tls = tls;
        self.sign_in.flights += 1;
        let mut text = self.header();
        let state = match self.first_flight(random) {
            Some((state, message)) => {
                text.push_str(&message);
                self.flight = Flight::HeaderDue;
                self.sign_in.pipelined = true;
                state
            }
            None => State::Header,
        };
        self.enter(state);
        vec![Step::Send(text)]
    }

    /// The handshake that [`Step::StartTls`] asked for is done.
    pub fn tls_ready(&mut self, tls: TlsInfo, random: &mut dyn Random) -> Vec<Step> {
        if !matches!(self.state, State::Handshake) {
            return Vec::new();
        }
        self.start(Some(tls), random)
    }

    /// Takes what the server sent. After an error write [`Negotiation::farewell`], then close the transport.
    pub fn frame(&mut self, frame: Frame, random: &mut dyn Random) -> Result<Vec<Step>, NegotiationError> {
        let state = std::mem::replace(&mut self.state, State::Failed);
        // The server has ended the exchange itself: nothing is left to abort. But a session that is being resumed must
        // not be closed.
        let exchange_over = matches!(state, State::Authenticating { .. })
            && match &frame {
                Frame::Element(element) if matches!(element.ns.as_str(), ns::SASL | ns::SASL2) => {
                    element.name == "failure" || element.name == "success" && self.phase != Phase::Resuming
                }
                Frame::StreamClose => self.phase != Phase::Resuming,
                Frame::Element(_) | Frame::StreamOpen(_) | Frame::TooLarge { .. } => false,
            };
        let (next, steps) = self.step(state, frame, random).inspect_err(|_| {
            if exchange_over {
                self.farewell = STREAM_CLOSE;
            }
        })?;
        self.enter(next);
        self.count_flight(&steps);
        Ok(steps)
    }

    /// Takes what [`Step::Compute`] gave.
    pub fn computed(&mut self, result: ComputeResult) -> Result<Vec<Step>, NegotiationError> {
        match (std::mem::replace(&mut self.state, State::Failed), result) {
            (
                State::Authenticating { profile, exchange: Exchange::Salting(salting), others },
                ComputeResult::ScramSaltedPassword(salted),
            ) => {
                let keys = salting.keys(&salted);
                let (proving, message) = salting.prove(keys);
                self.enter(State::Authenticating { profile, exchange: Exchange::Proving(proving), others });
                let steps = vec![send(&profile.response(&message))];
                self.count_flight(&steps);
                Ok(steps)
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

    /// How the login goes.
    pub fn sign_in(&self) -> SignIn {
        self.sign_in
    }

    /// The same for the user, with what it went through.
    pub fn told(&self) -> Option<LoginAnswers> {
        let tls = self.tls.as_ref()?;
        let mut told = self.told.clone();
        told.tls.clone_from(&tls.version);
        told.certificate = tls.certificate.as_deref().cloned();
        self.sign_in.mechanism.clone_into(&mut told.mechanism);
        Some(told)
    }

    /// What comes now comes over TLS.
    pub fn encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// The server has let us in, and proven itself where it could.
    pub fn authenticated(&self) -> bool {
        self.authenticated
    }

    /// The login left with the stream header, and the server has not answered it. `Some(true)`: although it offers
    /// SASL2.
    pub fn unanswered_flight(&self) -> Option<bool> {
        match self.flight {
            Flight::HeaderDue | Flight::FeaturesDue => Some(false),
            Flight::AnswerDue { .. } => Some(self.features.sasl2.is_some()),
            Flight::None | Flight::Answered { .. } => None,
        }
    }

    /// The token is worth nothing: another login must not use it.
    pub fn token_refused(&self) -> bool {
        self.token_refused
    }

    /// The server still has to tell what it offers in the session; there is no need to wait for it.
    pub fn features_follow(&self) -> bool {
        self.features_follow
    }

    fn count_flight(&mut self, steps: &[Step]) {
        if steps.iter().any(|step| matches!(step, Step::Send(_))) {
            self.sign_in.flights += 1;
        }
    }

    fn enter(&mut self, state: State) {
        (self.phase, self.farewell) = match &state {
            State::Idle => (Phase::Idle, ""),
            State::Header | State::Features => (Phase::Opening, STREAM_CLOSE),
            State::StartTls => (Phase::StartingTls, STREAM_CLOSE),
            State::Handshake => (Phase::StartingTls, ""),
            State::Authenticating { exchange, .. } if self.resumes_inline && exchange.is_last() => {
                (Phase::Resuming, "")
            }
            State::Authenticating { profile, .. } => (Phase::Authenticating, profile.abort_and_close()),
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
            Frame::StreamOpen(open) => return self.opened(state, &open),
            Frame::TooLarge { .. } if state.is_bound() => return Ok((state, vec![Step::Early(frame)])),
            Frame::TooLarge { .. } => return Err(NegotiationError::Protocol("a nonza above the limits")),
            Frame::Element(element) => element,
        };
        if let Some(error) = StreamError::parse(&element) {
            return Err(NegotiationError::Stream(error));
        }
        if self.flight == Flight::FeaturesDue {
            return self.features_behind_flight(state, &element);
        }
        match state {
            State::Features if element.is("features", ns::STREAM) => self.offered(Features::parse(&element), random),
            State::StartTls if element.is("proceed", ns::TLS) => Ok((State::Handshake, vec![Step::StartTls])),
            State::StartTls if element.is("failure", ns::TLS) => Err(NegotiationError::TlsRefused),
            State::Authenticating { profile, exchange, others } => {
                self.authenticating(profile, exchange, others, &element, random)
            }
            State::Resuming { previd } => self.resuming(&previd, &element, random),
            State::Binding { id, named } => self.binding(&id, named, &element, random),
            State::RequestingSession { id, jid } => match bind::reply(&element, &id) {
                Some(Ok(())) => Ok(self.enable(jid)),
                Some(Err(_)) => Err(NegotiationError::Protocol("session request refused")),
                None => early(State::RequestingSession { id, jid }, element),
            },
            State::Enabling { jid } => Self::enabling(jid, element, self.resume_failed),
            State::Idle
            | State::Header
            | State::Features
            | State::StartTls
            | State::Handshake
            | State::Established
            | State::Failed => Err(NegotiationError::Protocol("an element out of place")),
        }
    }

    fn header(&self) -> String {
        let account = self.config.account.to_string();
        let from = self.tls.is_some().then_some(account.as_str());
        stream_header(self.config.account.domain().as_str(), from, self.config.language.as_str())
    }

    fn opened(&mut self, state: State, open: &StreamOpen) -> Next {
        let major = open.version.as_deref().and_then(|version| version.split('.').next()).and_then(|v| v.parse().ok());
        let in_place = matches!(state, State::Header) || self.flight == Flight::HeaderDue;
        match major {
            _ if !in_place => Err(NegotiationError::Protocol("a header out of place")),
            Some(1..=u32::MAX) if self.flight == Flight::HeaderDue => {
                self.flight = Flight::FeaturesDue;
                Ok((state, Vec::new()))
            }
            Some(1..=u32::MAX) => Ok((State::Features, Vec::new())),
            _ => Err(NegotiationError::Protocol("a version before 1.0")),
        }
    }

    /// The login that can leave with the header. Only over TLS 1.3: what the channel can be bound to, and so what the
    /// server offers, is another matter before. Never PLAIN: whom the password goes to, the server shall say first.
    fn first_flight(&mut self, random: &mut dyn Random) -> Option<(State, String)> {
        let newest = self.tls.as_ref().is_some_and(|tls| tls.version == "TLSv1.3");
        let known = self.config.known.clone().filter(|known| newest && !self.authenticated && known.sasl2.is_some())?;
        self.features = known;
        let (state, steps) = self.begin(random).ok()?;
        match (&state, steps.into_iter().next()) {
            (
                State::Authenticating {
                    profile: Profile::Sasl2,
                    exchange: Exchange::Token(_) | Exchange::First(_),
                    ..
                },
                Some(Step::Send(text)),
            ) => Some((state, text)),
            _ => None,
        }
    }

    /// The features come while the answer to our login is on its way.
    fn features_behind_flight(&mut self, state: State, element: &Element) -> Next {
        if !element.is("features", ns::STREAM) {
            return Err(NegotiationError::Protocol("an answer before the features"));
        }
        let features = Features::parse(element);
        let steps = self.learn(&features);
        self.flight = Flight::AnswerDue { as_known: features == self.features };
        self.features = features;
        // It does not even know what we sent; what it makes of it is not worth waiting for.
        if self.features.sasl2.is_none() { Err(NegotiationError::NotUnderstood) } else { Ok((state, steps)) }
    }

    /// What the features of a stream before the login are worth to the next one.
    fn learn(&mut self, features: &Features) -> Vec<Step> {
        let mut steps = Vec::new();
        let offer = Some(features).filter(|features| features.sasl2.is_some());
        if offer != self.config.known.as_ref() {
            steps.push(Step::Remember(Memory::Offer(offer.cloned().map(Box::new))));
        }
        let sasl2 = features.sasl2.iter().flat_map(|sasl2| &sasl2.mechanisms);
        if !self.config.scram_seen && features.mechanisms.iter().chain(sasl2).any(|name| mechanism::is_scram(name)) {
            self.config.scram_seen = true;
            steps.push(Step::Remember(Memory::ScramSeen));
        }
        steps
    }

    fn offered(&mut self, features: Features, random: &mut dyn Random) -> Next {
        if self.authenticated {
            let known = Step::Remember(Memory::Session(Box::new(features.clone())));
            self.features = features;
            let (state, steps) = self.resume_or_bind(random)?;
            return Ok((state, std::iter::once(known).chain(steps).collect()));
        }
        if self.tls.is_none() {
            return if features.starttls {
                Ok((State::StartTls, vec![send(&Element::new("starttls", ns::TLS))]))
            } else {
                Err(NegotiationError::NoTls)
            };
        }
        let mut steps = self.learn(&features);
        self.features = features;
        let (state, more) = self.begin(random)?;
        steps.extend(more);
        Ok((state, steps))
    }
}

impl State {
    /// Whether the server may already send stanzas for us.
    fn is_bound(&self) -> bool {
        matches!(self, Self::RequestingSession { .. } | Self::Enabling { .. })
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

fn base64_text(element: &Element) -> Option<Vec<u8>> {
    STANDARD.decode(element.content().trim()).ok()
}
