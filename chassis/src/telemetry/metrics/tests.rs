//! The whole page, as the scrapers' own tools read it.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::*;
use crate::context::{Env, SpanId, TraceContext, TraceFlags, TraceId};
use crate::telemetry::Resource;
use crate::telemetry::real::server;

const OPEN: Option<&str> = Some("application/openmetrics-text; version=1.0.0");

/// Every kind of series once.
fn full() -> Metrics {
    let metrics = Metrics::new();
    let sampled = TraceContext {
        trace_id: TraceId([0xab; 16]),
        span_id: SpanId([0xcd; 8]),
        flags: TraceFlags::SAMPLED,
        state: None,
    };
    let route = metrics.http_server("GET", "/v1/items/{sku}", "http");
    route.record(200, None, Duration::from_millis(3));
    route.record_traced(200, None, Duration::from_millis(30), &sampled);
    route.record(503, None, Duration::from_secs(3));
    route.begin();
    let client = metrics.http_client("BREW", "/v1/items/{sku}", "inventory:8080");
    client.record(0, Some("connect"), Duration::from_secs(20));
    let port = metrics.port("stock-store", "load");
    port.record(Duration::from_micros(7), Some("StoreError"));
    metrics.rejected("traceparent").add(2);
    let user = |name| metrics.counter(name, "Orders \"placed\"", &[("channel", "a\"b\\c\nd")]);
    user("orders.placed").unwrap().inc();
    let depth = metrics.gauge(("basket.size", "By"), "Bytes of a basket.", &[]);
    depth.unwrap().set(-2.5);
    let total = metrics.histogram("order.lines", "Lines of an order", &[1.0, 10.0], &[]);
    total.unwrap().record(4.0);
    metrics
}

fn with_process() -> Metrics {
    let metrics = full();
    let env = Env::system();
    metrics.target(&Resource::new("shop", &env).with("deployment.environment", "a\"b"));
    metrics.watch_process(env);
    metrics
}

#[test]
fn the_text_page_says_everything() {
    let (kind, page) = full().scrape(None);
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    for line in [
        "# TYPE http_server_request_duration_seconds histogram",
        "http_server_request_duration_seconds_bucket{http_request_method=\"GET\",\
         http_route=\"/v1/items/{sku}\",url_scheme=\"http\",http_response_status_code=\"200\",\
         le=\"0.025\"} 1",
        "http_server_request_duration_seconds_count{http_request_method=\"GET\",\
         http_route=\"/v1/items/{sku}\",url_scheme=\"http\",http_response_status_code=\"503\",\
         error_type=\"503\"} 1",
        "http_server_active_requests{http_request_method=\"GET\",url_scheme=\"http\"} 1.0",
        "http_client_request_duration_seconds_sum{http_request_method=\"_OTHER\",\
         url_template=\"/v1/items/{sku}\",server_address=\"inventory\",server_port=\"8080\",\
         error_type=\"connect\"} 20.0",
        "chassis_port_call_duration_seconds_count{chassis_port=\"stock-store\",\
         chassis_method=\"load\",error_type=\"StoreError\"} 1",
        "# TYPE orders_placed_total counter",
        "orders_placed_total{channel=\"a\\\"b\\\\c\\nd\"} 1.0",
        "basket_size_bytes -2.5",
        "order_lines_bucket{le=\"+Inf\"} 1",
        "chassis_context_rejected_total{header=\"traceparent\"} 2.0",
    ] {
        assert!(page.lines().any(|own| own == line), "{line}\nin\n{page}");
    }
    assert!(!page.contains(" # {") && !page.contains("# EOF"), "{page}");
}

#[test]
fn openmetrics_has_units_exemplars_and_an_end() {
    let (kind, page) = full().scrape(OPEN);
    assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"));
    for line in [
        "# TYPE orders_placed counter",
        "orders_placed_total{channel=\"a\\\"b\\\\c\\nd\"} 1.0",
        "# UNIT http_server_request_duration_seconds seconds",
    ] {
        assert!(page.lines().any(|own| own == line), "{line}\nin\n{page}");
    }
    let exemplar = "le=\"0.05\"} 2 # {trace_id=\"abababababababababababababababab\",\
         span_id=\"cdcdcdcdcdcdcdcd\"} 0.03\n";
    assert!(page.contains(exemplar), "{page}");
    assert!(page.ends_with("\n# EOF\n"));
}

#[test]
fn promtool_finds_nothing_to_object_to() {
    if let Some(promtool) = server("TEST_PROMTOOL") {
        let (_, page) = with_process().scrape(None);
        accepts(Command::new(promtool).args(["check", "metrics"]), &page);
    }
}

/// `TEST_OPENMETRICS` is a Python that has the package `prometheus_client`.
#[test]
fn a_foreign_openmetrics_parser_reads_it() {
    const READ: &str = "import sys; from prometheus_client.openmetrics import parser; \
        sys.exit(len(list(parser.text_string_to_metric_families(sys.stdin.read()))) < 10)";
    if let Some(python) = server("TEST_OPENMETRICS") {
        let (_, page) = with_process().scrape(OPEN);
        accepts(Command::new(python).args(["-c", READ]), &page);
    }
}

/// Gives `page` to the program, and expects that it has nothing to say.
fn accepts(program: &mut Command, page: &str) {
    let pipes = program.stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(page.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}\n{page}");
}

#[test]
fn the_same_name_and_labels_are_the_same_series() {
    let metrics = Metrics::new();
    let one = || metrics.counter("orders", "Orders", &[("a", "b")]).unwrap();
    one().inc();
    one().inc();
    assert_eq!(one().get(), 2);
}

#[test]
fn one_name_has_one_meaning() {
    let metrics = Metrics::new();
    metrics.counter("orders.open", "Orders", &[]).unwrap();
    let gauge = metrics.gauge("orders.open", "Orders", &[]);
    assert!(gauge.unwrap_err().to_string().contains("registered twice"));
    // Prometheus could not tell these apart.
    let other = metrics.counter("orders_open", "Orders", &[]);
    assert!(other.unwrap_err().to_string().contains("registered twice"));
}

#[test]
fn a_family_is_bounded() {
    let metrics = Metrics::new();
    let family = metrics
        .counter_family("orders", "Orders", &["tenant"], 2)
        .unwrap();
    for tenant in ["a", "b", "c", "d", "a"] {
        family.with(&[tenant]).inc();
    }
    let (_, page) = metrics.scrape(None);
    assert!(page.contains("orders_total{tenant=\"a\"} 2.0"), "{page}");
    assert!(
        page.contains("orders_total{tenant=\"_OTHER\"} 2.0"),
        "{page}"
    );
    assert!(!page.contains("tenant=\"c\""), "{page}");
}

#[test]
fn components_are_told_apart() {
    let metrics = Metrics::new();
    for name in ["orders", "payments"] {
        let own = metrics.component(name);
        own.port("ledger", "post").record(Duration::ZERO, None);
    }
    let (_, page) = metrics.scrape(None);
    let count = |name| format!("_count{{service_name=\"{name}\",chassis_port=\"ledger\"");
    assert!(
        page.contains(&count("orders")) && page.contains(&count("payments")),
        "{page}"
    );
    assert_eq!(page.matches("# TYPE").count(), 1, "{page}");
}

#[test]
fn the_runtime_is_told_of_once_it_is_watched() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let metrics = Metrics::new();
    metrics.watch_runtime(runtime.handle().clone());
    let (_, page) = metrics.scrape(None);
    assert!(page.contains("\ntokio_workers 2.0\n"), "{page}");
    assert!(page.contains("\ntokio_tasks_alive 0.0\n"), "{page}");
}
