//! Handlers and callers that do harm, and how the process gets over it.

use std::io::Write;
use std::net::TcpStream;

use super::process::Process;
use super::wire::{ask, get, send};

/// Waits until `/livez` answers `status`.
fn until_live(process: &mut Process, probe: &str, status: u16) {
    process.until(|_| (get(probe, "/livez").0 == status).then_some(()));
}

/// Waits until the page of metrics has the line.
fn until_counted(process: &mut Process, probe: &str, line: &str) {
    process.until(|_| {
        let (_, page) = get(probe, "/metrics");
        page.lines().any(|own| own == line).then_some(())
    });
}

#[test]
fn a_blocked_runtime_is_not_live_while_it_lasts() {
    let mut process = Process::start("subject", &["--set", "health.heartbeat=1s"]);
    let (address, probe) = (process.address("service"), process.address("probe"));
    until_live(&mut process, &probe, 200);
    let mut blocking = TcpStream::connect(&address).unwrap();
    write!(blocking, "GET /block/4000 HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    until_live(&mut process, &probe, 503);
    until_live(&mut process, &probe, 200);
    assert_eq!(get(&address, "/hello").0, 200);
    process.signal("INT");
    drop(blocking);
    assert_eq!(process.end().0, Some(0), "{}", process.err());
}

#[test]
fn a_panic_is_one_answer_and_no_more() {
    let mut process = Process::start("subject", &[]);
    let (address, probe) = (process.address("service"), process.address("probe"));
    for _ in 0..20 {
        let (status, body) = get(&address, "/panic");
        assert_eq!(status, 500);
        assert!(body.contains("urn:problem:chassis:panic"), "{body}");
        assert!(!body.contains("secret"), "{body}");
    }
    assert_eq!(get(&address, "/hello").0, 200);
    assert_eq!(get(&probe, "/livez").0, 200);
    assert_eq!(get(&probe, "/readyz").0, 200);
    process.signal("INT");
    assert_eq!(process.end().0, Some(0), "{}", process.err());
}

#[test]
fn malformed_context_is_counted_on_the_page() {
    let mut process = Process::start("subject", &["--set", "http.trust=mesh"]);
    let (address, probe) = (process.address("service"), process.address("probe"));
    let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    for (carrier, headers) in [
        ("traceparent", &[("traceparent", "00-junk")][..]),
        (
            "tracestate",
            &[("traceparent", valid), ("tracestate", "BAD")],
        ),
        ("baggage", &[("baggage", "no value")]),
        ("deadline", &[("x-envoy-expected-rq-timeout-ms", "soon")]),
    ] {
        let (status, _) = send(&address, "GET", "/hello", headers, "");
        assert_eq!(status, 200, "{carrier}");
        let line = format!("chassis_context_rejected_total{{header=\"{carrier}\"}} 1.0");
        until_counted(&mut process, &probe, &line);
    }
}

#[test]
fn what_is_no_http_is_counted_on_the_page() {
    let mut process = Process::start("subject", &[]);
    let (address, probe) = (process.address("service"), process.address("probe"));
    for garbage in ["\u{16}\u{3}\u{1}\u{2}", "hello?\r\n\r\n"] {
        let answer = ask(&address, garbage).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    until_counted(
        &mut process,
        &probe,
        "chassis_http_server_refused_total{error_type=\"malformed\"} 2.0",
    );
    // The listeners beside it hold, too.
    let admin = process.address("admin");
    for listener in [&probe, &admin] {
        let _ = ask(listener, "hello?\r\n\r\n");
    }
    assert_eq!(get(&probe, "/livez").0, 200);
    assert_eq!(get(&address, "/hello").0, 200);
}

#[test]
fn a_platform_may_name_the_service() {
    let mut process = Process::start("subject", &["--set", "service.name=billing-eu"]);
    let (address, probe) = (process.address("service"), process.address("probe"));
    assert_eq!(get(&address, "/hello").0, 200);
    let (_, page) = get(&probe, "/metrics");
    assert!(page.contains("service_name=\"billing-eu\""), "{page}");
    process.signal("INT");
    assert_eq!(process.end().0, Some(0), "{}", process.err());
}
