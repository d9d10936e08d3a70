//! The variables of other conventions that are read, below `CHASSIS_*`.
//!
//! | variable | key |
//! |---|---|
//! | `OTEL_SERVICE_NAME` | `service.name` |
//! | `OTEL_RESOURCE_ATTRIBUTES` | `service.attributes.…` |
//! | `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT` | `traces.url` |
//! | `OTEL_EXPORTER_OTLP_PROTOCOL` | `otlp://` (`grpc`) or `otlp+http://` in `traces.url` |
//! | `OTEL_EXPORTER_OTLP_TRACES_HEADERS`, `OTEL_EXPORTER_OTLP_HEADERS` | `traces.headers` |
//! | `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG` | `traces.ratio` |
//! | `OTEL_SDK_DISABLED=true`, `OTEL_TRACES_EXPORTER=none` | `traces.url = "none:"` |
//! | `RUST_LOG` | `logs.level` |
//!
//! Platforms set these for programs of every kind, so a value that isn't understood is noted and
//! passed over, as their specification says, and doesn't keep a service from starting.

use figment::value::Value;

use super::layer::Layer;
use super::origin::Place;
use super::secret::MASK;
use super::{Finding, Findings, Origin};

/// Looks up a variable and where it stands.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<(String, Origin)>;

/// The values of these variables, as a layer.
pub(super) fn layer(name: &str, lookup: Lookup<'_>, notes: &mut Findings) -> Layer {
    let layer = Layer::untyped(name).without_references();
    let mut reader = Reader {
        lookup,
        layer,
        notes,
    };
    reader.plain("OTEL_SERVICE_NAME", "service.name");
    reader.plain("RUST_LOG", "logs.level");
    reader.attributes();
    reader.endpoint();
    reader.headers();
    reader.sampler();
    reader.off();
    reader.layer
}

struct Reader<'a> {
    lookup: Lookup<'a>,
    layer: Layer,
    notes: &'a mut Findings,
}

impl Reader<'_> {
    fn set(&mut self, key: &[&str], value: String, origin: Origin) {
        let path: Vec<String> = key.iter().map(|segment| (*segment).to_owned()).collect();
        self.layer.set(&path, Value::from(value), Place::of(origin));
    }

    fn plain(&mut self, name: &str, key: &str) {
        if let Some((value, origin)) = (self.lookup)(name) {
            let key: Vec<&str> = key.split('.').collect();
            self.set(&key, value, origin);
        }
    }

    fn note(&mut self, origin: Origin, expected: &str, found: &str) {
        let finding = Finding::new("", "not understood and passed over").at(origin);
        self.notes.add(finding.expected(expected).found(found));
    }

    fn attributes(&mut self) {
        let Some((text, origin)) = (self.lookup)("OTEL_RESOURCE_ATTRIBUTES") else {
            return;
        };
        for pair in text
            .split(',')
            .map(str::trim)
            .filter(|pair| !pair.is_empty())
        {
            match pair.split_once('=') {
                // The variable of its own wins over the attribute.
                Some(("service.name", value)) if (self.lookup)("OTEL_SERVICE_NAME").is_none() => {
                    self.set(&["service", "name"], decode(value), origin.clone());
                }
                Some(("service.name", _)) => {}
                Some((name, value)) => {
                    self.set(
                        &["service", "attributes", name.trim()],
                        decode(value),
                        origin.clone(),
                    );
                }
                None => self.note(origin.clone(), "name=value,name=value", pair),
            }
        }
    }

    fn endpoint(&mut self) {
        let own = (self.lookup)("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        let Some((text, origin)) = own.or_else(|| (self.lookup)("OTEL_EXPORTER_OTLP_ENDPOINT"))
        else {
            return;
        };
        let protocol = (self.lookup)("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
            .or_else(|| (self.lookup)("OTEL_EXPORTER_OTLP_PROTOCOL"));
        let grpc = protocol.is_some_and(|(name, _)| name == "grpc");
        let url = match (text.split_once("://"), grpc) {
            (Some(("http" | "https", rest)), true) => format!("otlp://{rest}"),
            (Some(("http", rest)), false) => format!("otlp+http://{rest}"),
            (Some(("https", rest)), false) => format!("otlp+https://{rest}"),
            _ => return self.note(origin, "http://host:port or https://host:port", &text),
        };
        self.set(&["traces", "url"], url, origin);
    }

    fn headers(&mut self) {
        let own = (self.lookup)("OTEL_EXPORTER_OTLP_TRACES_HEADERS");
        let found = own.or_else(|| (self.lookup)("OTEL_EXPORTER_OTLP_HEADERS"));
        let Some((text, origin)) = found else {
            return;
        };
        let mut pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
        if pairs.all(|pair| pair.contains('=')) {
            self.set(&["traces", "headers"], text, origin);
        } else {
            // What stands there may be a key.
            self.note(origin, "name=value,name=value", MASK);
        }
    }

    fn sampler(&mut self) {
        let Some((name, origin)) = (self.lookup)("OTEL_TRACES_SAMPLER") else {
            return;
        };
        let ratio = match name.trim_start_matches("parentbased_") {
            "always_on" => "1".to_owned(),
            "always_off" => "0".to_owned(),
            "traceidratio" => match (self.lookup)("OTEL_TRACES_SAMPLER_ARG") {
                Some((text, at)) if !is_ratio(&text) => {
                    return self.note(at, "a number from 0 to 1", &text);
                }
                // Their specification's default.
                argument => argument.map_or_else(|| "1".to_owned(), |(text, _)| text),
            },
            _ => {
                let known = "always_on, always_off or traceidratio, also with parentbased_";
                return self.note(origin, known, &name);
            }
        };
        self.set(&["traces", "ratio"], ratio, origin);
    }

    fn off(&mut self) {
        for (name, off) in [
            ("OTEL_SDK_DISABLED", "true"),
            ("OTEL_TRACES_EXPORTER", "none"),
        ] {
            if let Some((value, origin)) = (self.lookup)(name)
                && value.eq_ignore_ascii_case(off)
            {
                self.set(&["traces", "url"], "none:".to_owned(), origin);
            }
        }
    }
}

fn is_ratio(text: &str) -> bool {
    text.parse::<f64>()
        .is_ok_and(|ratio| (0.0..=1.0).contains(&ratio))
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text.trim())
        .decode_utf8_lossy()
        .into_owned()
}
