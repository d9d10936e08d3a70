//! [`Serving`]: the future of one answer.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};

use super::body::Body;
use super::collect::{Collect, Refused};
use super::exchange::Exchange;
use super::inbound::Inbound;
use super::merged::Routed;
use super::overload::{self, Admission};
use super::table::Found;
use super::work::{self, Outcome, Work};
use super::{problems, respond, service};
use crate::context::{Alarm, noticing};
use crate::policy::shed::Turn;

/// One request on its way to its answer. Dropped by hyper when the caller hangs up.
///
/// It is moved when it is made, so what is seldom needed is boxed.
pub(super) struct Serving(Stage);

enum Stage {
    /// There is an answer already; none when it was taken.
    Answered(Option<Response<Body>>),
    /// There is no place yet.
    Waiting(Box<Exchange>, Box<Waiting>),
    /// The body still comes.
    Reading(Box<Exchange>, Box<Reading>, Option<Alarm>),
    /// The call is at work.
    Working(Box<Exchange>, Work, Option<Alarm>, Cancel),
}

/// Whether the call is dropped when nobody waits for it any more.
type Cancel = bool;

/// A request that waits for its place, with what its call will need.
struct Waiting {
    turn: Turn,
    parts: Parts,
    body: Inbound,
}

/// A request whose body still comes: this much must be kept of it.
pub(super) struct Reading {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Collect,
}

impl Serving {
    pub(super) fn answered(response: Response<Body>) -> Self {
        Self(Stage::Answered(Some(response)))
    }

    pub(super) fn waiting(
        exchange: Box<Exchange>,
        turn: Turn,
        parts: Parts,
        body: Inbound,
    ) -> Self {
        Self(Stage::Waiting(
            exchange,
            Box::new(Waiting { turn, parts, body }),
        ))
    }

    pub(super) fn reading(exchange: Box<Exchange>, reading: Reading) -> Self {
        Self(Stage::Reading(exchange, Box::new(reading), None))
    }

    pub(super) fn working(exchange: Box<Exchange>, work: Work, cancel: Cancel) -> Self {
        Self(Stage::Working(exchange, work, None, cancel))
    }

    fn take(&mut self) -> Stage {
        std::mem::replace(&mut self.0, Stage::Answered(None))
    }

    /// One step of what is not answered yet: ready when the stage is over.
    fn step(&mut self, cx: &mut TaskContext<'_>) -> Poll<Step> {
        match &mut self.0 {
            Stage::Waiting(_, waiting) => Pin::new(&mut waiting.turn).poll(cx).map(Step::Turn),
            Stage::Reading(exchange, reading, alarm) => {
                match Pin::new(&mut reading.body).poll(cx) {
                    Poll::Ready(body) => Poll::Ready(Step::Read(body)),
                    Poll::Pending => late(exchange, alarm, cx).map(|()| Step::Late),
                }
            }
            Stage::Working(exchange, work, alarm, _) => {
                let (poll, exhausted) = noticing(|| work.poll(&mut exchange.context, cx));
                exchange.exhausted |= exhausted;
                match poll {
                    Poll::Ready(outcome) => Poll::Ready(Step::Worked(outcome)),
                    Poll::Pending => late(exchange, alarm, cx).map(|()| Step::Late),
                }
            }
            // Polled again after its end, which no caller does.
            Stage::Answered(_) => Poll::Pending,
        }
    }
}

/// How a stage ended.
enum Step {
    /// Whether it was let in.
    Turn(bool),
    Read(Result<Bytes, Refused>),
    Worked(Outcome),
    Late,
}

/// Ready when the deadline has passed. Only a call that waits comes here: one that is answered at
/// once never sets an alarm.
fn late(exchange: &Exchange, alarm: &mut Option<Alarm>, cx: &mut TaskContext<'_>) -> Poll<()> {
    let Some(deadline) = exchange.context.deadline() else {
        return Poll::Pending;
    };
    let env = || exchange.edge().env().clone();
    let alarm = alarm.get_or_insert_with(|| Alarm::new(env(), deadline));
    alarm.poll_elapsed(cx)
}

impl Future for Serving {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        loop {
            if let Stage::Answered(response) = &mut this.0
                && let Some(response) = response.take()
            {
                return Poll::Ready(Ok(response));
            }
            let Poll::Ready(step) = this.step(cx) else {
                return Poll::Pending;
            };
            *this = match (this.take(), step) {
                (Stage::Waiting(exchange, waiting), step) => turn(exchange, *waiting, &step, cx),
                (Stage::Reading(exchange, reading, _), Step::Read(body)) => {
                    read(exchange, *reading, body, cx)
                }
                (Stage::Reading(exchange, reading, _), _) => slow(exchange, *reading),
                (Stage::Working(exchange, _, _, _), Step::Worked(outcome)) => {
                    return Poll::Ready(Ok(answer(exchange, outcome)));
                }
                (Stage::Working(exchange, work, _, cancel), _) => {
                    return Poll::Ready(Ok(expire(exchange, work, cancel)));
                }
                // No step of it is ever ready.
                (Stage::Answered(_), _) => return Poll::Pending,
            };
        }
    }
}

