//! What somebody tells of themselves.

use serde::{Deserialize, Serialize};

/// A vCard as it is shown (XEP-0292, 0054): plain texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VcardItem {
    /// One line, at most 100 characters.
    pub full_name: Option<String>,
    /// Some lines, at most 1,000 characters.
    pub about: Option<String>,
    /// The rest, in the order to be shown, at most 20.
    pub lines: Vec<VcardLine>,
}

impl VcardItem {
    /// Nothing is told.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One thing they tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VcardLine {
    pub kind: VcardKind,
    /// One line.
    pub text: String,
    /// What a tap opens: a page (https), a mail, a call or a chat. What is no such is text.
    pub link: Option<String>,
}

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VcardKind {
    Organisation,
    /// What they do there.
    Role,
    Email,
    Telephone,
    Website,
    /// Of XMPP.
    Address,
}
