//! Text on its way into HTML and SVG: all of it goes through here.

use std::fmt::{self, Display, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What the query of a URL may hold as it is.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// Shows any value as text, between tags and in quoted attributes alike.
///
/// Control characters and those that turn the direction of writing become the replacement character:
/// XML refuses the first, and the second make a text look like another one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<T>(pub(super) T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

/// Writes on with every character of a meaning replaced.
struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut plain = 0;
        for (at, character) in text.char_indices() {
            let Some(shown) = replaced(character) else {
                continue;
            };
            self.0.write_str(&text[plain..at])?;
            self.0.write_str(shown)?;
            plain = at + character.len_utf8();
        }
        self.0.write_str(&text[plain..])
    }
}

fn replaced(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        '\n' | '\t' => None,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => {
            Some("\u{fffd}")
        }
        _ if character.is_control() => Some("\u{fffd}"),
        _ => None,
    }
}

/// The link to all that is known of a port: a script shows it in this page.
pub(super) fn link(id: &str) -> String {
    format!("?port={}", utf8_percent_encode(id, QUERY))
}

/// At most `limit` characters, the first one saying that there were more: of a path, whose end tells it
/// from others.
pub(super) fn short_path(text: &str, limit: usize) -> String {
    let length = text.chars().count();
    if length <= limit || !text.contains('/') {
        return short(text, limit);
    }
    let kept = text.chars().skip(length + 1 - limit);
    std::iter::once('\u{2026}').chain(kept).collect()
}

/// At most `limit` characters, the last one saying that there were more.
pub(super) fn short(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some(_) => {
            let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
            format!("{}\u{2026}", kept.trim_end())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_a_meaning_have_none() {
        let hostile = "<script a='1' b=\"2\">&\u{0}\u{202e}\n";
        assert_eq!(
            Text(hostile).to_string(),
            "&lt;script a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;\u{fffd}\u{fffd}\n"
        );
        assert_eq!(Text("Größe").to_string(), "Größe");
    }

    #[test]
    fn long_texts_end_with_a_sign() {
        assert_eq!(short("abcdef", 6), "abcdef");
        assert_eq!(short("abcdefg", 6), "abcde\u{2026}");
        assert_eq!(short("äöüäöüä", 3), "äö\u{2026}");
        assert_eq!(short_path("sqlite:/a/long/way", 7), "\u{2026}ng/way");
        assert_eq!(short_path("no path at all", 7), "no pat\u{2026}");
    }

    #[test]
    fn links_survive_every_id() {
        assert_eq!(link("orders/in/a b\"<"), "?port=orders/in/a%20b%22%3C");
    }
}
