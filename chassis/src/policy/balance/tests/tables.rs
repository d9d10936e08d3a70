//! What is looked up: parts by weight, keys, subsets, zones.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::alias::Alias;
use super::super::maglev::Maglev;
use super::super::*;
use crate::context::Env;

fn keys(count: usize) -> Vec<u64> {
    (0..count)
        .map(|index| hash(format!("10.0.{}.{}:80", index / 256, index % 256).as_bytes()))
        .collect()
}

proptest! {
    #[test]
    fn each_is_drawn_as_often_as_its_weight_says(
        weights in proptest::collection::vec(1..20_u32, 2..30), seed: u64,
    ) {
        let weights: Vec<f64> = weights.into_iter().map(f64::from).collect();
        let env = Env::seeded(seed);
        let mut drawn = vec![0_u32; weights.len()];
        match Alias::new(&weights) {
            None => prop_assert!(weights.iter().all(|weight| *weight == weights[0])),
            Some(alias) => {
                for _ in 0..20_000 {
                    drawn[alias.draw(env.random())] += 1;
                }
                let sum: f64 = weights.iter().sum();
                for (drawn, weight) in drawn.iter().zip(&weights) {
                    let expected = 20_000.0 * weight / sum;
                    // Six standard deviations.
                    prop_assert!((f64::from(*drawn) - expected).abs() < 6.0 * expected.sqrt() + 1.0);
                }
            }
        }
    }

    #[test]
    fn a_subset_is_a_part_that_stays(count in 1..300_usize, most in 1..50_usize, caller: u64, gone: usize) {
        let all = keys(count);
        let some = subset(&all, most, caller);
        prop_assert_eq!(some.len(), most.min(count));
        prop_assert!(some.windows(2).all(|two| two[0] < two[1]));
        let mut fewer = all.clone();
        let gone = fewer.remove(gone % count);
        let before: BTreeSet<u64> = some.iter().map(|place| all[*place]).collect();
        let after: BTreeSet<u64> = subset(&fewer, most, caller).iter().map(|place| fewer[*place]).collect();
        let lost: Vec<_> = before.difference(&after).collect();
        prop_assert!(lost.is_empty() || lost == [&gone], "nobody goes but who is gone");
    }

    #[test]
    fn what_stays_and_what_goes_is_all_and_no_zone_gets_more_than_its_part(
        zones in proptest::collection::btree_map("[a-e]", (0..50_u32, 0..50_u32), 1..5),
    ) {
        let side = |pick: fn(&(u32, u32)) -> u32| -> BTreeMap<String, f64> {
            zones.iter().map(|(zone, pair)| (zone.clone(), f64::from(pick(pair)))).collect()
        };
        let (endpoints, callers) = (side(|pair| pair.0), side(|pair| pair.1));
        let asked: f64 = callers.values().sum();
        let offered: f64 = endpoints.values().sum();
        let mut gets: BTreeMap<String, f64> = BTreeMap::new();
        let mut from = 0.0;
        for (zone, count) in &callers {
            let Some(spread) = spread(zone, &endpoints, &callers) else { continue };
            let rest: f64 = spread.others.values().sum();
            prop_assert!((0.0..=1.0).contains(&spread.home));
            prop_assert!((spread.home + (1.0 - spread.home) * rest - 1.0).abs() < 1e-9);
            from += count;
            *gets.entry(zone.clone()).or_default() += count * spread.home;
            for (other, part) in &spread.others {
                *gets.entry(other.clone()).or_default() += count * (1.0 - spread.home) * part;
            }
        }
        // Where every caller's zone has endpoints, each endpoint gets as much as any other.
        if from == asked && asked > 0.0 {
            for (zone, got) in gets {
                let part = endpoints.get(&zone).copied().unwrap_or(0.0) / offered;
                prop_assert!(got / asked <= part + 1e-9, "{zone}: {got} of {asked}, {part}");
            }
        }
    }
}

#[test]
fn zones_as_envoy_spreads_them() {
    let zones = |parts: &[(&str, f64)]| -> BTreeMap<String, f64> {
        parts
            .iter()
            .map(|(zone, part)| ((*zone).to_owned(), *part))
            .collect()
    };
    // Half of the callers, a quarter of the endpoints: half stays, the rest goes where there are
    // more endpoints than callers.
    let endpoints = zones(&[("a", 1.0), ("b", 2.0), ("c", 1.0)]);
    let callers = zones(&[("a", 2.0), ("b", 1.0), ("c", 1.0)]);
    let found = spread("a", &endpoints, &callers).unwrap();
    assert_eq!(found.home, 0.5);
    assert_eq!(found.others, zones(&[("b", 1.0), ("c", 0.0)]));
    assert_eq!(spread("b", &endpoints, &callers).unwrap().home, 1.0);
    assert_eq!(spread("x", &endpoints, &callers), None);
    let nobody = BTreeMap::new();
    assert_eq!(spread("a", &endpoints, &nobody).unwrap().home, 0.75);
}

#[test]
fn keys_are_spread_evenly_and_by_weight() {
    let keys = keys(20);
    let mut weights = vec![1.0; 20];
    weights[7] = 3.0;
    let table = Maglev::new(&keys, &weights);
    let mut got = [0_u32; 20];
    for key in 0..22_000_u64 {
        got[table.places(key).next().unwrap()] += 1;
    }
    for (index, got) in got.iter().enumerate() {
        let expected = if index == 7 { 3000.0 } else { 1000.0 };
        assert!(
            (f64::from(*got) / expected - 1.0).abs() < 0.15,
            "{index}: {got}"
        );
    }
}

#[test]
fn one_that_goes_takes_only_its_own_keys_along() {
    let (all, weights) = (keys(50), vec![1.0; 50]);
    let before = Maglev::new(&all, &weights);
    let after = Maglev::new(&all[..49], &weights[..49]);
    let mut moved = 0;
    for key in 0..10_000_u64 {
        let (old, new) = (before.places(key).next(), after.places(key).next());
        assert_ne!(new, Some(49));
        moved += u32::from(old != new);
    }
    // A fiftieth must; the paper's table moves a little more.
    assert!((150..600).contains(&moved), "{moved} of 10,000 moved");
}

#[test]
fn no_endpoint_is_no_place() {
    assert_eq!(Maglev::new(&[], &[]).places(7).next(), None);
    assert!(subset(&[], 10, 1).is_empty());
}
