//! The effective values as `--config` lists them.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::Origin;
use super::check::Check;
use super::names::is_secret;
use super::node::{Kind, Node, show_text};
use super::schema::Schema;
use super::secret::MASK;

/// One effective value. As JSON: `{"key": …, "value": …, "source": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    key: String,
    value: String,
    #[serde(rename = "source", serialize_with = "as_text")]
    origin: Origin,
}

fn as_text<S: serde::Serializer>(origin: &Origin, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(origin)
}

impl Row {
    pub(super) fn new(key: &str, value: String, origin: Origin) -> Self {
        Self {
            key: key.to_owned(),
            value,
            origin,
        }
    }

    /// The whole key, such as `http.listen`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value as it would be written in TOML; secrets are masked.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Where it comes from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whether nobody set it.
    pub fn is_default(&self) -> bool {
        self.origin == Origin::Default
    }
}

impl Check<'_> {
    /// Adds the effective value of one key and hands it back.
    pub(super) fn row(&mut self, node: &Node, value: &Json, secret: bool) -> Json {
        let shown = if secret {
            MASK.to_owned()
        } else {
            shown(value)
        };
        self.rows
            .push(Row::new(&node.key, shown, node.place.value.clone()));
        value.clone()
    }

    /// A list of plain values is shown as one row; the entries of others keep theirs.
    pub(super) fn list_row(&mut self, node: &Node, list: &[Node], items: &[Json]) {
        let nested = |item: &Node| matches!(item.kind, Kind::Table(_) | Kind::List(_));
        if list.iter().any(nested) {
            return;
        }
        let inside = format!("{}[", node.key);
        let secret = list.iter().any(|item| self.secret_keys.contains(&item.key));
        self.rows.retain(|row| !row.key.starts_with(&inside));
        // Null stands for an entry with a finding of its own.
        if !items.contains(&Json::Null) {
            self.row(node, &Json::Array(items.to_vec()), secret);
        }
    }

    /// Lists the defaults of the keys that nobody set.
    pub(super) fn defaults(&mut self, schema: Schema<'_>, key: &str, set: &Map<String, Json>) {
        for name in schema
            .properties()
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
        {
            let property = schema.property(name).filter(|_| !set.contains_key(name));
            if let Some((property, default)) = property.and_then(|p| Some((p, p.default()?))) {
                self.default(&format!("{key}.{name}"), default, property.is_secret());
            }
        }
    }

    fn default(&mut self, key: &str, value: &Json, secret: bool) {
        match value {
            Json::Null => {}
            Json::Object(map) => {
                for (name, value) in map {
                    self.default(&format!("{key}.{name}"), value, secret);
                }
            }
            value => {
                let node = Node::empty(key);
                self.row(&node, value, secret || node.is_secret());
            }
        }
    }
}

/// The keys that are set but that nobody read: without their values, since only a type says which
/// of them are secret.
pub(super) fn unread(node: &Node) -> Vec<Row> {
    match &node.kind {
        Kind::Table(table) => table.values().flat_map(unread).collect(),
        _ => vec![Row::new(
            &node.key,
            "(not read)".to_owned(),
            node.place.value.clone(),
        )],
    }
}

/// A value as a person writes it in TOML.
fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => show_text(text),
        Json::Array(list) => {
            let items: Vec<String> = list.iter().map(shown).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(map) => {
            let item = |(name, value): (&String, &Json)| match is_secret(name) {
                true => format!("{name} = {MASK}"),
                false => format!("{name} = {}", shown(value)),
            };
            let items: Vec<String> = map.iter().map(item).collect();
            format!("{{ {} }}", items.join(", "))
        }
        other => other.to_string(),
    }
}
