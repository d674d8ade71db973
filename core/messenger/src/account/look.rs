//! What tells several accounts apart for their user: a name of his own, a colour, an order, and which of them the chat list
//! shows. Nobody else learns any of it.
//!
//! XEPs: 0392
//!
//! Invariants: every account has a colour, as far as there are enough another one than the others; the order has no gaps;
//! the chat list never shows an account alone that is gone.

use rusqlite::{Connection, params};
use sha1::{Digest, Sha1};

use crate::change::Change;
use crate::command::{AccountColour, Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Feature, Refusal};
use crate::fault::{CommandError, Fault};
use crate::ids::AccountId;

/// Characters of a name.
const LONGEST_NAME: usize = 40;

/// See the module.
#[derive(Debug)]
pub struct Look;

impl Feature for Look {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::EditAccount { name, colour, .. } => edit(cx, name, *colour)?,
            Command::MoveAccount { to, .. } => move_to(cx, *to)?,
            _ => return Ok(None),
        }
        cx.change(Change::Accounts);
        // Its lines say whose chats they are.
        cx.change(Change::ChatList);
        Ok(Some(Receipt::Done))
    }
}

fn edit(cx: &mut Cx<'_>, name: &str, colour: AccountColour) -> Result<(), Refusal> {
    let name = name.trim();
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(CommandError::TextInvalid.into());
    }
    let name = Some(name).filter(|name| !name.is_empty());
    cx.tx.prepare_cached("UPDATE account SET name = ?2, colour = ?3 WHERE id = ?1")?.execute(params![
        cx.session.account,
        name,
        stored(colour)
    ])?;
    Ok(())
}

fn move_to(cx: &mut Cx<'_>, to: u32) -> Result<(), Fault> {
    let account = cx.account();
    let mut order: Vec<AccountId> = cx
        .tx
        .prepare_cached("SELECT id FROM account WHERE id <> ?1 ORDER BY place, id")?
        .query_map([account], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    order.insert(usize::try_from(to).unwrap_or(usize::MAX).min(order.len()), account);
    let mut place = cx.tx.prepare_cached("UPDATE account SET place = ?2 WHERE id = ?1")?;
    for (at, id) in (1_i64..).zip(order) {
        place.execute((id, at))?;
    }
    Ok(())
}

/// Shows one account's chats, or all.
pub fn show_only(tx: &Connection, account: Option<AccountId>) -> Result<(), Refusal> {
    if let Some(account) = account
        && !tx.prepare_cached("SELECT 1 FROM account WHERE id = ?1")?.exists([account])?
    {
        return Err(CommandError::NotFound.into());
    }
    tx.prepare_cached("UPDATE app SET shown_account = ?1 WHERE id = 1")?.execute([account])?;
    Ok(())
}

/// Gives a colour to each account that has none: the one nearest to its address' hue (XEP-0392) that no other has.
pub fn colour_all(tx: &Connection) -> rusqlite::Result<()> {
    let accounts: Vec<(AccountId, String, Option<String>)> = tx
        .prepare_cached("SELECT id, jid, colour FROM account ORDER BY place, id")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let mut taken: Vec<AccountColour> = accounts.iter().filter_map(|(_, _, colour)| read(colour.as_deref()?)).collect();
    for (id, jid, colour) in accounts {
        if colour.as_deref().and_then(read).is_some() {
            continue;
        }
        let chosen = choose(&jid, &taken);
        taken.push(chosen);
        tx.prepare_cached("UPDATE account SET colour = ?2 WHERE id = ?1")?.execute((id, stored(chosen)))?;
    }
    Ok(())
}

fn stored(colour: AccountColour) -> String {
    serde_json::to_string(&colour).unwrap_or_default()
}

fn read(json: &str) -> Option<AccountColour> {
    serde_json::from_str(json).ok()
}

/// Their places on XEP-0392's circle, degrees.
const HUES: [f64; 8] = [12.0, 40.0, 75.0, 127.0, 180.0, 248.0, 285.0, 335.0];

fn choose(jid: &str, taken: &[AccountColour]) -> AccountColour {
    let hue = hue(jid);
    let away = |colour: &AccountColour| {
        let at = AccountColour::ALL.iter().zip(HUES).find(|(one, _)| *one == colour).map_or(0.0, |(_, at)| at);
        let straight = (at - hue).abs();
        straight.min(360.0 - straight)
    };
    let mut nearest = AccountColour::ALL;
    nearest.sort_by(|one, other| away(one).total_cmp(&away(other)));
    let [first, ..] = nearest;
    nearest.into_iter().find(|colour| !taken.contains(colour)).unwrap_or(first)
}

/// XEP-0392 5.1: the first two bytes of the SHA-1, little-endian, as an angle in degrees.
fn hue(text: &str) -> f64 {
    let digest: [u8; 20] = Sha1::digest(text.as_bytes()).into();
    let [low, high, ..] = digest;
    f64::from(u16::from_le_bytes([low, high])) / 65_536.0 * 360.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hues_are_those_of_the_xep() {
        // XEP-0392 13.2.
        for (text, angle) in [
            ("Romeo", 327.255_249),
            ("juliet@capulet.lit", 209.410_400),
            ("\u{1f63a}", 331.199_341),
            ("council", 359.994_507),
        ] {
            assert!((hue(text) - angle).abs() < 0.000_001, "{text}: {}", hue(text));
        }
    }

    #[test]
    fn each_account_has_its_own_colour_as_long_as_there_are_enough() {
        let mut taken = Vec::new();
        for _ in AccountColour::ALL {
            let colour = choose("alice@example.org", &taken);
            assert!(!taken.contains(&colour), "{taken:?}");
            taken.push(colour);
        }
        assert_eq!(choose("alice@example.org", &taken), choose("alice@example.org", &[]));
    }

    /// WCAG 2.1: relative luminance.
    fn luminance(colour: u32) -> f64 {
        let [_, r, g, b] = colour.to_be_bytes().map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn colours_stand_out_from_their_grounds() {
        let contrast = |one: u32, other: u32| {
            let (one, other) = (luminance(one), luminance(other));
            (one.max(other) + 0.05) / (one.min(other) + 0.05)
        };
        for colour in AccountColour::ALL {
            let (light, dark) = colour.on_grounds();
            // As text of any size, on the grounds of both platforms (WCAG 1.4.3).
            for ground in [0x00ff_ffff, 0x00fd_fcfa] {
                assert!(contrast(light, ground) >= 4.5, "{colour:?}: {}", contrast(light, ground));
            }
            for ground in [0x0000_0000, 0x0012_1315, 0x001c_1c1e, 0x0022_2427] {
                assert!(contrast(dark, ground) >= 4.5, "{colour:?}: {}", contrast(dark, ground));
            }
        }
    }
}
