//! The clock, by what can be known of it without asking a time server: it is not before this code
//! was written, agrees with those that were reached, nothing comes from its future, and it does not
//! jump.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::finding::Finding;
use super::super::patient::Patient;
use super::super::reach::Outcome;

/// No clock that is right shows a time before this: 2026-01-01.
const WRITTEN: Duration = Duration::from_secs(1_767_225_600);

/// By how much clocks may differ before somebody suffers.
const SKEW: f64 = 5.0;

/// A file may be this much younger than now: file servers have clocks of their own.
const FUTURE: Duration = Duration::from_secs(60);

/// Wall clock and monotonic clock may differ by this while we look.
const JUMP: f64 = 0.5;

const MEND: &str =
    "timedatectl set-ntp true, or start chronyd; in a virtual machine take the host's clock";

pub(super) async fn look(patient: &Patient) -> Vec<Finding> {
    let (wall, monotonic) = (patient.env.wall(), patient.env.now());
    let mut found = Vec::new();
    let now = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
    if now < WRITTEN {
        found.push(
            Finding::warning(
                "clock.past",
                format!(
                    "the clock stands {} before this program was written",
                    span(WRITTEN - now)
                ),
            )
            .why("certificates, tokens and times to live are judged by it")
            .mend(MEND),
        );
    }
    found.extend(future(patient, wall));
    let (skewed, agreeing) = skew(patient).await;
    found.extend(skewed);
    let passed = patient
        .env
        .now()
        .saturating_duration_since(monotonic)
        .as_secs_f64();
    found.extend(jump(wall, patient.env.wall(), passed));
    if found.is_empty() {
        let what = match agreeing {
            0 => "plausible; nobody was reached to compare it with".to_owned(),
            1 => "agrees with the one that was reached".to_owned(),
            many => format!("agrees with the {many} that were reached"),
        };
        found.push(Finding::ok("clock.good", what));
    }
    found
}

/// How much those that were reached differ, and how many do not.
async fn skew(patient: &Patient) -> (Vec<Finding>, usize) {
    let (mut found, mut agreeing) = (Vec::new(), 0);
    for reached in patient.reached().await {
        let Outcome::Answered {
            ahead: Some(ahead), ..
        } = reached.outcome
        else {
            continue;
        };
        if ahead.abs() <= SKEW {
            agreeing += 1;
            continue;
        }
        let word = if ahead > 0.0 { "behind" } else { "ahead of" };
        let by = span(Duration::from_secs_f64(ahead.abs()));
        let what = format!(
            "the clock is {by} {word} that of {} ({})",
            reached.name, reached.address
        );
        found.push(
            Finding::warning("clock.skew", what)
                .why("tokens are refused, spans lie in the wrong order, times to live end too early or late")
                .mend(format!("one of the two is wrong; here: {MEND}")),
        );
    }
    (found, agreeing)
}

/// Files that were changed later than now: then the clock was set back, or is.
fn future(patient: &Patient, now: SystemTime) -> Option<Finding> {
    let config = patient.config.folder();
    let mut files: Vec<PathBuf> = vec![config.join("chassis.toml")];
    files.extend(std::env::current_exe().ok());
    files.push(patient.config.state_dir());
    let changed = files.into_iter().filter_map(|file| {
        let ahead = file
            .metadata()
            .ok()?
            .modified()
            .ok()?
            .duration_since(now)
            .ok()?;
        Some((ahead, file))
    });
    let (ahead, file) = changed.max_by_key(|(ahead, _)| *ahead)?;
    (ahead > FUTURE).then(|| {
        let what = format!(
            "{} was changed {} in the future",
            file.display(),
            span(ahead)
        );
        Finding::warning("clock.future", what)
            .why("the clock is behind, or was ahead when the file was written")
            .mend(MEND)
    })
}

/// Whether the wall clock went another way than time while we looked.
fn jump(before: SystemTime, after: SystemTime, passed: f64) -> Option<Finding> {
    let wall = match after.duration_since(before) {
        Ok(forward) => forward.as_secs_f64(),
        Err(back) => -back.duration().as_secs_f64(),
    };
    ((wall - passed).abs() > JUMP).then(|| {
        let what = format!("the clock moved by {wall:.1} s while {passed:.1} s passed");
        Finding::warning("clock.jumped", what)
            .why("somebody sets it: log lines and spans lie in the wrong order")
            .mend("let one time service step it only at boot (chrony: makestep 1 3)")
    })
}

/// `3 days`, `2 hours`, `40 s`.
fn span(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} minutes", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} hours", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_is_noticed() {
        let at = |ms| UNIX_EPOCH + Duration::from_millis(ms);
        assert_eq!(jump(at(10_000), at(12_000), 2.1), None);
        for (after, wall) in [(1_000, "-9.0 s"), (72_000, "62.0 s")] {
            let found = jump(at(10_000), at(after), 2.0).unwrap();
            assert!(found.what.contains(wall), "{found:?}");
        }
    }
}
