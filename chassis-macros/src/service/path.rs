//! The path template of a method: `/items/{sku}`.

use syn::LitStr;

use crate::errors::Errors;

/// How many placeholders a path may have; as `Captures::MAX` of the framework.
const MOST_PLACEHOLDERS: usize = 8;

/// A path template.
pub(super) struct Path {
    pub(super) literal: LitStr,
    pub(super) segments: Vec<Segment>,
}

/// What stands between two slashes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Text(String),
    Placeholder(String),
}

impl Path {
    pub(super) fn parse(literal: LitStr, errors: &mut Errors) -> Self {
        let text = literal.value();
        let mut path = Self {
            literal,
            segments: Vec::new(),
        };
        match text.strip_prefix('/') {
            None => errors.at(&path.literal, "a path begins with `/`: `\"/items/{sku}\"`"),
            Some("") => {}
            Some(rest) => path.segments = rest.split('/').map(segment).collect(),
        }
        path.check(errors);
        path
    }

    /// Reports each mistake once: a segment that has one counts as plain text from then on.
    fn check(&mut self, errors: &mut Errors) {
        for segment in &mut self.segments {
            if let Some(mistake) = mistake(segment) {
                errors.at(&self.literal, mistake);
                *segment = Segment::Text(String::new());
            }
        }
        let names: Vec<&str> = self.placeholders().collect();
        if names.len() > MOST_PLACEHOLDERS {
            errors.at(
                &self.literal,
                "a path has at most 8 placeholders; move some into the query",
            );
        }
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) {
                errors.at(
                    &self.literal,
                    format!("`{{{name}}}` stands twice in this path"),
                );
            }
        }
    }

    /// The names of the placeholders, in their order.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Placeholder(name) => Some(name.as_str()),
            Segment::Text(_) => None,
        })
    }

    /// The whole template, version included.
    pub(super) fn template(&self, version: &str) -> String {
        let mut template = format!("/v{version}");
        for segment in &self.segments {
            match segment {
                Segment::Text(text) => template.extend(["/", text]),
                Segment::Placeholder(name) => template.extend(["/{", name, "}"]),
            }
        }
        template
    }

    /// Equal for two paths that match the same requests.
    pub(super) fn route(&self) -> Vec<Option<&str>> {
        let segments = self.segments.iter().map(|segment| match segment {
            Segment::Text(text) => Some(text.as_str()),
            Segment::Placeholder(_) => None,
        });
        segments.collect()
    }
}

fn segment(text: &str) -> Segment {
    match text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        Some(name) => Segment::Placeholder(name.to_owned()),
        None => Segment::Text(text.to_owned()),
    }
}

/// The name in a placeholder as other frameworks write it: `:sku`, `<sku>`.
fn foreign(text: &str) -> Option<&str> {
    let name = text.strip_prefix(':');
    let name = name.or_else(|| text.strip_prefix('<')?.strip_suffix('>'))?;
    let is_name = !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
    is_name.then_some(name)
}

fn mistake(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Placeholder(name) if name.starts_with('*') => {
            Some("a placeholder is one segment; `{*rest}` is not known to contracts".to_owned())
        }
        Segment::Placeholder(name) => {
            let plain = name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
            let starts = name.chars().next().is_some_and(|c| !c.is_ascii_digit());
            (!plain || !starts)
                .then(|| format!("`{{{name}}}` must name a parameter of the method: `{{sku}}`"))
        }
        Segment::Text(text) if text.contains('?') => Some(
            "a path has no query: a parameter of the method that is not in the path comes \
                from the query by itself"
                .to_owned(),
        ),
        Segment::Text(text) if text.contains(['{', '}']) => Some(format!(
            "a placeholder is a whole segment: write `/{{name}}/`, not `{text}`"
        )),
        Segment::Text(text) if text.is_empty() => {
            Some("a path has no empty segment and no `/` at its end".to_owned())
        }
        Segment::Text(text) if let Some(name) = foreign(text) => Some(format!(
            "a placeholder is written in braces: `{{{name}}}`, not `{text}`"
        )),
        Segment::Text(text) => text
            .chars()
            .find(|c| !c.is_ascii_alphanumeric() && !"-._~!$&'()+,;=:@".contains(*c))
            .map(|c| {
                format!(
                    "`{c}` cannot stand in a path: take letters, digits and \
                `-._~!$&'()+,;=:@`"
                )
            }),
    }
}
