//! The same work on what one would take instead of the chassis: the usual stack of crates, and Envoy as the proxy
//! in between. Shown, and held to nothing.

use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::measure::Bench;
use crate::Result;
use crate::drive::{Program, get, roomy};
use crate::tools::ENVOY;

/// What one would take instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Other {
    /// axum, tower's layers, reqwest and its middleware.
    Stack,
    Envoy,
}

/// What is asked of Envoy beside passing calls on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Its adaptive concurrency.
    Limit,
    /// Retries within a budget.
    Tier,
    /// The same, the least loaded of two endpoints, and the ejection of those that fail.
    Balance,
}

/// How long Envoy may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

impl Other {
    pub(super) const ALL: [Self; 2] = [Self::Stack, Self::Envoy];

    /// A program that passes each call on to one of these.
    ///
    /// # Errors
    ///
    /// When it can't be had or doesn't start.
    pub(super) fn front(self, bench: &Bench, to: &[SocketAddr], role: Role) -> Result<Program> {
        match self {
            Self::Envoy => envoy(&bench.folder, to, role),
            Self::Stack => {
                let mut line = Command::new(bench.programs.join("usual_front"));
                line.args(to.iter().map(ToString::to_string));
                Program::bare(line)
            }
        }
    }
}

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stack => "the usual stack",
            Self::Envoy => "Envoy",
        })
    }
}

/// Shows what `measure` gives for each of them, or why one can't be measured.
pub(super) fn show(figure: &str, show: &dyn Fn(String), measure: impl Fn(Other) -> Result<f64>) {
    for other in Other::ALL {
        show(match measure(other) {
            Ok(value) => format!("  {figure} by {other}: {value:.3}"),
            Err(error) => format!("  {figure} by {other} is not measured: {error}"),
        });
    }
}

/// Envoy on a free port, in front of these.
fn envoy(folder: &Path, to: &[SocketAddr], role: Role) -> Result<Program> {
    let program = ENVOY.get()?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let file = folder.join(format!("envoy-{}.json", address.port()));
    std::fs::write(&file, configuration(address, to, role).to_string())?;
    // It is known where it will be; the shell says so in its place.
    let script =
        r#"echo "http://$1"; exec "$0" -c "$2" --use-dynamic-base-id --concurrency 1 -l off"#;
    let mut line = roomy(Path::new("sh"));
    line.args(["-c", script]).arg(program);
    line.arg(address.to_string()).arg(&file);
    let started = Program::bare(line)?;
    let began = Instant::now();
    // Whatever it answers, it does.
    while get(address, "/", &[]).is_err() {
        if began.elapsed() > PATIENCE {
            return Err(format!("Envoy does not answer after {PATIENCE:?}").into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(started)
}

const EXTENSIONS: &str = "type.googleapis.com/envoy.extensions";

fn configuration(listen: SocketAddr, to: &[SocketAddr], role: Role) -> Value {
    let manager = json!({
        "@type": format!("{EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "front",
        "route_config": { "virtual_hosts": [{
            "name": "all", "domains": ["*"],
            "routes": [{ "match": { "prefix": "/" }, "route": route(role) }],
        }]},
        "http_filters": filters(role),
    });
    json!({ "static_resources": {
        "listeners": [{
            "name": "front",
            "address": socket(listen),
            "filter_chains": [{ "filters": [{
                "name": "envoy.filters.network.http_connection_manager",
                "typed_config": manager,
            }]}],
        }],
        "clusters": [cluster(to, role)],
    }})
}

fn socket(address: SocketAddr) -> Value {
    json!({ "socket_address": { "address": address.ip().to_string(), "port_value": address.port() } })
}

/// As many attempts as the chassis makes by default.
fn route(role: Role) -> Value {
    match role {
        Role::Limit => json!({ "cluster": "next" }),
        Role::Tier | Role::Balance => json!({ "cluster": "next", "retry_policy": {
            "retry_on": "5xx,reset,connect-failure,refused-stream",
            "num_retries": 2,
            "retry_host_predicate": [{
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": {
                    "@type": format!("{EXTENSIONS}.retry.host.previous_hosts.v3.PreviousHostsPredicate"),
                },
            }],
            "host_selection_retry_max_attempts": 5,
        }}),
    }
}

fn filters(role: Role) -> Value {
    let router = json!({
        "name": "envoy.filters.http.router",
        "typed_config": { "@type": format!("{EXTENSIONS}.filters.http.router.v3.Router") },
    });
    if role != Role::Limit {
        return json!([router]);
    }
    // The values of its own documentation.
    let limit = json!({
        "name": "envoy.filters.http.adaptive_concurrency",
        "typed_config": {
            "@type": format!("{EXTENSIONS}.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency"),
            "gradient_controller_config": {
                "sample_aggregate_percentile": { "value": 90 },
                "concurrency_limit_params": { "concurrency_update_interval": "0.1s" },
                "min_rtt_calc_params": {
                    "jitter": { "value": 10 }, "interval": "60s", "request_count": 50,
                },
            },
            "enabled": { "default_value": true, "runtime_key": "adaptive_concurrency.enabled" },
        },
    });
    json!([limit, router])
}

fn cluster(to: &[SocketAddr], role: Role) -> Value {
    let endpoints = to
        .iter()
        .map(|address| json!({ "endpoint": { "address": socket(*address) } }));
    let mut cluster = json!({
        "name": "next",
        "connect_timeout": "1s",
        "type": "STATIC",
        "lb_policy": "LEAST_REQUEST",
        "load_assignment": {
            "cluster_name": "next",
            "endpoints": [{ "lb_endpoints": endpoints.collect::<Vec<_>>() }],
        },
        "circuit_breakers": { "thresholds": [{
            "max_connections": 100_000, "max_pending_requests": 100_000, "max_requests": 100_000,
            "retry_budget": { "budget_percent": { "value": 20.0 }, "min_retry_concurrency": 3 },
        }]},
    });
    if role == Role::Balance {
        cluster["outlier_detection"] = json!({
            "consecutive_5xx": 5, "base_ejection_time": "5s", "max_ejection_percent": 50,
        });
    }
    cluster
}
