//! `chassis.toml` and its like: one parse gives the values and where each stands.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::Path as FsPath;

use figment::value::{Dict, Value};
use toml::de::{DeTable, DeValue};

use super::layer::{Layer, Path};
use super::origin::Place;
use super::{Finding, Findings, Inputs, Origin};

/// Reads a file of settings; `None` where there is none. Findings mean that it can't be used.
pub(super) fn read(inputs: &Inputs, path: &FsPath) -> Result<Option<Layer>, Findings> {
    let name = path.display().to_string();
    match text(inputs, path) {
        Ok(text) => parse(&name, &text).map(Some),
        Err(Unread::Missing) => Ok(None),
        Err(Unread::Finding(finding)) => Err((*finding).into()),
    }
}

/// Why there is no text.
pub(super) enum Unread {
    Missing,
    Finding(Box<Finding>),
}

/// The text of a file that may be missing but, where it is, must be readable and UTF-8.
pub(super) fn text(inputs: &Inputs, path: &FsPath) -> Result<String, Unread> {
    let name = path.display().to_string();
    let bytes = match inputs.read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Unread::Missing),
        Err(error) => {
            let finding = Finding::new("", "the file can't be read")
                .at(Origin::file(name))
                .found(error.to_string())
                .mend("let the service's user read it, or name another folder (--config-dir)");
            return Err(Unread::Finding(finding.into()));
        }
    };
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let (line, column) = Lines::of(&String::from_utf8_lossy(&error.as_bytes()[..valid])).end();
        let byte = error.as_bytes().get(valid).copied().unwrap_or_default();
        let finding = Finding::new("", "the file is not UTF-8")
            .at(Origin::File {
                path: name,
                line,
                column,
            })
            .found(format!("the byte 0x{byte:02x}"))
            .mend("save it in UTF-8");
        Unread::Finding(finding.into())
    })
}

fn parse(name: &str, text: &str) -> Result<Layer, Findings> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let lines = Lines::of(text);
    if let Some(error) = errors
        .iter()
        .min_by_key(|error| error.span().map(|span| span.start))
    {
        // What follows a fault of syntax is often only its echo, so the first one speaks alone.
        let span = error.span().unwrap_or_default();
        let (said, mend) = match unquoted(text, span.start) {
            Some(key) => (
                "text without quotes",
                format!("write {key} = \"…\"; nothing of this file was used"),
            ),
            None => (
                error.message(),
                "correct the line; nothing of this file was used".to_owned(),
            ),
        };
        let finding = Finding::new("", format!("not TOML: {said}"))
            .at(lines.origin(name, span))
            .mend(mend);
        return Err(finding.into());
    }
    let mut reader = Reader {
        name,
        lines,
        places: BTreeMap::new(),
    };
    let values = reader.table(table.get_ref(), &mut Vec::new());
    let mut layer = Layer::typed(name);
    layer.fill(values, reader.places);
    Ok(layer)
}

/// The key of the line at `position` where its value is text that lacks quotes, the most frequent slip: the
/// parser takes what begins with a digit for a number, and says so. The value may be a secret, so it isn't said.
fn unquoted(text: &str, position: usize) -> Option<&str> {
    let begin = text.get(..position)?.rfind('\n').map_or(0, |end| end + 1);
    let (key, value) = text[begin..].lines().next()?.split_once('=')?;
    let value = value.split(" #").next().unwrap_or(value).trim();
    let bare = !value.is_empty() && !value.contains(['"', '\'', '[', '{', '=']);
    (bare && DeValue::parse(value).is_err()).then(|| key.trim())
}

/// A list or table written in TOML inside of a bare text: `["a", "b"]`, `{ a = 1 }`.
pub(super) fn inline(text: &str) -> Option<Value> {
    let value = DeValue::parse(text).ok()?;
    let mut reader = Reader {
        name: "",
        lines: Lines::of(""),
        places: BTreeMap::new(),
    };
    Some(reader.value(value.get_ref(), &mut Vec::new()))
}

struct Reader<'a> {
    name: &'a str,
    lines: Lines,
    places: BTreeMap<Path, Place>,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, path: &mut Path) -> Dict {
        let mut dict = Dict::new();
        for (key, value) in table {
            path.push(key.get_ref().to_string());
            self.stand(path, key.span(), value.span());
            dict.insert(key.get_ref().to_string(), self.value(value.get_ref(), path));
            path.pop();
        }
        dict
    }

    fn list(&mut self, list: &toml::de::DeArray<'_>, path: &mut Path) -> Vec<Value> {
        let mut values = Vec::new();
        for (index, value) in list.iter().enumerate() {
            path.push(index.to_string());
            self.stand(path, value.span(), value.span());
            values.push(self.value(value.get_ref(), path));
            path.pop();
        }
        values
    }

    fn value(&mut self, value: &DeValue<'_>, path: &mut Path) -> Value {
        match value {
            DeValue::String(text) => Value::from(text.as_ref()),
            DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| Value::from(number.to_string()), Value::from),
            DeValue::Float(number) => number
                .as_str()
                .parse::<f64>()
                .map_or_else(|_| Value::from(number.as_str()), Value::from),
            DeValue::Boolean(value) => Value::from(*value),
            DeValue::Datetime(time) => Value::from(time.to_string()),
            DeValue::Array(list) => Value::from(self.list(list, path)),
            DeValue::Table(table) => Value::from(self.table(table, path)),
        }
    }

    fn stand(&mut self, path: &[String], key: Range<usize>, value: Range<usize>) {
        let origin = |span| self.lines.origin(self.name, span);
        let place = Place {
            key: origin(key),
            value: origin(value),
        };
        self.places.insert(path.to_vec(), place);
    }
}

/// Where the lines of a text begin.
struct Lines {
    text: String,
    starts: Vec<usize>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0)
            .chain(breaks.map(|(at, _)| at + 1))
            .collect();
        Self {
            text: text.to_owned(),
            starts,
        }
    }

    /// Line and column (in characters) of a byte, both from 1.
    fn at(&self, byte: usize) -> (usize, usize) {
        let byte = byte.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= byte);
        let start = self.starts[line - 1];
        let column = self
            .text
            .get(start..byte)
            .map_or(byte - start, |text| text.chars().count());
        (line, column + 1)
    }

    fn end(&self) -> (usize, usize) {
        self.at(self.text.len())
    }

    fn origin(&self, path: &str, span: Range<usize>) -> Origin {
        let (line, column) = self.at(span.start);
        Origin::File {
            path: path.to_owned(),
            line,
            column,
        }
    }
}
