//! Backup files, and files for other servers: what the messenger gives and takes, read, sealed and opened away from the
//! core thread, for that costs a second.

use linnet_messenger::app::backup::seal;
use linnet_messenger::command::{Command, Owner, Receipt, Restored, Secret, SecretBytes};
use linnet_messenger::contact::portable::{self, PortableAccount};
use linnet_messenger::fault::CommandError;

use crate::client::Client;
use crate::random::SystemRandom;

impl Client {
    /// A backup file; with `credentials` it signs in wherever it is restored.
    pub async fn export_backup(
        &self,
        passphrase: Secret,
        credentials: bool,
        owner: Option<Owner>,
    ) -> Result<Vec<u8>, CommandError> {
        if !seal::is_passphrase(&passphrase) {
            return Err(CommandError::TextInvalid);
        }
        match self.submit(Command::ReadBackup { credentials, owner }).await? {
            Receipt::Backup(SecretBytes(contents)) => {
                aside(move || seal::seal(&mut SystemRandom, &passphrase, &contents)).await
            }
            _ => Err(CommandError::Internal),
        }
    }

    /// Does what a backup file says.
    pub async fn import_backup(&self, passphrase: Secret, file: Vec<u8>) -> Result<Restored, CommandError> {
        let contents = aside(move || seal::open(&passphrase, &file)).await?;
        match self.submit(Command::RestoreBackup { contents: SecretBytes(contents) }).await? {
            Receipt::Restored(restored) => Ok(restored),
            _ => Err(CommandError::Internal),
        }
    }
}

impl Client {
    /// What a file for other servers says (XEP-0227), user by user.
    pub async fn read_account_file(&self, file: Vec<u8>) -> Result<Vec<PortableAccount>, CommandError> {
        aside(move || portable::file::read(&file)).await
    }
}

async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CommandError> + Send + 'static,
) -> Result<T, CommandError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(CommandError::Internal))
}
