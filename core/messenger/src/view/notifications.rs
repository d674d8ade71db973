//! What is worth telling the user outside the app: chats with unread messages, the one with the newest first. A row goes
//! when its messages are read, here or on another device; the platforms show what appears and withdraw what goes. What it
//! tells of the chat is the user's choice.
//!
//! Invariant: bounded in rows and in lines a row, however much is unread.

use rusqlite::Connection;

use super::item::{NOTIFICATION_LINES, NotificationItem, NotificationLine};
use super::{View, Window, chat_list, timeline};
use crate::change::Change;
use crate::command::{NotificationContent, Show};
use crate::ids::ChatId;
use crate::message::styling;
use crate::store::StoreError;

/// Chats told of at once.
const MOST: u32 = 50;

/// See the module.
#[derive(Debug)]
pub struct Notifications;

impl View for Notifications {
    type Item = NotificationItem;

    fn concerns(&self, change: Change) -> bool {
        matches!(change, Change::ChatList | Change::Contacts(_) | Change::App | Change::Accounts)
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<NotificationItem>, StoreError> {
        let snapshot = connection.unchecked_transaction()?;
        let content: String = snapshot
            .prepare_cached("SELECT notification_content FROM app WHERE id = 1")?
            .query_row([], |row| row.get(0))?;
        let content = NotificationContent::of(&content);
        let mut items = snapshot
            .prepare_cached(
                "SELECT chat.id, chat.account_id, chat.jid, coalesce(contact.name, nickname.name),
                        (SELECT count(*) FROM (SELECT 1 FROM message
                             WHERE message.chat_id = chat.id AND message.unread = 1 LIMIT 1000)), avatar.shown,
                        CASE WHEN (SELECT count(*) FROM account) > 1 THEN coalesce(account.name, account.jid) END,
                        account.show
                 FROM chat JOIN account ON account.id = chat.account_id
                 LEFT JOIN contact ON contact.account_id = chat.account_id AND contact.jid = chat.jid
                 LEFT JOIN nickname ON nickname.account_id = chat.account_id AND nickname.jid = chat.jid
                 LEFT JOIN avatar ON avatar.account_id = chat.account_id AND avatar.jid = chat.jid
                 WHERE chat.listed = 1 AND chat.known = 1 AND chat.muted = 0
                     AND NOT EXISTS (SELECT 1 FROM block WHERE block.account_id = chat.account_id
                         AND block.jid IN (chat.jid, substr(chat.jid, instr(chat.jid, '@') + 1))
                         AND block.state <> 'lifting')
                     AND EXISTS (SELECT 1 FROM message WHERE message.chat_id = chat.id AND message.unread = 1)
                 ORDER BY chat.last_activity DESC, chat.id DESC LIMIT ?1",
            )?
            .query_map([MOST], |row| {
                let chat: ChatId = row.get(0)?;
                let address: String = row.get(2)?;
                Ok(NotificationItem {
                    key: format!("{chat}"),
                    account: row.get(1)?,
                    chat,
                    title: timeline::display_name(row.get(3)?, &address),
                    address,
                    picture: row.get(5)?,
                    lines: Vec::new(),
                    unread: row.get(4)?,
                    account_title: row.get(6)?,
                    silent: Show::of(&row.get::<_, String>(7)?) == Show::DoNotDisturb,
                })
            })?
            .collect::<Result<Vec<_>, _>>()?;
        for item in &mut items {
            item.lines = lines(&snapshot, item)?;
            if content != NotificationContent::Full {
                item.lines.iter_mut().for_each(|line| line.body.clear());
            }
            if content == NotificationContent::Nothing {
                item.title.clear();
                item.address.clear();
                item.picture = None;
                item.account_title = None;
                item.lines.iter_mut().for_each(|line| line.sender_name.clear());
            }
        }
        Ok(Window { items, at_start: true, at_end: true })
    }
}

fn lines(connection: &Connection, item: &NotificationItem) -> rusqlite::Result<Vec<NotificationLine>> {
    let mut lines = connection
        .prepare_cached(
            "SELECT message.id, coalesce(version.body, message.body), message.time FROM message
             LEFT JOIN message AS version ON version.id = (SELECT id FROM message AS newer
                 WHERE newer.corrects = message.id ORDER BY newer.position DESC LIMIT 1)
             WHERE message.chat_id = ?1 AND message.unread = 1 ORDER BY message.position DESC LIMIT ?2",
        )?
        .query_map((item.chat, NOTIFICATION_LINES), |row| {
            let body: String = row.get(1)?;
            Ok(NotificationLine {
                message: row.get(0)?,
                sender_name: item.title.clone(),
                body: chat_list::shorten(&styling::brief(&body, &item.title)),
                time: row.get(2)?,
            })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    lines.reverse();
    Ok(lines)
}
