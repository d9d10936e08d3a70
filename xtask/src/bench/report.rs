//! What was measured, as a table for people or as JSON for programs.

use std::fmt;

use serde_json::{Map, Value, json};

use super::cases::{Bounds, Case, Side};
use super::faults::Borne;
use super::gauges::Gauge;
use super::measure::Cost;

/// How far a baseline may lie from what was measured before.
const DRIFT: f64 = 0.05;

/// A counted case.
pub(super) struct Row {
    pub(super) case: &'static Case,
    pub(super) cost: Cost,
    /// Instructions divided by those of the case beside it; 1 for a baseline.
    pub(super) ratio: f64,
}

impl Row {
    /// Whether every bound holds.
    pub(super) fn holds(&self) -> bool {
        let Bounds {
            ratio,
            allocations,
            instructions,
        } = self.case.bounds;
        within(self.ratio, ratio)
            && within(self.cost.allocations, allocations)
            && within(self.cost.instructions, instructions)
    }

    /// What to say of a baseline that has moved.
    pub(super) fn drift(&self) -> Option<String> {
        let (instructions, allocations) = self.case.known?;
        let moved = |now: f64, then: f64| (now / then - 1.0).abs() > DRIFT;
        if !moved(self.cost.instructions, instructions)
            && !moved(self.cost.allocations, allocations)
        {
            return None;
        }
        Some(format!(
            "{}: {:.0} instructions and {:.1} allocations, {:+.1} % and {:+.1} % from what the bounds were \
             drawn from ({instructions:.0}, {allocations:.0}); read the ratios with that in mind",
            self.case.name,
            self.cost.instructions,
            self.cost.allocations,
            (self.cost.instructions / instructions - 1.0) * 100.0,
            (self.cost.allocations / allocations - 1.0) * 100.0,
        ))
    }
}

fn within(value: f64, bound: Option<f64>) -> bool {
    bound.is_none_or(|bound| value <= bound)
}

/// The heading of the table.
pub(super) fn heading() -> String {
    format!(
        "{:24} {:>12} {:>7} {:>7} {:>7} {:>7}  {}",
        "name", "instructions", "allocs", "ratio", "≤", "allocs≤", "beside"
    )
}

impl fmt::Display for Row {
    /// A line of the table, and below it the keys that differ from what is shipped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = |bound: Option<f64>, digits| {
            bound.map_or("–".to_owned(), |bound| format!("{bound:.digits$}"))
        };
        write!(
            f,
            "{:24} {:>12.0} {:>7.1} {:>7.2} {:>7} {:>7}  {}{}",
            self.case.name,
            self.cost.instructions,
            self.cost.allocations,
            self.ratio,
            bound(self.case.bounds.ratio, 2),
            bound(self.case.bounds.allocations, 0),
            self.case.beside.unwrap_or("itself"),
            verdict(self.holds()),
        )?;
        if let Some(most) = self.case.bounds.instructions {
            write!(f, "\n{:24} at most {most:.0} instructions", "")?;
        }
        if let Side::Service { keys, .. } | Side::Caller { keys, .. } = self.case.side {
            let keys: Vec<String> = keys
                .iter()
                .map(|(key, value)| format!(", {key} = {value}"))
                .collect();
            write!(
                f,
                "\n{:24} with traces.url = a collector{}",
                "",
                keys.concat()
            )?;
        }
        Ok(())
    }
}

/// A gauge that was read.
pub(super) struct Reading {
    pub(super) gauge: &'static Gauge,
    pub(super) value: f64,
}

impl Reading {
    pub(super) fn holds(&self) -> bool {
        self.value <= self.gauge.bound
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Gauge { name, bound, .. } = self.gauge;
        write!(
            f,
            "{name:24} {:>12.2}  ≤ {bound}{}",
            self.value,
            verdict(self.holds())
        )
    }
}

fn verdict(holds: bool) -> &'static str {
    if holds { "" } else { "  BROKEN" }
}

/// `{"name": {"instructions": …, "allocations": …, "ratio": …, "beside": "axum"}}`, a gauge as
/// `{"name": {"value": …, "bound": …}}`, a fault's figure as `{"name": {"ratio": …, "bound": …,
/// "without": …}}`, where `without` is its ratio without the policy.
pub(super) fn json(rows: &[Row], readings: &[Reading], borne: &[Borne]) -> Value {
    let rounded =
        |value: f64, digits: i32| (value * 10_f64.powi(digits)).round() / 10_f64.powi(digits);
    let mut object = Map::new();
    for row in rows {
        let entry = json!({
            "instructions": row.cost.instructions.round() as u64,
            "allocations": rounded(row.cost.allocations, 2),
            "ratio": rounded(row.ratio, 3),
            "beside": row.case.beside.unwrap_or(row.case.name),
        });
        object.insert(row.case.name.to_owned(), entry);
    }
    for reading in readings {
        let entry = json!({ "value": rounded(reading.value, 2), "bound": reading.gauge.bound });
        object.insert(reading.gauge.name.to_owned(), entry);
    }
    for borne in borne {
        let entry = json!({
            "ratio": rounded(borne.value, 3),
            "bound": borne.figure.bound.value(),
            "without": rounded(borne.without, 3),
            "measures_nothing": borne.measures_nothing(),
        });
        object.insert(borne.figure.name.to_owned(), entry);
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDED: Case = Case {
        name: "http.contract",
        program: "contract",
        side: Side::Bare { headers: &[] },
        beside: Some("axum"),
        bounds: Bounds {
            ratio: Some(0.8),
            allocations: Some(5.0),
            instructions: None,
        },
        known: None,
    };
    const BASELINE: Case = Case {
        known: Some((16_477.0, 20.0)),
        beside: None,
        ..BOUNDED
    };

    fn row(case: &'static Case, instructions: f64, allocations: f64, ratio: f64) -> Row {
        Row {
            case,
            cost: Cost {
                instructions,
                allocations,
            },
            ratio,
        }
    }

    #[test]
    fn either_bound_can_break() {
        assert!(row(&BOUNDED, 13_000.0, 5.0, 0.8).holds());
        assert!(!row(&BOUNDED, 13_500.0, 5.0, 0.81).holds());
        assert!(!row(&BOUNDED, 13_000.0, 5.1, 0.8).holds());
    }

    #[test]
    fn a_baseline_that_moved_by_more_than_a_twentieth_is_told() {
        assert_eq!(row(&BASELINE, 16_287.0, 20.0, 1.0).drift(), None);
        assert!(
            row(&BASELINE, 17_500.0, 20.0, 1.0)
                .drift()
                .unwrap()
                .contains("+6.2 %")
        );
        assert!(row(&BASELINE, 16_477.0, 22.0, 1.0).drift().is_some());
    }
}
