//! [`admit`]: the order of the pipeline.

use std::time::Instant;

use http::request::Parts;
use http::{HeaderMap, Method, Uri};

use super::super::exchange::{Exchange, Place};
use super::super::problems;
use super::{Reason, guard};
use crate::contract::Reply;
use crate::policy::shed::{Entry, Turn};

/// Whether a call may begin.
pub(in super::super) enum Admission {
    In,
    /// When the turn comes.
    Waits(Turn),
    Refused(Refusal),
}

/// What a refused caller is told.
pub(in super::super) struct Refusal {
    pub(in super::super) reply: Reply,
    /// Seconds until it should try again.
    pub(in super::super) retry_after: Option<u32>,
    /// Whether those above it shouldn't try again either: there is too much already.
    pub(in super::super) exhausted: bool,
}

impl Refusal {
    fn plain(reply: Reply) -> Self {
        Self {
            reply,
            retry_after: None,
            exhausted: false,
        }
    }

    fn overloaded(reply: Reply) -> Self {
        Self {
            reply,
            retry_after: Some(1),
            exhausted: true,
        }
    }
}

/// What is asked of a request before its call may begin. `is_whole`: nothing of its body is still to come,
/// so that it can take its place at once.
pub(in super::super) fn admit(
    exchange: &mut Exchange,
    parts: &Parts,
    is_whole: bool,
    now: Instant,
) -> Admission {
    let Parts {
        method,
        uri,
        headers,
        ..
    } = parts;
    if let Err(refusal) = pass(exchange, (method, uri), headers, now) {
        return Admission::Refused(refusal);
    }
    if is_whole {
        enter(exchange, now)
    } else {
        Admission::In
    }
}

/// Everything but the place at its gate.
#[expect(
    clippy::result_large_err,
    reason = "a refusal is written at once, in the frame that it is returned to"
)]
fn pass(
    exchange: &mut Exchange,
    (method, uri): (&Method, &Uri),
    headers: &HeaderMap,
    now: Instant,
) -> Result<(), Refusal> {
    let limit = exchange.edge().limits().max_uri;
    let target = uri.path_and_query();
    let size = target.map_or(0, |target| target.as_str().len());
    if size > limit {
        return Err(Refusal::plain(problems::uri_too_long(limit, size)));
    }
    if exchange.context.deadline().is_some_and(|at| at <= now) {
        return Err(expired(exchange));
    }
    rate(exchange, (method, uri), headers, now)?;
    let pipeline = exchange.edge().pipeline();
    if let Some(cpu) = pipeline.cpu.as_ref().filter(|cpu| cpu.is_shedding())
        && !cpu.admits(exchange.context.priority().urgency())
    {
        return Err(busy(exchange, cpu.usage()));
    }
    if !exchange.busy.admit() {
        return Err(full(exchange));
    }
    Ok(())
}

#[expect(clippy::result_large_err, reason = "as for `pass`")]
fn rate(
    exchange: &mut Exchange,
    (method, uri): (&Method, &Uri),
    headers: &HeaderMap,
    now: Instant,
) -> Result<(), Refusal> {
    let edge = exchange.edge();
    let rates = &edge.pipeline().rates;
    let rated = match exchange.place {
        Place::Route(index) => {
            let rules = &edge.table().route(index).guard.rules;
            if rules.is_empty() {
                return Ok(());
            }
            rates.check(rules, exchange, headers, now)
        }
        Place::Elsewhere if rates.is_empty() => return Ok(()),
        Place::Elsewhere => rates.check_path((method, uri.path()), exchange, headers, now),
    };
    let refused = rated.filter(|rated| rated.retry_after.is_some());
    let reply = refused.map(|rated| {
        edge.pipeline().count(Reason::RateLimit);
        (
            problems::rate_limited(rates.limited(&rated)),
            rated.retry_after,
        )
    });
    exchange.rated = rated;
    match reply {
        None => Ok(()),
        Some((reply, retry_after)) => Err(Refusal {
            reply,
            retry_after,
            exhausted: false,
        }),
    }
}

/// Takes a place at the gate of its route, or waits for one.
pub(in super::super) fn enter(exchange: &mut Exchange, now: Instant) -> Admission {
    let edge = exchange.edge();
    let Some(gate) = &guard(edge, exchange.place).gate else {
        return Admission::In;
    };
    let urgency = exchange.context.priority().urgency();
    match gate.enter(urgency, now, exchange.context.deadline(), edge.env()) {
        Entry::Entered => {
            exchange.busy.take(exchange.place, now);
            Admission::In
        }
        Entry::Waits(turn) => Admission::Waits(turn),
        Entry::Refused => Admission::Refused(overloaded(exchange)),
    }
}

/// Nobody waits for it any more.
#[cold]
pub(in super::super) fn expired(exchange: &Exchange) -> Refusal {
    exchange.edge().pipeline().count(Reason::Expired);
    Refusal::plain(problems::expired())
}

/// As many of its route are at work as are answered in good time.
#[cold]
pub(in super::super) fn overloaded(exchange: &Exchange) -> Refusal {
    let edge = exchange.edge();
    edge.pipeline().count(Reason::Overload);
    let guard = guard(edge, exchange.place);
    let view = guard.gate.as_ref().map(|gate| gate.limit().view());
    let limit = view.map_or(0, |view| view.limit);
    if guard.seen.refused() {
        let route = exchange
            .route()
            .map_or("merged routers".to_owned(), |route| {
                format!("{} {}", route.info.verb, route.info.path)
            });
        let alone = view.and_then(|view| view.baseline).unwrap_or_default();
        say(exchange, || {
            tracing::warn!(
                limit,
                "overloaded: more calls of {route} come than are answered in good time ({limit} at once; alone \
             a call takes {alone:.1?}); the others get 503, the least urgent first. More instances help, or \
             less work a call; http.overload sets the bounds"
            );
        });
    }
    Refusal::overloaded(problems::overloaded(limit))
}

#[cold]
fn busy(exchange: &Exchange, usage: f64) -> Refusal {
    let pipeline = exchange.edge().pipeline();
    pipeline.count(Reason::Cpu);
    if pipeline.busy.refused() {
        say(exchange, || {
            tracing::warn!(
                "overloaded: {:.0} % of the processor is used (http.overload.cpu_threshold), and tasks wait for \
             it; some requests get 503, the background first. More instances help, or a larger limit of the \
             container",
                usage * 100.0
            );
        });
    }
    Refusal::overloaded(problems::busy())
}

#[cold]
fn full(exchange: &Exchange) -> Refusal {
    let edge = exchange.edge();
    edge.pipeline().count(Reason::MaxInFlight);
    let limit = edge.admission().limit();
    if edge.pipeline().full.refused() {
        say(exchange, || {
            tracing::warn!(
                limit,
                "{limit} calls are at work, which is the limit (http.max_in_flight); the others get 503"
            );
        });
    }
    Refusal::overloaded(problems::shed(limit))
}

/// Within the call's context, so that the line comes from the component that is concerned.
fn say(exchange: &Exchange, line: impl FnOnce()) {
    exchange.context.enter(line);
}
