//! [`observer`]: what watches the calls of one port: spans, metrics, recent failures.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::Telemetry;
use super::failures::{Failure, Failures};
use super::metrics::{Counter, PortSeries, Recorded};
use super::semconv;
use super::traces::{SpanKind, SpanRecord};
use crate::Context;
use crate::context::ComponentId;
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
    /// Whose code runs within a call.
    inside: ComponentId,
    port: Arc<str>,
    methods: Vec<Method>,
    failures: Failures,
}

#[derive(Debug)]
struct Method {
    name: &'static str,
    /// `stock-store/load`.
    span: Arc<str>,
    series: PortSeries,
    /// Made with the first item: most methods stream none.
    items: OnceLock<Option<Counter>>,
}

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
            items: OnceLock::new(),
        };
        Self {
            methods: methods.into_iter().map(method).collect(),
            telemetry: telemetry.clone(),
            inside: telemetry.id(),
            port,
            failures: Failures::default(),
        }
    }

    /// The same, where calls run the code of another component: what is logged within them is its
    /// own.
    #[must_use]
    pub fn served_by(mut self, callee: &Telemetry) -> Self {
        self.inside = callee.id();
        self
    }

    /// The last failures, the newest first.
    pub fn failures(&self) -> Vec<Failure> {
        self.failures.all()
    }

    /// What is counted of each method, in the order of the port.
    pub(crate) fn recorded(&self) -> impl Iterator<Item = Recorded> {
        self.methods.iter().map(|method| method.series.recorded())
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
        if let Some(items) = finished.items {
            let items = i64::try_from(items).unwrap_or(i64::MAX);
            span.attributes
                .push((semconv::CHASSIS_STREAM_ITEMS, items.into()));
        }
        if let Some(error_type) = error_type {
            span.attributes
                .push((semconv::ERROR_TYPE, error_type.into()));
        }
        self.telemetry.record(span);
    }
}

impl Observer for PortObserver {
    fn begin(&self, _method: usize, context: Context) -> Context {
        let child = self.telemetry.child(context.trace());
        let context = context.with_component(self.inside);
        match child {
            Some(child) => context.with_trace(child),
            None => context,
        }
    }

    fn item(&self, method: usize) {
        let Some(method) = self.methods.get(method) else {
            return;
        };
        let metrics = self.telemetry.metrics();
        let counter = || metrics.items_received(&self.port, method.name);
        if let Some(items) = method.items.get_or_init(counter) {
            items.inc();
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
            self.failures.keep(Failure {
                at: self.telemetry.env().wall(),
                method: method.name,
                error_type: error_type.into(),
                trace_id: trace.trace_id,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::super::failures::KEPT;
    use super::*;
    use crate::CallError;
    use crate::context::{Env, SpanId, TraceContext, TraceFlags, TraceId};
    use crate::port::{Crossing, PortMethod};
    use crate::telemetry::{Capture, Resource, Settings};

    static STORE: PortInfo = PortInfo {
        name: "stock-store",
        doc: "",
        methods: &[
            PortMethod {
                name: "load",
                doc: "",
                idempotent: true,
            },
            PortMethod {
                name: "save",
                doc: "",
                idempotent: false,
            },
        ],
    };

    #[derive(Debug)]
    struct StoreError;

    impl From<CallError> for StoreError {
        fn from(_: CallError) -> Self {
            Self
        }
    }

    fn system() -> (Telemetry, Capture, Arc<PortObserver>, Crossing) {
        let env = Env::system();
        let resource = Resource::new("shop", &env);
        let settings = Settings::default();
        let (shop, capture) = Telemetry::captured(env.clone(), &settings, resource).unwrap();
        let watching = observer(&shop, &STORE);
        let observer: Arc<dyn Observer> = watching.clone();
        (
            shop,
            capture,
            watching,
            Crossing::new(STORE.name, observer, env),
        )
    }

    fn sampled() -> Context {
        Context::default().with_trace(TraceContext {
            trace_id: TraceId([0xab; 16]),
            span_id: SpanId([0xcd; 8]),
            flags: TraceFlags::SAMPLED,
            state: None,
        })
    }

    async fn fail() -> Result<(), StoreError> {
        Err(StoreError)
    }

    #[tokio::test]
    async fn a_sampled_call_is_a_span_within_its_callers() {
        let (shop, capture, _, crossing) = system();
        let inside = async { Ok::<_, StoreError>(Context::current()) };
        let inside = sampled().scope(crossing.call(0, inside)).await.unwrap();
        let span = capture.span_named("stock-store/load").unwrap().record;
        assert_eq!(span.parent, Some(SpanId([0xcd; 8])));
        assert_eq!(span.trace, *inside.trace());
        assert_eq!(inside.component(), shop.id());
        assert!(!span.error);
        assert_eq!(span.attribute("chassis.port"), Some(&"stock-store".into()));
    }

    #[tokio::test]
    async fn failures_are_counted_and_the_last_are_kept() {
        let (shop, capture, observer, crossing) = system();
        for _ in 0..20 {
            let _ = sampled().scope(crossing.call(1, fail())).await;
        }
        let failures = observer.failures();
        assert_eq!(failures.len(), KEPT);
        assert_eq!(failures[0].method, "save");
        assert_eq!(failures[0].error_type, "StoreError");
        assert_eq!(failures[0].trace_id, TraceId([0xab; 16]));
        let (_, page) = shop.metrics().scrape(None);
        let series = "chassis_port_call_duration_seconds_count{chassis_port=\"stock-store\",\
                      chassis_method=\"save\",error_type=\"StoreError\"} 20\n";
        assert!(page.contains(series), "{page}");
        assert!(capture.spans()[0].record.error);
    }

    #[tokio::test]
    async fn a_call_that_is_dropped_was_cancelled() {
        let (_shop, _, observer, crossing) = system();
        let never = std::future::pending::<Result<Infallible, StoreError>>();
        let mut call = Box::pin(crossing.call(0, never));
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(call.as_mut().poll(cx)));
        assert!(polled.await.is_pending());
        drop(call);
        assert_eq!(observer.failures()[0].error_type, "cancelled");
    }
}
