//! `http.overload.…` and `http.rate_limit.NAME.…`.

use std::time::Duration;

use http::HeaderName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::HumanDuration;
use crate::policy::limit::LimitSettings;
use crate::policy::rate_limit::Rate;
use crate::policy::shed::GateSettings;

/// What is refused when not all can be served, so that what is served is served well. What overload means
/// is found out, by latency and by the processor: nothing has to be set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Overload {
    /// Off, only `http.max_in_flight` bounds the calls at work.
    pub enabled: bool,
    /// So many calls of a route are always let in. Few, since a service that works through its calls one
    /// by one is slow already with ten at work; a wrong guess at less than that would cost more.
    pub min_concurrency: u32,
    /// Never are more calls of a route let in. As many as `http.max_in_flight`, which holds for all routes
    /// together.
    pub max_concurrency: u32,
    /// How many calls of a route are let in before its latency is known, within the bounds. Few, so that a start
    /// under overload is quick; calls that end in good time raise it threefold within the time of one call.
    pub initial_concurrency: u32,
    /// How many times as long as alone a call may take before fewer are let in. 1.5 leaves latencies room to
    /// vary; nearer to 1 keeps them lower and refuses more.
    pub tolerance: f64,
    /// How many calls of a route may wait for a place. Enough for a burst; more would be too late anyway. 0
    /// refuses at once.
    pub max_waiting: usize,
    /// How long each may wait. While the queue never empties the last come is served first, and each waits a
    /// fifth of it at most. Less than anybody notices.
    pub max_wait: HumanDuration,
    /// From which share of the processor on calls are refused when tasks also wake late: the background first
    /// (urgency 5 to 7 of RFC 9218), the most urgent (0 and 1) never. Of the container's limit, where it has
    /// one. 0 turns it off.
    pub cpu_threshold: f64,
}

impl Default for Overload {
    fn default() -> Self {
        let gate = GateSettings::default();
        Self {
            enabled: true,
            min_concurrency: gate.limit.min_concurrency,
            max_concurrency: gate.limit.max_concurrency,
            initial_concurrency: gate.limit.initial_concurrency,
            tolerance: gate.limit.tolerance,
            max_waiting: gate.max_waiting,
            max_wait: HumanDuration::from_millis(50),
            cpu_threshold: 0.95,
        }
    }
}

/// Something that is wrong with a key: its name within the section, what is wrong, what to do.
pub(crate) type Wrong = (String, String, &'static str);

/// The most that may wait at a route.
const MOST_WAITING: usize = 10_000;
/// The longest that a call may wait for its place.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// The most keys that a rate limit remembers: 160 MB.
const MOST_KEYS: usize = 10_000_000;

impl Overload {
    /// The same in the words of the policy.
    pub(in super::super) fn gate(&self) -> GateSettings {
        GateSettings {
            limit: LimitSettings {
                min_concurrency: self.min_concurrency,
                max_concurrency: self.max_concurrency,
                initial_concurrency: self
                    .initial_concurrency
                    .min(self.max_concurrency)
                    .max(self.min_concurrency),
                tolerance: self.tolerance,
                ..LimitSettings::default()
            },
            max_waiting: self.max_waiting,
            max_wait: *self.max_wait,
        }
    }

    fn wrong(&self) -> Vec<Wrong> {
        let mut all = Vec::new();
        let mut add = |key: &str, problem: &str, mend| {
            all.push((format!("overload.{key}"), problem.to_owned(), mend));
        };
        if let Err(mistake) = self.gate().limit.check() {
            add(
                mistake.setting,
                mistake.fault,
                "leave it out: the defaults find the limit themselves",
            );
        }
        if self.max_waiting > MOST_WAITING {
            add(
                "max_waiting",
                "is more than 10000, which would all be too late",
                "32 do",
            );
        }
        if self.max_waiting > 0 && (self.max_wait.is_zero() || *self.max_wait > LONGEST_WAIT) {
            add(
                "max_wait",
                "must be above 0s and at most 10s",
                "50ms do; max_waiting = 0 turns waiting off",
            );
        }
        if !(self.cpu_threshold == 0.0 || (0.1..=1.0).contains(&self.cpu_threshold)) {
            add(
                "cpu_threshold",
                "must lie between 0.1 and 1",
                "0.95 does; 0 turns it off",
            );
        }
        all
    }
}

/// So many calls in so long, for each caller or for all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimitRule {
    /// How many calls …
    pub limit: u32,
    /// … in so long.
    #[serde(default = "second")]
    pub per: HumanDuration,
    /// How many of them may come at once. Unset, all of them.
    #[serde(default)]
    pub burst: Option<u32>,
    /// For whom it is counted.
    #[serde(default)]
    pub by: By,
    /// The header whose value is the key, with `by = "header"`: `x-api-key`. Who sends none is counted by
    /// his address.
    #[serde(default)]
    pub header: Option<String>,
    /// The route that it holds for, as in the contract (`/v1/orders/{id}`), or the beginning of paths with a
    /// `*` behind it (`/v1/*`). Unset, every one.
    #[serde(default)]
    pub route: Option<String>,
    /// The method that it holds for. Unset, every one.
    #[serde(default)]
    pub method: Option<String>,
    /// How many keys are remembered, 16 bytes each. Where more come, those are forgotten that have used the
    /// least.
    #[serde(default = "keys")]
    pub max_keys: usize,
}

fn second() -> HumanDuration {
    HumanDuration::from_secs(1)
}

