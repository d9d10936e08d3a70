//! What is seen of a call: its place in the trace, a span where it is sampled, its duration.

use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::context::{SpanId, TraceContext, TraceFlags, TraceId};
use crate::contract::{ContractInfo, MethodInfo};
use crate::telemetry::{
    Counter, Failure, Failures, HttpSeries, Recorded, SpanKind, SpanRecord, Telemetry, Value,
    semconv,
};
use crate::{CallError, Context};

/// What is resolved when the client is made: the series and the names of every method.
#[derive(Debug)]
pub(crate) struct Methods {
    telemetry: Telemetry,
    /// A service's name, or a host.
    address: Arc<str>,
    port: Option<u16>,
    methods: Vec<Method>,
    failures: Failures,
}

#[derive(Debug)]
struct Method {
    /// Its name in the contract.
    name: &'static str,
    verb: &'static str,
    /// `/v1/items/{sku}`; empty where no template is known.
    template: &'static str,
    /// `GET /v1/items/{sku}`.
    span: Arc<str>,
    series: HttpSeries,
    /// What counts the items that it streams to us.
    items: Option<Counter>,
}

impl Method {
    fn new(telemetry: &Telemetry, verb: &str, template: &'static str, address: &str) -> Self {
        let verb = semconv::method(verb);
        let metrics = telemetry.metrics();
        Self {
            name: "",
            verb,
            template,
            span: format!("{verb} {template}").trim_end().into(),
            series: metrics.http_client(verb, template, address),
            items: None,
        }
    }
}

impl Methods {
    /// The methods of `contract`, called at `address` (a service's name, or `host:port`).
    pub(super) fn new(
        telemetry: Telemetry,
        contract: &'static ContractInfo,
        address: &str,
    ) -> Self {
        let method = |info: &'static MethodInfo| Method {
            name: info.name,
            items: info
                .stream
                .as_ref()
                .and_then(|_| telemetry.metrics().items_received(contract.name, info.name)),
            ..Method::new(&telemetry, info.verb.as_str(), info.path, address)
        };
        let methods = contract.methods.iter().map(method).collect();
        Self::of(telemetry, methods, address)
    }

    /// One method that no contract knows, by its verb: its index is 0.
    pub(super) fn single(telemetry: &Telemetry, verb: &str, address: &str) -> Self {
        let method = Method::new(telemetry, verb, "", address);
        Self::of(telemetry.clone(), vec![method], address)
    }

    fn of(telemetry: Telemetry, methods: Vec<Method>, address: &str) -> Self {
        let parts = address.rsplit_once(':');
        let port = parts.and_then(|(_, port)| port.parse().ok());
        let host = parts.filter(|_| port.is_some()).map(|(host, _)| host);
        Self {
            methods,
            address: host.unwrap_or(address).into(),
            port,
            telemetry,
            failures: Failures::default(),
        }
    }

    /// The last failures, the newest first.
    pub(crate) fn failures(&self) -> Vec<Failure> {
        self.failures.all()
    }

    /// What is counted of each method, in the order of the contract.
    pub(crate) fn recorded(&self) -> impl Iterator<Item = Recorded> {
        self.methods.iter().map(|method| method.series.durations())
    }

    /// A call of the method at `index` begins within `outer`.
    ///
    /// `methods` is a reference, or an [`Arc`] for a call that outlives its caller: a stream.
    pub(super) fn begin<M: Deref<Target = Self>>(
        methods: M,
        index: usize,
        outer: &Context,
        now: Instant,
    ) -> Observed<M> {
        let parent = outer.trace();
        let trace = methods.child(parent);
        Observed {
            methods,
            method: index,
            trace,
            items: None,
            attempts: 1,
            parent: parent.is_valid().then_some(parent.span_id),
            began: now,
            is_over: false,
        }
    }

    /// The call's place in the trace of `parent`, or the first one of a new trace. The id is new
    /// also where nothing is recorded here: the callee must not take us for our caller.
    fn child(&self, parent: &TraceContext) -> TraceContext {
        let env = self.telemetry.env();
        let span_id = SpanId(env.random().max(1).to_be_bytes());
        if parent.is_valid() {
            return TraceContext {
                span_id,
                ..parent.clone()
            };
        }
        let high = u128::from(env.random()) << 64;
        let trace_id = TraceId((high | u128::from(env.random().max(1))).to_be_bytes());
        let sampled = match self.telemetry.sample(None, trace_id) {
            true => TraceFlags::SAMPLED.0,
            false => 0,
        };
        TraceContext {
            trace_id,
            span_id,
            flags: TraceFlags(TraceFlags::RANDOM.0 | sampled),
            state: None,
        }
    }
}

/// A call that is under way. Dropped without [`end`](Self::end), it was cancelled.
pub(super) struct Observed<M: Deref<Target = Methods>> {
    methods: M,
    method: usize,
    /// How many items its stream gave; none where there is no stream.
    items: Option<u64>,
    /// How many attempts it took.
    attempts: u32,
    /// The call's own place in the trace.
    trace: TraceContext,
    parent: Option<SpanId>,
    began: Instant,
    is_over: bool,
}

