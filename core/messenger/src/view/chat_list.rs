//! The chat list over all accounts, the chat with the latest activity first.

use rusqlite::Connection;

use super::item::{ChatItem, Preview};
use super::{View, Window, timeline};
use crate::change::Change;
use crate::ids::AccountId;
use crate::store::StoreError;

/// Characters of a message shown in the list.
const PREVIEW: usize = 200;

/// See the module.
#[derive(Debug)]
pub struct ChatList;

impl View for ChatList {
    type Item = ChatItem;

    fn concerns(&self, change: Change) -> bool {
        matches!(change, Change::ChatList | Change::Contacts(_))
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<ChatItem>, StoreError> {
        let items = connection
            .prepare_cached(
                "SELECT chat.id, chat.account_id, chat.jid, account.jid, contact.name,
                        (SELECT count(*) FROM (SELECT 1 FROM message
                             WHERE message.chat_id = chat.id AND message.unread = 1 LIMIT 1000)),
                        last.body, last.time, last.outgoing, last.state, last.failure
                 FROM chat
                 JOIN account ON account.id = chat.account_id
                 LEFT JOIN contact ON contact.account_id = chat.account_id AND contact.jid = chat.jid
                 LEFT JOIN message AS last ON last.chat_id = chat.id AND last.position =
                     (SELECT max(position) FROM message WHERE message.chat_id = chat.id)
                 WHERE chat.listed = 1
                 ORDER BY chat.last_activity DESC, chat.id DESC",
            )?
            .query_map([], |row| {
                let id = row.get(0)?;
                let account: AccountId = row.get(1)?;
                let address: String = row.get(2)?;
                let own: String = row.get(3)?;
                let name: Option<String> = row.get(4)?;
                let body: Option<String> = row.get(6)?;
                let preview = match body {
                    None => None,
                    Some(body) => Some(Preview {
                        body: shorten(&body),
                        time: row.get(7)?,
                        outgoing: row.get(8)?,
                        state: timeline::state(row.get(9)?, row.get(10)?),
                    }),
                };
                Ok(ChatItem {
                    key: format!("{id}"),
                    id,
                    account,
                    title: timeline::display_name(name, &address),
                    note_to_self: address == own,
                    address,
                    preview,
                    unread: row.get(5)?,
                    typing: false,
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(Window { items, at_start: true, at_end: true })
    }
}

pub(super) fn shorten(body: &str) -> String {
    body.chars().take(PREVIEW).map(|c| if c.is_whitespace() { ' ' } else { c }).collect()
}
