//! What the cache gives, what it asks, and what it says of it; the callee is a script.

mod callers;
mod freshness;

use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use http::Method;

use super::*;
use crate::config::{ByteSize, HumanDuration};
use crate::context::Principal;
use crate::contract::{Cancel, MethodInfo};
use crate::telemetry::{Capture, Resource, Settings};

const fn method(name: &'static str, cache: Option<CacheInfo>) -> MethodInfo {
    MethodInfo {
        name,
        verb: Method::GET,
        path: "/v1/items/{sku}",
        doc: "",
        source: "",
        timeout: None,
        max_body: None,
        idempotent: false,
        cache,
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

const fn fresh(public: bool) -> Option<CacheInfo> {
    Some(CacheInfo {
        fresh: Duration::from_secs(30),
        public,
    })
}

const PRIVATE: usize = 0;
const PUBLIC: usize = 1;
const PLAIN: usize = 2;

static METHODS: LazyLock<Vec<MethodInfo>> = LazyLock::new(|| {
    vec![
        method("own", fresh(false)),
        method("all", fresh(true)),
        method("plain", None),
    ]
});

static INFO: LazyLock<ContractInfo> = LazyLock::new(|| ContractInfo {
    name: "shelf",
    version: "1",
    doc: "",
    source: "",
    methods: &METHODS,
});

/// What the callee answers: status, headers, body. A status of 0 is a failed call.
type Line = (u16, &'static [(&'static str, &'static str)], &'static str);

/// A callee that answers by its script, one line a call, the last one for ever; each after 10 ms.
#[derive(Default)]
struct Script {
    lines: Mutex<Vec<Line>>,
    calls: AtomicUsize,
    asked: Mutex<Vec<Option<String>>>,
    env: Option<Env>,
}

impl Script {
    fn next(&self) -> Line {
        let mut lines = self.lines.lock().unwrap();
        if lines.len() > 1 {
            lines.remove(0)
        } else {
            lines[0]
        }
    }
}

impl Transport for Arc<Script> {
    fn call(&self, call: Outgoing) -> TransportFuture<'_> {
        self.calls.fetch_add(1, SeqCst);
        let tag = call.headers.get(IF_NONE_MATCH);
        let tag = tag.map(|value| value.to_str().unwrap().to_owned());
        self.asked.lock().unwrap().push(tag);
        let (status, headers, body) = self.next();
        Box::pin(async move {
            if let Some(env) = &self.env {
                env.sleep(Duration::from_millis(10)).await;
            }
            if status == 0 {
                return Err(CallError::NoEndpoint {
                    service: "shelf".to_owned(),
                    reason: "none".to_owned(),
                });
            }
            let mut response = Response::new(Bytes::from_static(body.as_bytes()));
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            for (name, value) in headers {
                let value = HeaderValue::from_static(value);
                response.headers_mut().insert(*name, value);
            }
            Ok(response)
        })
    }
}

struct Site {
    script: Arc<Script>,
    transport: Arc<dyn Transport>,
    telemetry: Telemetry,
    capture: Capture,
}

fn site(lines: &[Line]) -> Site {
    site_of(lines, &CacheTable::default())
}

fn site_of(lines: &[Line], settings: &CacheTable) -> Site {
    let env = Env::seeded(1);
    let resource = Resource::new("shop", &env);
    let (telemetry, capture) =
        Telemetry::captured(env.clone(), &Settings::dev(), resource).unwrap();
    let script = Arc::new(Script {
        lines: Mutex::new(lines.to_vec()),
        env: Some(env),
        ..Script::default()
    });
    let transport = Cached::around(Arc::clone(&script), &INFO, settings, &telemetry);
    Site {
        script,
        transport,
        telemetry,
        capture,
    }
}

impl Site {
    async fn call(&self, method: usize, target: &str) -> Result<Response<Bytes>, CallError> {
        let outgoing = Outgoing {
            contract: &INFO,
            method,
            target: target.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        self.transport.call(outgoing).await
    }

    /// Body and `cache-status` of an answer to a private method's call.
    async fn ask(&self) -> (String, String) {
        let response = self.call(PRIVATE, "/v1/items/bolt").await.unwrap();
        let status = response.headers().get(CACHE_STATUS);
        let status = status.map_or("", |value| value.to_str().unwrap());
        let body = String::from_utf8_lossy(response.body()).into_owned();
        (body, status.to_owned())
    }

    fn calls(&self) -> usize {
        self.script.calls.load(SeqCst)
    }
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

fn said(body: &str, status: &str) -> (String, String) {
    (body.to_owned(), status.to_owned())
}

const MINUTE: &[(&str, &str)] = &[("cache-control", "private, max-age=60"), ("etag", "\"a\"")];
