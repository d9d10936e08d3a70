//! Reads one section: checked against the schema first, then by serde, which has the last word.

use std::collections::BTreeSet;

use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use serde_path_to_error::{Path, Segment};

use super::check::Check;
use super::leaf::refused;
use super::node::{Kind, Node};
use super::references::Resolver;
use super::schema::Schema;
use super::secret::MASK;
use super::{Findings, Row};

/// A section as its type, or what is wrong with it; and its effective values.
pub(super) struct Read<T> {
    pub(super) value: Result<T, Findings>,
    pub(super) rows: Vec<Row>,
}

/// Reads `node` as `T`.
pub(super) fn read<T: DeserializeOwned + JsonSchema>(
    node: &Node,
    resolver: &Resolver<'_>,
) -> Read<T> {
    let schema = SchemaGenerator::default()
        .into_root_schema_for::<T>()
        .to_value();
    let mut check = Check::new(resolver);
    let json = check.value(Schema::of(&schema), node, false);
    let Check {
        findings,
        rows,
        secrets,
        ..
    } = check;
    let value = findings
        .into_result(())
        .and_then(|()| judge(node, json, &secrets));
    Read { value, rows }
}

/// serde's verdict. What it says may repeat a value, so secrets are taken out of it.
fn judge<T: DeserializeOwned>(
    node: &Node,
    json: Json,
    secrets: &BTreeSet<String>,
) -> Result<T, Findings> {
    serde_path_to_error::deserialize(json).map_err(|error| {
        let mut message = error.inner().to_string();
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            message = message.replace(secret.as_str(), MASK);
        }
        refused(along(node, error.path()), &message).into()
    })
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

/// The values as they stand, whatever type they are for.
pub(super) fn raw(node: &Node) -> Vec<Row> {
    match &node.kind {
        Kind::Table(table) => table.values().flat_map(raw).collect(),
        _ => vec![Row::new(&node.key, node.shown(), node.place.value.clone())],
    }
}
