//! The stream of a sign-up: header, features, TLS, then the questions. Sans I/O, and without any account to name.
//!
//! XEPs: RFC 6120, 0077, 0231, 0445

use crate::input::TlsInfo;
use crate::random::Random;
use crate::session::features::Features;
use crate::session::negotiate::{StreamError, StreamErrorCondition};
use crate::view::item::{LoginFailure, SignUpProblem, WaitReason};
use crate::wire::form::FormTooLarge;
use crate::wire::{Element, Frame, Language, StreamOpen, ns, stream_header};

use super::offer::{Offer, Questions};
use super::picture;

/// Characters of the server's own explanation.
const TEXT: usize = 300;

/// Where the stream stands.
pub struct Talk {
    domain: String,
    language: Language,
    /// A token that lets one in (XEP-0445).
    invitation: Option<String>,
    encrypted: bool,
    state: State,
}

#[derive(Debug, PartialEq)]
enum State {
    Header,
    Features,
    StartTls,
    Handshake,
    Inviting {
        id: String,
    },
    Asking {
        id: String,
    },
    /// A picture that did not come along with the questions.
    Fetching {
        id: String,
        questions: Questions,
    },
    /// The server waits for the answers.
    Ready,
    Sending {
        id: String,
    },
    Over,
}

/// What came of a frame.
#[derive(Debug, PartialEq)]
pub enum Heard {
    Nothing,
    Send(String),
    StartTls,
    Asked(Questions),
    Web {
        url: String,
        instructions: Option<String>,
    },
    /// The account is there.
    Made,
    /// The answers were not taken; others may be.
    NotTaken(SignUpProblem),
    /// No use going on.
    Failed(SignUpProblem),
}

impl Talk {
    /// A stream that has not begun.
    pub fn new(domain: &str, invitation: Option<&str>, language: Language) -> Self {
        let invitation = invitation.map(str::to_owned);
        Self { domain: domain.to_owned(), language, invitation, encrypted: false, state: State::Over }
    }

    /// The transport is open, or encrypted now.
    pub fn start(&mut self, tls: Option<&TlsInfo>) -> String {
        self.encrypted = tls.is_some();
        self.state = State::Header;
        stream_header(&self.domain, None, self.language.as_str())
    }

    /// Whether TLS is being made.
    pub fn shakes_hands(&self) -> bool {
        self.state == State::Handshake
    }

    /// Whether the answers can be sent.
    pub fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    /// The answers, to be written.
    pub fn answer(&mut self, query: Element, random: &mut dyn Random) -> String {
        let id = random.id();
        let iq = self.request("set", &id, query);
        self.state = State::Sending { id };
        iq
    }

    /// Asks for the questions, again.
    pub fn ask(&mut self, random: &mut dyn Random) -> String {
        let id = random.id();
        let iq = self.request("get", &id, Element::new("query", ns::REGISTER));
        self.state = State::Asking { id };
        iq
    }

    /// Takes what the server sent.
    pub fn frame(&mut self, frame: Frame, random: &mut dyn Random) -> Heard {
        let element = match frame {
            Frame::StreamOpen(open) => return self.opened(&open),
            Frame::StreamClose => return self.over(connection(WaitReason::Lost)),
            Frame::TooLarge { .. } => return self.over(SignUpProblem::FormTooLarge),
            Frame::Element(element) => element,
        };
        if let Some(error) = StreamError::parse(&element) {
            // Some servers end the stream of a stranger who asks for an account that they don't make.
            let asked = matches!(self.state, State::Inviting { .. } | State::Asking { .. });
            return self.over(if asked && is_refusal(&error) { SignUpProblem::NotOffered } else { ended(&error) });
        }
        match std::mem::replace(&mut self.state, State::Over) {
            State::Features if element.is("features", ns::STREAM) => self.offered(&Features::parse(&element), random),
            State::StartTls if element.is("proceed", ns::TLS) => {
                self.state = State::Handshake;
                Heard::StartTls
            }
            State::StartTls => self.over(SignUpProblem::Unsafe { why: LoginFailure::NoTls }),
            State::Inviting { id } => match answer(&element, &id) {
                Some(Ok(_)) => Heard::Send(self.ask(random)),
                Some(Err("item-not-found" | "not-acceptable" | "forbidden" | "gone")) => {
                    self.over(SignUpProblem::Invitation)
                }
                // The server knows nothing of invitations; maybe it wants none.
                Some(Err(_)) => Heard::Send(self.ask(random)),
                None => self.unexpected(State::Inviting { id }, &element),
            },
            State::Asking { id } => match answer(&element, &id) {
                Some(Ok(result)) => self.asked(result, random),
                Some(Err("not-allowed" | "forbidden" | "not-authorized" | "registration-required")) => {
                    self.over(SignUpProblem::Refused { text: words(&element) })
                }
                Some(Err("resource-constraint" | "policy-violation")) => {
                    self.over(SignUpProblem::Later { text: words(&element) })
                }
                Some(Err(_)) => self.over(SignUpProblem::NotOffered),
                None => self.unexpected(State::Asking { id }, &element),
            },
            // Without its picture a question may still make sense.
            State::Fetching { id, mut questions } => match answer(&element, &id) {
                Some(result) => {
                    questions.take_picture(result.ok());
                    self.complete(questions, random)
                }
                None => self.unexpected(State::Fetching { id, questions }, &element),
            },
            State::Sending { id } => match answer(&element, &id) {
                Some(Ok(_)) => Heard::Made,
                Some(Err(condition)) => {
                    self.state = State::Ready;
                    Heard::NotTaken(refusal(condition, words(&element)))
                }
                None => self.unexpected(State::Sending { id }, &element),
            },
            state => self.unexpected(state, &element),
        }
    }

