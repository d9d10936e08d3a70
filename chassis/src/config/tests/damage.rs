//! Damaged files: whatever is wrong with one, nothing panics and no secret is said.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::toml;
use crate::config::{ByteSize, Cli, Config, Defaults, HumanDuration, Secret, Url};

#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Everything {
    url: Url,
    pin: Secret<u32>,
    token: Option<Secret<String>>,
    keys: Vec<Secret<String>>,
    idle: HumanDuration,
    size: ByteSize,
    share: f32,
    kind: Kind,
    any: serde_json::Value,
    map: BTreeMap<String, (u8, String)>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Plain,
    Number(i8),
    Table { on: bool },
}

const GOOD: &str = "
[all]
url = 'pg://user:hunter2@db:5432/x?ssl=on'
pin = 777666555
token = 'hunter2'
keys = ['hunter2', '${A:-hunter2!}']
idle = '1m30s'
size = '1MiB'
share = 0.5
kind = { table = { on = true } }
any = [1, 'a', { b = 2020-01-01 }]
map.a = [1, 'ä']
map.b = [255, '']
";

/// What is put into the text: what has a meaning somewhere.
const BITS: [&str; 24] = [
    "", "'", "\"", "[", "]", "{", "}", "=", ".", ",", "\n", "#", "-", "0", "9", "e", "${", "$${",
    "file:", ":", "//", "@", "\u{0}", "🦀",
];

/// A small generator of the same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// The good text with one to three places damaged, but never within a key: a secret that stands
/// under another name is no secret.
fn damaged(numbers: &mut Numbers) -> String {
    let mut text = GOOD.to_owned();
    for _ in 0..=numbers.below(3) {
        let places: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .filter(|at| text[..*at].rfind('=') > text[..*at].rfind('\n'))
            .collect();
        let at = places[numbers.below(places.len())];
        let bit = BITS[numbers.below(BITS.len())];
        let end = text.len().min(at + numbers.below(3));
        let end = (end..).find(|end| text.is_char_boundary(*end)).unwrap();
        text.replace_range(at..end, bit);
    }
    text
}

/// What is said of a text, and whether it could be read.
fn said(text: &str) -> (String, bool) {
    let config = match Config::load(&toml(text), &Cli::default(), &Defaults::new("shop")) {
        Ok(config) => config,
        Err(findings) => return (findings.to_string(), false),
    };
    let read = config.section::<Everything>("all");
    let report = config.check().map_err(|findings| findings.to_string());
    let report = report.err().unwrap_or_default();
    (format!("{report}\n{}", config.listing()), read.is_ok())
}

#[test]
fn nothing_panics_and_no_secret_is_said() {
    let (text, good) = said(GOOD);
    assert!(good, "{text}");
    let mut numbers = Numbers(1);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..3_000 {
        let text = damaged(&mut numbers);
        let (said, good) = said(&text);
        for secret in ["hunter2", "777666555"] {
            assert!(!said.contains(secret), "of\n{text}\nit was said\n{said}");
        }
        *(if good { &mut read } else { &mut refused }) += 1;
    }
    // Both ways were gone, many times.
    assert!(read > 100 && refused > 1_000, "{read} {refused}");
}
