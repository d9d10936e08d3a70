//! Metrics that users register.

use std::sync::{Arc, PoisonError};

use super::Metrics;
use crate::telemetry::metrics::family::{Descriptor, Family};
use crate::telemetry::metrics::name::{self, MetricName};
use crate::telemetry::metrics::snapshot::{FamilySnapshot, Kind, Labels};
use crate::telemetry::metrics::user::{Bounded, Counter, Gauge, Histogram};
use crate::{Error, Result};

/// A family of the user's.
#[derive(Clone)]
pub(super) enum Users {
    Counter(Arc<Family<Counter>>),
    Gauge(Arc<Family<Gauge>>),
    Histogram(Arc<Family<Histogram>>),
}

impl Users {
    pub(super) fn descriptor(&self) -> &Descriptor {
        match self {
            Self::Counter(family) => family.descriptor(),
            Self::Gauge(family) => family.descriptor(),
            Self::Histogram(family) => family.descriptor(),
        }
    }

    pub(super) fn snapshot(&self) -> FamilySnapshot {
        match self {
            Self::Counter(family) => family.snapshot(),
            Self::Gauge(family) => family.snapshot(),
            Self::Histogram(family) => family.snapshot(),
        }
    }
}

impl Metrics {
    /// A counter of the user's. The same name and labels give the same counter.
    ///
    /// # Errors
    ///
    /// When the name or a label is malformed, or the name is taken by another kind of metric.
    pub fn counter(
        &self,
        name: impl Into<MetricName>,
        help: &str,
        labels: &[(&str, &str)],
    ) -> Result<Counter> {
        let family = self.counters(name.into(), help)?;
        Ok(family.get(self.checked(labels)?, Counter::new))
    }

    /// A gauge of the user's. The same name and labels give the same gauge.
    ///
    /// # Errors
    ///
    /// When the name or a label is malformed, or the name is taken by another kind of metric.
    pub fn gauge(
        &self,
        name: impl Into<MetricName>,
        help: &str,
        labels: &[(&str, &str)],
    ) -> Result<Gauge> {
        let wanted = name.into().describe(help, Kind::Gauge)?;
        let family = self.family(&wanted, |it| Users::Gauge(Arc::new(Family::new(it))))?;
        let Users::Gauge(family) = family else {
            return Err(taken(family.descriptor()));
        };
        Ok(family.get(self.checked(labels)?, Gauge::new))
    }

    /// A histogram of the user's, with the upper bounds of its buckets (ascending). The same name
    /// and labels give the same histogram.
    ///
    /// # Errors
    ///
    /// When the name, a label or the bounds are malformed, or the name is taken by another kind of
    /// metric.
    pub fn histogram(
        &self,
        name: impl Into<MetricName>,
        help: &str,
        bounds: &[f64],
        labels: &[(&str, &str)],
    ) -> Result<Histogram> {
        let wanted = name.into().describe(help, Kind::Histogram)?;
        name::check_bounds(&wanted.name, bounds)?;
        let family = self.family(&wanted, |it| Users::Histogram(Arc::new(Family::new(it))))?;
        let Users::Histogram(family) = family else {
            return Err(taken(family.descriptor()));
        };
        let labels = self.checked(labels)?;
        Ok(family.get(labels, |labels| Histogram::new(labels, bounds)))
    }

    /// Counters by labels whose values come with the calls: at most `most` sets of values are kept
    /// apart, all others are counted together under `_OTHER`.
    ///
    /// # Errors
    ///
    /// As [`counter`](Self::counter).
    pub fn counter_family(
        &self,
        name: impl Into<MetricName>,
        help: &str,
        keys: &[&'static str],
        most: usize,
    ) -> Result<Bounded> {
        for key in keys {
            name::check_label(key)?;
        }
        let family = self.counters(name.into(), help)?;
        Ok(Bounded::new(family, self.own.clone(), keys, most))
    }

    fn counters(&self, name: MetricName, help: &str) -> Result<Arc<Family<Counter>>> {
        let wanted = name.describe(help, Kind::Counter)?;
        match self.family(&wanted, |it| Users::Counter(Arc::new(Family::new(it))))? {
            Users::Counter(family) => Ok(family),
            other => Err(taken(other.descriptor())),
        }
    }

    /// The user's family of this name, made if there is none.
    pub(super) fn family(
        &self,
        wanted: &Descriptor,
        make: impl FnOnce(Descriptor) -> Users,
    ) -> Result<Users> {
        let key = name::exposed(wanted);
        let users = &self.shared.users;
        let mut all = users.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(key).or_insert_with(|| make(wanted.clone()));
        if known.descriptor() == wanted {
            Ok(known.clone())
        } else {
            Err(taken(known.descriptor()))
        }
    }

    fn checked(&self, labels: &[(&str, &str)]) -> Result<Labels> {
        let mut all = self.own.clone();
        for (key, value) in labels {
            name::check_label(key)?;
            all.push(((*key).to_owned().into(), (*value).to_owned().into()));
        }
        Ok(all)
    }
}

pub(super) fn taken(known: &Descriptor) -> Error {
    Error::bug(format!(
        "metric {} is registered twice with different meanings: it is a {:?} in {:?} that says {:?}; \
         give the other one a name of its own",
        known.name, known.kind, known.unit, known.help
    ))
}
