//! Whom the user hears nothing of, over all accounts, in the order of their addresses.

use rusqlite::Connection;

use super::item::BlockItem;
use super::{Page, View, Window};
use crate::change::Change;
use crate::store::StoreError;

/// Rows in the first window, and how far it can grow.
const FIRST: u32 = 200;
const MOST: u32 = 5_000;

/// See the module.
#[derive(Debug)]
pub struct Blocks {
    size: u32,
}

impl Blocks {
    /// The first of them.
    pub fn new() -> Self {
        Self { size: FIRST }
    }
}

impl Default for Blocks {
    fn default() -> Self {
        Self::new()
    }
}

impl View for Blocks {
    type Item = BlockItem;

    fn concerns(&self, change: Change) -> bool {
        matches!(change, Change::Contacts(_))
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<BlockItem>, StoreError> {
        let mut items: Vec<BlockItem> = connection
            .prepare_cached(
                "SELECT account_id, jid, state = 'held' FROM block WHERE state <> 'lifting'
                 ORDER BY account_id, jid LIMIT ?1",
            )?
            .query_map([self.size + 1], |row| {
                let account = row.get(0)?;
                let address: String = row.get(1)?;
                Ok(BlockItem {
                    key: format!("{account} {address}"),
                    account,
                    server: !address.contains('@'),
                    address,
                    held: row.get(2)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        let at_end = items.len() <= self.size as usize;
        items.truncate(self.size as usize);
        Ok(Window { items, at_start: true, at_end })
    }

    fn page(&mut self, page: Page) {
        match page {
            Page::Older(count) => self.size = self.size.saturating_add(count).min(MOST),
            Page::Newest => self.size = FIRST,
            Page::Around(_) => {}
        }
    }
}
