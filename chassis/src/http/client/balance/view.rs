//! How the endpoints of a client stand, and what a person changes of it by hand.

use std::time::Duration;

use super::Balance;
use crate::http::client::endpoints::Set;
use crate::policy::ejection::Change;
use crate::policy::limit::AdaptiveLimit;

/// One endpoint, as a person sees it.
#[derive(Debug, Clone)]
pub(crate) struct EndpointView {
    /// `host:port`.
    pub(crate) address: String,
    /// Calls in flight.
    pub(crate) in_flight: u32,
    /// How long an answer takes, as the balance sees it.
    pub(crate) average: Duration,
    /// How many calls it gets at once, where that is limited.
    pub(crate) limit: Option<u32>,
    /// How long it has answered none of its calls, where that is long: it gets hardly any more.
    pub(crate) silent: Option<Duration>,
    /// Why it is left out, and for how long yet: zero where one call is to decide.
    pub(crate) ejected: Option<(String, Duration)>,
}

/// A silence that is worth a word.
const LONG: Duration = Duration::from_secs(1);

impl Balance {
    /// How they stand now.
    pub(in crate::http::client) fn view(&self, set: &Set) -> Vec<EndpointView> {
        let now = self.env.now();
        let all = set.endpoints.iter().zip(set.balancer.candidates());
        all.map(|(endpoint, candidate)| EndpointView {
            address: endpoint.address().to_string(),
            in_flight: candidate.load().calls_in_flight(),
            average: candidate.load().average(now),
            limit: candidate.limit().map(AdaptiveLimit::limit),
            silent: candidate.load().silent(now).filter(|time| *time >= LONG),
            ejected: candidate.member().ejection().map(|(reason, until)| {
                let left = until.saturating_duration_since(now);
                (reason.to_string(), left)
            }),
        })
        .collect()
    }

    /// Whether too few endpoints are left, so that all are called.
    pub(in crate::http::client) fn is_panicking(&self) -> bool {
        self.group.is_panicking()
    }

    /// Leaves the endpoint at `address` out for `time`, or takes it back at once. Whether it is known.
    pub(in crate::http::client) fn by_hand(
        &self,
        set: &Set,
        address: &str,
        time: Option<Duration>,
    ) -> bool {
        let now = self.env.now();
        let mut all = set.endpoints.iter().zip(set.balancer.candidates());
        let Some((endpoint, candidate)) = all.find(|one| one.0.address().to_string() == address)
        else {
            return false;
        };
        let change = match time {
            Some(time) => candidate.member().eject_by_hand(time, now),
            None => candidate.member().reset().then_some(Change::Readmitted),
        };
        if let Some(change) = change {
            self.changed(change, endpoint, candidate, now);
        }
        true
    }
}
