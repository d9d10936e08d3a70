//! Questions to a JSON schema as schemars makes it: the words that the check needs, no more.

use serde_json::{Map, Value as Json};

use super::names::either;
use super::{duration, size, url};

/// A schema with the document that its references point into.
#[derive(Clone, Copy)]
pub(super) struct Schema<'a> {
    document: &'a Json,
    here: &'a Json,
}

impl<'a> Schema<'a> {
    /// The schema of a whole document.
    pub(super) fn of(document: &'a Json) -> Self {
        Self {
            document,
            here: document,
        }
        .resolved()
    }

    fn with(self, here: &'a Json) -> Self {
        Self { here, ..self }
    }

    /// The schema that a reference points to, itself where there is none.
    fn resolved(self) -> Self {
        let mut schema = self;
        // A chain of references ends, unless someone wrote a schema by hand that doesn't.
        for _ in 0..16 {
            let target = schema.word("$ref").and_then(Json::as_str);
            let target = target.and_then(|name| name.strip_prefix('#'));
            match target.and_then(|pointer| schema.document.pointer(pointer)) {
                Some(here) => schema = schema.with(here),
                None => return schema,
            }
        }
        schema
    }

    /// What the schema says under a word, not following a reference.
    pub(super) fn word(self, name: &str) -> Option<&'a Json> {
        self.here.get(name)
    }

    /// The text under a word.
    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.word(name).and_then(Json::as_str)
    }

    /// The value of `word` at the place of a reference or else behind it.
    fn own_or_resolved(self, name: &str) -> Option<&'a Json> {
        self.word(name).or_else(|| self.resolved().word(name))
    }

    /// Whether the value must never be shown: `writeOnly`, also on one of several branches.
    pub(super) fn is_secret(self) -> bool {
        let marked = |schema: &Json| schema.get("writeOnly") == Some(&Json::Bool(true));
        let list = self.word("anyOf").or_else(|| self.word("oneOf"));
        let mut branches = list.and_then(Json::as_array).into_iter().flatten();
        marked(self.here) || marked(self.resolved().here) || branches.any(marked)
    }

    /// The doc comment.
    pub(super) fn description(self) -> Option<&'a str> {
        self.own_or_resolved("description")?.as_str()
    }

    /// The first paragraph of the doc comment.
    pub(super) fn about(self) -> Option<&'a str> {
        self.description()?.split("\n\n").next()
    }

    /// The default value.
    pub(super) fn default(self) -> Option<&'a Json> {
        self.own_or_resolved("default")
            .filter(|value| !value.is_null())
    }

    /// The schema to check against: references followed, `null` taken out of a choice of two.
    pub(super) fn effective(self) -> Self {
        let schema = self.resolved();
        match schema.branches().as_slice() {
            [one] => one.effective(),
            _ => schema,
        }
    }

    /// The alternatives of `anyOf` or `oneOf`, resolved, without `null`: TOML has none.
    pub(super) fn branches(self) -> Vec<Self> {
        let list = self
            .word("anyOf")
            .or_else(|| self.word("oneOf"))
            .and_then(Json::as_array);
        let branches = list
            .into_iter()
            .flatten()
            .map(|branch| self.with(branch).resolved());
        branches
            .filter(|branch| branch.text("type") != Some("null"))
            .collect()
    }

    /// The types allowed, `null` apart; none means any.
    pub(super) fn types(self) -> Vec<&'a str> {
        let one = self.text("type").into_iter();
        let many = self
            .word("type")
            .and_then(Json::as_array)
            .into_iter()
            .flatten();
        one.chain(many.filter_map(Json::as_str))
            .filter(|name| *name != "null")
            .collect()
    }

    /// The texts allowed by `enum` or `const`.
    pub(super) fn texts(self) -> Option<Vec<&'a str>> {
        if let Some(text) = self.text("const") {
            return Some(vec![text]);
        }
        self.word("enum")?
            .as_array()?
            .iter()
            .filter(|v| !v.is_null())
            .map(Json::as_str)
            .collect()
    }

    /// All texts of a choice whose every branch is a text.
    pub(super) fn choice_of_texts(self) -> Option<Vec<&'a str>> {
        let branches = self.branches();
        let lists: Option<Vec<_>> = branches.into_iter().map(Self::texts).collect();
        lists
            .map(|lists| lists.concat())
            .filter(|texts| !texts.is_empty())
    }

    /// The keys of a table that have a schema of their own.
    pub(super) fn properties(self) -> Option<&'a Map<String, Json>> {
        self.word("properties").and_then(Json::as_object)
    }

    /// The schema of one key.
    pub(super) fn property(self, name: &str) -> Option<Self> {
        self.properties()?.get(name).map(|here| self.with(here))
    }

    /// The schema of all other keys: `None` where they are errors.
    pub(super) fn others(self) -> Option<Self> {
        let patterns = || self.word("patternProperties")?.as_object()?.values().next();
        // A struct with flattened parts knows keys that aren't among its properties.
        let open = ["oneOf", "anyOf", "allOf"]
            .iter()
            .any(|word| self.word(word).is_some());
        match self.word("additionalProperties").or_else(patterns) {
            Some(Json::Bool(true)) => Some(self.with(&Json::Bool(true))),
            Some(Json::Bool(false)) if !open => None,
            Some(here @ Json::Object(_)) => Some(self.with(here)),
            _ if self.properties().is_none() || open => Some(self.with(&Json::Bool(true))),
            _ => None,
        }
    }

    /// The keys that must be there.
    pub(super) fn required(self) -> impl Iterator<Item = &'a str> {
        let list = self.word("required").and_then(Json::as_array);
        list.into_iter().flatten().filter_map(Json::as_str)
    }

    /// The schema of a list's entry.
    pub(super) fn item(self, index: usize) -> Self {
        let fixed = self.word("prefixItems").and_then(|list| list.get(index));
        self.with(
            fixed
                .or_else(|| self.word("items"))
                .unwrap_or(&Json::Bool(true)),
        )
    }

    /// The least and the greatest whole number allowed.
    pub(super) fn range(self) -> (Option<i128>, Option<i128>) {
        let (low, high): (Option<i128>, Option<i128>) = match self.text("format") {
            Some("int32") => (Some(i32::MIN.into()), Some(i32::MAX.into())),
            Some("uint32") => (Some(0), Some(u32::MAX.into())),
            Some("int64" | "int") => (Some(i64::MIN.into()), Some(i64::MAX.into())),
            Some("uint64" | "uint") => (Some(0), Some(u64::MAX.into())),
            _ => (None, None),
        };
        let said = |name: &str| self.word(name).and_then(whole);
        let low = said("minimum")
            .or_else(|| said("exclusiveMinimum").map(|n| n + 1))
            .or(low);
        let high = said("maximum")
            .or_else(|| said("exclusiveMaximum").map(|n| n - 1))
            .or(high);
        (low, high)
    }

    /// The least and the greatest length under these two words.
    pub(super) fn lengths(self, min: &str, max: &str) -> (usize, usize) {
        let length = |name: &str| {
            let length = self.word(name).and_then(Json::as_u64);
            length.and_then(|length| usize::try_from(length).ok())
        };
        (length(min).unwrap_or(0), length(max).unwrap_or(usize::MAX))
    }

    /// What is expected, in words.
    pub(super) fn expected(self) -> String {
        let schema = self.effective();
        if let Some(text) = schema.text("format").and_then(expected_format) {
            return text.to_owned();
        }
        if let Some(texts) = schema.texts().or_else(|| schema.choice_of_texts()) {
            return either(&texts);
        }
        let mut kinds: Vec<String> = match schema.branches().as_slice() {
            [] => schema
                .types()
                .iter()
                .map(|kind| schema.kind(kind))
                .collect(),
            branches => branches.iter().map(|branch| branch.expected()).collect(),
        };
        kinds.dedup();
        if kinds.is_empty() {
            "a value".to_owned()
        } else {
            either(&kinds)
        }
    }

    fn kind(self, kind: &str) -> String {
        match kind {
            "boolean" => "true or false".to_owned(),
            "integer" => format!("a whole number{}", self.bounds()),
            "number" => format!("a number{}", self.bounds_of_number()),
            "string" => match self.word("examples").and_then(|list| list.get(0)) {
                Some(example) => format!("text such as {example}"),
                None => "text".to_owned(),
            },
            "array" => match self.word("items") {
                Some(items) => format!("a list, each entry {}", self.with(items).expected()),
                None => "a list".to_owned(),
            },
            _ => "a table".to_owned(),
        }
    }

    fn bounds(self) -> String {
        // Bounds that come of a machine's word alone say nothing to a person.
        let human = |n: &i128| n.unsigned_abs() < u128::from(u32::MAX);
        match self.range() {
            (Some(low), Some(high)) if human(&low) && human(&high) => {
                format!(" from {low} to {high}")
            }
            (Some(low), _) if human(&low) => format!(", at least {low}"),
            (_, Some(high)) if human(&high) => format!(", at most {high}"),
            _ => String::new(),
        }
    }

    fn bounds_of_number(self) -> String {
        match (self.word("minimum"), self.word("maximum")) {
            (Some(low), Some(high)) => format!(" from {low} to {high}"),
            (Some(low), None) => format!(", at least {low}"),
            (None, Some(high)) => format!(", at most {high}"),
            (None, None) => String::new(),
        }
    }
}

