//! The program against a server: what it sends, and what its one layer counts.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc;
use std::thread;

/// What the program prints when it visits `url`.
fn visit(url: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_one-layer-reqwest"))
        .arg(url)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A server of one answer, and the head of the request that it got.
fn server(answer: &'static str) -> (u16, mpsc::Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (send, head) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let lines = lines.map(Result::unwrap);
        let _ = send.send(lines.take_while(|line| !line.is_empty()).collect());
        stream.write_all(answer.as_bytes()).unwrap();
    });
    (port, head)
}

#[test]
fn it_is_short() {
    let lines = include_str!("../src/main.rs").lines();
    let count = lines.filter(|line| !line.contains("// ANCHOR")).count();
    assert!(count <= 40, "{count} lines");
}

#[test]
fn one_layer_tells_the_trace_and_counts_the_call() {
    let (port, head) = server("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
    let printed = visit(&format!("http://127.0.0.1:{port}/secret?of=ours"));
    assert!(printed.starts_with("hello\n"), "{printed}");
    let head = head.recv().unwrap();
    let parent = head
        .iter()
        .find_map(|line| line.strip_prefix("traceparent: "));
    let parent = parent.unwrap_or_else(|| panic!("no traceparent in {head:?}"));
    assert_eq!((parent.len(), &parent[..3]), (55, "00-"), "{parent}");
    assert!(
        !head.iter().any(|line| line.contains("baggage")),
        "{head:?}"
    );
    let count = printed.lines().find(|line| line.contains("_count{"));
    let count = count.unwrap_or_else(|| panic!("nothing counted: {printed}"));
    for part in [
        "http_client_request_duration_seconds_count{",
        "http_request_method=\"GET\"",
        "server_address=\"127.0.0.1\"",
        &format!("server_port=\"{port}\""),
        "http_response_status_code=\"200\"",
    ] {
        assert!(count.contains(part), "no {part} in {count}");
    }
    assert!(
        !printed.contains("secret"),
        "paths make no series: {printed}"
    );
}

#[test]
fn a_call_that_fails_is_counted_with_its_kind() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let printed = visit(&format!("http://127.0.0.1:{port}/"));
    assert!(printed.contains("error_type=\"connect\""), "{printed}");
}
