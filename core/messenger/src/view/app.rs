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
        change == Change::App
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<AppItem>, StoreError> {
        let item = connection
            .prepare_cached(
                "SELECT notification_content, hides_screen, pin_key IS NOT NULL, locked, biometrics, patience, wrong,
                        wait_until
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
                    lock: is_set.then_some(lock),
                })
            })?;
        Ok(Window { items: vec![item], at_start: true, at_end: true })
    }
}
