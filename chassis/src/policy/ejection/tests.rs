use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::context::Env;
use crate::policy::Outcome;

const SECOND: Duration = Duration::from_secs(1);

fn group(members: usize) -> (Group, Vec<Member>, Instant) {
    let group = Group::new(EjectionSettings::default());
    let members = (0..members).map(|_| Member::new(&group)).collect();
    (group, members, Env::system().now())
}

/// One call, if there may be one.
fn call(member: &Member, outcome: Outcome, now: Instant) -> Option<Change> {
    let standing = member.standing(now);
    assert_ne!(standing, Standing::Ejected);
    member.record(standing, outcome, now)
}

fn fail(member: &Member, times: u32, now: Instant) -> Option<Change> {
    (0..times).find_map(|_| call(member, Outcome::Failure, now))
}

#[test]
fn failures_in_a_row_eject() {
    let (group, members, now) = group(3);
    assert_eq!(fail(&members[0], 4, now), None);
    call(&members[0], Outcome::Success, now);
    assert_eq!(fail(&members[0], 4, now), None, "not in a row");
    let reason = Reason::ConsecutiveFailures(5);
    let ejected = Change::Ejected {
        time: 5 * SECOND,
        reason,
    };
    assert_eq!(call(&members[0], Outcome::Failure, now), Some(ejected));
    assert_eq!(members[0].standing(now), Standing::Ejected);
    assert_eq!(group.ejected(), (1, 3));
}

#[test]
fn one_probe_decides() {
    let (group, members, now) = group(3);
    fail(&members[0], 5, now).unwrap();
    let then = now + 5 * SECOND;
    assert_eq!(members[0].standing(then), Standing::Probe);
    assert_eq!(
        members[0].standing(then),
        Standing::Ejected,
        "one, not a crowd"
    );
    let reason = Reason::ProbeFailed;
    let longer = Change::Ejected {
        time: 10 * SECOND,
        reason,
    };
    let failed = members[0].record(Standing::Probe, Outcome::Failure, then);
    assert_eq!(failed, Some(longer));
    assert_eq!(members[0].standing(then + 9 * SECOND), Standing::Ejected);
    let back = call(&members[0], Outcome::Success, then + 10 * SECOND);
    assert_eq!(back, Some(Change::Readmitted));
    assert_eq!(group.ejected(), (0, 3));
}

#[test]
fn a_probe_that_was_given_up_is_made_again() {
    let (_group, members, now) = group(3);
    fail(&members[0], 5, now).unwrap();
    let then = now + 5 * SECOND;
    assert_eq!(call(&members[0], Outcome::Ignored, then), None);
    assert_eq!(members[0].standing(then), Standing::Probe);
}

#[test]
fn at_most_a_share_is_ejected_and_never_the_only_one() {
    let (alone, members, now) = group(1);
    assert_eq!(fail(&members[0], 100, now), None);
    assert_eq!(alone.ejected(), (0, 1));
    let (ten, members, now) = group(10);
    let ejected = members
        .iter()
        .filter(|member| fail(member, 5, now).is_some());
    assert_eq!(ejected.count(), 5);
    assert_eq!(ten.ejected(), (5, 10));
    assert!(!ten.is_panicking(), "half of them are left");
}

#[test]
fn when_too_few_are_left_all_are_used() {
    let (group, mut members, now) = group(4);
    for member in &members[..2] {
        fail(member, 5, now).unwrap();
    }
    assert!(!group.is_panicking());
    members.pop();
    assert!(group.is_panicking());
}

#[test]
fn who_leaves_while_ejected_is_not_counted_any_more() {
    let (group, mut members, now) = group(3);
    fail(&members[2], 5, now).unwrap();
    members.pop();
    assert_eq!(group.ejected(), (0, 2));
}

#[test]
fn standing_well_is_forgiven_step_by_step() {
    let (_group, members, mut now) = group(3);
    for _ in 0..4 {
        fail(&members[0], 5, now).unwrap();
        now += 60 * SECOND;
        call(&members[0], Outcome::Success, now).unwrap();
    }
    let later = now + 25 * SECOND;
    let Some(Change::Ejected { time, .. }) = fail(&members[0], 5, later) else {
        panic!("it is ejected again");
    };
    assert_eq!(time, 15 * SECOND, "two of four ejections are forgiven");
}

#[test]
fn a_success_rate_far_below_the_others_is_an_outlier() {
    let settings = EjectionSettings::default();
    let rates = |calls, success| Rates {
        calls,
        success,
        mean: Duration::from_millis(10),
    };
    let mut all = vec![rates(1000, 0.99); 9];
    all.push(rates(1000, 0.60));
    let found = outliers(&all, &settings);
    assert!(
        matches!(found[..], [(9, Reason::SuccessRate { rate, least })] if rate == 0.60 && least > 0.7)
    );
    all[9].calls = 99;
    assert_eq!(outliers(&all, &settings), [], "too few calls");
    let two = [rates(1000, 0.1), rates(1000, 1.0)];
    assert_eq!(outliers(&two, &settings), [], "too few members");
    assert_eq!(
        outliers(&[rates(1000, 0.5); 10], &settings),
        [],
        "all alike"
    );
}

#[test]
fn a_latency_far_above_the_others_is_an_outlier_where_that_is_asked_for() {
    let rates = |millis| Rates {
        calls: 1000,
        success: 1.0,
        mean: Duration::from_millis(millis),
    };
    let mut all = [rates(10), rates(11), rates(9), rates(10), rates(49)];
    let settings = EjectionSettings {
        latency_factor: 5.0,
        ..EjectionSettings::default()
    };
    assert_eq!(outliers(&all, &EjectionSettings::default()), []);
    assert_eq!(outliers(&all, &settings), []);
    all[4] = rates(51);
    let (mean, median) = (Duration::from_millis(51), Duration::from_millis(10));
    let reason = Reason::Latency { mean, median };
    assert_eq!(outliers(&all, &settings), [(4, reason)]);
}

proptest! {
    /// Whatever happens, the count of the ejected is right and within its bounds.
    #[test]
    fn the_group_counts_right(
        size in 1..8_usize,
        acts in proptest::collection::vec((0..8_usize, 0..3_u8, 0..4000_u64), 1..400),
    ) {
        let (group, members, mut now) = group(size);
        for (index, outcome, wait) in acts {
            let member = &members[index % size];
            now += Duration::from_millis(wait / 10);
            let outcome = [Outcome::Failure, Outcome::Failure, Outcome::Success][outcome as usize];
            let standing = member.standing(now);
            if standing != Standing::Ejected {
                member.record(standing, outcome, now);
            }
            let ejected = members.iter().filter(|one| one.lock().until.is_some()).count();
            prop_assert_eq!(group.ejected(), (ejected, size));
            prop_assert!(ejected <= (size / 2).max(1).min(size - 1));
        }
    }
}
