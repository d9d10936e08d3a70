//! What a scrape, an exporter or a test sees: every family with its points at one moment.

use std::borrow::Cow;

use crate::context::{SpanId, TraceId};

/// The labels of a series: dotted keys, as the semantic conventions write them.
pub(crate) type Labels = Vec<(Cow<'static, str>, Cow<'static, str>)>;

/// One metric with all its series.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilySnapshot {
    /// Dotted, as the semantic conventions write it, without unit: `http.server.request.duration`.
    pub name: Cow<'static, str>,
    /// One sentence.
    pub help: Cow<'static, str>,
    /// The unit by UCUM: `s`, `By`; empty for a plain number.
    pub unit: &'static str,
    /// What kind of number it is.
    pub kind: Kind,
    /// Its series.
    pub points: Vec<Point>,
}

/// What kind of number a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How often which values came.
    Histogram,
    /// No number: only its labels count.
    Info,
}

/// One series at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Keys (dotted) and values.
    pub labels: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    /// The number.
    pub value: PointValue,
}

impl Point {
    /// The value of label `key`.
    pub fn label(&self, key: &str) -> Option<&str> {
        let mut all = self.labels.iter();
        all.find(|(known, _)| known == key)
            .map(|(_, value)| &**value)
    }
}

/// The number of a series.
#[derive(Debug, Clone, PartialEq)]
pub enum PointValue {
    /// Of a counter.
    Counter(f64),
    /// Of a gauge.
    Gauge(f64),
    /// Of a histogram.
    Histogram(HistogramValue),
    /// Of an info.
    Info,
}

/// How often which values came.
#[derive(Debug, Clone, PartialEq)]
pub struct HistogramValue {
    /// Upper bounds, ascending, without infinity.
    pub bounds: Cow<'static, [f64]>,
    /// How many values lie in each bucket (not summed up); one more than bounds.
    pub counts: Vec<u64>,
    /// The sum of all values.
    pub sum: f64,
    /// The last sampled value of a bucket, by the bucket's index.
    pub exemplars: Vec<(usize, Exemplar)>,
}

impl HistogramValue {
    /// How many values came.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// A value whose trace was sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exemplar {
    /// The value.
    pub value: f64,
    /// Its trace.
    pub trace_id: TraceId,
    /// Its span.
    pub span_id: SpanId,
}
