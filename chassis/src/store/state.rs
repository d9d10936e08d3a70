//! [`State`]: what can be said of a store without changing it.

use sqlx::Row;

use super::Sqlite;
use crate::{Error, Result};

/// What a store says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// Of SQLite.
    pub(crate) version: String,
    /// How it keeps its journal: `wal`.
    pub(crate) journal: String,
    /// In the order of their versions.
    pub(crate) applied: Vec<Applied>,
}

/// A migration that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) version: i64,
    pub(crate) checksum: Vec<u8>,
    /// `false`: it was begun and not ended.
    pub(crate) success: bool,
}

impl Sqlite {
    /// What the store says of itself; only read.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(crate) async fn state(&self) -> Result<State> {
        let failed =
            |error: sqlx::Error| Error::unavailable("the store cannot be read").because(error);
        let text = async |query: &'static str| -> Result<String> {
            sqlx::query_scalar(query)
                .fetch_one(self.pool())
                .await
                .map_err(failed)
        };
        let version = text("SELECT sqlite_version()").await?;
        // The first that reads the file itself.
        let tables: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'",
        )
        .fetch_one(self.pool())
        .await
        .map_err(failed)?;
        let journal = match self.is_immutable() {
            // Read as it lies there, a file has no journal.
            true => "at rest".to_owned(),
            false => text("SELECT journal_mode FROM pragma_journal_mode").await?,
        };
        let mut applied = Vec::new();
        if tables > 0 {
            let rows = sqlx::query(
                "SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version",
            );
            for row in rows.fetch_all(self.pool()).await.map_err(failed)? {
                applied.push(Applied {
                    version: row.try_get(0).map_err(failed)?,
                    checksum: row.try_get(1).map_err(failed)?,
                    success: row.try_get(2).map_err(failed)?,
                });
            }
        }
        Ok(State {
            version,
            journal,
            applied,
        })
    }
}
