//! What the sign-up screen shows: a form of the server's, whatever it asks for.

use serde::{Deserialize, Serialize};

use super::{LoginFailure, WaitReason};
use crate::ids::{AccountId, SignUpId};

/// An account that is being made on a server (XEP-0077).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpItem {
    pub key: String,
    pub id: SignUpId,
    /// The server's domain, in letters.
    pub server: String,
    pub state: SignUpState,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SignUpState {
    /// The server is asked what it wants to know.
    Asking,
    /// The user's turn.
    Form { form: SignUpForm, problem: Option<SignUpProblem> },
    /// The answers are on their way.
    Sending,
    /// The server makes accounts on a page of its own only.
    Web { url: String, instructions: Option<String> },
    /// The account is there, and being signed in to.
    Done { account: AccountId },
    /// It does not work, or not now.
    Failed { problem: SignUpProblem },
}

/// What the server wants to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct SignUpForm {
    pub title: Option<String>,
    /// The server's own words.
    pub instructions: Option<String>,
    pub fields: Vec<SignUpField>,
    /// A page that does the same.
    pub web: Option<String>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpField {
    /// Names it in the answer; empty for a note.
    pub var: String,
    pub kind: SignUpFieldKind,
    /// A meaning that we have words for; else `label` has the server's.
    pub meaning: Option<SignUpMeaning>,
    pub label: Option<String>,
    pub hint: Option<String>,
    pub required: bool,
    /// Filled in already; for a note, what it says.
    pub values: Vec<String>,
    pub options: Vec<SignUpOption>,
    /// A picture to look at for the answer, as a file.
    pub picture: Option<Vec<u8>>,
    /// Where that picture is on the web, if the server has it nowhere else; never fetched unasked.
    #[serde(default)]
    pub picture_url: Option<String>,
}

/// An answer to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpOption {
    pub label: String,
    pub value: String,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUpFieldKind {
    /// Nothing: text to read.
    Note,
    Line,
    Lines,
    Secret,
    /// "1" or "0".
    Switch,
    /// One of the options.
    Choice,
    /// Any of the options.
    Choices,
}

/// Questions that have words of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUpMeaning {
    /// The local part of the address.
    Username,
    Password,
    Email,
    /// What can be read in the picture (XEP-0158).
    Captcha,
    // The others of XEP-0077 13.4. What a form calls them says more.
    Nick,
    Name,
    First,
    Last,
    Address,
    City,
    State,
    Zip,
    Phone,
    Url,
    Date,
    Misc,
    Text,
}

/// Why there is no account yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum SignUpProblem {
    NameTaken,
    /// No address can have this name.
    NameInvalid,
    /// The server misses an answer, or does not like one. Its own words, if any.
    Answers {
        text: Option<String>,
    },
    /// The server does not want it: too many from this network, a wrong answer to a picture, an invitation needed.
    Refused {
        text: Option<String>,
    },
    /// The invitation is used up or has ended.
    Invitation,
    /// Too many at a time: later it may work.
    Later {
        text: Option<String>,
    },
    /// This server makes no accounts for strangers.
    NotOffered,
    /// The server asks for more than anybody would fill in.
    FormTooLarge,
    /// No connection.
    Connection {
        why: WaitReason,
    },
    /// No safe connection.
    Unsafe {
        why: LoginFailure,
    },
}
