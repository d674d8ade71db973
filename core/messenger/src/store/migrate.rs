//! Forward-only numbered migrations. The hash of each applied text is kept, so that a text changed after its release is
//! noticed instead of giving two kinds of databases.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sha2::{Digest, Sha256};

use super::OpenError;

/// Every migration, in order; number N brings `user_version` from N - 1 to N.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_base.sql"),
    include_str!("migrations/0002_privacy.sql"),
    include_str!("migrations/0003_relation.sql"),
    include_str!("migrations/0004_connection.sql"),
    include_str!("migrations/0005_device.sql"),
    include_str!("migrations/0006_lease.sql"),
    include_str!("migrations/0007_login.sql"),
    include_str!("migrations/0008_sign_up.sql"),
    include_str!("migrations/0009_account.sql"),
    include_str!("migrations/0010_codes.sql"),
    include_str!("migrations/0011_app.sql"),
    include_str!("migrations/0012_people.sql"),
    include_str!("migrations/0013_device_information.sql"),
    include_str!("migrations/0014_used_codes.sql"),
    include_str!("migrations/0015_accounts.sql"),
    include_str!("migrations/0016_privacy.sql"),
    include_str!("migrations/0017_profile.sql"),
    include_str!("migrations/0018_moving.sql"),
    include_str!("migrations/0019_own_devices.sql"),
    include_str!("migrations/0020_vcard.sql"),
    include_str!("migrations/0021_presence.sql"),
    include_str!("migrations/0022_photo.sql"),
    include_str!("migrations/0023_portable.sql"),
    include_str!("migrations/0024_moved.sql"),
    include_str!("migrations/0025_device_details.sql"),
    include_str!("migrations/0026_restored_profile.sql"),
];

/// Brings the database to the newest schema.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if usize::try_from(version).is_ok_and(|version| version > MIGRATIONS.len()) {
        return Err(OpenError::NewerSchema);
    }
    for (number, text) in (1_i64..).zip(MIGRATIONS) {
        let name = format!("migration_{number:04}");
        let hash = hex(&Sha256::digest(text.as_bytes()));
        if number <= version {
            let applied: Option<String> =
                connection.query_row("SELECT value FROM meta WHERE name = ?1", [&name], |row| row.get(0)).optional()?;
            if applied.as_deref() != Some(&hash) {
                return Err(OpenError::KeyOrFile);
            }
            continue;
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(text)?;
        transaction.execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", [&name, &hash])?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_the_one_committed() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let mut statement = connection
            .prepare(
                "SELECT sql || ';' FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name",
            )
            .unwrap();
        let schema: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let schema = schema.join("\n\n") + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/schema.sql");
        if std::env::var_os("LINNET_BLESS").is_some() {
            std::fs::write(path, &schema).unwrap();
        }
        assert_eq!(schema, std::fs::read_to_string(path).unwrap(), "run again with LINNET_BLESS=1 and read the diff");
    }

    #[test]
    fn a_changed_migration_and_a_newer_schema_are_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        connection.execute("UPDATE meta SET value = 'other' WHERE name = 'migration_0001'", []).unwrap();
        assert!(matches!(migrate(&mut connection), Err(OpenError::KeyOrFile)));
        connection.pragma_update(None, "user_version", 999).unwrap();
        assert!(matches!(migrate(&mut connection), Err(OpenError::NewerSchema)));
    }
}
