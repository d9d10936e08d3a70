//! The pages, as JSON.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use serde_json::Value;

use super::fence::{Fence, HEADERS};
use super::{AdminSettings, Token};
use crate::ProblemDetails;
use crate::problem::PROBLEM_JSON;

/// What a page shows, made anew at each request.
pub type Page = Box<dyn Fn() -> Value + Send + Sync>;

/// Sets the log level: gives the level that rules now, or why the text is none.
pub type SetLevel = Box<dyn Fn(&str) -> Result<String, String> + Send + Sync>;

/// What the admin listener shows and can change.
pub struct Admin {
    /// `GET /admin/ports`: outbound ports and clients, with their recent failures.
    pub ports: Page,
    /// `GET /admin/config`: the effective values, each with its source; needs the token.
    pub config: Page,
    /// `GET /admin/health`: every check.
    pub health: Page,
    /// `GET /admin/routes`: what is served.
    pub routes: Page,
    /// `PUT /admin/log-level`; needs the token.
    pub set_level: SetLevel,
}

struct Desk {
    fence: Fence,
    admin: Admin,
}

impl Admin {
    /// The router of the admin listener on address `own`.
    pub fn router(self, own: IpAddr, settings: &AdminSettings, token: Option<Token>) -> Router {
        let fence = Fence::new(own, &settings.hosts, token);
        let desk = Arc::new(Desk { fence, admin: self });
        Router::new()
            .route(
                "/admin/ports",
                get(async |State(desk): Desks| json(&(desk.admin.ports)())),
            )
            .route(
                "/admin/health",
                get(async |State(desk): Desks| json(&(desk.admin.health)())),
            )
            .route(
                "/admin/routes",
                get(async |State(desk): Desks| json(&(desk.admin.routes)())),
            )
            .route("/admin/config", get(config))
            .route("/admin/log-level", put(log_level))
            .fallback(async || problem(&ProblemDetails::chassis("not-found", 404)))
            .layer(middleware::from_fn_with_state(Arc::clone(&desk), admit))
            .with_state(desk)
    }
}

type Desks = State<Arc<Desk>>;

async fn admit(State(desk): Desks, request: Request, next: Next) -> Response {
    let mut response = match desk.fence.admit(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => problem(&refusal),
    };
    response.headers_mut().extend(HEADERS);
    response
}

async fn config(State(desk): Desks, headers: HeaderMap) -> Response {
    match desk.fence.authorize(&headers) {
        Ok(()) => json(&(desk.admin.config)()),
        Err(refusal) => problem(&refusal),
    }
}

/// The body is the level as plain text, or as a JSON string.
async fn log_level(State(desk): Desks, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(refusal) = desk.fence.authorize(&headers) {
        return problem(&refusal);
    }
    let text = String::from_utf8_lossy(&body);
    let text = text.trim().trim_matches('"');
    match (desk.admin.set_level)(text) {
        Ok(level) => json(&serde_json::json!({ "level": level })),
        Err(why) => problem(&ProblemDetails::chassis("log-level", 422).with_detail(why)),
    }
}

fn json(value: &Value) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        value.to_string(),
    )
        .into_response()
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

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin").finish_non_exhaustive()
    }
}
