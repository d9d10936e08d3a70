//! [`Contracts`]: contract routes as an axum-compatible service, for layers to wrap.
//!
//! Limits, deadline, panics and telemetry stay with the edge around it.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::task::{Context as TaskContext, Poll};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Method, StatusCode, Uri};
use tower::Service;

use super::collect::Collect;
use super::inbound::Inbound;
use super::merged::Answering;
use super::respond::{Behind, say_cause};
use super::route::Route;
use super::table::{Found, Table};
use crate::Context;
use crate::contract::{Answer, Body, Reply};

/// Answers by the contract routes. A layer may have changed the request, so it is matched here.
#[derive(Clone)]
pub(super) struct Contracts(Arc<Table>);

impl Contracts {
    pub(super) fn new(table: &Arc<Table>) -> Self {
        Self(Arc::clone(table))
    }
}

impl Service<Request> for Contracts {
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut TaskContext<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Answering {
        let table = Arc::clone(&self.0);
        Box::pin(async move { Ok(answer(&table, request).await) })
    }
}

async fn answer(table: &Table, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let route = match table.find(&parts.method, parts.uri.path()) {
        Found::Route(route, _) => table.route(route),
        Found::Method(path) => {
            let allow = [(ALLOW, path.allow().clone())];
            return (StatusCode::METHOD_NOT_ALLOWED, allow).into_response();
        }
        Found::Nothing => return StatusCode::NOT_FOUND.into_response(),
    };
    let body = if route.has_body {
        Collect::new(Inbound::Axum(body), route.max_body).await
    } else {
        Ok(Bytes::new())
    };
    match body {
        Ok(body) => {
            run(
                table,
                (route, &parts.method),
                (&parts.uri, &parts.headers),
                body,
            )
            .await
        }
        Err(refused) => response(refused.reply(route.max_body)),
    }
}

async fn run(
    table: &Table,
    (route, method): (&Route, &Method),
    (uri, headers): (&Uri, &HeaderMap),
    body: Bytes,
) -> Response {
    let answer = match table.find(method, uri.path()) {
        Found::Route(_, captures) => route.call(&captures, uri, headers, body),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    response(match answer {
        Answer::Now(reply) => *reply,
        Answer::Later(reply) => reply.await,
    })
}

fn response(reply: Reply) -> Response {
    if let Some(cause) = &reply.cause {
        say_cause(&Context::current(), reply.status, cause);
    }
    let (body, frames) = match reply.body {
        Body::Whole(bytes) => (bytes, None),
        Body::Frames(frames) => (Bytes::new(), Some(Arc::new(Mutex::new(Some(frames))))),
    };
    let mut response = Response::new(axum::body::Body::from(body));
    *response.status_mut() = reply.status;
    let fields = [
        (CONTENT_TYPE, reply.content_type),
        (LOCATION, reply.location),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().extend(reply.headers);
    reply.retry.write(response.headers_mut());
    if reply.error_type.is_some() || frames.is_some() {
        response.extensions_mut().insert(Behind {
            error_type: reply.error_type,
            frames,
        });
    }
    response
}
