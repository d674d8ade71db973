//! A store of real size, made by the messenger's own schema and kept from run to run.
//!
//! Rows come in the order of arrival over all chats, as a device would have stored them: a chat's pages lie scattered.

use std::path::{Path, PathBuf};

use linnet_messenger::engine::Engine;
use linnet_messenger::now::Now;
use linnet_messenger::random::Random;
use linnet_messenger::store::StoreOptions;
use rusqlite::{Connection, params};

/// The key that all bench stores have.
pub const KEY: [u8; 32] = [0x5a; 32];
const CHATS: u64 = 50;
const OWN: &str = "alice@linnet.test";
/// Between two messages of the whole store: a million of them span two years.
const PAUSE: i64 = 63_000;
const BEGIN: i64 = 1_700_000_000_000;
/// As the messenger spaces a chat's messages.
const STEP: i64 = 1 << 20;
/// Raised when the rows below change, or how the file is encrypted.
const VERSION: u32 = 2;
const WORDS: [&str; 16] = [
    "tomorrow", "morgen", "at", "eight", "the", "und", "bicycle", "maybe", "yes", "nein", "look", "house", "wirklich",
    "see", "you", "🐦",
];

/// A store with the chat that a user would open first.
#[derive(Debug, Clone)]
pub struct Filled {
    pub path: PathBuf,
    pub chat: i64,
}

/// Random bytes that are the same at every run: nothing here is secret.
#[derive(Debug)]
pub struct Repeatable(pub u64);

impl Repeatable {
    /// The next 64 bits.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

impl Random for Repeatable {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|byte| *byte = (self.number() >> 24) as u8);
    }
}

/// The clocks, as good as any.
pub fn now() -> Now {
    Now { wall: BEGIN + 70_000_000_000, mono: 1_000, boot_id: "bench".to_owned() }
}

/// How to open a bench store.
pub fn options(path: &Path) -> StoreOptions {
    StoreOptions::new(Some(path.to_owned()), KEY)
}

/// Opens the file without any of the messenger's code.
pub fn plain(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    connection.execute_batch(&format!("PRAGMA key = \"x'{key}'\"; PRAGMA cipher_hmac_algorithm = HMAC_SHA256;"))?;
    Ok(connection)
}

/// Moves everything from the write-ahead log into the file.
pub fn empty_log(path: &Path) -> rusqlite::Result<()> {
    plain(path)?.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// Gives the store with so many messages; builds it in `folder` if it is not there yet or the schema has changed.
pub fn store(folder: &Path, messages: u64, tell: impl Fn(&str)) -> Result<Filled, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(|error| told(&error))?;
    let building = folder.join("building.db");
    remove(&building);
    drop(Engine::open(options(&building), Box::new(Repeatable(1)), &now()).map_err(|error| told(&error))?);
    let mut connection = plain(&building).map_err(|error| told(&error))?;
    let path = folder.join(format!("{messages}-{}-{VERSION}.db", schema(&connection).map_err(|error| told(&error))?));
    let chat = 1;
    if path.exists() {
        drop(connection);
        remove(&building);
        return Ok(Filled { path, chat });
    }
    tell("building the store, once");
    fill(&mut connection, messages).map_err(|error| told(&error))?;
    drop(connection);
    std::fs::rename(&building, &path).map_err(|error| told(&error))?;
    remove(&building);
    // Whoever opens a store that was moved pays once for its new place.
    drop(Engine::open(options(&path), Box::new(Repeatable(1)), &now()).map_err(|error| told(&error))?);
    Ok(Filled { path, chat })
}

/// Removes a store with all that lies beside it.
pub fn remove(path: &Path) {
    for end in ["", "-wal", "-shm", "-generation", "-lease"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        // Most of them are not there.
        drop(std::fs::remove_file(name));
    }
}

/// Names the schema: the hashes of its migrations, hashed (FNV-1a).
fn schema(connection: &Connection) -> rusqlite::Result<String> {
    let text: String = connection.query_row(
        "SELECT group_concat(value) FROM (SELECT value FROM meta WHERE name LIKE 'migration_%' ORDER BY name)",
        [],
        |row| row.get(0),
    )?;
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    Ok(format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, fold)))
}

fn fill(connection: &mut Connection, messages: u64) -> rusqlite::Result<()> {
    // The order of random keys would otherwise read and write the whole index again and again.
    connection.execute_batch("PRAGMA cache_size = -1500000; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
    let tx = connection.transaction()?;
    tx.execute(
        "INSERT INTO account (id, jid, password, resource, connection, signed_in) VALUES (1, ?1, '', 'bench', ?2, 1)",
        params![OWN, r#"{"state":"off"}"#],
    )?;
    let peer = |chat: u64| format!("friend{chat}@linnet.test");
    for chat in 1..=CHATS {
        tx.execute("INSERT INTO chat (id, account_id, jid) VALUES (?1, 1, ?2)", params![chat as i64, peer(chat)])?;
        tx.execute(
            "INSERT INTO contact (account_id, jid, name, subscription) VALUES (1, ?1, ?2, 'both')",
            params![peer(chat), format!("Friend {chat}")],
        )?;
    }
    let mut random = Repeatable(0x1234_5678_9abc_def1);
    let mut counts = [0_i64; CHATS as usize + 1];
    let mut message = tx.prepare(
        "INSERT INTO message (id, chat_id, position, place, sender, outgoing, body, stanza_id, time, unread, state)
         VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    let mut key =
        tx.prepare("INSERT INTO message_key (account_id, scope, kind, value, message_id) VALUES (1, ?1, ?2, ?3, ?4)")?;
    for number in 1..=messages {
        // Few chats hold most messages; the last one is in the chat that is opened.
        let chat =
            if number + 20 > messages { 1 } else { 1 + (random.number() % CHATS) * (random.number() % CHATS) / CHATS };
        let count = counts.get_mut(chat as usize).map_or(0, |count| {
            *count += 1;
            *count
        });
        let outgoing = random.number().is_multiple_of(2);
        let sender = if outgoing { OWN.to_owned() } else { peer(chat) };
        let body = text(&mut random);
        let (origin, archive) = (id(&mut random), id(&mut random));
        let unread = !outgoing && number + 5 > messages;
        message.execute(params![
            number as i64,
            chat as i64,
            count * STEP,
            sender,
            outgoing,
            body,
            origin,
            BEGIN + number as i64 * PAUSE,
            unread,
            if outgoing { 2 } else { 0 },
        ])?;
        key.execute(params![sender, "origin", origin, number as i64])?;
        key.execute(params![OWN, "archive", archive, number as i64])?;
    }
    drop((message, key));
    let newest = "UPDATE chat SET last_activity = coalesce((SELECT time FROM message WHERE chat_id = chat.id
                  ORDER BY position DESC LIMIT 1), 0)";
    tx.execute(newest, [])?;
    tx.commit()?;
    connection.execute_batch("PRAGMA journal_mode = WAL;")
}

/// A message of one to twenty words.
pub fn text(random: &mut Repeatable) -> String {
    let length = 1 + random.number() % 20;
    let words: Vec<&str> =
        (0..length).filter_map(|_| WORDS.get((random.number() % WORDS.len() as u64) as usize).copied()).collect();
    words.join(" ")
}

/// 36 characters, as most servers and clients make them.
pub fn id(random: &mut Repeatable) -> String {
    let (a, b) = (random.number(), random.number());
    format!("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", a >> 32, a >> 16 & 0xffff, a & 0xffff, b >> 48, b & 0xffff_ffff_ffff)
}
