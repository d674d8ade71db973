//! The app lock: a PIN, or the device's own way, opens what is on screen. It keeps out who has the unlocked device in
//! hand for a moment; who has its memory is kept out by the encrypted file.
//!
//! Invariants: a process begins locked, and so does whoever comes back after the patience or after a restart of the
//! device. What the user may change here needs an open lock, and the PIN itself the PIN. Wrong PINs cost time, which
//! neither a killed app nor a changed clock makes shorter.

use rusqlite::{Connection, OptionalExtension, params};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::command::{Owner, Secret};
use crate::engine::feature::Refusal;
use crate::fault::{CommandError, Fault};
use crate::now::Now;
use crate::random::Random;

/// Characters of a PIN.
const LEAST: usize = 4;
const MOST: usize = 64;
/// Who can try the key out has opened the encrypted file already: this only keeps the PIN from being read there.
const ROUNDS: u32 = 20_000;
/// So many wrong PINs are free; then each makes the next one wait, twice as long each time.
const FREE: u32 = 5;
const FIRST_WAIT: u64 = 30_000;
const LONGEST_WAIT: u64 = 15 * 60_000;
/// The longest time out of sight that can be chosen.
const LONGEST_PATIENCE: u64 = 24 * 3_600_000;

struct Lock {
    salt: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
    locked: bool,
    patience: u64,
    wrong: u32,
    wait: Option<(u64, String)>,
    left: Option<(u64, String)>,
}

fn read(tx: &Connection) -> Result<Option<Lock>, Fault> {
    Ok(tx
        .prepare_cached(
            "SELECT pin_salt, pin_key, locked, patience, wrong, wait_mono, wait_boot, left_at, left_boot FROM app
             WHERE id = 1 AND pin_key IS NOT NULL AND pin_salt IS NOT NULL",
        )?
        .query_row([], |row| {
            let number = |at: usize| -> rusqlite::Result<Option<u64>> {
                Ok(row.get::<_, Option<i64>>(at)?.and_then(|number| u64::try_from(number).ok()))
            };
            Ok(Lock {
                salt: row.get(0)?,
                key: Zeroizing::new(row.get(1)?),
                locked: row.get(2)?,
                patience: number(3)?.unwrap_or(0),
                wrong: row.get(4)?,
                wait: number(5)?.zip(row.get(6)?),
                left: number(7)?.zip(row.get(8)?),
            })
        })
        .optional()?)
}

fn derive(pin: &Secret, salt: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; 32]);
    pbkdf2::pbkdf2_hmac::<Sha256>(pin.expose().as_bytes(), salt, ROUNDS, &mut key);
    key
}

/// A process begins.
pub fn begin(tx: &Connection) -> rusqlite::Result<()> {
    tx.execute("UPDATE app SET locked = 1 WHERE id = 1 AND pin_key IS NOT NULL", ())?;
    Ok(())
}

/// Whether the app has to be opened by its user.
pub fn is_locked(tx: &Connection) -> Result<bool, Fault> {
    Ok(read(tx)?.is_some_and(|lock| lock.locked))
}

/// The app came into sight, or left it. Gives whether something changed.
pub fn set_active(tx: &Connection, active: bool, now: &Now) -> Result<bool, Fault> {
    let Some(lock) = read(tx)?.filter(|lock| !lock.locked) else { return Ok(false) };
    let locks = if active {
        lock.left
            .as_ref()
            .is_some_and(|(at, boot)| *boot != now.boot_id || now.mono.saturating_sub(*at) >= lock.patience)
    } else {
        lock.patience == 0
    };
    let (at, boot) = (i64::try_from(now.mono).unwrap_or(i64::MAX), now.boot_id.as_str());
    let (at, boot) = if active { (None, None) } else { (Some(at), Some(boot)) };
    // Leaving twice is leaving once.
    let keeps = !active && lock.left.is_some();
    tx.prepare_cached(
        "UPDATE app SET locked = locked OR ?1, left_at = CASE WHEN ?4 THEN left_at ELSE ?2 END,
             left_boot = CASE WHEN ?4 THEN left_boot ELSE ?3 END WHERE id = 1",
    )?
    .execute(params![locks, at, boot, keeps])?;
    Ok(locks)
}

/// Locks at once.
pub fn lock_now(tx: &Connection) -> Result<(), Refusal> {
    read(tx)?.ok_or(CommandError::NotNow)?;
    tx.prepare_cached("UPDATE app SET locked = 1 WHERE id = 1")?.execute([])?;
    Ok(())
}

/// Opens with the PIN. A wrong one is written down: this changes something even where it is refused.
pub fn unlock(tx: &Connection, pin: &Secret, now: &Now) -> Result<(), Refusal> {
    let Some(lock) = read(tx)?.filter(|lock| lock.locked) else { return Ok(()) };
    check(tx, &lock, pin, now)?;
    Ok(open(tx)?)
}

