//! [`Fields`]: what an event or a span of `tracing` says.

use std::fmt;

use tracing::field::{Field, Visit};

use super::json::{self, Escaping};
use super::look::printable;
use crate::error::told;
use crate::telemetry::traces::{Text, Value};

/// What stands instead of a secret.
const MASK: &str = "***";

/// The message, and all other fields in their order.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) message: String,
    pub(super) others: Vec<(&'static str, Value)>,
}

impl Fields {
    /// Appends `"key":value,…`.
    pub(super) fn json(&self, out: &mut Vec<u8>) {
        for (index, (key, value)) in self.others.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            json::string(out, key);
            out.push(b':');
            match value {
                Value::Text(text) => json::string(out, text.as_str()),
                Value::Float(number) if !number.is_finite() => {
                    json::string(out, &number.to_string());
                }
                plain => {
                    let _ = fmt::write(&mut Escaping(out), format_args!("{}", Plain(plain)));
                }
            }
        }
    }

    /// Appends ` key=value …`.
    pub(super) fn text(&self, out: &mut Vec<u8>) {
        for (key, value) in &self.others {
            out.push(b' ');
            out.extend_from_slice(key.as_bytes());
            out.push(b'=');
            printable(out, &Plain(value).to_string());
        }
    }

    fn add(&mut self, field: &Field, value: impl FnOnce() -> Value) {
        let name = field.name();
        let value = if is_secret(name) {
            MASK.into()
        } else {
            value()
        };
        match self.others.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.others.push((name, value)),
        }
    }
}

/// Whether a field of this name is never printed.
fn is_secret(name: &str) -> bool {
    let last = name.rsplit(['.', '_']).next().unwrap_or(name);
    ["password", "token", "secret", "authorization", "cookie"].contains(&last)
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, || Value::Float(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, || Value::Int(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, || match i64::try_from(value) {
            Ok(value) => Value::Int(value),
            Err(_) => value.to_string().into(),
        });
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, || Value::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.add(field, || value.to_owned().into());
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.add(field, || told(value).into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.add(field, || Value::Text(Text::from(format!("{value:?}"))));
        }
    }
}

/// A value without quotes.
struct Plain<'a>(&'a Value);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Text(text) => f.write_str(text.as_str()),
            Value::Bool(value) => value.fmt(f),
            Value::Int(value) => value.fmt(f),
            Value::Float(value) => write!(f, "{value:?}"),
        }
    }
}
