//! The app's own settings and its lock: always one row.

use rusqlite::Connection;

use super::item::{AppItem, LockItem};
use super::{View, Window};
use crate::change::Change;
use crate::command::NotificationContent;
use crate::store::StoreError;

/// See the module.
#[derive(Debug)]
pub struct App;

impl View for App {
    type Item = AppItem;

    fn concerns(&self, change: Change) -> bool {
        // With one account left there is nothing to choose.
        matches!(change, Change::App | Change::Accounts)
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<AppItem>, StoreError> {
        let item = connection
            .prepare_cached(
                "SELECT notification_content, hides_screen, pin_key IS NOT NULL, locked, biometrics, patience, wrong,
                        wait_until,
                        CASE WHEN (SELECT count(*) FROM account WHERE signed_in = 1) > 1 THEN shown_account END
                 FROM app WHERE id = 1",
            )?
            .query_row([], |row| {
                let (content, is_set): (String, bool) = (row.get(0)?, row.get(2)?);
                let lock = LockItem {
                    locked: row.get(3)?,
                    biometrics: row.get(4)?,
                    patience: u64::try_from(row.get::<_, i64>(5)?).unwrap_or(0),
                    wrong: row.get(6)?,
                    wait_until: row.get(7)?,
                };
                Ok(AppItem {
                    key: "app".to_owned(),
                    notification_content: NotificationContent::of(&content),
                    hides_screen: row.get(1)?,
                    shown_account: row.get(8)?,
                    lock: is_set.then_some(lock),
                })
            })?;
        Ok(Window { items: vec![item], at_start: true, at_end: true })
    }
}
