//! What the cache gives, what it asks, and what it says of it; the callee is a script.

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

#[tokio::test(start_paused = true)]
async fn what_is_fresh_is_given_again_and_says_so() {
    let site = site(&[(200, MINUTE, "one"), (200, MINUTE, "two")]);
    assert_eq!(site.ask().await, said("one", ""));
    pass(20).await;
    let response = site.call(PRIVATE, "/v1/items/bolt").await.unwrap();
    assert_eq!(response.headers()[AGE], "20");
    assert_eq!(site.ask().await, said("one", "chassis; hit"));
    // Another target, another method: not the same.
    site.call(PRIVATE, "/v1/items/nut").await.unwrap();
    assert_eq!(site.calls(), 2);
    site.call(PLAIN, "/v1/items/bolt").await.unwrap();
    site.call(PLAIN, "/v1/items/bolt").await.unwrap();
    assert_eq!(site.calls(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_was_fresh_is_given_once_more_while_a_new_one_comes() {
    let site = site(&[(200, MINUTE, "one"), (200, MINUTE, "two")]);
    site.ask().await;
    pass(61).await;
    let stale = said("one", "chassis; hit; detail=stale-while-revalidate");
    assert_eq!(site.ask().await, stale);
    assert_eq!(site.ask().await, stale);
    pass(1).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(site.ask().await, said("two", "chassis; hit"));
    assert_eq!(site.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_validator_brings_it_back_without_its_body() {
    let site = site(&[(200, MINUTE, "one"), (304, MINUTE, "")]);
    site.ask().await;
    pass(75).await;
    let revalidated = "chassis; hit; fwd=stale; fwd-status=304";
    assert_eq!(site.ask().await, said("one", revalidated));
    let asked = site.script.asked.lock().unwrap().clone();
    assert_eq!(asked, [None, Some("\"a\"".to_owned())]);
    pass(59).await;
    assert_eq!(site.ask().await, said("one", "chassis; hit"));
}

#[tokio::test(start_paused = true)]
async fn where_the_callee_fails_the_last_answer_does_for_a_while() {
    for failure in [0, 503] {
        let site = site(&[(200, MINUTE, "one"), (failure, &[], "")]);
        site.ask().await;
        pass(100).await;
        let (body, status) = site.ask().await;
        assert_eq!(body, "one");
        assert!(status.ends_with("detail=stale-if-error"), "{status}");
        pass(300).await;
        let last = site.call(PRIVATE, "/v1/items/bolt").await;
        let failed = last.map_or(true, |response| response.status() == 503);
        assert!(failed);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_callee_says_holds() {
    let cases: [(&[(&str, &str)], usize); 7] = [
        (&[("cache-control", "no-store")], 2),
        (&[("cache-control", "max-age=0, must-revalidate")], 2),
        (&[("cache-control", "no-cache"), ("etag", "\"a\"")], 2),
        (&[("vary", "*")], 2),
        // Ten seconds left of thirty, five seconds on.
        (&[("cache-control", "max-age=30"), ("age", "20")], 1),
        (
            &[
                ("cache-control", "max-age=30, must-revalidate"),
                ("age", "26"),
            ],
            2,
        ),
        // It says nothing: the contract does.
        (&[], 1),
    ];
    for (headers, calls) in cases {
        let site = site(&[(200, headers, "one")]);
        site.ask().await;
        pass(5).await;
        site.ask().await;
        assert_eq!(site.calls(), calls, "{headers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_kind_ends_what_was_kept() {
    let site = site(&[(200, MINUTE, "one"), (404, &[], "gone"), (0, &[], "")]);
    site.ask().await;
    pass(100).await;
    assert_eq!(site.ask().await.0, "gone");
    let last = site.call(PRIVATE, "/v1/items/bolt").await;
    assert!(last.is_err(), "what is gone is no help in need");
}

#[tokio::test(start_paused = true)]
async fn a_crowd_makes_one_call() {
    let site = Arc::new(site(&[(200, MINUTE, "one")]));
    let crowd: Vec<_> = (0..100)
        .map(|_| {
            let site = Arc::clone(&site);
            crate::spawn(async move { site.ask().await.0 })
        })
        .collect();
    for one in crowd {
        assert_eq!(one.await.unwrap(), "one");
    }
    assert_eq!(site.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_another_waits_no_longer_than_his_own_time() {
    let site = Arc::new(site(&[(200, MINUTE, "one")]));
    let first = crate::spawn({
        let site = Arc::clone(&site);
        async move { site.ask().await }
    });
    tokio::task::yield_now().await;
    let deadline = site.telemetry.env().now() + Duration::from_millis(2);
    let context = Context::default().with_deadline(deadline);
    let late = context.scope(site.call(PRIVATE, "/v1/items/bolt")).await;
    assert!(matches!(late, Err(CallError::Deadline { .. })), "{late:?}");
    assert_eq!(first.await.unwrap().0, "one");
}

#[tokio::test(start_paused = true)]
async fn one_who_gives_up_leaves_the_others_to_ask() {
    let site = Arc::new(site(&[(200, MINUTE, "one")]));
    let ask = |site: &Arc<Site>| {
        let site = Arc::clone(site);
        crate::spawn(async move { site.ask().await })
    };
    let first = ask(&site);
    tokio::task::yield_now().await;
    let second = ask(&site);
    tokio::task::yield_now().await;
    first.abort();
    assert_eq!(second.await.unwrap().0, "one");
    assert_eq!(site.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn each_principal_has_its_own_unless_all_have_the_same() {
    let site = site(&[(200, &[("cache-control", "max-age=60")], "x")]);
    let of = |name: &str| Context::default().with_principal(Principal::new(name, [""; 0]));
    for (method, calls) in [(PRIVATE, 3), (PUBLIC, 4)] {
        for name in ["ann", "bob", "ann"] {
            let target = format!("/v1/items/{method}");
            of(name).scope(site.call(method, &target)).await.unwrap();
        }
        site.call(method, &format!("/v1/items/{method}"))
            .await
            .unwrap();
        assert_eq!(site.calls(), calls);
    }
    // What the callee calls private is nobody else's, whatever the contract says.
    let site = self::site(&[(200, MINUTE, "x")]);
    site.call(PUBLIC, "/v1/items/bolt").await.unwrap();
    site.call(PUBLIC, "/v1/items/bolt").await.unwrap();
    assert_eq!(site.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn it_is_bounded_and_can_be_turned_off() {
    let small = CacheTable {
        max_bytes: ByteSize::from_kib(2),
        ..CacheTable::default()
    };
    let site = site_of(&[(200, MINUTE, "one")], &small);
    for number in 0..100 {
        site.call(PRIVATE, &format!("/v1/items/{number}"))
            .await
            .unwrap();
    }
    site.call(PRIVATE, "/v1/items/0").await.unwrap();
    assert_eq!(site.calls(), 101);
    let off = CacheTable {
        enabled: false,
        stale_if_error: HumanDuration::from_secs(0),
        ..CacheTable::default()
    };
    let site = site_of(&[(200, MINUTE, "one")], &off);
    site.ask().await;
    site.ask().await;
    assert_eq!(site.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn it_is_counted_and_traced() {
    let site = site(&[(200, MINUTE, "one")]);
    let trace = crate::context::TraceContext {
        trace_id: crate::context::TraceId([1; 16]),
        span_id: crate::context::SpanId([2; 8]),
        flags: crate::context::TraceFlags::SAMPLED,
        state: None,
    };
    let work = async {
        site.ask().await;
        site.ask().await;
    };
    Context::default().with_trace(trace).scope(work).await;
    let text = site.telemetry.metrics().scrape(None).1;
    for outcome in ["miss", "hit"] {
        let line = format!("chassis_outcome=\"{outcome}\"");
        let counted = text
            .lines()
            .any(|row| row.contains(&line) && row.ends_with(" 1.0"));
        assert!(counted, "{outcome}: {text}");
    }
    let spans = site.capture.spans();
    let outcomes: Vec<_> = spans
        .iter()
        .filter(|span| span.record.name == *"cache shelf.own")
        .map(|span| format!("{:?}", span.record.attribute("chassis.outcome")))
        .collect();
    assert_eq!(outcomes.len(), 2, "{spans:?}");
    assert!(
        outcomes[0].contains("miss") && outcomes[1].contains("hit"),
        "{outcomes:?}"
    );
}
