//! Metrics of users: handles whose labels are fixed when they are made.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::cells::{self, Total, Values};
use super::family::{Family, Series};
use super::snapshot::{HistogramValue, Labels, Point, PointValue};

/// A number that only grows. A cheap clone; all clones count together.
#[derive(Debug, Clone)]
pub struct Counter {
    labels: Arc<Labels>,
    total: Arc<Total>,
}

impl Counter {
    pub(crate) fn new(labels: Labels) -> Self {
        Self {
            labels: Arc::new(labels),
            total: Arc::default(),
        }
    }

    /// Adds one.
    #[inline]
    pub fn inc(&self) {
        self.add(1);
    }

    /// Adds `count`.
    #[inline]
    pub fn add(&self, count: u64) {
        self.total.add(count);
    }

    /// How much it has grown.
    pub fn get(&self) -> u64 {
        self.total.get()
    }
}

impl Series for Counter {
    #[expect(clippy::cast_precision_loss, reason = "exposed as a float anyway")]
    fn points(&self, out: &mut Vec<Point>) {
        out.push(Point {
            labels: self.labels.to_vec(),
            value: PointValue::Counter(self.get() as f64),
        });
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }
}

/// A number that goes up and down. A cheap clone; all clones are one number.
#[derive(Debug, Clone)]
pub struct Gauge {
    labels: Arc<Labels>,
    /// The bits of an `f64`.
    bits: Arc<AtomicU64>,
}

impl Gauge {
    pub(crate) fn new(labels: Labels) -> Self {
        Self {
            labels: Arc::new(labels),
            bits: Arc::default(),
        }
    }

    /// Makes it `value`.
    #[inline]
    pub fn set(&self, value: f64) {
        self.bits.store(value.to_bits(), Relaxed);
    }

    /// Adds `change`, which may be negative.
    #[inline]
    pub fn add(&self, change: f64) {
        cells::add(&self.bits, change);
    }

    /// What it is.
    pub fn get(&self) -> f64 {
        f64::from_bits(self.bits.load(Relaxed))
    }
}

impl Series for Gauge {
    fn points(&self, out: &mut Vec<Point>) {
        out.push(Point {
            labels: self.labels.to_vec(),
            value: PointValue::Gauge(self.get()),
        });
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }
}

/// How often which values came. A cheap clone; all clones count together.
#[derive(Debug, Clone)]
pub struct Histogram {
    labels: Arc<Labels>,
    values: Arc<Values>,
}

impl Histogram {
    pub(crate) fn new(labels: Labels, bounds: &[f64]) -> Self {
        Self {
            labels: Arc::new(labels),
            values: Arc::new(Values::new(bounds)),
        }
    }

    /// Counts `value`.
    #[inline]
    pub fn record(&self, value: f64) {
        self.values.record(value);
    }

    /// Counts a duration, in seconds.
    #[inline]
    pub fn record_duration(&self, elapsed: Duration) {
        self.record(elapsed.as_secs_f64());
    }
}

impl Series for Histogram {
    fn points(&self, out: &mut Vec<Point>) {
        let (counts, sum) = self.values.read();
        out.push(Point {
            labels: self.labels.to_vec(),
            value: PointValue::Histogram(HistogramValue {
                bounds: Cow::Owned(self.values.bounds().to_vec()),
                counts,
                sum,
                exemplars: Vec::new(),
            }),
        });
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }
}

/// Counters by labels whose values come with the calls. Bounded: what comes too late is counted
/// under `_OTHER`. A cheap clone.
#[derive(Debug, Clone)]
pub struct Bounded(Arc<BoundedParts>);

#[derive(Debug)]
struct BoundedParts {
    family: Arc<Family<Counter>>,
    own: Labels,
    keys: Vec<&'static str>,
    most: usize,
    known: RwLock<HashMap<Vec<String>, Counter>>,
}

impl Bounded {
    pub(crate) fn new(
        family: Arc<Family<Counter>>,
        own: Labels,
        keys: &[&'static str],
        most: usize,
    ) -> Self {
        Self(Arc::new(BoundedParts {
            family,
            own,
            keys: keys.to_vec(),
            most,
            known: RwLock::default(),
        }))
    }

    /// The counter with these values, in the order of the keys; missing ones are empty.
    pub fn with(&self, values: &[&str]) -> Counter {
        let values = values.iter().chain(std::iter::repeat(&""));
        let values = values.take(self.0.keys.len());
        let values: Vec<String> = values.map(|value| (*value).to_owned()).collect();
        let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = known.get(&values) {
            return counter.clone();
        }
        drop(known);
        self.resolve(values)
    }

    fn resolve(&self, values: Vec<String>) -> Counter {
        let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = known.get(&values) {
            return counter.clone();
        }
        if known.len() >= self.0.most {
            return self.series(&vec!["_OTHER".to_owned(); values.len()]);
        }
        let counter = self.series(&values);
        known.insert(values, counter.clone());
        counter
    }

    fn series(&self, values: &[String]) -> Counter {
        let keys = self.0.keys.iter().map(|key| Cow::Borrowed(*key));
        let values = values.iter().cloned().map(Cow::Owned);
        let labels = self.0.own.iter().cloned().chain(keys.zip(values));
        self.0.family.get(labels.collect(), Counter::new)
    }
}