    /// Shows the questions once all their pictures are there.
    fn complete(&mut self, questions: Questions, random: &mut dyn Random) -> Heard {
        let Some(name) = questions.lacking() else {
            self.state = State::Ready;
            return Heard::Asked(questions);
        };
        let id = random.id();
        let iq = self.request("get", &id, picture::request(name));
        self.state = State::Fetching { id, questions };
        Heard::Send(iq)
    }

    fn request(&self, kind: &str, id: &str, child: Element) -> String {
        let iq = Element::new("iq", ns::CLIENT).with("type", kind).with("to", self.domain.as_str()).with("id", id);
        iq.child(child).to_xml()
    }

    fn over(&mut self, problem: SignUpProblem) -> Heard {
        self.state = State::Over;
        Heard::Failed(problem)
    }

    /// Stanzas that nobody asked for change nothing; in the stream's own negotiation they have no place.
    fn unexpected(&mut self, state: State, element: &Element) -> Heard {
        if element.ns != ns::CLIENT || matches!(state, State::Header | State::Features | State::StartTls) {
            return self.over(connection(WaitReason::ServerError));
        }
        self.state = state;
        Heard::Nothing
    }

    fn opened(&mut self, open: &StreamOpen) -> Heard {
        let modern = open.version.as_deref().is_some_and(|version| !version.starts_with("0."));
        if self.state != State::Header || !modern {
            return self.over(connection(WaitReason::ServerError));
        }
        self.state = State::Features;
        Heard::Nothing
    }

    /// The feature of XEP-0077 is optional even where accounts are made: the server is asked in any case.
    fn offered(&mut self, features: &Features, random: &mut dyn Random) -> Heard {
        if !self.encrypted {
            if !features.starttls {
                return self.over(SignUpProblem::Unsafe { why: LoginFailure::NoTls });
            }
            self.state = State::StartTls;
            return Heard::Send(Element::new("starttls", ns::TLS).to_xml());
        }
        let Some(token) = self.invitation.clone() else { return Heard::Send(self.ask(random)) };
        let id = random.id();
        let iq = self.request("set", &id, Element::new("preauth", ns::INVITATION).with("token", token));
        self.state = State::Inviting { id };
        Heard::Send(iq)
    }

    fn asked(&mut self, result: &Element, random: &mut dyn Random) -> Heard {
        let Some(query) = result.first("query", ns::REGISTER) else { return self.over(SignUpProblem::NotOffered) };
        match Offer::parse(query) {
            // Without these two there would be nothing to sign in with.
            Ok(Offer::Questions(questions)) if questions.asks("username") && questions.asks("password") => {
                self.complete(questions, random)
            }
            Ok(Offer::Questions(Questions { shown, .. })) => match shown.web {
                Some(url) => Heard::Web { url, instructions: shown.instructions },
                None => self.over(SignUpProblem::NotOffered),
            },
            Ok(Offer::Web { url, instructions }) => Heard::Web { url, instructions },
            Ok(Offer::Nothing) => self.over(SignUpProblem::NotOffered),
            Err(FormTooLarge) => self.over(SignUpProblem::FormTooLarge),
        }
    }
}

/// The answer to our request, if this is it: the result, or the error's condition.
fn answer<'a>(element: &'a Element, id: &str) -> Option<Result<&'a Element, &'a str>> {
    if !element.is("iq", ns::CLIENT) || element.attribute("id") != Some(id) {
        return None;
    }
    match element.attribute("type") {
        Some("result") => Some(Ok(element)),
        Some("error") => {
            let error = element.first("error", ns::CLIENT);
            let condition = error
                .and_then(|error| error.children().find(|child| child.ns == ns::STANZA_ERROR && child.name != "text"));
            Some(Err(condition.map_or("undefined-condition", |condition| condition.name.as_str())))
        }
        _ => None,
    }
}

/// What the server says about it, for people.
fn words(element: &Element) -> Option<String> {
    let text = element.first("error", ns::CLIENT)?.first("text", ns::STANZA_ERROR)?.content();
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(TEXT).collect();
    Some(text).filter(|text| !text.is_empty())
}

fn refusal(condition: &str, text: Option<String>) -> SignUpProblem {
    match condition {
        "conflict" => SignUpProblem::NameTaken,
        "jid-malformed" => SignUpProblem::NameInvalid,
        "not-acceptable" | "bad-request" => SignUpProblem::Answers { text },
        "resource-constraint" | "policy-violation" => SignUpProblem::Later { text },
        "service-unavailable" | "feature-not-implemented" => SignUpProblem::NotOffered,
        _ => SignUpProblem::Refused { text },
    }
}

/// Whether the stream ended because strangers have nothing to ask for.
fn is_refusal(error: &StreamError) -> bool {
    matches!(error.condition, StreamErrorCondition::NotAuthorized | StreamErrorCondition::UnsupportedStanzaType)
}

fn ended(error: &StreamError) -> SignUpProblem {
    match error.condition {
        StreamErrorCondition::PolicyViolation | StreamErrorCondition::ResourceConstraint => {
            SignUpProblem::Later { text: None }
        }
        StreamErrorCondition::HostUnknown | StreamErrorCondition::HostGone => connection(WaitReason::ServerNotFound),
        StreamErrorCondition::ConnectionTimeout => connection(WaitReason::Lost),
        StreamErrorCondition::SystemShutdown => connection(WaitReason::ServerBusy),
        _ => connection(WaitReason::ServerError),
    }
}

/// No connection, and why.
pub fn connection(why: WaitReason) -> SignUpProblem {
    SignUpProblem::Connection { why }
}
