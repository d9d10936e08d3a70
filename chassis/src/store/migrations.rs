//! Migrations that are part of the program.

use std::borrow::Cow;

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// What [`migrations!`](crate::migrations) expands to: files by name and text. Numbers, descriptions and
/// checksums are those that sqlx's own macro gives them, so that a store may change from one to the other.
#[must_use]
pub fn migrations(files: &[(&'static str, &'static str)]) -> Migrator {
    Migrator::with_migrations(files.iter().filter_map(migration).collect())
}

/// `None` for a name without a number, which the macro doesn't let through.
fn migration(&(name, text): &(&'static str, &'static str)) -> Option<Migration> {
    let (number, rest) = name.split_once('_')?;
    let kind = MigrationType::from_filename(name);
    let description = rest.trim_end_matches(kind.suffix()).replace('_', " ");
    Some(Migration::new(
        number.parse().ok()?,
        Cow::Owned(description),
        kind,
        SqlStr::from_static(text),
        text.starts_with("-- no-transaction"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn they_are_what_sqlx_makes_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            ("0001_first_items.sql", "CREATE TABLE items (id TEXT)"),
            (
                "0002_index.up.sql",
                "-- no-transaction\nCREATE INDEX one ON items (id)",
            ),
            ("0002_index.down.sql", "DROP INDEX one"),
        ];
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let by_sqlx = Migrator::new(folder.path()).await.unwrap();
        let ours = migrations(&files);
        assert_eq!(ours.iter().count(), 3);
        for (one, other) in ours.iter().zip(by_sqlx.iter()) {
            assert_eq!(
                (one.version, &one.description),
                (other.version, &other.description)
            );
            assert_eq!(
                (one.migration_type, one.no_tx),
                (other.migration_type, other.no_tx)
            );
            assert_eq!(one.checksum, other.checksum);
            assert_eq!(one.sql.as_str(), other.sql.as_str());
        }
    }
}
