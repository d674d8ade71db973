//! The one seam where the core's errors become small, machine-readable enums. A UI never inspects text: the words for
//! people are the platforms'.

use linnet_messenger::fault;

/// Why a command was refused. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum CommandError {
    /// The text is neither a bare JID (RFC 7622) nor a link to one (RFC 5122).
    #[error("not a valid address")]
    AddressInvalid,
    /// There is no such account, chat, message or gap: it was deleted, or never was.
    #[error("no such account, chat, message or gap")]
    NotFound,
    /// The account is signed in already, and was not to be signed in to again.
    #[error("the account is signed in already")]
    AccountKnown,
    /// The text is empty, longer than 64 KiB in UTF-8, or the token is not 1–64 characters.
    #[error("an empty or over-long text")]
    TextInvalid,
    /// No picture that can be read, or larger than 50 million pixels, 10,000 a side or 32 MiB.
    #[error("no picture that can be read, or too large")]
    PictureInvalid,
    /// Not possible in this state, for example to retry what has not failed, or after `close`.
    #[error("not possible in this state")]
    NotNow,
    /// Not the PIN of the app lock.
    #[error("not the PIN of the app lock")]
    PinWrong,
    /// The code or file is not one of Linnet's, or is damaged.
    #[error("not something that Linnet made, or damaged")]
    Unreadable,
    /// The code or file was made by a newer version of Linnet.
    #[error("made by a newer version of Linnet")]
    Newer,
    /// The file holds more than Linnet takes: 16 MiB, 1,000 accounts, 20,000 contacts or blocks of an account.
    #[error("more than Linnet takes")]
    TooLarge,
    /// The code is meant for another device, or it is not this one's turn.
    #[error("meant for another device")]
    Foreign,
    /// The code's five minutes are over.
    #[error("too late")]
    Expired,
    /// The passphrase does not open this file.
    #[error("not the passphrase of this file")]
    PassphraseWrong,
    /// Only possible while the account is online.
    #[error("needs a connection")]
    Offline,
    /// The database could not be written; the disk may be full.
    #[error("storage failed")]
    Storage,
    /// A bug of Linnet's own; it has been logged.
    #[error("a bug of Linnet's own")]
    Internal,
}

impl From<fault::CommandError> for CommandError {
    fn from(error: fault::CommandError) -> Self {
        match error {
            fault::CommandError::AddressInvalid => Self::AddressInvalid,
            fault::CommandError::NotFound => Self::NotFound,
            fault::CommandError::AccountKnown => Self::AccountKnown,
            fault::CommandError::TextInvalid => Self::TextInvalid,
            fault::CommandError::PictureInvalid => Self::PictureInvalid,
            fault::CommandError::NotNow => Self::NotNow,
            fault::CommandError::PinWrong => Self::PinWrong,
            fault::CommandError::Unreadable => Self::Unreadable,
            fault::CommandError::Newer => Self::Newer,
            fault::CommandError::TooLarge => Self::TooLarge,
            fault::CommandError::Foreign => Self::Foreign,
            fault::CommandError::Expired => Self::Expired,
            fault::CommandError::PassphraseWrong => Self::PassphraseWrong,
            fault::CommandError::Offline => Self::Offline,
            fault::CommandError::Storage => Self::Storage,
            fault::CommandError::Internal => Self::Internal,
        }
    }
}

/// Why the database can't be opened. Each has its recovery screen: contacts and the server's history come back after
/// signing in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum OpenError {
    /// The key does not open this database, or the file is corrupt. Also when the platform gave a key that is not 32
    /// bytes long.
    #[error("the key does not open this database, or the file is corrupt")]
    KeyOrFile,
    /// The database was written by a newer version of Linnet.
    #[error("the database was written by a newer version")]
    NewerSchema,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// Anything else: no access to the folder, an unreadable file of extra roots, no thread to be had. The log says
    /// more.
    #[error("the database can't be opened")]
    Other,
}

impl From<linnet_runtime::OpenError> for OpenError {
    fn from(error: linnet_runtime::OpenError) -> Self {
        use linnet_messenger::store::OpenError as Store;
        match error {
            linnet_runtime::OpenError::Store(Store::KeyOrFile) => Self::KeyOrFile,
            linnet_runtime::OpenError::Store(Store::NewerSchema) => Self::NewerSchema,
            linnet_runtime::OpenError::Store(Store::DiskFull) => Self::DiskFull,
            _ => Self::Other,
        }
    }
}

/// Why a subscription gave no batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum SubscriptionError {
    /// Another `next` of this subscription is still waiting: one at a time, one subscription per collector.
    #[error("one `next` at a time")]
    Busy,
    /// The database could not be read, or the core stopped on a bug of its own. Asking again may help.
    #[error("storage failed")]
    Storage,
}

impl From<linnet_runtime::SubscriptionError> for SubscriptionError {
    fn from(error: linnet_runtime::SubscriptionError) -> Self {
        match error {
            linnet_runtime::SubscriptionError::Busy => Self::Busy,
            linnet_runtime::SubscriptionError::Storage => Self::Storage,
        }
    }
}
