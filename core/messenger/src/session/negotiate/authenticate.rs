//! The SASL exchange itself, in either profile (RFC 6120 6, XEP-0388): what is said differs, who must prove what to
//! whom does not.
//!
//! XEPs: 0388

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::failure::{sasl_failure, scram_failure};
use super::mechanism::{self, Mechanism, Past};
use super::token::TokenProof;
use super::{Flight, Memory, Negotiation, NegotiationError, Next, State, Step, base64_text, send};
use crate::command::Secret;
use crate::effect::ScramHash;
use crate::random::Random;
use crate::session::scram::{Advertised, ChannelBinding, Proving, Salting, Scram};
use crate::view::item::LoginFailure;
use crate::wire::{Element, ns};

/// How SASL's messages are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Profile {
    /// RFC 6120 6.
    Sasl1,
    /// XEP-0388.
    Sasl2,
}

pub(super) enum Exchange {
    Plain,
    Token(TokenProof),
    First(Scram),
    Salting(Salting),
    Proving(Proving),
    /// The server's signature came in a challenge and is right.
    Proven(Proving),
}

impl Exchange {
    /// Whether all is said from our side, so that the server may act on it.
    pub(super) fn is_last(&self) -> bool {
        matches!(self, Self::Plain | Self::Token(_) | Self::Proving(_) | Self::Proven(_))
    }
}

impl Profile {
    fn ns(self) -> &'static str {
        match self {
            Self::Sasl1 => ns::SASL,
            Self::Sasl2 => ns::SASL2,
        }
    }

    pub(super) fn response(self, message: &str) -> Element {
        Element::new("response", self.ns()).text(STANDARD.encode(message))
    }

    pub(super) fn abort_and_close(self) -> &'static str {
        match self {
            Self::Sasl1 => "<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></stream:stream>",
            Self::Sasl2 => "<abort xmlns='urn:xmpp:sasl:2'/></stream:stream>",
        }
    }

    /// What comes with a success: `Err` if it is not base64.
    fn additional_data(self, success: &Element) -> Result<Vec<u8>, NegotiationError> {
        const NO_BASE64: NegotiationError = NegotiationError::Protocol("not base64");
        match self {
            // RFC 6120 6.4.2: "=" is a message without content.
            Self::Sasl1 if success.content().trim() == "=" => Ok(Vec::new()),
            Self::Sasl1 => base64_text(success).ok_or(NO_BASE64),
            Self::Sasl2 => success
                .first("additional-data", ns::SASL2)
                .map_or(Ok(Vec::new()), |data| base64_text(data).ok_or(NO_BASE64)),
        }
    }
}

impl Negotiation {
    /// The login's first message, by what the server offers.
    pub(super) fn begin(&mut self, random: &mut dyn Random) -> Next {
        let sasl2 = self.features.sasl2.as_ref();
        self.told.one_flight = sasl2.is_some_and(|sasl2| sasl2.bind.is_some());
        self.told.tokens = sasl2.is_some_and(|sasl2| !sasl2.fast.is_empty());
        self.told.lists_bindings = self.features.channel_bindings.is_some();
        if let Some(begun) = self.begin_with_token() {
            return Ok(begun);
        }
        if self.config.signs_out {
            return Ok((State::Established, vec![Step::SignedOut]));
        }
        let (profile, mechanisms) = self.mechanisms()?;
        self.authenticate(profile, mechanisms, random)
    }

    /// SASL2 where it is as safe as the older profile.
    fn mechanisms(&self) -> Result<(Profile, Vec<Mechanism>), NegotiationError> {
        let hashes: Vec<ScramHash> = self.config.keys.iter().map(|keys| keys.hash).collect();
        let password = !self.config.password.expose().is_empty();
        let choose = |profile, hashes| {
            let Some(tls) = &self.tls else { return Vec::new() };
            let past = Past { scram_seen: self.config.scram_seen, binding_seen: self.config.binding_seen, hashes };
            mechanism::choose(self.advertised(profile), tls, past)
        };
        let best = |hashes| {
            let newer = choose(Profile::Sasl2, hashes);
            if matches!(newer.first(), Some(Mechanism::Scram { .. })) {
                return (Profile::Sasl2, newer);
            }
            let older = choose(Profile::Sasl1, hashes);
            if older.is_empty() { (Profile::Sasl2, newer) } else { (Profile::Sasl1, older) }
        };
        let (profile, mechanisms) = best(if password { None } else { Some(&hashes[..]) });
        if !mechanisms.is_empty() {
            return Ok((profile, mechanisms));
        }
        // What we kept of the password does not serve what the server offers now.
        let reason = if !password && !best(None).1.is_empty() {
            LoginFailure::WrongPassword
        } else {
            LoginFailure::NoSafeMechanism
        };
        Err(NegotiationError::Login(reason))
    }

