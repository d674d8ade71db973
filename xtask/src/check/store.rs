//! Migrations: numbered without a gap, never a table without a type check, never a query without its columns.

use super::Source;

const MIGRATIONS: &str = "core/messenger/src/store/migrations/";
const SCHEMA: &str = "core/messenger/src/store/schema.sql";

/// What a migration or a query must not do.
pub fn lint(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut migrations: Vec<&Source> = sources.iter().filter(|source| source.path.starts_with(MIGRATIONS)).collect();
    migrations.sort_by(|a, b| a.path.cmp(&b.path));
    for (at, migration) in migrations.iter().enumerate() {
        let name = migration.path.trim_start_matches(MIGRATIONS);
        let number = format!("{:04}_", at + 1);
        if !name.starts_with(&number) || !name.ends_with(".sql") {
            findings.push(format!("{}: should be {number}<feature>_<what>.sql", migration.path));
        }
    }
    for source in sources.iter().filter(|source| source.path.starts_with(MIGRATIONS) || source.path == SCHEMA) {
        findings.extend(loose_tables(source));
    }
    for source in sources.iter().filter(|source| source.is(&["rs", "sql"]) && source.path.starts_with("core/")) {
        for (at, line) in source.text.lines().enumerate() {
            // `count(*)` and `SELECT 1` are fine: they read no column.
            if line.to_uppercase().contains(concat!("SELECT", " *")) {
                findings.push(source.at(at + 1, "a query lists its columns"));
            }
        }
    }
    findings
}

/// Tables that take any value in any column. Virtual tables have types of their own.
fn loose_tables(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    let mut begin = 0;
    let mut open = false;
    for (at, line) in source.text.lines().enumerate() {
        let code = line.split("--").next().unwrap_or_default().to_uppercase();
        if code.trim_start().starts_with("CREATE TABLE") {
            (begin, open) = (at + 1, true);
        }
        if open && code.contains(';') {
            open = false;
            if !code.contains("STRICT") {
                findings.push(source.at(begin, "a table is STRICT"));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_without_types_is_found() {
        let text = "CREATE TABLE a (\n  b TEXT -- STRICT;\n) STRICT, WITHOUT ROWID;\nCREATE TABLE c (d);\n";
        let source = Source { path: format!("{MIGRATIONS}0001_base.sql"), text: text.into() };
        assert_eq!(loose_tables(&source), [format!("{MIGRATIONS}0001_base.sql:4: a table is STRICT")]);
    }

    #[test]
    fn a_gap_between_migrations_is_found() {
        let migration = |name: &str| Source { path: format!("{MIGRATIONS}{name}"), text: String::new() };
        assert_eq!(lint(&[migration("0001_base.sql"), migration("0002_a.sql")]).len(), 0);
        assert_eq!(lint(&[migration("0001_base.sql"), migration("0003_a.sql")]).len(), 1);
    }
}
