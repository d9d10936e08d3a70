//! What `/metrics` answers: OpenMetrics 1.0, or Prometheus' text format 0.0.4.
//!
//! One writer for both, since they differ in little: OpenMetrics has exemplars, units and an end
//! mark, and names the family of a counter without `_total`.

use std::fmt::Write as _;

use super::name::{exposed_parts, sanitized, unit_word};
use super::snapshot::{Exemplar, FamilySnapshot, HistogramValue, Kind, Labels, Point, PointValue};

/// A format that a scraper can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Prometheus' text format 0.0.4.
    Text,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Format {
    /// What an `Accept` header prefers. Text, where it says nothing of either.
    pub(crate) fn accepted(accept: Option<&str>) -> Self {
        let ranges = || accept.unwrap_or_default().split(',').map(range);
        let best = |wanted: &[&str]| {
            let mine = ranges().filter(|(kind, _)| wanted.contains(kind));
            mine.map(|(_, weight)| weight).fold(0.0, f32::max)
        };
        let open = best(&["application/openmetrics-text"]);
        if open > 0.0 && open >= best(&["text/plain", "text/*"]) {
            Self::OpenMetrics
        } else {
            Self::Text
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
            }
        }
    }

    /// The whole page.
    pub(crate) fn render(self, families: &[FamilySnapshot]) -> String {
        let mut page = Page {
            format: self,
            out: String::with_capacity(16 * 1024),
        };
        families.iter().for_each(|family| page.family(family));
        if self == Self::OpenMetrics {
            page.out.push_str("# EOF\n");
        }
        page.out
    }
}

/// One media range of an `Accept` header, and its weight. A version that is not ours weighs 0.
fn range(range: &str) -> (&str, f32) {
    let mut parts = range.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let mut weight = 1.0;
    for parameter in parts {
        match parameter.split_once('=') {
            Some(("q", value)) => weight = value.parse().unwrap_or(0.0),
            Some(("version", "0.0.1" | "0.0.4" | "1.0.0")) => {}
            Some(("version", _)) => return (kind, 0.0),
            _ => {}
        }
    }
    (kind, weight)
}

struct Page {
    format: Format,
    out: String,
}

impl Page {
    fn family(&mut self, family: &FamilySnapshot) {
        let name = exposed_parts(&family.name, family.unit, family.kind);
        let open = self.format == Format::OpenMetrics;
        // In the text format a family is named as its samples are.
        let (titled, kind) = match family.kind {
            Kind::Counter if open => (name.clone(), "counter"),
            Kind::Counter => (format!("{name}_total"), "counter"),
            Kind::Gauge => (name.clone(), "gauge"),
            Kind::Histogram => (name.clone(), "histogram"),
            Kind::Info if open => (name.clone(), "info"),
            Kind::Info => (format!("{name}_info"), "gauge"),
        };
        self.out.push_str("# HELP ");
        self.out.push_str(&titled);
        self.out.push(' ');
        self.escaped(&family.help, open);
        self.line(format_args!("\n# TYPE {titled} {kind}"));
        let unit = unit_word(family.unit).filter(|unit| open && name.ends_with(unit));
        if let Some(unit) = unit {
            self.line(format_args!("# UNIT {titled} {unit}"));
        }
        for point in &family.points {
            self.point(&name, point);
        }
    }

    fn point(&mut self, name: &str, point: &Point) {
        match &point.value {
            PointValue::Counter(value) => self.sample(name, "_total", &point.labels, *value),
            PointValue::Gauge(value) => self.sample(name, "", &point.labels, *value),
            PointValue::Info => self.sample(name, "_info", &point.labels, 1.0),
            PointValue::Histogram(value) => self.histogram(name, &point.labels, value),
        }
    }

    fn histogram(&mut self, name: &str, labels: &Labels, value: &HistogramValue) {
        let mut count = 0;
        let infinity = std::iter::once(&f64::INFINITY);
        let bounds = value.bounds.iter().chain(infinity);
        for (index, (bound, own)) in bounds.zip(&value.counts).enumerate() {
            count += own;
            self.out.push_str(name);
            self.out.push_str("_bucket");
            self.labels(labels, Some(*bound));
            let _ = write!(self.out, " {count}");
            let mut exemplars = value.exemplars.iter();
            if let Some((_, exemplar)) = exemplars.find(|(bucket, _)| *bucket == index) {
                self.exemplar(exemplar);
            }
            self.out.push('\n');
        }
        self.sample(name, "_sum", labels, value.sum);
        self.out.push_str(name);
        self.out.push_str("_count");
        self.labels(labels, None);
        self.line(format_args!(" {count}"));
    }

    fn exemplar(&mut self, exemplar: &Exemplar) {
        if self.format == Format::Text {
            return;
        }
        let trace = u128::from_be_bytes(exemplar.trace_id.0);
        let span = u64::from_be_bytes(exemplar.span_id.0);
        let value = exemplar.value;
        let labels = format_args!("trace_id=\"{trace:032x}\",span_id=\"{span:016x}\"");
        let _ = write!(self.out, " # {{{labels}}} {value}");
    }

    fn sample(&mut self, name: &str, suffix: &str, labels: &Labels, value: f64) {
        self.out.push_str(name);
        self.out.push_str(suffix);
        self.labels(labels, None);
        self.out.push(' ');
        self.number(value);
        self.out.push('\n');
    }

    fn labels(&mut self, labels: &Labels, bound: Option<f64>) {
        if labels.is_empty() && bound.is_none() {
            return;
        }
        let mut between = '{';
        for (key, value) in labels {
            self.out.push(between);
            self.out.push_str(&sanitized(key));
            self.out.push_str("=\"");
            self.escaped(value, true);
            self.out.push('"');
            between = ',';
        }
        if let Some(bound) = bound {
            self.out.push(between);
            self.out.push_str("le=\"");
            self.number(bound);
            self.out.push('"');
        }
        self.out.push('}');
    }

    fn number(&mut self, value: f64) {
        let _ = match value {
            f64::INFINITY => self.out.write_str("+Inf"),
            f64::NEG_INFINITY => self.out.write_str("-Inf"),
            // With a point also where it is whole: so OpenMetrics wants its bounds.
            value => write!(self.out, "{value:?}"),
        };
    }

    fn escaped(&mut self, text: &str, quotes: bool) {
        for c in text.chars() {
            match c {
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '"' if quotes => self.out.push_str("\\\""),
                c => self.out.push(c),
            }
        }
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.out.write_fmt(text);
        self.out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scraper_gets_what_it_prefers() {
        let prometheus = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
            application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,\
            text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        let cases = [
            (None, Format::Text),
            (Some("*/*"), Format::Text),
            (Some(prometheus), Format::OpenMetrics),
            (Some("application/openmetrics-text"), Format::OpenMetrics),
            (
                Some("application/openmetrics-text; version=2.0.0"),
                Format::Text,
            ),
            (
                Some("text/plain, application/openmetrics-text;q=0.5"),
                Format::Text,
            ),
            (Some("garbage;;;q=x,,"), Format::Text),
        ];
        for (accept, format) in cases {
            assert_eq!(Format::accepted(accept), format, "{accept:?}");
        }
    }
}
