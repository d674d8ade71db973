//! vCards (XEP-0292, 0054): what the user tells of themselves, and what contacts do.

use linnet_messenger::command;
use linnet_messenger::view::item;

use crate::client::Client;
use crate::error::CommandError;

/// What one tells of oneself; each may be empty. Who may read it, `AccountItem.profile_open` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct VcardFields {
    /// At most 100 characters. Contacts who were given no other name by their user, and told no nickname, may show it.
    #[uniffi(default = "")]
    pub full_name: String,
    /// At most 1,000 characters, in lines.
    #[uniffi(default = "")]
    pub about: String,
    /// At most 200 characters.
    #[uniffi(default = "")]
    pub organisation: String,
    /// What one does there, at most 200 characters.
    #[uniffi(default = "")]
    pub role: String,
    /// A mail address, at most 200 characters.
    #[uniffi(default = "")]
    pub email: String,
    /// A page, at most 500 characters; `https://` is put before one without a scheme.
    #[uniffi(default = "")]
    pub website: String,
}

/// What somebody tells of themselves: plain texts, chosen by them.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct VcardItem {
    /// One line, at most 100 characters.
    pub full_name: Option<String>,
    /// Some lines, at most 1,000 characters.
    pub about: Option<String>,
    /// The rest in the order to be shown, at most 20.
    pub lines: Vec<VcardLine>,
}

/// One thing somebody tells.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct VcardLine {
    /// What it is.
    pub kind: VcardKind,
    /// One line, at most 500 characters.
    pub text: String,
    /// What a tap opens: `https:`, `mailto:`, `tel:` or `xmpp:`, never anything else; `None`: it is text.
    pub link: Option<String>,
}

/// What a line of a vCard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum VcardKind {
    /// Where they work.
    Organisation,
    /// What they do there.
    Role,
    /// A mail address.
    Email,
    /// A telephone number.
    Telephone,
    /// A page of theirs.
    Website,
    /// A bare JID.
    Address,
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// What one tells of oneself (XEP-0292, and 0054 for older programs). Only what is changed is written over what the
    /// server has; fields of other programs stay. It shows here at once; the account's `profile` tells whether the server
    /// has it. Errors: `NotFound`, `TextInvalid` (too long, no mail address, or a page with a space), `Storage`.
    pub async fn set_vcard(&self, account: i64, vcard: VcardFields) -> Result<(), CommandError> {
        self.done(command::Command::SetVcard {
            account: linnet_messenger::ids::AccountId(account),
            vcard: command::VcardFields {
                full_name: vcard.full_name,
                about: vcard.about,
                organisation: vcard.organisation,
                role: vcard.role,
                email: vcard.email,
                website: vcard.website,
            },
        })
        .await
    }

    /// Asks for a contact's vCard, or the account's own: to be called when its screen opens. `ContactItem.vcard`, or
    /// `AccountItem.vcard`, shows what comes. Nothing happens without a connection, if it came within the last minute, and of
    /// who is no contact. Errors: `AddressInvalid`, `NotFound`, `Storage`.
    pub async fn ask_vcard(&self, account: i64, address: String) -> Result<(), CommandError> {
        self.done(command::Command::AskVcard { account: linnet_messenger::ids::AccountId(account), address }).await
    }
}

impl From<command::VcardFields> for VcardFields {
    fn from(fields: command::VcardFields) -> Self {
        Self {
            full_name: fields.full_name,
            about: fields.about,
            organisation: fields.organisation,
            role: fields.role,
            email: fields.email,
            website: fields.website,
        }
    }
}

impl From<item::VcardItem> for VcardItem {
    fn from(item: item::VcardItem) -> Self {
        let line = |line: item::VcardLine| VcardLine { kind: line.kind.into(), text: line.text, link: line.link };
        Self { full_name: item.full_name, about: item.about, lines: item.lines.into_iter().map(line).collect() }
    }
}

impl From<item::VcardKind> for VcardKind {
    fn from(kind: item::VcardKind) -> Self {
        match kind {
            item::VcardKind::Organisation => Self::Organisation,
            item::VcardKind::Role => Self::Role,
            item::VcardKind::Email => Self::Email,
            item::VcardKind::Telephone => Self::Telephone,
            item::VcardKind::Website => Self::Website,
            item::VcardKind::Address => Self::Address,
        }
    }
}
