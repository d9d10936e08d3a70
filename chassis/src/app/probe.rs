//! The probe listener: `/livez`, `/readyz`, `/startupz` and `/metrics`, nothing else, no details.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::health::{Health, Stage};
use crate::telemetry::Telemetry;

/// What the probe's answers are read from.
#[derive(Clone)]
pub(super) struct Probe {
    pub(super) health: Health,
    pub(super) telemetry: Telemetry,
    /// For how long the serving runtime may stand still.
    pub(super) heartbeat: Duration,
}

impl Probe {
    pub(super) fn router(self) -> Router {
        Router::new()
            .route("/livez", get(livez))
            .route("/readyz", get(readyz))
            .route("/startupz", get(startupz))
            .route("/metrics", get(metrics))
            .with_state(self)
    }
}

async fn livez(State(probe): State<Probe>) -> Response {
    answer(
        probe.health.still_for() < probe.heartbeat,
        "live",
        "not live",
    )
}

async fn readyz(State(probe): State<Probe>) -> Response {
    answer(probe.health.is_ready(), "ready", "not ready")
}

async fn startupz(State(probe): State<Probe>) -> Response {
    answer(
        probe.health.stage() > Stage::Starting,
        "started",
        "starting",
    )
}

fn answer(good: bool, yes: &'static str, no: &'static str) -> Response {
    let (status, text) = if good {
        (StatusCode::OK, yes)
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, no)
    };
    (
        status,
        [(header::CACHE_CONTROL, "no-store")],
        format!("{text}\n"),
    )
        .into_response()
}

async fn metrics(State(probe): State<Probe>, headers: HeaderMap) -> Response {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    let (content_type, text) = probe.telemetry.metrics().scrape(accept);
    ([(header::CONTENT_TYPE, content_type)], text).into_response()
}
