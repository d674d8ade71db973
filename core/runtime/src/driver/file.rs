//! Commands about files, which the core itself neither reads nor writes.

use std::path::Path;
use std::sync::Arc;

use linnet_messenger::command::{Command, Owner, Receipt, Secret};
use linnet_messenger::contact::portable::PortableAccount;
use linnet_messenger::fault::CommandError;
use linnet_messenger::ids::AccountId;
use linnet_runtime::Client;
use serde_json::{Value, json};

use crate::command::Do;
use crate::output::{self, Answer};

/// Whether [`obey`] knows it.
pub(crate) fn is_about_files(command: &Do) -> bool {
    matches!(
        command,
        Do::ExportBackup { .. }
            | Do::ImportBackup { .. }
            | Do::ReadExport { .. }
            | Do::ReadAccountFile { .. }
            | Do::ImportAccountFile { .. }
    )
}

/// Carries it out. A file that can't be read or written is `storage`.
pub(crate) async fn obey(client: Arc<Client>, command: Do) -> Answer {
    attempt(&client, command).await.map_err(output::command_error)
}

async fn attempt(client: &Client, command: Do) -> Result<Value, CommandError> {
    match command {
        Do::ExportBackup { file, passphrase, credentials, pin } => {
            let owner = pin.map(|pin| Owner::Pin(Secret::new(pin)));
            let bytes = client.export_backup(Secret::new(passphrase), credentials, owner).await?;
            write(&file, &bytes)
        }
        Do::ImportBackup { file, passphrase } => {
            let restored = client.import_backup(Secret::new(passphrase), read(&file)?).await?;
            Ok(output::receipt(Receipt::Restored(restored)))
        }
        Do::ReadExport { account, file } => {
            match client.submit(Command::ReadExport { account: AccountId(account) }).await? {
                Receipt::Exported(bytes) => write(&file, &bytes),
                _ => Err(CommandError::Internal),
            }
        }
        Do::ReadAccountFile { file } => {
            let users: Vec<Value> = users(client, &file).await?.iter().map(described).collect();
            Ok(json!({ "users": users }))
        }
        Do::ImportAccountFile { account, file, user } => {
            let from = users(client, &file).await?.into_iter().nth(user).ok_or(CommandError::NotFound)?;
            let import = Command::ImportAccount { account: AccountId(account), from: Box::new(from) };
            client.submit(import).await.map(output::receipt)
        }
        _ => Err(CommandError::Internal),
    }
}

async fn users(client: &Client, file: &Path) -> Result<Vec<PortableAccount>, CommandError> {
    client.read_account_file(read(file)?).await
}

fn described(user: &PortableAccount) -> Value {
    json!({
        "address": user.address,
        "contacts": user.contacts.len(),
        "blocks": user.blocks.len(),
        "bookmarks": user.bookmarks(),
        "profile": user.has_profile(),
        "unreadable": user.unreadable,
    })
}

fn read(file: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(file).map_err(|_| CommandError::Storage)
}

fn write(file: &Path, bytes: &[u8]) -> Result<Value, CommandError> {
    std::fs::write(file, bytes).map_err(|_| CommandError::Storage)?;
    Ok(json!({ "bytes": bytes.len() }))
}
