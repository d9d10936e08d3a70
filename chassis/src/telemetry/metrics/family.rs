//! [`Family`]: one metric, all its series.

use std::borrow::Cow;
use std::sync::{PoisonError, RwLock};

use super::snapshot::{FamilySnapshot, Kind, Labels, Point};

/// What a metric is called and means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// Dotted, without unit.
    pub(crate) name: Cow<'static, str>,
    pub(crate) help: Cow<'static, str>,
    /// By UCUM; empty for a plain number.
    pub(crate) unit: &'static str,
    pub(crate) kind: Kind,
}

impl Descriptor {
    pub(crate) const fn new(
        name: &'static str,
        help: &'static str,
        unit: &'static str,
        kind: Kind,
    ) -> Self {
        Self {
            name: Cow::Borrowed(name),
            help: Cow::Borrowed(help),
            unit,
            kind,
        }
    }

    /// The family with `points` and nothing else.
    pub(crate) fn with(self, points: Vec<Point>) -> FamilySnapshot {
        FamilySnapshot {
            name: self.name,
            help: self.help,
            unit: self.unit,
            kind: self.kind,
            points,
        }
    }
}

/// One handle of a family: one series, or some that share their labels.
pub(crate) trait Series: Clone + Send + Sync {
    /// Adds what it says now.
    fn points(&self, out: &mut Vec<Point>);
    /// The labels that it was resolved by.
    fn labels(&self) -> &Labels;
}

/// One metric. A series is made when it is first asked for, and stays.
#[derive(Debug)]
pub(crate) struct Family<S> {
    descriptor: Descriptor,
    series: RwLock<Vec<S>>,
}

impl<S: Series> Family<S> {
    pub(crate) fn new(descriptor: Descriptor) -> Self {
        Self {
            descriptor,
            series: RwLock::default(),
        }
    }

    pub(crate) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// The series with these labels.
    pub(crate) fn get(&self, labels: Labels, make: impl FnOnce(Labels) -> S) -> S {
        let mut all = self.series.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.iter().find(|series| *series.labels() == labels) {
            return known.clone();
        }
        let series = make(labels);
        all.push(series.clone());
        series
    }

    pub(crate) fn snapshot(&self) -> FamilySnapshot {
        let mut points = Vec::new();
        let all = self.series.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().for_each(|series| series.points(&mut points));
        self.descriptor.clone().with(points)
    }
}
