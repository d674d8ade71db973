//! Adding, changing and removing accounts on this device.

use std::collections::BTreeMap;

use jid::BareJid;
use rusqlite::{Connection as Database, OptionalExtension, params};

use crate::archive::run::ArchiveState;
use crate::change::Change;
use crate::chat::read_sync::ReadSyncState;
use crate::command::{Secret, ServerAddress};
use crate::engine::cx::Cx;
use crate::engine::feature::Refusal;
use crate::fault::{CommandError, Fault};
use crate::ids::AccountId;
use crate::now::Now;
use crate::random::Random;
use crate::session::backoff::Backoff;
use crate::session::{Link, Session, connect};
use crate::store::{OpenError, Store};
use crate::view::item::{Connection, PrivacySetting};

/// All accounts as sessions that connect with the first tick.
pub fn load(store: &Store, now: &Now) -> Result<BTreeMap<AccountId, Session>, OpenError> {
    let database = &store.connection;
    if store.restored {
        // What the server confirmed to a later state of this file can't be known: fresh sessions, and the archive.
        database.execute("UPDATE stream SET previd = NULL", [])?;
        // Nor what has left since.
        database.execute("UPDATE job SET state = 'in_doubt' WHERE state = 'ready'", [])?;
    }
    // Archive pages were collected in memory: their requests have to be made again.
    database.execute("DELETE FROM request WHERE purpose LIKE '%\"archive_page\"%'", [])?;
    let off = serde_json::to_string(&Connection::Off).unwrap_or_default();
    database.execute("UPDATE account SET connection = ?1", [off])?;
    let mut statement = database.prepare(
        "SELECT id, jid, password, server, resource, enabled, scram_seen, clock_offset, features FROM account",
    )?;
    let rows = statement.query_map([], |row| {
        let jid: String = row.get(1)?;
        let server: Option<String> = row.get(3)?;
        let enabled: bool = row.get(5)?;
        let features: Option<String> = row.get(8)?;
        let session = BareJid::new(&jid).ok().map(|jid| -> rusqlite::Result<Session> {
            Ok(Session {
                account: row.get(0)?,
                jid,
                password: Secret::new(row.get::<_, String>(2)?),
                server: server.and_then(|json| serde_json::from_str(&json).ok()),
                resource: row.get(4)?,
                enabled,
                scram_seen: row.get(6)?,
                active: true,
                clock_offset: row.get(7)?,
                link: if enabled { Link::Waiting { until: now.mono } } else { Link::Off },
                backoff: Backoff::default(),
                pump: false,
                archive: ArchiveState::new(features.and_then(|json| serde_json::from_str(&json).ok())),
                read_sync: ReadSyncState::default(),
            })
        });
        session.transpose()
    })?;
    let mut sessions = BTreeMap::new();
    for session in rows {
        if let Some(session) = session? {
            sessions.insert(session.account, session);
        }
    }
    Ok(sessions)
}

/// Adds an account, or gives a known one a new password and server.
pub fn add(
    tx: &Database,
    random: &mut dyn Random,
    sessions: &mut BTreeMap<AccountId, Session>,
    address: &str,
    password: &Secret,
    server: Option<&ServerAddress>,
) -> Result<Session, Refusal> {
    let jid = BareJid::new(address.trim()).map_err(|_| CommandError::AddressInvalid)?;
    if jid.node().is_none() {
        return Err(CommandError::AddressInvalid.into());
    }
    let json = server.map(serde_json::to_string).transpose().map_err(|_| Fault::Corrupt("server"))?;
    let known: Option<AccountId> = tx
        .prepare_cached("SELECT id FROM account WHERE jid = ?1")?
        .query_row([jid.as_str()], |row| row.get(0))
        .optional()?;
    if let Some(account) = known
        && let Some(mut session) = sessions.remove(&account)
    {
        tx.prepare_cached("UPDATE account SET password = ?2, server = ?3, enabled = 1 WHERE id = ?1")?
            .execute(params![account, password.expose(), json])?;
        session.password = password.clone();
        session.server = server.cloned();
        session.enabled = true;
        session.backoff.reset();
        return Ok(session);
    }
    // Other devices show it, so it says what it is; the tail keeps two phones apart.
    let resource = format!("Linnet.{}", random.id().chars().take(8).collect::<String>());
    let off = serde_json::to_string(&Connection::Off).map_err(|_| Fault::Corrupt("connection"))?;
    tx.prepare_cached("INSERT INTO account (jid, password, server, resource, connection) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![jid.as_str(), password.expose(), json, resource, off])?;
    Ok(Session {
        account: AccountId(tx.last_insert_rowid()),
        jid,
        password: password.clone(),
        server: server.cloned(),
        resource,
        enabled: true,
        scram_seen: false,
        active: true,
        clock_offset: 0,
        link: Link::Off,
        backoff: Backoff::default(),
        pump: false,
        archive: ArchiveState::new(None),
        read_sync: ReadSyncState::default(),
    })
}

/// Connects or disconnects an account.
pub fn set_enabled(cx: &mut Cx<'_>, enabled: bool) -> Result<(), Fault> {
    cx.tx.prepare_cached("UPDATE account SET enabled = ?2 WHERE id = ?1")?.execute((cx.session.account, enabled))?;
    cx.session.enabled = enabled;
    cx.change(Change::Accounts);
    match (enabled, &cx.session.link) {
        (true, Link::Off | Link::Failed | Link::Waiting { .. }) => {
            cx.session.backoff.reset();
            connect::open(cx)
        }
        (false, _) => connect::leave(cx, true),
        _ => Ok(()),
    }
}

/// Switches what the account tells others.
pub fn set_privacy(cx: &mut Cx<'_>, setting: PrivacySetting, on: bool) -> Result<(), Fault> {
    let sql = match setting {
        PrivacySetting::Receipts => "UPDATE account SET receipts = ?2 WHERE id = ?1",
        PrivacySetting::ReadMarkers => "UPDATE account SET read_markers = ?2 WHERE id = ?1",
        PrivacySetting::Typing => "UPDATE account SET typing = ?2 WHERE id = ?1",
    };
    cx.tx.prepare_cached(sql)?.execute((cx.session.account, on))?;
    cx.change(Change::Accounts);
    Ok(())
}

/// Forgets an account and everything stored for it.
pub fn remove(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx.prepare_cached("DELETE FROM account WHERE id = ?1")?.execute([cx.session.account])?;
    cx.change(Change::All);
    Ok(())
}

impl Session {
    /// Connects at that time, if the account is enabled. For a session without transport.
    pub(crate) fn wait(&mut self, until: u64) {
        if self.enabled {
            self.link = Link::Waiting { until };
        }
    }
}
