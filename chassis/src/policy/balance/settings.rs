//! [`BalanceSettings`]: by which rule an endpoint is chosen.

use std::time::Duration;

use super::LoadSettings;

/// How calls are spread over endpoints.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BalanceSettings {
    /// By which rule. Default: [`Rule::PeakEwma`].
    pub rule: Rule,
    /// How answers make the load. Default: see [`LoadSettings`].
    pub load: LoadSettings,
    /// For so long an endpoint that has just come, or come back, gets less than its part: a tenth at
    /// first, all of it in the end. Zero: at once. Default: 10 s.
    pub slow_start: Duration,
    /// How many endpoints of a large set are used, the same ones until they go; 0: as many as
    /// [`BalanceSettings::MOST`]. Default: 0.
    pub subset: usize,
    /// With fewer endpoints than this the zone is not looked at; 0: never is it looked at. Default:
    /// 6, Envoy's.
    pub zone_minimum: usize,
}

/// By which rule an endpoint is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rule {
    /// The better of two by chance: by how long answers take and how many are awaited.
    #[default]
    PeakEwma,
    /// The better of two by chance: by how many answers are awaited.
    LeastRequest,
    /// One after the other.
    RoundRobin,
    /// Calls of one key go to one endpoint, by a Maglev table; calls without a key as by
    /// [`PeakEwma`](Self::PeakEwma).
    Maglev,
}

impl BalanceSettings {
    /// The most endpoints that are used of any set: what more would cost in memory and connections,
    /// no call would notice.
    pub const MOST: usize = 10_000;

    /// How many endpoints are used, at most.
    pub(crate) fn most(&self) -> usize {
        match self.subset {
            0 => Self::MOST,
            some => some.min(Self::MOST),
        }
    }
}

impl Default for BalanceSettings {
    fn default() -> Self {
        Self {
            rule: Rule::default(),
            load: LoadSettings::default(),
            slow_start: Duration::from_secs(10),
            subset: 0,
            zone_minimum: 6,
        }
    }
}
