//! Limits: of the stop, and of series.

use super::visit;

#[test]
fn a_stop_beyond_the_grace_period_is_a_warning() {
    let args = ["--set", "stop.timeout=40s"];
    let found = visit(&args).found();
    found.says("stop.grace", "warning", &["40s", "30s"]);
    assert_eq!(found.code, 1);
    let mend = found.one("stop.grace")["mend"].as_str().unwrap();
    assert!(mend.contains("terminationGracePeriodSeconds: 45"), "{mend}");
    let more = ["--set", "doctor.grace_period=60s"];
    visit(&[args, more].concat()).found().is_well();
}

#[test]
fn phases_beyond_their_whole_are_a_warning() {
    let found = visit(&["--set", "stop.linger=10s"]).found();
    found.says("stop.phases", "warning", &["30s together", "25s"]);
}

#[test]
fn calls_beyond_the_drain_are_a_warning() {
    let found = visit(&["--set", "http.timeout=20s"]).found();
    found.says("stop.calls", "warning", &["http.timeout 20s", "15s"]);
}

#[test]
fn labels_without_end_are_a_warning() {
    let found = visit(&["--set", "patient.series=11000"]).found();
    found.says("cardinality.many", "warning", &["series"]);
    assert_eq!(found.code, 1);
    let found = visit(&[
        "--set",
        "patient.series=11000",
        "--set",
        "doctor.fail_on=error",
    ])
    .found();
    assert_eq!(found.code, 0);
}
