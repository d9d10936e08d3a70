//! [`router`]: a contract in an axum program that knows nothing of the chassis.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use axum::extract::Request;
use http::Response;
use tower::Service;

use super::body::Body;
use super::edge::Edge;
use super::inbound::Inbound;
use super::serving::Serving;
use super::{Routes, Settings};
use crate::contract::Contract;
use crate::telemetry::{Telemetry, TracesSettings};

/// The routes of contract `C`, answered by `service`, for a program of axum's own.
///
/// The call's context is read from the headers, the limits of [`Settings::default`] hold, and
/// what is refused is answered with problems. Nothing is recorded: metrics, spans and logs are the
/// program's own.
///
/// ```no_run
/// # use std::sync::Arc;
/// # fn mount<C: chassis::contract::Contract + ?Sized>(service: Arc<C>) -> axum::Router {
/// axum::Router::new()
///     .route("/own", axum::routing::get(|| async { "own" }))
///     .merge(chassis::http::router::<C>(service))
/// # }
/// ```
///
/// # Panics
///
/// When two methods of the contract claim the same route, as axum does.
pub fn router<C: Contract + ?Sized>(service: Arc<C>) -> axum::Router {
    let edge = match edge(service) {
        Ok(edge) => edge,
        Err(error) => panic!("{error}"),
    };
    let paths: Vec<_> = edge.table().templates().collect();
    let service = Foreign(edge.clone());
    let mount = |router: axum::Router, path| router.route_service(path, service.clone());
    paths.into_iter().fold(axum::Router::new(), mount)
}

fn edge<C: Contract + ?Sized>(service: Arc<C>) -> crate::Result<Edge> {
    let traces = TracesSettings {
        ratio: 0.0,
        ..TracesSettings::default()
    };
    let telemetry = Telemetry::hosted(C::info().name, &traces)?;
    let mut routes = Routes::new(&Settings::default(), telemetry.env().clone());
    routes.component(&telemetry).contract(service);
    routes.build()
}

/// The edge as a service of axum's kind.
#[derive(Clone)]
struct Foreign(Edge);

impl Service<Request> for Foreign {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Serving;

    fn poll_ready(&mut self, _: &mut TaskContext<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Serving {
        let (parts, body) = request.into_parts();
        self.0.service().serve(parts, Inbound::Axum(body))
    }
}
