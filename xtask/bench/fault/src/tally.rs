//! [`Tally`]: what became of the requests.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use serde_json::{Value, json};

use crate::plan::Plan;

/// What was counted of the requests that were due while it measured.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    sent: u64,
    lags: Vec<Duration>,
    /// By status.
    latencies: BTreeMap<u16, Vec<Duration>>,
    good: u64,
    errors: BTreeMap<String, u64>,
}

/// A rate is kept when so many of its requests were sent …
const SENT: f64 = 0.99;
/// … and when 99 % of them were sent within this after they were due.
const LAG: Duration = Duration::from_millis(10);

impl Tally {
    /// A request went out, so long after it was due.
    pub(crate) fn sent(&mut self, lag: Duration) {
        self.sent += 1;
        self.lags.push(lag);
    }

    /// An answer was whole, so long after the request was due.
    pub(crate) fn answered(&mut self, status: u16, latency: Duration, patience: Duration) {
        if (200..300).contains(&status) && latency <= patience {
            self.good += 1;
        }
        self.latencies.entry(status).or_default().push(latency);
    }

    /// No answer came.
    pub(crate) fn failed(&mut self, error: &io::Error) {
        *self.errors.entry(error.kind().to_string()).or_default() += 1;
    }

    /// What is told: counts by status and by error; latencies in milliseconds.
    pub(crate) fn report(mut self, plan: &Plan) -> Value {
        let seconds = plan.measured.as_secs_f64();
        let due = plan.requests() - (plan.warm.as_secs_f64() * plan.rate).ceil() as u64;
        let answered: usize = self.latencies.values().map(Vec::len).sum();
        let failed: u64 = self.errors.values().sum();
        let lag = quantiles(&mut self.lags);
        let kept = self.sent as f64 >= due as f64 * SENT && lag["p99"].as_f64() <= Some(ms(LAG));
        let statuses: BTreeMap<String, usize> = self
            .latencies
            .iter()
            .map(|(status, all)| (status.to_string(), all.len()))
            .collect();
        let latency: BTreeMap<String, Value> = self
            .latencies
            .iter_mut()
            .map(|(status, all)| (status.to_string(), quantiles(all)))
            .collect();
        json!({
            "rate": plan.rate,
            "seconds": seconds,
            "due": due,
            "sent": self.sent,
            "kept": kept,
            "lag": lag,
            "statuses": statuses,
            "errors": self.errors,
            "unanswered": self.sent.saturating_sub(answered as u64 + failed),
            "good": self.good,
            "goodput": self.good as f64 / seconds,
            "latency": latency,
        })
    }
}

/// In milliseconds.
fn quantiles(all: &mut [Duration]) -> Value {
    all.sort_unstable();
    let at = |share: f64| {
        let rank = (all.len() as f64 * share).ceil() as usize;
        ms(all.get(rank.saturating_sub(1)).copied().unwrap_or_default())
    };
    json!({ "p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "p999": at(0.999), "max": at(1.0) })
}

fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_nearest_rank() {
        let mut all: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        let told = quantiles(&mut all);
        assert_eq!(
            (told["p50"].as_f64(), told["p99"].as_f64()),
            (Some(100.0), Some(198.0))
        );
        assert_eq!(told["max"].as_f64(), Some(200.0));
        assert_eq!(quantiles(&mut [])["p99"].as_f64(), Some(0.0));
    }

    #[test]
    fn only_what_came_in_time_is_good_and_a_late_rate_is_not_kept() {
        let words = ["--address", "127.0.0.1:1", "--rate", "2", "--seconds", "1"];
        let plan = Plan::parse(&words.map(str::to_owned)).unwrap();
        let mut tally = Tally::default();
        for (status, latency) in [(200, 900), (200, 1_100)] {
            tally.sent(Duration::from_millis(50));
            tally.answered(status, Duration::from_millis(latency), plan.patience);
        }
        let report = tally.report(&plan);
        assert_eq!(report["good"], 1);
        assert_eq!(
            (&report["sent"], &report["kept"]),
            (&json!(2), &json!(false))
        );
    }
}
