//! The configuration as people look at it.

use super::Config;
use crate::config::node::Node;
use crate::config::secret::MASK;
use crate::config::{Origin, Reference, Row, effective};

impl Config {
    /// The effective values, by key, secrets masked: what was set, and the defaults of all
    /// sections that were asked for. What nobody asked for is named without its value.
    pub fn effective(&self) -> Vec<Row> {
        let mut rows = self.seen().rows.clone();
        for row in effective::unread(&self.shared.root) {
            // A list of tables has its rows entry by entry.
            let entries = format!("{}[", row.key());
            let mut after = rows.range(entries.clone()..);
            if after
                .next()
                .is_none_or(|(key, _)| !key.starts_with(&entries))
            {
                rows.entry(row.key().to_owned()).or_insert(row);
            }
        }
        rows.into_values().collect()
    }

    /// The effective values as `--config` prints them: one line a key, with its source.
    pub fn listing(&self) -> String {
        let rows = self.effective();
        let text = |row: &Row| format!("{} = {}", row.key(), row.value());
        let widths = rows.iter().map(|row| text(row).chars().count());
        // A single long value doesn't push all sources out of sight.
        let width = widths.filter(|width| *width <= 60).max().unwrap_or(0);
        let line = |row: &Row| format!("{:width$}  # {}\n", text(row), row.origin());
        rows.iter().map(line).collect()
    }

    /// What each section takes that was asked for so far, in the order of asking. A section of a
    /// component is its own (`orders.warehouse`), unless `shared` says that all have it.
    pub fn references(&self, shared: impl Fn(&str) -> bool) -> Vec<Reference> {
        let mut references: Vec<Reference> = Vec::new();
        for asked in &self.seen().asked {
            let reference = &asked.reference;
            let reference = match &asked.component {
                Some(component) if !shared(reference.name()) => {
                    reference.named(format!("{component}.{}", reference.name()))
                }
                _ => reference.clone(),
            };
            if !references
                .iter()
                .any(|known| known.name() == reference.name())
            {
                references.push(reference);
            }
        }
        references
    }

    /// The secrets that stand in a file of settings themselves, not in a file or variable that it
    /// refers to: the key and the place of each.
    pub(crate) fn written_secrets(&self) -> Vec<Row> {
        let is_hidden = |row: &Row| row.value().contains(MASK);
        let mut rows = self.effective();
        rows.retain(|row| matches!(row.origin(), Origin::File { .. }) && is_hidden(row));
        rows.retain(|row| {
            let node = self.shared.root.at(row.key().split('.'));
            node.is_some_and(Node::is_written)
        });
        rows
    }
}
