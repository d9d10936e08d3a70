//! A real adapter: a table in SQLite that is not there, and then is.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chassis::port::Fault;
use chassis::testing::System;
use chassis::{App, CallError, port};
use sqlx::SqlitePool;

/// Where notes are kept.
#[port]
trait Notes {
    /// Writes one down.
    async fn write(&self, note: &str) -> Result<(), NoteError>;
}

#[derive(Debug, thiserror::Error)]
enum NoteError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the notes cannot be kept")]
    Sql(#[from] sqlx::Error),
}

impl Fault for NoteError {}

struct Table(SqlitePool);

impl Notes for Table {
    async fn write(&self, note: &str) -> Result<(), NoteError> {
        let write = sqlx::query("insert into notes (note) values (?)").bind(note);
        write.execute(&self.0).await?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_opens_its_breaker_and_one_that_is_mended_closes_it() {
    let made: Arc<OnceLock<(SqlitePool, Arc<dyn Notes>)>> = Arc::default();
    let (kept, policies) = (
        Arc::clone(&made),
        "[port.notes.breaker]\nminimum_calls = 5\nopen_for = '50ms'\n",
    );
    let service = move |app: App| async move {
        let pool = app.sql().await?;
        let notes = app.adapt::<dyn Notes>(Table(pool.clone()));
        let _ = kept.set((pool, notes));
        Ok(())
    };
    let system = System::of("notes", service).config(policies);
    let system = system.start().await.unwrap();
    let (pool, notes) = made.get().unwrap();
    for _ in 0..5 {
        let error = notes.write("milk").await.unwrap_err();
        assert!(matches!(error, NoteError::Sql(_)), "{error:?}");
    }
    let error = notes.write("milk").await.unwrap_err();
    assert!(
        matches!(error, NoteError::Call(CallError::BreakerOpen { .. })),
        "{error:?}"
    );
    let table = sqlx::query("create table notes (note text)");
    table.execute(pool).await.unwrap();
    let written = async {
        while notes.write("milk").await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    let written = tokio::time::timeout(Duration::from_secs(20), written).await;
    written.expect("it is called again when its open time is over");
    for _ in 0..20 {
        notes.write("bread").await.unwrap();
    }
    drop(system);
}
