//! `.env`: variables for a developer's machine, read in profile `dev` only.

use std::path::Path;

use super::file::{self, Unread};
use super::{Finding, Findings, Inputs, Origin};

/// One variable of the file.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) origin: Origin,
}

/// Reads the file; none is as good as an empty one.
pub(super) fn read(inputs: &Inputs, path: &Path, findings: &mut Findings) -> Vec<Entry> {
    let text = match file::text(inputs, path) {
        Ok(text) => text,
        Err(Unread::Missing) => return Vec::new(),
        Err(Unread::Finding(finding)) => {
            findings.add(*finding);
            return Vec::new();
        }
    };
    let path = path.display().to_string();
    let mut entries = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let origin = Origin::File {
            path: path.clone(),
            line: index + 1,
            column: 1,
        };
        match parse(line) {
            Ok(Some((name, value))) => entries.push(Entry {
                name,
                value,
                origin,
            }),
            Ok(None) => {}
            Err(problem) => findings.add(
                Finding::new("", problem)
                    .at(origin)
                    .expected("NAME=value, or # and a remark"),
            ),
        }
    }
    entries
}

/// Name and value of a line; `None` for empty lines and remarks.
fn parse(line: &str) -> Result<Option<(String, String)>, &'static str> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line
        .split_once('=')
        .ok_or("a line without an equals sign")?;
    let name = name.trim();
    let valid = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if name.is_empty() || !name.chars().all(valid) {
        return Err("not the name of a variable before the equals sign");
    }
    Ok(Some((name.to_owned(), unquote(value.trim())?)))
}

fn unquote(value: &str) -> Result<String, &'static str> {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let Some(quote) = quote else {
        let end = value.find(" #").unwrap_or(value.len());
        return Ok(value[..end].trim_end().to_owned());
    };
    let mut text = String::new();
    let mut chars = value.chars().skip(1);
    while let Some(c) = chars.next() {
        match c {
            '\\' if quote == '"' => match chars.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(other) => text.push(other),
                None => break,
            },
            c if c == quote => return Ok(text),
            c => text.push(c),
        }
    }
    Err("a quote that isn't closed")
}
