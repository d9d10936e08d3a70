//! Whatever calls do and clocks say, a limit stays within its bounds, and its places add up.

use std::time::Duration;

use proptest::prelude::*;

use super::super::Outcome;
use super::{AdaptiveLimit, LimitSettings};
use crate::context::Env;

/// What happens next: how much time passes (or is taken back), and what a call does.
#[derive(Debug, Clone, Copy)]
enum Step {
    Enter,
    /// The oldest call ends so.
    Leave(Outcome),
    Drop,
    Pass(u64),
    /// A clock that isn't as steady as it should be.
    Back(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let outcome = prop_oneof![
        8 => Just(Outcome::Success),
        1 => Just(Outcome::Failure),
        1 => Just(Outcome::Ignored),
    ];
    prop_oneof![
        10 => Just(Step::Enter),
        8 => outcome.prop_map(Step::Leave),
        1 => Just(Step::Drop),
        4 => (0..500_000_000_u64).prop_map(Step::Pass),
        1 => prop_oneof![Just(u64::MAX / 4), 0..10_000_000_000_000_u64].prop_map(Step::Pass),
        1 => (0..10_000_000_000_u64).prop_map(Step::Back),
    ]
}

proptest! {
    #[test]
    fn a_limit_stays_within_its_bounds(
        steps in prop::collection::vec(step(), 1..2_000),
        min in 1..20_u32,
        more in 0..200_u32,
        random: u64,
    ) {
        let settings = LimitSettings {
            min_concurrency: min,
            initial_concurrency: min,
            max_concurrency: min + more,
            ..LimitSettings::default()
        };
        let epoch = Env::seeded(1).now();
        let limit = AdaptiveLimit::new(settings, epoch, random).unwrap();
        let mut nanos = 0_u64;
        let mut calls = Vec::new();
        for step in steps {
            let now = epoch + Duration::from_nanos(nanos);
            match step {
                Step::Enter => {
                    let entered = limit.enter(now).is_ok();
                    prop_assert_eq!(entered, (calls.len() as u32) < limit.limit());
                    if entered {
                        calls.push(now);
                    }
                }
                Step::Leave(outcome) if !calls.is_empty() => limit.leave(calls.remove(0), now, outcome),
                Step::Drop if calls.pop().is_some() => limit.leave_untold(),
                Step::Leave(_) | Step::Drop => {}
                Step::Pass(time) => nanos = nanos.saturating_add(time).min(u64::MAX / 2),
                Step::Back(time) => nanos = nanos.saturating_sub(time),
            }
            prop_assert_eq!(limit.at_work() as usize, calls.len());
            // A probe may let fewer in than the minimum, for a moment, yet never none.
            prop_assert!((1..=min + more).contains(&limit.limit()), "{}", limit.limit());
        }
    }
}
