//! Accounts with the state of their connections, in the user's order.

use rusqlite::Connection;

use super::item::{self, AccountItem, CertificateItem, ExportItem, Privacy, ProfileState};
use super::{View, Window};
use crate::change::Change;
use crate::command::{Adders, Callers, Show};
use crate::input::Certificate;
use crate::store::StoreError;

/// See the module.
#[derive(Debug)]
pub struct Accounts;

impl View for Accounts {
    type Item = AccountItem;

    fn concerns(&self, change: Change) -> bool {
        change == Change::Accounts
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<AccountItem>, StoreError> {
        let items = connection
            .prepare_cached(
                "SELECT id, jid, enabled, connection, signed_in, missing, archiving, certificate, pin, proxy,
                        receipts, read_markers, typing, task, blocking, device_information,
                        online, last_seen, auto_load, callers, adders, name, colour,
                        (SELECT shown FROM avatar WHERE avatar.account_id = account.id AND avatar.jid = account.jid),
                        (SELECT nickname.name FROM nickname
                             WHERE nickname.account_id = account.id AND nickname.jid = account.jid),
                        profile_open, profile_state,
                        (SELECT coalesce(own_vcard.wished, own_vcard.known) FROM own_vcard
                             WHERE own_vcard.account_id = account.id),
                        (SELECT own_vcard.apart FROM own_vcard WHERE own_vcard.account_id = account.id),
                        show, status, auto_away,
                        (SELECT count(*) FROM export_part WHERE export_part.account_id = account.id),
                        (SELECT count(*) FROM export_part
                             WHERE export_part.account_id = account.id AND export_part.state = 'asked'),
                        (SELECT count(*) FROM export_part
                             WHERE export_part.account_id = account.id AND export_part.state = 'missing'),
                        (SELECT json_object('source', source, 'total', total, 'refused', refused, 'kept', kept, 'left',
                                (SELECT count(*) FROM import_step WHERE import_step.account_id = account.id
                                     AND import_step.counts = 1 AND import_step.moved_from IS NULL))
                             FROM import WHERE import.account_id = account.id),
                        (SELECT json_object('address', moved.jid, 'since', moved.since, 'state', moved.state,
                                'total', moved.total, 'refused', moved.refused, 'left',
                                (SELECT count(*) FROM import_step WHERE import_step.moved_from = account.jid))
                             FROM moved_statement AS moved WHERE moved.account_id = account.id),
                        server
                 FROM account ORDER BY place, id",
            )?
            .query_map([], |row| {
                let id = row.get(0)?;
                let connection: String = row.get(3)?;
                let missing: String = row.get(5)?;
                let shown: Option<String> = row.get(7)?;
                let pin: Option<String> = row.get(8)?;
                let proxy: Option<String> = row.get(9)?;
                let server: Option<String> = row.get(37)?;
                let task: Option<String> = row.get(13)?;
                let address: String = row.get(1)?;
                let name: Option<String> = row.get(21)?;
                let profile_open: bool = row.get(25)?;
                let profile: String = row.get(26)?;
                let vcard: Option<String> = row.get(27)?;
                let apart: Option<bool> = row.get(28)?;
                let import: Option<String> = row.get(35)?;
                let moved: Option<String> = row.get(36)?;
                Ok(AccountItem {
                    key: format!("{id}"),
                    id,
                    title: name.clone().unwrap_or_else(|| address.clone()),
                    name,
                    colour: item::account_colour(row.get(22)?),
                    address,
                    enabled: row.get(2)?,
                    connection: serde_json::from_str(&connection).unwrap_or(item::Connection::Off),
                    signed_in: row.get(4)?,
                    missing: serde_json::from_str(&missing).unwrap_or_default(),
                    archiving: row.get(6)?,
                    privacy: Privacy {
                        receipts: row.get(10)?,
                        read_markers: row.get(11)?,
                        typing: row.get(12)?,
                        device_information: row.get(15)?,
                        online: row.get(16)?,
                        last_seen: row.get(17)?,
                        auto_load: row.get(18)?,
                        callers: Callers::of(&row.get::<_, String>(19)?),
                        adders: Adders::of(&row.get::<_, String>(20)?),
                    },
                    certificate: shown
                        .and_then(|json| serde_json::from_str(&json).ok())
                        .map(|shown| certificate(shown, pin)),
                    server: server.and_then(|json| serde_json::from_str(&json).ok()),
                    proxy: proxy.and_then(|json| serde_json::from_str(&json).ok()),
                    task: task.and_then(|json| serde_json::from_str(&json).ok()),
                    blocks: row.get(14)?,
                    picture: row.get(23)?,
                    nickname: row.get(24)?,
                    vcard: vcard.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default(),
                    older_vcard_empty: apart == Some(true) && !profile_open,
                    profile_open,
                    profile: ProfileState::of(&profile),
                    show: Show::of(&row.get::<_, String>(29)?),
                    status: row.get(30)?,
                    auto_away: row.get(31)?,
                    export: ExportItem::of(row.get(32)?, row.get(33)?, row.get(34)?),
                    import: import.and_then(|json| serde_json::from_str(&json).ok()),
                    moved: moved.and_then(|json| serde_json::from_str(&json).ok()),
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(Window { items, at_start: true, at_end: true })
    }
}

fn certificate(shown: Certificate, pinned_sha256: Option<String>) -> CertificateItem {
    let sha256 = shown.sha256.to_string();
    CertificateItem {
        changed: pinned_sha256.as_ref().is_some_and(|pinned| *pinned != sha256),
        sha256,
        subject: shown.subject,
        issuer: shown.issuer,
        names: shown.names,
        not_before: shown.not_before,
        not_after: shown.not_after,
        problem: shown.problem,
        pinned_sha256,
    }
}
