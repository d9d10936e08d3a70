//! A section as TOML that can stand in a `chassis.toml`.

use serde_json::Value as Json;

use super::{Key, Keys, named_tables};
use crate::config::schema::Schema;

/// Every key of the section, commented out at its default.
pub(super) fn write(schema: Schema<'_>, name: &str) -> String {
    let mut text = String::new();
    table(schema, name, None, &mut text);
    text
}

/// One table: its plain keys first, since TOML wants the tables inside after them.
fn table(schema: Schema<'_>, name: &str, defaults: Option<&Json>, text: &mut String) {
    comment(schema.description(), text);
    *text += &format!("[{name}]\n");
    let keys = Keys::of(schema, defaults);
    keys.plain.iter().for_each(|key| entry(key, text));
    for key in &keys.tables {
        text.push('\n');
        let name = format!("{name}.{}", quoted(key.name));
        table(key.schema, &name, key.default, text);
    }
    if let Some((others, own)) = named_tables(schema, &keys) {
        text.push('\n');
        comment(others.description(), text);
        *text += &format!("# The keys of [{name}] may stand here as well.\n# [{name}.NAME]\n");
        own.plain.iter().for_each(|key| entry(key, text));
    }
}

fn entry(key: &Key<'_>, text: &mut String) {
    text.push('\n');
    comment(key.schema.description(), text);
    let must = if key.required { " Must be set." } else { "" };
    *text += &format!("# Takes {}.{must}\n", key.takes());
    let name = quoted(key.name);
    *text += &match key.default.and_then(value) {
        _ if key.schema.is_secret() => format!("# {name} = \"file:/run/secrets/{name}\"\n"),
        Some(value) => format!("# {name} = {value}\n"),
        None => format!("# {name} =\n"),
    };
}

fn comment(about: Option<&str>, text: &mut String) {
    for line in about.into_iter().flat_map(str::lines) {
        *text += format!("# {line}").trim_end();
        text.push('\n');
    }
}

/// A key as TOML takes it.
fn quoted(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    match !key.is_empty() && key.chars().all(bare) {
        true => key.to_owned(),
        false => Json::from(key).to_string(),
    }
}

/// A value as TOML takes it; JSON's texts, numbers and lists of them are TOML as they are.
pub(super) fn value(json: &Json) -> Option<String> {
    Some(match json {
        Json::Null => return None,
        Json::Array(list) => {
            let items: Option<Vec<String>> = list.iter().map(value).collect();
            format!("[{}]", items?.join(", "))
        }
        Json::Object(map) => {
            let entries = map.iter().filter(|(_, json)| !json.is_null());
            let entry =
                |(key, json): (&String, &Json)| Some(format!("{} = {}", quoted(key), value(json)?));
            let entries: Option<Vec<String>> = entries.map(entry).collect();
            let entries = entries?;
            match entries.is_empty() {
                true => "{}".to_owned(),
                false => format!("{{ {} }}", entries.join(", ")),
            }
        }
        plain => plain.to_string(),
    })
}
