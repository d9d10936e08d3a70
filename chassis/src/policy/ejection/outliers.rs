//! [`outliers`]: whose success rate is far below that of the others.

use super::{EjectionSettings, Reason};

/// The members whose success rate is an outlier, and why. `rates` are calls and success rate of each
/// member, as [`Member::take_rate`](super::Member::take_rate) gives them: once an interval.
pub fn outliers(rates: &[(u64, f64)], settings: &EjectionSettings) -> Vec<(usize, Reason)> {
    let is_known = |(calls, _): &&(u64, f64)| *calls >= settings.minimum_calls;
    let known: Vec<f64> = rates
        .iter()
        .filter(is_known)
        .map(|(_, rate)| *rate)
        .collect();
    if known.len() < settings.minimum_hosts.max(1) {
        return Vec::new();
    }
    let count = known.len() as f64;
    let mean = known.iter().sum::<f64>() / count;
    let variance = known.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>() / count;
    let least = mean - settings.deviations * variance.sqrt();
    let (all, reason) = (rates.iter().enumerate(), |rate| Reason::SuccessRate {
        rate,
        least,
    });
    all.filter(|(_, one)| is_known(one) && one.1 < least)
        .map(|(index, (_, rate))| (index, reason(*rate)))
        .collect()
}
