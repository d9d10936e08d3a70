//! [`Edge`]: everything that is resolved before the first request comes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;

use super::Settings;
use super::admission::Admission;
use super::body::Body;
use super::connection::Conn;
use super::counters::Counters;
use super::inbound::Inbound;
use super::overload::{Pipeline, Rates};
use super::recent::Recent;
use super::service::EdgeService;
use super::settings::Streaming;
use super::table::Table;
use super::watch::Watches;
use crate::Result;
use crate::context::{Env, Extractor, Trust};
use crate::telemetry::Telemetry;

/// The fused edge: routes, limits, and what happens around each call. A cheap clone.
///
/// [`Server::serve`](super::Server::serve) puts it behind a listener; [`call`](Edge::call) asks it
/// within the process.
#[derive(Clone)]
pub struct Edge(pub(super) Arc<Inner>);

pub(super) struct Inner {
    env: Env,
    limits: Limits,
    admission: Admission,
    /// How many answers stream.
    streams: Admission,
    pipeline: Pipeline,
    table: Arc<Table>,
    merged: Vec<axum::Router>,
    /// The component of each merged router.
    owners: Vec<usize>,
    layered: Vec<Option<axum::Router>>,
    telemetry: Telemetry,
    extractor: Extractor,
    /// What is recorded of requests that no contract knows.
    elsewhere: Watches,
    counters: Counters,
    recent: Recent,
}

/// What [`Routes`](super::Routes) resolved.
pub(super) struct Parts {
    /// For what belongs to no component.
    pub(super) telemetry: Telemetry,
    pub(super) settings: Settings,
    pub(super) env: Env,
    pub(super) table: Arc<Table>,
    pub(super) merged: Vec<axum::Router>,
    /// The component of each merged router.
    pub(super) owners: Vec<usize>,
    pub(super) layered: Vec<Option<axum::Router>>,
    /// The limits that routes refer to.
    pub(super) rates: Rates,
}

/// The limits that a request meets.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub(super) trust: Trust,
    pub(super) headers: Duration,
    pub(super) idle: Duration,
    pub(super) timeout: Duration,
    pub(super) max_headers: usize,
    pub(super) max_uri: usize,
    pub(super) max_connections: usize,
    pub(super) max_streams: u32,
    pub(super) streaming: Streaming,
}

impl Edge {
    pub(super) fn new(parts: Parts) -> Result<Self> {
        let settings = parts.settings;
        let now = parts.env.now();
        let metrics = parts.telemetry.metrics().clone();
        let pipeline = Pipeline::new(parts.rates, &settings, &parts.env, &metrics)?;
        let edge = Self(Arc::new(Inner {
            pipeline,
            extractor: Extractor::new(settings.trust, settings.sampled_per_second, now),
            elsewhere: Watches::new(&parts.telemetry, ""),
            counters: Counters::new(parts.telemetry.metrics())?,
            recent: Recent::new(*settings.slow),
            telemetry: parts.telemetry,
            env: parts.env,
            admission: Admission::new(settings.max_in_flight),
            streams: Admission::new(settings.streaming.max_open),
            table: parts.table,
            merged: parts.merged,
            owners: parts.owners,
            layered: parts.layered,
            limits: Limits {
                trust: settings.trust,
                headers: *settings.headers_timeout,
                idle: *settings.idle_timeout,
                timeout: *settings.timeout,
                max_headers: settings.max_headers.as_usize(),
                max_uri: settings.max_uri.as_usize(),
                max_connections: settings.max_connections,
                max_streams: settings.max_streams,
                streaming: settings.streaming,
            },
        }));
        edge.expose(&metrics);
        Ok(edge)
    }

    /// Answers one request without a socket: the same path as from the wire, for tests.
    ///
    /// # Errors
    ///
    /// Where the body of a merged router's answer fails.
    pub async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, axum::Error> {
        let (parts, body) = self.answer(request).await.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Response::from_parts(parts, body))
    }

    /// Answers one request within the process, its body as it comes.
    pub(crate) async fn answer(&self, request: Request<Bytes>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let Ok(answer) = self.service().serve(parts, Inbound::Whole(body)).await;
        answer
    }

    /// A service that answers by this edge, on no connection of ours.
    pub(super) fn service(&self) -> EdgeService {
        EdgeService::new(Arc::new(Conn::new(self.clone(), None, None)))
    }

    pub(super) fn env(&self) -> &Env {
        &self.0.env
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(super) fn admission(&self) -> &Admission {
        &self.0.admission
    }

    /// The places of answers that stream.
    pub(super) fn streams(&self) -> &Admission {
        &self.0.streams
    }

    /// What requests pass before their calls begin.
    pub(super) fn pipeline(&self) -> &Pipeline {
        &self.0.pipeline
    }

    pub(super) fn table(&self) -> &Table {
        &self.0.table
    }

    /// Merged routers, in the order of merging.
    pub(super) fn merged(&self) -> &[axum::Router] {
        &self.0.merged
    }

    /// Indexes of the components that merged them.
    pub(super) fn merged_owners(&self) -> &[usize] {
        &self.0.owners
    }

    /// The contract routes of a component behind its layers, where it has layers.
    pub(super) fn layered(&self, component: usize) -> Option<&axum::Router> {
        self.0.layered.get(component)?.as_ref()
    }

    pub(super) fn telemetry(&self) -> &Telemetry {
        &self.0.telemetry
    }

    pub(super) fn extractor(&self) -> &Extractor {
        &self.0.extractor
    }

    pub(super) fn elsewhere(&self) -> &Watches {
        &self.0.elsewhere
    }

    /// The last requests that were slow or failed.
    pub(crate) fn recent(&self) -> &Recent {
        &self.0.recent
    }

    pub(super) fn counters(&self) -> &Counters {
        &self.0.counters
    }
}

impl fmt::Debug for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edge")
            .field("limits", &self.0.limits)
            .field("at_work", &self.0.admission.at_work())
            .finish_non_exhaustive()
    }
}
