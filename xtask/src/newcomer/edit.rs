//! Code from the chapter, put where the chapter says.

use std::fs;
use std::path::Path;

use super::chapter::Change;
use crate::Result;

/// Changes a file below `folder`.
///
/// # Errors
///
/// When the file isn't there, or a line that the block builds on isn't in it, or is in it twice.
pub(super) fn apply(folder: &Path, path: &str, how: Change, block: &str) -> Result {
    let file = folder.join(path);
    let read = || fs::read_to_string(&file).map_err(|error| format!("{path}: {error}"));
    let text = match how {
        Change::Write => block.to_owned(),
        Change::End => format!("{}\n{block}", read()?),
        Change::Below => below(&read()?, block).map_err(|error| format!("{path} {error}"))?,
        Change::Diff => diff(&read()?, block).map_err(|error| format!("{path} {error}"))?,
    };
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(&file, text)?;
    Ok(())
}

/// The text with the block's other lines below its first, which the text has once.
fn below(text: &str, block: &str) -> Result<String> {
    let (first, rest) = block.split_once('\n').unwrap_or((block, ""));
    replace(text, &[first], &format!("{first}\n{rest}"))
}

/// The text with the lines that begin with `-` replaced by those with `+`; others are there and stay.
fn diff(text: &str, block: &str) -> Result<String> {
    let side = |drop: char| {
        block
            .lines()
            .filter(move |line| !line.starts_with(drop))
            .map(|line| line.get(1..).unwrap_or_default())
    };
    let old: Vec<&str> = side('+').collect();
    let new: String = side('-').map(|line| format!("{line}\n")).collect();
    replace(text, &old, &new)
}

/// Replaces a run of whole lines that the text has exactly once.
pub(crate) fn replace(text: &str, old: &[&str], new: &str) -> Result<String> {
    let lines: Vec<&str> = text.lines().collect();
    let places: Vec<usize> = (0..lines.len())
        .filter(|&start| lines[start..].starts_with(old))
        .collect();
    let [start] = places[..] else {
        return Err(format!("has {} times, not once:\n{}", places.len(), old.join("\n")).into());
    };
    let joined =
        |lines: &[&str]| -> String { lines.iter().map(|line| format!("{line}\n")).collect() };
    Ok(joined(&lines[..start]) + new + &joined(&lines[start + old.len()..]))
}
