//! What a section takes, written out from its type: every key with its doc comment, what it takes
//! and its default.
//!
//! [`Reference::to_toml`] is for a `chassis.toml`, [`Reference::to_markdown`] for the book.

mod markdown;
mod toml;

use std::fmt;

use schemars::JsonSchema;
use serde_json::Value as Json;

use super::schema::Schema;
use super::section::schema;

/// What one section takes, by the type that it is read as.
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
/// let warehouse = chassis::config::Reference::of::<Warehouse>("warehouse");
/// let text = warehouse.to_toml();
/// assert!(text.starts_with("# What the warehouse needs.\n[warehouse]\n"));
/// assert!(text.ends_with(
///     "# Shelves in the hall.\n# Takes a whole number from 0 to 255.\n# shelves = 0\n"
/// ));
/// ```
#[derive(Clone)]
pub struct Reference {
    name: String,
    schema: fn() -> Json,
}

impl Reference {
    /// The reference of the section `name`, which is read as `T`.
    pub fn of<T: JsonSchema>(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            schema: schema::<T>,
        }
    }

    /// The section's name, such as `http`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same keys under another name: `orders.http`.
    #[must_use]
    pub fn named(&self, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..self.clone()
        }
    }

    /// The section as TOML: every key with its doc comment and what it takes.
    ///
    /// Keys are commented out with their defaults, so that the text can stand in a `chassis.toml`
    /// as it is; keys that must be set are said to be so.
    pub fn to_toml(&self) -> String {
        toml::write(Schema::of(&(self.schema)()), &self.name)
    }

    /// The section as a table in Markdown, one row a key: its name, its default, its doc comment.
    pub fn to_markdown(&self) -> String {
        markdown::write(Schema::of(&(self.schema)()), &self.name)
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reference").field(&self.name).finish()
    }
}

/// The plain keys of a section, each with its schema, its default and whether it must be set; and
/// the tables within it.
struct Keys<'a> {
    plain: Vec<Key<'a>>,
    tables: Vec<Key<'a>>,
}

struct Key<'a> {
    name: &'a str,
    schema: Schema<'a>,
    default: Option<&'a Json>,
    required: bool,
}

impl<'a> Keys<'a> {
    /// The keys of `schema`, in the order of the alphabet; `defaults` are those that the section
    /// has as a whole.
    fn of(schema: Schema<'a>, defaults: Option<&'a Json>) -> Self {
        let schema = schema.effective();
        let names = schema.properties().into_iter().flatten();
        let key = |name: &'a str| {
            let property = schema.property(name)?;
            let whole = defaults.and_then(|table| table.get(name));
            Some(Key {
                name,
                schema: property,
                default: whole
                    .or(property.default())
                    .filter(|value| !value.is_null()),
                required: schema.required().any(|required| required == name),
            })
        };
        let keys = names.filter_map(|(name, _)| key(name));
        let (tables, plain) = keys.partition(Key::is_table);
        Self { plain, tables }
    }
}

impl Key<'_> {
    /// A table that may be missing altogether is shown as one key.
    fn is_table(&self) -> bool {
        let keys = self.schema.effective().properties();
        keys.is_some() && self.default.is_none_or(Json::is_object)
    }

    /// What the key takes; the example that a default gives already is left out.
    fn takes(&self) -> String {
        let expected = self.schema.expected();
        match expected.split_once(" such as ") {
            Some((kind, _)) if self.default.is_some() => kind.trim_end_matches(',').to_owned(),
            _ => expected,
        }
    }
}

/// The tables under names of the user's own, as `[client.NAME]`, and of their keys those that the
/// table around them doesn't have as well.
fn named_tables<'a>(schema: Schema<'a>, around: &Keys<'_>) -> Option<(Schema<'a>, Keys<'a>)> {
    let others = schema.effective().others()?;
    others.effective().properties()?;
    let mut keys = Keys::of(others, None);
    let known = |name: &str| around.plain.iter().any(|key| key.name == name);
    keys.plain.retain(|key| !known(key.name));
    Some((others, keys))
}
