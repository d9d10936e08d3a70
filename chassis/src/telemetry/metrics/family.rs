//! [`Family`]: one metric, all its series.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
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
    all: RwLock<All<S>>,
}

/// All series, in the order in which they were made.
#[derive(Debug)]
struct All<S> {
    series: Vec<S>,
    /// Which of them have labels of this hash: thousands of routes are not compared one by one.
    places: HashMap<u64, Vec<usize>>,
    hasher: RandomState,
}

impl<S> Default for All<S> {
    fn default() -> Self {
        Self {
            series: Vec::new(),
            places: HashMap::new(),
            hasher: RandomState::new(),
        }
    }
}

impl<S: Series> Family<S> {
    pub(crate) fn new(descriptor: Descriptor) -> Self {
        Self {
            descriptor,
            all: RwLock::default(),
        }
    }

    pub(crate) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// The series with these labels.
    pub(crate) fn get(&self, labels: Labels, make: impl FnOnce(Labels) -> S) -> S {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let All {
            series,
            places,
            hasher,
        } = &mut *all;
        let alike = places.entry(hasher.hash_one(&labels)).or_default();
        let mut known = alike.iter().map(|place| &series[*place]);
        if let Some(known) = known.find(|series| *series.labels() == labels) {
            return known.clone();
        }
        let made = make(labels);
        alike.push(series.len());
        series.push(made.clone());
        made
    }

    pub(crate) fn snapshot(&self) -> FamilySnapshot {
        let mut points = Vec::new();
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.series
            .iter()
            .for_each(|series| series.points(&mut points));
        self.descriptor.clone().with(points)
    }
}
