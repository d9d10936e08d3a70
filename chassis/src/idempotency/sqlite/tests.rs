//! What calls in two processes see of one key: two adapters on one file.

use std::path::Path;
use std::sync::Arc;

use super::super::tests::{LONG, TTL, answer, claim, holds, key};
use super::*;
use crate::store::StoreSettings;

async fn open(folder: &Path, max_entries: u32) -> Sqlite {
    let file = folder.join("answers.sqlite");
    let store = crate::store::Sqlite::open(&StoreSettings::default(), &file).await;
    let settings = Settings {
        max_entries,
        ..Settings::default()
    };
    let pool = store.unwrap().pool().clone();
    Sqlite::open(pool, "sqlite:", &settings, Env::system())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_holds_what_every_store_promises() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (open(folder.path(), 99).await, open(folder.path(), 99).await);
    holds(Arc::new(one), Arc::new(two)).await;
}

#[tokio::test]
async fn an_answer_outlives_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let (key, first) = (key("k"), claim(1, "a", LONG));
    let one = open(folder.path(), 9).await;
    one.claim(&key, &first).await.unwrap();
    one.keep(&key, &first, &answer(), TTL).await.unwrap();
    drop(one);
    let two = open(folder.path(), 9).await;
    let seen = two.claim(&key, &claim(2, "a", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::Before(answer()));
    let seen = two.claim(&key, &claim(3, "b", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::Other);
}

#[tokio::test]
async fn a_claim_from_before_the_clock_was_set_back_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), 9).await;
    // A year ahead, its lease ends in a year.
    let year = Duration::from_secs(365 * 86_400);
    let (key, died) = (key("k"), claim(1, "a", year));
    assert_eq!(store.claim(&key, &died).await.unwrap(), Claimed::First);
    let seen = store.claim(&key, &claim(2, "b", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::Other);
    let seen = store.claim(&key, &claim(3, "a", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::First);
}

#[tokio::test]
async fn what_is_over_is_swept_and_the_oldest_goes_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), 3).await;
    for (number, ttl) in [(0, 0), (1, 50), (2, 60), (3, 70), (4, 80)] {
        let (key, claim) = (key(&number.to_string()), claim(number, "a", LONG));
        store.claim(&key, &claim).await.unwrap();
        let ttl = Duration::from_secs(ttl);
        store.keep(&key, &claim, &answer(), ttl).await.unwrap();
    }
    store.sweep().await.unwrap();
    let keys = sqlx::query_scalar("SELECT key FROM chassis_idempotency ORDER BY ends");
    let keys: Vec<String> = keys.fetch_all(&store.pool).await.unwrap();
    assert_eq!(keys, ["r - 2", "r - 3", "r - 4"]);
}

#[tokio::test]
async fn an_answer_of_another_version_is_an_error_not_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), 9).await;
    let (key, first) = (key("k"), claim(1, "a", LONG));
    store.claim(&key, &first).await.unwrap();
    store.keep(&key, &first, &answer(), TTL).await.unwrap();
    let spoil = sqlx::query("UPDATE chassis_idempotency SET answer = X'09'");
    spoil.execute(&store.pool).await.unwrap();
    assert!(store.claim(&key, &first).await.is_err());
}
