//! What calls in two processes see of one key: two adapters on one file.

use std::path::Path;

use super::*;
use crate::context::IdempotencyKey;
use crate::idempotency::Fingerprint;
use crate::store::StoreSettings;

const TTL: Duration = Duration::from_secs(60);

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

fn key(name: &str) -> Key {
    Key::new("r", None, &IdempotencyKey::new(name).unwrap())
}

fn claim(owner: u64, body: &str, lease: Duration) -> Claim {
    Claim {
        owner,
        fingerprint: Fingerprint::EMPTY.with(body.as_bytes()),
        lease,
    }
}

fn answer() -> Kept {
    Kept {
        status: 201,
        content_type: Some("application/json".into()),
        location: None,
        error_type: None,
        body: Some("{}".into()),
    }
}

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn of_many_at_once_in_two_processes_one_is_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (open(folder.path(), 9).await, open(folder.path(), 9).await);
    let (one, two) = (std::sync::Arc::new(one), std::sync::Arc::new(two));
    let calls: Vec<_> = (0..20_u64)
        .map(|owner| {
            let store = std::sync::Arc::clone(if owner % 2 == 0 { &one } else { &two });
            crate::spawn(async move {
                let claim = claim(u64::MAX - owner, "a", LONG);
                store.claim(&key("k"), &claim).await.unwrap() == Claimed::First
            })
        })
        .collect();
    let mut first = 0;
    for call in calls {
        first += usize::from(call.await.unwrap());
    }
    assert_eq!(first, 1);
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
async fn a_claim_whose_lease_is_over_is_taken_by_the_same_request_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), 9).await;
    let (key, died) = (key("k"), claim(1, "a", Duration::ZERO));
    assert_eq!(store.claim(&key, &died).await.unwrap(), Claimed::First);
    let seen = store.claim(&key, &claim(2, "b", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::Other);
    let second = claim(3, "a", LONG);
    assert_eq!(store.claim(&key, &second).await.unwrap(), Claimed::First);
    // Who lost its claim takes nothing from its successor.
    store.keep(&key, &died, &answer(), TTL).await.unwrap();
    store.release(&key, &died).await.unwrap();
    store.renew(&key, &died).await.unwrap();
    let seen = store.claim(&key, &claim(4, "a", LONG)).await.unwrap();
    assert!(
        matches!(seen, Claimed::InFlight(left) if left > LONG / 2),
        "{seen:?}"
    );
    store.release(&key, &second).await.unwrap();
    let seen = store.claim(&key, &claim(5, "b", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::First);
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
async fn renewed_it_holds_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), 9).await;
    let key = key("k");
    let short = claim(1, "a", Duration::ZERO);
    store.claim(&key, &short).await.unwrap();
    let long = Claim {
        lease: LONG,
        ..short
    };
    store.renew(&key, &long).await.unwrap();
    let seen = store.claim(&key, &claim(2, "a", LONG)).await.unwrap();
    assert!(matches!(seen, Claimed::InFlight(_)), "{seen:?}");
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
