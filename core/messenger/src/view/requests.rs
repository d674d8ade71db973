//! Strangers who ask to see our presence or have written, the newest first, contacts who have moved before all; not
//! those who are blocked.
//!
//! Invariant: bounded, and with it what one look costs, however many strangers there are.

use rusqlite::Connection;

use super::item::{RequestItem, RequestMoved};
use super::{View, Window, chat_list, timeline};
use crate::change::Change;
use crate::message::styling;
use crate::store::StoreError;

/// Requests shown at once; those behind move up as they are answered.
const MOST: u32 = 200;

/// Whose new address it is.
#[derive(serde::Deserialize)]
struct Moved {
    old: String,
    name: Option<String>,
}

/// See the module.
#[derive(Debug)]
pub struct Requests;

impl View for Requests {
    type Item = RequestItem;

    fn concerns(&self, change: Change) -> bool {
        matches!(change, Change::Contacts(_) | Change::ChatList)
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<RequestItem>, StoreError> {
        let mut items: Vec<RequestItem> = connection
            .prepare_cached(
                "SELECT request.account_id, request.jid, request.time, request.asks, request.chat,
                        (SELECT count(*) FROM message WHERE message.chat_id = request.chat AND message.hidden = 0),
                        (SELECT body FROM message WHERE message.chat_id = request.chat AND message.hidden = 0
                         ORDER BY position DESC LIMIT 1),
                        account.reporting,
                        (SELECT json_object('old', moved.old, 'name', coalesce(contact.name, nickname.name))
                         FROM moved_request AS moved
                         JOIN contact ON contact.account_id = moved.account_id AND contact.jid = moved.old
                             AND contact.subscription IN ('from', 'both')
                         LEFT JOIN nickname ON nickname.account_id = moved.account_id AND nickname.jid = moved.old
                         WHERE moved.account_id = request.account_id AND moved.jid = request.jid
                             AND moved.state = 'proven'
                             AND NOT EXISTS (SELECT 1 FROM block WHERE block.account_id = moved.account_id
                                 AND block.jid IN (moved.old, substr(moved.old, instr(moved.old, '@') + 1))
                                 AND block.state <> 'lifting')
                         ORDER BY moved.time DESC LIMIT 1) AS moved
                 FROM (SELECT account_id, jid, max(time) AS time, max(asks) AS asks, max(chat) AS chat FROM (
                           SELECT account_id, jid, time, 1 AS asks, NULL AS chat FROM subscription_request
                           UNION ALL
                           SELECT account_id, jid, last_activity, 0, id FROM chat WHERE known = 0 AND listed = 1)
                       GROUP BY account_id, jid) AS request
                 JOIN account ON account.id = request.account_id
                 WHERE NOT EXISTS (SELECT 1 FROM block WHERE block.account_id = request.account_id
                     AND block.jid IN (request.jid, substr(request.jid, instr(request.jid, '@') + 1))
                     AND block.state <> 'lifting')
                 ORDER BY moved IS NULL, request.time DESC, request.jid LIMIT ?1",
            )?
            .query_map([MOST + 1], |row| {
                let account = row.get(0)?;
                let address: String = row.get(1)?;
                let body: Option<String> = row.get(6)?;
                let moved: Option<String> = row.get(8)?;
                let moved: Option<Moved> = moved.and_then(|json| serde_json::from_str(&json).ok());
                Ok(RequestItem {
                    key: format!("{account} {address}"),
                    account,
                    preview: body.map(|body| chat_list::shorten(&styling::brief(&body, &address))),
                    address,
                    time: row.get(2)?,
                    asks: row.get(3)?,
                    chat: row.get(4)?,
                    messages: row.get(5)?,
                    reportable: row.get(7)?,
                    moved: moved.map(|Moved { old, name }| RequestMoved {
                        title: timeline::display_name(name, &old),
                        address: old,
                    }),
                })
            })?
            .collect::<Result<_, _>>()?;
        let at_end = items.len() <= MOST as usize;
        items.truncate(MOST as usize);
        Ok(Window { items, at_start: true, at_end })
    }
}
