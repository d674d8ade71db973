//! Making an account on a server, with whatever it asks for (XEP-0077).

use linnet_messenger::command::{self, Command, Receipt, Secret};
use linnet_messenger::ids::SignUpId;
use linnet_messenger::view::item;

use crate::account::{LoginFailure, WaitReason};
use crate::client::{Client, ProxyAddress, ServerAddress, unexpected};
use crate::error::CommandError;
use crate::subscription::subscription;

/// An account that is being made. It ends with the process; nothing but the account stays.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SignUpItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// For `Client.submit_sign_up` and `Client.cancel_sign_up`.
    pub id: i64,
    /// The server's domain.
    pub server: String,
    /// How far it is.
    pub state: SignUpState,
}

/// How far a sign-up is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum SignUpState {
    /// The server is asked what it wants to know.
    Asking,
    /// The user's turn.
    Form {
        /// The questions.
        form: SignUpForm,
        /// Why the last answers were not taken; `None` at first.
        problem: Option<SignUpProblem>,
    },
    /// The answers are on their way.
    Sending,
    /// The server makes accounts on a page of its own only: open it, then sign in.
    Web {
        /// `https:` or `http:`.
        url: String,
        /// The server's own words.
        instructions: Option<String>,
    },
    /// The account is there and being signed in to; the accounts' list has it. Cancel takes this row away.
    Done {
        /// The account.
        account: i64,
    },
    /// It does not work, or not now. Cancel takes this row away.
    Failed {
        /// Why.
        problem: SignUpProblem,
    },
}

/// What a server wants to know (XEP-0004, or XEP-0077's own questions): at most 100 fields.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SignUpForm {
    /// The server's heading.
    pub title: Option<String>,
    /// The server's own words.
    pub instructions: Option<String>,
    /// In the server's order.
    pub fields: Vec<SignUpField>,
    /// A page that does the same; `https:` or `http:`.
    pub web: Option<String>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SignUpField {
    /// Names it in the answer; empty for a note.
    pub name: String,
    /// What it takes.
    pub kind: SignUpFieldKind,
    /// A meaning to find own words for; else `label` has the server's.
    pub meaning: Option<SignUpMeaning>,
    /// The server's word for it.
    pub label: Option<String>,
    /// The server's explanation.
    pub hint: Option<String>,
    /// It must be answered.
    pub required: bool,
    /// Filled in already; for a note, what it says.
    pub values: Vec<String>,
    /// For choices.
    pub options: Vec<SignUpOption>,
    /// A picture to look at for the answer: PNG, GIF or JPEG, at most 256 KiB and 2,000 pixels a side. A stranger's
    /// file, so decode it with care.
    pub picture: Option<Vec<u8>>,
    /// Where the picture is on the web (`https:` or `http:`), if the server itself has none. Linnet does not fetch it:
    /// who asks for it tells that server of himself, so offer to open it.
    pub picture_url: Option<String>,
}

/// One answer to choose.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SignUpOption {
    /// To be shown.
    pub label: String,
    /// To be answered.
    pub value: String,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SignUpFieldKind {
    /// Nothing: text to read.
    Note,
    /// A line of text.
    Line,
    /// A value a line.
    Lines,
    /// A password.
    Secret,
    /// "1" or "0".
    Switch,
    /// One of the options.
    Choice,
    /// Any of the options.
    Choices,
}

/// Questions that every app has words for. From `Nick` on, a form that has a `label` of its own says more with that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SignUpMeaning {
    /// The part of the address before the `@`.
    Username,
    /// The new account's password: offer to make one, and to keep it in the platform's password store.
    Password,
    /// A mail address, to the server's ends.
    Email,
    /// What the picture shows (XEP-0158).
    Captcha,
    /// What others may call the user (XEP-0077 13.4).
    Nick,
    /// The whole name (XEP-0077 13.4).
    Name,
    /// The given name (XEP-0077 13.4).
    First,
    /// The family name (XEP-0077 13.4).
    Last,
    /// Street and number (XEP-0077 13.4).
    Address,
    /// The town (XEP-0077 13.4).
    City,
    /// State or region, where addresses have one (XEP-0077 13.4).
    State,
    /// The postcode (XEP-0077 13.4).
    Zip,
    /// A phone number (XEP-0077 13.4).
    Phone,
    /// A page on the web (XEP-0077 13.4).
    Url,
    /// A day: of birth, or whatever the instructions say (XEP-0077 13.4).
    Date,
    /// Whatever the instructions say (XEP-0077 13.4).
    Misc,
    /// A text, as the instructions say (XEP-0077 13.4).
    Text,
}

