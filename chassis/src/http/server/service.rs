//! [`EdgeService`]: what happens when the head of a request is complete.
//!
//! Everything up to the call's future is done here, in one function call of hyper's, before it
//! reads on. When that function returns, nothing may hold a slice of the request: hyper looks at
//! once whether the caller hangs up, and needs its read buffer back for that; where a slice of it
//! lives on, it allocates another.

use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Instant;

use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri, Version};
use http_body::Body as _;
use hyper::body::Incoming;

use super::body::Body;
use super::collect::{Collect, DISCARD};
use super::connection::{Busy, Conn};
use super::edge::Edge;
use super::exchange::{Exchange, Head, Place};
use super::inbound::Inbound;
use super::intake::{self, Time};
use super::merged::Asked;
use super::overload::{self, Admission, Refusal};
use super::route::Route;
use super::serving::{self, Reading, Serving};
use super::table::{Found, Path};
use super::watch::method_index;
use super::work::{self, Outcome, Work};
use super::{merged, problems, respond};
use crate::context::{Ids, noticing};
use crate::contract::{Answer, Captures, Reply};
use crate::telemetry::Telemetry;

/// Answers the requests of one connection.
#[derive(Debug)]
pub(super) struct EdgeService {
    conn: Arc<Conn>,
    ids: Ids,
}

impl hyper::service::Service<Request<Incoming>> for EdgeService {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Serving;

    fn call(&self, request: Request<Incoming>) -> Serving {
        let (parts, body) = request.into_parts();
        self.serve(parts, Inbound::Wire(body))
    }
}

impl EdgeService {
    pub(super) fn new(conn: Arc<Conn>) -> Self {
        let ids = Ids::new(conn.edge.env());
        Self { conn, ids }
    }

    /// Answers one request.
    pub(super) fn serve(&self, parts: Parts, body: Inbound) -> Serving {
        self.conn.begin();
        let edge = &self.conn.edge;
        let now = edge.env().now();
        match edge.table().find(&parts.method, parts.uri.path()) {
            Found::Route(index, captures) => {
                let route = edge.table().route(index);
                let mut exchange = self.begin(Place::Route(index), &route.time, &parts, now);
                let is_whole = !route.has_body || body.is_end_stream();
                match overload::admit(&mut exchange, &parts, is_whole, now) {
                    Admission::In => {}
                    Admission::Waits(turn) => return Serving::waiting(exchange, turn, parts, body),
                    Admission::Refused(refusal) => return turn_away(exchange, refusal),
                }
                if let Some(router) = edge.layered(route.component) {
                    let call = merged::ask(vec![router.clone()], parts, body, None);
                    return Serving::working(exchange, Work::Routed(Box::pin(call)), route.cancel);
                }
                // Moved out rather than emptied: also an empty map costs when it is dropped.
                let (method, uri, headers) = (parts.method, &parts.uri, parts.headers);
                if route.has_body {
                    return with_body(exchange, route, (method, uri, headers), body);
                }
                let request = (uri, headers, Bytes::new());
                let mut cx = self.task(parts.version);
                call(exchange, route, &captures, request, cx.as_mut())
            }
            Found::Method(path) => self.elsewhere(Some(path), parts, body, now),
            Found::Nothing => self.elsewhere(None, parts, body, now),
        }
    }

    /// The task in which hyper will poll the answer, where that is known already.
    fn task(&self, version: Version) -> Option<TaskContext<'_>> {
        let is_own = version < Version::HTTP_2;
        let waker = self.conn.waker().filter(|_| is_own)?;
        Some(TaskContext::from_waker(waker))
    }

    fn begin(&self, place: Place, time: &Time, parts: &Parts, now: Instant) -> Box<Exchange> {
        let edge = &self.conn.edge;
        let head = Head {
            method: method_index(&parts.method),
            is_head: parts.method == Method::HEAD,
            http1: parts.version < Version::HTTP_2,
        };
        let telemetry = telemetry(edge, place);
        let intake = intake::read(edge, telemetry, &self.ids, &parts.headers, (now, time));
        let busy = Busy::new(&self.conn);
        let context = (intake.context, intake.parent);
        Exchange::begin(busy, place, context, now, &head, parts.uri.path())
    }

    /// What no contract answers: merged routers, else a refusal.
    fn elsewhere(&self, path: Option<&Path>, parts: Parts, body: Inbound, now: Instant) -> Serving {
        let edge = &self.conn.edge;
        let time = Time {
            limit: edge.limits().timeout,
            strict: false,
        };
        let mut exchange = self.begin(Place::Elsewhere, &time, &parts, now);
        // A body that still comes takes as long as its sender likes.
        let is_whole = body.is_end_stream();
        match overload::admit(&mut exchange, &parts, is_whole, now) {
            Admission::In => {}
            Admission::Waits(turn) => return Serving::waiting(exchange, turn, parts, body),
            Admission::Refused(refusal) => return turn_away(exchange, refusal),
        }
        let task = self.task(parts.version);
        pass_on(exchange, (&*self.conn, path), parts, body, task)
    }
}

