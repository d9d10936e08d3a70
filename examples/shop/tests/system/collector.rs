//! A real OpenTelemetry Collector that writes what it receives into a file.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const BINARY: &str = "TEST_OTELCOL";

pub(crate) struct Collector {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl Collector {
    /// Starts one, or gives `None` where there is no binary; in CI that is a failure.
    pub(crate) async fn start() -> Option<Self> {
        let Some(binary) = std::env::var_os(BINARY) else {
            assert!(
                std::env::var_os("CI").is_none(),
                "{BINARY} is not set: run cargo xtask test"
            );
            eprintln!("skipped: {BINARY} is not set; cargo xtask test sets it");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let config = folder.path().join("config.yaml");
        fs::write(&config, config_text(port)).unwrap();
        let child = Command::new(binary)
            .arg("--config")
            .arg(&config)
            .env("OTEL_OUT", folder.path().join("out.json"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let collector = Self {
            child,
            port,
            folder,
        };
        while reqwest::get(collector.url("http")).await.is_err() {
            tokio::task::yield_now().await;
        }
        Some(collector)
    }

    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// Every span that arrived until now, each with its service's name.
    pub(crate) fn spans(&self) -> Vec<(String, Value)> {
        let text = fs::read_to_string(self.out()).unwrap_or_default();
        // The last line may still be being written.
        let batches = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        batches.flat_map(|batch| spans(&batch)).collect()
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out.json")
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn config_text(port: u16) -> String {
    format!(
        r#"
receivers:
  otlp: {{ protocols: {{ http: {{ endpoint: "127.0.0.1:{port}" }} }} }}
exporters:
  file: {{ path: "${{env:OTEL_OUT}}", flush_interval: 100ms }}
service:
  telemetry: {{ metrics: {{ level: none }} }}
  pipelines:
    traces: {{ receivers: [otlp], exporters: [file] }}
"#
    )
}

fn spans(batch: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for resource in list(&batch["resourceSpans"]) {
        let attributes = list(&resource["resource"]["attributes"]);
        let name = attributes
            .iter()
            .find(|attribute| attribute["key"] == "service.name");
        let name = name
            .and_then(|name| name["value"]["stringValue"].as_str())
            .unwrap_or_default();
        for scope in list(&resource["scopeSpans"]) {
            all.extend(
                list(&scope["spans"])
                    .iter()
                    .map(|span| (name.to_owned(), span.clone())),
            );
        }
    }
    all
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
