//! Merged axum routers, and contract routes behind layers.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll};

use axum::extract::Request;
use axum::response::Response;
use axum::routing::future::RouteFuture;
use http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body::{Body as _, Frame};
use tower::Service;

use super::inbound::Inbound;
use super::layered::Contracts;
use super::table::Table;
use super::tap::{self, TapLayer};
use super::watch::Watches;
use crate::telemetry::Telemetry;

/// What the routers made of a request that no contract answered.
pub(super) enum Routed {
    /// One of them answered.
    Answer(Response, Option<Arc<Watches>>),
    /// None knows the path. The headers that layers set stay.
    NotFound(HeaderMap),
    /// The path is known, the method is not.
    Method(HeaderMap, HeaderValue),
}

/// `router` with a tap on each of its routes.
pub(super) fn tapped(router: axum::Router, telemetry: &Telemetry) -> axum::Router {
    if router.has_routes() {
        router.route_layer(TapLayer(telemetry.clone()))
    } else {
        router
    }
}

/// `router` ready to be asked. Without this axum makes each handler into a service, layers and all,
/// with every request again.
pub(super) fn finished(router: axum::Router) -> axum::Router {
    router.with_state(())
}

/// All contract routes as a router: what layers are put around.
pub(super) fn contracts(table: &Arc<Table>) -> axum::Router {
    axum::Router::new().fallback_service(Contracts::new(table))
}

/// Asks `routers` one after the other. `allow`: what a contract takes at this path.
pub(super) async fn ask(
    routers: Vec<axum::Router>,
    parts: Parts,
    body: Inbound,
    allow: Option<HeaderValue>,
) -> Routed {
    let mut missed = Missed::new(allow.as_ref());
    let mut left = Some((parts, body));
    let last = routers.len().saturating_sub(1);
    for (index, router) in routers.into_iter().enumerate() {
        let Some((parts, body)) = left.take() else {
            break;
        };
        let (response, watches) = if index == last {
            Asked::new(&router, Request::from_parts(parts, body.into_axum())).await
        } else {
            let body = Shared::new(body);
            let sent = Request::from_parts(parts.clone(), axum::body::Body::new(body.clone()));
            let answer = Asked::new(&router, sent).await;
            left = body.untouched().map(|body| (parts, body));
            answer
        };
        if !is_bare(&response) {
            return Routed::Answer(response, watches);
        }
        missed.add(response);
    }
    missed.into_routed()
}

/// What the answer of the only router there is means.
pub(super) fn only((response, watches): Answered) -> Routed {
    if !is_bare(&response) {
        return Routed::Answer(response, watches);
    }
    let mut missed = Missed::new(None);
    missed.add(response);
    missed.into_routed()
}

/// An answer and its route, where one was called.
type Answered = (Response, Option<Arc<Watches>>);

/// A router at work on a request.
pub(super) struct Asked {
    call: RouteFuture<Infallible>,
    /// Known as soon as its handler was called; the answer may come later, on another thread.
    watches: Option<Arc<Watches>>,
}

impl Asked {
    pub(super) fn new(router: &axum::Router, request: Request) -> Self {
        // No route is called before the first poll.
        Self {
            call: router.clone().call(request),
            watches: None,
        }
    }
}

impl Future for Asked {
    type Output = Answered;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Answered> {
        let this = self.get_mut();
        let (answer, watches) = tap::during(|| Pin::new(&mut this.call).poll(cx));
        if watches.is_some() {
            this.watches = watches;
        }
        answer.map(|Ok(response)| (response, this.watches.take()))
    }
}

/// A 404 or 405 of which nobody made anything: no body, no type of one.
fn is_bare(response: &Response) -> bool {
    let status = response.status();
    (status == StatusCode::NOT_FOUND || status == StatusCode::METHOD_NOT_ALLOWED)
        && response.body().size_hint().exact() == Some(0)
        && !response.headers().contains_key(CONTENT_TYPE)
}

/// What the routers that did not answer said.
struct Missed {
    headers: HeaderMap,
    allow: Vec<String>,
}

impl Missed {
    fn new(allow: Option<&HeaderValue>) -> Self {
        let mut missed = Self {
            headers: HeaderMap::new(),
            allow: Vec::new(),
        };
        missed.allow(allow);
        missed
    }

    fn add(&mut self, response: Response) {
        let (parts, _) = response.into_parts();
        self.headers = parts.headers;
        self.headers.remove(CONTENT_LENGTH);
        let allow = self.headers.remove(ALLOW);
        self.allow(allow.as_ref());
    }

    fn allow(&mut self, value: Option<&HeaderValue>) {
        let text = value.and_then(|value| value.to_str().ok()).unwrap_or("");
        let methods = text
            .split(',')
            .map(str::trim)
            .filter(|method| !method.is_empty());
        for method in methods {
            if !self.allow.iter().any(|known| known == method) {
                self.allow.push(method.to_owned());
            }
        }
    }

    fn into_routed(mut self) -> Routed {
        if self.allow.is_empty() {
            return Routed::NotFound(self.headers);
        }
        self.allow(Some(&HeaderValue::from_static("OPTIONS")));
        let allow = HeaderValue::try_from(self.allow.join(", "));
        Routed::Method(
            self.headers,
            allow.unwrap_or(HeaderValue::from_static("OPTIONS")),
        )
    }
}

/// A body that can be given to the next router as long as the last one did not touch it.
#[derive(Clone)]
struct Shared(Arc<Mutex<Slot>>);

struct Slot {
    body: Inbound,
    touched: bool,
}

impl Shared {
    fn new(body: Inbound) -> Self {
        let touched = false;
        Self(Arc::new(Mutex::new(Slot { body, touched })))
    }

    fn untouched(self) -> Option<Inbound> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let body = std::mem::replace(&mut slot.body, Inbound::Whole(bytes::Bytes::new()));
        (!slot.touched).then_some(body)
    }
}

impl http_body::Body for Shared {
    type Data = bytes::Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<bytes::Bytes>, Self::Error>>> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.touched = true;
        Pin::new(&mut slot.body).poll_frame(cx)
    }

    fn size_hint(&self) -> http_body::SizeHint {
        let slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.body.size_hint()
    }
}

/// The future of a service that never fails.
pub(super) type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;
