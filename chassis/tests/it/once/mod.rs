//! Idempotency keys at the edge: one effect a key, answered byte by byte.

mod limits;
mod repeating;
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
