//! Who gets the call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::*;
use crate::context::Env;
use crate::policy::Outcome;
use crate::policy::ejection::{EjectionSettings, Group, Standing};

const MILLI: Duration = Duration::from_millis(1);

struct Bench {
    env: Env,
    now: Instant,
    balancer: Balancer,
}

fn seats(group: &Group, count: usize, now: Instant) -> Vec<Seat> {
    let seat = |index: usize| Seat {
        candidate: Arc::new(Candidate::new(group, LoadSettings::default(), now)),
        key: hash(format!("10.0.0.{index}:80").as_bytes()),
        weight: 1,
        zone: None,
    };
    (0..count).map(seat).collect()
}

impl Bench {
    fn new(count: usize, settings: BalanceSettings, change: impl Fn(&mut [Seat])) -> Self {
        Self::in_zone(count, settings, &Caller::default(), change)
    }

    fn in_zone(
        count: usize,
        settings: BalanceSettings,
        caller: &Caller,
        change: impl Fn(&mut [Seat]),
    ) -> Self {
        let (env, group) = (Env::seeded(11), Group::new(EjectionSettings::default()));
        let now = env.now();
        let mut seats = seats(&group, count, now);
        change(&mut seats);
        let balancer = Balancer::new(group, settings, seats, caller);
        Self { env, now, balancer }
    }

    fn pick(&self, ask: Ask<'_>) -> Option<usize> {
        let pick = self.balancer.pick(ask, self.now, &self.env);
        pick.map(|pick| pick.index)
    }

    /// How many of `calls` each gets, which all take about equally long.
    fn shares(&self, calls: u32) -> Vec<f64> {
        let mut got = vec![0_u32; self.balancer.candidates().len()];
        for _ in 0..calls {
            let index = self.pick(Ask::default()).unwrap();
            got[index] += 1;
            let taken = MILLI * (10 + (self.env.random() % 3) as u32);
            let load = self.balancer.candidates()[index].load();
            load.record(self.now, taken, Outcome::Success);
        }
        got.into_iter()
            .map(|got| f64::from(got) / f64::from(calls))
            .collect()
    }

    fn eject(&self, index: usize) {
        let member = self.balancer.candidates()[index].member();
        member
            .eject_by_hand(Duration::from_secs(60), self.now)
            .unwrap();
    }
}

fn ruled(rule: Rule) -> BalanceSettings {
    BalanceSettings {
        rule,
        ..BalanceSettings::default()
    }
}

fn any_rule() -> impl Strategy<Value = Rule> {
    prop_oneof![
        Just(Rule::PeakEwma),
        Just(Rule::LeastRequest),
        Just(Rule::RoundRobin),
        Just(Rule::Maglev),
    ]
}

proptest! {
    /// The order of the last resorts, whatever the rule: whom the call had not, then whom it had
    /// before, then who is ejected, and never whom it must not have.
    #[test]
    fn it_goes_where_it_may(
        rule in any_rule(),
        sorts in proptest::collection::vec(0..6_u8, 1..12),
        key in proptest::option::of(any::<u64>()),
    ) {
        let bench = Bench::new(sorts.len(), ruled(rule), |_| {});
        let id = |index: usize| bench.balancer.candidates()[index].id();
        let of = |sort: &[u8]| -> Vec<usize> {
            (0..sorts.len()).filter(|index| sort.contains(&sorts[*index])).collect()
        };
        // 0..=2: open; 3: tried before; 4: must not be; 5: ejected.
        let (later, never) = (of(&[3]), of(&[4]));
        of(&[5]).into_iter().for_each(|index| bench.eject(index));
        let later: Vec<u64> = later.into_iter().map(id).collect();
        let never: Vec<u64> = never.into_iter().map(id).collect();
        let is_panicking = of(&[5]).len() * 2 > sorts.len();
        let first = if is_panicking { of(&[0, 1, 2, 5]) } else { of(&[0, 1, 2]) };
        let expected = [first, of(&[3]), of(&[5])].into_iter().find(|some| !some.is_empty());
        let ask = Ask { never: &never, later: &later, key };
        for _ in 0..8 {
            match (bench.pick(ask), &expected) {
                (None, None) => {}
                (Some(index), Some(expected)) => prop_assert!(expected.contains(&index)),
                (found, _) => prop_assert!(false, "{:?} for {:?}", found, expected),
            }
        }
    }
}

#[test]
fn weights_are_shares() {
    for rule in [Rule::PeakEwma, Rule::LeastRequest, Rule::RoundRobin] {
        let bench = Bench::new(4, ruled(rule), |seats| {
            seats[0].weight = 3;
            seats[1].weight = 2;
        });
        let expected = [3.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0, 1.0 / 7.0];
        let shares = bench.shares(20_000);
        for (share, expected) in shares.iter().zip(expected) {
            assert!(
                (share / expected - 1.0).abs() < 0.15,
                "{rule:?}: {shares:?}"
            );
        }
    }
}

