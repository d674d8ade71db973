//! The chat list over all accounts, or of one, the chat with the latest activity first. Strangers are none of it, see `requests`.
//!
//! Invariant: the window is bounded; reading it costs the same however many chats there are.

use rusqlite::{Connection, params};

use super::item::{AccountMark, ChatItem, Preview, account_colour};
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

/// The lines; of which accounts, `$of` says.
macro_rules! lines {
    ($of:literal) => {
        concat!(
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
                chat.muted, account.name, account.colour,
                ?2 IS NULL AND (SELECT count(*) FROM account WHERE signed_in = 1) > 1,
                avatar.shown
         FROM chat
         JOIN account ON account.id = chat.account_id
         LEFT JOIN contact ON contact.account_id = chat.account_id AND contact.jid = chat.jid
         LEFT JOIN nickname ON nickname.account_id = chat.account_id AND nickname.jid = chat.jid
         LEFT JOIN avatar ON avatar.account_id = chat.account_id AND avatar.jid = chat.jid
         LEFT JOIN message AS last ON last.chat_id = chat.id AND last.position =
             (SELECT max(position) FROM message WHERE message.chat_id = chat.id AND message.hidden = 0)
         LEFT JOIN message AS version ON version.id = (SELECT id FROM message AS newer
             WHERE newer.corrects = last.id ORDER BY newer.position DESC LIMIT 1)
         WHERE chat.listed = 1 AND chat.known = 1 AND ",
            $of,
            "
         ORDER BY chat.last_activity DESC, chat.id DESC LIMIT ?1"
        )
    };
}

const OF_ALL: &str = lines!("?2 IS NULL");
const OF_ONE: &str = lines!("chat.account_id = ?2");

/// See the module.
#[derive(Debug)]
pub struct ChatList {
    size: u32,
    account: Option<AccountId>,
}

impl ChatList {
    /// The chats with the latest activity.
    pub fn new() -> Self {
        Self { size: FIRST, account: None }
    }

    /// Those of one account only.
    pub fn of(account: AccountId) -> Self {
        Self { size: FIRST, account: Some(account) }
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
            .prepare_cached(if self.account.is_some() { OF_ONE } else { OF_ALL })?
            .query_map(params![self.size + 1, self.account], |row| {
                let id = row.get(0)?;
                let account: AccountId = row.get(1)?;
                let address: String = row.get(2)?;
                let own: String = row.get(3)?;
                let name: Option<String> = row.get(4)?;
                let body: Option<String> = row.get(6)?;
                let title = timeline::display_name(name, &address);
                let (account_name, several): (Option<String>, bool) = (row.get(18)?, row.get(20)?);
                let mark = AccountMark {
                    title: account_name.unwrap_or_else(|| own.clone()),
                    colour: account_colour(row.get(19)?),
                };
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
                    picture: row.get(21)?,
                    address,
                    preview,
                    unread: row.get(5)?,
                    typing: row.get(15)?,
                    blocked: row.get(16)?,
                    muted: row.get(17)?,
                    mark: several.then_some(mark),
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
