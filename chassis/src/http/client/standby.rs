//! [`Standby`]: what answers instead when a call has failed after all policies.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

use bytes::Bytes;
use http::Response;

use crate::context::TraceContext;
use crate::contract::{
    Contract, ContractInfo, Loopback, Outgoing, StreamFuture, Transport, TransportFuture,
};
use crate::policy::fallback::{Instead, caught};
use crate::telemetry::{Counter, SpanKind, SpanRecord, Telemetry, semconv};
use crate::{CallError, Context};

/// A transport with an implementation of the same contract behind it, which is asked when a call
/// failed: by itself, or with a 5xx answer. Where that one fails, too, or panics, the call's own
/// failure stays.
pub(crate) struct Standby {
    inner: Arc<dyn Transport>,
    /// The implementation, its contract forgotten.
    instead: Box<dyn Transport>,
    contract: &'static ContractInfo,
    telemetry: Telemetry,
    methods: Vec<Method>,
}

/// What is counted of one method.
#[derive(Default)]
struct Method {
    given: Option<Counter>,
    failed: Option<Counter>,
    panicked: Option<Counter>,
    /// Whether the last call failed: only a change is worth a line.
    down: AtomicBool,
}

impl Standby {
    /// `inner`, with `instead` behind it.
    pub(crate) fn around<C: Contract + ?Sized>(
        inner: Arc<dyn Transport>,
        instead: Arc<C>,
        telemetry: &Telemetry,
    ) -> Arc<dyn Transport> {
        Arc::new(Self::new(
            inner,
            Box::new(Loopback::new(instead)),
            C::info(),
            telemetry,
        ))
    }

    fn new(
        inner: Arc<dyn Transport>,
        instead: Box<dyn Transport>,
        contract: &'static ContractInfo,
        telemetry: &Telemetry,
    ) -> Self {
        let methods = contract.methods.iter().map(|info| {
            let counter = |outcome| {
                let labels = [
                    (semconv::CHASSIS_PORT, contract.name),
                    (semconv::CHASSIS_METHOD, info.name),
                    (semconv::CHASSIS_OUTCOME, outcome),
                ];
                let help = "Calls that failed and had a fallback, by what it came to";
                let metrics = telemetry.metrics();
                metrics
                    .own_counter(semconv::CHASSIS_FALLBACK_CALLS, help, &labels)
                    .ok()
            };
            Method {
                given: counter(word(Instead::Given)),
                failed: counter(word(Instead::Failed)),
                panicked: counter(word(Instead::Panicked)),
                down: AtomicBool::new(false),
            }
        });
        Self {
            methods: methods.collect(),
            inner,
            instead,
            contract,
            telemetry: telemetry.clone(),
        }
    }

    async fn either(&self, outgoing: Outgoing) -> Result<Response<Bytes>, CallError> {
        let again = Outgoing {
            contract: outgoing.contract,
            method: outgoing.method,
            target: outgoing.target.clone(),
            headers: outgoing.headers.clone(),
            body: outgoing.body.clone(),
        };
        let method = outgoing.method;
        let answer = self.inner.call(outgoing).await;
        match &answer {
            Ok(response) if !response.status().is_server_error() => {
                self.recovered(method);
                answer
            }
            _ => self.instead(again, answer).await,
        }
    }

    /// The call failed: what the fallback answers, else the failure.
    #[cold]
    async fn instead(
        &self,
        outgoing: Outgoing,
        failed: Result<Response<Bytes>, CallError>,
    ) -> Result<Response<Bytes>, CallError> {
        let method = outgoing.method;
        let why = match &failed {
            Ok(response) => response.status().as_u16().to_string(),
            Err(error) => error.kind().to_owned(),
        };
        let (caller, began) = (Context::current(), self.telemetry.env().now());
        let (answer, instead) = caught(|| async move {
            let answer = self.instead.call(outgoing).await.ok()?;
            // It says itself that it has nothing: what it lacks is an error of the contract.
            (!answer.status().is_server_error()).then_some(answer)
        })
        .await;
        self.say(method, instead, &why);
        self.trace(method, instead, why, caller.trace(), began);
        answer.map_or(failed, Ok)
    }

    /// Counts what the fallback came to, and says the first of several in the log.
    fn say(&self, method: usize, instead: Instead, why: &str) {
        let info = &self.contract.methods[method];
        let Some(seen) = self.methods.get(method) else {
            return;
        };
        let counter = match instead {
            Instead::Given => &seen.given,
            Instead::Failed => &seen.failed,
            Instead::Panicked => &seen.panicked,
        };
        if let Some(counter) = counter {
            counter.inc();
        }
        if !seen.down.swap(true, Relaxed) {
            let (name, word) = (
                format!("{}.{}", self.contract.name, info.name),
                word(instead),
            );
            tracing::warn!(
                error_type = why,
                "{name} fails, and its fallback is asked instead ({word}); said once until it \
                 answers again"
            );
        }
    }

    /// The span of the fallback, where the caller's trace is recorded.
    fn trace(
        &self,
        method: usize,
        instead: Instead,
        why: String,
        parent: &TraceContext,
        began: Instant,
    ) {
        let Some(trace) = self.telemetry.child(parent) else {
            return;
        };
        let info = &self.contract.methods[method];
        let env = self.telemetry.env();
        let elapsed = env.now().saturating_duration_since(began);
        let name = format!("fallback {}.{}", self.contract.name, info.name);
        let mut span = SpanRecord::new(name, SpanKind::Internal, trace, env.wall() - elapsed);
        span.parent = Some(parent.span_id);
        span.elapsed = elapsed;
        span.error = instead != Instead::Given;
        span.attributes = vec![
            (semconv::CHASSIS_PORT, self.contract.name.into()),
            (semconv::CHASSIS_METHOD, info.name.into()),
            (semconv::CHASSIS_OUTCOME, word(instead).into()),
            (semconv::ERROR_TYPE, why.into()),
        ];
        self.telemetry.record(span);
    }

    fn recovered(&self, method: usize) {
        let Some(seen) = self.methods.get(method) else {
            return;
        };
        // Read first: a write would cost every call.
        if seen.down.load(Relaxed) && seen.down.swap(false, Relaxed) {
            let info = &self.contract.methods[method];
            tracing::info!(
                "{}.{} answers again; its fallback rests",
                self.contract.name,
                info.name
            );
        }
    }
}

/// For metrics, spans and the log.
fn word(instead: Instead) -> &'static str {
    match instead {
        Instead::Given => "given",
        Instead::Failed => "failed",
        Instead::Panicked => "panicked",
    }
}

impl Transport for Standby {
    fn call(&self, outgoing: Outgoing) -> TransportFuture<'_> {
        Box::pin(self.either(outgoing))
    }

    /// A stream has no fallback: what has begun cannot be taken back.
    fn stream(&self, outgoing: Outgoing) -> StreamFuture<'_> {
        self.inner.stream(outgoing)
    }
}

impl fmt::Debug for Standby {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Standby")
            .field("contract", &self.contract.name)
            .finish_non_exhaustive()
    }
}
