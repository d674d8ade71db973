//! Backups of settings and accounts in one encrypted file; `docs/backup.md` describes it.

use linnet_messenger::command::{self, Secret};

use crate::client::Client;
use crate::error::CommandError;
use crate::handover::Owner;

/// What a backup file brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Restored {
    /// Accounts that were added.
    pub accounts: u32,
    /// Accounts that were here already: they sign in and tell others as before.
    pub known: u32,
    /// Contacts of all of them. Those that the server does not have are put on its roster, with names and tags, as soon
    /// as it can be told; nobody is asked anything.
    pub contacts: u32,
    /// People and servers to be blocked.
    pub blocks: u32,
}

impl From<command::Restored> for Restored {
    fn from(restored: command::Restored) -> Self {
        let command::Restored { accounts, known, contacts, blocks } = restored;
        Self { accounts, known, contacts, blocks }
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// The app's settings, the accounts with theirs, contacts' names and tags, and blocks in one file, sealed with a
    /// passphrase of 8 to 1,000 characters (Argon2id, RFC 9106; ChaCha20-Poly1305, RFC 8439). With `credentials` it signs
    /// in wherever it is restored, so `owner` has to be named where there is an app lock. No messages are in it. Takes
    /// about a second.
    ///
    /// Errors: `TextInvalid` (the passphrase), `PinWrong` (also without `owner`), `NotNow` (the app is locked; too many
    /// wrong PINs), `Storage`.
    pub async fn export_backup(
        &self,
        passphrase: String,
        credentials: bool,
        owner: Option<Owner>,
    ) -> Result<Vec<u8>, CommandError> {
        Ok(self.inner.export_backup(Secret::new(passphrase), credentials, owner.map(Into::into)).await?)
    }

    /// Does what such a file says, of 16 MiB at most. Accounts without a credential in it ask for their password. Takes
    /// about a second.
    ///
    /// Errors: `Unreadable` (no such file, damaged, or it asks for too much), `Newer`, `PassphraseWrong`, `Storage`.
    pub async fn import_backup(&self, passphrase: String, file: Vec<u8>) -> Result<Restored, CommandError> {
        Ok(self.inner.import_backup(Secret::new(passphrase), file).await?.into())
    }
}