/// Waiting is over: begins the call, or refuses it.
fn turn(
    mut exchange: Box<Exchange>,
    waiting: Waiting,
    step: &Step,
    cx: &mut TaskContext<'_>,
) -> Serving {
    let now = exchange.edge().env().now();
    if matches!(step, Step::Turn(true)) {
        exchange.busy.take(exchange.place, now);
        return service::resume(exchange, waiting.parts, waiting.body, cx);
    }
    let is_late = exchange.context.deadline().is_some_and(|at| at <= now);
    let refusal = match is_late {
        true => overload::expired(&exchange),
        false => overload::overloaded(&exchange),
    };
    service::turn_away(exchange, refusal)
}

/// The body is whole: begins the call.
fn read(
    mut exchange: Box<Exchange>,
    reading: Reading,
    body: Result<Bytes, Refused>,
    cx: &mut TaskContext<'_>,
) -> Serving {
    let edge = exchange.edge().clone();
    let Found::Route(index, captures) = edge.table().find(&reading.method, reading.uri.path())
    else {
        return Serving::answered(respond::reply(exchange, problems::not_found()));
    };
    let route = edge.table().route(index);
    match body {
        Ok(body) => {
            let request = (&reading.uri, reading.headers, body);
            match admitted(&mut exchange) {
                Admission::In => service::call(exchange, route, &captures, request, Some(cx)),
                Admission::Refused(refusal) => service::turn_away(exchange, refusal),
                Admission::Waits(turn) => {
                    let (_, headers, body) = request;
                    let parts = again(reading.method, reading.uri, headers);
                    Serving::waiting(exchange, turn, parts, Inbound::Whole(body))
                }
            }
        }
        Err(refused) => {
            service::hear_out(&edge, reading.body);
            let reply = refused.reply(route.max_body);
            Serving::answered(respond::reply(exchange, reply))
        }
    }
}

/// Takes a place for a call whose body was waited for.
fn admitted(exchange: &mut Exchange) -> Admission {
    if exchange.busy.is_gated() {
        return Admission::In;
    }
    let now = exchange.edge().env().now();
    overload::enter(exchange, now)
}

/// The head of a request, put together again.
fn again(method: Method, uri: Uri, headers: HeaderMap) -> Parts {
    let mut parts = Request::new(()).into_parts().0;
    (parts.method, parts.uri, parts.headers) = (method, uri, headers);
    parts
}

/// The body did not come in time. What still comes is not waited for.
fn slow(exchange: Box<Exchange>, _: Reading) -> Serving {
    let reply = problems::body_slow(exchange.patience());
    Serving::answered(respond::reply(exchange, reply))
}

/// The answer that `outcome` is.
pub(super) fn answer(exchange: Box<Exchange>, outcome: Outcome) -> Response<Body> {
    match outcome {
        Outcome::Reply(reply) => respond::reply(exchange, reply),
        Outcome::Panicked(panic) => {
            work::say_panic(&exchange.context, &*panic);
            respond::reply(exchange, problems::panic())
        }
        Outcome::Routed(Routed::Answer(response, watches)) => {
            respond::routed(exchange, response, watches.as_deref())
        }
        Outcome::Routed(Routed::NotFound(headers)) => missed(exchange, headers, None),
        Outcome::Routed(Routed::Method(headers, allow)) => missed(exchange, headers, Some(allow)),
    }
}

/// No router answered. What layers said of the request is kept.
fn missed(
    mut exchange: Box<Exchange>,
    headers: HeaderMap,
    allow: Option<HeaderValue>,
) -> Response<Body> {
    exchange.headers = Some(headers);
    let options = exchange.is_options();
    service::missed(exchange, allow, options)
}

/// The deadline has passed: the caller is answered. The call is dropped, or goes on alone.
fn expire(mut exchange: Box<Exchange>, work: Work, cancel: Cancel) -> Response<Body> {
    if !cancel {
        work.detach(exchange.context.clone(), exchange.busy.hand_over());
    }
    let reply = problems::deadline(exchange.patience());
    respond::reply(exchange, reply)
}

impl Drop for Serving {
    /// The caller hung up. What may not be dropped half-way goes on alone, and is recorded when it
    /// is done.
    fn drop(&mut self) {
        if let Stage::Working(_, _, _, false) = self.0
            && let Stage::Working(exchange, work, _, _) = self.take()
        {
            abandon(exchange, work);
        }
    }
}

fn abandon(mut exchange: Box<Exchange>, mut work: Work) {
    work::spawn(async move {
        let outcome = poll_fn(|cx| work.poll(&mut exchange.context, cx)).await;
        // Nobody hears the answer, but what was done is recorded as it was done.
        drop(answer(exchange, outcome));
    });
}

impl std::fmt::Debug for Serving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Stage::Answered(_) => "Serving(answered)",
            Stage::Waiting(..) => "Serving(waiting)",
            Stage::Reading(..) => "Serving(reading)",
            Stage::Working(..) => "Serving(working)",
        })
    }
}
