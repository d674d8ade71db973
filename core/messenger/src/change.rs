//! What a commit touched: the only thing views listen to.

use crate::ids::{AccountId, ChatId};

/// A part of the store that may look different now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// Accounts, their settings or connection state.
    Accounts,
    /// The app's own settings, or its lock.
    App,
    /// Accounts that are being made.
    SignUps,
    /// Own codes, and invitations of servers.
    Codes,
    /// Messages, gaps, drafts or read state of a chat.
    Chat(ChatId),
    /// The chat list: order, previews, unread counts, new chats.
    ChatList,
    /// Roster, subscription requests, block list of an account.
    Contacts(AccountId),
    /// Which devices of an account's contacts are there.
    Presence(AccountId),
    /// What is known of an account's server.
    ServerDetails(AccountId),
    /// Anything may have changed (another process wrote).
    All,
}
