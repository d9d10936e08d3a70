//! Values that may be one of several things: enums as serde writes them, optional and untagged.

use serde_json::Value as Json;

use super::check::{Check, accepts};
use super::names::{either, nearest};
use super::node::{Kind, Node};
use super::schema::Schema;
use super::{Finding, Findings};

impl Check<'_> {
    /// Checks a value against the branch that it means.
    pub(super) fn choice(&mut self, schema: Schema<'_>, node: &Node, secret: bool) -> Json {
        let branches = schema.branches();
        match &node.kind {
            Kind::Text(text) => {
                let open = branches
                    .iter()
                    .any(|b| b.texts().is_none() && accepts(*b, "string"));
                let texts: Vec<&str> = branches
                    .iter()
                    .filter_map(|b| b.texts())
                    .flatten()
                    .collect();
                let known = texts.contains(&text.as_str());
                let inline = node.untyped && text.starts_with('{');
                if known || (!open && !inline && !texts.is_empty()) {
                    return self.one_of(&texts, node, text, secret);
                }
            }
            Kind::Table(_) => {
                if let Some(tag) = tag(&branches) {
                    return self.tagged(tag, &branches, node, secret);
                }
                if let Some(branch) = variant(&branches, node) {
                    return self.value(branch, node, secret);
                }
            }
            _ => {}
        }
        self.trial(schema, &branches, node, secret)
    }

    /// An internally tagged enum: `kind = "…"` names the branch.
    fn tagged(&mut self, tag: &str, branches: &[Schema<'_>], node: &Node, secret: bool) -> Json {
        let known: Vec<&str> = branches
            .iter()
            .flat_map(|branch| named_by(*branch, tag))
            .collect();
        let Some(named) = node.child(tag) else {
            let key = format!("{}.{tag}", node.key);
            let finding = Finding::new(key, "missing").at(node.place.key.clone());
            self.findings.add(finding.expected(either(&known)));
            return Json::Null;
        };
        let Kind::Text(text) = &named.kind else {
            let expected = either(&known);
            let finding = self.finding(named, "wrong type").expected(expected);
            self.findings.add(finding.found(named.shown()));
            return Json::Null;
        };
        let meant = |b: &&Schema<'_>| named_by(**b, tag).contains(&text.as_str());
        match branches.iter().find(meant) {
            Some(branch) => self.value(*branch, node, secret),
            None => self.one_of(&known, named, text, secret),
        }
    }

    /// Without a name, the first branch that fits; if none does, what is wrong with the nearest.
    fn trial(
        &mut self,
        schema: Schema<'_>,
        branches: &[Schema<'_>],
        node: &Node,
        secret: bool,
    ) -> Json {
        let before = std::mem::take(&mut self.findings);
        let rows = self.rows.len();
        let mut best: Option<Findings> = None;
        for branch in branches {
            self.rows.truncate(rows);
            let json = self.value(*branch, node, secret);
            let found = std::mem::take(&mut self.findings);
            if found.is_empty() {
                self.findings = before;
                return json;
            }
            let inside = matches!(node.kind, Kind::Table(_) | Kind::List(_));
            if inside && best.as_ref().is_none_or(|best| found.len() < best.len()) {
                best = Some(found);
            }
        }
        self.rows.truncate(rows);
        self.findings = before;
        match best {
            Some(best) => self.findings.extend(best),
            None => return self.mismatch(schema, node, secret),
        }
        Json::Null
    }
}

/// The texts of the tag that mean this branch.
fn named_by<'a>(branch: Schema<'a>, tag: &str) -> Vec<&'a str> {
    branch
        .property(tag)
        .and_then(Schema::texts)
        .unwrap_or_default()
}

/// The key whose text tells the branches apart, where every table among them has one.
fn tag<'a>(branches: &[Schema<'a>]) -> Option<&'a str> {
    let first = branches.first()?;
    let names = first.properties()?.keys().map(String::as_str);
    let mut tags = names.filter(|name| {
        branches
            .iter()
            .all(|b| b.property(name).is_some_and(|p| p.texts().is_some()))
    });
    tags.next()
}

/// The branch of an externally tagged enum: a table with one key, the variant's name.
fn variant<'a>(branches: &[Schema<'a>], node: &Node) -> Option<Schema<'a>> {
    let Kind::Table(table) = &node.kind else {
        return None;
    };
    let mut names = table.keys();
    let (Some(name), None) = (names.next(), names.next()) else {
        return None;
    };
    let single = |branch: &&Schema<'a>| branch.properties().is_some_and(|p| p.len() == 1);
    let singles: Vec<&Schema<'a>> = branches.iter().filter(single).collect();
    let known = singles
        .iter()
        .filter_map(|branch| branch.properties())
        .flat_map(|p| p.keys());
    let meant = nearest(name, known.map(String::as_str)).unwrap_or(name);
    singles
        .into_iter()
        .find(|branch| branch.property(meant).is_some())
        .copied()
}
