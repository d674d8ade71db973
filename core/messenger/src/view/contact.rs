//! The other side of one chat: who it is, where they are, and what is between us.

use rusqlite::{Connection, OptionalExtension, Row};

use super::item::{self, Availability, ContactItem, ContactMoved, PrivacyException, VcardItem};
use super::item::{DetailsState, DeviceClock, DeviceDetails, DeviceItem, DeviceKind};
use super::{View, Window, codes, timeline};
use crate::change::Change;
use crate::command::PrivacySetting;
use crate::ids::{AccountId, ChatId};
use crate::store::StoreError;

/// See the module.
#[derive(Debug)]
pub struct Contact {
    chat: ChatId,
}

impl Contact {
    /// The one this chat is with.
    pub fn new(chat: ChatId) -> Self {
        Self { chat }
    }
}

impl View for Contact {
    type Item = ContactItem;

    fn concerns(&self, change: Change) -> bool {
        matches!(change, Change::Contacts(_) | Change::Presence(_) | Change::ChatList | Change::Accounts)
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<ContactItem>, StoreError> {
        let snapshot = connection.unchecked_transaction()?;
        let found = snapshot
            .prepare_cached(
                "SELECT chat.account_id, chat.jid, account.jid, contact.name, contact.tags, contact.subscription,
                        contact.ask, last_seen.time, chat.muted, account.reporting, account.connection,
                        EXISTS (SELECT 1 FROM block WHERE block.account_id = chat.account_id
                            AND block.jid IN (chat.jid, substr(chat.jid, instr(chat.jid, '@') + 1))
                            AND block.state <> 'lifting'),
                        avatar.shown, nickname.name, nickname.full_name, vcard.card
                 FROM chat JOIN account ON account.id = chat.account_id
                 LEFT JOIN contact ON contact.account_id = chat.account_id AND contact.jid = chat.jid
                 LEFT JOIN last_seen ON last_seen.account_id = chat.account_id AND last_seen.jid = chat.jid
                 LEFT JOIN nickname ON nickname.account_id = chat.account_id AND nickname.jid = chat.jid
                 LEFT JOIN vcard ON vcard.account_id = chat.account_id AND vcard.jid = chat.jid
                 LEFT JOIN avatar ON avatar.account_id = chat.account_id AND avatar.jid = chat.jid
                 WHERE chat.id = ?1",
            )?
            .query_row([self.chat], |row| {
                let account: AccountId = row.get(0)?;
                let address: String = row.get(1)?;
                let own: String = row.get(2)?;
                let name: Option<String> = row.get(3)?;
                let tags: Option<String> = row.get(4)?;
                let subscription: Option<String> = row.get(5)?;
                let asked: Option<bool> = row.get(6)?;
                let connection: String = row.get(10)?;
                let called: Option<String> = row.get(13)?;
                let of_vcard: Option<bool> = row.get(14)?;
                let vcard: Option<String> = row.get(15)?;
                let vcard: Option<VcardItem> = vcard.and_then(|json| serde_json::from_str(&json).ok());
                let is = |one: &str| subscription.as_deref().is_some_and(|kind| kind == one || kind == "both");
                let item = ContactItem {
                    key: format!("{account} {address}"),
                    chat: self.chat,
                    account,
                    title: timeline::display_name(name.clone().or_else(|| called.clone()), &address),
                    note_to_self: address == own,
                    picture: row.get(12)?,
                    link: codes::link(&address, None),
                    address,
                    name,
                    nickname: called.filter(|_| of_vcard != Some(true)),
                    vcard: vcard.filter(|vcard| !vcard.is_empty()),
                    tags: tags.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default(),
                    contact: subscription.is_some(),
                    asked: asked.unwrap_or(false),
                    sees_us: is("from"),
                    we_see: is("to"),
                    devices: Vec::new(),
                    devices_askable: is("from"),
                    availability: None,
                    status: None,
                    last_seen: row.get(7)?,
                    muted: row.get(8)?,
                    blocked: row.get(11)?,
                    reportable: row.get(9)?,
                    exceptions: Vec::new(),
                    in_general: Vec::new(),
                    moved: None,
                };
                // Without a connection nobody knows.
                let online = matches!(
                    serde_json::from_str(&connection),
                    Ok(item::Connection::Online | item::Connection::CatchingUp)
                );
                Ok((item, online))
            })
            .optional()?;
        let Some((mut item, online)) = found else {
            return Ok(Window { items: Vec::new(), at_start: true, at_end: true });
        };
        item.exceptions = exceptions(&snapshot, &item)?;
        item.in_general = in_general(&snapshot, item.account)?;
        item.moved = moved(&snapshot, &item)?;
        // One's own are on a screen of their own.
        if online && !item.blocked && !item.note_to_self {
            item.devices = devices(&snapshot, &item)?;
            item.availability = item.devices.first().map(|device| device.availability);
            let best = item.devices.iter().filter(|device| Some(device.availability) == item.availability);
            item.status = best.filter_map(|device| device.status.clone()).next();
        }
        Ok(Window { items: vec![item], at_start: true, at_end: true })
    }
}

fn exceptions(connection: &Connection, item: &ContactItem) -> rusqlite::Result<Vec<PrivacyException>> {
    let stored: Vec<(String, bool)> = connection
        .prepare_cached(
            "SELECT setting, allowed FROM privacy_exception WHERE account_id = ?1 AND jid = ?2 ORDER BY setting",
        )?
        .query_map((item.account, &item.address), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let read = |(name, allowed): (String, bool)| {
        PrivacySetting::of(&name).map(|setting| PrivacyException { setting, allowed })
    };
    Ok(stored.into_iter().filter_map(read).collect())
}

/// What they say of another address of theirs: a question comes first, then the last one that was answered by yes.
fn moved(connection: &Connection, item: &ContactItem) -> rusqlite::Result<Option<ContactMoved>> {
    connection
        .prepare_cached(
            "SELECT moved.jid, moved.state = 'proven', moved.time,
                    (SELECT chat.id FROM chat WHERE chat.account_id = ?1 AND chat.jid = moved.jid AND chat.listed = 1)
             FROM moved_request AS moved
             WHERE moved.account_id = ?1 AND moved.old = ?2
                 AND (moved.state = 'followed' OR moved.state = 'proven'
                     AND EXISTS (SELECT 1 FROM subscription_request AS request
                         WHERE request.account_id = ?1 AND request.jid = moved.jid)
                     AND EXISTS (SELECT 1 FROM contact WHERE contact.account_id = ?1 AND contact.jid = ?2
                         AND contact.subscription IN ('from', 'both')))
                 AND NOT EXISTS (SELECT 1 FROM block WHERE block.account_id = ?1
                     AND block.jid IN (moved.jid, substr(moved.jid, instr(moved.jid, '@') + 1),
                         CASE moved.state WHEN 'proven' THEN ?2 END,
                         CASE moved.state WHEN 'proven' THEN substr(?2, instr(?2, '@') + 1) END)
                     AND block.state <> 'lifting')
             ORDER BY moved.state = 'proven' DESC, moved.time DESC LIMIT 1",
        )?
        .query_row((item.account, &item.address), |row| {
            Ok(ContactMoved { address: row.get(0)?, asks: row.get(1)?, time: row.get(2)?, chat: row.get(3)? })
        })
        .optional()
}

fn in_general(connection: &Connection, account: AccountId) -> rusqlite::Result<Vec<PrivacySetting>> {
    connection
        .prepare_cached(
            "SELECT online, last_seen, typing, receipts, read_markers, device_information, callers <> 'nobody', auto_load
             FROM account WHERE id = ?1",
        )?
        .query_row([account], |row| {
            let settings = [
                PrivacySetting::Online,
                PrivacySetting::LastSeen,
                PrivacySetting::Typing,
                PrivacySetting::Receipts,
                PrivacySetting::ReadMarkers,
                PrivacySetting::DeviceInformation,
                PrivacySetting::Calls,
                PrivacySetting::AutoLoad,
            ];
            let mut told = Vec::new();
            for (at, setting) in settings.into_iter().enumerate() {
                if row.get(at)? {
                    told.push(setting);
                }
            }
            Ok(told)
        })
}

/// Their clocks were compared with the server's; how far that one is from ours, the account knows.
const DEVICES: &str = "SELECT presence.resource, presence.show, presence.status, presence.idle_since,
        details.version, details.time, details.info, details.program, details.program_version, details.system,
        details.kind, details.utc_offset, details.clock_offset + account.clock_offset
    FROM presence JOIN account ON account.id = presence.account_id
    LEFT JOIN device_details AS details ON details.account_id = presence.account_id AND details.jid = presence.jid
        AND details.resource = presence.resource
    WHERE presence.account_id = ?1 AND presence.jid = ?2 ORDER BY presence.resource";

fn devices(connection: &Connection, item: &ContactItem) -> rusqlite::Result<Vec<DeviceItem>> {
    let mut devices: Vec<DeviceItem> = connection
        .prepare_cached(DEVICES)?
        .query_map((item.account, &item.address), |row| {
            let show: String = row.get(1)?;
            Ok(DeviceItem {
                name: row.get(0)?,
                availability: Availability::of(&show),
                status: row.get(2)?,
                idle_since: row.get(3)?,
                details: details(row)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    devices.sort_by_key(|device| device.availability);
    Ok(devices)
}

fn details(row: &Row<'_>) -> rusqlite::Result<Option<DeviceDetails>> {
    let states: [Option<String>; 3] = [row.get(4)?, row.get(5)?, row.get(6)?];
    let [Some(version), Some(time), Some(info)] = states else { return Ok(None) };
    let (program, kind): (Option<String>, Option<String>) = (row.get(7)?, row.get(10)?);
    let (utc_offset, ahead): (Option<i32>, Option<i64>) = (row.get(11)?, row.get(12)?);
    let clock = utc_offset.zip(ahead).map(|(utc_offset, ahead)| DeviceClock { utc_offset, ahead });
    let is = |state: &str, of: &[&String]| of.iter().any(|one| *one == state);
    let state = if is("asking", &[&version, &time, &info]) {
        DetailsState::Asking
    } else if program.is_some() || clock.is_some() {
        DetailsState::Told
    } else if is("refused", &[&version, &time]) {
        DetailsState::Refused
    } else {
        DetailsState::Silent
    };
    Ok(Some(DeviceDetails {
        state,
        program,
        version: row.get(8)?,
        system: row.get(9)?,
        kind: kind.as_deref().and_then(DeviceKind::named),
        clock,
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::store::{Store, StoreOptions};

    #[test]
    fn the_devices_of_one_contact_walk_through_no_table() {
        let store = Store::open(StoreOptions::new(None, [0; 32])).unwrap();
        let mut plan = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {DEVICES}")).unwrap();
        let steps = plan.raw_query().mapped(|row| row.get::<_, String>(3)).map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(steps.len(), 3, "{steps:?}");
        assert!(steps.iter().all(|step| step.starts_with("SEARCH ")), "{steps:?}");
    }
}
