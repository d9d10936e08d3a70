//! The pages that people read: README, CONTRIBUTING and the others at the root, and the book.
//!
//! Two rules hold: a link leads to something that is there, and Rust code is compiled code. In the
//! book a `rust` block is nothing but an `{{#include path:anchor}}`; elsewhere, where nothing
//! includes, the block follows a comment `<!-- code: path:anchor -->` and equals what that names. The
//! ten-minute chapter is compiled as it stands, by `cargo xtask newcomer`, where a block says into which
//! file it goes.

mod code;
pub(crate) mod markdown;
mod outside;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Result, workspace};

pub(crate) use outside::ask_all;

/// Checks every page of the checkout.
///
/// # Errors
///
/// With one line for each finding.
pub(crate) fn check() -> Result {
    let root = workspace::root();
    let findings = findings(&root)?;
    if findings.is_empty() {
        return Ok(());
    }
    Err(format!("{} findings:\n  {}", findings.len(), findings.join("\n  ")).into())
}

fn findings(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for page in pages(root)? {
        let text = fs::read_to_string(&page)?;
        let name = page.strip_prefix(root)?.display().to_string();
        let mut add =
            |line: usize, finding: String| found.push(format!("{name}:{line}: {finding}"));
        for link in markdown::links(&text) {
            if let Some(finding) = broken(&page, &text, &link.target) {
                add(link.line, finding);
            }
        }
        for block in markdown::blocks(&text)
            .into_iter()
            .filter(markdown::Block::is_rust)
        {
            if let Err(error) = code::check(root, &page, &block) {
                add(block.line, error.to_string());
            }
        }
    }
    Ok(found)
}

/// The Markdown at the root, in the book, and the README of each first folder.
fn pages(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = markdown_in(root)?;
    found.extend(markdown_below(&root.join("docs/src"))?);
    for entry in fs::read_dir(root)? {
        let readme = entry?.path().join("README.md");
        if readme.is_file() {
            found.push(readme);
        }
    }
    found.sort();
    Ok(found)
}

/// Of the folder, and of those in it.
fn markdown_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = markdown_in(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(markdown_below(&entry.path())?);
        }
    }
    Ok(found)
}

fn markdown_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    Ok(found)
}

/// What is wrong with a link, if anything. Links into the net aren't followed: there may be none.
fn broken(page: &Path, text: &str, target: &str) -> Option<String> {
    if target.contains("://") {
        return outside::malformed(target);
    }
    if target.starts_with("mailto:") {
        return None;
    }
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let file = if path.is_empty() {
        page.to_path_buf()
    } else {
        page.parent()?.join(path)
    };
    if !file.exists() {
        return Some(format!("the link {target} leads nowhere"));
    }
    if heading.is_empty() {
        return None;
    }
    let other;
    let linked = if path.is_empty() {
        text
    } else {
        other = fs::read_to_string(&file).ok()?;
        &other
    };
    let known = markdown::headings(linked)
        .iter()
        .any(|known| known == heading);
    (!known).then(|| format!("the link {target} names a heading that isn't there"))
}