impl<M: Deref<Target = Methods>> Observed<M> {
    /// The call's own place in the trace: what the callee is told.
    pub(super) fn trace(&self) -> &TraceContext {
        &self.trace
    }

    /// So many attempts were made.
    pub(super) fn attempts(&mut self, attempts: u32) {
        self.attempts = attempts;
    }

    /// The answer begins to stream.
    pub(super) fn stream(&mut self) {
        self.items = Some(0);
    }

    /// The stream gave an item.
    pub(super) fn item(&mut self) {
        self.items = self.items.map(|items| items + 1);
        let method = self.methods.methods.get(self.method);
        if let Some(items) = method.and_then(|method| method.items.as_ref()) {
            items.inc();
        }
    }

    /// The stream is over: in order, or by an error of this `error.type`.
    pub(super) fn end_stream(&mut self, error_type: Option<&'static str>) {
        if !std::mem::replace(&mut self.is_over, true) {
            self.record(200, error_type, self.methods.telemetry.env().now());
        }
    }

    /// The call is over: the status that was answered, or why there is none.
    pub(super) fn end(self, outcome: Result<u16, &CallError>, now: Instant) {
        self.end_as(outcome.map_err(CallError::kind), now);
    }

    /// The same by the error's `error.type`.
    pub(super) fn end_as(mut self, outcome: Result<u16, &'static str>, now: Instant) {
        self.is_over = true;
        match outcome {
            Ok(status) => self.record(status, None, now),
            Err(error_type) => self.record(0, Some(error_type), now),
        }
    }

    fn record(&self, status: u16, error_type: Option<&'static str>, now: Instant) {
        let Some(method) = self.methods.methods.get(self.method) else {
            return;
        };
        let elapsed = now.saturating_duration_since(self.began);
        let trace = &self.trace;
        let series = &method.series;
        series.record_traced(status, error_type, elapsed, trace);
        if error_type.is_some() || status >= 500 {
            self.keep(method, status, error_type);
        }
        if trace.is_sampled() && self.methods.telemetry.records() {
            self.span(method, status, error_type, elapsed);
        }
    }

    /// Keeps it among the last failures. What a contract answers with 4xx is no failure of the port.
    #[cold]
    fn keep(&self, method: &Method, status: u16, error_type: Option<&'static str>) {
        let error_type = error_type.map_or_else(|| status.to_string().into(), Into::into);
        self.methods.failures.keep(Failure {
            at: self.methods.telemetry.env().wall(),
            method: method.name,
            error_type,
            trace_id: self.trace.trace_id,
        });
    }

    fn span(
        &self,
        method: &Method,
        status: u16,
        error_type: Option<&'static str>,
        elapsed: Duration,
    ) {
        let telemetry = &self.methods.telemetry;
        let start = telemetry.env().wall() - elapsed;
        let trace = self.trace.clone();
        let mut span = SpanRecord::new(Arc::clone(&method.span), SpanKind::Client, trace, start);
        span.parent = self.parent;
        span.elapsed = elapsed;
        span.error = error_type.is_some() || status >= 400;
        let address = Arc::clone(&self.methods.address);
        span.attributes = vec![
            (semconv::HTTP_REQUEST_METHOD, method.verb.into()),
            (semconv::SERVER_ADDRESS, Value::Text(address.into())),
        ];
        if !method.template.is_empty() {
            let template = (semconv::URL_TEMPLATE, method.template.into());
            span.attributes.push(template);
        }
        let port = self.methods.port;
        let port = port.map(|port| (semconv::SERVER_PORT, port.into()));
        span.attributes.extend(port);
        if status != 0 {
            let attribute = (semconv::HTTP_RESPONSE_STATUS_CODE, status.into());
            span.attributes.push(attribute);
        }
        if self.attempts > 1 {
            let resent = i64::from(self.attempts - 1);
            let attribute = (semconv::HTTP_REQUEST_RESEND_COUNT, resent.into());
            span.attributes.push(attribute);
        }
        if let Some(items) = self.items {
            let items = i64::try_from(items).unwrap_or(i64::MAX);
            span.attributes
                .push((semconv::CHASSIS_STREAM_ITEMS, items.into()));
        }
        let failed = error_type.map(Value::from);
        let failed = failed.or_else(|| (status >= 400).then(|| status.to_string().into()));
        if let Some(error_type) = failed {
            span.attributes.push((semconv::ERROR_TYPE, error_type));
        }
        telemetry.record(span);
    }
}

impl<M: Deref<Target = Methods>> Drop for Observed<M> {
    fn drop(&mut self) {
        if self.items.is_some() {
            // To stop reading is how a stream without end ends.
            return self.end_stream(None);
        }
        if !self.is_over {
            let now = self.methods.telemetry.env().now();
            self.record(0, Some("cancelled"), now);
        }
    }
}
