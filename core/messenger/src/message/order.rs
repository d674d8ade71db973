//! The order of a chat. Messages and gaps share one sparse 64-bit line, so that what the archive tells later fits between
//! what is already there; clocks play no part in it.
//!
//! Invariants: positions are unique in a chat; unsent messages lie above `UNSENT`, everything else below; renumbering
//! moves a neighbourhood, never changes an order.

use rusqlite::{Connection as Database, OptionalExtension};

use crate::fault::Fault;
use crate::ids::{ChatId, GapId, MessageId};

/// Between two rows that follow each other.
pub const STEP: i64 = 1 << 20;
/// Between what the archive has confirmed and what came live: room for 65,536 steps.
pub const JUMP: i64 = 1 << 36;
/// Unsent messages follow everything else.
pub const UNSENT: i64 = 1 << 61;

/// How sure a message's place is; the values of `message.place`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// As the archive has it.
    Settled,
    /// Live, in order of arrival; our own, too, if nothing crossed it on its way.
    Live,
    /// Our own, taken by the server: the archive will tell where.
    Provisional,
    /// Our own, not yet taken by the server.
    Unsent,
}

impl Place {
    /// The stored number.
    pub fn number(self) -> i64 {
        match self {
            Self::Settled => 0,
            Self::Live => 1,
            Self::Provisional => 2,
            Self::Unsent => 3,
        }
    }

    /// The place of a stored number.
    pub fn of(number: i64) -> Self {
        match number {
            0 => Self::Settled,
            1 => Self::Live,
            2 => Self::Provisional,
            _ => Self::Unsent,
        }
    }
}

/// A position after everything that is not unsent.
pub fn at_end(tx: &Database, chat: ChatId, place: Place) -> Result<i64, Fault> {
    let last = before(tx, chat, UNSENT)?;
    let Some(last) = last else { return Ok(0) };
    let after_settled = place != Place::Settled
        && tx
            .prepare_cached("SELECT place FROM message WHERE chat_id = ?1 AND position = ?2")?
            .query_row((chat, last), |row| row.get::<_, i64>(0))
            .optional()?
            .is_none_or(|place| Place::of(place) == Place::Settled);
    let next = last + if after_settled { JUMP } else { STEP };
    // 2^25 jumps away; then the line is used in steps.
    if next < UNSENT { Ok(next) } else { squeeze(tx, chat, last, UNSENT, Side::Low) }
}

/// A position after everything.
pub fn unsent(tx: &Database, chat: ChatId) -> Result<i64, Fault> {
    Ok(before(tx, chat, i64::MAX)?.unwrap_or(0).max(UNSENT) + STEP)
}

/// The planted bug: a position by this device's clock, after what arrived in the same millisecond.
pub fn by_clock(tx: &Database, chat: ChatId, wall: i64) -> Result<i64, Fault> {
    let first = wall.saturating_mul(1 << 16);
    let last: Option<i64> = tx
        .prepare_cached("SELECT max(position) FROM message WHERE chat_id = ?1 AND position BETWEEN ?2 AND ?2 + 65535")?
        .query_row((chat, first), |row| row.get(0))?;
    Ok(last.map_or(first, |last| last + 1))
}

/// The position of the next row above this one; of the first, for `None`.
pub fn after(tx: &Database, chat: ChatId, position: Option<i64>) -> Result<Option<i64>, Fault> {
    Ok(tx
        .prepare_cached(
            "SELECT min(next) FROM (
                 SELECT (SELECT min(position) FROM message WHERE chat_id = ?1 AND position > ?2) AS next
                 UNION ALL SELECT (SELECT min(position) FROM gap WHERE chat_id = ?1 AND position > ?2))",
        )?
        .query_row((chat, position.unwrap_or(i64::MIN)), |row| row.get(0))?)
}

/// The position of the next row below this one.
pub fn before(tx: &Database, chat: ChatId, position: i64) -> Result<Option<i64>, Fault> {
    Ok(tx
        .prepare_cached(
            "SELECT max(next) FROM (
                 SELECT (SELECT max(position) FROM message WHERE chat_id = ?1 AND position < ?2) AS next
                 UNION ALL SELECT (SELECT max(position) FROM gap WHERE chat_id = ?1 AND position < ?2))",
        )?
        .query_row((chat, position), |row| row.get(0))?)
}

/// Whether a message stands there, not a gap.
pub fn is_message(tx: &Database, chat: ChatId, position: i64) -> Result<bool, Fault> {
    Ok(tx.prepare_cached("SELECT 1 FROM message WHERE chat_id = ?1 AND position = ?2")?.exists((chat, position))?)
}

