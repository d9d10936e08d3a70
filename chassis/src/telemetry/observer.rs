//! [`observer`]: what watches the calls of one port: spans, metrics, recent failures.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::Telemetry;
use super::metrics::PortSeries;
use super::semconv;
use super::traces::{SpanKind, SpanRecord};
use crate::Context;
use crate::context::TraceId;
use crate::port::{Finished, Observer, Outcome, PortInfo};

/// The observer of a port: give it to its [`Crossing`](crate::port::Crossing), and keep it to ask
/// for [`recent failures`](PortObserver::failures).
pub fn observer(telemetry: &Telemetry, port: &'static PortInfo) -> Arc<PortObserver> {
    let methods = port.methods.iter().map(|method| method.name);
    Arc::new(PortObserver::new(telemetry, port.name, methods))
}

/// Watches the calls of one port.
#[derive(Debug)]
pub struct PortObserver {
    telemetry: Telemetry,
    port: Arc<str>,
    methods: Vec<Method>,
    failures: Mutex<VecDeque<Failure>>,
}

#[derive(Debug)]
struct Method {
    name: &'static str,
    /// `stock-store/load`.
    span: Arc<str>,
    series: PortSeries,
}

/// One call that failed. Its error's message is not kept: it may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// When it ended.
    pub at: SystemTime,
    /// Which method of the port.
    pub method: &'static str,
    /// `error.type`: the error's type, or `cancelled`.
    pub error_type: &'static str,
    /// Where to look further.
    pub trace_id: TraceId,
}

/// How many failures are kept.
const KEPT: usize = 16;

impl PortObserver {
    /// The observer of a port that is known by name only, such as a contract that is called
    /// in this process.
    pub fn new(
        telemetry: &Telemetry,
        port: impl Into<Arc<str>>,
        methods: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        let port = port.into();
        let method = |name| Method {
            name,
            span: format!("{port}/{name}").into(),
            series: telemetry.metrics().port(&port, name),
        };
        Self {
            methods: methods.into_iter().map(method).collect(),
            telemetry: telemetry.clone(),
            port,
            failures: Mutex::default(),
        }
    }

    /// The last failures, the newest first.
    pub fn failures(&self) -> Vec<Failure> {
        let all = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().rev().cloned().collect()
    }

    fn record(
        &self,
        method: &Method,
        finished: &Finished<'_>,
        elapsed: Duration,
        error_type: Option<&'static str>,
    ) {
        let env = self.telemetry.env();
        let start = env.wall() - elapsed;
        let trace = finished.context.trace().clone();
        let mut span = SpanRecord::new(Arc::clone(&method.span), SpanKind::Client, trace, start);
        span.parent = Some(finished.outer.trace().span_id);
        span.elapsed = elapsed;
        span.error = error_type.is_some();
        span.attributes = vec![
            (semconv::CHASSIS_PORT, self.port.clone().into()),
            (semconv::CHASSIS_METHOD, method.name.into()),
        ];
        if let Some(error_type) = error_type {
            span.attributes
                .push((semconv::ERROR_TYPE, error_type.into()));
        }
        self.telemetry.record(span);
    }

    fn keep(&self, failure: Failure) {
        let mut all = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == KEPT {
            all.pop_front();
        }
        all.push_back(failure);
    }
}

impl Observer for PortObserver {
    fn begin(&self, _method: usize, context: Context) -> Context {
        match self.telemetry.child(context.trace()) {
            Some(child) => context.with_trace(child),
            None => context,
        }
    }

    fn end(&self, finished: &Finished<'_>) {
        let Some(method) = self.methods.get(finished.method) else {
            return;
        };
        let (began, ended) = finished.time;
        let error_type = match finished.outcome {
            Outcome::Ok => None,
            Outcome::Error(error_type) => Some(error_type),
            Outcome::Cancelled => Some("cancelled"),
        };
        let elapsed = ended.saturating_duration_since(began);
        let trace = finished.context.trace();
        method.series.record_traced(elapsed, error_type, trace);
        if trace.is_sampled() && self.telemetry.records() {
            self.record(method, finished, elapsed, error_type);
        }
        if let Some(error_type) = error_type {
            self.keep(Failure {
                at: self.telemetry.env().wall(),
                method: method.name,
                error_type,
                trace_id: trace.trace_id,
            });
        }
    }
}
