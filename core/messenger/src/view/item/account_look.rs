//! What tells an account apart from the user's others.

use serde::{Deserialize, Serialize};

use crate::command::AccountColour;

/// Whose a row is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountMark {
    /// The user's name for the account, else its address: to be said wherever the colour is shown.
    pub title: String,
    pub colour: AccountColour,
}

/// As it is stored; what can't be read is as good as any.
pub fn account_colour(stored: Option<String>) -> AccountColour {
    stored.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or(AccountColour::Blue)
}