    fn advertised(&self, profile: Profile) -> Advertised<'_> {
        let mechanisms = match (profile, &self.features.sasl2) {
            (Profile::Sasl1, _) => &self.features.mechanisms[..],
            (Profile::Sasl2, Some(sasl2)) => &sasl2.mechanisms,
            (Profile::Sasl2, None) => &[],
        };
        Advertised { mechanisms, channel_bindings: self.features.channel_bindings.as_deref() }
    }

    /// Begins an exchange with the first of these.
    fn authenticate(&mut self, profile: Profile, mechanisms: Vec<Mechanism>, random: &mut dyn Random) -> Next {
        let Some(user) = self.config.account.node() else {
            return Err(NegotiationError::Login(LoginFailure::AccountRefused));
        };
        self.told.binding = None;
        let mut others = mechanisms.into_iter();
        let (name, exchange, message) = match others.next() {
            None => return Err(NegotiationError::Login(LoginFailure::NoSafeMechanism)),
            Some(Mechanism::Plain) => {
                let message = Zeroizing::new(format!("\0{user}\0{}", self.config.password.expose()));
                ("PLAIN", Exchange::Plain, message)
            }
            Some(Mechanism::Scram { name, hash, binding, lists_must_be_proven }) => {
                if let ChannelBinding::Bound { kind, .. } = &binding {
                    self.told.binding = Some((*kind).to_owned());
                }
                let scram = Scram::new(hash, user.as_str(), binding, random).with_proven_lists(lists_must_be_proven);
                let message = Zeroizing::new(scram.first_message());
                (name, Exchange::First(scram), message)
            }
        };
        (self.sign_in.mechanism, self.sign_in.fast) = (name, false);
        let initial = STANDARD.encode(&*message);
        let auth = match profile {
            Profile::Sasl1 => {
                self.resumes_inline = false;
                Element::new("auth", ns::SASL).with("mechanism", name).text(initial)
            }
            Profile::Sasl2 => self.authenticate2(name, &initial, None),
        };
        let others = others.collect();
        Ok((State::Authenticating { profile, exchange, others }, vec![send(&auth)]))
    }

    pub(super) fn authenticating(
        &mut self,
        profile: Profile,
        exchange: Exchange,
        others: Vec<Mechanism>,
        element: &Element,
        random: &mut dyn Random,
    ) -> Next {
        let pipelined = self.flight;
        if let Flight::AnswerDue { as_known } = pipelined {
            self.flight = Flight::Answered { as_known };
        }
        if element.ns != profile.ns() {
            self.flight = pipelined;
            return Err(NegotiationError::Protocol("not a message of SASL"));
        }
        match element.name.as_str() {
            "failure" => self.failed(profile, &exchange, others, element, random),
            "success" => self.succeeded(profile, exchange, element),
            "challenge" => {
                let message = base64_text(element).and_then(|message| String::from_utf8(message).ok());
                let message = message.ok_or(NegotiationError::Protocol("not base64 of text"))?;
                self.challenged(profile, exchange, others, &message)
            }
            // A second factor, or a new password: there is no screen for either.
            "continue" if profile == Profile::Sasl2 => Err(NegotiationError::Login(LoginFailure::NoSafeMechanism)),
            _ => Err(NegotiationError::Protocol("not a message of SASL")),
        }
    }

    fn challenged(&mut self, profile: Profile, exchange: Exchange, others: Vec<Mechanism>, message: &str) -> Next {
        let (exchange, step) = match exchange {
            Exchange::First(scram) => {
                let salting = scram.challenge(message, self.advertised(profile)).map_err(scram_failure)?;
                self.told.lists_proven = Some(salting.has_proven_lists());
                match self.config.keys.iter().find(|keys| salting.fits(keys)) {
                    Some(keys) => {
                        let (proving, message) = salting.prove(keys.clone());
                        (Exchange::Proving(proving), send(&profile.response(&message)))
                    }
                    // The server has another salt: the password was set anew, or what is kept of it.
                    None if self.config.password.expose().is_empty() => {
                        return Err(NegotiationError::Login(LoginFailure::WrongPassword));
                    }
                    None => {
                        let job = salting.job(&self.config.password);
                        (Exchange::Salting(salting), Step::Compute(job))
                    }
                }
            }
            Exchange::Proving(proving) => {
                proving.verify(message).map_err(scram_failure)?;
                (Exchange::Proven(proving), send(&Element::new("response", profile.ns())))
            }
            Exchange::Plain | Exchange::Token(_) | Exchange::Salting(_) | Exchange::Proven(_) => {
                return Err(NegotiationError::Protocol("a challenge out of place"));
            }
        };
        Ok((State::Authenticating { profile, exchange, others }, vec![step]))
    }

    fn succeeded(&mut self, profile: Profile, exchange: Exchange, success: &Element) -> Next {
        let data = profile.additional_data(success)?;
        let mut steps = Vec::new();
        match exchange {
            Exchange::Token(_) if self.config.signs_out => return Ok((State::Established, vec![Step::SignedOut])),
            Exchange::Plain => {}
            Exchange::Token(proof) if proof.verify(&data) => {}
            Exchange::Token(_) => {
                self.token_refused = true;
                return Err(NegotiationError::TokenNotProven);
            }
            Exchange::Proving(proving) => {
                let message = String::from_utf8(data).map_err(|_| NegotiationError::Protocol("not text"))?;
                proving.verify(&message).map_err(scram_failure)?;
                steps.extend(proven(proving));
            }
            Exchange::Proven(proving) => steps.extend(proven(proving)),
            Exchange::First(_) | Exchange::Salting(_) => {
                return Err(NegotiationError::Login(LoginFailure::ServerNotProven));
            }
        }
        self.authenticated = true;
        self.config.password = Secret::new("");
        self.config.keys.clear();
        let (state, more) = match profile {
            Profile::Sasl1 => (State::Header, vec![Step::RestartReader, Step::Send(self.header())]),
            Profile::Sasl2 => self.signed_in(success)?,
        };
        steps.extend(more);
        Ok((state, steps))
    }

    fn failed(
        &mut self,
        profile: Profile,
        exchange: &Exchange,
        others: Vec<Mechanism>,
        failure: &Element,
        random: &mut dyn Random,
    ) -> Next {
        // Prosody puts some conditions into the namespace of SASL2.
        let mut conditions = failure
            .children()
            .filter(|child| matches!(child.ns.as_str(), ns::SASL | ns::SASL2) && child.name != "text");
        let condition = conditions.next().map(|child| child.name.as_str());
        let stale = self.flight == Flight::Answered { as_known: false };
        self.flight = Flight::None;
        match (exchange, condition) {
            (Exchange::Token(_), _) if self.config.signs_out => Ok((State::Established, vec![Step::SignedOut])),
            // The token is good for another day.
            (Exchange::Token(_), Some("temporary-auth-failure")) => Err(NegotiationError::Busy),
            (Exchange::Token(_), Some("account-disabled")) => Err(sasl_failure("account-disabled")),
            // Revoked, expired, lost in the server, or bound to something else: all the same to us. The stream goes on.
            (Exchange::Token(_), _) => {
                self.config.token = None;
                self.token_refused = true;
                let (state, steps) = self.begin(random)?;
                Ok((state, std::iter::once(Step::Remember(Memory::TokenRefused)).chain(steps).collect()))
            }
            // We had built on what the server no longer offers.
            (Exchange::First(_), _) if stale => self.begin(random),
            (Exchange::First(_), Some("not-authorized" | "invalid-mechanism")) if !others.is_empty() => {
                self.authenticate(profile, others, random)
            }
            (exchange, Some("malformed-request")) => Err(malformed_request(exchange)),
            (_, condition) => Err(sasl_failure(condition.unwrap_or_default())),
        }
    }
}

/// What a proven exchange leaves behind.
fn proven(proving: Proving) -> impl Iterator<Item = Step> {
    let bound = proving.is_bound().then_some(Step::Remember(Memory::BindingSeen));
    bound.into_iter().chain([Step::Remember(Memory::Keys(proving.into_keys()))])
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
        Exchange::Plain | Exchange::Token(_) | Exchange::Salting(_) | Exchange::Proving(_) | Exchange::Proven(_) => {
            sasl_failure("malformed-request")
        }
    }
}
