//! One's own devices: how this one is called, which are there, and whatever has access to the account.

use rusqlite::{Connection, OptionalExtension};

use super::item::{self, Availability, ClientAnswers, OwnDevicesItem, OwnSession, Support};
use super::{View, Window};
use crate::change::Change;
use crate::ids::AccountId;
use crate::store::StoreError;

/// See the module.
#[derive(Debug)]
pub struct OwnDevices {
    account: AccountId,
}

impl OwnDevices {
    /// Of this account.
    pub fn new(account: AccountId) -> Self {
        Self { account }
    }
}

impl View for OwnDevices {
    type Item = OwnDevicesItem;

    fn concerns(&self, change: Change) -> bool {
        change == Change::Presence(self.account) || change == Change::Accounts
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<OwnDevicesItem>, StoreError> {
        let snapshot = connection.unchecked_transaction()?;
        let found = snapshot
            .prepare_cached(
                "SELECT account.jid, account.device_name, account.resource, account.priority, account.connection,
                        stream.bound_jid, client_access.answers,
                        coalesce(json_array_length(login.offer, '$.sasl2.fast'), 0) > 0
                 FROM account LEFT JOIN stream ON stream.account_id = account.id
                 LEFT JOIN client_access ON client_access.account_id = account.id
                 LEFT JOIN login ON login.account_id = account.id
                 WHERE account.id = ?1",
            )?
            .query_row([self.account], |row| {
                let jid: String = row.get(0)?;
                let connection: String = row.get(4)?;
                let online = matches!(
                    serde_json::from_str(&connection),
                    Ok(item::Connection::Online | item::Connection::CatchingUp)
                );
                let bound: Option<String> = row.get(5)?;
                let answers: Option<String> = row.get(6)?;
                let answers: ClientAnswers =
                    answers.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
                let gives_tokens: bool = row.get(7)?;
                let item = OwnDevicesItem {
                    key: format!("{}", self.account),
                    account: self.account,
                    name: row.get(1)?,
                    resource: row.get(2)?,
                    priority: row.get(3)?,
                    sessions: Vec::new(),
                    manages: match answers.listed {
                        Some(true) => Support::Yes,
                        Some(false) => Support::No,
                        None => Support::Unknown,
                    },
                    clients: answers.clients,
                    problem: answers.problem,
                    tokens_may_stay: gives_tokens && answers.listed != Some(true),
                };
                Ok((item, jid, bound.filter(|_| online)))
            })
            .optional()?;
        let Some((mut item, jid, bound)) = found else {
            return Ok(Window { items: Vec::new(), at_start: true, at_end: true });
        };
        if let Some(bound) = bound {
            item.sessions = sessions(&snapshot, self.account, &jid, &bound)?;
        }
        Ok(Window { items: vec![item], at_start: true, at_end: true })
    }
}

fn sessions(connection: &Connection, account: AccountId, jid: &str, bound: &str) -> rusqlite::Result<Vec<OwnSession>> {
    let own = bound.split_once('/').map_or("", |(_, resource)| resource);
    let mut sessions: Vec<OwnSession> = connection
        .prepare_cached(
            "SELECT resource, show, status, software FROM presence WHERE account_id = ?1 AND jid = ?2
             ORDER BY resource",
        )?
        .query_map((account, jid), |row| {
            let (name, show): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(OwnSession {
                this: name == own,
                name,
                availability: Availability::of(&show),
                status: row.get(2)?,
                software: row.get(3)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    sessions.sort_by_key(|session| (!session.this, session.availability));
    Ok(sessions)
}
