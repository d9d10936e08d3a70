//! A contract written by hand: what `#[service]` expands to is public API.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chassis::Context;
use chassis::contract::{
    Answer, Cancel, Contract, ContractInfo, Link, MethodInfo, ParamInfo, ParamPlace, Reply, Request,
};
use http::{HeaderValue, Method, StatusCode};
use tokio::sync::Semaphore;

/// What the tests ask of the edge. No trait of its own: the type is its own contract.
pub(super) struct Workshop {
    /// `wait` and `work` go on with one permit each.
    pub(super) gate: Semaphore,
    /// Calls that began to wait.
    pub(super) begun: AtomicUsize,
    /// Calls that were done.
    pub(super) done: AtomicUsize,
}

impl Workshop {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            gate: Semaphore::new(0),
            begun: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
        })
    }

    async fn wait(self: Arc<Self>) -> Reply {
        self.begun.fetch_add(1, SeqCst);
        if let Ok(permit) = self.gate.acquire().await {
            permit.forget();
        }
        self.done.fetch_add(1, SeqCst);
        text("waited")
    }
}

/// Indices of the methods.
const ITEM: usize = 0;
const STORE: usize = 1;
const WAIT: usize = 2;
const WORK: usize = 3;
const PANIC: usize = 4;
const CONTEXT: usize = 5;
const BRIEF: usize = 6;
const KEEP: usize = 7;

const fn method(name: &'static str, verb: Method, path: &'static str) -> MethodInfo {
    let cancel = match verb {
        Method::GET => Cancel::Always,
        _ => Cancel::Never,
    };
    MethodInfo {
        name,
        verb,
        path,
        doc: "",
        source: "workshop.rs:1",
        timeout: None,
        max_body: None,
        idempotent: false,
        cache: None,
        deprecated: false,
        since: None,
        cancel,
        params: &[],
        success: 200,
        answer: None,
        bytes: true,
        stream: None,
        problems: || &[],
    }
}

const BODY: &[ParamInfo] = &[ParamInfo {
    name: "body",
    place: ParamPlace::Body,
    required: true,
    schema: |generator| generator.subschema_for::<Vec<u8>>(),
}];

static METHODS: LazyLock<Vec<MethodInfo>> = LazyLock::new(|| {
    vec![
        method("item", Method::GET, "/v1/items/{sku}"),
        MethodInfo {
            params: BODY,
            max_body: Some(1024),
            ..method("store", Method::PUT, "/v1/items/{name}")
        },
        method("wait", Method::GET, "/v1/wait"),
        method("work", Method::POST, "/v1/wait"),
        method("panic", Method::GET, "/v1/panic"),
        method("context", Method::GET, "/v1/context"),
        MethodInfo {
            timeout: Some(Duration::from_millis(50)),
            ..method("brief", Method::POST, "/v1/brief")
        },
        MethodInfo {
            params: BODY,
            ..method("keep", Method::PUT, "/v1/wait")
        },
    ]
});

static INFO: LazyLock<ContractInfo> = LazyLock::new(|| ContractInfo {
    name: "workshop",
    version: "1",
    doc: "",
    source: "workshop.rs:1",
    methods: &METHODS,
});

impl Contract for Workshop {
    fn info() -> &'static ContractInfo {
        &INFO
    }

    fn call(service: &Arc<Self>, method: usize, request: &Request<'_>) -> Answer {
        let service = Arc::clone(service);
        let sku = request.captures.get(0).unwrap_or_default().to_owned();
        let body = request.body.clone();
        let later = |reply: Reply| Answer::Later(Box::pin(async move { reply }));
        match method {
            ITEM => later(text(format!("item {sku}, query {}", request.query))),
            STORE => later(text(format!("stored {sku}: {} bytes", body.len()))),
            WAIT | WORK | BRIEF => Answer::Later(Box::pin(service.wait())),
            KEEP => Answer::Later(Box::pin(async move {
                service.wait().await;
                text(format!("kept {}", String::from_utf8_lossy(&body)))
            })),
            PANIC => Answer::Later(Box::pin(async { panic!("a secret") })),
            CONTEXT => Answer::Later(Box::pin(async {
                let context = Context::current();
                let trace = context.trace();
                let trace_id = String::from_utf8_lossy(&trace.trace_id.to_hex()).into_owned();
                text(format!("{trace_id} {}", context.deadline().is_some()))
            })),
            _ => Answer::Now(Reply::empty(StatusCode::NOT_IMPLEMENTED).into()),
        }
    }

    fn connect(_: Link<Self>) -> Arc<Self> {
        panic!("no client is needed here")
    }
}

fn text(text: impl Into<String>) -> Reply {
    Reply {
        content_type: Some(HeaderValue::from_static("text/plain")),
        body: text.into().into(),
        ..Reply::empty(StatusCode::OK)
    }
}
