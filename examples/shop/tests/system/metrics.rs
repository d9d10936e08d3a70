//! `/metrics` of a shop that has worked, as the scrapers' own tools read it.

use std::ffi::OsString;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::shop::{Mode, Shop};

/// Reads a page of OpenMetrics; fewer than ten families would be none of ours.
const READ: &str = "import sys; from prometheus_client.openmetrics import parser; \
    sys.exit(len(list(parser.text_string_to_metric_families(sys.stdin.read()))) < 10)";

#[tokio::test]
async fn composed() {
    tools_read_it(Shop::start(Mode::Composed)).await;
}

#[tokio::test]
async fn split() {
    tools_read_it(Shop::start(Mode::Split)).await;
}

async fn tools_read_it(mut shop: Shop) {
    assert_eq!(shop.run_curl(), "201");
    let missing = reqwest::get(format!("{}/nowhere", shop.url()))
        .await
        .unwrap();
    assert_eq!(missing.status(), 404);
    let probes = shop.addresses("probe");
    assert!(!probes.is_empty(), "{}", shop.printed());
    for probe in probes {
        let text = page(&probe, "text/plain;version=0.0.4").await;
        assert!(
            text.contains("http_server_request_duration_seconds_count{"),
            "{text}"
        );
        if let Some(promtool) = tool("TEST_PROMTOOL") {
            accepts(Command::new(promtool).args(["check", "metrics"]), &text);
        }
        let open = page(&probe, "application/openmetrics-text;version=1.0.0").await;
        assert!(open.ends_with("# EOF\n"), "{open}");
        if let Some(python) = tool("TEST_OPENMETRICS") {
            accepts(Command::new(python).args(["-c", READ]), &open);
        }
    }
}

async fn page(probe: &str, accept: &str) -> String {
    let request = reqwest::Client::new().get(format!("http://{probe}/metrics"));
    let response = request.header("accept", accept).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let (kind, _) = accept.split_once(';').unwrap();
    let came = response.headers()["content-type"].to_str().unwrap();
    assert!(came.starts_with(kind), "{came}");
    response.text().await.unwrap()
}

/// Where the tool is, or `None` where there is none; in CI that is a failure.
fn tool(variable: &str) -> Option<OsString> {
    let path = std::env::var_os(variable);
    assert!(
        path.is_some() || std::env::var_os("CI").is_none(),
        "{variable} is not set: run cargo xtask test"
    );
    if path.is_none() {
        eprintln!("skipped: {variable} is not set; cargo xtask test sets it");
    }
    path
}

/// Gives `page` to the program, and expects that it has nothing to say.
fn accepts(program: &mut Command, page: &str) {
    let pipes = program.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = pipes.stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(page.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}\n{page}");
}
