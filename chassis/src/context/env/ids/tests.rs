use std::collections::HashSet;

use super::*;

#[test]
fn ids_are_valid_and_differ_within_and_between_connections() {
    let env = Env::system();
    let mut seen = HashSet::new();
    for _ in 0..50 {
        let ids = Ids::new(&env);
        for _ in 0..100 {
            let (trace, span) = (ids.trace_id(), ids.span_id());
            assert!(trace.is_valid() && span.is_valid());
            assert!(seen.insert(trace.0.to_vec()) && seen.insert(span.0.to_vec()));
        }
    }
}

/// Sampling compares the last seven bytes with a threshold, so each bit of them must be fair.
#[test]
fn every_bit_of_a_trace_id_is_fair() {
    let ids = Ids::new(&Env::seeded(1));
    let mut ones = [0_u32; 128];
    for _ in 0..10_000 {
        let id = u128::from_be_bytes(ids.trace_id().0);
        for (bit, ones) in ones.iter_mut().enumerate() {
            *ones += (id >> bit & 1) as u32;
        }
    }
    // Six standard deviations of a fair coin thrown 10,000 times.
    assert!(
        ones.iter().all(|ones| (4700..=5300).contains(ones)),
        "{ones:?}"
    );
}

#[test]
fn a_seed_replays() {
    let draw = |seed| {
        let ids = Ids::new(&Env::seeded(seed));
        [ids.trace_id(), ids.trace_id()]
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
}
