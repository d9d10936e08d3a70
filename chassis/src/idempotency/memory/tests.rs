//! What one call after another sees of its key.

use std::sync::Arc;

use super::super::tests::{TTL, claim as promised, holds, key};
use super::*;
use crate::config::ByteSize;

fn memory(max_entries: u32, max_bytes: ByteSize) -> Memory {
    let settings = Settings {
        max_entries,
        max_bytes,
        ..Settings::default()
    };
    Memory::new(&settings, Env::seeded(1))
}

fn claim(owner: u64, body: &str) -> Claim {
    promised(owner, body, Duration::from_secs(5))
}

fn answer(size: usize) -> Kept {
    Kept {
        status: 201,
        content_type: None,
        location: None,
        error_type: None,
        body: Some(vec![b'x'; size].into()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_holds_what_every_store_promises() {
    let memory = Memory::new(&Settings::default(), Env::system());
    let memory: Arc<dyn Store> = Arc::new(memory);
    holds(Arc::clone(&memory), memory).await;
}

#[tokio::test(start_paused = true)]
async fn a_key_is_in_flight_then_answered_then_forgotten() {
    let memory = memory(10, ByteSize::from_mib(1));
    let (key, first) = (key("k"), claim(1, "a"));
    assert_eq!(memory.claim(&key, &first).await.unwrap(), Claimed::First);
    let second = claim(2, "a");
    let Claimed::InFlight(left) = memory.claim(&key, &second).await.unwrap() else {
        panic!("claimed twice");
    };
    assert_eq!(left, Duration::from_secs(5));
    let other = memory.claim(&key, &claim(3, "b")).await.unwrap();
    assert_eq!(other, Claimed::Other);
    memory.keep(&key, &first, &answer(3), TTL).await.unwrap();
    let again = memory.claim(&key, &second).await.unwrap();
    assert_eq!(again, Claimed::Before(answer(3)));
    let other = memory.claim(&key, &claim(3, "b")).await.unwrap();
    assert_eq!(other, Claimed::Other);
    tokio::time::advance(TTL).await;
    let other = memory.claim(&key, &claim(3, "b")).await.unwrap();
    assert_eq!(other, Claimed::First);
    assert_eq!(memory.size().1, 0);
}

#[tokio::test(start_paused = true)]
async fn a_claim_ends_with_its_lease_unless_it_is_renewed() {
    let memory = memory(10, ByteSize::from_mib(1));
    let (key, first, second) = (key("k"), claim(1, "a"), claim(2, "a"));
    assert_eq!(memory.claim(&key, &first).await.unwrap(), Claimed::First);
    tokio::time::advance(Duration::from_secs(4)).await;
    memory.renew(&key, &first).await.unwrap();
    tokio::time::advance(Duration::from_secs(4)).await;
    let seen = memory.claim(&key, &second).await.unwrap();
    assert_eq!(seen, Claimed::InFlight(Duration::from_secs(1)));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(memory.claim(&key, &second).await.unwrap(), Claimed::First);
    // Who lost its claim takes nothing from its successor.
    memory.keep(&key, &first, &answer(3), TTL).await.unwrap();
    memory.release(&key, &first).await.unwrap();
    memory.renew(&key, &first).await.unwrap();
    let seen = memory.claim(&key, &claim(3, "a")).await.unwrap();
    assert!(matches!(seen, Claimed::InFlight(_)), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn a_million_keys_stay_within_their_bounds() {
    let memory = memory(1_000, ByteSize::from_kib(256));
    for number in 0..1_000_000_u64 {
        let key = key(&number.to_string());
        let claim = claim(number, "a");
        memory.claim_now(&key, &claim);
        memory.keep_now(&key, &claim, &answer(100), TTL);
        if number % 50_000 == 0 {
            let (entries, bytes) = memory.size();
            assert!(entries <= 1_000 && bytes <= 256 * 1024, "{entries} {bytes}");
        }
    }
    // The oldest went first.
    let seen = memory.claim(&key("999999"), &claim(0, "a")).await.unwrap();
    assert_eq!(seen, Claimed::Before(answer(100)));
    let seen = memory.claim(&key("0"), &claim(0, "a")).await.unwrap();
    assert_eq!(seen, Claimed::First);
}

#[tokio::test(start_paused = true)]
async fn of_an_answer_that_alone_is_too_large_only_the_fact_is_kept() {
    let memory = memory(10, ByteSize::from_kib(1));
    let (small, large) = (key("small"), key("large"));
    for (key, bytes) in [(&small, 10), (&large, 2_000)] {
        let claim = claim(1, "a");
        memory.claim(key, &claim).await.unwrap();
        memory.keep(key, &claim, &answer(bytes), TTL).await.unwrap();
    }
    let seen = memory.claim(&small, &claim(2, "a")).await.unwrap();
    assert_eq!(seen, Claimed::Before(answer(10)));
    let seen = memory.claim(&large, &claim(2, "a")).await.unwrap();
    let fact = Kept {
        body: None,
        ..answer(0)
    };
    assert_eq!(seen, Claimed::Before(fact));
}
