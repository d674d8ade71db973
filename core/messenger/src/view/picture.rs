//! One picture, by the name that items give it.

use rusqlite::{Connection, OptionalExtension};

use crate::store::StoreError;

/// The file: JPEG or PNG, made by Linnet itself. `None` once nobody has it any more.
pub fn bytes(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT bytes FROM picture WHERE hash = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}
