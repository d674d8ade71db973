//! Adding, changing and removing accounts on this device.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use jid::BareJid;
use rusqlite::{Connection as Database, OptionalExtension, TransactionBehavior, params};

use super::{look, sign_up};
use crate::archive::run::ArchiveState;
use crate::change::Change;
use crate::chat::read_sync::ReadSyncState;
use crate::command::{ProxyAddress, Secret, ServerAddress};
use crate::engine::cx::Cx;
use crate::engine::feature::Refusal;
use crate::engine::request::Purpose;
use crate::fault::{CommandError, Fault};
use crate::ids::AccountId;
use crate::now::Now;
use crate::random::Random;
use crate::session::backoff::Backoff;
use crate::session::features::Features;
use crate::session::keepalive::Keepalive;
use crate::session::{Link, PasswordDoubt, Referral, Session, certificate, connect, credentials};
use crate::store::{OpenError, Store};
use crate::view::item::{AccountTask, Connection};

/// All accounts as sessions that connect with the first tick.
pub fn load(store: &mut Store, now: &Now) -> Result<BTreeMap<AccountId, Session>, OpenError> {
    let tx = store.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if store.restored {
        // What the server confirmed to a later state of this file can't be known: fresh sessions, and the archive.
        tx.execute("UPDATE stream SET previd = NULL", [])?;
        credentials::rename(&tx, None)?;
        // Nor what has left since.
        tx.execute("UPDATE job SET state = 'in_doubt' WHERE state = 'ready'", [])?;
    }
    // Archive pages were collected in memory: their requests have to be made again.
    tx.execute("DELETE FROM request WHERE purpose LIKE '%\"archive_page\"%'", [])?;
    tx.execute("DELETE FROM composing", [])?;
    sign_up::forget(&tx)?;
    // Whoever signed out is out, though the server could not be told.
    let task = |task: &AccountTask| serde_json::to_string(task).unwrap_or_default();
    tx.execute("DELETE FROM account WHERE task = ?1", [task(&AccountTask::SigningOut)])?;
    let lasting = [task(&AccountTask::ChangingPassword), task(&AccountTask::Deleting)];
    tx.execute("UPDATE account SET task = NULL WHERE task NOT IN (?1, ?2)", lasting)?;
    let off = serde_json::to_string(&Connection::Off).unwrap_or_default();
    tx.execute("UPDATE account SET connection = ?1", [off])?;
    look::colour_all(&tx)?;
    let sessions = read(&tx, now)?;
    tx.commit()?;
    // What follows from it is stored now; loaded again, nothing more does.
    store.restored = false;
    Ok(sessions)
}

/// Puts the same state of the connection on all enabled accounts.
pub fn show_all(store: &Store, connection: &Connection) -> Result<(), OpenError> {
    let json = serde_json::to_string(connection).unwrap_or_default();
    store.connection.execute("UPDATE account SET connection = ?1 WHERE enabled = 1", [json])?;
    Ok(())
}

