//! Rust code on a page: where it comes from, and that the page shows it as it is there.

use std::fs;
use std::path::Path;

use super::markdown::Block;
use crate::{Result, newcomer};

/// Checks one `rust` block of a page.
///
/// # Errors
///
/// When the block comes from no source, or from one that isn't there, or differs from it.
pub(super) fn check(root: &Path, page: &Path, block: &Block) -> Result {
    if page == root.join(newcomer::CHAPTER) && newcomer::changes_a_file(block) {
        return Ok(());
    }
    let book = page.starts_with(root.join("docs"));
    let marks = if book {
        ("{{#include ", "}}")
    } else {
        ("<!-- code: ", " -->")
    };
    let mark = if book {
        block.text.trim()
    } else {
        block.before.as_str()
    };
    let source = mark
        .strip_prefix(marks.0)
        .and_then(|rest| rest.strip_suffix(marks.1));
    let source = source.ok_or_else(|| {
        format!(
            "Rust code that nothing compiles: take it from an example, by {}path:anchor{} (the whole file without an anchor)",
            marks.0, marks.1
        )
    })?;
    let (path, anchor) = match source.trim().split_once(':') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (source.trim(), None),
    };
    let folder = if book {
        page.parent().unwrap_or(root)
    } else {
        root
    };
    let text = fs::read_to_string(folder.join(path)).map_err(|error| format!("{path}: {error}"))?;
    let excerpt = match anchor {
        Some(anchor) => excerpt(&text, anchor)
            .ok_or_else(|| format!("{path} has no ANCHOR: {anchor} with its end"))?,
        None => text,
    };
    if !book && excerpt.trim() != block.text.trim() {
        return Err(format!("the code differs from {source}").into());
    }
    Ok(())
}

/// What stands between `ANCHOR: name` and `ANCHOR_END: name`, without its own and other anchors.
fn excerpt(text: &str, anchor: &str) -> Option<String> {
    let named = |line: &str, mark: &str| {
        line.split_once(mark)
            .is_some_and(|(_, rest)| rest.split_whitespace().next() == Some(anchor))
    };
    let mut lines = text.lines().skip_while(|line| !named(line, "ANCHOR: "));
    lines.next()?;
    let mut excerpt = Vec::new();
    for line in lines {
        if named(line, "ANCHOR_END: ") {
            return Some(excerpt.join("\n"));
        }
        if !line.contains("ANCHOR: ") && !line.contains("ANCHOR_END: ") {
            excerpt.push(line);
        }
    }
    None
}
