//! The merged tree of values, each with its key and its place.

use std::collections::BTreeMap;

use figment::Figment;
use figment::value::{Dict, Num, Value};

use super::layer::{Layer, Path};
use super::names::{fold, is_secret};
use super::origin::Place;
use super::references::{Resolver, Unresolved};
use super::secret::MASK;
use super::{Finding, Origin, url};

/// One value with where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The whole key: `http.listen`, `proxies[0]`.
    pub(super) key: String,
    pub(super) place: Place,
    /// Bare text, whose type only the schema knows.
    pub(super) untyped: bool,
    /// Set by someone who doesn't know whether this program reads it: the code's own defaults and
    /// variables of other conventions. It may stay unread.
    pub(super) offered: bool,
    /// Came by a reference that must not be shown.
    pub(super) secret: bool,
    /// Came from a source whose `file:` is a reference, unless the key holds a URL.
    pub(super) references: bool,
    pub(super) kind: Kind,
}

/// The value itself.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Table(BTreeMap<String, Node>),
    /// There is none; the finding says why.
    Broken(Finding),
}

impl Node {
    /// Whether the value stands here as it is, and not by a reference to elsewhere.
    pub(super) fn is_written(&self) -> bool {
        match &self.kind {
            Kind::Text(text) => !self.secret && !text.starts_with("file:"),
            Kind::List(list) => list.iter().any(Self::is_written),
            _ => false,
        }
    }

    /// A table that stands nowhere.
    pub(super) fn empty(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            place: Place::of(Origin::Default),
            untyped: false,
            offered: false,
            secret: false,
            references: false,
            kind: Kind::Table(BTreeMap::new()),
        }
    }

    /// The child of this name; a name from a variable is found in any spelling.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        let Kind::Table(table) = &self.kind else {
            return None;
        };
        let folded = || {
            table
                .values()
                .find(|node| node.untyped && node.is_called(name))
        };
        table.get(name).or_else(folded)
    }

    /// Whether a variable that spells `name` its own way means this node.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.key
            .rsplit('.')
            .next()
            .is_some_and(|last| fold(last) == fold(name))
    }

    /// The node at a path of names.
    pub(super) fn at<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Option<&Self> {
        path.into_iter().try_fold(self, Self::child)
    }

    /// The entries of a table; none of anything else.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let table = match &self.kind {
            Kind::Table(table) => Some(table),
            _ => None,
        };
        table
            .into_iter()
            .flatten()
            .map(|(name, node)| (name.as_str(), node))
    }

    /// Whether everything in here may stay unread.
    pub(super) fn is_offered(&self) -> bool {
        match &self.kind {
            Kind::Table(table) => table.values().all(Self::is_offered),
            _ => self.offered,
        }
    }

    /// This value with `above` laid over it: tables are merged, everything else is replaced.
    pub(super) fn under(self, above: Self) -> Self {
        match (self.kind, above.kind) {
            (Kind::Table(mut below), Kind::Table(table)) => {
                for (name, node) in table {
                    let node = match below.remove(&name) {
                        Some(lower) => lower.under(node),
                        None => node,
                    };
                    below.insert(name, node);
                }
                Self {
                    kind: Kind::Table(below),
                    ..above
                }
            }
            (_, kind) => Self { kind, ..above },
        }
    }

    /// Whether the value must not be shown, by its key or by where it came from.
    pub(super) fn is_secret(&self) -> bool {
        self.secret || is_secret(&self.key)
    }

    /// The bare text of a plain value; never for a person.
    pub(super) fn bare(&self) -> Option<String> {
        match &self.kind {
            Kind::Integer(value) => Some(value.to_string()),
            Kind::Float(value) => Some(value.to_string()),
            Kind::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// The value as a person may see it.
    pub(super) fn shown(&self) -> String {
        match &self.kind {
            _ if self.is_secret() => MASK.to_owned(),
            Kind::Bool(value) => value.to_string(),
            Kind::Integer(value) => value.to_string(),
            Kind::Float(value) => value.to_string(),
            Kind::Text(text) => show_text(text),
            Kind::List(list) => {
                let items: Vec<String> = list.iter().map(Self::shown).collect();
                format!("[{}]", items.join(", "))
            }
            Kind::Table(table) => {
                let items = table
                    .iter()
                    .map(|(name, node)| format!("{name} = {}", node.shown()));
                format!("{{ {} }}", items.collect::<Vec<_>>().join(", "))
            }
            Kind::Broken(_) => "unresolved".to_owned(),
        }
    }
}

/// A text in quotes, with a URL's user and query hidden; long ones are cut.
pub(super) fn show_text(text: &str) -> String {
    let text = if text.contains("://") {
        url::hide(text)
    } else {
        text.to_owned()
    };
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Builds the tree of what figment merged.
pub(super) struct Builder<'a> {
    pub(super) figment: &'a Figment,
    /// From the lowest to the highest.
    pub(super) layers: &'a [Layer],
    pub(super) resolver: &'a Resolver<'a>,
}

impl Builder<'_> {
    /// The tree of the merged values.
    pub(super) fn root(&self, values: &Dict) -> Node {
        let mut root = Node::empty("");
        root.kind = Kind::Table(self.table(values, "", &mut Path::new()));
        root
    }

    fn table(&self, values: &Dict, key: &str, path: &mut Path) -> BTreeMap<String, Node> {
        let mut table = BTreeMap::new();
        for (name, value) in values {
            let dot = if key.is_empty() { "" } else { "." };
            path.push(name.clone());
            let node = self.node(value, &format!("{key}{dot}{name}"), path);
            table.insert(name.clone(), node);
            path.pop();
        }
        table
    }

    fn list(&self, values: &[Value], key: &str, path: &mut Path) -> Vec<Node> {
        let mut list = Vec::new();
        for (index, value) in values.iter().enumerate() {
            path.push(index.to_string());
            list.push(self.node(value, &format!("{key}[{index}]"), path));
            path.pop();
        }
        list
    }

    fn node(&self, value: &Value, key: &str, path: &mut Path) -> Node {
        let metadata = self.figment.get_metadata(value.tag());
        let named = |layer: &&Layer| metadata.is_some_and(|metadata| metadata.name == layer.name);
        let layer = self.layers.iter().find(named);
        let place = match value {
            // A table of several layers stands where a person sees its heading first.
            Value::Dict(..) => self
                .layers
                .iter()
                .find_map(|layer| layer.place(path))
                .cloned(),
            _ => layer.and_then(|layer| layer.place(path)).cloned(),
        };
        let references = layer.is_some_and(|layer| layer.references);
        let mut node = Node {
            place: place.unwrap_or_else(|| Place::of(Origin::Default)),
            untyped: layer.is_some_and(|layer| layer.untyped),
            offered: layer.is_some_and(|layer| !layer.references),
            references,
            kind: Kind::Bool(false),
            ..Node::empty(key)
        };
        node.kind = match value {
            Value::String(_, text) if references => self.expand(text, &mut node),
            Value::Dict(_, dict) => Kind::Table(self.table(dict, key, path)),
            Value::Array(_, list) => Kind::List(self.list(list, key, path)),
            plain => scalar(plain),
        };
        node
    }

    fn expand(&self, text: &str, node: &mut Node) -> Kind {
        match self.resolver.expand(text) {
            Ok(resolved) => {
                node.secret = resolved.secret;
                node.untyped |= resolved.changed;
                // What a reference gave isn't a reference again, even where it looks like one.
                node.references = !resolved.changed;
                Kind::Text(resolved.text)
            }
            Err(unresolved) => Kind::Broken(broken(node, unresolved)),
        }
    }
}

