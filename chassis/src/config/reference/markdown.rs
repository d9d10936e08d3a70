//! A section as a table in Markdown, for the book.

use serde_json::Value as Json;

use super::{Key, Keys, named_tables, toml};
use crate::config::schema::Schema;

/// One row a key.
pub(super) fn write(schema: Schema<'_>, name: &str) -> String {
    let mut text = "| key | default | |\n|---|---|---|\n".to_owned();
    rows(schema, name, None, &mut text);
    text
}

fn rows(schema: Schema<'_>, name: &str, defaults: Option<&Json>, text: &mut String) {
    let keys = Keys::of(schema, defaults);
    for key in &keys.plain {
        *text += &row(key, name);
    }
    for key in &keys.tables {
        rows(
            key.schema,
            &format!("{name}.{}", key.name),
            key.default,
            text,
        );
    }
    if let Some((_, own)) = named_tables(schema, &keys) {
        for key in &own.plain {
            *text += &row(key, &format!("{name}.NAME"));
        }
    }
}

fn row(key: &Key<'_>, section: &str) -> String {
    let default = match key.default.and_then(toml::value) {
        _ if key.required => "must be set".to_owned(),
        Some(value) => format!("`{value}`"),
        None => "unset".to_owned(),
    };
    let about = key.schema.description().unwrap_or_default();
    let paragraphs: Vec<String> = about.split("\n\n").map(one_line).collect();
    let about = format!(
        "{} *Takes {}.*",
        paragraphs.join("<br>"),
        escaped(&key.takes())
    );
    let name = format!("`{section}.{}`", key.name);
    format!("| {name} | {default} | {} |\n", about.trim())
}

/// A paragraph in a cell: the bar that would end the cell is escaped.
fn one_line(paragraph: &str) -> String {
    escaped(&paragraph.lines().collect::<Vec<_>>().join(" "))
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}
