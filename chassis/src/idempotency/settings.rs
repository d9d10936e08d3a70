//! `idempotency.…`: where the answers of idempotent methods are kept, and how long.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{ByteSize, Config, Finding, HumanDuration, Url};

/// How calls with an `Idempotency-Key` are answered: those of methods that say `idempotent`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where answers are kept: `memory:` (in this process, bounded), `sqlite:` (in the service's own
    /// store), `sqlite:PATH`, or with cargo feature `redis` `redis://HOST:PORT/DATABASE`, which all
    /// instances share. Prod refuses the first three where the registry shows that there may be
    /// several instances: a repetition that reaches another one would have its effect twice.
    pub url: Url,
    /// Whether a call of an idempotent method without a key is refused with 400. Else it is made, as
    /// if the method were not idempotent. Our own clients always send one.
    pub required: bool,
    /// How long an answer is kept: longer than anybody repeats a call. A day, as payment services do.
    pub ttl: HumanDuration,
    /// How long a key stays in flight after its process died; until then a repetition gets 409 with
    /// `Retry-After`. A call that runs longer renews it.
    pub lease: HumanDuration,
    /// The largest answer that is kept. Of a larger one only the fact is: a repetition gets 409, not a
    /// second effect.
    pub max_answer: ByteSize,
    /// How many answers are kept at most; beyond it the oldest go first. Not for `redis:`, which has
    /// its own `maxmemory`.
    pub max_entries: u32,
    /// How many bytes of answers `memory:` keeps at most; beyond it the oldest go first.
    pub max_bytes: ByteSize,
    /// Says that there is never more than one instance, so that `memory:` and `sqlite:` are enough in
    /// prod.
    pub one_instance: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: Url::bare("memory"),
            required: false,
            ttl: HumanDuration::from_secs(24 * 3600),
            lease: HumanDuration::from_secs(30),
            max_answer: ByteSize::from_kib(256),
            max_entries: 100_000,
            max_bytes: ByteSize::from_mib(64),
            one_instance: false,
        }
    }
}

impl Settings {
    /// Reads section `[idempotency]`. What is wrong stays in `config`, for the one report.
    pub(crate) fn read(config: &Config) -> Self {
        let settings: Self = config.section("idempotency").unwrap_or_default();
        settings.report(config);
        settings
    }

    fn report(&self, config: &Config) {
        let report = |key: &str, problem: &str, mend: &str| {
            let key = format!("idempotency.{key}");
            config.report(Finding::new(&key, problem).mend(mend));
        };
        if let Err(problem) = super::place(&self.url) {
            report("url", &problem, "write one of those");
        }
        if *self.lease < Duration::from_secs(1) {
            let problem = "a claim that ends within a second ends before its call does";
            report("lease", problem, "say 1s or more; 30s is the default");
        }
        if *self.ttl < *self.lease {
            let problem = "an answer would be forgotten before its call's claim ends";
            report("ttl", problem, "say more than idempotency.lease");
        }
        if self.max_entries == 0 {
            report("max_entries", "no answer could be kept", "say 1 or more");
        }
    }
}
