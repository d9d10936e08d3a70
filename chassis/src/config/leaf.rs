//! Plain values: type, range, length, form, and text that a variable wrote for another type.

use serde_json::{Number, Value as Json};

use super::check::{Check, accepts};
use super::names::{either, is_url, nearest};
use super::node::{Kind, Node, broken, inline, show_text};
use super::schema::{Schema, fits_format};
use super::secret::MASK;
use super::{file, url};

impl Check<'_> {
    /// Checks a value that isn't a table or list where one is wanted.
    pub(super) fn leaf(&mut self, schema: Schema<'_>, node: &Node, secret: bool) -> Json {
        match &node.kind {
            Kind::Text(text) => self.text(schema, node, text, secret),
            Kind::Bool(value) if accepts(schema, "boolean") => {
                self.row(node, &Json::Bool(*value), secret)
            }
            Kind::Integer(value) if accepts(schema, "integer") => {
                self.integer(schema, node, *value, secret)
            }
            // Exact up to 2^53, beyond which nobody writes a float without a point.
            Kind::Integer(value) if accepts(schema, "number") => {
                self.float(schema, node, *value as f64, secret)
            }
            Kind::Float(value) if accepts(schema, "number") => {
                self.float(schema, node, *value, secret)
            }
            _ => self.mismatch(schema, node, secret),
        }
    }

    fn text(&mut self, schema: Schema<'_>, node: &Node, text: &str, secret: bool) -> Json {
        if let Some(path) = reference(schema, node, text) {
            return match self.resolver.file(path) {
                Ok(text) => {
                    let (untyped, kind) = (true, Kind::Text(text));
                    let node = Node {
                        kind,
                        untyped,
                        secret: true,
                        references: false,
                        ..node.clone()
                    };
                    self.remember(&node);
                    self.leaf(schema, &node, true)
                }
                Err(unresolved) => {
                    self.findings.add(broken(node, unresolved));
                    Json::Null
                }
            };
        }
        if let Some(texts) = schema.texts() {
            return self.one_of(&texts, node, text, secret);
        }
        if accepts(schema, "string") {
            return self.string(schema, node, text, secret);
        }
        if !node.untyped {
            return self.mismatch(schema, node, secret);
        }
        self.parsed(schema, node, text, secret)
    }

    /// A bare text for a type other than text.
    fn parsed(&mut self, schema: Schema<'_>, node: &Node, text: &str, secret: bool) -> Json {
        let plain = text.trim();
        for kind in schema.types() {
            let parsed = match kind {
                "boolean" => plain.parse().ok().map(Kind::Bool),
                "integer" => plain.parse().ok().map(Kind::Integer),
                "number" => plain.parse().ok().map(Kind::Float),
                "array" => Some(list(node, plain)),
                _ => file::inline(plain).map(|value| inline(&value, node, node.key.clone()).kind),
            };
            if let Some(kind) = parsed.filter(|kind| !matches!(kind, Kind::Text(_))) {
                return self.value(
                    schema,
                    &Node {
                        kind,
                        ..node.clone()
                    },
                    secret,
                );
            }
        }
        self.mismatch(schema, node, secret)
    }

    /// Checks a text against the texts allowed.
    pub(super) fn one_of(&mut self, texts: &[&str], node: &Node, text: &str, secret: bool) -> Json {
        if texts.contains(&text) {
            return self.row(node, &Json::String(text.to_owned()), secret);
        }
        let mut finding = self.finding(node, "unknown value").expected(either(texts));
        finding = finding.found(if secret {
            MASK.to_owned()
        } else {
            show_text(text)
        });
        if let Some(near) = nearest(text, texts.iter().copied()) {
            finding = finding.mend(format!("did you mean \"{near}\"?"));
        }
        self.findings.add(finding);
        Json::Null
    }

    fn string(&mut self, schema: Schema<'_>, node: &Node, text: &str, secret: bool) -> Json {
        let format = schema.text("format").unwrap_or_default();
        let (min, max) = schema.lengths("minLength", "maxLength");
        let length = text.chars().count();
        let shown = match is_url_schema(schema, node) {
            true => url::hide_all(text),
            false => text.to_owned(),
        };
        let found = if secret {
            MASK.to_owned()
        } else {
            show_text(&shown)
        };
        if !fits_format(format, text) {
            let finding = self.finding(node, "wrong form").expected(schema.expected());
            self.findings.add(finding.found(found));
        } else if length < min || length > max {
            let expected = match max {
                usize::MAX => format!("text of at least {min} characters"),
                _ => format!("text of {min} to {max} characters"),
            };
            let finding = self.finding(node, "wrong length").expected(expected);
            self.findings
                .add(finding.found(format!("{length} characters: {found}")));
        }
        self.row(node, &Json::String(shown), secret);
        Json::String(text.to_owned())
    }

    fn integer(&mut self, schema: Schema<'_>, node: &Node, value: i128, secret: bool) -> Json {
        let (low, high) = schema.range();
        let fits = low.is_none_or(|low| value >= low) && high.is_none_or(|high| value <= high);
        match number(value).filter(|_| fits) {
            Some(number) => self.row(node, &Json::Number(number), secret),
            None => self.out_of_range(schema, node, secret),
        }
    }

    fn float(&mut self, schema: Schema<'_>, node: &Node, value: f64, secret: bool) -> Json {
        let bound = |name: &str| schema.word(name).and_then(Json::as_f64);
        let fits = bound("minimum").is_none_or(|low| value >= low)
            && bound("maximum").is_none_or(|high| value <= high)
            && bound("exclusiveMinimum").is_none_or(|low| value > low)
            && bound("exclusiveMaximum").is_none_or(|high| value < high);
        match Number::from_f64(value).filter(|_| fits) {
            Some(number) => self.row(node, &Json::Number(number), secret),
            None => self.out_of_range(schema, node, secret),
        }
    }

    fn out_of_range(&mut self, schema: Schema<'_>, node: &Node, secret: bool) -> Json {
        let finding = self
            .finding(node, "out of range")
            .expected(schema.expected());
        self.findings.add(finding.found(if secret {
            MASK.to_owned()
        } else {
            node.shown()
        }));
        Json::Null
    }

    /// Reports a value of the wrong type.
    pub(super) fn mismatch(&mut self, schema: Schema<'_>, node: &Node, secret: bool) -> Json {
        let mut finding = self.finding(node, "wrong type").expected(schema.expected());
        finding = finding.found(found(node, secret));
        if let Some(mend) = mend_type(schema, node, secret) {
            finding = finding.mend(mend);
        }
        self.findings.add(finding);
        Json::Null
    }
}

