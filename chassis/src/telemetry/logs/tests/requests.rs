//! What a request leaves in the log.

use super::*;

/// A request that failed, with a path that would break the line if it could.
fn answered<'a>(route: &'a AccessRoute, trace: &'a TraceContext) -> AccessRecord<'a> {
    AccessRecord {
        route,
        path: "/v1/items/\"\n\u{1b}",
        status: 503,
        error_type: Some("deadline"),
        at: UNIX_EPOCH + Duration::from_millis(1_500),
        elapsed: Duration::from_micros(1_002_003),
        request_bytes: Some(0),
        response_bytes: 52,
        trace,
        request_id: Some("r-1"),
        peer: Some("127.0.0.1"),
    }
}

#[test]
fn a_request_is_a_line_as_well() {
    let (shop, capture) = system("shop");
    let context = call(&shop, UNSAMPLED);
    let route = shop.access_log().route("GET", "/v1/items/{sku}");
    assert!(shop.access_log().is_on());
    shop.access_log().write(&answered(&route, context.trace()));
    let expected = json!({
        "timestamp": "1970-01-01T00:00:01.500Z",
        "level": "INFO",
        "message": "GET /v1/items/{sku}",
        "target": "chassis::access",
        "service": "shop",
        "trace_id": "ab".repeat(16),
        "span_id": "cd".repeat(8),
        "fields": {
            "http.request.method": "GET",
            "http.route": "/v1/items/{sku}",
            "http.response.status_code": 503,
            "http.server.request.duration": 1.002_003,
            "http.request.body.size": 0,
            "http.response.body.size": 52,
            "url.path": "/v1/items/\"\n\u{1b}",
            "error.type": "deadline",
            "request_id": "r-1",
            "client.address": "127.0.0.1",
        },
    });
    assert_eq!(*capture.access()[0].json(), expected);
}

#[test]
fn what_is_not_known_of_a_request_is_left_out() {
    let (shop, capture) = system("shop");
    let route = shop.access_log().route("GET", "");
    let trace = TraceContext::default();
    shop.access_log().write(&AccessRecord {
        request_bytes: None,
        ..answered(&route, &trace)
    });
    let line = &capture.access()[0];
    assert_eq!(line.message(), "GET");
    assert_eq!(line.field("http.route"), None);
    assert_eq!(line.field("http.request.body.size"), None);
    assert_eq!(line.field("http.response.body.size"), Some(&json!(52)));
    assert!(line.field("url.path").is_some());
}

#[test]
fn people_read_one_line_a_request() {
    let (written, out) = std::sync::mpsc::channel();
    let sink = Sink::start(true, Pipe(written)).unwrap();
    let log = AccessLog::new(Some(Arc::clone(&sink)), Look::Text { color: false }, "shop");
    let route = log.route("GET", "/v1/items/{sku}");
    log.write(&answered(&route, &TraceContext::default()));
    assert!(sink.flush(Duration::from_secs(10)));
    assert_eq!(
        String::from_utf8(out.recv().unwrap()).unwrap(),
        "1970-01-01T00:00:01.500Z  INFO shop GET /v1/items/{sku} 503 1.002003s \
         path=/v1/items/\"\\n\\u{1b} error=deadline\n"
    );
    let nowhere = log.route("GET", "");
    log.write(&answered(&nowhere, &TraceContext::default()));
    assert!(sink.flush(Duration::from_secs(10)));
    let line = String::from_utf8(out.recv().unwrap()).unwrap();
    assert!(line.contains(" shop GET 503 1.002003s path="), "{line}");
    sink.close();
}

struct Pipe(std::sync::mpsc::Sender<Vec<u8>>);

impl std::io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let _ = self.0.send(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
