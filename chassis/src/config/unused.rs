//! Keys that no part of the program asked for.

use std::collections::BTreeSet;

use super::names::{fold, nearest};
use super::node::{Kind, Node};
use super::{Finding, Findings};

/// Walks the tree beside the sections that were asked for.
pub(super) fn find(root: &Node, sections: &BTreeSet<Vec<String>>) -> Findings {
    let mut findings = Findings::new();
    let sections: Vec<&[String]> = sections.iter().map(Vec::as_slice).collect();
    walk(root, &sections, &mut findings);
    findings
}

/// `sections` are what is left of their paths below `node`.
fn walk(node: &Node, sections: &[&[String]], findings: &mut Findings) {
    let Kind::Table(table) = &node.kind else {
        return;
    };
    for (name, child) in table {
        let called = |known: &str| known == name || child.untyped && fold(known) == fold(name);
        let inside: Vec<&[String]> = sections
            .iter()
            .filter_map(|path| path.split_first())
            .filter(|(first, _)| called(first))
            .map(|(_, rest)| rest)
            .collect();
        if child.is_offered() || inside.iter().any(|rest| rest.is_empty()) {
            continue;
        }
        if inside.is_empty() || !matches!(child.kind, Kind::Table(_)) {
            let known = sections
                .iter()
                .filter_map(|path| path.first())
                .map(String::as_str);
            findings.add(unknown(name, child, known));
        } else {
            walk(child, &inside, findings);
        }
    }
}

fn unknown<'a>(name: &str, node: &Node, known: impl Iterator<Item = &'a str>) -> Finding {
    let what = if matches!(node.kind, Kind::Table(_)) {
        "section"
    } else {
        "key"
    };
    let finding = Finding::new(
        &node.key,
        format!("unknown {what}: no part of this program reads it"),
    )
    .at(node.place.key.clone());
    match nearest(name, known) {
        Some(near) => finding.mend(format!("did you mean `{near}`?")),
        None if what == "key" => finding.mend("remove it"),
        None => finding.mend(format!(
            "remove it, or read it in the composition root: `app.config::<T>(\"{}\")`",
            node.key
        )),
    }
}
