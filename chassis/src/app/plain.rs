//! Plain text for a terminal: nothing in it steers the terminal, no line is longer than people see.

/// Columns that every terminal has.
pub(super) const WIDTH: usize = 80;

/// `text` without what could steer a terminal or turn the direction of writing: controls are shown
/// escaped, as Rust writes them, and a URL loses its user and query.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(char::is_whitespace) {
        let word = part.trim_end_matches(char::is_whitespace);
        match word.contains("://") {
            true => out.push_str(&crate::config::hidden(word)),
            false => out.push_str(word),
        }
        out.push_str(&part[word.len()..]);
    }
    let steers = |c: char| c.is_control() || is_direction(c);
    if !out.contains(steers) {
        return out;
    }
    let mut safe = String::with_capacity(out.len());
    for c in out.chars() {
        match steers(c) {
            true => safe.extend(c.escape_default()),
            false => safe.push(c),
        }
    }
    safe
}

/// Invisible marks that reorder, join or hide the text around them.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// `text` in lines of at most `width` columns, broken at blanks. A word that is longer has a line
/// of its own and is not cut: it is a path or a command, to be copied.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// `text` in at most `width` columns, its end replaced by a sign where it is longer.
pub(super) fn clip(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}\u{2026}", kept.trim_end())
}

/// How many columns `text` takes, as far as characters tell.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        let hostile = "a\u{1b}[2Jb\u{7}\r\nc\u{202e}d\u{9b}e";
        let shown = clean(hostile);
        assert_eq!(shown, "a\\u{1b}[2Jb\\u{7}\\r\\nc\\u{202e}d\\u{9b}e");
        assert_eq!(clean("größer 数 ok"), "größer 数 ok");
    }

    #[test]
    fn a_url_shows_neither_user_nor_query() {
        let shown = clean("store at postgres://ann:hunter2@db:5432/shop?sslkey=x is away");
        assert_eq!(shown, "store at postgres://***@db:5432/shop?*** is away");
    }

    #[test]
    fn words_are_never_cut() {
        let lines = wrap("one two three four-is-very-long-indeed five", 10);
        assert_eq!(
            lines,
            ["one two", "three", "four-is-very-long-indeed", "five"]
        );
        assert!(wrap("", 10).is_empty());
    }
}
