//! Envoy between client and service, with its fault filter: what retries, budget and the words about
//! them come to across a proxy. `TEST_ENVOY` is its path.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::*;
use crate::http::client::tests::retries::header;

/// A proxy that ends with the test.
struct Envoy {
    child: Child,
    address: SocketAddr,
}

impl Envoy {
    /// In front of `server`, with this fault. `None` where there is none on this machine; in CI that is
    /// a failure.
    async fn before(server: &Server, fault: Value) -> Option<Self> {
        let Ok(program) = std::env::var("TEST_ENVOY") else {
            assert!(
                std::env::var_os("CI").is_none(),
                "TEST_ENVOY is not set; run it by `cargo xtask test`"
            );
            return None;
        };
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let config = config(address, server.address, fault).to_string();
        let child = Command::new(program)
            .args([
                "--config-yaml",
                &config,
                "--concurrency",
                "1",
                "-l",
                "error",
            ])
            .arg("--disable-hot-restart")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let envoy = Self { child, address };
        let limit = Env::system().now() + PATIENCE;
        while tokio::net::TcpStream::connect(address).await.is_err() {
            assert!(Env::system().now() < limit, "envoy does not listen");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Some(envoy)
    }
}

impl Drop for Envoy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What Envoy is started with: one listener, one cluster, the fault filter between.
fn config(listen: SocketAddr, service: SocketAddr, fault: Value) -> Value {
    let at = |address: SocketAddr| {
        let (host, port) = (address.ip().to_string(), address.port());
        json!({ "socket_address": { "address": host, "port_value": port } })
    };
    let typed = |name: &str, kind: &str, mut config: Value| {
        let kind = format!("type.googleapis.com/envoy.extensions.filters.{kind}");
        config["@type"] = kind.into();
        json!({ "name": name, "typed_config": config })
    };
    let route = json!({ "match": { "prefix": "/" }, "route": { "cluster": "service" } });
    let manager = json!({
        "stat_prefix": "in",
        "route_config": { "virtual_hosts": [{ "name": "all", "domains": ["*"], "routes": [route] }] },
        "http_filters": [
            typed("envoy.filters.http.fault", "http.fault.v3.HTTPFault", fault),
            typed("envoy.filters.http.router", "http.router.v3.Router", json!({})),
        ],
    });
    let manager = typed(
        "envoy.filters.network.http_connection_manager",
        "network.http_connection_manager.v3.HttpConnectionManager",
        manager,
    );
    let endpoint = json!({ "endpoint": { "address": at(service) } });
    json!({ "static_resources": {
        "listeners": [{ "address": at(listen), "filter_chains": [{ "filters": [manager] }] }],
        "clusters": [{
            "name": "service",
            "connect_timeout": "1s",
            "load_assignment": {
                "cluster_name": "service",
                "endpoints": [{ "lb_endpoints": [endpoint] }],
            },
        }],
    } })
}

fn abort(percent: u32) -> Value {
    json!({ "abort": { "http_status": 503, "percentage": { "numerator": percent } } })
}

/// Policies whose breaker and ejection have no say: what retries do is seen alone.
fn only_retries() -> Settings {
    let mut settings = Settings::default();
    settings.policies.breaker.enabled = false;
    settings.policies.ejection.consecutive_failures = 0;
    settings
}

#[tokio::test]
async fn what_a_proxy_refuses_by_chance_fails_no_call() {
    let server = Server::answering("ok").await;
    let Some(envoy) = Envoy::before(&server, abort(20)).await else {
        return;
    };
    let mut settings = only_retries();
    // Of a hundred thousand calls one is refused seven times in a row.
    settings.policies.retry.attempts = 8;
    settings.policies.budget.share = 1.0;
    let client = Client::at(&[envoy.address], settings);
    for _ in 0..200 {
        assert_eq!(client.get().await.unwrap(), "ok");
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 200);
    let again = |request: &&String| header(request, "x-envoy-attempt-count").is_some();
    let again = requests.iter().filter(again).count();
    // A fifth of them; never as few or as many as this.
    assert!(
        (10..90).contains(&again),
        "{again} of 200 were not the first"
    );
    let retries = client.transport.stack().view().totals.retries;
    assert!(retries >= again as u64, "{retries} retries, {again} seen");
}

#[tokio::test]
async fn a_proxy_that_refuses_everything_sees_no_more_than_the_budget() {
    let server = Server::answering("ok").await;
    let Some(envoy) = Envoy::before(&server, abort(100)).await else {
        return;
    };
    let mut settings = only_retries();
    settings.policies.budget.reserve = 0;
    let client = Client::at(&[envoy.address], settings);
    for _ in 0..100 {
        assert_eq!(client.call(get()).await.unwrap().status(), 503);
    }
    let retries = client.transport.stack().view().totals.retries;
    assert!(
        (15..=21).contains(&retries),
        "{retries} retries of 100 calls"
    );
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_service_behind_a_proxy_that_says_exhausted_is_asked_once() {
    let head = "HTTP/1.1 503 Service Unavailable\r\nretry: exhausted\r\ncontent-length: 0\r\n\r\n";
    let server = Server::start(move |mut peer| async move {
        while peer.request().await.is_some() {
            peer.send(head).await;
        }
    })
    .await;
    let Some(envoy) = Envoy::before(&server, abort(0)).await else {
        return;
    };
    let client = Client::at(&[envoy.address], only_retries());
    let answer = client.call(get()).await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry"], "exhausted");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn advice_passes_a_proxy_and_is_waited_for() {
    let later = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n";
    let server = retries::failing(1, later).await;
    let Some(envoy) = Envoy::before(&server, abort(0)).await else {
        return;
    };
    let client = Client::at(&[envoy.address], only_retries());
    let (env, began) = (Env::system(), Env::system().now());
    client.get().await.unwrap();
    assert!(env.now() - began >= Duration::from_secs(1));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn what_a_proxy_delays_is_given_up_in_time_and_tried_again() {
    let server = Server::answering("ok").await;
    let some = json!({ "delay": { "fixed_delay": "5s", "percentage": { "numerator": 25 } } });
    let Some(envoy) = Envoy::before(&server, some).await else {
        return;
    };
    let mut settings = only_retries();
    settings.attempt_timeout = Some(Duration::from_millis(300));
    settings.policies.retry.attempts = 8;
    settings.policies.budget.share = 1.0;
    let client = Client::at(&[envoy.address], settings);
    for _ in 0..20 {
        assert_eq!(client.get().await.unwrap(), "ok");
    }
    assert!(client.transport.stack().view().totals.retries > 0);
}
