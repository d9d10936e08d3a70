//! The pages: the hexagon page, and all that is shown as JSON.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use serde::Serialize;

use super::fence::{Fence, HEADERS};
use super::{AdminSettings, Asked, Desk, Stream, Token, page};
use crate::ProblemDetails;
use crate::problem::PROBLEM_JSON;

/// The desk behind its fence.
struct Guarded {
    fence: Fence,
    desk: Arc<dyn Desk>,
    stream: Arc<Stream>,
}

/// The router of the admin listener on address `own`.
pub(crate) fn router(
    stream: Arc<Stream>,
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
    });
    Router::new()
        .route("/", get(hexagon_page))
        .route("/admin/", get(hexagon_page))
        .route("/admin/hexagon", get(hexagon))
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
        .route("/admin/log-level", put(log_level))
        .merge(page::files())
        .fallback(async || problem(&ProblemDetails::chassis("not-found", 404)))
        .layer(middleware::from_fn_with_state(Arc::clone(&guarded), admit))
        .with_state(guarded)
}

type Desks = State<Arc<Guarded>>;

async fn admit(State(guarded): Desks, request: Request, next: Next) -> Response {
    let mut response = match guarded.fence.admit(request.headers()) {
        Ok(()) => next.run(request).await,
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

/// The page as data. With the token it holds the configuration's values, too.
async fn hexagon(State(guarded): Desks, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let values = headers.contains_key(header::AUTHORIZATION);
    if values && let Err(refusal) = guarded.fence.authorize(&headers) {
        return problem(&refusal);
    }
    let asked = Asked::read(query.as_deref().unwrap_or_default(), values);
    json(&guarded.desk.hexagon(&asked))
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
    response
}