/// Why there is no account yet.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum SignUpProblem {
    /// Somebody else has the name.
    NameTaken,
    /// No address can have this name.
    NameInvalid,
    /// An answer is missing, or not to the server's liking.
    Answers {
        /// The server's own words, at most 300 characters.
        text: Option<String>,
    },
    /// The server does not want it: too many from this network, a wrong answer to a picture, an invitation needed.
    Refused {
        /// The server's own words, at most 300 characters.
        text: Option<String>,
    },
    /// The invitation is used up, or has ended.
    Invitation,
    /// Too many at a time: later it may work.
    Later {
        /// The server's own words, at most 300 characters.
        text: Option<String>,
    },
    /// This server makes no accounts for strangers.
    NotOffered,
    /// The server asks for more than anybody would fill in.
    FormTooLarge,
    /// No connection.
    Connection {
        /// Why not.
        why: WaitReason,
    },
    /// No safe connection.
    Unsafe {
        /// Why not.
        why: LoginFailure,
    },
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SignUpAnswer {
    /// The field's name.
    pub name: String,
    /// A switch has "1" or "0", lines and choices any number of values, all others one.
    pub values: Vec<String>,
}

/// A strong password that can be read aloud and typed anywhere, such as `gabot-lirem-hosad-fekon-pitav`: 80 bits of the
/// operating system's randomness. To be shown to the user and offered to the platform's password store.
#[uniffi::export]
pub fn new_password() -> String {
    linnet_runtime::new_password().expose().to_owned()
}

subscription! {
    /// Accounts that are being made, in the order in which they were begun. Begin one with `Client.start_sign_up`.
    SignUpsSubscription, SignUpsBatch, SignUpsOp, SignUpItem, linnet_messenger::view::sign_up::SignUps
}

impl From<SignUpAnswer> for command::SignUpAnswer {
    fn from(answer: SignUpAnswer) -> Self {
        Self { var: answer.name, values: answer.values.into_iter().map(command::Secret::new).collect() }
    }
}

impl From<item::SignUpItem> for SignUpItem {
    fn from(item: item::SignUpItem) -> Self {
        Self { key: item.key, id: item.id.0, server: item.server, state: item.state.into() }
    }
}

impl From<item::SignUpState> for SignUpState {
    fn from(state: item::SignUpState) -> Self {
        match state {
            item::SignUpState::Asking => Self::Asking,
            item::SignUpState::Form { form, problem } => {
                Self::Form { form: form.into(), problem: problem.map(Into::into) }
            }
            item::SignUpState::Sending => Self::Sending,
            item::SignUpState::Web { url, instructions } => Self::Web { url, instructions },
            item::SignUpState::Done { account } => Self::Done { account: account.0 },
            item::SignUpState::Failed { problem } => Self::Failed { problem: problem.into() },
        }
    }
}

impl From<item::SignUpForm> for SignUpForm {
    fn from(form: item::SignUpForm) -> Self {
        let item::SignUpForm { title, instructions, fields, web } = form;
        Self { title, instructions, fields: fields.into_iter().map(Into::into).collect(), web }
    }
}

impl From<item::SignUpField> for SignUpField {
    fn from(field: item::SignUpField) -> Self {
        let option = |item::SignUpOption { label, value }| SignUpOption { label, value };
        Self {
            name: field.var,
            kind: field.kind.into(),
            meaning: field.meaning.map(Into::into),
            label: field.label,
            hint: field.hint,
            required: field.required,
            values: field.values,
            options: field.options.into_iter().map(option).collect(),
            picture: field.picture,
            picture_url: field.picture_url,
        }
    }
}

impl From<item::SignUpFieldKind> for SignUpFieldKind {
    fn from(kind: item::SignUpFieldKind) -> Self {
        match kind {
            item::SignUpFieldKind::Note => Self::Note,
            item::SignUpFieldKind::Line => Self::Line,
            item::SignUpFieldKind::Lines => Self::Lines,
            item::SignUpFieldKind::Secret => Self::Secret,
            item::SignUpFieldKind::Switch => Self::Switch,
            item::SignUpFieldKind::Choice => Self::Choice,
            item::SignUpFieldKind::Choices => Self::Choices,
        }
    }
}