fn whole(number: &Json) -> Option<i128> {
    let signed = number.as_i64().map(i128::from);
    signed
        .or_else(|| number.as_u64().map(i128::from))
        .or_else(|| {
            let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
            // A whole float within the range of i64 is exact enough for a bound.
            (float.abs() < 9e18).then_some(float as i128)
        })
}

/// Texts whose form the check itself knows.
fn expected_format(format: &str) -> Option<&'static str> {
    Some(match format {
        "human-duration" => duration::EXPECTED,
        "byte-size" => size::EXPECTED,
        "uri" => url::EXPECTED,
        "socket-addr" => "an address with a port, such as \"127.0.0.1:8080\"",
        "ip" => "an IP address, such as \"127.0.0.1\"",
        "ipv4" => "an IPv4 address, such as \"127.0.0.1\"",
        "ipv6" => "an IPv6 address, such as \"::1\"",
        _ => return None,
    })
}

/// Whether a text has the form that its schema names; unknown forms are left to serde.
pub(super) fn fits_format(format: &str, text: &str) -> bool {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
    match format {
        "human-duration" => text.parse::<duration::HumanDuration>().is_ok(),
        "byte-size" => text.parse::<size::ByteSize>().is_ok(),
        "uri" => text.parse::<url::Url>().is_ok(),
        "socket-addr" => text.parse::<SocketAddr>().is_ok(),
        "ip" => text.parse::<IpAddr>().is_ok(),
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        _ => true,
    }
}