/// The path of a value that is a whole `file:PATH`, in a key that doesn't hold a URL.
fn reference<'t>(schema: Schema<'_>, node: &Node, text: &'t str) -> Option<&'t str> {
    let path = text.strip_prefix("file:").filter(|path| !path.is_empty())?;
    (node.references && !is_url_schema(schema, node)).then_some(path)
}

fn is_url_schema(schema: Schema<'_>, node: &Node) -> bool {
    schema
        .text("format")
        .is_some_and(|format| format.starts_with("uri"))
        || is_url(&node.key)
}

fn number(value: i128) -> Option<Number> {
    let signed = i64::try_from(value).map(Number::from);
    signed
        .or_else(|_| u64::try_from(value).map(Number::from))
        .ok()
}

/// A list in a bare text: TOML where it begins with a bracket, else entries between commas.
fn list(node: &Node, text: &str) -> Kind {
    if text.starts_with('[')
        && let Some(value) = file::inline(text)
    {
        return inline(&value, node, node.key.clone()).kind;
    }
    let entries = text
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty());
    let item = |(index, entry): (usize, &str)| Node {
        key: format!("{}[{index}]", node.key),
        kind: Kind::Text(entry.to_owned()),
        ..node.clone()
    };
    Kind::List(entries.enumerate().map(item).collect())
}

fn found(node: &Node, secret: bool) -> String {
    let kind = match &node.kind {
        Kind::Bool(_) => {
            return if secret {
                MASK.to_owned()
            } else {
                node.shown()
            };
        }
        Kind::Integer(_) => "the whole number",
        Kind::Float(_) => "the number",
        Kind::Text(_) => "the text",
        Kind::List(_) => "the list",
        Kind::Table(_) => return "a table".to_owned(),
        Kind::Broken(_) => "nothing:",
    };
    format!(
        "{kind} {}",
        if secret {
            MASK.to_owned()
        } else {
            node.shown()
        }
    )
}

/// The mend of a value that has the right text but the wrong type.
fn mend_type(schema: Schema<'_>, node: &Node, secret: bool) -> Option<String> {
    let write = |how: &str, text: String| match secret {
        true => format!("write it {how}"),
        false => format!("write it {how}: {text}"),
    };
    let types = schema.types();
    match &node.kind {
        Kind::Text(text) if !node.untyped && types.contains(&"array") => {
            Some(write("in brackets", format!("[\"{text}\"]")))
        }
        Kind::Text(text) if !node.untyped => {
            let fits = |kind: &&str| match *kind {
                "boolean" => text.parse::<bool>().is_ok(),
                "integer" => text.parse::<i128>().is_ok(),
                "number" => text.parse::<f64>().is_ok(),
                _ => false,
            };
            let fits = types.iter().any(fits);
            fits.then(|| write("without quotes", text.clone()))
        }
        Kind::Integer(number) if schema.text("format") == Some("human-duration") => Some(format!(
            "add a unit, such as \"{number}s\" or \"{number}ms\""
        )),
        Kind::Bool(_) | Kind::Integer(_) | Kind::Float(_) if types.contains(&"string") => {
            Some(write("in quotes", format!("\"{}\"", node.shown())))
        }
        _ => None,
    }
}
