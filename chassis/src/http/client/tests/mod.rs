//! Tests over real sockets, against a server that does exactly what a test says.

mod answers;
mod balance;
mod deadlines;
mod endpoints;
mod envoy;
mod hostile;
mod http2;
#[cfg(feature = "tls")]
mod nginx;
mod pool;
mod retries;
pub(super) mod server;
mod toxic;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Response};

use self::server::Server;
use super::{HttpTransport, Remote, Settings};
use crate::CallError;
use crate::context::Env;
use crate::contract::{Cancel, ContractInfo, MethodInfo, Outgoing, Transport};
use crate::discovery::{Instance, Publisher, Watch};
use crate::telemetry::{self, Resource, Telemetry};

/// Longer than anything takes that ends; a test that would hang fails instead.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) static ORDERS: ContractInfo = ContractInfo {
    name: "orders",
    version: "1",
    doc: "",
    source: "",
    methods: &[
        method("one", Method::GET, "/v1/orders/{id}"),
        method("place", Method::POST, "/v1/orders"),
        method("replace", Method::PUT, "/v1/orders/{id}"),
    ],
};

const fn method(name: &'static str, verb: Method, path: &'static str) -> MethodInfo {
    MethodInfo {
        name,
        verb,
        path,
        doc: "",
        source: "",
        timeout: None,
        max_body: None,
        idempotent: false,
        cache: None,
        deprecated: false,
        since: None,
        cancel: Cancel::Always,
        params: &[],
        success: 200,
        answer: None,
        bytes: true,
        stream: None,
        problems: || &[],
    }
}

/// `GET /v1/orders/42`.
fn get() -> Outgoing {
    Outgoing {
        contract: &ORDERS,
        method: 0,
        target: "/v1/orders/42".to_owned(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
    }
}

/// `POST /v1/orders`.
fn post(body: impl Into<Bytes>) -> Outgoing {
    Outgoing {
        contract: &ORDERS,
        method: 1,
        target: "/v1/orders".to_owned(),
        headers: HeaderMap::new(),
        body: body.into(),
    }
}

/// `PUT /v1/orders/42`.
fn put(body: impl Into<Bytes>) -> Outgoing {
    Outgoing {
        method: 2,
        target: "/v1/orders/42".to_owned(),
        ..post(body)
    }
}

/// What a client called, with the settings of a test.
struct Client {
    transport: Arc<HttpTransport>,
    publisher: Publisher,
}

pub(super) fn telemetry(env: Env) -> Telemetry {
    let resource = Resource::new("test", &env);
    Telemetry::new(env, &telemetry::Settings::default(), resource).unwrap()
}

impl Client {
    fn of(servers: &[&Server], settings: Settings) -> Self {
        let addresses: Vec<SocketAddr> = servers.iter().map(|server| server.address).collect();
        Self::at(&addresses, settings)
    }

    fn at(addresses: &[SocketAddr], settings: Settings) -> Self {
        Self::with(addresses, settings, telemetry(Env::system()))
    }

    fn with(addresses: &[SocketAddr], settings: Settings, telemetry: Telemetry) -> Self {
        let (publisher, watch) = Watch::channel("orders");
        let remote = Remote::new(watch, "a test");
        let transport = HttpTransport::new(&ORDERS, remote, settings, telemetry);
        let client = Self {
            transport: Arc::new(transport),
            publisher,
        };
        client.publish(addresses);
        client
    }

    fn publish(&self, addresses: &[SocketAddr]) {
        let instances = addresses.iter().map(|address| {
            let id = address.to_string();
            Instance::new("orders", id, (*address).into())
        });
        self.publisher.publish(instances.collect());
    }

    async fn call(&self, outgoing: Outgoing) -> Result<Response<Bytes>, CallError> {
        let call = self.transport.call(outgoing);
        tokio::time::timeout(PATIENCE, call).await.unwrap()
    }

    /// The body of `GET /v1/orders/42`.
    async fn get(&self) -> Result<String, CallError> {
        let response = self.call(get()).await?;
        Ok(String::from_utf8(response.into_body().to_vec()).unwrap())
    }
}

/// Beneath what the policies say of it.
fn kind(error: &CallError) -> &'static str {
    let mut error = error;
    while let Some(below) = std::error::Error::source(error) {
        match below.downcast_ref::<CallError>() {
            Some(below) => error = below,
            None => break,
        }
    }
    error.kind()
}

/// An address where nobody listens.
async fn nobody() -> SocketAddr {
    Server::answering("").await.address
}

/// Waits until `condition` holds.
pub(super) async fn until(what: &str, condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, wait).await;
    waited.unwrap_or_else(|_| panic!("still not so: {what}"));
}
