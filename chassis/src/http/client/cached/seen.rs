//! What is seen of a cache: a span where the trace is sampled, a counter always.

use std::fmt;
use std::future::Future;
use std::time::Instant;

use crate::context::{SpanId, TraceContext};
use crate::contract::ContractInfo;
use crate::telemetry::{Counter, SpanKind, SpanRecord, Telemetry, semconv};
use crate::{CallError, Context};

/// What a cache made of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Given as it was kept.
    Hit,
    /// Given as another's call brought it meanwhile.
    Collapsed,
    /// Given as it was kept, while a new one is fetched.
    Stale,
    /// Still as it was kept, says the callee.
    Revalidated,
    /// Given as it was kept, since the callee failed: by this status, or without an answer.
    IfError(Option<u16>),
    /// The callee was asked.
    Miss,
}

impl Status {
    const ALL: [Self; 6] = [
        Self::Hit,
        Self::Collapsed,
        Self::Stale,
        Self::Revalidated,
        Self::IfError(None),
        Self::Miss,
    ];

    /// In one word, for metrics and spans.
    fn word(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Collapsed => "collapsed",
            Self::Stale => "stale",
            Self::Revalidated => "revalidated",
            Self::IfError(_) => "stale_if_error",
            Self::Miss => "miss",
        }
    }
}

/// As `cache-status` says it (RFC 9211).
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("chassis; ")?;
        match self {
            Self::Hit => f.write_str("hit"),
            Self::Collapsed => f.write_str("hit; collapsed"),
            Self::Stale => f.write_str("hit; detail=stale-while-revalidate"),
            Self::Revalidated => f.write_str("hit; fwd=stale; fwd-status=304"),
            Self::IfError(None) => f.write_str("hit; fwd=stale; detail=stale-if-error"),
            Self::IfError(Some(status)) => {
                write!(
                    f,
                    "hit; fwd=stale; fwd-status={status}; detail=stale-if-error"
                )
            }
            Self::Miss => f.write_str("fwd=miss"),
        }
    }
}

/// What counts the calls of one client's cached methods.
pub(super) struct Seen {
    telemetry: Telemetry,
    contract: &'static ContractInfo,
    /// By method, then in the order of [`Status::ALL`].
    counters: Vec<Vec<Counter>>,
}

impl Seen {
    pub(super) fn new(telemetry: &Telemetry, contract: &'static ContractInfo) -> Self {
        let counters = contract.methods.iter().map(|info| {
            let wanted = Status::ALL.iter().filter(|_| info.cache.is_some());
            let counter = |status: &Status| {
                let labels = [
                    (semconv::CHASSIS_PORT, contract.name),
                    (semconv::CHASSIS_METHOD, info.name),
                    (semconv::CHASSIS_OUTCOME, status.word()),
                ];
                let help = "Calls of cached methods, by what the client's cache made of them";
                let metrics = telemetry.metrics();
                metrics
                    .own_counter(semconv::CHASSIS_CACHE_CALLS, help, &labels)
                    .ok()
            };
            wanted.filter_map(counter).collect()
        });
        Self {
            telemetry: telemetry.clone(),
            contract,
            counters: counters.collect(),
        }
    }

    /// A call begins.
    pub(super) fn begin(&self) -> Began {
        let context = Context::current();
        let parent = context.trace().span_id;
        let own = self.telemetry.child(context.trace());
        Began {
            at: self.telemetry.env().now(),
            context: match &own {
                Some(own) => context.with_trace(own.clone()),
                None => context,
            },
            span: own.map(|own| (own, parent)),
        }
    }

    /// A failed call whose caller does not see that it failed.
    pub(super) fn in_need(&self, method: usize, error: &CallError) {
        let info = &self.contract.methods[method];
        tracing::debug!(
            "{}.{} failed, and its last answer was given instead: {error}",
            self.contract.name,
            info.name
        );
    }
}

/// A call that is under way.
pub(super) struct Began {
    at: Instant,
    context: Context,
    /// Its own place, and the caller's, where it is recorded.
    span: Option<(TraceContext, SpanId)>,
}

impl Began {
    /// Runs the call within its own span.
    pub(super) fn scope<F: Future>(&self, call: F) -> impl Future<Output = F::Output> {
        self.context.clone().scope(call)
    }

    /// The call is over.
    pub(super) fn end(self, seen: &Seen, method: usize, status: Status) {
        let place = Status::ALL
            .iter()
            .position(|one| one.word() == status.word());
        let counters = seen.counters.get(method);
        if let Some(counter) = place.and_then(|place| counters?.get(place)) {
            counter.inc();
        }
        let Some((trace, parent)) = self.span else {
            return;
        };
        let env = seen.telemetry.env();
        let elapsed = env.now().saturating_duration_since(self.at);
        let (contract, info) = (seen.contract, &seen.contract.methods[method]);
        let name = format!("cache {}.{}", contract.name, info.name);
        let mut span = SpanRecord::new(name, SpanKind::Internal, trace, env.wall() - elapsed);
        span.parent = Some(parent);
        span.elapsed = elapsed;
        span.attributes = vec![
            (semconv::CHASSIS_PORT, contract.name.into()),
            (semconv::CHASSIS_METHOD, info.name.into()),
            (semconv::CHASSIS_OUTCOME, status.word().into()),
        ];
        seen.telemetry.record(span);
    }
}
