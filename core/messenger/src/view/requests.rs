//! Strangers who ask to see our presence or have written, the newest first; not those who are blocked.
//!
//! Invariant: bounded, and with it what one look costs, however many strangers there are.

use rusqlite::Connection;

use super::item::RequestItem;
use super::{View, Window, chat_list};
use crate::change::Change;
use crate::message::styling;
use crate::store::StoreError;

/// Requests shown at once; those behind move up as they are answered.
const MOST: u32 = 200;

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
                        account.reporting
                 FROM (SELECT account_id, jid, max(time) AS time, max(asks) AS asks, max(chat) AS chat FROM (
                           SELECT account_id, jid, time, 1 AS asks, NULL AS chat FROM subscription_request
                           UNION ALL
                           SELECT account_id, jid, last_activity, 0, id FROM chat WHERE known = 0 AND listed = 1)
                       GROUP BY account_id, jid) AS request
                 JOIN account ON account.id = request.account_id
                 WHERE NOT EXISTS (SELECT 1 FROM block WHERE block.account_id = request.account_id
                     AND block.jid IN (request.jid, substr(request.jid, instr(request.jid, '@') + 1))
                     AND block.state <> 'lifting')
                 ORDER BY request.time DESC, request.jid LIMIT ?1",
            )?
            .query_map([MOST + 1], |row| {
                let account = row.get(0)?;
                let address: String = row.get(1)?;
                let body: Option<String> = row.get(6)?;
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
                })
            })?
            .collect::<Result<_, _>>()?;
        let at_end = items.len() <= MOST as usize;
        items.truncate(MOST as usize);
        Ok(Window { items, at_start: true, at_end })
    }
}
