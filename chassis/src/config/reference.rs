//! A section written out with its doc comments and defaults, for people to copy from.

use schemars::JsonSchema;
use serde_json::Value as Json;

use super::schema::Schema;
use super::section::schema;

/// The section `name` of settings `T` as TOML: every key with its doc comment and what it takes.
///
/// Keys are commented out with their defaults, so that the text can stand in a `chassis.toml` as
/// it is; keys that must be set are said to be so.
///
/// ```
/// /// What the warehouse needs.
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Warehouse {
///     /// Shelves in the hall.
///     #[serde(default)]
///     shelves: u8,
/// }
///
/// let text = chassis::config::reference::<Warehouse>("warehouse");
/// assert!(text.starts_with("# What the warehouse needs.\n[warehouse]\n"));
/// assert!(text.ends_with(
///     "# Shelves in the hall.\n# Takes a whole number from 0 to 255.\n# shelves = 0\n"
/// ));
/// ```
pub fn reference<T: JsonSchema>(name: &str) -> String {
    let schema = schema::<T>();
    let mut text = String::new();
    table(Schema::of(&schema), name, None, &mut text);
    text
}

/// One table: its plain keys first, since TOML wants the tables inside after them.
fn table(schema: Schema<'_>, name: &str, default: Option<&Json>, text: &mut String) {
    comment(schema.description(), text);
    *text += &format!("[{name}]\n");
    let schema = schema.effective();
    let mut tables = Vec::new();
    for key in schema
        .properties()
        .into_iter()
        .flatten()
        .map(|(key, _)| key)
    {
        let Some(property) = schema.property(key) else {
            continue;
        };
        let default = default
            .and_then(|table| table.get(key))
            .or(property.default());
        let default = default.filter(|value| !value.is_null());
        // A table that may be missing altogether is shown as one key.
        if property.effective().properties().is_some() && default.is_none_or(Json::is_object) {
            tables.push((key, property, default));
        } else {
            let required = schema.required().any(|name| name == key);
            entry(property, key, default, required, text);
        }
    }
    for (key, property, default) in tables {
        text.push('\n');
        table(property, &format!("{name}.{}", quoted(key)), default, text);
    }
}

fn entry(schema: Schema<'_>, key: &str, default: Option<&Json>, required: bool, text: &mut String) {
    text.push('\n');
    comment(schema.description(), text);
    let must = if required { " Must be set." } else { "" };
    *text += &format!("# Takes {}.{must}\n", schema.expected());
    let key = quoted(key);
    *text += &match default.and_then(toml) {
        _ if schema.is_secret() => format!("# {key} = \"file:/run/secrets/{key}\"\n"),
        Some(value) => format!("# {key} = {value}\n"),
        None => format!("# {key} =\n"),
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
fn toml(value: &Json) -> Option<String> {
    Some(match value {
        Json::Null => return None,
        Json::Array(list) => {
            let items: Option<Vec<String>> = list.iter().map(toml).collect();
            format!("[{}]", items?.join(", "))
        }
        Json::Object(map) => {
            let entries = map.iter().filter(|(_, value)| !value.is_null());
            let entry = |(key, value): (&String, &Json)| {
                Some(format!("{} = {}", quoted(key), toml(value)?))
            };
            let entries: Option<Vec<String>> = entries.map(entry).collect();
            format!("{{ {} }}", entries?.join(", "))
        }
        plain => plain.to_string(),
    })
}
