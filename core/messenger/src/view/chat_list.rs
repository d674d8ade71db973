//! The chat list over all accounts, the chat with the latest activity first. Strangers are none of it, see `requests`.
//!
//! Invariant: the window is bounded; reading it costs the same however many chats there are.

use rusqlite::Connection;

use super::item::{ChatItem, Preview};
use super::{Page, View, Window, timeline};
use crate::change::Change;
use crate::ids::AccountId;
use crate::message::styling;
use crate::store::StoreError;

/// Characters of a message shown in the list.
const PREVIEW: usize = 200;

/// Chats in the first window: more than most people have.
const FIRST: u32 = 200;
/// Chats a window can grow to.
const MOST: u32 = 5_000;

/// See the module.
#[derive(Debug)]
pub struct ChatList {
    size: u32,
}

impl ChatList {
    /// The chats with the latest activity.
    pub fn new() -> Self {
        Self { size: FIRST }
    }
}

impl Default for ChatList {
    fn default() -> Self {
        Self::new()
    }
}

impl View for ChatList {
    type Item = ChatItem;

    fn concerns(&self, change: Change) -> bool {
        matches!(change, Change::ChatList | Change::Contacts(_))
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<ChatItem>, StoreError> {
        let mut items: Vec<ChatItem> = connection
            .prepare_cached(
                "SELECT chat.id, chat.account_id, chat.jid, account.jid, coalesce(contact.name, nickname.name),
                        (SELECT count(*) FROM (SELECT 1 FROM message
                             WHERE message.chat_id = chat.id AND message.unread = 1 LIMIT 1000)),
                        coalesce(version.body, last.body), last.time, last.outgoing, last.state, last.failure,
                        version.state, version.failure, last.position,
                        (SELECT max(position) FROM message WHERE message.chat_id = chat.id AND message.state = 5),
                        EXISTS (SELECT 1 FROM composing WHERE composing.chat_id = chat.id AND composing.own = 0),
                        EXISTS (SELECT 1 FROM block WHERE block.account_id = chat.account_id
                            AND block.jid IN (chat.jid, substr(chat.jid, instr(chat.jid, '@') + 1))
                            AND block.state <> 'lifting'),
                        chat.muted, avatar.shown
                 FROM chat
                 JOIN account ON account.id = chat.account_id
                 LEFT JOIN contact ON contact.account_id = chat.account_id AND contact.jid = chat.jid
                 LEFT JOIN nickname ON nickname.account_id = chat.account_id AND nickname.jid = chat.jid
                 LEFT JOIN avatar ON avatar.account_id = chat.account_id AND avatar.jid = chat.jid
                 LEFT JOIN message AS last ON last.chat_id = chat.id AND last.position =
                     (SELECT max(position) FROM message WHERE message.chat_id = chat.id AND message.hidden = 0)
                 LEFT JOIN message AS version ON version.id = (SELECT id FROM message AS newer
                     WHERE newer.corrects = last.id ORDER BY newer.position DESC LIMIT 1)
                 WHERE chat.listed = 1 AND chat.known = 1
                 ORDER BY chat.last_activity DESC, chat.id DESC LIMIT ?1",
            )?
            .query_map([self.size + 1], |row| {
                let id = row.get(0)?;
                let account: AccountId = row.get(1)?;
                let address: String = row.get(2)?;
                let own: String = row.get(3)?;
                let name: Option<String> = row.get(4)?;
                let body: Option<String> = row.get(6)?;
                let title = timeline::display_name(name, &address);
                let preview = match body {
                    None => None,
                    Some(body) => Some(Preview {
                        body: match row.get(8)? {
                            true => shorten(&styling::brief(&body, &timeline::display_name(None, &own))),
                            false => shorten(&styling::brief(&body, &title)),
                        },
                        time: row.get(7)?,
                        outgoing: row.get(8)?,
                        state: timeline::state(&timeline::Stored {
                            state: row.get(9)?,
                            failure: row.get(10)?,
                            version_state: row.get(11)?,
                            version_failure: row.get(12)?,
                            position: row.get(13)?,
                            read: row.get(14)?,
                        }),
                    }),
                };
                Ok(ChatItem {
                    key: format!("{id}"),
                    id,
                    account,
                    title,
                    note_to_self: address == own,
                    picture: row.get(18)?,
                    address,
                    preview,
                    unread: row.get(5)?,
                    typing: row.get(15)?,
                    blocked: row.get(16)?,
                    muted: row.get(17)?,
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
            // A message has no place in a list of chats.
            Page::Around(_) => {}
        }
    }
}

pub(super) fn shorten(body: &str) -> String {
    body.chars().take(PREVIEW).map(|c| if c.is_whitespace() { ' ' } else { c }).collect()
}
