//! What the policies of each dependency have done, read from its [`Stack`] when it is asked for: a
//! call counts nothing for it.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::family::Descriptor;
use super::snapshot::{FamilySnapshot, Kind, Labels, Point, PointValue};
use crate::policy::Stack;
use crate::policy::stack::{Totals, View};
use crate::telemetry::semconv;

/// The stacks of all dependencies, each with its labels.
#[derive(Default)]
pub(super) struct Policies(Mutex<Vec<(Labels, Weak<Stack>)>>);

/// A number of one stack: what it is called, what it means, and its points.
type Family = (
    &'static str,
    &'static str,
    Kind,
    fn(&View, &Labels, &mut Vec<Point>),
);

const FAMILIES: [Family; 6] = [
    (
        semconv::CHASSIS_CLIENT_RETRIES,
        "Attempts after the first",
        Kind::Counter,
        |view, labels, out| out.push(counter(labels, view.totals.retries)),
    ),
    (
        semconv::CHASSIS_CLIENT_HEDGES,
        "Second attempts beside the first",
        Kind::Counter,
        |view, labels, out| out.push(counter(labels, view.totals.hedges)),
    ),
    (
        semconv::CHASSIS_CLIENT_RETRIES_DENIED,
        "Failed calls that were not tried again, because of the budget or because it was done enough",
        Kind::Counter,
        |view, labels, out| {
            let Totals {
                over_budget,
                exhausted,
                ..
            } = view.totals;
            let others = exhausted.saturating_sub(over_budget);
            out.push(counter(&with(labels, "reason", "budget"), over_budget));
            out.push(counter(&with(labels, "reason", "attempts"), others));
        },
    ),
    (
        semconv::CHASSIS_CLIENT_REFUSED,
        "Calls that a policy refused: nothing was sent",
        Kind::Counter,
        |view, labels, out| {
            let Totals {
                refused, crowded, ..
            } = view.totals;
            let error_type = semconv::ERROR_TYPE;
            out.push(counter(&with(labels, error_type, "breaker-open"), refused));
            out.push(counter(&with(labels, error_type, "overloaded"), crowded));
        },
    ),
    (
        semconv::CHASSIS_CLIENT_BREAKER_STATE,
        "1 for the state that the circuit breaker is in",
        Kind::Gauge,
        |view, labels, out| {
            let Some(breaker) = view.breaker else {
                return;
            };
            for state in ["closed", "half-open", "open"] {
                let is_in = breaker.word.ends_with(state);
                let labels = with(labels, "state", state);
                out.push(gauge(&labels, f64::from(u8::from(is_in))));
            }
        },
    ),
    (
        semconv::CHASSIS_CLIENT_BUDGET,
        "Retries and hedges that the budget would allow now",
        Kind::Gauge,
        |view, labels, out| out.push(gauge(labels, view.budget.floor())),
    ),
];

impl Policies {
    /// Watches `stack` as long as it lives.
    pub(super) fn watch(&self, labels: Labels, stack: &Arc<Stack>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, stack)| stack.strong_count() > 0);
        all.push((labels, Arc::downgrade(stack)));
    }

    pub(super) fn gather(&self, out: &mut Vec<FamilySnapshot>) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let live = all.iter();
        let views: Vec<(&Labels, View)> = live
            .filter_map(|(labels, stack)| Some((labels, stack.upgrade()?.view())))
            .collect();
        for (name, help, kind, read) in FAMILIES {
            let mut points = Vec::new();
            for (labels, view) in &views {
                read(view, labels, &mut points);
            }
            out.push(Descriptor::new(name, help, "", kind).with(merged(points)));
        }
    }
}

/// One point for each set of labels: two adapters may stand behind one port. Counts are summed up; of
/// gauges the largest says most.
fn merged(points: Vec<Point>) -> Vec<Point> {
    let mut all: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        let same = all.iter_mut().find(|known| known.labels == point.labels);
        match (same.map(|known| &mut known.value), &point.value) {
            (Some(PointValue::Counter(sum)), PointValue::Counter(count)) => *sum += count,
            (Some(PointValue::Gauge(most)), PointValue::Gauge(value)) => *most = most.max(*value),
            _ => all.push(point),
        }
    }
    all
}

fn with(labels: &Labels, key: &'static str, value: &'static str) -> Labels {
    let mut labels = labels.clone();
    labels.push((key.into(), value.into()));
    labels
}

#[expect(clippy::cast_precision_loss, reason = "exposed as a float anyway")]
fn counter(labels: &Labels, count: u64) -> Point {
    Point {
        labels: labels.clone(),
        value: PointValue::Counter(count as f64),
    }
}

fn gauge(labels: &Labels, value: f64) -> Point {
    Point {
        labels: labels.clone(),
        value: PointValue::Gauge(value),
    }
}
