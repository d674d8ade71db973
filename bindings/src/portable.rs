//! An account's contacts, blocks, bookmarks and profile in a file that other servers read (XEP-0227), and out of one.

use linnet_messenger::command::{Command, Receipt};
use linnet_messenger::contact::portable::PortableAccount;
use linnet_messenger::ids::AccountId;
use linnet_messenger::view::item;

use crate::client::{Client, unexpected};
use crate::error::CommandError;

/// What is collected for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct ExportItem {
    /// Parts that the server is asked for.
    pub total: u32,
    /// Parts that it has answered for; once these are all, the file can be read.
    pub done: u32,
    /// Parts that are not to be had: the file will lack them.
    pub missing: u32,
}

/// What a file brings into an account, or brought last.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ImportItem {
    /// Whose file it is: an address, or a name if the file does not tell the server. Anybody can write anything there.
    pub source: String,
    /// Contacts, bookmarks and parts of a profile.
    pub total: u32,
    /// How many of them are still to be done; 0: it is at its end.
    pub left: u32,
    /// How many the server did not take.
    pub refused: u32,
    /// How many were left as they are, because the account had its own.
    pub kept: u32,
}

/// What a file says of one account.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AccountFileItem {
    /// Whose it is: an address, or a name if the file does not tell the server.
    pub address: String,
    /// People on its roster.
    pub contacts: u32,
    /// People and servers that it does not hear.
    pub blocks: u32,
    /// Rooms that it remembers (XEP-0402, 0048).
    pub bookmarks: u32,
    /// Whether there is a name, a picture or more of a profile.
    pub profile: bool,
    /// Entries that can't be read; the others can.
    pub unreadable: u32,
}

impl From<item::ExportItem> for ExportItem {
    fn from(export: item::ExportItem) -> Self {
        let item::ExportItem { total, done, missing } = export;
        Self { total, done, missing }
    }
}

impl From<item::ImportItem> for ImportItem {
    fn from(import: item::ImportItem) -> Self {
        let item::ImportItem { source, total, left, refused, kept } = import;
        Self { source, total, left, refused, kept }
    }
}

impl From<PortableAccount> for AccountFileItem {
    fn from(account: PortableAccount) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            contacts: count(account.contacts.len()),
            blocks: count(account.blocks.len()),
            bookmarks: count(account.bookmarks()),
            profile: account.has_profile(),
            unreadable: account.unreadable,
            address: account.address,
        }
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Asks the account's server for what goes into a file and is not here: bookmarks and profile. How far that is,
    /// `AccountItem.export` tells.
    ///
    /// Errors: `NotFound`, `Offline`, `NotNow` (the app is locked, or it is asked already), `Storage`.
    pub async fn collect_export(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::CollectExport { account: AccountId(account) }).await
    }

    /// The file, once everything is collected (XEP-0227; XML in UTF-8, not encrypted): contacts with names and groups,
    /// blocks, bookmarks and profile. No password and no messages are in it. What was collected is forgotten.
    ///
    /// Errors: `NotFound`, `NotNow` (the app is locked, or not everything is there), `Storage`.
    pub async fn read_export(&self, account: i64) -> Result<Vec<u8>, CommandError> {
        match self.inner.submit(Command::ReadExport { account: AccountId(account) }).await? {
            Receipt::Exported(file) => Ok(file),
            receipt => Err(unexpected(receipt)),
        }
    }

    /// What such a file of 16 MiB at most says, user by user; changes nothing.
    ///
    /// Errors: `Unreadable` (no such file), `TooLarge`.
    pub async fn read_account_file(&self, file: Vec<u8>) -> Result<Vec<AccountFileItem>, CommandError> {
        Ok(self.inner.read_account_file(file).await?.into_iter().map(Into::into).collect())
    }

    /// Brings what a file says of one of its users (by their place in what `read_account_file` gave, from 0) into an
    /// account. Contacts are put on its roster with names and groups and asked to be seen; blocks hold at once; bookmarks
    /// and profile are published where the account has none. It goes on by itself, after a restart too;
    /// `AccountItem.import` tells how far it is. One that was not at its end is given up.
    ///
    /// Errors: `NotFound` (no such account or user), `Unreadable`, `TooLarge`, `Storage`.
    pub async fn import_account_file(&self, account: i64, file: Vec<u8>, user: u32) -> Result<(), CommandError> {
        let users = self.inner.read_account_file(file).await?;
        let place = usize::try_from(user).unwrap_or(usize::MAX);
        let from = users.into_iter().nth(place).ok_or(CommandError::NotFound)?;
        self.done(Command::ImportAccount { account: AccountId(account), from: Box::new(from) }).await
    }

    /// Forgets how the last import went; what was not done yet is not done any more. Errors: `NotFound`, `Storage`.
    pub async fn end_import(&self, account: i64) -> Result<(), CommandError> {
        self.done(Command::EndImport { account: AccountId(account) }).await
    }
}
