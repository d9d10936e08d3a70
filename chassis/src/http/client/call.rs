//! One call, from top to bottom.
//!
//! The order of a crossing out: cache → fallback → the lesser of caller's deadline and total
//! timeout → bulkhead → breaker → retry and hedge → balance → adaptive limit → attempt timeout →
//! inject context → pool → wire. From the deadline to the retries it is the [`Stack`]'s, which
//! makes its attempts by `attempt.rs`. A comment marks the place of each that is not there yet.
//!
//! [`Stack`]: crate::policy::Stack

use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{Response, header};

use super::attempt::{Exchanges, Result as Attempted, Told};
use super::fault;
use super::incoming::{Coming, Incoming};
use super::observe::{Methods, Observed};
use super::transport::HttpTransport;
use super::wire::{SendBody, Wire};
use crate::contract::{Outgoing, Received};
use crate::policy::stack::Finished;
use crate::{CallError, Context};

/// Carries `outgoing` to an instance and gives the whole answer.
pub(super) async fn call(
    client: &HttpTransport,
    outgoing: Outgoing,
) -> Result<Response<Bytes>, CallError> {
    let now = client.env.now();
    let method = outgoing.method;
    let context = Context::current();
    let mut observed = Methods::begin(&*client.methods, method, &context, now);
    let request = Prepared::of(client, outgoing, &context);
    match policies(client, request, context, now, Answer::Whole, &mut observed).await {
        Ok((response, now)) => {
            observed.end(Ok(response.status().as_u16()), now);
            Ok(response.map(Taken::into_whole))
        }
        Err(error) => {
            observed.end(Err(&error), client.env.now());
            Err(error)
        }
    }
}

/// Carries `outgoing` to an instance and gives its answer as soon as its head is there, if that is
/// a stream; else whole.
pub(super) async fn stream(
    client: &HttpTransport,
    outgoing: Outgoing,
) -> Result<Response<Received>, CallError> {
    let now = client.env.now();
    let method = outgoing.method;
    let methods = Arc::clone(&client.methods);
    let context = Context::current();
    let mut observed = Methods::begin(methods, method, &context, now);
    let request = Prepared::of(client, outgoing, &context);
    match policies(client, request, context, now, Answer::Stream, &mut observed).await {
        Ok((response, now)) => {
            let (head, body) = response.into_parts();
            let body = match body {
                Taken::Whole(bytes) => {
                    observed.end(Ok(head.status.as_u16()), now);
                    Received::Whole(bytes)
                }
                Taken::Coming(coming) => {
                    observed.stream();
                    Received::Chunks(Box::pin(Incoming::new(client, *coming, observed)))
                }
            };
            Ok(Response::from_parts(head, body))
        }
        Err(error) => {
            observed.end(Err(&error), client.env.now());
            Err(error)
        }
    }
}

/// Carries a request that no contract knows, with the method `verb`, and gives the answer, whatever
/// its status, as soon as its head is there. `streaming` is its body in place of `outgoing`'s. It is
/// over at `until`.
pub(super) async fn head(
    client: &HttpTransport,
    outgoing: Outgoing,
    verb: http::Method,
    streaming: Option<SendBody>,
    until: Instant,
) -> Result<Response<Coming>, CallError> {
    let now = client.env.now();
    let method = outgoing.method;
    let context = Context::current().with_deadline(until);
    let mut observed = Methods::begin(&*client.methods, method, &context, now);
    let mut request = Prepared::of(client, outgoing, &context);
    request.wire = request.wire.map(|mut request| {
        *request.method_mut() = verb;
        if let Some(body) = streaming {
            request.headers_mut().remove(header::CONTENT_LENGTH);
            *request.body_mut() = body;
        }
        request
    });
    let seen = &mut observed;
    let answered = policies(client, request, context, now, Answer::Head, seen);
    let (head, now, coming) = match answered.await {
        Ok((response, now)) => match response.into_parts() {
            (head, Taken::Coming(coming)) => (head, now, coming),
            (_, Taken::Whole(_)) => return Err(fault::no_stream(client.service())),
        },
        Err(error) => {
            observed.end(Err(&error), client.env.now());
            return Err(error);
        }
    };
    observed.end(Ok(head.status.as_u16()), now);
    Ok(Response::from_parts(head, *coming))
}

/// How the body of the answer is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Whole,
    Stream,
    /// As a stream, whatever the status.
    Head,
}

/// What was taken of it.
pub(super) enum Taken {
    Whole(Bytes),
    Coming(Box<Coming>),
}

impl Taken {
    /// For those who asked for [`Answer::Whole`].
    fn into_whole(self) -> Bytes {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Coming(_) => Bytes::new(),
        }
    }
}

/// The answer, and when it was there.
type Answered = (Response<Taken>, Instant);

/// A request, and what is taken of the call before it becomes one.
struct Prepared {
    method: usize,
    wire: Result<Wire, CallError>,
    /// By which it is balanced.
    key: Option<u64>,
}

impl Prepared {
    fn of(client: &HttpTransport, outgoing: Outgoing, context: &Context) -> Self {
        Self {
            method: outgoing.method,
            key: client.endpoints.balance.key(&outgoing, context),
            wire: client.request(outgoing),
        }
    }
}

/// What stands between the call and its attempts.
async fn policies<M: Deref<Target = Methods>>(
    client: &HttpTransport,
    request: Prepared,
    context: Context,
    now: Instant,
    answer: Answer,
    observed: &mut Observed<M>,
) -> Result<Answered, CallError> {
    // Cache. Fallback.
    let entered = client.stack.enter(request.method, context.deadline(), now);
    let call = match entered.await {
        Ok(call) => call,
        Err(refusal) => return Err(fault::refused(refusal, client.service(), &client.stack)),
    };
    let told = Told {
        context,
        trace: observed.trace().clone(),
    };
    let exchanges = Exchanges::new(
        client,
        (request.method, request.wire?),
        request.key,
        told,
        answer,
    );
    let finished = call.run(&exchanges).await;
    observed.attempts(finished.ending.attempts);
    answered(finished, client.service())
}

/// The result of the last attempt. A failure says so where it must not be tried again above.
fn answered(finished: Finished<Attempted>, service: &'static str) -> Result<Answered, CallError> {
    let Finished { output, ending, at } = finished;
    match (output, ending.exhausted) {
        (Ok(response), None) => Ok((response, at)),
        (Ok(response), Some(_)) => Ok((fault::exhausted_answer(response), at)),
        (Err(error), None) => Err(error),
        (Err(error), Some(why)) => Err(fault::exhausted(error, service, ending.attempts, why)),
    }
}
