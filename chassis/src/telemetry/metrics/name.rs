//! Names: what is allowed, and what Prometheus makes of them.

use std::borrow::Cow;

use super::family::Descriptor;
use super::snapshot::Kind;
use crate::{Error, Result};

/// The name of a metric, and its unit where it has one: `"orders.placed"`, `("basket.value", "s")`.
///
/// Dotted, as OpenTelemetry writes it, without the unit and without `total`: both are added where a
/// format wants them.
#[derive(Debug, Clone)]
pub struct MetricName {
    name: Cow<'static, str>,
    unit: &'static str,
}

impl From<&'static str> for MetricName {
    fn from(name: &'static str) -> Self {
        Self::from((name, ""))
    }
}

impl From<(&'static str, &'static str)> for MetricName {
    /// The name, and the unit by UCUM: `s`, `By`, `1`.
    fn from((name, unit): (&'static str, &'static str)) -> Self {
        Self {
            name: Cow::Borrowed(name),
            unit,
        }
    }
}

/// The framework's own; users keep clear of them.
const RESERVED: [&str; 5] = ["chassis.", "http.", "process.", "tokio.", "target"];

impl MetricName {
    /// The metric, its name checked.
    pub(super) fn describe(self, help: &str, kind: Kind) -> Result<Descriptor> {
        let name = &*self.name;
        check(name).map_err(|why| malformed(name, &why))?;
        if let Some(own) = RESERVED.iter().find(|own| name.starts_with(**own)) {
            return Err(malformed(name, &format!("`{own}` is the chassis' own")));
        }
        if name.ends_with(".total") || name.ends_with("_total") {
            return Err(malformed(name, "leave `total` out, it is added"));
        }
        if help.trim().is_empty() {
            return Err(malformed(name, "it needs a sentence of help"));
        }
        Ok(Descriptor {
            help: Cow::Owned(help.trim().trim_end_matches('.').to_owned()),
            name: self.name,
            unit: self.unit,
            kind,
        })
    }
}

/// A label's key, checked.
pub(super) fn check_label(key: &str) -> Result<()> {
    if key == "le" || key == "quantile" {
        return Err(malformed(key, "Prometheus keeps this label for itself"));
    }
    check(key).map_err(|why| malformed(key, &why))
}

/// Bounds of a histogram, checked.
pub(super) fn check_bounds(name: &str, bounds: &[f64]) -> Result<()> {
    let ascending = bounds.is_sorted_by(|a, b| a < b);
    if ascending && bounds.iter().all(|bound| bound.is_finite()) {
        return Ok(());
    }
    Err(malformed(name, "its bounds must be finite and ascend"))
}

fn check(name: &str) -> Result<(), String> {
    if name.len() > 200 {
        return Err("it is longer than 200 characters".to_owned());
    }
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err("it must begin with a small letter".to_owned());
    }
    let odd = |c: &char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_'));
    match name.chars().find(odd) {
        Some(odd) => Err(format!(
            "{odd:?} is none of small letters, digits, `.` and `_`"
        )),
        None => Ok(()),
    }
}

fn malformed(name: &str, why: &str) -> Error {
    Error::bug(format!(
        "metric or label {name:?} cannot be registered: {why}"
    ))
}

/// What Prometheus calls the metric: no dots, the unit at the end, no suffix that means something
/// else there. Without the `_total` of counters.
pub(crate) fn exposed(descriptor: &Descriptor) -> String {
    exposed_parts(&descriptor.name, descriptor.unit, descriptor.kind)
}

pub(crate) fn exposed_parts(name: &str, unit: &str, kind: Kind) -> String {
    let mut name = sanitized(name).into_owned();
    if let Some(unit) = unit_word(unit)
        && !name.ends_with(unit)
    {
        name.push('_');
        name.push_str(unit);
    }
    if kind != Kind::Histogram {
        // promtool takes these for parts of a histogram or summary.
        for suffix in ["_count", "_sum", "_bucket"] {
            if let Some(short) = name.strip_suffix(suffix) {
                name.truncate(short.len());
            }
        }
    }
    name
}

/// A dotted name with underscores.
pub(crate) fn sanitized(name: &str) -> Cow<'_, str> {
    if name.contains('.') {
        Cow::Owned(name.replace('.', "_"))
    } else {
        Cow::Borrowed(name)
    }
}

/// The unit as Prometheus writes it into a name.
pub(crate) fn unit_word(unit: &str) -> Option<&str> {
    match unit {
        "" | "1" => None,
        "s" => Some("seconds"),
        "By" => Some("bytes"),
        other => other
            .bytes()
            .all(|b| b.is_ascii_lowercase())
            .then_some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_prometheus_expects_them() {
        let exposed = |name, unit, kind| exposed_parts(name, unit, kind);
        assert_eq!(
            exposed("http.server.request.duration", "s", Kind::Histogram),
            "http_server_request_duration_seconds"
        );
        assert_eq!(
            exposed("process.unix.file_descriptor.count", "", Kind::Gauge),
            "process_unix_file_descriptor"
        );
        assert_eq!(
            exposed("cache.size_bytes", "By", Kind::Gauge),
            "cache_size_bytes"
        );
        assert_eq!(exposed("queue.depth", "{task}", Kind::Gauge), "queue_depth");
    }

    #[test]
    fn malformed_names_are_told_why() {
        let told = |name: &'static str| {
            let name = MetricName::from(name);
            let refused = name.describe("Help", Kind::Counter).unwrap_err();
            refused.to_string()
        };
        assert!(told("Orders").contains("begin with a small letter"));
        assert!(told("orders placed").contains("' ' is none of"));
        assert!(told("orders.total").contains("leave `total` out"));
        assert!(told("http.orders").contains("`http.` is the chassis' own"));
        assert!(check_bounds("x", &[2.0, 1.0]).is_err());
        assert!(check_label("le").is_err());
    }
}