/// The highest settled position, gaps included: what the archive brings next comes after it.
pub fn last_settled(tx: &Database, chat: ChatId) -> Result<Option<i64>, Fault> {
    // The first unsettled row bounds the search, so that it never walks through the chat.
    let first_unsettled: Option<i64> = tx
        .prepare_cached("SELECT min(position) FROM message WHERE chat_id = ?1 AND place <> 0")?
        .query_row([chat], |row| row.get(0))?;
    let unsettled_settled: Option<i64> = tx
        .prepare_cached("SELECT max(position) FROM message WHERE chat_id = ?1 AND place = 0 AND position > ?2")?
        .query_row((chat, first_unsettled.unwrap_or(i64::MAX)), |row| row.get(0))?;
    match unsettled_settled {
        Some(position) => Ok(Some(position)),
        None => before(tx, chat, first_unsettled.unwrap_or(i64::MAX)),
    }
}

/// Which neighbour a new row keeps close to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Low,
    High,
}

/// A free position between two neighbouring rows, below all unsent ones; makes room if there is none.
pub fn between(tx: &Database, chat: ChatId, low: Option<i64>, high: Option<i64>, side: Side) -> Result<i64, Fault> {
    match (low, high.filter(|high| *high < UNSENT)) {
        (None, None) => Ok(0),
        (Some(low), None) => Ok(low + STEP),
        (None, Some(high)) => Ok(high - STEP),
        (Some(low), Some(high)) => squeeze(tx, chat, low, high, side),
    }
}

fn squeeze(tx: &Database, chat: ChatId, low: i64, high: i64, side: Side) -> Result<i64, Fault> {
    let room = high.saturating_sub(low);
    if room < 2 {
        return make_room(tx, chat, low, high);
    }
    let step = (room / 2).min(STEP);
    Ok(if side == Side::Low { low + step } else { high - step })
}

/// A row of the line, for renumbering.
enum Row {
    Message(MessageId),
    Gap(GapId),
}

/// Spreads a neighbourhood of `low` and `high`, and gives the position freed between them. The neighbourhood doubles
/// until it has room: so the work stays proportional to how crowded it is.
fn make_room(tx: &Database, chat: ChatId, low: i64, high: i64) -> Result<i64, Fault> {
    let mut reach = 32_usize;
    loop {
        let below = rows(tx, chat, low, reach, Side::Low)?;
        let mut above = rows(tx, chat, high, reach, Side::High)?;
        if high < UNSENT {
            above.retain(|row| row.0 < UNSENT);
        }
        let floor = below.last().map_or(low, |row| row.0);
        let floor = before(tx, chat, floor)?.unwrap_or(floor.saturating_sub(JUMP));
        let roof = above.last().map_or(high, |row| row.0);
        let limit = if high < UNSENT { UNSENT } else { i64::MAX };
        let roof = after(tx, chat, Some(roof))?.map_or(roof.saturating_add(JUMP), |next| next).min(limit);
        let count = i64::try_from(below.len() + above.len()).unwrap_or(i64::MAX);
        let step = (roof.saturating_sub(floor)) / (count + 2);
        if step < 64 {
            reach = reach.saturating_mul(2);
            continue;
        }
        let mut order: Vec<(i64, Option<Row>)> = below.into_iter().rev().map(|(at, row)| (at, Some(row))).collect();
        order.push((0, None));
        order.extend(above.into_iter().map(|(at, row)| (at, Some(row))));
        return renumber(tx, chat, &order, floor, step);
    }
}

