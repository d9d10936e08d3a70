//! Load at a constant rate, and what came of it.

use std::time::{Duration, Instant};

use super::file::{Expected, Template};
use crate::context::Env;
use crate::http::Edge;

/// Sends requests through the service's edge at a constant rate, whatever becomes of those before.
#[derive(Clone)]
pub(super) struct Load {
    edge: Edge,
    env: Env,
    template: Template,
}

/// What came of one request.
#[derive(Debug, Clone, Copy)]
struct Answered {
    /// When it was to be sent, since the beginning.
    at: Duration,
    /// From then on.
    took: Duration,
    good: bool,
}

/// What came of a phase.
#[derive(Debug, Default)]
pub(super) struct Measured {
    answers: Vec<Answered>,
}

impl Load {
    pub(super) fn new(edge: Edge, env: Env, template: Template) -> Self {
        Self {
            edge,
            env,
            template,
        }
    }

    /// Sends for `time`, and waits for all answers.
    pub(super) async fn run(self, time: Duration) -> Measured {
        let begun = self.env.now();
        let mut tasks = tokio::task::JoinSet::new();
        let mut at = Duration::ZERO;
        while at < time {
            self.env.sleep_until(begun + at).await;
            tasks.spawn(self.clone().one(begun, at));
            at += self.template.pace;
        }
        let mut answers = Vec::new();
        while let Some(answer) = tasks.join_next().await {
            answers.extend(answer);
        }
        answers.sort_by_key(|answer: &Answered| answer.at);
        Measured { answers }
    }

    async fn one(self, begun: Instant, at: Duration) -> Answered {
        let answer = self.edge.call(self.template.request.clone()).await;
        let good = answer.is_ok_and(|answer| answer.status().as_u16() < 500);
        let took = self.env.now().saturating_duration_since(begun + at);
        Answered { at, took, good }
    }
}

impl Measured {
    pub(super) fn count(&self) -> usize {
        self.answers.len()
    }

    /// The share that was answered without a 5xx.
    pub(super) fn success(&self) -> f64 {
        let good = self.answers.iter().filter(|answer| answer.good).count();
        good as f64 / self.count().max(1) as f64
    }

    /// The 99th percentile, from the moment at which a request was to be sent.
    pub(super) fn p99(&self) -> Duration {
        p99(self.answers.iter())
    }

    pub(super) fn meets(&self, expected: &Expected) -> bool {
        self.success() >= expected.success && self.p99() <= expected.p99
    }

    /// When it was steady again: after the last answer that failed or took longer than the steady
    /// state's p99; nothing where that was at the very end.
    pub(super) fn steady_after(&self, steady: &Expected) -> Option<Duration> {
        let is_bad = |answer: &&Answered| !answer.good || answer.took > steady.p99;
        match self.answers.iter().rposition(|answer| is_bad(&answer)) {
            None => Some(Duration::ZERO),
            Some(last) => self.answers.get(last + 1).map(|next| next.at),
        }
    }
}

fn p99<'a>(answers: impl Iterator<Item = &'a Answered>) -> Duration {
    let mut times: Vec<Duration> = answers.map(|answer| answer.took).collect();
    times.sort_unstable();
    let index = (times.len() * 99).div_ceil(100).saturating_sub(1);
    times.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(answers: &[(u64, u64, bool)]) -> Measured {
        let answers = answers.iter().map(|&(at, took, good)| Answered {
            at: Duration::from_millis(at),
            took: Duration::from_millis(took),
            good,
        });
        Measured {
            answers: answers.collect(),
        }
    }

    const STEADY: Expected = Expected {
        time: Duration::from_secs(1),
        success: 0.9,
        p99: Duration::from_millis(100),
    };

    #[test]
    fn a_phase_meets_what_is_expected_or_not() {
        assert!(measured(&[(0, 50, true), (10, 100, true)]).meets(&STEADY));
        assert!(
            !measured(&[(0, 50, true), (10, 101, true)]).meets(&STEADY),
            "slow"
        );
        assert!(
            !measured(&[(0, 50, true), (10, 50, false)]).meets(&STEADY),
            "failed"
        );
    }

    #[test]
    fn it_is_steady_after_the_last_bad_answer() {
        let after = |answers: &[_]| measured(answers).steady_after(&STEADY);
        assert_eq!(after(&[(0, 1, true), (10, 1, true)]), Some(Duration::ZERO));
        let one = [(0, 1, false), (10, 500, true), (20, 1, true)];
        assert_eq!(after(&one), Some(Duration::from_millis(20)));
        assert_eq!(after(&[(0, 1, true), (10, 1, false)]), None);
    }
}
