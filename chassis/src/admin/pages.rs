//! The pages: the hexagon page, and all that is shown as JSON.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use http_body_util::{BodyExt, Limited};
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::fence::{Fence, HEADERS, Refusal};
use super::guesses::Guesses;
use super::trial::{self, Outcome, Trial};
use super::{AdminSettings, Asked, Desk, Order, Stream, Token, page};
use crate::ProblemDetails;
use crate::context::Env;
use crate::problem::PROBLEM_JSON;

/// The desk behind its fence.
struct Guarded {
    fence: Fence,
    desk: Arc<dyn Desk>,
    stream: Arc<Stream>,
    guesses: Guesses,
    /// Requests of the page's form that may be under way at a time.
    trials: Semaphore,
    env: Env,
}

/// How long the body of a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(5);

/// Requests of the page's form at a time.
const TRIALS: usize = 8;

/// The router of the admin listener on address `own`.
pub(crate) fn router(
    stream: Arc<Stream>,
    env: &Env,
    own: IpAddr,
    settings: &AdminSettings,
    token: Option<Token>,
) -> Router {
    let fence = Fence::new(own, &settings.hosts, token);
    let desk = Arc::clone(&stream.desk);
    let guarded = Arc::new(Guarded {
        fence,
        desk,
        stream,
        guesses: Guesses::new(env.clone()),
        trials: Semaphore::new(TRIALS),
        env: env.clone(),
    });
    Router::new()
        .route("/", get(hexagon_page))
        .route("/admin/", get(hexagon_page))
        .route("/admin/hexagon", get(hexagon))
        .route("/admin/port", get(port))
        .route("/admin/events", get(events))
        .route(
            "/admin/ports",
            get(async |State(guarded): Desks| json(&guarded.desk.ports())),
        )
        .route(
            "/admin/health",
            get(async |State(guarded): Desks| json(&guarded.desk.health())),
        )
        .route(
            "/admin/routes",
            get(async |State(guarded): Desks| json(&guarded.desk.routes())),
        )
        .route("/admin/config", get(config))
        .route("/admin/openapi.json", get(openapi))
        .route("/admin/log-level", put(log_level))
        .route("/admin/policy", post(policy))
        .route("/admin/try", post(try_it))
        .merge(page::files())
        .fallback(async || {
            let detail = "there is no such page here; the one to begin with is at /";
            problem(&ProblemDetails::chassis("not-found", 404).with_detail(detail))
        })
        .layer(middleware::from_fn_with_state(Arc::clone(&guarded), admit))
        .with_state(guarded)
}

type Desks = State<Arc<Guarded>>;