/// Hands a request that was let in to the merged routers.
fn pass_on(
    exchange: Box<Exchange>,
    (conn, path): (&Conn, Option<&Path>),
    mut parts: Parts,
    body: Inbound,
    task: Option<TaskContext<'_>>,
) -> Serving {
    let edge = &conn.edge;
    let cancel = parts.method.is_safe();
    if let Some(peer) = conn.peer {
        // As `axum::serve` gives it, for axum's extractor of that name.
        parts.extensions.insert(ConnectInfo(peer));
    }
    if let (None, [router]) = (path, edge.merged()) {
        let request = Request::from_parts(parts, body.into_axum());
        return ask(exchange, router, request, cancel, task);
    }
    let allow = path.map(|path| path.allow().clone());
    let routers = routers(edge, path);
    if routers.is_empty() {
        let options = parts.method == Method::OPTIONS;
        return Serving::answered(missed(exchange, allow, options));
    }
    let call = merged::ask(routers, parts, body, allow);
    Serving::working(exchange, Work::Routed(Box::pin(call)), cancel)
}

/// Goes on with a request that waited for its place, and has it now.
pub(super) fn resume(
    exchange: Box<Exchange>,
    parts: Parts,
    body: Inbound,
    cx: &mut TaskContext<'_>,
) -> Serving {
    let conn = Arc::clone(exchange.busy.conn());
    let edge = &conn.edge;
    let path = match edge.table().find(&parts.method, parts.uri.path()) {
        Found::Route(index, captures) => {
            let route = edge.table().route(index);
            if let Some(router) = edge.layered(route.component) {
                let call = merged::ask(vec![router.clone()], parts, body, None);
                return Serving::working(exchange, Work::Routed(Box::pin(call)), route.cancel);
            }
            // What was read of a body while it waited; else there is none.
            let body = body.into_whole();
            let request = (&parts.uri, parts.headers, body);
            return call(exchange, route, &captures, request, Some(cx));
        }
        Found::Method(path) => Some(path),
        Found::Nothing => None,
    };
    pass_on(exchange, (&*conn, path), parts, body, None)
}

fn telemetry(edge: &Edge, place: Place) -> &Telemetry {
    match place {
        Place::Route(index) => &edge.table().route(index).watch(false).telemetry,
        Place::Elsewhere => edge.telemetry(),
    }
}

/// Who may answer what no contract does: merged routers, and the layers around the path.
fn routers(edge: &Edge, path: Option<&Path>) -> Vec<axum::Router> {
    let layered = path.and_then(|path| edge.layered(path.component()));
    edge.merged().iter().chain(layered).cloned().collect()
}

/// Answers what was refused before its call began.
pub(super) fn turn_away(exchange: Box<Exchange>, refusal: Refusal) -> Serving {
    let mut response = respond::reply(exchange, refusal.reply);
    if let Some(seconds) = refusal.retry_after {
        response = respond::retry_after(response, seconds.into());
    }
    if refusal.exhausted {
        response = respond::exhausted(response);
    }
    Serving::answered(response)
}

fn refuse(exchange: Box<Exchange>, reply: Reply) -> Serving {
    Serving::answered(respond::reply(exchange, reply))
}