fn read(database: &Database, now: &Now) -> Result<BTreeMap<AccountId, Session>, OpenError> {
    let mut statement = database.prepare(
        "SELECT id, jid, password, server, resource, enabled, scram_seen, clock_offset, features, proxy, pin,
                device_name
         FROM account",
    )?;
    let rows = statement.query_map([], |row| {
        let jid: String = row.get(1)?;
        let server: Option<String> = row.get(3)?;
        let enabled: bool = row.get(5)?;
        let features: Option<String> = row.get(8)?;
        let proxy: Option<String> = row.get(9)?;
        let pin: Option<String> = row.get(10)?;
        let session = BareJid::new(&jid).ok().map(|jid| -> rusqlite::Result<Session> {
            Ok(Session {
                account: row.get(0)?,
                jid,
                password: Secret::new(row.get::<_, String>(2)?),
                server: server.and_then(|json| serde_json::from_str(&json).ok()),
                proxy: proxy.map(|json| serde_json::from_str(&json)).transpose().map_err(unreadable)?,
                pin: pin.map(|digits| digits.parse()).transpose().map_err(unreadable)?,
                certificate_refused: false,
                detours: 0,
                resource: row.get(4)?,
                device: row.get(11)?,
                conflicts: 0,
                password_doubt: PasswordDoubt::None,
                enabled,
                scram_seen: row.get(6)?,
                active: true,
                idle_since: None,
                away_at: None,
                away: false,
                clock_offset: row.get(7)?,
                clock_known: false,
                link: if enabled { Link::Waiting { until: now.mono } } else { Link::Off },
                backoff: Backoff::default(),
                keepalive: Keepalive::default(),
                features: credentials::session_features(database, row.get(0)?)?,
                direct_tls: false,
                flights_cut: 0,
                referral: Referral::None,
                pump: false,
                archive: ArchiveState::new(features.and_then(|json| serde_json::from_str(&json).ok())),
                read_sync: ReadSyncState::default(),
                last_login: None,
                leaving: None,
                gone: false,
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

/// A proxy or a pin that can't be read must never be taken for none.
fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(9, rusqlite::types::Type::Text, Box::new(error))
}

/// What a new account is made of.
#[derive(Debug)]
pub struct NewAccount<'a> {
    pub address: &'a str,
    pub password: &'a Secret,
    pub server: Option<&'a ServerAddress>,
    pub proxy: Option<&'a ProxyAddress>,
    /// In place of whatever an account of this address had.
    pub again: bool,
}

/// Whoever signs in again wants the account: a refused login no longer means that it was deleted.
fn forget_deletion(tx: &Database, account: AccountId) -> Result<(), Fault> {
    let deletion = serde_json::to_string(&Purpose::AccountDeletion).map_err(|_| Fault::Corrupt("purpose"))?;
    tx.prepare_cached("DELETE FROM request WHERE account_id = ?1 AND purpose = ?2")?.execute((account, deletion))?;
    Ok(())
}

/// The account of this address that is just being left.
pub fn leaving(sessions: &BTreeMap<AccountId, Session>, address: &str) -> Option<AccountId> {
    let jid = in_letters(address.trim())?;
    sessions.values().find(|session| session.jid == jid && session.leaving.is_some()).map(|session| session.account)
}

/// A slip of somebody who adds another account must not cost this one its password.
fn works(tx: &Database, session: &Session) -> Result<bool, Fault> {
    let signed_in: bool = tx
        .prepare_cached("SELECT signed_in FROM account WHERE id = ?1")?
        .query_row([session.account], |row| row.get(0))?;
    Ok(signed_in && session.enabled && !matches!(session.link, Link::Failed))
}

/// Adds an account, or gives a known one a new password and server, and a proxy if there is one.
pub fn add(
    tx: &Database,
    random: &mut dyn Random,
    sessions: &mut BTreeMap<AccountId, Session>,
    new: &NewAccount<'_>,
) -> Result<Session, Refusal> {
    let NewAccount { address, password, server, proxy, again } = *new;
    let jid = in_letters(address.trim()).ok_or(CommandError::AddressInvalid)?;
    let proxy_json = proxy.map(proxy_json).transpose()?;
    let json = server.map(serde_json::to_string).transpose().map_err(|_| Fault::Corrupt("server"))?;
    let known: Option<AccountId> = tx
        .prepare_cached("SELECT id FROM account WHERE jid = ?1")?
        .query_row([jid.as_str()], |row| row.get(0))
        .optional()?;
    if !again
        && let Some(session) = known.and_then(|account| sessions.get(&account))
        && works(tx, session)?
    {
        return Err(CommandError::AccountKnown.into());
    }
    if let Some(account) = known
        && let Some(mut session) = sessions.remove(&account)
    {
        tx.prepare_cached(
            "UPDATE account SET password = ?2, server = ?3, enabled = 1, new_password = NULL, task = NULL WHERE id = ?1",
        )?
        .execute(params![account, password.expose(), json])?;
        credentials::forget(tx, account)?;
        forget_deletion(tx, account)?;
        session.password = password.clone();
        session.features = Features::default();
        session.server = server.cloned();
        session.forget_place();
        if let Some(proxy) = proxy {
            tx.prepare_cached("UPDATE account SET proxy = ?2 WHERE id = ?1")?.execute(params![account, proxy_json])?;
            session.proxy = Some(proxy.clone());
        }
        session.enabled = true;
        session.backoff.reset();
        return Ok(session);
    }
    let resource = credentials::new_resource(credentials::SOME_DEVICE, random);
    let off = serde_json::to_string(&Connection::Off).map_err(|_| Fault::Corrupt("connection"))?;
    tx.prepare_cached(
        "INSERT INTO account (jid, password, server, resource, connection, proxy, place)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(max(place), 0) + 1 FROM account))",
    )?
    .execute(params![jid.as_str(), password.expose(), json, resource, off, proxy_json])?;
    let account = AccountId(tx.last_insert_rowid());
    look::colour_all(tx)?;
    Ok(Session {
        account,
        jid,
        password: password.clone(),
        server: server.cloned(),
        proxy: proxy.cloned(),
        pin: None,
        certificate_refused: false,
        detours: 0,
        resource,
        device: None,
        conflicts: 0,
        password_doubt: PasswordDoubt::None,
        enabled: true,
        scram_seen: false,
        active: true,
        idle_since: None,
        away_at: None,
        away: false,
        clock_offset: 0,
        clock_known: false,
        link: Link::Off,
        backoff: Backoff::default(),
        keepalive: Keepalive::default(),
        features: Features::default(),
        direct_tls: false,
        flights_cut: 0,
        referral: Referral::None,
        pump: false,
        archive: ArchiveState::new(None),
        read_sync: ReadSyncState::default(),
        last_login: None,
        leaving: None,
        gone: false,
    })
}

/// An address with a local part. XMPP's form of a domain is the one in letters (RFC 7622 3.2), also for who typed the
/// one that DNS uses.
pub fn in_letters(address: &str) -> Option<BareJid> {
    let jid = BareJid::new(address).ok()?;
    let node = jid.node()?;
    let domain = domain_in_letters(jid.domain().as_str())?;
    BareJid::new(&format!("{node}@{domain}")).ok()
}

/// A server's domain in XMPP's form.
pub fn domain_in_letters(domain: &str) -> Option<String> {
    let jid = BareJid::new(domain).ok().filter(|jid| jid.node().is_none())?;
    let (domain, known) = idna::domain_to_unicode(jid.domain().as_str());
    known.ok().map(|()| domain)
}

/// An address of its own, or a name that DNS can hold, in letters or in punycode.
fn server_json(server: &ServerAddress) -> Result<String, Refusal> {
    if !is_host(&server.host) || server.port == 0 {
        return Err(CommandError::AddressInvalid.into());
    }
    Ok(serde_json::to_string(server).map_err(|_| Fault::Corrupt("server"))?)
}

/// The most bytes of a name in DNS, and of one of its parts (RFC 1035 2.3.4).
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

fn is_host(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(bare) = bare {
        return bare.parse::<Ipv6Addr>().is_ok();
    }
    if host.parse::<IpAddr>().is_ok() {
        return true;
    }
    let Ok(ascii) = idna::domain_to_ascii(host.strip_suffix('.').unwrap_or(host)) else { return false };
    // Systems read a name that ends in a number as an address, each in its own way.
    let number = |label: &str| {
        let digits = label.strip_prefix("0x");
        digits
            .map_or_else(|| label.bytes().all(|b| b.is_ascii_digit()), |hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    ascii.len() <= LONGEST_NAME && ascii.split('.').all(is_label) && !ascii.rsplit('.').next().is_some_and(number)
}

fn is_label(label: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(plain)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Connects an account elsewhere, or where DNS finds its server. What is under way at the old place ends first; the
/// session goes on at the new one if that knows it.
pub fn set_server(cx: &mut Cx<'_>, server: Option<&ServerAddress>) -> Result<(), Refusal> {
    let json = server.map(server_json).transpose()?;
    if cx.session.leaving.is_some() {
        return Err(CommandError::NotNow.into());
    }
    if cx.session.server.as_ref() == server {
        return Ok(());
    }
    cx.tx.prepare_cached("UPDATE account SET server = ?2 WHERE id = ?1")?.execute(params![cx.session.account, json])?;
    cx.session.server = server.cloned();
    cx.session.forget_place();
    // Another machine may offer something else, and shows a certificate of its own.
    credentials::forget_offer(cx)?;
    certificate::settle(cx)?;
    cx.change(Change::Accounts);
    Ok(connect::again(cx)?)
}

/// An address, or this very device: a name would have to be looked up on the way that the proxy is there to avoid.
pub fn proxy_json(proxy: &ProxyAddress) -> Result<String, Refusal> {
    let bare = proxy.host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&proxy.host);
    let near = bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok();
    if !near || proxy.port == 0 {
        return Err(CommandError::AddressInvalid.into());
    }
    Ok(serde_json::to_string(proxy).map_err(|_| Fault::Corrupt("proxy"))?)
}

/// Leads an account through another proxy, or none. What is under way on the old path ends first.
pub fn set_proxy(cx: &mut Cx<'_>, proxy: Option<&ProxyAddress>) -> Result<(), Refusal> {
    let json = proxy.map(proxy_json).transpose()?;
    if cx.session.proxy.as_ref() == proxy {
        return Ok(());
    }
    cx.tx.prepare_cached("UPDATE account SET proxy = ?2 WHERE id = ?1")?.execute(params![cx.session.account, json])?;
    cx.session.proxy = proxy.cloned();
    cx.change(Change::Accounts);
    Ok(connect::again(cx)?)
}

/// Tries a new password at once. Unlike adding the account again it keeps a server that the user named.
pub fn set_password(cx: &mut Cx<'_>, password: &Secret) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "UPDATE account SET password = ?2, enabled = 1, new_password = NULL, task = NULL WHERE id = ?1",
        )?
        .execute((cx.session.account, password.expose()))?;
    // Tokens and keys belong to the password before.
    credentials::forget(cx.tx, cx.session.account)?;
    forget_deletion(cx.tx, cx.session.account)?;
    cx.session.password = password.clone();
    cx.session.enabled = true;
    cx.session.backoff.reset();
    cx.change(Change::Accounts);
    if cx.session.connection().is_some() {
        connect::leave(cx, false)?;
    }
    connect::open(cx)
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

/// Forgets an account and everything stored for it.
pub fn remove(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx.prepare_cached("DELETE FROM account WHERE id = ?1")?.execute([cx.session.account])?;
    cx.change(Change::All);
    Ok(())
}

impl Session {
    /// What was learnt of the place where it connected until now says nothing of another one.
    fn forget_place(&mut self) {
        self.referral = Referral::None;
        self.detours = 0;
        self.flights_cut = 0;
        self.keepalive.moved();
    }

    /// Connects at that time, if the account is enabled. For a session without transport.
    pub(crate) fn wait(&mut self, until: u64) {
        if self.enabled {
            self.link = Link::Waiting { until };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_an_address_or_a_name_that_dns_can_hold() {
        for host in [
            "127.0.0.1",
            "::1",
            "[2001:db8::7]",
            "localhost",
            "xmpp.example.org",
            "xmpp.example.org.",
            "XMPP.Example",
            "under_score.example",
            "b\u{fc}cher.example",
            "xn--bcher-kva.example",
            "5222.example",
            &format!("{}.example", "a".repeat(63)),
        ] {
            assert!(is_host(host), "{host}");
        }
        for host in [
            "",
            ".",
            " ",
            "a b",
            "a..b",
            ".example",
            "-a.example",
            "a-.example",
            "xn--\u{fc}.example",
            "[127.0.0.1]",
            "[::1",
            "300.1.1.1",
            "127.1",
            "0x7f.1",
            "127.0x1",
            "0x7F000001",
            "example.org:5222",
            "https://example.org",
            "alice@example.org",
            "example.org/x",
            "a\\b.example",
            "a\0.example",
            "a%62.example",
            &format!("{}.example", "a".repeat(64)),
            &"a.".repeat(128),
        ] {
            assert!(!is_host(host), "{host}");
        }
    }
}
