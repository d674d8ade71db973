//! What people nearby can see without opening the app: notifications, the list of open apps, pictures of the screen.

use rusqlite::Connection;

use crate::command::NotificationContent;
use crate::fault::Fault;

/// Chooses how much a notification tells.
pub fn set_notification_content(tx: &Connection, content: NotificationContent) -> Result<(), Fault> {
    tx.prepare_cached("UPDATE app SET notification_content = ?1 WHERE id = 1")?.execute([content.name()])?;
    Ok(())
}

/// Keeps the screen out of pictures and of the list of open apps.
pub fn hide_screen(tx: &Connection, hides: bool) -> Result<(), Fault> {
    tx.prepare_cached("UPDATE app SET hides_screen = ?1 WHERE id = 1")?.execute([hides])?;
    Ok(())
}