async fn admit(State(guarded): Desks, request: Request, next: Next) -> Response {
    let mut response = match guarded.enter(request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => problem(&refusal),
    };
    for (name, value) in HEADERS {
        // The hexagon page has a policy of its own.
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

/// The page itself. Values are not part of it: a browser that opens it bears no token.
async fn hexagon_page(State(guarded): Desks, RawQuery(query): RawQuery) -> Response {
    let asked = Asked::read(query.as_deref().unwrap_or_default(), false);
    page::answer(&guarded.desk.hexagon(&asked))
}

impl Guarded {
    /// Lets a request in, with its whole body. What changes something is not read without the
    /// token.
    async fn enter(&self, request: Request) -> Result<Request, Refusal> {
        let headers = request.headers();
        self.fence.admit(headers)?;
        if headers.contains_key(header::AUTHORIZATION) && self.fence.has_token() {
            let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
            let peer = peer.map(|ConnectInfo(peer)| peer.ip());
            let check = || self.fence.authorize(headers);
            self.guesses.check(peer, check).await?;
        }
        if request.method().is_safe() {
            return Ok(request);
        }
        self.fence.authorize(headers)?;
        let (parts, body) = request.into_parts();
        let body = Limited::new(body, trial::REQUEST).collect();
        let body = tokio::select! {
            body = body => body.map_err(|_| unread(413, "the body is too large, or it broke off")),
            () = self.env.sleep(PATIENCE) => Err(unread(408, "the body did not come in time")),
        };
        Ok(Request::from_parts(parts, body?.to_bytes().into()))
    }
}

fn unread(status: u16, why: &str) -> Refusal {
    Box::new(ProblemDetails::chassis("admin-body", status).with_detail(why))
}

/// The page as data. With the token it holds the configuration's values, too.
async fn hexagon(State(guarded): Desks, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    match guarded.asked(&headers, query.as_deref()) {
        Ok(asked) => json(&guarded.desk.hexagon(&asked)),
        Err(refusal) => problem(&refusal),
    }
}

/// All that is known of one port, as markup. With the token it holds values, too.
async fn port(State(guarded): Desks, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    match guarded.asked(&headers, query.as_deref()) {
        Ok(asked) => page::answer_port(&guarded.desk.hexagon(&Asked { most: 1, ..asked })),
        Err(refusal) => problem(&refusal),
    }
}

async fn events(State(guarded): Desks) -> Response {
    match guarded.stream.open() {
        Ok(events) => events,
        Err(refusal) => problem(&refusal),
    }
}

async fn config(State(guarded): Desks, headers: HeaderMap) -> Response {
    match guarded.fence.authorize(&headers) {
        Ok(()) => json(&guarded.desk.config()),
        Err(refusal) => problem(&refusal),
    }
}

async fn openapi(State(guarded): Desks) -> Response {
    match guarded.desk.openapi() {
        Some(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        None => {
            let why = "nothing is served by contract, so there is nothing to describe";
            problem(&ProblemDetails::chassis("not-found", 404).with_detail(why))
        }
    }
}

/// Sends a request of the page's form to the service.
async fn try_it(State(guarded): Desks, headers: HeaderMap, body: Bytes) -> Response {
    match guarded.attempt(&headers, &body).await {
        Ok(outcome) => json(&outcome),
        Err(refusal) => problem(&refusal),
    }
}

impl Guarded {
    /// What a request asks for: values only with the token.
    fn asked(&self, headers: &HeaderMap, query: Option<&str>) -> Result<Asked, Refusal> {
        let values = headers.contains_key(header::AUTHORIZATION);
        if values {
            self.fence.authorize(headers)?;
        }
        Ok(Asked::read(query.unwrap_or_default(), values))
    }

    async fn attempt(&self, headers: &HeaderMap, body: &[u8]) -> Result<Outcome, Refusal> {
        self.fence.authorize(headers)?;
        let trial = Trial::read(headers, body)?;
        let busy = |why: &str| Box::new(ProblemDetails::chassis("busy", 503).with_detail(why));
        let _place = self.trials.try_acquire();
        let _place = _place.map_err(|_| busy("too many requests are tried just now"))?;
        let Some((edge, serving)) = self.desk.service() else {
            return Err(busy("the service has stopped"));
        };
        // Where its calls run: a handler may block, and this thread must not.
        let mut task = AbortOnDrop(serving.spawn(trial.run(edge, self.env.clone())));
        let done = (&mut task.0).await;
        done.unwrap_or_else(|_| Err(busy("the service stops")))
    }
}

/// A task that ends with whoever waits for it.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The body is the level as plain text, or as a JSON string.
async fn log_level(State(guarded): Desks, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(refusal) = guarded.fence.authorize(&headers) {
        return problem(&refusal);
    }
    let text = String::from_utf8_lossy(&body);
    let text = text.trim().trim_matches('"');
    match guarded.desk.set_level(text) {
        Ok(level) => json(&serde_json::json!({ "level": level })),
        Err(why) => problem(&ProblemDetails::chassis("log-level", 422).with_detail(why)),
    }
}

/// Forces a policy of an outbound port.
async fn policy(State(guarded): Desks, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(refusal) = guarded.fence.authorize(&headers) {
        return problem(&refusal);
    }
    let done = Order::read(&body).and_then(|order| guarded.desk.obey(&order));
    match done {
        Ok(shown) => json(&shown),
        Err(why) => problem(&ProblemDetails::chassis("policy", 422).with_detail(why)),
    }
}

/// `value` as JSON.
fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(error) => {
            let why = format!("the page cannot be written: {error}");
            problem(&ProblemDetails::chassis("internal", 500).with_detail(why))
        }
    }
}

fn problem(problem: &ProblemDetails) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::FORBIDDEN);
    let body = serde_json::to_vec(problem).unwrap_or_default();
    let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
    if status == StatusCode::UNAUTHORIZED {
        let challenge = header::HeaderValue::from_static("Bearer");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    if matches!(problem.status, 429 | 503) {
        let seconds = header::HeaderValue::from_static("1");
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}
