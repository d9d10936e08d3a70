//! [`recall`] and [`remember`]: the key in the handler's own transaction.
//!
//! A kept answer comes after the effect, so a process that dies between the two has done what nobody
//! remembers, and a repetition would do it again. Where the effect is a write into a database, the
//! key can be written with it, in one transaction: then either both are there or neither is.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{Row, SqliteConnection};

use crate::Context;
use crate::context::Principal;

const TABLES: &str = "CREATE TABLE IF NOT EXISTS chassis_effects (
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    effect TEXT NOT NULL,
    request BLOB,
    value TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (principal, key, effect)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chassis_effects_at ON chassis_effects (at)";

const INSERT: &str = "INSERT INTO chassis_effects (principal, key, effect, value, request, at)
    VALUES (?1, ?2, ?3, ?4, ?5, CAST(strftime('%s', 'now') AS INTEGER))";

/// What SQLite says where there is no table yet.
const NO_TABLE: &str = "no such table: chassis_effects";

/// A few of the old ones at a time, so that no call pays for many: a week is longer than any answer
/// is kept.
const SWEEP: &str = "DELETE FROM chassis_effects WHERE (principal, key, effect) IN
    (SELECT principal, key, effect FROM chassis_effects
     WHERE at < CAST(strftime('%s', 'now') AS INTEGER) - 7 * 86400 LIMIT 10)";

