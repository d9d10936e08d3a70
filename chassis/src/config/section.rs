//! Reads one section: checked against the schema first, then by serde, which has the last word.

use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use serde_path_to_error::{Path, Segment};

use super::check::Check;
use super::node::{Kind, Node};
use super::references::Resolver;
use super::schema::Schema;
use super::secret::MASK;
use super::{Finding, Findings, Row};

/// A section as its type, or what is wrong with it; and its effective values.
pub(super) struct Read<T> {
    pub(super) value: Result<T, Findings>,
    pub(super) rows: Vec<Row>,
}

/// The schema of `T`.
pub(super) fn schema<T: JsonSchema>() -> Json {
    let schema = SchemaGenerator::default().into_root_schema_for::<T>();
    schema.to_value()
}

/// Reads `node` as `T`.
pub(super) fn read<T: DeserializeOwned + JsonSchema>(
    node: &Node,
    resolver: &Resolver<'_>,
) -> Read<T> {
    let schema = schema::<T>();
    let mut check = Check::new(resolver);
    let json = check.value(Schema::of(&schema), node, false);
    let mut findings = std::mem::take(&mut check.findings);
    findings.sort();
    let value = findings
        .into_result(())
        .and_then(|()| judge(node, json, &check));
    Read {
        value,
        rows: check.rows,
    }
}

/// serde's verdict. What it says may repeat a value, so near a secret it isn't repeated.
fn judge<T: DeserializeOwned>(node: &Node, json: Json, check: &Check<'_>) -> Result<T, Findings> {
    serde_path_to_error::deserialize(json).map_err(|error| {
        let node = along(node, error.path());
        let message = error.inner().to_string();
        let finding = Finding::new(&node.key, "refused by its type").at(node.place.value.clone());
        let repeats = |secret: &String| !secret.is_empty() && message.contains(secret.as_str());
        let finding = match &node.kind {
            _ if check.secret_keys.contains(&node.key) => finding.found(MASK),
            _ if check.secrets.iter().any(repeats) => finding,
            Kind::Table(_) => finding.expected(message),
            _ => finding.expected(message).found(node.shown()),
        };
        finding.into()
    })
}

/// What holds for all of many alike sections: the table without the tables that aren't keys of
/// `T` but sections of their own.
pub(super) fn for_all<T: JsonSchema>(node: &Node) -> Node {
    let schema = schema::<T>();
    let schema = Schema::of(&schema).effective();
    let plain = |(name, node): &(&str, &Node)| {
        !matches!(node.kind, Kind::Table(_)) || schema.property(name).is_some()
    };
    let entries = node.entries().filter(plain);
    let entries = entries.map(|(name, node)| (name.to_owned(), node.clone()));
    Node {
        kind: Kind::Table(entries.collect()),
        ..node.clone()
    }
}

/// The node that a path of serde's leads to, as far as it leads.
fn along<'a>(node: &'a Node, path: &Path) -> &'a Node {
    let mut node = node;
    for segment in path {
        let next = match (segment, &node.kind) {
            (Segment::Map { key }, _) => node.child(key),
            (Segment::Seq { index }, Kind::List(list)) => list.get(*index),
            _ => None,
        };
        node = next.unwrap_or(node);
    }
    node
}
