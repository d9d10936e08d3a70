//! Durations as people write them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a finding says was expected.
pub(super) const EXPECTED: &str = "a duration such as \"250ms\", \"5s\" or \"1m30s\"";

/// A duration, written `250ms`, `5s`, `1.5h` or `1m30s`; a number without a unit is refused.
///
/// Units: `ns`, `us` (or `µs`), `ms`, `s`, `m`, `h`, `d`.
///
/// ```
/// use std::time::Duration;
/// use chassis::config::HumanDuration;
///
/// let timeout: HumanDuration = "1m30s".parse()?;
/// assert_eq!(Duration::from(timeout), Duration::from_secs(90));
/// assert_eq!(timeout.to_string(), "1m30s");
/// # Ok::<(), chassis::config::ValueError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HumanDuration(Duration);

/// A text that isn't the value that it should be; says what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct ValueError {
    pub(super) expected: &'static str,
}

/// Units from large to small, with their length in nanoseconds.
const UNITS: [(&str, u64); 8] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("ns", 1),
];

impl HumanDuration {
    /// A duration of whole seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(Duration::from_secs(secs))
    }

    /// A duration of whole milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }
}

impl FromStr for HumanDuration {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        parse(text.trim())
            .map(Self)
            .ok_or(ValueError { expected: EXPECTED })
    }
}

fn parse(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    // Each unit may come once, larger before smaller: "30s1m" is more often a slip than meant.
    let mut smallest = u64::MAX;
    while !rest.is_empty() {
        let (number, unit, after) = part(rest)?;
        let (_, nanos) = UNITS.iter().find(|(name, _)| *name == unit)?;
        if *nanos >= smallest {
            return None;
        }
        smallest = *nanos;
        total = total.checked_add(times(number, *nanos)?)?;
        rest = after;
    }
    (!text.is_empty()).then_some(total)
}

/// The first number, its unit, and what follows.
pub(super) fn part(text: &str) -> Option<(&str, &str, &str)> {
    let (number, rest) = split(text, |c| c.is_ascii_digit() || c == '.');
    let (unit, after) = split(rest, |c| !c.is_ascii_digit() && c != '.');
    (!number.is_empty() && !unit.is_empty()).then(|| (number, unit.trim(), after))
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

fn times(number: &str, nanos: u64) -> Option<Duration> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let whole = whole.parse::<u64>().ok()?;
    let seconds = u128::from(whole).checked_mul(u128::from(nanos))?;
    // Nine digits reach every nanosecond of a second; what lies beyond is of no use to a person.
    let digits: String = fraction.chars().take(9).collect();
    let scale = 10_u128.pow(u32::try_from(digits.len()).ok()?);
    let part = digits.parse::<u128>().ok()? * u128::from(nanos) / scale;
    let total = seconds.checked_add(part)?;
    let second = u128::from(UNITS[3].1);
    let subsec = u32::try_from(total % second).ok()?;
    Some(Duration::new(u64::try_from(total / second).ok()?, subsec))
}

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_nanos();
        if rest == 0 {
            return f.write_str("0s");
        }
        for (unit, nanos) in UNITS.iter().filter(|(unit, _)| *unit != "µs") {
            let count = rest / u128::from(*nanos);
            rest %= u128::from(*nanos);
            if count > 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

impl Deref for HumanDuration {
    type Target = Duration;

    fn deref(&self) -> &Duration {
        &self.0
    }
}

impl From<Duration> for HumanDuration {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl From<HumanDuration> for Duration {
    fn from(duration: HumanDuration) -> Self {
        duration.0
    }
}

impl Serialize for HumanDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HumanDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for HumanDuration {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "HumanDuration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "human-duration" })
    }
}