/// The finding of a reference that couldn't be resolved.
pub(super) fn broken(node: &Node, unresolved: Unresolved) -> Finding {
    Finding::new(&node.key, unresolved.problem)
        .at(node.place.value.clone())
        .found(unresolved.found)
        .mend(unresolved.mend)
}

/// A value of an inline list or table, at the place of the text that held it.
pub(super) fn inline(value: &Value, around: &Node, key: String) -> Node {
    let child = |value, name: &str| inline(value, around, format!("{}.{name}", around.key));
    let item = |(index, value)| inline(value, around, format!("{}[{index}]", around.key));
    let kind = match value {
        Value::Dict(_, dict) => Kind::Table(
            dict.iter()
                .map(|(name, v)| (name.clone(), child(v, name)))
                .collect(),
        ),
        Value::Array(_, list) => Kind::List(list.iter().enumerate().map(item).collect()),
        plain => scalar(plain),
    };
    Node {
        key,
        kind,
        untyped: false,
        ..around.clone()
    }
}

fn scalar(value: &Value) -> Kind {
    match value {
        Value::Bool(_, value) => Kind::Bool(*value),
        Value::Num(_, Num::F32(number)) => Kind::Float(f64::from(*number)),
        Value::Num(_, Num::F64(number)) => Kind::Float(*number),
        Value::Num(_, number) => number
            .to_i128()
            .or_else(|| {
                number
                    .to_u128()
                    .and_then(|number| i128::try_from(number).ok())
            })
            .map_or(Kind::Float(f64::INFINITY), Kind::Integer),
        Value::Char(_, value) => Kind::Text(value.to_string()),
        Value::String(_, text) => Kind::Text(text.clone()),
        _ => Kind::Text(String::new()),
    }
}
