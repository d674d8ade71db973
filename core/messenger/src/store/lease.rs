//! Two processes on one file: the app, and the extension that a push wakes. One of them holds the lease and with it every
//! account's stream; the app always wins.
//!
//! The lease is a row with an epoch, and a lock on a file beside the database that the system frees when its holder
//! dies. The lock tells the extension whether anybody is there; the epoch makes it safe: taking the lease raises it, and
//! every transaction that writes checks it.
//!
//! Invariants: an extension takes the lease only with the lock, the app with or without it; who has an older epoch than
//! the row's commits nothing more.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::{OpenError, Role};

/// How long the app waits for the lock: an extension lets go within 100 ms, a process that ends within its last
/// transaction. A frozen extension may keep it for longer; its epoch is old, so it does no harm.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two looks at the lock.
const LOOK: Duration = Duration::from_millis(5);

/// This process' part in the lease.
#[derive(Debug)]
pub(crate) struct Lease {
    role: Role,
    pub(crate) epoch: i64,
    /// `None` in memory, where nobody else can be.
    path: Option<PathBuf>,
    /// Unlocked when closed.
    lock: Option<File>,
}

impl Lease {
    /// Takes the lease, as this role may. An extension does not wait; the app waits for the lock, not for the lease.
    pub(crate) fn take(connection: &Connection, role: Role, database: Option<&Path>) -> Result<Self, OpenError> {
        let path = database.map(lock_path);
        let mut lease = Self { role, epoch: 0, path, lock: None };
        let mut raised = false;
        let mut waited = Duration::ZERO;
        while !lease.try_lock()? {
            if role == Role::Extension {
                return Err(OpenError::InUse);
            }
            let patient = waited < PATIENCE;
            if !raised && holder(connection)? == Role::Extension.name() {
                lease.raise(connection)?;
                raised = true;
            }
            match (patient, raised) {
                (true, _) => {
                    std::thread::sleep(LOOK);
                    waited += LOOK;
                }
                (false, true) => break,
                // Another process of the app itself: two of them would take turns for ever.
                (false, false) => return Err(OpenError::InUse),
            }
        }
        if !raised {
            lease.raise(connection)?;
        }
        Ok(lease)
    }

    /// Makes every older epoch void.
    pub(crate) fn raise(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.epoch = connection.query_row(
            "UPDATE lease SET holder = ?1, epoch = epoch + 1 WHERE id = 1 RETURNING epoch",
            [self.role.name()],
            |row| row.get(0),
        )?;
        Ok(())
    }

    /// Whether nobody has taken the lease since. Inside a transaction that holds the write lock the answer stays true.
    pub(crate) fn holds(&self, connection: &Connection) -> rusqlite::Result<bool> {
        let epoch: i64 =
            connection.prepare_cached("SELECT epoch FROM lease WHERE id = 1")?.query_row([], |row| row.get(0))?;
        Ok(epoch == self.epoch)
    }

    /// Tries again for a lock that was not free when the app took the lease.
    pub(crate) fn secure(&mut self) {
        if self.lock.is_none()
            && let Err(error) = self.try_lock()
        {
            tracing::debug!(%error, "the lock can't be had");
        }
    }

    /// True if there is nothing left to lock.
    fn try_lock(&mut self) -> Result<bool, OpenError> {
        let (Some(path), None) = (&self.path, &self.lock) else { return Ok(true) };
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(OpenError::lock)?;
        match file.try_lock() {
            Ok(()) => self.lock = Some(file),
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(OpenError::lock(error)),
        }
        Ok(true)
    }
}

fn holder(connection: &Connection) -> rusqlite::Result<String> {
    connection.query_row("SELECT holder FROM lease WHERE id = 1", [], |row| row.get(0))
}

fn lock_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-lease");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, StoreOptions};

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("linnet-lease-{name}-{}", std::process::id()));
            drop(std::fs::remove_dir_all(&path));
            std::fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn open(&self, role: Role) -> Result<Store, OpenError> {
            Store::open(StoreOptions { role, ..StoreOptions::new(Some(self.0.join("x.db")), [1; 32]) })
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }

    fn holds(store: &Store) -> bool {
        store.lease.holds(&store.connection).unwrap()
    }

    #[test]
    fn an_extension_stays_away_while_the_app_is_there_and_takes_over_after_it() {
        let folder = Folder::new("extension");
        let app = folder.open(Role::App).unwrap();
        assert!(matches!(folder.open(Role::Extension), Err(OpenError::InUse)));
        assert!(holds(&app));
        drop(app);
        let extension = folder.open(Role::Extension).unwrap();
        assert!(holds(&extension));
        assert!(matches!(folder.open(Role::Extension), Err(OpenError::InUse)), "one extension at a time");
    }

    #[test]
    fn the_app_wins_over_an_extension_that_keeps_the_lock() {
        let folder = Folder::new("wins");
        let frozen = folder.open(Role::Extension).unwrap();
        let mut app = folder.open(Role::App).unwrap();
        assert!(holds(&app));
        assert!(!holds(&frozen), "its epoch is old");
        app.lease.secure();
        assert!(app.lease.lock.is_none());
        drop(frozen);
        app.lease.secure();
        assert!(app.lease.lock.is_some(), "nobody can take over any more");
        assert!(matches!(folder.open(Role::Extension), Err(OpenError::InUse)));
    }

    #[test]
    fn two_apps_do_not_share_a_file() {
        let folder = Folder::new("two");
        let first = folder.open(Role::App).unwrap();
        assert!(matches!(folder.open(Role::App), Err(OpenError::InUse)));
        assert!(holds(&first));
    }

    #[test]
    fn whoever_takes_the_lease_raises_the_epoch() {
        let folder = Folder::new("epoch");
        let mut epochs = Vec::new();
        for role in [Role::App, Role::Extension, Role::Extension, Role::App] {
            epochs.push(folder.open(role).unwrap().lease.epoch);
        }
        assert_eq!(epochs, [1, 2, 3, 4]);
    }
}
