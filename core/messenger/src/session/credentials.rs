//! What stands for the password from one login to the next: salted keys, a token, the name of this installation, and
//! what the server offered.
//!
//! Invariants: a token is stored before its first use, and with it the mechanism it was asked for. Where SCRAM's keys
//! are stored the password is not (see the decision record on salted keys). A new password takes all of it away; so
//! does a copy of the database on another device take the name and the token, which must not be in two places.
//!
//! XEPs: 0388, 0484

use rusqlite::{Connection as Database, OptionalExtension, params};
use zeroize::Zeroizing;

use super::clock::parse_stamp;
use super::disco;
use super::features::Features;
use super::negotiate::{Memory, Token, TokenUse, token_mechanism};
use super::scram::SaltedKeys;
use crate::command::{PrivacySetting, Secret};
use crate::engine::cx::Cx;
use crate::fault::Fault;
use crate::ids::AccountId;
use crate::random::Random;

/// A server that offers more than this makes its offer anew each time.
const LONGEST_OFFER: usize = 16 << 10;

/// What a login begins with.
#[derive(Debug)]
pub struct Credentials {
    pub user_agent: String,
    pub offer: Option<Features>,
    pub binding_seen: bool,
    pub token: Option<TokenUse>,
    pub keys: Vec<SaltedKeys>,
}

/// Takes out what is stored, for one login: a use of the token is counted.
pub fn take(cx: &mut Cx<'_>) -> Result<Credentials, Fault> {
    let account = cx.account();
    let user_agent = uuid(cx.random);
    cx.tx
        .prepare_cached(
            "INSERT INTO login (account_id, user_agent) VALUES (?1, ?2)
             ON CONFLICT (account_id) DO UPDATE SET user_agent = excluded.user_agent WHERE user_agent = ''",
        )?
        .execute((account, user_agent))?;
    let server_time = cx.server_time();
    let row = cx
        .tx
        .prepare_cached(
            "UPDATE login SET token_uses = token_uses + 1 WHERE account_id = ?1
             RETURNING user_agent, offer, pipelining, binding_seen, token, token_mechanism, token_expiry, token_uses",
        )?
        .query_row([account], |row| {
            let offer: Option<String> = row.get(1)?;
            let pipelining: bool = row.get(2)?;
            let (secret, mechanism): (Option<String>, Option<String>) = (row.get(4)?, row.get(5)?);
            let expiry: Option<i64> = row.get(6)?;
            let count = row.get(7)?;
            let token = secret
                .zip(mechanism.as_deref().and_then(token_mechanism))
                .map(|(secret, mechanism)| TokenUse { secret: Secret::new(secret), mechanism, count });
            Ok(Credentials {
                user_agent: row.get(0)?,
                offer: offer.filter(|_| pipelining).and_then(|json| serde_json::from_str(&json).ok()),
                binding_seen: row.get(3)?,
                token: token.filter(|_| expiry.is_none_or(|expiry| expiry > server_time)),
                keys: Vec::new(),
            })
        })?;
    Ok(Credentials { keys: keys(cx.tx, account)?, ..row })
}

/// SCRAM's keys, one for each hash that the server ever asked for.
pub fn keys(tx: &Database, account: AccountId) -> Result<Vec<SaltedKeys>, Fault> {
    let mut statement = tx.prepare_cached(
        "SELECT hash, salt, iterations, client_key, server_key FROM salted_keys WHERE account_id = ?1",
    )?;
    let rows = statement.query_map([account], |row| {
        let hash: String = row.get(0)?;
        Ok(serde_json::from_str(&hash).ok().map(|hash| -> rusqlite::Result<SaltedKeys> {
            Ok(SaltedKeys {
                hash,
                salt: row.get(1)?,
                iterations: row.get(2)?,
                client_key: Zeroizing::new(row.get(3)?),
                server_key: Zeroizing::new(row.get(4)?),
            })
        }))
    })?;
    let keys: Vec<Option<rusqlite::Result<SaltedKeys>>> = rows.collect::<Result<_, _>>()?;
    Ok(keys.into_iter().flatten().collect::<Result<_, _>>()?)
}

