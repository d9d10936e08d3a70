//! Section `[chaos]`: faults on purpose.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::HumanDuration;
use crate::policy::chaos::{Fault, Rule, Schedule};

/// Faults on purpose. They need a build with cargo feature `chaos` as well.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChaosSettings {
    /// Whether calls may suffer. Else everything below is ignored.
    pub enabled: bool,
    /// Where prod's rules hold, chaos is refused unless this says `break-production`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
    /// Where chance begins: the same seed and the same calls suffer the same.
    pub seed: u64,
    /// The faults, by a name of your own: `[chaos.faults.slow-warehouse]`.
    pub faults: BTreeMap<String, FaultSettings>,
}

/// One fault, and which calls suffer it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultSettings {
    /// The contract or own port whose calls suffer: `inventory`, `stock-store`.
    pub port: String,
    /// The method whose calls suffer. Unset: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// What they suffer.
    pub fault: FaultKind,
    /// How long `latency` takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<HumanDuration>,
    /// How much longer than `delay` it takes at most, by chance.
    #[serde(default)]
    pub jitter: HumanDuration,
    /// What `status` answers: 400 to 599.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How many of the calls suffer: more than 0, at most 1.
    #[serde(default = "all")]
    pub share: f64,
    /// Only calls that bear this mark: member `chaos` of the baggage, which is believed of callers
    /// of the same system only (`http.trust = "mesh"`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// How long after the start it begins.
    #[serde(default)]
    pub after: HumanDuration,
    /// How long it lasts. Unset: until the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts: Option<HumanDuration>,
    /// After how long it comes again, from beginning to beginning; at least `lasts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<HumanDuration>,
}

/// What a call can suffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// It is made later, by `delay`.
    Latency,
    /// It isn't made: `status` is answered.
    Status,
    /// It isn't made: the connection is refused.
    Refused,
    /// It is made, and its connection breaks before the answer.
    Cut,
    /// Nothing comes, until somebody's limit ends it.
    BlackHole,
}

fn all() -> f64 {
    1.0
}

impl FaultSettings {
    /// The rule that this is. What is missing shows when the rule is checked: no delay, no status.
    pub(super) fn rule(&self, name: &str) -> Rule {
        let least = self.delay.map(|delay| *delay).unwrap_or_default();
        let forever = *HumanDuration::from_secs(100 * 365 * 86_400);
        let is_timed = self.lasts.is_some() || !self.after.is_zero() || self.every.is_some();
        Rule {
            name: name.to_owned(),
            port: self.port.clone(),
            method: self.method.clone(),
            fault: match self.fault {
                FaultKind::Latency => Fault::Latency {
                    least,
                    most: least + *self.jitter,
                },
                FaultKind::Status => Fault::Status(self.status.unwrap_or_default()),
                FaultKind::Refused => Fault::Refused,
                FaultKind::Cut => Fault::Cut,
                FaultKind::BlackHole => Fault::BlackHole,
            },
            share: self.share,
            mark: self.mark.clone(),
            schedule: is_timed.then(|| Schedule {
                after: *self.after,
                lasts: self.lasts.map_or(forever, |lasts| *lasts),
                every: self.every.map(|every| *every),
            }),
        }
    }
}
