//! What the user asked of an account's server, as the account's screen shows it.

use serde::{Deserialize, Serialize};

/// The last such thing, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum AccountTask {
    ChangingPassword,
    PasswordChanged,
    PasswordNotChanged {
        problem: AccountProblem,
        /// The server's own words.
        text: Option<String>,
    },
    /// On the server too.
    Deleting,
    NotDeleted {
        problem: AccountProblem,
        text: Option<String>,
    },
    /// The token is taken back; then the account goes.
    SigningOut,
}

/// Why the server did not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountProblem {
    /// Not in an app, or not for this account.
    NotAllowed,
    /// The password is too weak for its taste.
    NotAcceptable,
    /// It said nothing: it may be done or not.
    NoAnswer,
    Other,
}
