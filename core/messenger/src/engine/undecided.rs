//! Stanzas whose handling failed: a bug of ours, or something of a later version. They are kept, and read again once by
//! every version of the app after the one that kept them.

use rusqlite::{Connection as Database, OptionalExtension};

use super::cx::Cx;
use super::stanza;
use crate::fault::Fault;
use crate::session::clock::format_stamp;
use crate::wire::{Element, ns};

/// The newest are kept.
const MOST: i64 = 1_000;
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Keeps a stanza.
pub(super) fn keep(cx: &mut Cx<'_>, element: &Element) -> Result<(), Fault> {
    let (account, time) = (cx.session.account, cx.server_time());
    cx.tx.prepare_cached("INSERT INTO undecided (account_id, stanza, time) VALUES (?1, ?2, ?3)")?.execute((
        account,
        element.to_xml(),
        time,
    ))?;
    cx.tx
        .prepare_cached("DELETE FROM undecided WHERE account_id = ?1 AND id <= (SELECT max(id) FROM undecided) - ?2")?
        .execute((account, MOST))?;
    Ok(())
}

/// Whether this version has not read them yet; from now on it has.
pub(super) fn is_due(tx: &Database) -> Result<bool, Fault> {
    let read: Option<String> =
        tx.query_row("SELECT value FROM meta WHERE name = 'undecided_read_by'", [], |row| row.get(0)).optional()?;
    if read.as_deref() == Some(VERSION) {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO meta (name, value) VALUES ('undecided_read_by', ?1)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [VERSION],
    )?;
    Ok(true)
}

/// Handles the account's once more. What fails again is kept again. Only messages: requests are long given up, and
/// presence is old.
pub(super) fn read_again(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let kept: Vec<(String, i64)> = cx
        .tx
        .prepare_cached("SELECT stanza, time FROM undecided WHERE account_id = ?1 ORDER BY id")?
        .query_map([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    cx.tx.prepare_cached("DELETE FROM undecided WHERE account_id = ?1")?.execute([cx.session.account])?;
    for (text, time) in kept {
        let Ok(element) = Element::parse(&text) else { continue };
        // A page of the archive is asked for again by itself.
        if !element.is("message", ns::CLIENT) || element.first("result", ns::MAM).is_some() {
            continue;
        }
        // It says when it came, unless it says when it was sent.
        let stamped = element.first("delay", ns::DELAY).is_some();
        let delay =
            Element::new("delay", ns::DELAY).with("stamp", format_stamp(time)).with("from", cx.own().to_string());
        let element = if stamped { element } else { element.child(delay) };
        stanza(cx, &element, false)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::engine::Engine;
    use crate::input::Input;
    use crate::now::Now;
    use crate::random::Random;
    use crate::store::StoreOptions;

    struct Dice;

    impl Random for Dice {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn what_an_earlier_version_kept_is_read_once() {
        let now = Now { wall: 1_790_000_000_000, mono: 1_000, boot_id: "boot".to_owned() };
        let path = std::env::temp_dir().join(format!("linnet-undecided-{}.db", std::process::id()));
        let open = || {
            let options = StoreOptions::new(Some(path.clone()), [3; 32]);
            Engine::open(options, Box::new(Dice), &now).unwrap()
        };
        let sql = "INSERT INTO account (id, jid, password, resource, connection) VALUES (1, 'a@b.test', '', 'r', '');
             INSERT INTO undecided (account_id, stanza, time) VALUES
                 (1, '<message xmlns=''jabber:client'' from=''c@d.test/x'' to=''a@b.test'' type=''chat''>\
                      <body>at last</body></message>', 1780000000000),
                 (1, '<presence xmlns=''jabber:client'' from=''c@d.test/x''/>', 1780000000000);";
        let engine = open();
        engine.store.as_ref().unwrap().connection.execute_batch(sql).unwrap();
        drop(engine);
        let shown = |engine: &Engine| -> Vec<(String, i64)> {
            let reader = engine.reader().unwrap();
            let mut statement = reader.prepare("SELECT body, time FROM message").unwrap();
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
        };
        let mut engine = open();
        engine.handle(vec![Input::Tick], &now);
        assert_eq!(shown(&engine), [("at last".to_owned(), 1_780_000_000_000)]);
        let reader = engine.reader().unwrap();
        let left: i64 = reader.query_row("SELECT count(*) FROM undecided", [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0);
        drop(reader);
        // Kept by this very version: not read again by it.
        let sql =
            "INSERT INTO undecided (account_id, stanza, time) VALUES (1, '<message xmlns=''jabber:client''/>', 0)";
        engine.store.as_ref().unwrap().connection.execute_batch(sql).unwrap();
        drop(engine);
        let mut engine = open();
        engine.handle(vec![Input::Tick], &now);
        let reader = engine.reader().unwrap();
        let left: i64 = reader.query_row("SELECT count(*) FROM undecided", [], |row| row.get(0)).unwrap();
        assert_eq!(left, 1);
        drop((reader, engine));
        for end in ["", "-wal", "-shm", "-lease", "-generation"] {
            drop(std::fs::remove_file(format!("{}{end}", path.display())));
        }
    }
}
