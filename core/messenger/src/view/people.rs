//! Who may be meant by what was typed so far: contacts by their names and addresses, then the address completed by the
//! servers that are likely, those of our accounts and contacts first.
//!
//! Invariants: bounded, however long the contact list; nobody who is blocked; what is proposed is an address of a person.

use std::collections::HashSet;
use std::sync::LazyLock;

use rusqlite::Connection;

use super::item::PersonItem;
use super::{View, Window};
use crate::account::provider;
use crate::change::Change;
use crate::contact::address::Address;
use crate::ids::AccountId;
use crate::store::StoreError;

/// Contacts shown at once; more letters show others.
const MOST: usize = 200;
/// Completions of an address.
const COMPLETIONS: usize = 6;
/// Servers of contacts that are looked at, the most frequent first.
const DOMAINS: u32 = 50;
/// Longer texts are no beginning of an address (RFC 7622 3.1).
const LONGEST: usize = 3_071;

/// The servers that everybody may join.
static PUBLIC: LazyLock<Vec<String>> =
    LazyLock::new(|| provider::shipped().into_iter().map(|provider| provider.domain).collect());

/// See the module.
#[derive(Debug)]
pub struct People {
    account: AccountId,
    typed: String,
}

impl People {
    /// For a chat of this account; an empty text means everybody.
    pub fn new(account: AccountId, typed: &str) -> Self {
        let typed = typed.trim();
        Self { account, typed: if typed.len() > LONGEST { String::new() } else { typed.to_lowercase() } }
    }
}

impl View for People {
    type Item = PersonItem;

    fn concerns(&self, change: Change) -> bool {
        matches!(change, Change::Contacts(_))
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<PersonItem>, StoreError> {
        let mut items = contacts(connection, self.account, &self.typed)?;
        let at_end = items.len() <= MOST;
        items.truncate(MOST);
        if let Some((name, begun)) = self.typed.split_once('@')
            && !name.is_empty()
        {
            let known: HashSet<String> = items.iter().map(|item| item.address.clone()).collect();
            let completed = domains(connection, self.account)?
                .into_iter()
                .filter(|domain| domain.starts_with(begun) && domain != begun)
                .filter_map(|domain| Address::read(&format!("{name}@{domain}")).ok())
                .map(|address| address.jid.to_string())
                .filter(|address| !known.contains(address))
                .take(COMPLETIONS);
            items.extend(completed.map(|address| PersonItem {
                key: address.clone(),
                address,
                name: None,
                picture: None,
                contact: false,
            }));
        }
        Ok(Window { items, at_start: true, at_end })
    }
}

fn contacts(connection: &Connection, account: AccountId, typed: &str) -> Result<Vec<PersonItem>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT contact.jid, coalesce(nullif(contact.name, ''), nickname.name), avatar.shown FROM contact
         LEFT JOIN nickname ON nickname.account_id = contact.account_id AND nickname.jid = contact.jid
         LEFT JOIN avatar ON avatar.account_id = contact.account_id AND avatar.jid = contact.jid
         WHERE contact.account_id = ?1 AND instr(contact.jid, '@') > 0
         AND NOT EXISTS (SELECT 1 FROM block WHERE block.account_id = contact.account_id
             AND block.jid IN (contact.jid, substr(contact.jid, instr(contact.jid, '@') + 1))
             AND block.state <> 'lifting')",
    )?;
    let rows = statement.query_map([account], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, Option<String>>(2)?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (address, name, picture) = row?;
        let shown = name.as_deref().unwrap_or(&address).to_lowercase();
        if shown.contains(typed) || address.contains(typed) {
            found.push((shown, PersonItem { key: address.clone(), address, name, picture, contact: true }));
        }
    }
    found.sort_by(|(one, a), (other, b)| (one, &a.address).cmp(&(other, &b.address)));
    Ok(found.into_iter().map(|(_, item)| item).collect())
}

/// Each once, the likeliest first.
fn domains(connection: &Connection, account: AccountId) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT domain FROM (
             SELECT substr(jid, instr(jid, '@') + 1) AS domain, 1000000 + (id = ?1) AS weight FROM account
             UNION ALL SELECT substr(jid, instr(jid, '@') + 1), count(*) FROM contact WHERE instr(jid, '@') > 0 GROUP BY 1)
         GROUP BY domain ORDER BY max(weight) DESC, domain LIMIT ?2",
    )?;
    let own: Vec<String> =
        statement.query_map((account, DOMAINS), |row| row.get(0))?.collect::<Result<_, rusqlite::Error>>()?;
    let mut seen = HashSet::new();
    Ok(own.into_iter().chain(PUBLIC.iter().cloned()).filter(|domain| seen.insert(domain.clone())).collect())
}