/// What `effect` gave when it was done before for the current call's idempotency key; `None` where it
/// was not, or where the call has no key.
///
/// Ask before the effect, in its transaction, and [`remember`] after it in the same one. Another call
/// with the same key waits here until this transaction ends, so begin it for writing
/// (`pool.begin_with("BEGIN IMMEDIATE")`). `effect` is a word of yours: one call may have several.
///
/// ```no_run
/// # use sqlx::SqlitePool;
/// use chassis::idempotency;
///
/// async fn create(pool: &SqlitePool, text: &str) -> sqlx::Result<i64> {
///     let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
///     if let Some(id) = idempotency::recall(&mut transaction, "note").await? {
///         return Ok(id);
///     }
///     let insert = sqlx::query("INSERT INTO notes (text) VALUES (?)").bind(text);
///     let id = insert.execute(&mut *transaction).await?.last_insert_rowid();
///     idempotency::remember(&mut transaction, "note", &id).await?;
///     transaction.commit().await?;
///     Ok(id)
/// }
/// ```
///
/// # Errors
///
/// The database's own, where what was remembered is no `T`, and where the key came with another request
/// then: it would have the effect of that one.
pub async fn recall<T: DeserializeOwned>(
    transaction: &mut SqliteConnection,
    effect: &str,
) -> sqlx::Result<Option<T>> {
    let context = Context::current();
    let Some((principal, key)) = names(&context) else {
        return Ok(None);
    };
    let query = "SELECT value, request FROM chassis_effects
        WHERE principal = ?1 AND key = ?2 AND effect = ?3";
    let row = sqlx::query(query)
        .bind(principal)
        .bind(key)
        .bind(effect)
        .fetch_optional(transaction)
        .await;
    let row = match row {
        // The first effect makes it.
        Err(error) if is_first(&error) => None,
        row => row?,
    };
    let Some(row) = row else {
        return Ok(None);
    };
    compare(&context, row.try_get(1)?)?;
    let value: String = row.try_get(0)?;
    let value = serde_json::from_str(&value);
    value
        .map(Some)
        .map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Notes in the effect's own transaction that `effect` was done for the current call's idempotency
/// key, and what it gave. Without a key it does nothing.
///
/// # Errors
///
/// The database's own: also when it was remembered before, since then it was done twice and the
/// transaction must not be committed.
pub async fn remember<T: Serialize + ?Sized>(
    transaction: &mut SqliteConnection,
    effect: &str,
    value: &T,
) -> sqlx::Result<()> {
    let context = Context::current();
    let Some((principal, key)) = names(&context) else {
        return Ok(());
    };
    let value = serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let request = context.noted_request();
    let request = request.map(|request| request.to_be_bytes().to_vec());
    let insert = async |transaction: &mut SqliteConnection| {
        let insert = sqlx::query(INSERT).bind(principal).bind(key).bind(effect);
        let insert = insert.bind(&value).bind(&request);
        insert.execute(transaction).await
    };
    match insert(&mut *transaction).await {
        Err(error) if is_first(&error) => {
            sqlx::raw_sql(TABLES).execute(&mut *transaction).await?;
            insert(&mut *transaction).await?;
        }
        Err(error) => return Err(error),
        Ok(_) => {}
    }
    sqlx::query(SWEEP).execute(transaction).await?;
    Ok(())
}

/// Whether nothing was ever remembered in this database.
fn is_first(error: &sqlx::Error) -> bool {
    let database = error.as_database_error();
    database.is_some_and(|error| error.message().ends_with(NO_TABLE))
}

/// What was remembered with `before` must have been asked for as this call asks.
fn compare(context: &Context, before: Option<Vec<u8>>) -> sqlx::Result<()> {
    match (context.noted_request(), before) {
        (Some(now), Some(before)) if before != now.to_be_bytes() => Err(sqlx::Error::Protocol(
            "the idempotency key came with another request before".to_owned(),
        )),
        _ => Ok(()),
    }
}

fn names(context: &Context) -> Option<(&str, &str)> {
    let key = context.idempotency_key()?.as_str();
    let principal = context.principal().map_or("", Principal::subject);
    Some((principal, key))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sqlx::SqlitePool;

    use super::*;
    use crate::context::IdempotencyKey;
    use crate::store::{Sqlite, StoreSettings};

    async fn pool(folder: &Path) -> SqlitePool {
        let file = folder.join("notes.sqlite");
        let store = Sqlite::open(&StoreSettings::default(), &file)
            .await
            .unwrap();
        let table = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)";
        sqlx::query(table).execute(store.pool()).await.unwrap();
        store.pool().clone()
    }

    async fn note(pool: &SqlitePool, text: &str, commits: bool) -> sqlx::Result<i64> {
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(id) = recall(&mut transaction, "note").await? {
            return Ok(id);
        }
        let insert = sqlx::query("INSERT INTO notes (text) VALUES (?)").bind(text);
        let id = insert.execute(&mut *transaction).await?.last_insert_rowid();
        remember(&mut transaction, "note", &id).await?;
        if commits {
            transaction.commit().await?;
        }
        Ok(id)
    }

    async fn count(pool: &SqlitePool) -> i64 {
        let count = sqlx::query_scalar("SELECT count(*) FROM notes");
        count.fetch_one(pool).await.unwrap()
    }

    fn with(key: &str) -> Context {
        Context::default().with_idempotency_key(IdempotencyKey::new(key))
    }

    #[tokio::test]
    async fn one_key_has_one_effect_also_at_the_same_time() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(folder.path()).await;
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let pool = pool.clone();
                let call = async move { note(&pool, "milk", true).await.unwrap() };
                crate::spawn(with("k").scope(call))
            })
            .collect();
        for call in calls {
            assert_eq!(call.await.unwrap(), 1);
        }
        assert_eq!(count(&pool).await, 1);
        let other = with("l").scope(note(&pool, "bread", true)).await.unwrap();
        assert_eq!((other, count(&pool).await), (2, 2));
    }

    #[tokio::test]
    async fn what_is_rolled_back_was_not_done() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(folder.path()).await;
        with("k").scope(note(&pool, "milk", false)).await.unwrap();
        assert_eq!(count(&pool).await, 0);
        with("k").scope(note(&pool, "milk", true)).await.unwrap();
        with("k").scope(note(&pool, "milk", true)).await.unwrap();
        assert_eq!(count(&pool).await, 1);
    }

    #[tokio::test]
    async fn a_key_that_came_with_another_request_has_no_effect_of_that_one() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(folder.path()).await;
        let asking = |request| {
            let context = with("k");
            context.note_request(request);
            context
        };
        assert_eq!(asking(1).scope(note(&pool, "milk", true)).await.unwrap(), 1);
        assert_eq!(asking(1).scope(note(&pool, "milk", true)).await.unwrap(), 1);
        let other = asking(2).scope(note(&pool, "bread", true)).await;
        let error = other.unwrap_err().to_string();
        assert!(error.contains("with another request before"), "{error}");
        assert_eq!(count(&pool).await, 1);
    }

    #[tokio::test]
    async fn without_a_key_each_call_is_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(folder.path()).await;
        note(&pool, "milk", true).await.unwrap();
        note(&pool, "milk", true).await.unwrap();
        assert_eq!(count(&pool).await, 2);
    }

    #[tokio::test]
    async fn an_effect_that_was_done_beside_it_is_not_remembered_twice() {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(folder.path()).await;
        with("k").scope(note(&pool, "milk", true)).await.unwrap();
        let mut transaction = pool.begin().await.unwrap();
        let twice = with("k").scope(remember(&mut transaction, "note", &7));
        assert!(twice.await.is_err());
    }
}
