//! Names, doc comments and quantities as people write them.

use syn::ext::IdentExt;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Meta};

/// `StockStore` and `unknown_item` as `stock-store` and `unknown-item`.
pub(crate) fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut previous_upper = true;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '_' {
            out.push('-');
            previous_upper = true;
            continue;
        }
        let next_lower = letters.peek().is_some_and(|next| next.is_lowercase());
        let starts_word = letter.is_uppercase() && (!previous_upper || next_lower);
        if starts_word && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
        previous_upper = letter.is_uppercase();
    }
    out
}

/// `UnknownItem` as `Unknown item`.
pub(crate) fn sentence(name: &str) -> String {
    let words = kebab(name).replace('-', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// The name of `ident` on the wire: without `r#`.
pub(crate) fn wire_name(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// The doc comment in `attributes`, lines joined, the usual leading space removed.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        });
    let lines: Vec<String> = lines
        .map(|line| {
            line.strip_prefix(' ')
                .unwrap_or(&line)
                .trim_end()
                .to_owned()
        })
        .collect();
    lines.join("\n").trim().to_owned()
}

/// `250ms`, `2s`, `1m` in milliseconds.
pub(crate) fn milliseconds(text: &str) -> Option<u64> {
    let (number, unit) = quantity(text)?;
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.checked_mul(factor).filter(|total| *total > 0)
}

/// `512B`, `64KiB`, `1MiB`, `10MB` in bytes.
pub(crate) fn bytes(text: &str) -> Option<usize> {
    let (number, unit) = quantity(text)?;
    let factor = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return None,
    };
    usize::try_from(number.checked_mul(factor)?).ok()
}

fn quantity(text: &str) -> Option<(u64, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    Some((number.parse().ok()?, unit.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_kebab_case() {
        for (name, kebab_name) in [
            ("Inventory", "inventory"),
            ("StockStore", "stock-store"),
            ("HTTPGate", "http-gate"),
            ("SkuIDs", "sku-i-ds"),
            ("unknown_item", "unknown-item"),
            ("V2", "v2"),
        ] {
            assert_eq!(kebab(name), kebab_name);
        }
    }

    #[test]
    fn names_become_sentences() {
        assert_eq!(sentence("UnknownItem"), "Unknown item");
    }

    #[test]
    fn quantities_are_read_as_people_write_them() {
        assert_eq!(milliseconds("250ms"), Some(250));
        assert_eq!(milliseconds("2 s"), Some(2_000));
        assert_eq!(milliseconds("2"), None);
        assert_eq!(milliseconds("0s"), None);
        assert_eq!(milliseconds("soon"), None);
        assert_eq!(bytes("64KiB"), Some(65_536));
        assert_eq!(bytes("64kib"), None);
    }
}
