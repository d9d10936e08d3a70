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

use super::attempt::{Exchanges, Result as Attempted};
use super::fault;
use super::incoming::{Coming, Incoming};
use super::observe::{Methods, Observed};
use super::transport::HttpTransport;
use super::wire::SendBody;
use crate::contract::{Outgoing, Received};
use crate::policy::stack::Finished;
use crate::{CallError, Context};

/// Carries `outgoing` to an instance and gives the whole answer.
pub(super) async fn call(
    client: &HttpTransport,
    outgoing: Outgoing,
) -> Result<Response<Bytes>, CallError> {
    let now = client.env.now();
    let context = Context::current();
    let mut observed = Methods::begin(&*client.methods, outgoing.method, &context, now);
    let exchanges = Exchanges::new(client, outgoing, context, observed.trace(), Answer::Whole);
    let exchanges = match exchanges {
        Ok(exchanges) => exchanges,
        Err(error) => return Err(failed(client, observed, error)),
    };
    match policies(&exchanges, now, &mut observed).await {
        Ok((response, now)) => {
            observed.end(Ok(response.status().as_u16()), now);
            exchanges.over();
            Ok(response.map(Taken::into_whole))
        }
        Err(error) => Err(failed(client, observed, error)),
    }
}

/// Carries `outgoing` to an instance and gives its answer as soon as its head is there, if that is
/// a stream; else whole.
pub(super) async fn stream(
    client: &HttpTransport,
    outgoing: Outgoing,
) -> Result<Response<Received>, CallError> {
    let now = client.env.now();
    let methods = Arc::clone(&client.methods);
    let context = Context::current();
    let mut observed = Methods::begin(methods, outgoing.method, &context, now);
    let exchanges = Exchanges::new(client, outgoing, context, observed.trace(), Answer::Stream);
    let exchanges = match exchanges {
        Ok(exchanges) => exchanges,
        Err(error) => return Err(failed(client, observed, error)),
    };
    match policies(&exchanges, now, &mut observed).await {
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
        Err(error) => Err(failed(client, observed, error)),
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
    let context = Context::current().with_deadline(until);
    let mut observed = Methods::begin(&*client.methods, outgoing.method, &context, now);
    let exchanges = Exchanges::new(client, outgoing, context, observed.trace(), Answer::Head);
    let mut exchanges = match exchanges {
        Ok(exchanges) => exchanges,
        Err(error) => return Err(failed(client, observed, error)),
    };
    let request = &mut exchanges.request;
    request.method = verb;
    if let Some(body) = streaming {
        request.headers.remove(header::CONTENT_LENGTH);
        request.body = body.into();
    }
    let (head, now, coming) = match policies(&exchanges, now, &mut observed).await {
        Ok((response, now)) => match response.into_parts() {
            (head, Taken::Coming(coming)) => (head, now, coming),
            (_, Taken::Whole(_)) => return Err(fault::no_stream(client.service())),
        },
        Err(error) => return Err(failed(client, observed, error)),
    };
    observed.end(Ok(head.status.as_u16()), now);
    Ok(Response::from_parts(head, *coming))
}

/// The call ends with `error`.
#[cold]
fn failed<M>(client: &HttpTransport, observed: Observed<M>, error: CallError) -> CallError
where
    M: Deref<Target = Methods>,
{
    observed.end(Err(&error), client.env.now());
    error
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

/// What stands between the call and its attempts.
async fn policies<M: Deref<Target = Methods>>(
    exchanges: &Exchanges<'_>,
    now: Instant,
    observed: &mut Observed<M>,
) -> Result<Answered, CallError> {
    let (client, deadline) = (exchanges.client, exchanges.context.deadline());
    // Cache. Fallback.
    let entered = client.stack.enter(exchanges.method, deadline, now);
    let call = match entered.await {
        Ok(call) => call,
        Err(refusal) => return Err(fault::refused(refusal, client.service(), &client.stack)),
    };
    let finished = call.run(exchanges).await;
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
