//! Numbers, durations and states as people read them. The script says the same of what changes.

use super::markup::short_path;
use crate::admin::model::{Figures, LeadsTo, Outbound, PortState, State, StateName};

/// A value that isn't known.
pub(super) const NONE: &str = "\u{2013}";

/// The longest duration that the buckets tell apart, in milliseconds.
const LONGEST: f64 = 10_000.0;

/// How a port stands: the class that colours it and the word for it. [`MARKS`](super::drawing) draws a
/// shape for each, so that colour is never all there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) class: &'static str,
    pub(super) word: &'static str,
}

impl Standing {
    /// Of a port that nobody asked how it stands.
    pub(super) const STILL: Self = Self::new("still", "");

    const fn new(class: &'static str, word: &'static str) -> Self {
        Self { class, word }
    }

    /// Of an outbound port, by its state.
    pub(super) fn of_outbound(state: &PortState) -> Self {
        match state.name {
            "ok" => Self::new("ok", "ok"),
            "idle" => Self::new("idle", "not called yet"),
            "failing" => Self::new("bad", "failing"),
            "no-instance" => Self::new("away", "no instance"),
            "stale" => Self::new("warn", "stale"),
            other => Self::new("idle", other),
        }
    }

    /// Of an inbound port, by what it answered.
    pub(super) fn of_inbound(figures: &Figures) -> Self {
        if figures.error_rate.is_some_and(|rate| rate > 0.0) {
            Self::new("bad", "failing")
        } else if figures.calls == 0 {
            Self::new("idle", "not called yet")
        } else {
            Self::new("ok", "ok")
        }
    }

    /// Of the process.
    pub(super) fn of_process(state: &State) -> Self {
        match state.name {
            StateName::Starting => Self::new("idle", "starting"),
            StateName::Ready => Self::new("ok", "ready"),
            StateName::NotReady => Self::new("bad", "not ready"),
            StateName::Stopping => Self::new("warn", "stopping"),
        }
    }
}

/// `1,204`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `0/s`, `0.4/s`, `12/s`, `1.2k/s`.
pub(super) fn rate(rate: Option<f64>) -> String {
    match rate {
        None => NONE.to_owned(),
        Some(rate) if rate >= 1_000.0 => format!("{:.1}k/s", rate / 1_000.0),
        Some(rate) if rate >= 10.0 || rate == 0.0 => format!("{rate:.0}/s"),
        Some(rate) => format!("{rate:.1}/s"),
    }
}

/// `0.4 ms`, `12 ms`, `1.2 s`.
pub(super) fn millis(millis: Option<f64>) -> String {
    match millis {
        None => NONE.to_owned(),
        Some(millis) if millis >= LONGEST => "\u{2265} 10 s".to_owned(),
        Some(millis) if millis >= 1_000.0 => format!("{:.1} s", millis / 1_000.0),
        Some(millis) if millis >= 10.0 => format!("{millis:.0} ms"),
        Some(millis) => format!("{millis:.1} ms"),
    }
}

/// A duration without an upper end: a request's, not a percentile.
pub(super) fn elapsed(elapsed: f64) -> String {
    if elapsed >= LONGEST {
        return format!("{:.0} s", elapsed / 1_000.0);
    }
    millis(Some(elapsed))
}

/// What share of the calls failed; how many, where there is no window.
pub(super) fn errors(figures: &Figures) -> String {
    match (figures.rate, figures.error_rate) {
        (Some(rate), Some(errors)) if rate > 0.0 && errors > 0.0 => {
            let share = errors / rate * 100.0;
            if share < 0.1 {
                "< 0.1 %".to_owned()
            } else if share < 10.0 {
                format!("{share:.1} %")
            } else {
                format!("{share:.0} %")
            }
        }
        (Some(_), Some(_)) => "0 %".to_owned(),
        _ => count(figures.errors),
    }
}

/// The line of a port in the drawing: how often, how well.
pub(super) fn line(figures: &Figures) -> String {
    let often = match figures.rate {
        Some(_) => rate(figures.rate),
        None if figures.calls == 1 => "1 call".to_owned(),
        None => format!("{} calls", count(figures.calls)),
    };
    let failed = errors(figures);
    let word = if failed == "1" { "error" } else { "errors" };
    format!("{often} \u{b7} {failed} {word}")
}

