//! One's own codes, and invitations of one's server.

use linnet_messenger::command::Command;
use linnet_messenger::ids::AccountId;
use linnet_messenger::view::item;

use crate::client::Client;
use crate::error::CommandError;
use crate::subscription::subscription;

/// An account's own code.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CodeItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// The account.
    pub account: i64,
    /// Its bare JID.
    pub address: String,
    /// What the code says, for `draw_qr`; also to be sent as a link (XEP-0379).
    pub link: String,
    /// Until when the first who comes by it is a contact at once, UTC milliseconds; `None` before `Client.show_code`: who
    /// comes by it asks.
    pub expires: Option<i64>,
    /// What the server gave for people without an account; `None` if it was not asked.
    pub invitation: Option<ServerInvitation>,
}

/// An invitation of the account's server (XEP-0401).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum ServerInvitation {
    /// The server is asked.
    Asking,
    /// For one person.
    Ready {
        /// An `xmpp:` link, for `draw_qr`.
        link: String,
        /// A page of the server's that explains it to who has no XMPP program yet, `https:`.
        page: Option<String>,
        /// When it ends, UTC milliseconds; `None`: never.
        expires: Option<i64>,
        /// Who has it may make an account on the server (XEP-0445).
        newcomers: bool,
    },
    /// The server makes none: the own code does.
    NotOffered,
    /// The server makes some, but not for this account, or not now.
    Refused,
    /// The server did not answer, or not with an invitation. Asking again may help.
    Failed,
}

subscription! {
    /// The own code of every account that was ever signed in, in the order of the accounts. `Client.show_code` renews
    /// what is used up or too old.
    CodesSubscription, CodesBatch, CodesOp, CodeItem, linnet_messenger::view::codes::Codes
}

impl From<item::CodeItem> for CodeItem {
    fn from(item: item::CodeItem) -> Self {
        let item::CodeItem { key, account, address, link, expires, invitation } = item;
        Self { key, account: account.0, address, link, expires, invitation: invitation.map(Into::into) }
    }
}

impl From<item::ServerInvitation> for ServerInvitation {
    fn from(invitation: item::ServerInvitation) -> Self {
        match invitation {
            item::ServerInvitation::Asking => Self::Asking,
            item::ServerInvitation::Ready { link, page, expires, newcomers } => {
                Self::Ready { link, page, expires, newcomers }
            }
            item::ServerInvitation::NotOffered => Self::NotOffered,
            item::ServerInvitation::Refused => Self::Refused,
            item::ServerInvitation::Failed => Self::Failed,
        }
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// The account's code comes on screen: it gets a token that counts for a week and once (XEP-0379); see `codes`.
    /// Errors: `NotFound`, `Storage`.
    pub async fn show_code(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::ShowCode { account: AccountId(account) }).await
    }

    /// Asks the account's server for an invitation for someone who has no account (XEP-0401); see `CodeItem.invitation`.
    /// Errors: `NotFound`, `Offline`, `Storage`.
    pub async fn create_invitation(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::CreateInvitation { account: AccountId(account) }).await
    }
}