/// Keeps what a login brought.
pub fn remember(cx: &mut Cx<'_>, memory: Memory) -> Result<(), Fault> {
    match memory {
        Memory::ScramSeen => {
            cx.session.scram_seen = true;
            cx.tx.prepare_cached("UPDATE account SET scram_seen = 1 WHERE id = ?1")?.execute([cx.account()])?;
            Ok(())
        }
        Memory::BindingSeen => {
            cx.tx.prepare_cached("UPDATE login SET binding_seen = 1 WHERE account_id = ?1")?.execute([cx.account()])?;
            Ok(())
        }
        Memory::Offer(offer) => remember_offer(cx, offer.as_deref()),
        Memory::Session(features) => remember_session(cx, *features),
        Memory::Keys(keys) => remember_keys(cx, &keys),
        Memory::Token(token) => remember_token(cx, Some(&token)),
        Memory::TokenRefused => remember_token(cx, None),
    }
}

/// A server that offers something else than before may have learnt to take a login with the header.
fn remember_offer(cx: &mut Cx<'_>, offer: Option<&Features>) -> Result<(), Fault> {
    let json = offer.map(serde_json::to_string).transpose().map_err(|_| Fault::Corrupt("offer"))?;
    cx.tx
        .prepare_cached(
            "UPDATE login SET offer = ?2, pipelining = CASE WHEN offer IS ?2 THEN pipelining ELSE 1 END
             WHERE account_id = ?1",
        )?
        .execute((cx.account(), json.filter(|json| json.len() <= LONGEST_OFFER)))?;
    Ok(())
}

/// What the server offers in the session, for the next one, too: after a resumption it may not say it again.
pub fn remember_session(cx: &mut Cx<'_>, features: Features) -> Result<(), Fault> {
    let json = serde_json::to_string(&features).map_err(|_| Fault::Corrupt("session"))?;
    cx.tx
        .prepare_cached("UPDATE login SET session = ?2 WHERE account_id = ?1 AND session IS NOT ?2")?
        .execute((cx.account(), Some(json).filter(|json| json.len() <= LONGEST_OFFER)))?;
    cx.session.features = features;
    Ok(())
}

fn remember_keys(cx: &mut Cx<'_>, keys: &SaltedKeys) -> Result<(), Fault> {
    store_keys(cx.tx, cx.account(), keys)?;
    cx.tx
        .prepare_cached("UPDATE account SET password = '' WHERE id = ?1 AND password <> ''")?
        .execute([cx.account()])?;
    cx.session.password = Secret::new("");
    Ok(())
}

/// The next login is by the password, or its keys.
pub fn forget_token(cx: &mut Cx<'_>) -> Result<(), Fault> {
    remember_token(cx, None)
}

fn store_keys(tx: &Database, account: AccountId, keys: &SaltedKeys) -> Result<(), Fault> {
    let hash = serde_json::to_string(&keys.hash).map_err(|_| Fault::Corrupt("hash"))?;
    tx.prepare_cached(
        "INSERT INTO salted_keys (account_id, hash, salt, iterations, client_key, server_key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (account_id, hash) DO UPDATE SET salt = excluded.salt, iterations = excluded.iterations,
             client_key = excluded.client_key, server_key = excluded.server_key",
    )?
    .execute(params![account, hash, keys.salt, keys.iterations, *keys.client_key, *keys.server_key])?;
    Ok(())
}

/// Keys that another device of the account's owner made. Who has them has proven itself by SCRAM: nothing weaker will do.
pub fn adopt(cx: &mut Cx<'_>, keys: &[SaltedKeys]) -> Result<(), Fault> {
    for keys in keys {
        store_keys(cx.tx, cx.session.account, keys)?;
    }
    if keys.is_empty() { Ok(()) } else { remember(cx, Memory::ScramSeen) }
}

fn remember_token(cx: &mut Cx<'_>, token: Option<&Token>) -> Result<(), Fault> {
    let expiry = token.and_then(|token| token.expiry.as_deref()).and_then(parse_stamp);
    cx.tx
        .prepare_cached(
            "UPDATE login SET token = ?2, token_mechanism = ?3, token_expiry = ?4, token_uses = 0
             WHERE account_id = ?1",
        )?
        .execute(params![
            cx.account(),
            token.map(|token| token.secret.expose()),
            token.map(|token| token.mechanism),
            expiry
        ])?;
    Ok(())
}

/// A login that left with the header was met with the end of the stream. With `offered` the server had just said that
/// it takes such logins: it is not asked to again until it offers something else. Without, it takes none at all.
pub fn distrust_flight(cx: &mut Cx<'_>, offered: bool) -> Result<(), Fault> {
    let sql = if offered {
        "UPDATE login SET pipelining = 0 WHERE account_id = ?1"
    } else {
        "UPDATE login SET offer = NULL WHERE account_id = ?1"
    };
    cx.tx.prepare_cached(sql)?.execute([cx.account()])?;
    Ok(())
}