fn keys() -> usize {
    10_000
}

/// For whom calls are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// For each address (each /64 of IPv6, which one caller may have all of).
    #[default]
    Address,
    /// For each principal; for each address where there is none.
    Principal,
    /// For each value of a header.
    Header,
    /// For each route, whoever calls it.
    Route,
}

impl RateLimitRule {
    /// The same in the words of the policy.
    pub(super) fn rate(&self) -> Rate {
        let rate = Rate::new(self.limit, *self.per);
        Rate {
            burst: self.burst.unwrap_or(rate.burst),
            ..rate
        }
    }

    fn wrong(&self, name: &str) -> Vec<Wrong> {
        let mut all = Vec::new();
        let mut add = |key: &str, problem: &str, mend| {
            all.push((format!("rate_limit.{name}.{key}"), problem.to_owned(), mend));
        };
        if self.limit == 0 {
            add(
                "limit",
                "0 calls: nobody would ever be answered",
                "1 or more",
            );
        }
        if self.burst == Some(0) {
            add(
                "burst",
                "0 at once: nobody would ever be answered",
                "leave it out, or 1 or more",
            );
        }
        if self.per.is_zero() || *self.per > Duration::from_secs(366 * 86_400) {
            add("per", "must be above 0s and at most a year", "1s, 1m, 1h");
        }
        if self.max_keys == 0 || self.max_keys > MOST_KEYS {
            add("max_keys", "must be 1 to 10000000", "leave it out: 10000");
        }
        let header = self
            .header
            .as_deref()
            .map(|name| HeaderName::try_from(name).is_ok());
        match (self.by, header) {
            (By::Header, None) => add(
                "header",
                "is missing, and by = \"header\" needs it",
                "the header's name",
            ),
            (_, Some(false)) => add("header", "is no name of a header", "x-api-key"),
            (By::Header, _) | (_, None) => {}
            _ => add(
                "header",
                "says nothing without by = \"header\"",
                "add by = \"header\", or remove it",
            ),
        }
        if self
            .route
            .as_deref()
            .is_some_and(|route| !route.starts_with('/'))
        {
            add(
                "route",
                "must begin with a slash",
                "/v1/orders/{id}, or /v1/*",
            );
        }
        all
    }
}

/// What is wrong with these settings, key by key below `http`.
pub(crate) fn wrong(settings: &super::super::Settings) -> Vec<Wrong> {
    let mut all = settings.overload.wrong();
    all.extend(settings.zeros());
    for (name, rule) in &settings.rate_limit {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if !name.bytes().all(fits) || name.is_empty() {
            let problem =
                "a rate limit's name may have letters, digits, - and _, since callers see it";
            all.push((
                format!("rate_limit.{name}"),
                problem.to_owned(),
                "another name",
            ));
        }
        all.extend(rule.wrong(name));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::super::Settings;
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let settings: Settings = toml::from_str(text).unwrap();
        let mut keys: Vec<String> = wrong(&settings).into_iter().map(|(key, ..)| key).collect();
        keys.sort();
        keys
    }

    #[test]
    fn what_cannot_work_is_named() {
        assert!(wrong(&Settings::default()).is_empty());
        for (key, zero) in [
            ("timeout", "'0s'"),
            ("headers_timeout", "'0s'"),
            ("max_connections", "0"),
            ("max_in_flight", "0"),
            ("max_streams", "0"),
            ("max_uri", "0"),
            ("streaming.heartbeat", "'0s'"),
            ("streaming.write_timeout", "'0s'"),
        ] {
            assert_eq!(faults(&format!("{key} = {zero}")), [key]);
        }
        let overload = |key: &str, value: &str| {
            let found = faults(&format!("overload.{key} = {value}"));
            assert_eq!(found, [format!("overload.{key}")], "{value}");
        };
        overload("min_concurrency", "0");
        overload("max_concurrency", "4000000000");
        overload("tolerance", "0.5");
        overload("tolerance", "nan");
        overload("max_waiting", "100000");
        overload("max_wait", "'0s'");
        overload("max_wait", "'1h'");
        overload("cpu_threshold", "-1.0");
        overload("cpu_threshold", "95.0");
        assert!(
            faults("overload = { max_waiting = 0, max_wait = '0s', cpu_threshold = 0.0 }")
                .is_empty()
        );
    }

    #[test]
    fn rates_that_cannot_be_kept_are_named() {
        let rule = |rest: &str, key: &str| {
            let found = faults(&format!("rate_limit.a = {{ {rest} }}"));
            assert_eq!(found, [format!("rate_limit.a.{key}")], "{rest}");
        };
        rule("limit = 0", "limit");
        rule("limit = 1, burst = 0", "burst");
        rule("limit = 1, per = '0s'", "per");
        rule("limit = 1, per = '1000000h'", "per");
        rule("limit = 1, max_keys = 0", "max_keys");
        rule("limit = 1, max_keys = 1000000000", "max_keys");
        rule("limit = 1, by = 'header'", "header");
        rule("limit = 1, header = 'x-key'", "header");
        rule("limit = 1, by = 'header', header = 'x key'", "header");
        rule("limit = 1, route = 'v1'", "route");
        assert_eq!(faults("rate_limit.\"a b\".limit = 1"), ["rate_limit.a b"]);
        assert!(
            faults("rate_limit.a = { limit = 1, per = '1m', by = 'route', method = 'GET' }")
                .is_empty()
        );
    }
}