impl From<item::SignUpMeaning> for SignUpMeaning {
    fn from(meaning: item::SignUpMeaning) -> Self {
        match meaning {
            item::SignUpMeaning::Username => Self::Username,
            item::SignUpMeaning::Password => Self::Password,
            item::SignUpMeaning::Email => Self::Email,
            item::SignUpMeaning::Captcha => Self::Captcha,
            item::SignUpMeaning::Nick => Self::Nick,
            item::SignUpMeaning::Name => Self::Name,
            item::SignUpMeaning::First => Self::First,
            item::SignUpMeaning::Last => Self::Last,
            item::SignUpMeaning::Address => Self::Address,
            item::SignUpMeaning::City => Self::City,
            item::SignUpMeaning::State => Self::State,
            item::SignUpMeaning::Zip => Self::Zip,
            item::SignUpMeaning::Phone => Self::Phone,
            item::SignUpMeaning::Url => Self::Url,
            item::SignUpMeaning::Date => Self::Date,
            item::SignUpMeaning::Misc => Self::Misc,
            item::SignUpMeaning::Text => Self::Text,
        }
    }
}

impl From<item::SignUpProblem> for SignUpProblem {
    fn from(problem: item::SignUpProblem) -> Self {
        match problem {
            item::SignUpProblem::NameTaken => Self::NameTaken,
            item::SignUpProblem::NameInvalid => Self::NameInvalid,
            item::SignUpProblem::Answers { text } => Self::Answers { text },
            item::SignUpProblem::Refused { text } => Self::Refused { text },
            item::SignUpProblem::Invitation => Self::Invitation,
            item::SignUpProblem::Later { text } => Self::Later { text },
            item::SignUpProblem::NotOffered => Self::NotOffered,
            item::SignUpProblem::FormTooLarge => Self::FormTooLarge,
            item::SignUpProblem::Connection { why } => Self::Connection { why: why.into() },
            item::SignUpProblem::Unsafe { why } => Self::Unsafe { why: why.into() },
        }
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Begins to make an account on a server (XEP-0077): it is asked what it wants to know. `domain` is the server's;
    /// `server` overrides DNS; with a `proxy` nothing goes past it, also later; `invitation` is the token of an
    /// invitation (XEP-0445). Returns the sign-up, which `sign_ups` shows.
    ///
    /// Errors: `AddressInvalid` (the proxy's too), `Storage`.
    #[uniffi::method(default(server = None, proxy = None, invitation = None))]
    pub async fn start_sign_up(
        &self,
        domain: String,
        server: Option<ServerAddress>,
        proxy: Option<ProxyAddress>,
        invitation: Option<String>,
    ) -> Result<i64, CommandError> {
        let server = server.map(Into::into);
        let invitation = invitation.map(Secret::new);
        let command = Command::StartSignUp { domain, server, proxy: proxy.map(Into::into), invitation };
        match self.inner.submit(command).await? {
            Receipt::SignUp(sign_up) => Ok(sign_up.0),
            other => Err(unexpected(other)),
        }
    }

    /// Begins to make the account that an invitation leads to (`Link.SignUp`, or `Link.Contact` with `newcomers`;
    /// XEP-0401, 0445), as `start_sign_up` does; who invited becomes the new account's contact. Returns the sign-up.
    ///
    /// Errors: `AddressInvalid` (no such invitation; the proxy's too), `Storage`.
    #[uniffi::method(default(server = None, proxy = None))]
    pub async fn follow_invitation(
        &self,
        link: String,
        server: Option<ServerAddress>,
        proxy: Option<ProxyAddress>,
    ) -> Result<i64, CommandError> {
        let server = server.map(Into::into);
        match self.inner.submit(Command::FollowInvitation { link, server, proxy: proxy.map(Into::into) }).await? {
            Receipt::SignUp(sign_up) => Ok(sign_up.0),
            other => Err(unexpected(other)),
        }
    }

    /// Sends the answers to a server's questions; what comes of it is the sign-up's next state. Once the account is made
    /// it is added and signed in to. Errors: `NotFound`, `NotNow` (no question is open), `Storage`.
    pub async fn submit_sign_up(&self, sign_up: i64, answers: Vec<SignUpAnswer>) -> Result<(), CommandError> {
        let answers = answers.into_iter().map(Into::into).collect();
        self.done(Command::SubmitSignUp { sign_up: SignUpId(sign_up), answers }).await
    }

    /// Ends a sign-up, or takes one that has ended off the list. An account that was made stays.
    /// Errors: `NotFound`, `Storage`.
    pub async fn cancel_sign_up(&self, sign_up: i64) -> Result<(), CommandError> {
        self.done(Command::CancelSignUp { sign_up: SignUpId(sign_up) }).await
    }
}
