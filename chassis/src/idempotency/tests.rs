//! What every [`Store`] promises, whoever keeps it: [`holds`] is asked of each adapter.

use std::sync::Arc;

use super::*;
use crate::context::{Env, IdempotencyKey, Principal};

pub(super) const TTL: Duration = Duration::from_secs(60);
pub(super) const LONG: Duration = Duration::from_secs(60);
/// Over when it is looked at, or a moment later.
const SHORT: Duration = Duration::from_millis(1);
/// What ends ends within this.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn key(name: &str) -> Key {
    Key::new("r", None, &IdempotencyKey::new(name).unwrap())
}

pub(super) fn claim(owner: u64, body: &str, lease: Duration) -> Claim {
    Claim {
        owner,
        fingerprint: Fingerprint::EMPTY.with(body.as_bytes()),
        lease,
    }
}

pub(super) fn answer() -> Kept {
    Kept {
        status: 201,
        content_type: Some("application/json".into()),
        location: Some("/v1/x".into()),
        error_type: None,
        // No text: it must pass unharmed.
        body: Some(vec![0, 255, 13, 10, 0].into()),
    }
}

/// Two adapters of one place, as two processes have them.
pub(super) async fn holds(one: Arc<dyn Store>, two: Arc<dyn Store>) {
    one_of_many_is_the_first(&one, &two).await;
    a_key_goes_through_its_stages(&*one, &*two).await;
    a_claim_that_died_is_taken_by_the_same_request_only(&*one, &*two).await;
    renewed_it_holds_on(&*one, &*two).await;
    what_is_over_is_gone(&*one).await;
    callers_and_routes_are_kept_apart(&*one).await;
}

async fn one_of_many_is_the_first(one: &Arc<dyn Store>, two: &Arc<dyn Store>) {
    let calls: Vec<_> = (0..50_u64)
        .map(|number| {
            let store = Arc::clone(if number % 2 == 0 { one } else { two });
            crate::spawn(async move {
                // All bits of an owner are kept.
                let claim = claim(u64::MAX - number, "a", LONG);
                store.claim(&key("many"), &claim).await.unwrap() == Claimed::First
            })
        })
        .collect();
    let mut first = 0;
    for call in calls {
        first += usize::from(call.await.unwrap());
    }
    assert_eq!(first, 1);
}

async fn a_key_goes_through_its_stages(one: &dyn Store, two: &dyn Store) {
    let (key, first) = (key("stages"), claim(1, "a", LONG));
    assert_eq!(one.claim(&key, &first).await.unwrap(), Claimed::First);
    is_in_flight(two, &key, &claim(2, "a", LONG)).await;
    let seen = two.claim(&key, &claim(3, "b", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::Other);
    one.keep(&key, &first, &answer(), TTL).await.unwrap();
    let seen = two.claim(&key, &claim(2, "a", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::Before(answer()));
    let seen = two.claim(&key, &claim(3, "b", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::Other);
    // What is kept is not released any more.
    one.release(&key, &first).await.unwrap();
    let seen = one.claim(&key, &claim(2, "a", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::Before(answer()));
}

async fn a_claim_that_died_is_taken_by_the_same_request_only(one: &dyn Store, two: &dyn Store) {
    let (key, died) = (key("died"), claim(1, "a", SHORT));
    assert_eq!(one.claim(&key, &died).await.unwrap(), Claimed::First);
    let second = claim(2, "a", LONG);
    becomes_first(two, &key, &second).await;
    let seen = one.claim(&key, &claim(3, "b", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::Other);
    // Who lost its claim takes nothing from its successor.
    one.keep(&key, &died, &answer(), TTL).await.unwrap();
    one.release(&key, &died).await.unwrap();
    one.renew(&key, &died).await.unwrap();
    is_in_flight(one, &key, &claim(4, "a", LONG)).await;
    two.release(&key, &second).await.unwrap();
    let seen = one.claim(&key, &claim(5, "b", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::First);
}

async fn renewed_it_holds_on(one: &dyn Store, two: &dyn Store) {
    let key = key("renewed");
    let brief = claim(1, "a", Duration::from_secs(2));
    assert_eq!(one.claim(&key, &brief).await.unwrap(), Claimed::First);
    let long = Claim {
        lease: LONG,
        ..brief
    };
    one.renew(&key, &long).await.unwrap();
    is_in_flight(two, &key, &claim(2, "a", LONG)).await;
}

async fn what_is_over_is_gone(store: &dyn Store) {
    let (key, first) = (key("over"), claim(1, "a", LONG));
    assert_eq!(store.claim(&key, &first).await.unwrap(), Claimed::First);
    store.keep(&key, &first, &answer(), SHORT).await.unwrap();
    becomes_first(store, &key, &claim(2, "b", LONG)).await;
}

async fn callers_and_routes_are_kept_apart(store: &dyn Store) {
    let name = IdempotencyKey::new("shared").unwrap();
    let (ada, bob) = (
        Principal::new("ada", [""; 0]),
        Principal::new("bob", [""; 0]),
    );
    for (route, who) in [
        ("r", None),
        ("r", Some(&ada)),
        ("r", Some(&bob)),
        ("s", Some(&ada)),
    ] {
        let (key, claim) = (Key::new(route, who, &name), claim(1, "a", LONG));
        let seen = store.claim(&key, &claim).await.unwrap();
        assert_eq!(seen, Claimed::First, "{route} {who:?}");
    }
}

async fn is_in_flight(store: &dyn Store, key: &Key, claim: &Claim) {
    let seen = store.claim(key, claim).await.unwrap();
    assert!(
        matches!(seen, Claimed::InFlight(left) if left > LONG / 2 && left <= LONG),
        "{seen:?}"
    );
}

async fn becomes_first(store: &dyn Store, key: &Key, claim: &Claim) {
    let limit = Env::system().now() + PATIENCE;
    while store.claim(key, claim).await.unwrap() != Claimed::First {
        assert!(Env::system().now() < limit, "it never ends");
        tokio::time::sleep(SHORT).await;
    }
}
