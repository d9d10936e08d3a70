//! The limits of a stop, against the time that the platform leaves for it.

use std::time::Duration;

use super::super::super::timeouts;
use super::super::finding::Finding;
use super::super::patient::Patient;

pub(super) fn look(patient: &Patient) -> Vec<Finding> {
    let stop = &patient.settings.stop;
    let grace = *patient.settings.doctor.grace_period;
    let (linger, drain, rest) = (*stop.linger, *stop.drain, *stop.rest);
    let (phases, total) = (linger + drain + rest, *stop.timeout);
    let mut found = Vec::new();
    if total >= grace {
        found.push(too_long(patient, total, grace));
    }
    if phases > total {
        let what = format!(
            "linger {linger:?}, drain {drain:?} and rest {rest:?} are {phases:?} together, stop.timeout is {total:?}"
        );
        found.push(
            Finding::warning("stop.phases", what)
                .why("the last phase is cut off: tasks, pools and the last spans may be lost")
                .mend(format!("stop.timeout = '{}'", written(phases))),
        );
    }
    found.extend(long_calls(patient, drain));
    if found.is_empty() {
        let what =
            format!("ends within {total:?} ({phases:?} for its phases); {grace:?} are given");
        found.push(Finding::ok("stop.fits", what));
    }
    found
}

fn too_long(patient: &Patient, total: Duration, grace: Duration) -> Finding {
    let is_known = patient.is_in_kubernetes()
        || patient
            .config
            .effective()
            .iter()
            .any(|row| row.key() == "doctor.grace_period" && !row.is_default());
    let who = match is_known {
        true => "the platform kills after",
        false => "Kubernetes would kill after",
    };
    let needed = total + Duration::from_secs(5);
    Finding::warning("stop.grace", format!("a stop may take {total:?} (stop.timeout), {who} {grace:?}"))
        .why("SIGKILL in the middle of a drain loses the calls that are at work")
        .mend(format!(
            "terminationGracePeriodSeconds: {} in the pod (and doctor.grace_period = '{}' here), or a shorter stop",
            needed.as_secs(),
            written(needed)
        ))
}

/// Calls that may take longer than a stop waits for them.
fn long_calls(patient: &Patient, drain: Duration) -> Vec<Finding> {
    let mut long: Vec<(String, Duration)> = Vec::new();
    if *patient.settings.http.timeout > drain {
        long.push(("http.timeout".to_owned(), *patient.settings.http.timeout));
    }
    for (_, contract) in patient.composed.contracts() {
        for (method, timeout) in timeouts::longer(contract, drain) {
            long.push((format!("{}.{}", contract.name, method.name), timeout));
        }
    }
    let Some(longest) = long.iter().map(|(_, timeout)| *timeout).max() else {
        return Vec::new();
    };
    let calls: Vec<String> = long
        .iter()
        .map(|(name, timeout)| format!("{name} {timeout:?}"))
        .collect();
    let what = format!(
        "calls may take longer than the drain's {drain:?}: {}",
        calls.join(", ")
    );
    vec![
        Finding::warning("stop.calls", what)
            .why("one that is at work when the service stops may be cut off")
            .mend(format!(
                "stop.drain = '{}', with stop.timeout above all phases; or shorter timeouts",
                written(longest)
            )),
    ]
}

/// As it is written in the configuration.
fn written(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{}s", duration.as_secs()),
        _ => format!("{}ms", duration.as_millis()),
    }
}