/// The nearest rows at and beyond a position, going away from it.
fn rows(tx: &Database, chat: ChatId, from: i64, count: usize, side: Side) -> Result<Vec<(i64, Row)>, Fault> {
    let sql = match side {
        Side::Low => {
            "SELECT position, id, 0 FROM message WHERE chat_id = ?1 AND position <= ?2
             UNION ALL SELECT position, id, 1 FROM gap WHERE chat_id = ?1 AND position <= ?2
             ORDER BY position DESC LIMIT ?3"
        }
        Side::High => {
            "SELECT position, id, 0 FROM message WHERE chat_id = ?1 AND position >= ?2
             UNION ALL SELECT position, id, 1 FROM gap WHERE chat_id = ?1 AND position >= ?2
             ORDER BY position LIMIT ?3"
        }
    };
    let rows = tx
        .prepare_cached(sql)?
        .query_map((chat, from, i64::try_from(count).unwrap_or(i64::MAX)), |row| {
            let id: i64 = row.get(1)?;
            let kind = if row.get::<_, i64>(2)? == 0 { Row::Message(MessageId(id)) } else { Row::Gap(GapId(id)) };
            Ok((row.get(0)?, kind))
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Gives the rows evenly spaced positions, in two passes because positions are unique; returns that of the hole.
fn renumber(tx: &Database, chat: ChatId, order: &[(i64, Option<Row>)], floor: i64, step: i64) -> Result<i64, Fault> {
    let mut hole = floor;
    for pass in 0..2 {
        let mut position = floor;
        for (index, (_, row)) in order.iter().enumerate() {
            position += step;
            let at = if pass == 0 { i64::MIN + i64::try_from(index).unwrap_or(0) } else { position };
            match row {
                None => hole = position,
                Some(Row::Message(id)) => {
                    tx.prepare_cached("UPDATE message SET position = ?2 WHERE id = ?1")?.execute((id, at))?;
                }
                Some(Row::Gap(id)) => {
                    tx.prepare_cached("UPDATE gap SET position = ?2 WHERE id = ?1")?.execute((id, at))?;
                }
            }
        }
    }
    tracing::debug!(%chat, rows = order.len(), "renumbered");
    Ok(hole)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chat in memory with just the tables that order needs, and the order its rows should have.
    struct Line {
        database: Database,
        expected: Vec<i64>,
    }

    const CHAT: ChatId = ChatId(1);

    impl Line {
        fn new() -> Self {
            let database = Database::open_in_memory().unwrap();
            database
                .execute_batch(
                    "CREATE TABLE message (id INTEGER PRIMARY KEY, chat_id INTEGER, position INTEGER, place INTEGER);
                     CREATE UNIQUE INDEX message_position ON message (chat_id, position);
                     CREATE TABLE gap (id INTEGER PRIMARY KEY, chat_id INTEGER, position INTEGER);
                     CREATE UNIQUE INDEX gap_position ON gap (chat_id, position);",
                )
                .unwrap();
            Self { database, expected: Vec::new() }
        }

        /// Inserts a row so that it becomes the `index`th.
        fn insert(&mut self, index: usize, side: Side) {
            let low = index.checked_sub(1).map(|at| self.position(self.expected[at]));
            let high = self.expected.get(index).map(|&id| self.position(id));
            let position = between(&self.database, CHAT, low, high, side).unwrap();
            self.database
                .execute("INSERT INTO message (chat_id, position, place) VALUES (1, ?1, 0)", [position])
                .unwrap();
            self.expected.insert(index, self.database.last_insert_rowid());
        }

        fn position(&self, id: i64) -> i64 {
            self.database.query_row("SELECT position FROM message WHERE id = ?1", [id], |row| row.get(0)).unwrap()
        }

        fn check(&self) {
            let mut statement = self.database.prepare("SELECT id FROM message ORDER BY position").unwrap();
            let order: Vec<i64> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
            assert_eq!(order, self.expected);
        }
    }

    #[test]
    fn any_number_of_rows_fits_between_two() {
        for side in [Side::Low, Side::High] {
            let mut line = Line::new();
            line.insert(0, side);
            line.insert(1, side);
            for _ in 0..500 {
                line.insert(1, side);
            }
            line.check();
        }
    }

    #[test]
    fn rows_inserted_anywhere_keep_their_order() {
        let mut line = Line::new();
        let mut seed = 7_usize;
        for count in 0..2_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Crowded in one place, so that neighbourhoods are renumbered again and again.
            let index = if seed & 0x100 == 0 { count / 2 } else { (seed >> 33) % (count + 1) };
            line.insert(index, if seed & 0x200 == 0 { Side::Low } else { Side::High });
        }
        line.check();
    }

    #[test]
    fn unsent_rows_stay_above_all_others() {
        let mut line = Line::new();
        line.insert(0, Side::Low);
        let unsent = unsent(&line.database, CHAT).unwrap();
        line.database.execute("INSERT INTO message (chat_id, position, place) VALUES (1, ?1, 3)", [unsent]).unwrap();
        line.expected.push(line.database.last_insert_rowid());
        for _ in 0..200 {
            line.insert(1, Side::High);
        }
        line.check();
        let end = at_end(&line.database, CHAT, Place::Live).unwrap();
        assert!(end < UNSENT && end > line.position(line.expected[line.expected.len() - 2]));
    }

    #[test]
    fn the_archive_continues_after_the_last_settled_row() {
        let line = Line::new();
        for (position, place) in [(0, 0), (10, 0), (20, 1), (30, 2), (UNSENT + 1, 3)] {
            line.database
                .execute("INSERT INTO message (chat_id, position, place) VALUES (1, ?1, ?2)", [position, place])
                .unwrap();
        }
        assert_eq!(last_settled(&line.database, CHAT).unwrap(), Some(10));
        line.database.execute("INSERT INTO gap (chat_id, position) VALUES (1, 15)", []).unwrap();
        assert_eq!(last_settled(&line.database, CHAT).unwrap(), Some(15), "a gap holds its place");
    }
}
