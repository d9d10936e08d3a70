//! What the service needs of others: names, services, checks, the collector.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use super::{Found, visit};

/// A server that answers each connection with `answer`, and its address.
pub(super) fn server(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(answer);
        }
    });
    address
}

/// The patient calls the orders at `url`.
pub(super) fn calling(url: &str, more: &[&str]) -> Found {
    let url = format!("client.orders.url={url}");
    let args = ["--set", "patient.calls=true", "--set", &url];
    visit(&[&args, more].concat()).found()
}

/// An address where nobody listens.
fn nobody() -> String {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().to_string()
}

const REQUIRED: [&str; 2] = ["--set", "client.orders.required=true"];

#[test]
fn a_service_that_answers_is_reached_with_its_time() {
    let address = server(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    let found = calling(&format!("http://{address}"), &[]);
    found.is_well();
    let reached = found.one("dependencies.reached");
    assert!(reached["took_ms"].is_u64(), "{reached}");
    assert!(
        reached["what"].as_str().unwrap().contains(&address),
        "{reached}"
    );
}

#[test]
fn a_refused_service_warns_and_a_required_one_is_69() {
    let address = nobody();
    let found = calling(&format!("http://{address}"), &[]);
    found.says(
        "dependencies.unreachable",
        "warning",
        &[&address, "connection refused"],
    );
    assert_eq!(found.code, 1);
    let found = calling(&format!("http://{address}"), &REQUIRED);
    found.says("dependencies.unreachable", "error", &[&address]);
    assert_eq!(found.code, 69);
}

#[test]
fn what_is_no_http_is_said_so() {
    // The alert of a TLS server.
    let address = server(b"\x15\x03\x01\x00\x02\x02\x16");
    let found = calling(&format!("http://{address}"), &[]);
    found.says(
        "dependencies.no-http",
        "warning",
        &[&address, "does not speak HTTP"],
    );
}

#[test]
fn who_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let found = calling(
        &format!("http://{address}"),
        &["--set", "doctor.timeout=1s"],
    );
    found.says("dependencies.no-http", "warning", &["no answer within"]);
    assert!(found.report["took_ms"].as_u64().unwrap() < 10_000);
}

#[test]
fn a_name_that_does_not_resolve_is_named_once() {
    let found = calling("http://orders.invalid:8080", &[]);
    found.says(
        "dns.unresolved",
        "warning",
        &["orders.invalid", "client.orders.url"],
    );
    assert!(!found.has("dependencies.unreachable"));
    let found = calling("http://orders.invalid:8080", &REQUIRED);
    found.says("dns.unresolved", "error", &["orders.invalid"]);
    assert_eq!(found.code, 69);
    let address = server(b"HTTP/1.1 200 OK\r\n\r\n");
    let port = address.rsplit(':').next().unwrap();
    let found = calling(&format!("http://localhost:{port}"), &[]);
    assert!(found.one("dns.resolved")["took_ms"].is_u64());
}

#[test]
fn a_registry_that_knows_nobody_is_a_finding() {
    let found = calling("registry:orders", &[]);
    found.says(
        "dependencies.no-instance",
        "warning",
        &["registry:orders", "memory:"],
    );
    let address = server(b"HTTP/1.1 200 OK\r\n\r\n");
    let registry = format!("registry.url=static:orders={address}");
    let found = calling("registry:orders", &["--set", &registry]);
    assert!(found.has("dependencies.reached"), "{:#}", found.report);
}

#[test]
fn nobody_here_is_78() {
    let found = calling("local:", &[]);
    found.says("dependencies.nobody-here", "error", &["client.orders.url"]);
    assert_eq!(found.code, 78);
}

#[test]
fn the_checks_of_the_service_are_asked_once() {
    let found = visit(&["--set", "patient.check=up"]).found();
    assert_eq!(found.one("dependencies.check-up")["status"], "ok");
    found.is_well();
    let found = visit(&["--set", "patient.check=down"]).found();
    found.says(
        "dependencies.check-down",
        "error",
        &["warehouse", "nobody there"],
    );
    assert_eq!(found.code, 69);
    let args = [
        "--set",
        "patient.check=down",
        "--set",
        "patient.optional=true",
    ];
    let found = visit(&args).found();
    found.says("dependencies.check-down", "warning", &["warehouse"]);
}

#[test]
fn the_collector_is_reached_or_said_to_be_away() {
    let collector = |address: &str| {
        // In a file: the command line refuses what has a user.
        let text = format!("traces.url = 'otlp+http://ann:hunter2@{address}'");
        super::visit_with(&[("chassis.toml", &text)], &[]).found()
    };
    let address = server(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n");
    assert_eq!(collector(&address).one("collector.reached")["status"], "ok");
    let address = nobody();
    let found = collector(&address);
    found.says("collector.unreachable", "warning", &[&address]);
    assert!(!found.report.to_string().contains("hunter2"));
    let address = server(b"\x00\x00\x06\x04");
    collector(&address).says("collector.no-http", "warning", &[&address]);
    collector("collector.invalid:4318").says(
        "collector.unresolved",
        "warning",
        &["collector.invalid"],
    );
}
