//! One call, from top to bottom.
//!
//! The order of a crossing out: cache → fallback → the lesser of caller's deadline and total
//! timeout → bulkhead → breaker → retry and hedge → balance → adaptive limit → attempt timeout →
//! inject context → pool → wire. A comment marks the place of each that is not there yet.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{Response, StatusCode, header};

use super::answer::collect;
use super::fault;
use super::incoming::{Coming, Incoming};
use super::limit::{Limit, within};
use super::observe::Methods;
use super::pool::{Endpoint, Lease, LeaseError};
use super::settings::Settings;
use super::transport::{HttpTransport, Wire};
use crate::contract::{Outgoing, Received};
use crate::{CallError, Context};

/// Carries `outgoing` to an instance and gives the whole answer.
pub(super) async fn call(
    client: &HttpTransport,
    outgoing: Outgoing,
) -> Result<Response<Bytes>, CallError> {
    let now = client.env.now();
    let method = outgoing.method;
    let context = Context::current();
    let (observed, context) = Methods::begin(&*client.methods, method, context, now);
    let result = policies(client, outgoing, context, now, Answer::Whole).await;
    match result {
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
    let (mut observed, context) = Methods::begin(methods, method, Context::current(), now);
    match policies(client, outgoing, context, now, Answer::Stream).await {
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

/// How the body of the answer is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Whole,
    Stream,
}

/// What was taken of it.
enum Taken {
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
async fn policies(
    client: &HttpTransport,
    outgoing: Outgoing,
    context: Context,
    now: Instant,
    answer: Answer,
) -> Result<Answered, CallError> {
    // Cache. Fallback.
    let total = Limit::new(now, client.settings.total_timeout, context.deadline());
    if total.at <= now {
        return Err(total.error(client.service(), "called"));
    }
    // Bulkhead. The port's breaker.
    let own = client.settings.attempt_timeout;
    let timeout = own.or(outgoing.info().timeout);
    let limit = total.and(now, timeout.unwrap_or(Settings::ATTEMPT));
    let request = client.request(outgoing)?;
    // Retry and hedge, within one budget: today one attempt.
    let attempt = Attempt {
        client,
        context: context.with_deadline(limit.at),
        limit,
        answer,
    };
    attempt.run(request, now).await
}

/// One attempt: on one endpoint, or on the next ones where nothing could be sent.
struct Attempt<'a> {
    client: &'a HttpTransport,
    /// The call's own, with the attempt's limit as its deadline: what the callee is told.
    context: Context,
    limit: Limit,
    answer: Answer,
}

/// How it went with one endpoint.
enum Hop {
    /// There is an answer.
    Answered(Answered),
    /// There is the head of one, and its body comes over a connection of its own.
    Streams(http::response::Parts, hyper::body::Incoming, Instant),
    /// Not a byte was sent, and the request is back in its place: another endpoint may have it.
    Unsent(CallError),
    /// The callee may have seen the request.
    Failed(CallError),
}

impl Attempt<'_> {
    async fn run(&self, request: Wire, mut now: Instant) -> Result<Answered, CallError> {
        // Taken out to be sent, put back where it was not: so that it is moved no more than needed.
        let mut request = Some(request);
        let mut set = self.client.endpoints.load();
        if set.endpoints.is_empty() {
            let patience = self.limit.and(now, self.client.settings.connect_timeout);
            set = self.client.endpoints.some(patience.at).await;
            now = self.client.env.now();
        }
        let mut last = None;
        for endpoint in self.client.balance.round(&set.endpoints) {
            // Adaptive limit of the endpoint.
            match self.hop(endpoint, &mut request, now).await {
                Hop::Answered(answered) => return Ok(answered),
                Hop::Failed(error) => return Err(error),
                // `hop` has made an answer of it.
                Hop::Streams(..) => return Err(self.no_endpoint()),
                Hop::Unsent(error) => last = Some(error),
            }
            now = self.client.env.now();
            if self.limit.at <= now {
                break;
            }
        }
        Err(last.unwrap_or_else(|| self.no_endpoint()))
    }

    /// Sends the request to `endpoint`, over connections that were idle as long as there are any:
    /// the callee may have closed them meanwhile. Then over a new one.
    async fn hop(&self, endpoint: &Arc<Endpoint>, request: &mut Option<Wire>, now: Instant) -> Hop {
        let client = self.client;
        loop {
            let mut lease = match endpoint.lease(now, self.limit.at).await {
                Ok(lease) => lease,
                Err(error) => return Hop::Unsent(self.no_lease(error, endpoint)),
            };
            if let Some(request) = request {
                let now = if lease.reused { now } else { client.env.now() };
                let headers = request.headers_mut();
                headers.insert(header::HOST, endpoint.host().clone());
                self.context.inject(headers, now);
            }
            let exchange = self.exchange(&mut lease, endpoint, request);
            match within(&client.env, self.limit.at, exchange).await {
                Ok(Hop::Answered(answered)) => {
                    lease.give_back(answered.1);
                    return Hop::Answered(answered);
                }
                Ok(Hop::Streams(head, body, now)) => {
                    let connection = lease.hold(endpoint);
                    let address = endpoint.address().clone();
                    let coming = Coming {
                        body,
                        _connection: connection,
                        address,
                    };
                    let taken = Taken::Coming(Box::new(coming));
                    return Hop::Answered((Response::from_parts(head, taken), now));
                }
                Ok(Hop::Unsent(_)) if lease.reused => {}
                Ok(other) => return other,
                Err(_) => return Hop::Failed(self.limit.error(client.service(), "done")),
            }
        }
    }

    /// The wire: sends the request and reads the whole answer.
    async fn exchange(
        &self,
        lease: &mut Lease<'_>,
        endpoint: &Endpoint,
        request: &mut Option<Wire>,
    ) -> Hop {
        let service = self.client.service();
        let Some(sent) = request.take() else {
            return Hop::Failed(self.no_endpoint());
        };
        let response = match lease.sender.try_send_request(sent).await {
            Ok(response) => response,
            Err(mut error) => {
                *request = error.take_message();
                let error = error.into_error();
                return match request {
                    Some(_) => Hop::Unsent(fault::unsent(error, service, endpoint)),
                    None => Hop::Failed(fault::broken(error, service, endpoint.address())),
                };
            }
        };
        let (head, body) = response.into_parts();
        if head.status.is_redirection() || head.status.is_informational() {
            return Hop::Failed(fault::status(head.status, &head.headers, service, endpoint));
        }
        if self.answer == Answer::Stream && head.status == StatusCode::OK {
            return Hop::Streams(head, body, self.client.env.now());
        }
        let settings = &self.client.settings;
        match collect(body, settings.max_answer).await {
            Ok(body) => {
                let body = Taken::Whole(body);
                Hop::Answered((Response::from_parts(head, body), self.client.env.now()))
            }
            Err(error) => Hop::Failed(fault::body(error, service, endpoint, settings)),
        }
    }

    fn no_lease(&self, error: LeaseError, endpoint: &Endpoint) -> CallError {
        let client = self.client;
        fault::lease(
            error,
            client.service(),
            endpoint,
            &client.settings,
            self.limit,
        )
    }

    fn no_endpoint(&self) -> CallError {
        CallError::NoEndpoint {
            service: self.client.service().to_owned(),
            reason: format!("none is known by {}", self.client.origin),
        }
    }
}
