//! One's own presence: how much the user is there, and what he says of it.

use linnet_messenger::command::{self, Command};
use linnet_messenger::ids::AccountId;

use crate::client::Client;
use crate::error::CommandError;

/// How much the user is there (RFC 6121 4.7.2.1), as he may choose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Show {
    /// There.
    Available,
    /// Away.
    Away,
    /// There, and busy (`dnd`): notifications of the account make no sound (`NotificationItem.silent`).
    DoNotDisturb,
}

/// How much the user is there, for one account.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OwnPresence {
    /// As he chose.
    pub show: Show,
    /// What he says of it, 1 to 200 characters.
    pub status: Option<String>,
    /// The account turns to away by itself once nobody has looked for five minutes. Told to who may know when that is
    /// (`Privacy.last_seen`), and to nobody else. On at first.
    pub auto_away: bool,
}

/// Characters of what the user may say of his presence: 200.
#[uniffi::export]
pub fn longest_status() -> u32 {
    u32::try_from(command::LONGEST_STATUS).unwrap_or(u32::MAX)
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Says how much the user is there on this device, and in his words (one line of at most 200 characters, empty for
    /// nothing), to who may see us (`Privacy.online`; RFC 6121 4.7.2). It stays so until he says otherwise; without a
    /// connection it is told with the next one. Errors: `NotFound`, `TextInvalid`, `Storage`.
    pub async fn set_presence(&self, account: i64, show: Show, status: String) -> Result<(), CommandError> {
        self.done(Command::SetPresence { account: AccountId(account), show: show.into(), status }).await
    }

    /// Whether the account turns to away by itself: see `OwnPresence.auto_away`. Errors: `NotFound`, `Storage`.
    pub async fn set_auto_away(&self, account: i64, on: bool) -> Result<(), CommandError> {
        self.done(Command::SetAutoAway { account: AccountId(account), on }).await
    }
}

impl From<Show> for command::Show {
    fn from(show: Show) -> Self {
        match show {
            Show::Available => Self::Available,
            Show::Away => Self::Away,
            Show::DoNotDisturb => Self::DoNotDisturb,
        }
    }
}

impl From<command::Show> for Show {
    fn from(show: command::Show) -> Self {
        match show {
            command::Show::Available => Self::Available,
            command::Show::Away => Self::Away,
            command::Show::DoNotDisturb => Self::DoNotDisturb,
        }
    }
}
