//! Checks values against the schema of the type that they are for, and finds everything at once.
//!
//! The way through: [`Check::value`] looks at one value, [`Check::table`] at a table's keys; the
//! sibling modules hold the choice between variants (`choice`) and plain values (`leaf`).

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::effective::Row;
use super::names::{fold, nearest, variable};
use super::node::{Kind, Node};
use super::references::Resolver;
use super::schema::Schema;
use super::{Finding, Findings, Origin};

/// One run over a section.
pub(super) struct Check<'a> {
    pub(super) resolver: &'a Resolver<'a>,
    pub(super) findings: Findings,
    pub(super) rows: Vec<Row>,
    /// The texts of the secrets met: nothing that serde says may repeat one.
    pub(super) secrets: BTreeSet<String>,
    /// The keys of the secrets met, which names alone may not show.
    pub(super) secret_keys: BTreeSet<String>,
}

impl<'a> Check<'a> {
    pub(super) fn new(resolver: &'a Resolver<'a>) -> Self {
        let (findings, rows) = (Findings::new(), Vec::new());
        Self {
            resolver,
            findings,
            rows,
            secrets: BTreeSet::new(),
            secret_keys: BTreeSet::new(),
        }
    }

    /// Checks one value and gives it as JSON for serde; what is wrong with it is among the
    /// findings, and the JSON then means nothing.
    pub(super) fn value(&mut self, schema: Schema<'_>, node: &Node, secret: bool) -> Json {
        let secret = secret || schema.is_secret() || node.is_secret();
        let schema = schema.effective();
        if let Kind::Broken(finding) = &node.kind {
            self.findings.add(finding.clone());
            return Json::Null;
        }
        if secret {
            self.remember(node);
            if !self.may_hold_secret(node) {
                return Json::Null;
            }
        }
        if schema.properties().is_none() && !schema.branches().is_empty() {
            return self.choice(schema, node, secret);
        }
        match &node.kind {
            Kind::Table(table) if accepts(schema, "object") => {
                let names = table.iter().map(|(name, node)| (name.as_str(), node));
                Json::Object(self.table(schema, node, names, secret))
            }
            Kind::List(list) if accepts(schema, "array") => self.list(schema, node, list, secret),
            _ => self.leaf(schema, node, secret),
        }
    }

    /// Keeps a secret out of everything that is said later.
    pub(super) fn remember(&mut self, node: &Node) {
        self.secret_keys.insert(node.key.clone());
        self.secrets.extend(node.bare());
    }

    /// A secret by its type is refused on the command line as one by its name was already.
    fn may_hold_secret(&mut self, node: &Node) -> bool {
        let Origin::Argument(_) = &node.place.value else {
            return true;
        };
        let problem = "a secret doesn't go on the command line, where every process can read it";
        let finding = Finding::new(&node.key, problem).at(node.place.value.clone());
        self.findings
            .add(finding.mend(format!("set {} instead", variable(&node.key))));
        false
    }

    fn table<'n>(
        &mut self,
        schema: Schema<'_>,
        node: &Node,
        entries: impl Iterator<Item = (&'n str, &'n Node)>,
        secret: bool,
    ) -> Map<String, Json> {
        let mut map = Map::new();
        let mut meant = BTreeSet::new();
        for (name, child) in entries {
            let name = spelled(schema, name, child);
            let Some(expected) = schema.property(name).or_else(|| schema.others()) else {
                meant.extend(self.unknown(schema, name, child));
                continue;
            };
            map.insert(name.to_owned(), self.value(expected, child, secret));
        }
        for name in schema.required() {
            // A slip in the key is one fault, not two.
            if !map.contains_key(name) && !meant.contains(name) {
                self.missing(schema, node, name);
            }
        }
        self.defaults(schema, &node.key, &map);
        map
    }

    fn list(&mut self, schema: Schema<'_>, node: &Node, list: &[Node], secret: bool) -> Json {
        let (min, max) = schema.lengths("minItems", "maxItems");
        if list.len() < min || list.len() > max {
            let expected = if min == max {
                format!("{min} entries")
            } else {
                entries(min, max)
            };
            let finding = self.finding(node, "wrong length").expected(expected);
            self.findings
                .add(finding.found(format!("{} entries", list.len())));
        }
        let items = list.iter().enumerate();
        let items: Vec<Json> = items
            .map(|(at, item)| self.value(schema.item(at), item, secret))
            .collect();
        self.list_row(node, list, &items);
        Json::Array(items)
    }

    /// Reports an unknown key; gives the key that was probably meant.
    fn unknown(&mut self, schema: Schema<'_>, name: &str, node: &Node) -> Option<String> {
        let known: Vec<&str> = schema
            .properties()
            .into_iter()
            .flatten()
            .map(|(k, _)| &**k)
            .collect();
        let near = nearest(name, known.iter().copied());
        let mut finding = Finding::new(&node.key, "unknown key").at(node.place.key.clone());
        finding = match known.as_slice() {
            [] => finding,
            _ if known.len() > 12 => {
                finding.expected(format!("one of {}, …", known[..12].join(", ")))
            }
            _ => finding.expected(format!("one of {}", known.join(", "))),
        };
        finding = match near {
            Some(near) => finding.mend(format!("did you mean {}?", spelling(node, near))),
            None => finding.mend("remove it"),
        };
        self.findings.add(finding);
        near.map(str::to_owned)
    }

    fn missing(&mut self, schema: Schema<'_>, node: &Node, name: &str) {
        let key = if node.key.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", node.key)
        };
        let mut finding = Finding::new(&key, "missing, and it has no default");
        if let Origin::File { .. } = node.place.key {
            finding = finding.at(node.place.key.clone());
        }
        if let Some(property) = schema.property(name) {
            let about = property
                .about()
                .map(|about| format!(" ({about})"))
                .unwrap_or_default();
            finding = finding.expected(format!("{}{about}", property.expected()));
        }
        let mend = format!(
            "add `{name}` under [{}] in chassis.toml, or set {}",
            node.key,
            variable(&key)
        );
        self.findings.add(finding.mend(mend));
    }

    /// A finding on a value.
    pub(super) fn finding(&self, node: &Node, problem: &str) -> Finding {
        Finding::new(&node.key, problem).at(node.place.value.clone())
    }
}

/// Whether the schema allows this type.
pub(super) fn accepts(schema: Schema<'_>, kind: &str) -> bool {
    let types = schema.types();
    types.is_empty() && schema.texts().is_none() || types.contains(&kind)
}

/// The name as the schema spells it; a variable can't write `-` nor capitals.
fn spelled<'a>(schema: Schema<'a>, name: &'a str, node: &Node) -> &'a str {
    if !node.untyped || schema.property(name).is_some() {
        return name;
    }
    let mut names = schema
        .properties()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str());
    names
        .find(|known| fold(known) == fold(name))
        .unwrap_or(name)
}

/// How `name`, meant in the place of `node`, is written where `node` was written.
fn spelling(node: &Node, name: &str) -> String {
    match (&node.place.key, node.key.rsplit_once('.')) {
        (Origin::Variable(_), Some((table, _))) => variable(&format!("{table}.{name}")),
        _ => format!("`{name}`"),
    }
}

fn entries(min: usize, max: usize) -> String {
    match max {
        usize::MAX => format!("at least {min} entries"),
        _ => format!("{min} to {max} entries"),
    }
}
