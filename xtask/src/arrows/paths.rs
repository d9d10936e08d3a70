//! The paths that a source file uses: `crate::…` and `super::…`, also in groups, resolved to the
//! crate's root. Comments, text and inline test modules are passed over.

use std::collections::HashMap;

/// A path from the crate's root, and where it stands.
#[derive(Debug, PartialEq)]
pub(super) struct Used {
    pub(super) line: usize,
    pub(super) path: Vec<String>,
}

/// A word or a sign of the source.
#[derive(Debug, PartialEq)]
struct Token<'a> {
    text: &'a str,
    line: usize,
}

/// The paths that a file of this module uses.
pub(super) fn used(source: &str, module: &[String]) -> Vec<Used> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let mut position = 0;
    // How many inline modules we are in, by the depth of braces at which each began.
    let (mut depth, mut inline) = (0_usize, Vec::new());
    while let Some(token) = tokens.get(position) {
        match token.text {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                if inline.last() == Some(&depth) {
                    inline.pop();
                }
            }
            "mod" if text(&tokens, position + 2) == "{" => {
                if text(&tokens, position + 1) == "tests" {
                    position = past_braces(&tokens, position + 2);
                    continue;
                }
                inline.push(depth);
            }
            "crate" | "super"
                if text(&tokens, position + 1) == "::" && !follows_path(&tokens, position) =>
            {
                let start = base(&tokens, &mut position, module, inline.len());
                tree(&tokens, &mut position, &start, &mut found);
                continue;
            }
            _ => {}
        }
        position += 1;
    }
    found
}

/// Where names at the crate's root come from: `pub use app::{App, Chassis};` gives App → app.
pub(super) fn exports(lib: &str) -> HashMap<String, String> {
    let tokens = tokens(lib);
    let mut found = HashMap::new();
    let mut position = 0;
    while position < tokens.len() {
        if text(&tokens, position) == "use" {
            position += 1;
            let mut leaves = Vec::new();
            tree(&tokens, &mut position, &[], &mut leaves);
            for Used { mut path, .. } in leaves {
                path.retain(|part| part != "crate" && part != "self");
                if let (Some(first), Some(last)) = (path.first(), path.last()) {
                    found.insert(last.clone(), first.clone());
                }
            }
        } else {
            position += 1;
        }
    }
    found
}

/// The module that a leading `crate` or row of `super` stands for; moves past it and its `::`.
fn base(
    tokens: &[Token<'_>],
    position: &mut usize,
    module: &[String],
    inline: usize,
) -> Vec<String> {
    if text(tokens, *position) == "crate" {
        *position += 2;
        return Vec::new();
    }
    let mut up = 0;
    while text(tokens, *position) == "super" && text(tokens, *position + 1) == "::" {
        up += 1;
        *position += 2;
    }
    // Inline modules aren't part of `module`: the first steps up only leave them.
    let left = module.len().saturating_sub(up - usize::min(up, inline));
    module[..left].to_vec()
}

/// Reads `a::{b, c::d as e}` from here on, and adds each leaf.
fn tree(tokens: &[Token<'_>], position: &mut usize, start: &[String], found: &mut Vec<Used>) {
    let line = tokens.get(*position).map_or(0, |token| token.line);
    let mut path = start.to_vec();
    loop {
        match text(tokens, *position) {
            "{" => {
                *position += 1;
                while !matches!(text(tokens, *position), "}" | "") {
                    tree(tokens, position, &path, found);
                    if text(tokens, *position) == "," {
                        *position += 1;
                    }
                }
                *position += 1;
                return;
            }
            "*" => *position += 1,
            word if is_word(word) => {
                path.push(word.to_owned());
                *position += 1;
            }
            // A turbofish or anything unforeseen: leave it, and go on behind it.
            _ => {
                if path.len() == start.len() {
                    *position += 1;
                    return;
                }
            }
        }
        if text(tokens, *position) == "::" {
            *position += 1;
            continue;
        }
        if text(tokens, *position) == "as" {
            *position += 1;
            let name = text(tokens, *position).to_owned();
            *position += 1;
            path.push(name);
        }
        found.push(Used { line, path });
        return;
    }
}

/// Whether what stands here continues a path (`self::super::…`, `$crate` in a macro).
fn follows_path(tokens: &[Token<'_>], position: usize) -> bool {
    position > 0 && matches!(text(tokens, position - 1), "::" | "$")
}

/// The position behind the brace that closes the one here.
fn past_braces(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (position, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return position + 1;
        }
    }
    tokens.len()
}

fn text<'a>(tokens: &[Token<'a>], position: usize) -> &'a str {
    tokens.get(position).map_or("", |token| token.text)
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first == '_' || first.is_alphabetic())
}

/// Words, `::` and single signs; comments and text are left out.
fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while !rest.is_empty() {
        let length = next(rest);
        let (piece, after) = rest.split_at(length);
        let sign = !piece.starts_with(char::is_whitespace)
            && !piece.starts_with("//")
            && !piece.starts_with("/*");
        if sign && (length == 1 || piece == "::" || is_word(piece)) {
            found.push(Token { text: piece, line });
        }
        line += piece.matches('\n').count();
        rest = after;
    }
    found
}

/// The length of the first piece: a comment, a text, a word, `::`, or one sign.
fn next(rest: &str) -> usize {
    let end = |found: Option<usize>, closing: usize| found.map_or(rest.len(), |at| at + closing);
    let first = rest.chars().next().unwrap_or(' ');
    if rest.starts_with("//") {
        return end(rest.find('\n'), 0);
    }
    if rest.starts_with("/*") {
        return end(rest.find("*/"), 2);
    }
    if let Some(length) = raw_text(rest) {
        return length;
    }
    if first == '"' {
        return quoted(rest);
    }
    if let Some(length) = character(rest) {
        return length;
    }
    if is_word(rest) || first.is_ascii_digit() {
        return end(
            rest.find(|letter: char| letter != '_' && !letter.is_alphanumeric()),
            0,
        );
    }
    if rest.starts_with("::") {
        2
    } else {
        first.len_utf8()
    }
}

/// `r"…"`, `r#"…"#`.
fn raw_text(rest: &str) -> Option<usize> {
    let hashes = rest
        .strip_prefix('r')?
        .chars()
        .take_while(|letter| *letter == '#')
        .count();
    let body = rest.get(1 + hashes..)?.strip_prefix('"')?;
    let closing = format!("\"{}", "#".repeat(hashes));
    Some(
        2 + hashes
            + body
                .find(&closing)
                .map_or(body.len(), |at| at + closing.len()),
    )
}

/// `"…"` with escapes.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `'x'` or `'\n'`; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    if body.starts_with('\\') {
        return body[2..].find('\'').map(|at| at + 4);
    }
    let letter = body.chars().next()?;
    body[letter.len_utf8()..]
        .starts_with('\'')
        .then(|| letter.len_utf8() + 2)
}