/// No contract knows it, and no router is there to ask.
pub(super) fn missed(
    exchange: Box<Exchange>,
    allow: Option<HeaderValue>,
    options: bool,
) -> Response<Body> {
    let Some(allow) = allow else {
        return respond::reply(exchange, problems::not_found());
    };
    let reply = if options {
        Reply::empty(http::StatusCode::NO_CONTENT)
    } else {
        problems::method_not_allowed(allow.to_str().unwrap_or_default())
    };
    respond::allow(respond::reply(exchange, reply), &allow)
}

/// A contract's method that takes a body.
fn with_body(
    exchange: Box<Exchange>,
    route: &Route,
    (method, uri, headers): (Method, &Uri, HeaderMap),
    body: Inbound,
) -> Serving {
    let body = Collect::new(body, route.max_body);
    if let Some(refused) = body.foreseen() {
        // A caller who asked beforehand sends nothing; one who did not is heard out for a while.
        if !headers.contains_key(http::header::EXPECT) {
            hear_out(exchange.edge(), body);
        }
        return refuse(exchange, refused.reply(route.max_body));
    }
    let reading = Reading {
        method,
        uri: uri.clone(),
        headers,
        body,
    };
    Serving::reading(exchange, reading)
}

/// Reads a refused body for a while: closing a socket with bytes in it would take the answer away
/// from the caller.
pub(super) fn hear_out(edge: &Edge, body: Collect) {
    let (time, size) = DISCARD;
    let over = edge.env().sleep(time);
    work::spawn(async move {
        tokio::select! {
            () = body.discard(size) => {}
            () = over => {}
        }
    });
}

/// Begins the call itself. The parameters are read before this returns. Within a task the call is
/// also polled: most are done at once, and cost least when nothing of them has to be kept.
pub(super) fn call(
    mut exchange: Box<Exchange>,
    route: &Route,
    captures: &Captures<'_>,
    (uri, mut headers, body): (&Uri, HeaderMap, Bytes),
    task: Option<&mut TaskContext<'_>>,
) -> Serving {
    exchange.body = Some(body.len() as u64);
    // Put here rather than handed out through three closures: it is large.
    let mut reply = None;
    let begin = || {
        let mut call = match route.call(captures, uri, &headers, body) {
            Answer::Later(call) => call,
            Answer::Now(refused) => {
                reply = Some(*refused);
                return None;
            }
        };
        if let Some(cx) = task
            && let Poll::Ready(done) = call.as_mut().poll(cx)
        {
            reply = Some(done);
            return None;
        }
        Some(call)
    };
    // A parameter's own code runs here, so that a panic is possible as in the handler.
    let begin = AssertUnwindSafe(|| exchange.context.lend(begin));
    let (begun, exhausted) = noticing(|| catch_unwind(begin));
    exchange.exhausted = exhausted;
    headers.clear();
    if let Some(reply) = reply {
        return Serving::answered(respond::reply_in(exchange, headers, reply));
    }
    exchange.headers = Some(headers);
    let begun = begun.inspect_err(|panic| work::say_panic(&exchange.context, &**panic));
    match begun.ok().flatten() {
        Some(call) => Serving::working(exchange, Work::Contract(call), route.cancel),
        None => refuse(exchange, problems::panic()),
    }
}

/// Asks the only merged router. When it is done at once, nothing of the request is held any more.
fn ask(
    mut exchange: Box<Exchange>,
    router: &axum::Router,
    request: Request<axum::body::Body>,
    cancel: bool,
    task: Option<TaskContext<'_>>,
) -> Serving {
    let begin = || {
        let mut call = Asked::new(router, request);
        match task.map(|mut cx| Pin::new(&mut call).poll(&mut cx)) {
            Some(Poll::Ready(answer)) => Ok(merged::only(answer)),
            _ => Err(Work::Router(Box::new(call))),
        }
    };
    let begin = AssertUnwindSafe(|| exchange.context.lend(begin));
    let (begun, exhausted) = noticing(|| catch_unwind(begin));
    exchange.exhausted = exhausted;
    let outcome = match begun {
        Ok(Ok(routed)) => Outcome::Routed(routed),
        Ok(Err(work)) => return Serving::working(exchange, work, cancel),
        Err(panic) => Outcome::Panicked(panic),
    };
    Serving::answered(serving::answer(exchange, outcome))
}
