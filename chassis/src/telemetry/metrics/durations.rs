//! [`Durations`]: the histogram of one route or port method, split by outcome.
//!
//! Which outcomes come (exact statuses, types of errors) is known only as they come. Each has its
//! series in a list that only grows: looking one up takes no lock, and the usual outcome is the
//! first.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::cells::Times;
use super::family::Series;
use super::reading::Reading;
use super::snapshot::{Exemplar, HistogramValue, Labels, Point, PointValue};
use crate::context::TraceContext;
use crate::telemetry::semconv::{DURATION_BOUNDS, ERROR_TYPE, HTTP_RESPONSE_STATUS_CODE};

/// How many outcomes a series keeps apart; all further ones are counted as `error.type="_OTHER"`.
const MOST: usize = 48;

/// What the call came to. Status 0: there was none.
type Outcome = (u16, Option<&'static str>);

/// The outcome of all that came after [`MOST`].
const OTHER: Outcome = (0, Some("_OTHER"));

/// A cheap clone.
#[derive(Debug, Clone)]
pub(crate) struct Durations(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    labels: Labels,
    /// The lowest status that counts as an error; its `error.type` is then the status.
    failing: u16,
    first: Link,
}

type Link = OnceLock<Box<Node>>;

#[derive(Debug)]
struct Node {
    outcome: Outcome,
    times: Times,
    /// By bucket; only sampled calls come here.
    exemplars: Mutex<Vec<(usize, Exemplar)>>,
    next: Link,
}

impl Node {
    fn new(outcome: Outcome) -> Box<Self> {
        Box::new(Self {
            outcome,
            times: Times::default(),
            exemplars: Mutex::default(),
            next: Link::new(),
        })
    }
}

impl Durations {
    /// A series with these labels. `failing`: the lowest status that is an error by itself.
    pub(crate) fn new(labels: Labels, failing: u16) -> Self {
        Self(Arc::new(Shared {
            labels,
            failing,
            first: Link::new(),
        }))
    }

    #[inline]
    pub(crate) fn record(&self, outcome: Outcome, elapsed: Duration) {
        self.node(outcome).times.record(elapsed);
    }

    /// Keeps the call as an example as well, if its trace is sampled.
    #[inline]
    pub(crate) fn record_traced(&self, outcome: Outcome, elapsed: Duration, trace: &TraceContext) {
        let node = self.node(outcome);
        let bucket = node.times.record(elapsed);
        if trace.is_sampled() {
            node.keep(bucket, elapsed, trace);
        }
    }

    #[inline]
    fn node(&self, outcome: Outcome) -> &Node {
        match self.0.first.get() {
            Some(node) if node.outcome == outcome => node,
            _ => self.search(outcome),
        }
    }

    fn search(&self, outcome: Outcome) -> &Node {
        let mut link = &self.0.first;
        for _ in 0..MOST {
            // Two threads may append at once: whoever loses looks on behind the winner's.
            let node = link.get_or_init(|| Node::new(outcome));
            if node.outcome == outcome {
                return node;
            }
            link = &node.next;
        }
        link.get_or_init(|| Node::new(OTHER))
    }

    fn nodes(&self) -> impl Iterator<Item = &Node> {
        let first = self.0.first.get();
        std::iter::successors(first, |node| node.next.get()).map(|node| &**node)
    }

    /// Adds all that was recorded so far to `reading`.
    pub(crate) fn read(&self, reading: &mut Reading) {
        for node in self.nodes() {
            let calls = node.times.add_to(&mut reading.counts);
            reading.calls += calls;
            if self.is_error(node.outcome) {
                reading.errors += calls;
            }
        }
    }

    fn is_error(&self, (status, error_type): Outcome) -> bool {
        error_type.is_some() || (status != 0 && status >= self.0.failing)
    }

    fn labels(&self, (status, error_type): Outcome) -> Labels {
        let mut labels = self.0.labels.clone();
        if status != 0 {
            labels.push((HTTP_RESPONSE_STATUS_CODE.into(), status.to_string().into()));
        }
        let error_type = error_type.map(Cow::Borrowed).or_else(|| {
            (status != 0 && status >= self.0.failing).then(|| Cow::Owned(status.to_string()))
        });
        labels.extend(error_type.map(|error_type| (ERROR_TYPE.into(), error_type)));
        labels
    }
}

impl Node {
    /// The last example of a bucket stays. Another thread that writes one just now goes first.
    fn keep(&self, bucket: usize, elapsed: Duration, trace: &TraceContext) {
        let Ok(mut all) = self.exemplars.try_lock() else {
            return;
        };
        let exemplar = Exemplar {
            value: elapsed.as_secs_f64(),
            trace_id: trace.trace_id,
            span_id: trace.span_id,
        };
        match all.iter_mut().find(|(known, _)| *known == bucket) {
            Some((_, old)) => *old = exemplar,
            None => all.push((bucket, exemplar)),
        }
    }

    fn value(&self) -> HistogramValue {
        let (counts, sum) = self.times.read();
        let exemplars = self
            .exemplars
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        HistogramValue {
            bounds: Cow::Borrowed(&DURATION_BOUNDS),
            counts,
            sum,
            exemplars: exemplars.clone(),
        }
    }
}

impl Series for Durations {
    fn points(&self, out: &mut Vec<Point>) {
        out.extend(self.nodes().map(|node| Point {
            labels: self.labels(node.outcome),
            value: PointValue::Histogram(node.value()),
        }));
    }

    fn labels(&self) -> &Labels {
        &self.0.labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(durations: &Durations) -> Vec<(String, u64)> {
        let mut points = Vec::new();
        durations.points(&mut points);
        let text = |point: &Point| {
            let labels = point.labels.iter();
            let labels: Vec<_> = labels
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            labels.join(",")
        };
        let count = |point: &Point| match &point.value {
            PointValue::Histogram(value) => value.count(),
            other => panic!("{other:?}"),
        };
        points.iter().map(|p| (text(p), count(p))).collect()
    }

    #[test]
    fn exact_statuses_are_kept_apart() {
        let durations = Durations::new(vec![], 500);
        for status in [200, 404, 200, 503] {
            durations.record((status, None), Duration::ZERO);
        }
        durations.record((503, Some("deadline")), Duration::ZERO);
        assert_eq!(
            outcomes(&durations),
            [
                ("http.response.status_code=200".to_owned(), 2),
                ("http.response.status_code=404".to_owned(), 1),
                ("http.response.status_code=503,error.type=503".to_owned(), 1),
                (
                    "http.response.status_code=503,error.type=deadline".to_owned(),
                    1
                ),
            ]
        );
    }

    #[test]
    fn too_many_outcomes_share_the_last() {
        let durations = Durations::new(vec![], 500);
        for status in 100..200 {
            durations.record((status, None), Duration::ZERO);
        }
        let all = outcomes(&durations);
        assert_eq!(all.len(), MOST + 1);
        assert_eq!(all[MOST], ("error.type=_OTHER".to_owned(), 52));
    }

    #[test]
    fn threads_that_append_at_once_lose_nothing() {
        let durations = Durations::new(vec![], 500);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for status in 200..230 {
                        durations.record((status, None), Duration::ZERO);
                    }
                });
            }
        });
        let all = outcomes(&durations);
        assert_eq!(all.len(), 30);
        assert!(all.iter().all(|(_, count)| *count == 4), "{all:?}");
    }
}
