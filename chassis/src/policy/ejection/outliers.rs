//! [`outliers`]: who does far worse than the others.

use std::time::Duration;

use super::{EjectionSettings, Reason};

/// How a member did in an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Its calls.
    pub calls: u64,
    /// The share of them that went well, from 0 to 1.
    pub success: f64,
    /// How long they took on average.
    pub mean: Duration,
}

/// The members that are outliers among the others, and why: their calls fail more often than the
/// spread of all rates explains, or take so many times as long as those of the middle one. `rates`
/// are those of one interval.
pub fn outliers(rates: &[Rates], settings: &EjectionSettings) -> Vec<(usize, Reason)> {
    let known = rates.iter().enumerate();
    let known: Vec<(usize, Rates)> = known
        .filter(|(_, rates)| rates.calls >= settings.minimum_calls.max(1))
        .map(|(index, rates)| (index, *rates))
        .collect();
    if known.len() < settings.minimum_hosts.max(1) {
        return Vec::new();
    }
    let mut found = failing(&known, settings);
    let is_new = |index: usize| !found.iter().any(|(other, _)| *other == index);
    let slow = slow(&known, settings);
    let slow: Vec<_> = slow
        .into_iter()
        .filter(|(index, _)| is_new(*index))
        .collect();
    found.extend(slow);
    found
}

/// Far below the mean of the success rates.
fn failing(known: &[(usize, Rates)], settings: &EjectionSettings) -> Vec<(usize, Reason)> {
    let count = known.len() as f64;
    let rates = || known.iter().map(|(_, rates)| rates.success);
    let mean = rates().sum::<f64>() / count;
    let variance = rates().map(|rate| (rate - mean).powi(2)).sum::<f64>() / count;
    let least = mean - settings.deviations * variance.sqrt();
    if settings.deviations <= 0.0 {
        return Vec::new();
    }
    let below = known.iter().filter(|(_, rates)| rates.success < least);
    below
        .map(|(index, rates)| {
            let rate = rates.success;
            (*index, Reason::SuccessRate { rate, least })
        })
        .collect()
}

/// Many times as slow as the middle one.
fn slow(known: &[(usize, Rates)], settings: &EjectionSettings) -> Vec<(usize, Reason)> {
    if settings.latency_factor <= 0.0 {
        return Vec::new();
    }
    let mut means: Vec<Duration> = known.iter().map(|(_, rates)| rates.mean).collect();
    means.sort_unstable();
    let median = means[means.len() / 2];
    let most = median.as_secs_f64() * settings.latency_factor;
    let above = known
        .iter()
        .filter(|(_, rates)| rates.mean.as_secs_f64() > most);
    above
        .map(|(index, rates)| {
            let mean = rates.mean;
            (*index, Reason::Latency { mean, median })
        })
        .collect()
}
