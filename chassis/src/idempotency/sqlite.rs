//! [`Sqlite`]: answers in a SQLite database, which outlive the process.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, UNIX_EPOCH};

use sqlx::sqlite::SqlitePool;
use sqlx::{Row, SqliteConnection};

use super::{Claim, Claimed, Kept, Key, Settings, Store, StoreFuture};
use crate::context::Env;
use crate::{Error, Result};

/// Answers in one table of a SQLite database: of the service's own store, or of a file of its own.
///
/// Leases and times to live go by the wall clock, so that they hold over processes.
pub struct Sqlite {
    pool: SqlitePool,
    place: String,
    env: Env,
    ttl: Duration,
    max_entries: i64,
    claims: AtomicU64,
}

/// After so many claims what is over is swept out.
const SWEEP: u64 = 256;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS chassis_idempotency (
    key TEXT PRIMARY KEY,
    fingerprint BLOB NOT NULL,
    owner INTEGER NOT NULL,
    answer BLOB,
    ends INTEGER NOT NULL
) WITHOUT ROWID";

const INDEX: &str =
    "CREATE INDEX IF NOT EXISTS chassis_idempotency_ends ON chassis_idempotency (ends)";

/// In one step, so that of two that come together one is the first. Over what is kept too long, and
/// over a claim of the same request whose lease has ended, or ends so late that the clock was set back
/// since: nobody would wait for a year.
const CLAIM: &str = "INSERT INTO chassis_idempotency (key, fingerprint, owner, answer, ends)
    VALUES (?1, ?2, ?3, NULL, ?4)
    ON CONFLICT (key) DO UPDATE
    SET fingerprint = excluded.fingerprint, owner = excluded.owner, answer = NULL, ends = excluded.ends
    WHERE ends <= ?5 AND answer IS NOT NULL
    OR (ends <= ?5 OR ends > ?6) AND answer IS NULL AND fingerprint = excluded.fingerprint";

impl Sqlite {
    /// Makes the table where it is missing. `place` is for people.
    ///
    /// # Errors
    ///
    /// When the database cannot be written.
    pub async fn open(
        pool: SqlitePool,
        place: &str,
        settings: &Settings,
        env: Env,
    ) -> Result<Self> {
        for statement in [TABLE, INDEX] {
            let made = sqlx::query(statement).execute(&pool).await;
            made.map_err(|error| {
                let message = format!(
                    "cannot make the table chassis_idempotency in {place} (idempotency.url)"
                );
                Error::unavailable(message).because(error)
            })?;
        }
        Ok(Self {
            pool,
            place: place.to_owned(),
            env,
            ttl: *settings.ttl,
            max_entries: i64::from(settings.max_entries),
            claims: AtomicU64::new(0),
        })
    }

    /// Milliseconds of the wall clock, `later` from now.
    fn millis(&self, later: Duration) -> i64 {
        let now = self.env.wall().duration_since(UNIX_EPOCH);
        let at = now.unwrap_or_default().saturating_add(later).as_millis();
        i64::try_from(at).unwrap_or(i64::MAX)
    }

    async fn claim_in(&self, key: &Key, claim: &Claim) -> sqlx::Result<Claimed> {
        if self.claims.fetch_add(1, Relaxed) % SWEEP == SWEEP - 1 {
            self.sweep().await?;
        }
        let mut connection = self.pool.acquire().await?;
        loop {
            let now = self.millis(Duration::ZERO);
            let claimed = sqlx::query(CLAIM)
                .bind(key.as_str())
                .bind(claim.fingerprint.0.to_be_bytes().to_vec())
                .bind(claim.owner.cast_signed())
                .bind(self.millis(claim.lease))
                .bind(now)
                .bind(self.millis(claim.lease.saturating_mul(2)))
                .execute(&mut *connection)
                .await?;
            if claimed.rows_affected() > 0 {
                return Ok(Claimed::First);
            }
            if let Some(found) = found(&mut connection, key, claim, now).await? {
                return Ok(found);
            }
            // It was released between the two: once more.
        }
    }

