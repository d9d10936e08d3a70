//! Whether the page holds every sentence that the sources can say.
//!
//! A sentence is a text of three words or more. Those that no case can bring about on every machine
//! (a disk that fails, a thread that cannot start) stand in `unprovoked.txt` under the reason, and so
//! do texts that are no messages. A new problem type or kind of `CallError` needs its case, too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{Result, workspace};

/// What speaks elsewhere: the doctor's findings, of which each has its test and the book its
/// chapter, the hexagon page and its drawing, and the tests of the macros.
const ELSEWHERE: [&str; 4] = ["doctor", "golden.rs", "hexagon", "page"];

/// Compares.
///
/// # Errors
///
/// With every sentence and every kind that is missing.
pub(super) fn check(page: &str) -> Result {
    let page = normal(page);
    let file = workspace::root().join("xtask/src/messages/unprovoked.txt");
    let excused: BTreeSet<String> = fs::read_to_string(file)?
        .lines()
        .filter(|line| !line.starts_with("-- ") && !line.is_empty())
        .map(str::to_owned)
        .collect();
    let (mut missing, mut used) = (Vec::new(), BTreeSet::new());
    for (file, text) in sources()? {
        for sentence in sentences(&text) {
            if excused.contains(&sentence) {
                used.insert(sentence);
            } else if !holds(&page, &sentence) {
                missing.push(format!("{file}: {sentence}"));
            }
        }
        for kind in kinds(&file, &text) {
            let is_there = page.contains(&format!("urn:problem:chassis:{kind}\""))
                || page.contains(&format!("`error.type` is `{kind}`"));
            let excuse = format!("the kind {kind:?}");
            if excused.contains(&excuse) {
                used.insert(excuse);
            } else if !is_there {
                missing.push(format!("{file}: {excuse}"));
            }
        }
    }
    let stale = excused.difference(&used);
    missing.extend(stale.map(|sentence| format!("unprovoked.txt, but nowhere said: {sentence}")));
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} messages are not on the page: give each a case in xtask/src/messages/table, or a line \
         in unprovoked.txt where none can bring it about:\n  {}",
        missing.len(),
        missing.join("\n  ")
    )
    .into())
}

