//! One of three instances behind toxiproxy, a proxy that spoils its connections: calls that may be
//! repeated go on, it is ejected, and the log says so once. `TEST_TOXIPROXY` is the proxy's path.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use super::*;
use crate::Context;
use crate::http::client::BalanceRule;
use crate::telemetry::Capture;

/// A proxy that ends with the test, in front of one server.
struct Proxy {
    child: Child,
    api: SocketAddr,
    address: SocketAddr,
}

impl Proxy {
    /// `None` where there is none on this machine; in CI that is a failure.
    async fn before(server: &Server) -> Option<Self> {
        let Ok(program) = std::env::var("TEST_TOXIPROXY") else {
            assert!(
                std::env::var_os("CI").is_none(),
                "TEST_TOXIPROXY is not set; run it by `cargo xtask test`"
            );
            return None;
        };
        let (api, address) = (free(), free());
        let child = Command::new(program)
            .args(["-host", "127.0.0.1", "-port", &api.port().to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let proxy = Self {
            child,
            api,
            address,
        };
        proxy.created(server.address).await;
        Some(proxy)
    }

    /// Waits until the proxy takes orders, and gives it its first one.
    async fn created(&self, upstream: SocketAddr) {
        let order = serde_json::json!({
            "name": "orders",
            "listen": self.address.to_string(),
            "upstream": upstream.to_string(),
            "enabled": true,
        });
        let limit = Env::system().now() + PATIENCE;
        while self.post("/proxies", &order).await.is_err() {
            assert!(Env::system().now() < limit, "the proxy does not answer");
        }
    }

    /// From now on connections are spoilt so, also those that are open.
    async fn spoil(&self, kind: &str, attributes: serde_json::Value) {
        let toxic = serde_json::json!({ "type": kind, "attributes": attributes });
        self.post("/proxies/orders/toxics", &toxic).await.unwrap();
    }

    async fn post(&self, path: &str, order: &serde_json::Value) -> reqwest::Result<()> {
        let url = format!("http://{}{path}", self.api);
        let body = order.to_string();
        let sent = reqwest::Client::new().post(url).body(body).send().await?;
        sent.error_for_status().map(drop)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address that was free a moment ago.
fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// Three instances, the last of them behind a proxy.
struct Three {
    client: Client,
    telemetry: Telemetry,
    told: Capture,
    proxy: Proxy,
    spoilt: Server,
    _others: [Server; 2],
}

impl Three {
    async fn start(settings: Settings) -> Option<Self> {
        let others = [
            Server::answering("first").await,
            Server::answering("second").await,
        ];
        let spoilt = Server::answering("spoilt").await;
        let proxy = Proxy::before(&spoilt).await?;
        let env = Env::system();
        let resource = Resource::new("test", &env);
        let captured = Telemetry::captured(env, &telemetry::Settings::default(), resource);
        let (telemetry, told) = captured.unwrap();
        let [first, second] = others.each_ref().map(|server| server.address);
        let addresses = [first, second, proxy.address];
        let client = Client::with(&addresses, settings, telemetry.clone());
        Some(Self {
            client,
            telemetry,
            told,
            proxy,
            spoilt,
            _others: others,
        })
    }

    /// Calls until each has answered, so that connections are there to be spoilt.
    async fn warm(&self) {
        while self.spoilt.requests().is_empty() {
            self.client.get().await.unwrap();
        }
    }

    /// So many calls of a component, none of which fails; gives how many the spoilt one answered.
    async fn calls(&self, count: usize) -> usize {
        let context = Context::default().with_component(self.telemetry.id());
        context.scope(self.all(count)).await
    }

    async fn all(&self, count: usize) -> usize {
        let mut answered = 0;
        for _ in 0..count {
            answered += usize::from(self.client.get().await.unwrap() == "spoilt");
        }
        answered
    }

    fn ejections(&self) -> usize {
        let lines = self.told.lines();
        let is_one =
            |message: &str| message.contains(&format!("{} is ejected", self.proxy.address));
        lines.iter().filter(|line| is_one(line.message())).count()
    }
}

/// An attempt is over soon. Each instance has its turn: a balance by load would hardly call a bad one
/// again, so it would take long until it is ejected.
fn hasty() -> Settings {
    let mut settings = Settings {
        attempt_timeout: Some(Duration::from_millis(100)),
        ..Settings::default()
    };
    settings.policies.balance.rule = BalanceRule::RoundRobin;
    settings
}

#[tokio::test]
async fn an_instance_whose_connections_are_reset_is_left_out() {
    let Some(three) = Three::start(hasty()).await else {
        return;
    };
    three.warm().await;
    three
        .proxy
        .spoil("reset_peer", serde_json::json!({ "timeout": 0 }))
        .await;
    three.calls(300).await;
    assert_eq!(three.ejections(), 1);
}

#[tokio::test]
async fn an_instance_whose_answers_are_cut_is_left_out() {
    let Some(three) = Three::start(hasty()).await else {
        return;
    };
    three.warm().await;
    // After the head and two bytes of the body.
    let bytes = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsp".len();
    three
        .proxy
        .spoil("limit_data", serde_json::json!({ "bytes": bytes }))
        .await;
    assert_eq!(three.calls(300).await, 0);
    assert_eq!(three.ejections(), 1);
}

#[tokio::test]
async fn an_instance_that_hangs_is_left_out() {
    let Some(three) = Three::start(hasty()).await else {
        return;
    };
    three.warm().await;
    three
        .proxy
        .spoil("timeout", serde_json::json!({ "timeout": 0 }))
        .await;
    assert_eq!(three.calls(300).await, 0);
    assert_eq!(three.ejections(), 1);
}

#[tokio::test]
async fn an_instance_that_is_slow_gets_few_calls() {
    let Some(three) = Three::start(Settings::default()).await else {
        return;
    };
    three.warm().await;
    three
        .proxy
        .spoil("latency", serde_json::json!({ "latency": 50 }))
        .await;
    let answered = three.calls(300).await;
    assert!(answered <= 5, "{answered} of 300 went to it");
}
