//! What tells several accounts apart: colours, and whose a row is.

use linnet_messenger::command::{self, Command};
use linnet_messenger::ids::AccountId;
use linnet_messenger::view::item;

use crate::client::Client;
use crate::error::CommandError;

/// The colours an account can have. On their grounds they have a contrast of 4.5 at least (WCAG 2.1, 1.4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum AccountColour {
    /// The first of the rainbow.
    Red,
    /// Between red and yellow.
    Orange,
    /// On a light ground dark as old gold.
    Yellow,
    /// As leaves are.
    Green,
    /// Between green and blue.
    Turquoise,
    /// As the sky is.
    Blue,
    /// The last of the rainbow.
    Violet,
    /// Between violet and red.
    Pink,
}

/// How a colour is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct AccountColourValues {
    /// The colour.
    pub colour: AccountColour,
    /// 0xRRGGBB on a light ground (sRGB).
    pub light: u32,
    /// 0xRRGGBB on a dark ground (sRGB).
    pub dark: u32,
}

/// Every colour with its values, in the order of the rainbow.
#[uniffi::export]
pub fn account_colours() -> Vec<AccountColourValues> {
    let values = |colour: command::AccountColour| {
        let (light, dark) = colour.on_grounds();
        AccountColourValues { colour: colour.into(), light, dark }
    };
    command::AccountColour::ALL.into_iter().map(values).collect()
}

/// Whose a row is, where rows of several accounts stand together.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AccountMark {
    /// The account's title: to be said by screen readers wherever the colour is shown.
    pub title: String,
    /// The account's colour.
    pub colour: AccountColour,
}

impl From<item::AccountMark> for AccountMark {
    fn from(mark: item::AccountMark) -> Self {
        Self { title: mark.title, colour: mark.colour.into() }
    }
}

macro_rules! both_ways {
    ($($colour:ident),*) => {
        impl From<command::AccountColour> for AccountColour {
            fn from(colour: command::AccountColour) -> Self {
                match colour {
                    $(command::AccountColour::$colour => Self::$colour,)*
                }
            }
        }

        impl From<AccountColour> for command::AccountColour {
            fn from(colour: AccountColour) -> Self {
                match colour {
                    $(AccountColour::$colour => Self::$colour,)*
                }
            }
        }
    };
}

both_ways!(Red, Orange, Yellow, Green, Turquoise, Blue, Violet, Pink);

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Names an account for the user alone (at most 40 characters, an empty name is none) and gives it a colour.
    /// Errors: `NotFound`, `TextInvalid`, `Storage`.
    pub async fn edit_account(&self, account: i64, name: String, colour: AccountColour) -> Result<(), CommandError> {
        self.done(Command::EditAccount { account: AccountId(account), name, colour: colour.into() }).await
    }

    /// Puts an account at this place of the user's order, from 0; beyond the end is the end.
    /// Errors: `NotFound`, `Storage`.
    pub async fn move_account(&self, account: i64, to: u32) -> Result<(), CommandError> {
        self.done(Command::MoveAccount { account: AccountId(account), to }).await
    }

    /// Keeps which account's chats the list shows (`AppItem.shown_account`); `None`: all. The list itself is asked for by
    /// `chat_list`. Errors: `NotFound`, `Storage`.
    pub async fn show_account(&self, account: Option<i64>) -> Result<(), CommandError> {
        self.done(Command::ShowAccount { account: account.map(AccountId) }).await
    }
}