    /// Drops what has ended, and the oldest of what is too much.
    async fn sweep(&self) -> sqlx::Result<()> {
        let now = self.millis(Duration::ZERO);
        let ttl = i64::try_from(self.ttl.as_millis()).unwrap_or(i64::MAX);
        // A claim that died keeps its fingerprint for as long as an answer would.
        sqlx::query(
            "DELETE FROM chassis_idempotency
             WHERE ends <= ?1 AND (answer IS NOT NULL OR ends <= ?1 - ?2)",
        )
        .bind(now)
        .bind(ttl)
        .execute(&self.pool)
        .await?;
        sqlx::query(
            "DELETE FROM chassis_idempotency WHERE answer IS NOT NULL AND ends <=
             (SELECT ends FROM chassis_idempotency ORDER BY ends DESC LIMIT 1 OFFSET ?1)",
        )
        .bind(self.max_entries)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn execute(
        &self,
        query: sqlx::query::Query<'_, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>,
    ) -> Result {
        query.execute(&self.pool).await.map(drop).map_err(failed)
    }
}

/// What lies under a key that was not claimed.
async fn found(
    connection: &mut SqliteConnection,
    key: &Key,
    claim: &Claim,
    now: i64,
) -> sqlx::Result<Option<Claimed>> {
    let query = "SELECT fingerprint, answer, ends FROM chassis_idempotency WHERE key = ?1";
    let row = sqlx::query(query)
        .bind(key.as_str())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let fingerprint: Vec<u8> = row.try_get(0)?;
    if fingerprint != claim.fingerprint.0.to_be_bytes() {
        return Ok(Some(Claimed::Other));
    }
    let (answer, ends): (Option<Vec<u8>>, i64) = (row.try_get(1)?, row.try_get(2)?);
    let Some(answer) = answer else {
        let left = u64::try_from(ends - now).unwrap_or(0);
        return Ok(Some(Claimed::InFlight(Duration::from_millis(left))));
    };
    let kept = Kept::from_bytes(answer).ok_or_else(|| {
        sqlx::Error::Decode("an answer that was not written by this version".into())
    })?;
    Ok(Some(Claimed::Before(kept)))
}

fn failed(error: sqlx::Error) -> Error {
    Error::unavailable("the answers of idempotent methods cannot be looked up").because(error)
}

impl Store for Sqlite {
    fn location(&self) -> String {
        self.place.clone()
    }

    fn claim<'a>(&'a self, key: &'a Key, claim: &'a Claim) -> StoreFuture<'a, Claimed> {
        Box::pin(async move { self.claim_in(key, claim).await.map_err(failed) })
    }

    fn renew<'a>(&'a self, key: &'a Key, claim: &'a Claim) -> StoreFuture<'a, ()> {
        let query = sqlx::query(
            "UPDATE chassis_idempotency SET ends = ?3
             WHERE key = ?1 AND owner = ?2 AND answer IS NULL",
        );
        let query = query
            .bind(key.as_str())
            .bind(claim.owner.cast_signed())
            .bind(self.millis(claim.lease));
        Box::pin(self.execute(query))
    }

    fn keep<'a>(
        &'a self,
        key: &'a Key,
        claim: &'a Claim,
        answer: &'a Kept,
        ttl: Duration,
    ) -> StoreFuture<'a, ()> {
        let query = sqlx::query(
            "UPDATE chassis_idempotency SET answer = ?3, ends = ?4
             WHERE key = ?1 AND owner = ?2 AND answer IS NULL",
        );
        let query = query
            .bind(key.as_str())
            .bind(claim.owner.cast_signed())
            .bind(answer.to_bytes())
            .bind(self.millis(ttl));
        Box::pin(self.execute(query))
    }

    fn release<'a>(&'a self, key: &'a Key, claim: &'a Claim) -> StoreFuture<'a, ()> {
        let query = sqlx::query(
            "DELETE FROM chassis_idempotency WHERE key = ?1 AND owner = ?2 AND answer IS NULL",
        );
        let query = query.bind(key.as_str()).bind(claim.owner.cast_signed());
        Box::pin(self.execute(query))
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