/// The line below it: how long.
pub(super) fn durations(figures: &Figures) -> String {
    if figures.p50_ms.is_none() && figures.p99_ms.is_none() {
        return String::new();
    }
    format!(
        "p50 {} \u{b7} p99 {}",
        millis(figures.p50_ms),
        millis(figures.p99_ms)
    )
}

/// `12 s`, `5 min`, `3 h`, `2 d`.
pub(super) fn age(since_unix_ms: u64, now_unix_ms: u64) -> String {
    let seconds = now_unix_ms.saturating_sub(since_unix_ms) / 1_000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// `1.5 MiB`.
pub(super) fn bytes(bytes: u64) -> String {
    const KIB: u64 = 1_024;
    const MIB: u64 = KIB * KIB;
    match bytes {
        0..KIB => format!("{bytes} B"),
        KIB..MIB => format!("{} KiB", bytes / KIB),
        _ => format!("{} MiB", bytes / MIB),
    }
}

/// What connects an outbound port, and where it leads, as the configuration alone says it.
pub(super) fn leads_to(port: &Outbound) -> String {
    match &port.leads_to {
        LeadsTo::Component { .. } => "in this process".to_owned(),
        LeadsTo::Service { name, .. } => format!("service {name}"),
        LeadsTo::Adapter => port.adapter.clone(),
    }
}

/// What an outbound port speaks to, in a few words: `SqlStock, postgres://10.0.0.7/stock`,
/// `10.0.0.7:8080 + 2`.
pub(super) fn speaks_to(port: &Outbound) -> String {
    match (address(port, usize::MAX), &port.leads_to) {
        (Some(address), LeadsTo::Adapter) => format!("{}, {address}", port.adapter),
        (Some(address), _) => address,
        (None, LeadsTo::Component { name, .. }) => format!("{name}, in this process"),
        (None, LeadsTo::Service { name, origin }) => format!("{name} by {origin}"),
        (None, LeadsTo::Adapter) => port.adapter.clone(),
    }
}

/// The same in at most `limit` characters: of a long address the end.
pub(super) fn speaks_to_in(port: &Outbound, limit: usize) -> String {
    let left = limit.saturating_sub(port.adapter.chars().count() + 2);
    match (address(port, left), &port.leads_to) {
        (Some(address), LeadsTo::Adapter) if left >= LEAST => {
            format!("{}, {address}", port.adapter)
        }
        _ => short_path(&speaks_to(port), limit),
    }
}

/// With fewer characters an address says nothing.
const LEAST: usize = 8;

/// The first address in at most `limit` characters, and how many there are beside it.
fn address(port: &Outbound, limit: usize) -> Option<String> {
    let first = port.state.addresses.first()?;
    let first = short_path(&first.address, limit);
    Some(match port.state.addresses_total.saturating_sub(1) {
        0 => first,
        more => format!("{first} + {more}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_204), "1,204");
        assert_eq!(count(12_345_678), "12,345,678");
        let rates = [0.0, 0.42, 12.3, 1_234.0].map(|value| rate(Some(value)));
        assert_eq!(rates, ["0/s", "0.4/s", "12/s", "1.2k/s"]);
        let times = [0.4, 12.0, 1_200.0, 10_000.0].map(|value| millis(Some(value)));
        assert_eq!(times, ["0.4 ms", "12 ms", "1.2 s", "\u{2265} 10 s"]);
        assert_eq!(elapsed(31_000.0), "31 s");
        assert_eq!(bytes(2 * 1_024 * 1_024), "2 MiB");
    }

    #[test]
    fn ages_round_down() {
        let ages = [0, 59_999, 60_000, 3_599_999, 90_000_000, 180_000_000];
        let words = ages.map(|age_ms| age(0, age_ms));
        assert_eq!(words, ["0 s", "59 s", "1 min", "59 min", "25 h", "2 d"]);
        // A clock that was set back.
        assert_eq!(age(5_000, 0), "0 s");
    }
}
