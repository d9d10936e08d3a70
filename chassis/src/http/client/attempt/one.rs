//! [`One`]: one attempt, on one endpoint, or on the next ones where nothing could be sent.

use std::sync::atomic::Ordering;
use std::time::Instant;

use http::{Response, StatusCode};

use super::super::answer::collect;
use super::super::balance::Visit;
use super::super::call::{Answer, Taken};
use super::super::chaos::Suffering;
use super::super::fault;
use super::super::incoming::Coming;
use super::super::limit::{Limit, passed, within};
use super::super::pool::{Endpoint, Lease, LeaseError};
use super::super::transport::HttpTransport;
use super::super::wire::{Addressed, SendError};
use super::{Exchanges, Result};
use crate::CallError;
use crate::policy::Outcome;
use crate::policy::balance::Ask;
use crate::policy::stack::{Attempt, Ended};
use crate::policy::timeout::FAIR;

/// How it went with one endpoint.
enum Hop {
    /// There is an answer.
    Answered(Response<Taken>, Instant),
    /// There is the head of one, and its body is left to be read.
    Streams(http::response::Parts, Instant),
    /// The callee has nothing of it: another endpoint may have the request.
    Unsent(CallError),
    /// The callee may have seen the request.
    Failed(CallError),
}

/// One attempt.
pub(super) struct One<'a> {
    call: &'a Exchanges<'a>,
    client: &'a HttpTransport,
    attempt: Attempt,
}

impl<'a> One<'a> {
    pub(super) fn new(call: &'a Exchanges<'a>, attempt: Attempt) -> Self {
        Self {
            call,
            client: call.client,
            attempt,
        }
    }

    pub(super) async fn run(mut self) -> Ended<Result> {
        let env = &self.client.env;
        let mut now = env.now();
        if self.limit().at() < now + FAIR {
            self.call.hurried.store(true, Ordering::Relaxed);
        }
        let mut set = self.client.endpoints.load();
        if set.endpoints.is_empty() {
            let patience = self.limit().and(now, self.client.settings.connect_timeout);
            set = self.client.endpoints.some(patience.at()).await;
            now = env.now();
        }
        // Where earlier attempts went, and a hedge's other one is: there only if there is nobody else.
        let later: Vec<u64> = match self.attempt.number {
            1 => Vec::new(),
            _ => self.call.tried.ids().collect(),
        };
        let (mut last, mut never) = (None, Vec::new());
        loop {
            let ask = Ask {
                never: &never,
                later: &later,
                key: self.call.key,
            };
            let balance = &self.client.endpoints.balance;
            let Some(visit) = balance.visit(&set, ask, now) else {
                break;
            };
            let id = visit.id();
            self.call.tried.add(id);
            match self.hop(visit, now).await {
                Hop::Answered(response, at) => {
                    return Ended {
                        output: Ok(response),
                        at,
                    };
                }
                Hop::Failed(error) => return self.failed(error),
                // `hop` has made an answer of it.
                Hop::Streams(..) => return self.failed(self.no_endpoint()),
                Hop::Unsent(error) => last = Some(error),
            }
            never.push(id);
            now = env.now();
            // Who comes next has the whole time: it can't help what the connecting took.
            self.attempt = self.attempt.unsent(now);
            if self.limit().is_over(now) {
                break;
            }
        }
        self.failed(last.unwrap_or_else(|| self.no_endpoint()))
    }

    fn limit(&self) -> Limit {
        self.attempt.limit
    }

    fn failed(&self, error: CallError) -> Ended<Result> {
        Ended {
            output: Err(error),
            at: self.client.env.now(),
        }
    }

