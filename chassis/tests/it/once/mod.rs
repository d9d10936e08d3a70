//! Idempotency keys at the edge: one effect a key, answered byte by byte.

mod travelling;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use bytes::Bytes;
use chassis::context::Env;
use chassis::http::{Edge, Routes, Settings};
use chassis::telemetry::{self, Resource, Telemetry};
use chassis::{CallError, Created, Problem, service};
use http::{HeaderMap, Request, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Note {
    text: String,
}

/// A desk.
#[service(version = "1")]
trait Desk {
    /// Writes a note down.
    #[post("/notes", idempotent)]
    async fn write(&self, note: Note) -> Result<Created<Note>, DeskError>;

    /// Adds to one.
    #[patch("/notes/{id}", idempotent)]
    async fn add(
        &self,
        id: u32,
        #[header("x-pen")] pen: Option<String>,
        #[query] line: Option<u32>,
        note: Note,
    ) -> Result<Note, DeskError>;

    /// Without a promise.
    #[post("/scraps")]
    async fn scrap(&self, note: Note) -> Result<Note, DeskError>;
}

#[derive(Debug, thiserror::Error, Problem)]
enum DeskError {
    #[error("no more paper")]
    #[problem(status = 409)]
    NoPaper,
    #[error("the pen is broken")]
    #[problem(status = 500)]
    Broken,
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

/// Counts what it does. What it writes depends on the count, so that a second effect shows.
#[derive(Default)]
struct Counting {
    done: AtomicU32,
    /// `wait` goes on with one permit each.
    gate: Option<Semaphore>,
}

impl Desk for Counting {
    async fn write(&self, note: Note) -> Result<Created<Note>, DeskError> {
        let number = self.done.fetch_add(1, SeqCst) + 1;
        match note.text.as_str() {
            "none left" => return Err(DeskError::NoPaper),
            "broken" => return Err(DeskError::Broken),
            "panic" => panic!("a blot"),
            "large" => {
                return Ok(Created {
                    location: "/v1/notes/0".to_owned(),
                    value: Note {
                        text: "x".repeat(300_000),
                    },
                });
            }
            "wait" => {
                if let Some(gate) = &self.gate {
                    gate.acquire().await.unwrap().forget();
                }
            }
            _ => {}
        }
        Ok(Created {
            location: format!("/v1/notes/{number}"),
            value: Note {
                text: format!("{number}: {}", note.text),
            },
        })
    }

    async fn add(
        &self,
        _: u32,
        _: Option<String>,
        _: Option<u32>,
        note: Note,
    ) -> Result<Note, DeskError> {
        self.done.fetch_add(1, SeqCst);
        Ok(note)
    }

    async fn scrap(&self, note: Note) -> Result<Note, DeskError> {
        self.done.fetch_add(1, SeqCst);
        Ok(note)
    }
}

struct Site {
    edge: Edge,
    desk: Arc<Counting>,
    telemetry: Telemetry,
}

fn site() -> Site {
    site_with(false)
}

fn site_with(layered: bool) -> Site {
    let env = Env::system();
    let mut settings = telemetry::Settings::default();
    settings.traces.ratio = 0.0;
    let telemetry = Telemetry::new(env.clone(), &settings, Resource::new("desk", &env)).unwrap();
    let desk = Arc::new(Counting {
        gate: Some(Semaphore::new(0)),
        ..Counting::default()
    });
    let mut routes = Routes::new(&Settings::default(), env);
    let mut component = routes.component(&telemetry);
    component.contract::<dyn Desk>(Arc::clone(&desk) as _);
    if layered {
        let value = http::HeaderValue::from_static("yes");
        let name = http::HeaderName::from_static("x-layer");
        component.layer(tower_http::set_header::SetResponseHeaderLayer::overriding(
            name, value,
        ));
    }
    Site {
        edge: routes.build().unwrap(),
        desk,
        telemetry,
    }
}

/// What a caller can tell of an answer, apart from the request's id.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
    replayed: bool,
}

impl Told {
    fn of(response: Response<Bytes>) -> Self {
        let (head, body) = response.into_parts();
        let mut headers = head.headers;
        headers.remove("x-request-id");
        let replayed = headers.remove("idempotency-replayed");
        Self {
            status: head.status.as_u16(),
            headers,
            body,
            replayed: replayed.is_some_and(|value| value == "true"),
        }
    }

    fn kind(&self) -> String {
        let problem: chassis::ProblemDetails = serde_json::from_slice(&self.body).unwrap();
        problem.type_uri.rsplit(':').next().unwrap().to_owned()
    }
}

fn request(verb: &str, target: &str, key: Option<&str>, text: &str) -> Request<Bytes> {
    let body = serde_json::to_vec(&Note {
        text: text.to_owned(),
    });
    let mut request = Request::builder()
        .method(verb)
        .uri(target)
        .header("content-type", "application/json");
    if let Some(key) = key {
        let key = http::HeaderValue::from_bytes(key.as_bytes()).unwrap();
        request = request.header("idempotency-key", key);
    }
    request.body(Bytes::from(body.unwrap())).unwrap()
}

impl Site {
    async fn write(&self, key: Option<&str>, text: &str) -> Told {
        self.ask(request("POST", "/v1/notes", key, text)).await
    }

    async fn ask(&self, request: Request<Bytes>) -> Told {
        Told::of(self.edge.call(request).await.unwrap())
    }

    fn done(&self) -> u32 {
        self.desk.done.load(SeqCst)
    }
}

#[tokio::test]
async fn a_repetition_is_answered_byte_by_byte_and_says_so() {
    for layered in [false, true] {
        let site = site_with(layered);
        let first = site.write(Some("\"k\""), "milk").await;
        assert_eq!((first.status, first.replayed), (201, false));
        for _ in 0..3 {
            let again = site.write(Some("\"k\""), "milk").await;
            assert!(again.replayed);
            assert_eq!(
                again,
                Told {
                    replayed: true,
                    ..first.clone()
                }
            );
        }
        assert_eq!(site.done(), 1);
        let other = site.write(Some("\"l\""), "milk").await;
        assert_eq!(other.headers["location"], "/v1/notes/2");
    }
}

#[tokio::test]
async fn a_typed_error_is_an_answer_and_5xx_is_none() {
    let site = site();
    let first = site.write(Some("\"a\""), "none left").await;
    let again = site.write(Some("\"a\""), "none left").await;
    assert_eq!(
        (first.status, again.status, again.replayed),
        (409, 409, true)
    );
    assert_eq!((first.body, site.done()), (again.body, 1));
    for text in ["broken", "panic"] {
        let before = site.done();
        for _ in 0..2 {
            let failed = site.write(Some(&format!("\"{text}\"")), text).await;
            assert_eq!((failed.status, failed.replayed), (500, false), "{text}");
            // What a panic released, it released in a task of its own.
            tokio::task::yield_now().await;
        }
        assert_eq!(site.done(), before + 2, "{text}");
    }
}

#[tokio::test]
async fn another_request_with_the_key_is_refused() {
    let site = site();
    site.write(Some("\"k\""), "milk").await;
    let other = site.write(Some("\"k\""), "bread").await;
    assert_eq!(
        (other.status, other.kind().as_str()),
        (422, "idempotency-key-reused")
    );
    // Path, query and headers of the contract count, others do not.
    let key = Some("\"p\"");
    let patch = |target: &str| request("PATCH", target, key, "milk");
    assert_eq!(site.ask(patch("/v1/notes/1?line=1")).await.status, 200);
    assert!(site.ask(patch("/v1/notes/1?line=1")).await.replayed);
    for target in ["/v1/notes/2?line=1", "/v1/notes/1?line=2", "/v1/notes/1"] {
        assert_eq!(site.ask(patch(target)).await.status, 422, "{target}");
    }
    let mut pen = patch("/v1/notes/1?line=1");
    pen.headers_mut().insert("x-pen", "red".parse().unwrap());
    assert_eq!(site.ask(pen).await.status, 422);
    let mut agent = patch("/v1/notes/1?line=1");
    agent
        .headers_mut()
        .insert("user-agent", "x".parse().unwrap());
    assert!(site.ask(agent).await.replayed);
    // The same key on another route is another one.
    assert_eq!(site.write(key, "milk").await.status, 201);
}

#[tokio::test]
async fn while_the_first_is_at_work_the_second_is_told_to_wait() {
    let site = Arc::new(site());
    let first = chassis::spawn({
        let site = Arc::clone(&site);
        async move { site.write(Some("\"k\""), "wait").await }
    });
    while site.done() == 0 {
        tokio::task::yield_now().await;
    }
    let second = site.write(Some("\"k\""), "wait").await;
    assert_eq!(
        (second.status, second.kind().as_str()),
        (409, "idempotency-key-in-flight")
    );
    assert_eq!(second.headers["retry-after"], "2");
    site.desk.gate.as_ref().unwrap().add_permits(1);
    assert_eq!(first.await.unwrap().status, 201);
    assert!(site.write(Some("\"k\""), "wait").await.replayed);
    assert_eq!(site.done(), 1);
}

#[tokio::test]
async fn a_caller_who_hangs_up_finds_his_answer_when_he_comes_again() {
    let site = Arc::new(site());
    let first = chassis::spawn({
        let site = Arc::clone(&site);
        async move { site.write(Some("\"k\""), "wait").await }
    });
    while site.done() == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(first.await.is_err());
    site.desk.gate.as_ref().unwrap().add_permits(1);
    loop {
        let again = site.write(Some("\"k\""), "wait").await;
        if again.status == 201 {
            assert!(again.replayed);
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(site.done(), 1);
}

#[tokio::test]
async fn keys_that_are_none_are_refused_and_cost_nothing() {
    let site = site();
    let long = format!("\"{}\"", "k".repeat(256));
    let huge = format!("\"{}\"", "k".repeat(10_000));
    for key in [
        "bare",
        "\"\"",
        "\"a",
        "\"a\";p=1",
        "\"\u{e4}\"",
        &long,
        &huge,
    ] {
        let told = site.write(Some(key), "milk").await;
        assert_eq!(told.status, 400, "{key:.20}");
        assert_eq!(told.kind(), "idempotency-key-malformed");
    }
    let longest = format!("\"{}\"", "k".repeat(255));
    assert_eq!(site.write(Some(&longest), "milk").await.status, 201);
    assert!(site.write(Some(&longest), "milk").await.replayed);
    assert_eq!(site.done(), 1);
}

#[tokio::test]
async fn a_refused_parameter_uses_up_no_key() {
    let site = site();
    let mut wrong = request("POST", "/v1/notes", Some("\"k\""), "milk");
    *wrong.body_mut() = Bytes::from_static(b"{}");
    assert_eq!(site.ask(wrong).await.status, 400);
    assert_eq!(site.write(Some("\"k\""), "milk").await.status, 201);
}

#[tokio::test]
async fn without_a_key_and_without_a_promise_each_call_is_its_own() {
    let site = site();
    for _ in 0..2 {
        assert_eq!(site.write(None, "milk").await.status, 201);
        let scrap = request("POST", "/v1/scraps", Some("\"k\""), "milk");
        assert_eq!(site.ask(scrap).await.status, 200);
    }
    assert_eq!(site.done(), 4);
}

#[tokio::test]
async fn of_an_answer_that_is_too_large_the_fact_is_kept() {
    let site = site();
    assert_eq!(site.write(Some("\"k\""), "large").await.status, 201);
    let again = site.write(Some("\"k\""), "large").await;
    assert_eq!(
        (again.status, again.kind().as_str()),
        (409, "idempotency-answer-not-kept")
    );
    assert_eq!(site.done(), 1);
}

#[tokio::test]
async fn what_keys_came_to_is_counted() {
    let site = site();
    for (key, text) in [
        (Some("\"k\""), "a"),
        (Some("\"k\""), "a"),
        (Some("\"k\""), "b"),
        (None, "a"),
    ] {
        site.write(key, text).await;
    }
    let text = site.telemetry.metrics().scrape(None).1;
    for outcome in ["first", "replayed", "mismatch", "without_key"] {
        let labels = [
            "chassis_method=\"write\"".to_owned(),
            format!("outcome=\"{outcome}\""),
        ];
        let mut rows = text
            .lines()
            .filter(|row| labels.iter().all(|own| row.contains(own)));
        let row = rows.next().unwrap_or_else(|| panic!("{outcome}: {text}"));
        assert!(
            row.starts_with("chassis_idempotency_calls") && row.ends_with(" 1.0"),
            "{row}"
        );
    }
}
