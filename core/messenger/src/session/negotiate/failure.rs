//! Why there is no session, and whether time or the user has to help.

use super::StreamError;
use crate::session::scram::{Refusal, ScramError};
use crate::view::item::{LoginFailure, WaitReason};

/// Why there is no session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NegotiationError {
    #[error("signing in can't work: {0:?}")]
    Login(LoginFailure),
    #[error("the server can't sign us in at the moment")]
    Busy,
    /// Or somebody on the way has taken the offer out: it is unsafe today, and may be safe tomorrow, elsewhere.
    #[error("the server offers no TLS")]
    NoTls,
    #[error("the server refused to begin TLS")]
    TlsRefused,
    #[error("stream error: {0:?}")]
    Stream(StreamError),
    #[error("the server closed the stream")]
    Closed,
    #[error("the server does not know the login that was sent with the header")]
    NotUnderstood,
    #[error("the server took our token without knowing it")]
    TokenNotProven,
    #[error("the server broke the protocol: {0}")]
    Protocol(&'static str),
}

/// What a failed negotiation means for the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No further try until the user does something.
    Failed(LoginFailure),
    /// Try again after a back-off.
    Waiting(WaitReason),
}

impl NegotiationError {
    /// What to do about it.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Login(failure) => Verdict::Failed(*failure),
            Self::Busy => Verdict::Waiting(WaitReason::ServerBusy),
            Self::NoTls | Self::TlsRefused => Verdict::Waiting(WaitReason::Tls),
            Self::Stream(error) => error.consequence().verdict,
            Self::Closed | Self::NotUnderstood | Self::TokenNotProven | Self::Protocol(_) => {
                Verdict::Waiting(WaitReason::ServerError)
            }
        }
    }
}

impl NegotiationError {
    /// Whether a login that left with the stream header may be the reason.
    pub fn blames_flight(&self) -> bool {
        match self {
            Self::Closed | Self::NotUnderstood | Self::Protocol(_) => true,
            Self::Stream(error) => error.consequence().verdict == Verdict::Waiting(WaitReason::ServerError),
            Self::Login(_) | Self::Busy | Self::NoTls | Self::TlsRefused | Self::TokenNotProven => false,
        }
    }
}

/// RFC 6120 6.5.
pub(super) fn sasl_failure(condition: &str) -> NegotiationError {
    match condition {
        "temporary-auth-failure" => NegotiationError::Busy,
        "aborted" | "incorrect-encoding" | "malformed-request" => NegotiationError::Protocol("our message was refused"),
        "not-authorized" => NegotiationError::Login(LoginFailure::WrongPassword),
        "encryption-required" | "invalid-mechanism" | "mechanism-too-weak" => {
            NegotiationError::Login(LoginFailure::NoSafeMechanism)
        }
        // account-disabled, credentials-expired, invalid-authzid. An unknown condition too: trying the same password
        // again and again is how accounts get locked.
        _ => NegotiationError::Login(LoginFailure::AccountRefused),
    }
}

/// RFC 5802 7, and what we refuse ourselves.
pub(super) fn scram_failure(error: ScramError) -> NegotiationError {
    match error {
        ScramError::Malformed => NegotiationError::Protocol("not a message of SCRAM"),
        ScramError::UnknownExtension
        | ScramError::Iterations(_)
        | ScramError::ListsUnproven
        | ScramError::Refused(Refusal::ChannelBindingUnsupported) => {
            NegotiationError::Login(LoginFailure::NoSafeMechanism)
        }
        ScramError::NonceNotExtended
        | ScramError::ServerNotProven
        | ScramError::ListsChanged
        | ScramError::Refused(Refusal::ChannelBindingsDiffer) => NegotiationError::Login(LoginFailure::ServerNotProven),
        ScramError::Refused(Refusal::Credentials) => NegotiationError::Login(LoginFailure::WrongPassword),
        ScramError::Refused(Refusal::NoResources) => NegotiationError::Busy,
        ScramError::Refused(Refusal::Other) => NegotiationError::Protocol("the exchange was refused"),
    }
}
