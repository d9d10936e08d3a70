//! Before a program is counted: proof that the same binary does what it is counted for.
//!
//! A fast service that has lost its deadline would look like progress.

use std::time::{Duration, Instant};

use crate::Result;
use crate::drive::{self, Answerer, Collector, Program};

/// How long an export or a log line may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// A trace that its caller has decided to keep.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Asks the service for each pillar in turn.
///
/// # Errors
///
/// Names the pillar that is missing, and what came in its place.
pub(super) fn service(program: &Program, path: &str, collector: &Collector) -> Result {
    let traced = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let beside = |name: &str| path.replace("orders/42", name);
    let answers = [
        ("a typed answer", path.to_owned(), 200),
        ("a deadline that is enforced", beside("slow"), 504),
        ("a panic that is caught", beside("panic"), 500),
    ];
    for (pillar, path, status) in answers {
        let headers = [
            ("traceparent", traced.as_str()),
            ("x-envoy-expected-rq-timeout-ms", "100"),
        ];
        let answer = drive::get(program.address(), &path, &headers)?;
        let problem = answer
            .head
            .contains("content-type: application/problem+json");
        if answer.status != status || (status != 200 && !problem) {
            return Err(format!("{pillar} is missing: {path} answered\n{}", answer.head).into());
        }
    }
    let id = bytes(TRACE);
    until("a span in the collector", || Ok(collector.holds(&id)))?;
    until("a count of the route", || {
        counted(program, "http_server", &["/orders/{id}", "\"200\""])
    })?;
    until("a log line with the trace's id", || {
        Ok(program.printed()?.contains(TRACE))
    })
}

/// Looks at what a caller sends, and asks it for each pillar in turn.
///
/// # Errors
///
/// Names the pillar that is missing, and what came in its place.
pub(super) fn caller(program: &Program, answerer: &Answerer, collector: &Collector) -> Result {
    until("the first call", || Ok(answerer.answered() > 0))?;
    let count = || counted(program, "http_client", &["\"200\""]);
    let head = answerer.head();
    if head.is_empty() {
        // HTTP/2: the headers are compressed, and the same code has written them.
        return until("a count of the call", count);
    }
    for (pillar, header) in [
        ("a trace", "\r\ntraceparent: 00-"),
        ("a deadline", "\r\nx-envoy-expected-rq-timeout-ms: "),
    ] {
        if !head.contains(header) {
            return Err(format!("{pillar} is missing in what was sent:\n{head}").into());
        }
    }
    let id = head
        .split("traceparent: 00-")
        .nth(1)
        .and_then(|rest| rest.get(..32))
        .unwrap_or_default();
    let id = bytes(id);
    until("a span in the collector", || Ok(collector.holds(&id)))?;
    until("a count of the call", count)?;
    until("a deadline that is enforced", || {
        Ok(program.printed()?.contains("a call failed"))
    })
}

/// Whether `/metrics` has a duration of this side with these labels.
fn counted(program: &Program, side: &str, labels: &[&str]) -> Result<bool> {
    let answer = drive::get(program.probe(), "/metrics", &[])?;
    let page = String::from_utf8(answer.body)?;
    let name = format!("{side}_request_duration_seconds_count");
    let counts = |line: &str| {
        line.starts_with(&name)
            && labels.iter().all(|label| line.contains(label))
            && !line.ends_with(" 0")
    };
    Ok(page.lines().any(counts))
}

/// Asks until it is so.
pub(super) fn until(pillar: &str, mut holds: impl FnMut() -> Result<bool>) -> Result {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if holds()? {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(format!("{pillar} is missing after {PATIENCE:?}").into())
}

/// A trace id as OTLP has it: sixteen bytes.
fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_trace_id_is_sought_as_sixteen_bytes() {
        let bytes = super::bytes(super::TRACE);
        assert_eq!((bytes.len(), bytes[0], bytes[15]), (16, 0x4b, 0x36));
    }
}
