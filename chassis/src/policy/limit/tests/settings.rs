//! Settings that cannot work.

use super::*;

/// The defaults but for what `change` does.
fn changed(change: impl FnOnce(&mut LimitSettings)) -> LimitSettings {
    let mut settings = LimitSettings::default();
    change(&mut settings);
    settings
}

#[test]
fn settings_that_cannot_work_are_named() {
    let bad = [
        (changed(|it| it.min_concurrency = 0), "min_concurrency"),
        (changed(|it| it.min_concurrency = 2_000), "max_concurrency"),
        (
            changed(|it| it.max_concurrency = u32::MAX),
            "max_concurrency",
        ),
        (
            changed(|it| it.initial_concurrency = 5),
            "initial_concurrency",
        ),
        (changed(|it| it.tolerance = 1.0), "tolerance"),
        (changed(|it| it.tolerance = f64::NAN), "tolerance"),
        (changed(|it| it.tolerance = -1.0), "tolerance"),
        (
            changed(|it| it.update_interval = Duration::ZERO),
            "update_interval",
        ),
        (
            changed(|it| it.min_rtt_interval = Duration::ZERO),
            "min_rtt_interval",
        ),
    ];
    for (settings, name) in bad {
        assert_eq!(settings.check().unwrap_err().setting, name);
    }
    assert_eq!(LimitSettings::default().check(), Ok(()));
}
