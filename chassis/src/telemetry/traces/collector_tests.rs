//! Spans that are sent: to a real OpenTelemetry Collector, and to one that misbehaves.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::context::{Env, SpanId, TraceContext, TraceFlags, TraceId};
use crate::telemetry::real::server;
use crate::telemetry::{Resource, Settings, Telemetry, TracesSettings};

const LIMIT: Duration = Duration::from_secs(20);

fn telemetry(url: &str) -> Telemetry {
    let env = Env::system();
    let settings = Settings {
        traces: TracesSettings {
            url: url.parse().unwrap(),
            ..TracesSettings::default()
        },
        ..Settings::default()
    };
    let resource = Resource::new("shop", &env).with_version("1.2.3");
    Telemetry::new(env, &settings, resource).unwrap()
}

fn span(name: &'static str, env: &Env) -> SpanRecord {
    let trace = TraceContext {
        trace_id: TraceId([0xab; 16]),
        span_id: SpanId(env.random().to_be_bytes()),
        flags: TraceFlags::SAMPLED,
        state: None,
    };
    SpanRecord::new(name, SpanKind::Server, trace, env.wall())
}

/// What `read` gives, as soon as it gives something.
fn soon<T>(env: &Env, what: &str, mut read: impl FnMut() -> Option<T>) -> T {
    let begun = env.now();
    loop {
        if let Some(value) = read() {
            return value;
        }
        assert!(env.now() - begun < LIMIT, "{what} within {LIMIT:?}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// A collector that writes what it takes to a file.
struct Collector {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Collector {
    fn start(binary: &str, env: &Env) -> Self {
        let port = free_port();
        let folder = std::env::temp_dir().join(format!("chassis-otelcol-{:x}", env.random()));
        std::fs::create_dir_all(&folder).unwrap();
        let config = format!(
            "receivers: {{ otlp: {{ protocols: {{ http: {{ endpoint: \"127.0.0.1:{port}\" }} }} }} }}\n\
             exporters: {{ file: {{ path: \"${{env:OTEL_OUT}}\", flush_interval: 100ms }} }}\n\
             service:\n  telemetry: {{ metrics: {{ level: none }} }}\n  pipelines:\n    \
             traces: {{ receivers: [otlp], exporters: [file] }}\n"
        );
        std::fs::write(folder.join("config.yaml"), config).unwrap();
        let child = Command::new(binary)
            .arg("--config")
            .arg(folder.join("config.yaml"))
            .env("OTEL_OUT", folder.join("out.json"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let collector = Self {
            child,
            folder,
            port,
        };
        soon(env, "the collector listens", || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        collector
    }

    fn taken(&self) -> String {
        std::fs::read_to_string(self.folder.join("out.json")).unwrap_or_default()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test]
async fn a_real_collector_takes_the_spans_of_each_component() {
    let Some(binary) = server("TEST_OTELCOL") else {
        return;
    };
    let env = Env::system();
    let collector = Collector::start(&binary, &env);
    let shop = telemetry(&format!("otlp+http://127.0.0.1:{}", collector.port));
    let mut first = span("GET /v1/orders", &env);
    first.attributes = vec![("http.response.status_code", 200_u16.into())];
    shop.component("orders").record(first);
    shop.component("payments")
        .record(span("POST /v1/payments", &env));
    shop.shutdown(LIMIT).await;

    let taken = soon(&env, "both spans in the file", || {
        let taken = collector.taken();
        (taken.contains("POST /v1/payments") && taken.ends_with('\n')).then_some(taken)
    });
    for part in [
        r#""value":{"stringValue":"orders"}"#,
        r#""value":{"stringValue":"payments"}"#,
        r#""key":"service.version","value":{"stringValue":"1.2.3"}"#,
        r#""traceId":"abababababababababababababababab""#,
        r#""name":"GET /v1/orders""#,
        r#""key":"http.response.status_code","value":{"intValue":"200"}"#,
        super::super::semconv::SCHEMA_URL,
    ] {
        assert!(taken.contains(part), "{part} in {taken}");
    }
    let (_, page) = shop.metrics().scrape(None);
    assert!(
        page.contains("\nchassis_telemetry_spans_dropped_total 0.0\n"),
        "{page}"
    );
}

/// Answers each request with the next of `answers`, and tells what came.
fn scripted(answers: Vec<&'static str>) -> (u16, mpsc::Receiver<Instant>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (came, coming) = mpsc::channel();
    thread::spawn(move || {
        let env = Env::system();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 64 * 1024];
            let _ = stream.read(&mut request).unwrap();
            came.send(env.now()).unwrap();
            let head = "content-length: 0\r\nconnection: close\r\n\r\n";
            write!(stream, "HTTP/1.1 {answer}\r\n{head}").unwrap();
        }
    });
    (port, coming)
}

#[test]
fn a_collector_that_is_busy_is_asked_again_after_the_pause_it_wants() {
    let (port, coming) = scripted(vec!["503 Busy\r\nretry-after: 0", "200 OK"]);
    let shop = telemetry(&format!("otlp+http://127.0.0.1:{port}"));
    shop.record(span("one", shop.env()));
    coming.recv_timeout(LIMIT).unwrap();
    coming.recv_timeout(LIMIT).unwrap();
}

#[tokio::test]
async fn what_a_collector_refuses_is_counted() {
    let (port, _coming) = scripted(vec!["400 Bad Request"]);
    let shop = telemetry(&format!("otlp+http://127.0.0.1:{port}"));
    shop.record(span("one", shop.env()));
    shop.record(span("two", shop.env()));
    shop.shutdown(LIMIT).await;
    let (_, page) = shop.metrics().scrape(None);
    assert!(
        page.contains("\nchassis_telemetry_spans_dropped_total 2.0\n"),
        "{page}"
    );
}

#[tokio::test]
async fn a_collector_that_is_away_does_not_hold_up_the_end() {
    let shop = telemetry(&format!("otlp+http://127.0.0.1:{}", free_port()));
    shop.record(span("one", shop.env()));
    let begun = shop.env().now();
    shop.shutdown(LIMIT).await;
    assert!(shop.env().now() - begun < LIMIT / 2);
    let (_, page) = shop.metrics().scrape(None);
    assert!(
        page.contains("\nchassis_telemetry_spans_dropped_total 1.0\n"),
        "{page}"
    );
}

#[tokio::test]
async fn a_collector_that_never_answers_is_cut_off_at_the_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let shop = telemetry(&format!("otlp+http://127.0.0.1:{port}"));
    shop.record(span("one", shop.env()));
    shop.shutdown(Duration::from_millis(50)).await;
    let (_, page) = shop.metrics().scrape(None);
    assert!(
        page.contains("\nchassis_telemetry_spans_dropped_total 1.0\n"),
        "{page}"
    );
}