/// The files that speak, without their tests.
fn sources() -> Result<Vec<(String, String)>> {
    let root = workspace::root();
    let mut files = Vec::new();
    for folder in ["chassis/src", "chassis-macros/src"] {
        gather(&root.join(folder), &mut files)?;
    }
    files.sort();
    let mut sources = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path)?;
        let text = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        let name = path.strip_prefix(&root)?.display().to_string();
        sources.push((name, text.to_owned()));
    }
    Ok(sources)
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> Result {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.contains("tests") || ELSEWHERE.contains(&&*name) {
            continue;
        }
        if path.is_dir() {
            gather(&path, files)?;
        } else if name.ends_with(".rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether the parts of `sentence` around its `{…}` stand on the page, one soon after the other.
fn holds(page: &str, sentence: &str) -> bool {
    const NEAR: usize = 400;
    let parts = parts(sentence);
    let Some((first, rest)) = parts.split_first() else {
        return true;
    };
    page.match_indices(first.as_str()).any(|(at, _)| {
        let mut end = at + first.len();
        rest.iter().all(|part| {
            let mut limit = (end + NEAR).min(page.len());
            while !page.is_char_boundary(limit) {
                limit -= 1;
            }
            let found = page[end..limit].find(part.as_str());
            end += found.map_or(0, |found| found + part.len());
            found.is_some()
        })
    })
}

fn parts(sentence: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = sentence.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' | '}' if letters.peek() == Some(&letter) => {
                letters.next();
                parts.last_mut().map(|part| part.push(letter)).unwrap_or(());
            }
            '{' => {
                letters.by_ref().find(|letter| *letter == '}');
                parts.push(String::new());
            }
            letter => parts.last_mut().map(|part| part.push(letter)).unwrap_or(()),
        }
    }
    let parts = parts.iter().map(|part| normal(part).trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

/// Each gap is one space; quotes as Debug or JSON write them are plain.
fn normal(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("\\\"", "\"")
}

/// The texts of three words or more, outside comments and attributes.
fn sentences(source: &str) -> Vec<String> {
    let is_sentence = |text: &String| {
        let words = text
            .split_whitespace()
            .filter(|word| word.chars().any(char::is_alphabetic));
        words.count() >= 3
    };
    let texts = literals(source).into_iter().map(|(_, text)| text);
    texts
        .filter(is_sentence)
        .map(|text| normal(&text))
        .collect()
}

/// The kinds of problems and failed calls that a file names.
fn kinds(file: &str, source: &str) -> Vec<String> {
    let before = |mark: &str| {
        let found = literals(source).into_iter();
        let found = found.filter(|(before, text)| before.ends_with(mark) && !text.contains('{'));
        found.map(|(_, text)| text).collect::<Vec<_>>()
    };
    let mut kinds = before("ProblemDetails::chassis(");
    kinds.extend(before("KIND: &str = "));
    match file {
        "chassis/src/http/server/problems.rs" => kinds.extend(before("refusal(")),
        "chassis/src/admin/fence.rs" => {
            let refused = before("refused(").into_iter();
            kinds.extend(refused.map(|kind| format!("admin-{kind}")));
        }
        "chassis/src/call.rs" => kinds.extend(before(" => ")),
        _ => {}
    }
    kinds
}

/// The text of `r#"…"#`, and what follows it.
fn raw(source: &str) -> Option<(&str, &str)> {
    source.strip_prefix("r#\"")?.split_once("\"#")
}

/// Every text of the source with the line of code before it, gaps closed.
fn literals(source: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = source;
    let mut code = String::new();
    while let Some(letter) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if rest.starts_with("#[")
            && !rest.starts_with("#[error")
            && !rest.starts_with("#[diagnostic")
        {
            rest = past_attribute(rest);
        } else if letter == '"' {
            let (text, after) = text(&rest[1..]);
            found.push((code.clone(), text));
            code.clear();
            rest = after;
        } else if let Some((text, after)) = raw(rest) {
            found.push((code.clone(), text.to_owned()));
            code.clear();
            rest = after;
        } else if let Some(after) = character(rest) {
            rest = after;
        } else {
            match letter.is_whitespace() && (code.ends_with('(') || code.ends_with(' ')) {
                true => {}
                false => code.push(if letter.is_whitespace() { ' ' } else { letter }),
            }
            rest = &rest[letter.len_utf8()..];
        }
    }
    found
}

/// Behind the bracket that closes an attribute.
fn past_attribute(rest: &str) -> &str {
    let mut depth = 0_usize;
    let mut inside = rest;
    while let Some(letter) = inside.chars().next() {
        if letter == '"' {
            inside = text(&inside[1..]).1;
            continue;
        }
        inside = &inside[letter.len_utf8()..];
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return inside;
        }
    }
    ""
}

/// A text up to its closing quote, its escapes read, and what follows.
fn text(rest: &str) -> (String, &str) {
    let mut text = String::new();
    let mut letters = rest.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (text, &rest[at + 1..]),
            '\\' => match letters.next() {
                Some((_, '\n')) => text.push(' '),
                Some((_, 'n' | 'r' | 't')) => text.push(' '),
                Some((_, letter)) => text.push(letter),
                None => {}
            },
            letter => text.push(letter),
        }
    }
    (text, "")
}

/// Behind `'x'` or `b'"'`, which hold a quote that opens nothing.
fn character(rest: &str) -> Option<&str> {
    ["'\"'", "'\\\"'", "'\\''"]
        .iter()
        .find_map(|quote| rest.strip_prefix(quote))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_found_outside_comments_and_attributes() {
        let source = r##"
            // "not this one here"
            #[expect(lint, reason = "nor is this one")]
            let a = format!("{key} is taken; \
                             choose {other:?} instead");
            let b = '"'; let c = "two words"; let d = r#"a " b"#;
        "##;
        let found = sentences(source);
        assert_eq!(found, ["{key} is taken; choose {other:?} instead"]);
        assert!(holds("x orders is taken; choose \"a\" instead.", &found[0]));
        assert!(!holds("orders is taken", &found[0]));
    }

    #[test]
    fn kinds_are_found() {
        let source = r#"ProblemDetails::chassis("gone", 404); const KIND: &str = "late";"#;
        assert_eq!(kinds("a.rs", source), ["gone", "late"]);
    }
}