    /// Sends the request to the visited endpoint, over connections that were idle as long as there are
    /// any: the callee may have closed them meanwhile. Then over a new one.
    async fn hop(&self, mut visit: Visit<'_>, now: Instant) -> Hop {
        let (client, endpoint) = (self.client, visit.endpoint);
        if let Err(full) = visit.take_place(client.service()) {
            return Hop::Unsent(full);
        }
        let context = &self.call.context;
        let suffering = client
            .chaos
            .decide((client.contract, self.call.method), context, now);
        let hop = loop {
            if let Some(error) = suffering.refused(endpoint) {
                break Hop::Unsent(error);
            }
            let mut lease = match endpoint.lease(now, self.limit().at()).await {
                Ok(lease) => lease,
                Err(error) => break Hop::Unsent(self.no_lease(error, endpoint)),
            };
            let sent = if lease.reused { now } else { client.env.now() };
            visit.sent(sent);
            let exchange = self.suffer(&mut lease, endpoint, sent, &suffering);
            match within(&client.env, self.limit().at(), exchange).await {
                Ok(Hop::Answered(response, at)) => {
                    lease.give_back(at);
                    visit.answered(&response, at);
                    return Hop::Answered(response, at);
                }
                Ok(Hop::Streams(head, now)) => {
                    let coming = Coming {
                        lease,
                        _in_flight: visit.stay(),
                        address: endpoint.address().clone(),
                    };
                    visit.end(Outcome::Success, now);
                    let taken = Taken::Coming(Box::new(coming));
                    return Hop::Answered(Response::from_parts(head, taken), now);
                }
                Ok(Hop::Unsent(_)) if lease.reused => {}
                Ok(other) => break other,
                Err(_) => break Hop::Failed(passed(self.limit(), client.service(), "done")),
            }
        };
        if let Hop::Unsent(error) | Hop::Failed(error) = &hop {
            visit.failed(error, client.env.now());
        }
        hop
    }

    /// What depends on the endpoint, the attempt and the time.
    fn addressed<'b>(&'b self, endpoint: &'b Endpoint, now: Instant) -> Addressed<'b> {
        Addressed {
            host: endpoint.host(),
            context: &self.call.context,
            trace: &self.call.trace,
            trust: self.client.trust,
            deadline: endpoint.way().shorten(self.limit().at(), now),
            now,
            attempt: self.attempt.number,
        }
    }

    /// The exchange, and what it suffers on purpose; the balancer and the limit take that for real.
    async fn suffer(
        &self,
        lease: &mut Lease,
        endpoint: &Endpoint,
        now: Instant,
        suffering: &Suffering,
    ) -> Hop {
        let env = &self.client.env;
        if let Some(answer) = suffering.before(env).await {
            return Hop::Answered(answer, env.now());
        }
        let hop = self.exchange(lease, endpoint, now).await;
        match suffering.after() {
            Some(error) => Hop::Failed(error),
            None => hop,
        }
    }

    /// The wire: sends the request and reads the whole answer.
    async fn exchange(&self, lease: &mut Lease, endpoint: &Endpoint, now: Instant) -> Hop {
        let service = self.client.service();
        let addressed = self.addressed(endpoint, now);
        let head = match lease.send(&self.call.request, &addressed).await {
            Ok(head) => head,
            Err(SendError::Unsent(error)) => {
                return Hop::Unsent(fault::unsent(error, service, endpoint));
            }
            Err(SendError::Broken(error)) => {
                return Hop::Failed(fault::broken(error, service, endpoint.address()));
            }
        };
        if self.call.answer == Answer::Head {
            return Hop::Streams(head, self.client.env.now());
        }
        // 304 answers what a cache asked.
        let is_redirection =
            head.status.is_redirection() && head.status != StatusCode::NOT_MODIFIED;
        if is_redirection || head.status.is_informational() {
            return Hop::Failed(fault::status(head.status, &head.headers, service, endpoint));
        }
        if self.call.answer == Answer::Stream && head.status == StatusCode::OK {
            return Hop::Streams(head, self.client.env.now());
        }
        let settings = &self.client.settings;
        match collect(lease, settings.max_answer).await {
            Ok(body) => {
                let response = Response::from_parts(head, Taken::Whole(body));
                Hop::Answered(response, self.client.env.now())
            }
            Err(error) => Hop::Failed(fault::body(error, service, endpoint.address(), settings)),
        }
    }

    fn no_lease(&self, error: LeaseError, endpoint: &Endpoint) -> CallError {
        let client = self.client;
        fault::lease(
            error,
            client.service(),
            endpoint,
            &client.settings,
            self.limit(),
        )
    }

    fn no_endpoint(&self) -> CallError {
        CallError::NoEndpoint {
            service: self.client.service().to_owned(),
            reason: format!("none is known by {}", self.client.origin),
        }
    }
}