/// The next login waits for the server's features.
pub fn forget_offer(cx: &mut Cx<'_>) -> Result<(), Fault> {
    distrust_flight(cx, false)
}

/// The password was given anew: nothing made of an older one counts, nor what another server may have offered.
pub fn forget(tx: &Database, account: AccountId) -> Result<(), Fault> {
    tx.prepare_cached("DELETE FROM salted_keys WHERE account_id = ?1")?.execute([account])?;
    tx.prepare_cached(
        "UPDATE login SET offer = NULL, session = NULL, pipelining = 1, token = NULL, token_mechanism = NULL,
             token_expiry = NULL, token_uses = 0 WHERE account_id = ?1",
    )?
    .execute([account])?;
    Ok(())
}

/// The password that the server was told and has not confirmed.
pub fn new_password(tx: &Database, account: AccountId) -> Result<Option<Secret>, Fault> {
    let text: Option<String> =
        tx.prepare_cached("SELECT new_password FROM account WHERE id = ?1")?.query_row([account], |row| row.get(0))?;
    Ok(text.map(Secret::new))
}

/// The new password is the password: by the server's word, or to be tried. Says whether there was one.
pub fn take_new_password(cx: &mut Cx<'_>) -> Result<bool, Fault> {
    let Some(password) = new_password(cx.tx, cx.session.account)? else { return Ok(false) };
    forget(cx.tx, cx.session.account)?;
    cx.tx
        .prepare_cached("UPDATE account SET password = ?2, new_password = NULL WHERE id = ?1")?
        .execute((cx.session.account, password.expose()))?;
    cx.session.password = password;
    Ok(true)
}

/// This file is a copy: another device may have gone on with the original under the same name. `None`: every account.
pub fn rename(database: &Database, account: Option<AccountId>) -> rusqlite::Result<()> {
    let sql = "UPDATE login SET user_agent = '', token = NULL, token_mechanism = NULL
               WHERE ?1 IS NULL OR account_id = ?1";
    database.execute(sql, [account]).map(|_| ())
}

/// What a device is called that was given no name, where not all may know which program it is.
pub const SOME_DEVICE: &str = "Phone";

/// Other devices show it, and contacts', so it says what may be known; the tail keeps two phones apart.
pub fn new_resource(device: &str, random: &mut dyn Random) -> String {
    format!("{device}.{}", random.id().chars().take(8).collect::<String>())
}

/// What others may see in this device's address: the name that its user gave it, else which program it is, if all may know.
fn device_name(cx: &Cx<'_>) -> Result<String, Fault> {
    if let Some(name) = &cx.session.device {
        return Ok(name.clone());
    }
    let told = cx.tells_all(PrivacySetting::DeviceInformation)?;
    Ok(if told { disco::NAME } else { SOME_DEVICE }.to_owned())
}

/// A session is about to be bound: it says no more than may be known by now. What this device is called.
pub fn settle_name(cx: &mut Cx<'_>) -> Result<String, Fault> {
    let name = device_name(cx)?;
    let fits = cx.session.resource.strip_prefix(&name).is_some_and(|tail| tail.starts_with('.'));
    if cx.session.device.is_none() && !fits {
        rename_session(cx)?;
    }
    Ok(name)
}

/// The next session has another name.
pub fn rename_session(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let resource = new_resource(&device_name(cx)?, cx.random);
    cx.tx.prepare_cached("UPDATE account SET resource = ?2 WHERE id = ?1")?.execute((cx.session.account, &resource))?;
    cx.session.resource = resource;
    Ok(())
}

/// What the server offered in the last session.
pub fn session_features(database: &Database, account: AccountId) -> rusqlite::Result<Features> {
    let json: Option<Option<String>> = database
        .prepare_cached("SELECT session FROM login WHERE account_id = ?1")?
        .query_row([account], |row| row.get(0))
        .optional()?;
    Ok(json.flatten().and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

/// A random UUID (RFC 9562 5.4).
fn uuid(random: &mut dyn Random) -> String {
    let mut bytes = [0_u8; 16];
    random.fill(&mut bytes);
    let number = u128::from_be_bytes(bytes);
    let number = number & !(0xf << 76) | 0x4 << 76;
    let number = number & !(0x3 << 62) | 0x2 << 62;
    let hex = format!("{number:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range).unwrap_or_default().to_owned());
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;

    impl Random for Ones {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(0xff);
        }
    }

    struct Zeros;

    impl Random for Zeros {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    #[test]
    fn names_are_uuids_of_version_4() {
        assert_eq!(uuid(&mut Ones), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid(&mut Zeros), "00000000-0000-4000-8000-000000000000");
    }
}