/// The device itself has made sure of its owner.
pub fn unlock_by_device(tx: &Connection) -> Result<(), Refusal> {
    let allowed: bool =
        tx.prepare_cached("SELECT biometrics FROM app WHERE id = 1")?.query_row([], |row| row.get(0))?;
    if !allowed {
        return Err(CommandError::NotNow.into());
    }
    Ok(open(tx)?)
}

fn open(tx: &Connection) -> Result<(), Fault> {
    tx.prepare_cached(
        "UPDATE app SET locked = 0, wrong = 0, wait_mono = NULL, wait_boot = NULL, wait_until = NULL, left_at = NULL,
             left_boot = NULL WHERE id = 1",
    )?
    .execute([])?;
    Ok(())
}

/// Makes sure that the owner holds the device, for what must not be done in a moment's absence. Without a lock there is
/// nothing to ask for here.
pub fn prove(tx: &Connection, owner: Option<&Owner>, now: &Now) -> Result<(), Refusal> {
    let Some(lock) = read(tx)? else { return Ok(()) };
    if lock.locked {
        return Err(CommandError::NotNow.into());
    }
    match owner {
        Some(Owner::Pin(pin)) => {
            check(tx, &lock, pin, now)?;
            Ok(open(tx)?)
        }
        Some(Owner::Device) => unlock_by_device(tx),
        None => Err(CommandError::PinWrong.into()),
    }
}

/// Compares a PIN, and remembers that it was wrong.
fn check(tx: &Connection, lock: &Lock, pin: &Secret, now: &Now) -> Result<(), Refusal> {
    if let Some((until, boot)) = &lock.wait {
        // What was left of the wait when the device restarted is not known: it begins again.
        if *boot != now.boot_id {
            wait(tx, lock.wrong, now)?;
            return Err(CommandError::NotNow.into());
        }
        if now.mono < *until {
            return Err(CommandError::NotNow.into());
        }
    }
    if bool::from(derive(pin, &lock.salt).ct_eq(&lock.key)) {
        return Ok(());
    }
    wait(tx, lock.wrong.saturating_add(1), now)?;
    Err(CommandError::PinWrong.into())
}

fn wait(tx: &Connection, wrong: u32, now: &Now) -> Result<(), Fault> {
    let pause = wrong.checked_sub(FREE).map(|doublings| {
        let factor = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
        FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT)
    });
    let mono = pause.map(|pause| i64::try_from(now.mono.saturating_add(pause)).unwrap_or(i64::MAX));
    let until = pause.map(|pause| now.wall.saturating_add(i64::try_from(pause).unwrap_or(0)));
    let boot = pause.map(|_| now.boot_id.as_str());
    tx.prepare_cached("UPDATE app SET wrong = ?1, wait_mono = ?2, wait_boot = ?3, wait_until = ?4 WHERE id = 1")?
        .execute(params![wrong, mono, boot, until])?;
    Ok(())
}

/// Sets, changes or (`None`) removes the PIN. What there is has to be named.
pub fn set_pin(
    tx: &Connection,
    random: &mut dyn Random,
    current: Option<&Secret>,
    pin: Option<&Secret>,
    now: &Now,
) -> Result<(), Refusal> {
    if pin.is_some_and(|pin| !(LEAST..=MOST).contains(&pin.expose().chars().count())) {
        return Err(CommandError::TextInvalid.into());
    }
    if let Some(lock) = read(tx)? {
        check(tx, &lock, current.ok_or(CommandError::PinWrong)?, now)?;
    }
    match pin {
        Some(pin) => {
            let mut salt = [0; 16];
            random.fill(&mut salt);
            let key = derive(pin, &salt);
            tx.prepare_cached("UPDATE app SET pin_salt = ?1, pin_key = ?2 WHERE id = 1")?
                .execute(params![salt.as_slice(), key.as_slice()])?;
        }
        None => {
            tx.prepare_cached("UPDATE app SET pin_salt = NULL, pin_key = NULL, biometrics = 0 WHERE id = 1")?
                .execute([])?;
        }
    }
    Ok(open(tx)?)
}

/// Chooses when it locks, and whether the device's own way opens it.
pub fn set_options(tx: &Connection, biometrics: bool, patience: u64) -> Result<(), Refusal> {
    read(tx)?.filter(|lock| !lock.locked).ok_or(CommandError::NotNow)?;
    let patience = i64::try_from(patience.min(LONGEST_PATIENCE)).unwrap_or(0);
    tx.prepare_cached("UPDATE app SET biometrics = ?1, patience = ?2 WHERE id = 1")?.execute((biometrics, patience))?;
    Ok(())
}