#[test]
fn a_slow_one_gets_little_even_if_its_weight_is_large() {
    let bench = Bench::new(3, BalanceSettings::default(), |seats| seats[0].weight = 10);
    let slow = bench.balancer.candidates()[0].load();
    slow.record(bench.now, MILLI * 500, Outcome::Success);
    let shares = bench.shares(1000);
    assert!(shares[0] < 0.05, "{shares:?}");
}

#[test]
fn who_has_just_come_gets_more_and_more() {
    let bench = Bench::new(4, BalanceSettings::default(), |_| {});
    let slow_start = Duration::from_secs(10);
    bench.balancer.candidates()[0].warm_up(bench.now, slow_start);
    let at = |after: u32| {
        let now = bench.now + Duration::from_secs(after.into());
        let got = (0..8000).filter(|_| {
            let pick = bench.balancer.pick(Ask::default(), now, &bench.env);
            pick.unwrap().index == 0
        });
        got.count()
    };
    let (first, half, last) = (at(0), at(5), at(10));
    assert!((100..400).contains(&first), "a tenth of a quarter: {first}");
    assert!((800..1300).contains(&half), "half of a quarter: {half}");
    assert!((1700..2300).contains(&last), "a quarter: {last}");
}

#[test]
fn calls_stay_in_the_zone_and_spill_by_capacity() {
    let caller = Caller {
        zone: Some("a".to_owned()),
        peers: [("a", 2.0), ("b", 1.0)]
            .map(|(zone, count)| (zone.to_owned(), count))
            .into(),
    };
    let bench = Bench::in_zone(8, BalanceSettings::default(), &caller, |seats| {
        for (index, seat) in seats.iter_mut().enumerate() {
            seat.zone = Some(if index < 4 { "a" } else { "b" }.to_owned());
        }
    });
    // Two thirds of the callers, half of the endpoints: three quarters stay.
    let home: f64 = bench.shares(8000)[..4].iter().sum();
    assert!((home - 0.75).abs() < 0.03, "{home}");
    // With half of the zone away, its part goes to all.
    bench.eject(0);
    bench.eject(1);
    let home: f64 = bench.shares(8000)[..4].iter().sum();
    assert!((0.40..0.62).contains(&home), "{home}");
}

#[test]
fn few_endpoints_are_alike_whatever_their_zone() {
    let caller = Caller {
        zone: Some("a".to_owned()),
        ..Caller::default()
    };
    let bench = Bench::in_zone(4, BalanceSettings::default(), &caller, |seats| {
        seats[0].zone = Some("a".to_owned());
    });
    let shares = bench.shares(4000);
    assert!(shares[0] < 0.35, "{shares:?}");
}

#[test]
fn a_key_has_its_endpoint_and_another_while_that_is_away() {
    let bench = Bench::new(10, ruled(Rule::Maglev), |_| {});
    let ask = |key| Ask {
        key: Some(key),
        ..Ask::default()
    };
    let own = bench.pick(ask(7)).unwrap();
    assert!((0..50).all(|_| bench.pick(ask(7)) == Some(own)));
    bench.eject(own);
    let other = bench.pick(ask(7)).unwrap();
    assert!(other != own && (0..50).all(|_| bench.pick(ask(7)) == Some(other)));
    bench.balancer.candidates()[own].member().reset();
    assert_eq!(bench.pick(ask(7)), Some(own));
}

#[test]
fn one_call_probes_and_no_probe_is_lost() {
    let bench = Bench::new(2, BalanceSettings::default(), |_| {});
    bench.eject(0);
    let later = bench.now + Duration::from_secs(61);
    let pick = || {
        bench
            .balancer
            .pick(Ask::default(), later, &bench.env)
            .unwrap()
    };
    let probe = pick();
    assert_eq!((probe.index, probe.standing), (0, Standing::Probe));
    assert!((0..50).all(|_| pick().index == 1), "one, not a crowd");
    let candidate = &bench.balancer.candidates()[0];
    candidate.record(Standing::Probe, Outcome::Success, MILLI, later);
    let other = &bench.balancer.candidates()[1];
    other.record(Standing::Admitted, Outcome::Success, MILLI * 9, later);
    assert!(
        (0..50).all(|_| pick().index == 0),
        "back, and the quicker one"
    );
}

#[test]
fn a_hundred_thousand_endpoints_are_ranked_and_ten_thousand_chosen_among() {
    let keys: Vec<u64> = (0..100_000_u64)
        .map(|index| hash(&index.to_be_bytes()))
        .collect();
    let places = subset(&keys, BalanceSettings::default().most(), 5);
    assert_eq!(places.len(), BalanceSettings::MOST);
    let bench = Bench::new(places.len(), ruled(Rule::Maglev), |_| {});
    let ask = Ask {
        key: Some(9),
        ..Ask::default()
    };
    assert!(bench.pick(ask).is_some() && bench.pick(Ask::default()).is_some());
}
