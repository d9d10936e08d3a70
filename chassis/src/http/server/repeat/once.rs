//! [`Once`]: one effect a key, for a method that says `idempotent`.
//!
//! The parameters have been read when it comes here, and what was refused for them had no effect: it
//! is answered as it is. A call is lazy, so one whose answer is known is dropped before it began.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode};

use super::super::{problems, work};
use crate::Context;
use crate::context::{Env, headers};
use crate::contract::{Answer, Body, ContractInfo, MethodInfo, ParamPlace, Reply, Request};
use crate::idempotency::{Claim, Claimed, Fingerprint, Kept, Key, Memory, Settings, Store};
use crate::telemetry::{Counter, Telemetry, semconv};

/// Says of an answer that it was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const TRUE: HeaderValue = HeaderValue::from_static("true");

/// Where the answers of one component are kept, and how.
pub(crate) struct Keeper {
    store: Arc<dyn Store>,
    settings: Settings,
    env: Env,
}

impl Keeper {
    /// One that keeps in `store`.
    pub(crate) fn new(store: Arc<dyn Store>, settings: Settings, env: Env) -> Self {
        Self {
            store,
            settings,
            env,
        }
    }

    /// The default: bounded, in memory.
    pub(in crate::http::server) fn in_memory(telemetry: &Telemetry) -> Self {
        let (settings, env) = (Settings::default(), telemetry.env().clone());
        let memory = Memory::new(&settings, env.clone());
        Self::new(Arc::new(memory), settings, env)
    }
}

/// One idempotent method that is served.
pub(in crate::http::server) struct Once {
    keeper: Arc<Keeper>,
    /// Service, contract and method: `shop/orders.v1.place`.
    route: Arc<str>,
    counts: Arc<Counts>,
}

/// What came of calls, counted.
struct Counts {
    first: Option<Counter>,
    replayed: Option<Counter>,
    in_flight: Option<Counter>,
    mismatch: Option<Counter>,
    without_key: Option<Counter>,
    unavailable: Option<Counter>,
}

impl Counts {
    fn new(telemetry: &Telemetry, contract: &str, method: &str) -> Self {
        let count = |outcome| {
            let labels = [
                (semconv::CHASSIS_PORT, contract),
                (semconv::CHASSIS_METHOD, method),
                (semconv::CHASSIS_OUTCOME, outcome),
            ];
            let help = "Calls of idempotent methods, by what their key came to";
            let metrics = telemetry.metrics();
            metrics
                .own_counter(semconv::CHASSIS_IDEMPOTENCY_CALLS, help, &labels)
                .ok()
        };
        Self {
            first: count("first"),
            replayed: count("replayed"),
            in_flight: count("in_flight"),
            mismatch: count("mismatch"),
            without_key: count("without_key"),
            unavailable: count("unavailable"),
        }
    }
}

fn inc(counter: Option<&Counter>) {
    if let Some(counter) = counter {
        counter.inc();
    }
}

impl Once {
    pub(in crate::http::server) fn new(
        keeper: &Arc<Keeper>,
        telemetry: &Telemetry,
        contract: &'static ContractInfo,
        method: usize,
    ) -> Self {
        let info = &contract.methods[method];
        let service = telemetry.resource().name();
        Self {
            keeper: Arc::clone(keeper),
            route: format!("{service}/{}", contract.operation_id(info)).into(),
            counts: Arc::new(Counts::new(telemetry, contract.name, info.name)),
        }
    }

    /// `answer`, unless the call was made before.
    pub(super) fn guard(
        &self,
        info: &'static MethodInfo,
        request: &Request<'_>,
        answer: Answer,
    ) -> Answer {
        let Answer::Later(call) = answer else {
            return answer;
        };
        let context = Context::current();
        let Some(key) = context.idempotency_key() else {
            let counts = &self.counts;
            inc(counts.without_key.as_ref());
            return match request.headers.contains_key(headers::IDEMPOTENCY_KEY) {
                // Whoever sends one relies on it, so a broken one is not passed over.
                true => Answer::Now(problems::key_malformed().into()),
                false if self.keeper.settings.required => {
                    Answer::Now(problems::key_missing().into())
                }
                false => Answer::Later(call),
            };
        };
        let fingerprint = fingerprint(info, request);
        // Whoever remembers the key beside the effect compares, too.
        context.note_request(fingerprint.0);
        let asked = Asked {
            keeper: Arc::clone(&self.keeper),
            counts: Arc::clone(&self.counts),
            key: Key::new(&self.route, context.principal(), key),
            claim: Claim {
                owner: self.keeper.env.random(),
                fingerprint,
                lease: *self.keeper.settings.lease,
            },
            info,
        };
        Answer::Later(Box::pin(asked.run(call)))
    }
}

/// Of everything that the contract says of a request: path, query, headers and body.
fn fingerprint(info: &MethodInfo, request: &Request<'_>) -> Fingerprint {
    let mut print = Fingerprint::EMPTY.with(request.query.as_bytes());
    let mut index = 0;
    for param in info.params {
        print = match param.place {
            ParamPlace::Path => {
                index += 1;
                let value = request.captures.get(index - 1).unwrap_or_default();
                print.with(value.as_bytes())
            }
            ParamPlace::Header => {
                let value = request.headers.get(param.name).map(HeaderValue::as_bytes);
                print.with(value.unwrap_or_default())
            }
            ParamPlace::Query => print,
            ParamPlace::Body => print.with(&request.body),
        };
    }
    print
}

/// One call with a key.
struct Asked {
    keeper: Arc<Keeper>,
    counts: Arc<Counts>,
    key: Key,
    claim: Claim,
    info: &'static MethodInfo,
}

impl Asked {
    async fn run(self, call: impl Future<Output = Reply> + Send) -> Reply {
        let counts = Arc::clone(&self.counts);
        match self.keeper.store.claim(&self.key, &self.claim).await {
            Ok(Claimed::First) => {
                inc(counts.first.as_ref());
                self.first(call).await
            }
            Ok(Claimed::Before(kept)) => {
                inc(counts.replayed.as_ref());
                again(kept, self.info)
            }
            Ok(Claimed::InFlight(left)) => {
                inc(counts.in_flight.as_ref());
                wait(problems::key_in_flight(), patience(left))
            }
            Ok(Claimed::Other) => {
                inc(counts.mismatch.as_ref());
                problems::key_of_another_request()
            }
            Err(error) => {
                inc(counts.unavailable.as_ref());
                let place = self.keeper.store.location();
                let mut reply = wait(problems::keys_unavailable(), 1);
                reply.cause = Some(format!("idempotency.url ({place}): {error}").into());
                reply
            }
        }
    }

    /// Makes the call, and keeps its answer.
    async fn first(self, call: impl Future<Output = Reply> + Send) -> Reply {
        let held = Held(Some(self));
        let reply = held.renewed(call).await;
        let Some(asked) = held.over() else {
            return reply;
        };
        let (store, settings) = (&asked.keeper.store, &asked.keeper.settings);
        let done = match kept(&reply, settings.max_answer.as_usize()) {
            Some(kept) => {
                let ttl = *settings.ttl;
                store.keep(&asked.key, &asked.claim, &kept, ttl).await
            }
            None => store.release(&asked.key, &asked.claim).await,
        };
        if let Err(error) = done {
            tracing::warn!(
                "the answer of {} is not kept in {}, so a repetition may be done again: {error}",
                asked.info.name,
                store.location()
            );
        }
        reply
    }
}

/// A claim that is released where its call is dropped or panics half-way.
struct Held(Option<Asked>);

impl Held {
    /// Runs `call`, and renews the lease as long as it lasts.
    async fn renewed(&self, call: impl Future<Output = Reply> + Send) -> Reply {
        let Some(asked) = &self.0 else {
            return call.await;
        };
        let mut call = std::pin::pin!(call);
        loop {
            let pause = asked.keeper.env.sleep(asked.claim.lease / 3);
            tokio::select! {
                biased;
                reply = &mut call => return reply,
                () = pause => {}
            }
            let renewed = asked.keeper.store.renew(&asked.key, &asked.claim).await;
            if let Err(error) = renewed {
                tracing::warn!(
                    "{}: the claim of its key is not renewed: {error}",
                    asked.info.name
                );
            }
        }
    }

    /// The call was over in order.
    fn over(mut self) -> Option<Asked> {
        self.0.take()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(asked) = self.0.take() {
            work::spawn(async move {
                // Where it fails, the lease ends the claim.
                let _ = asked.keeper.store.release(&asked.key, &asked.claim).await;
            });
        }
    }
}

/// `reply` as it is kept. `None` where it says nothing final: a repetition is welcome after 5xx, 408,
/// 425 and 429.
fn kept(reply: &Reply, max: usize) -> Option<Kept> {
    let passing = [
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_EARLY,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    if reply.status.is_server_error() || passing.contains(&reply.status) {
        return None;
    }
    let Body::Whole(body) = &reply.body else {
        return None;
    };
    let copied = |value: &HeaderValue| value.as_bytes().to_vec().into();
    Some(Kept {
        status: reply.status.as_u16(),
        content_type: reply.content_type.as_ref().map(copied),
        location: reply.location.as_ref().map(copied),
        error_type: reply.error_type.map(|kind| kind.as_bytes().into()),
        body: (body.len() <= max).then(|| body.clone()),
    })
}

/// The answer that was kept, byte by byte.
fn again(kept: Kept, info: &MethodInfo) -> Reply {
    let Some(body) = kept.body else {
        return problems::answer_not_kept();
    };
    let (status, value) = (
        StatusCode::from_u16(kept.status),
        HeaderValue::from_maybe_shared,
    );
    let kind = kept.error_type.map(|kind| {
        let mut known = (info.problems)().iter().map(|problem| problem.name);
        known
            .find(|name| name.as_bytes() == kind)
            .unwrap_or("problem")
    });
    Reply {
        content_type: kept.content_type.and_then(|bytes| value(bytes).ok()),
        location: kept.location.and_then(|bytes| value(bytes).ok()),
        headers: vec![(REPLAYED, TRUE)],
        body: body.into(),
        error_type: kind,
        ..Reply::empty(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
    }
}

/// When to ask again for a call that is in flight: soon, since most are short, and never after the
/// claim has ended.
fn patience(left: Duration) -> u64 {
    left.as_secs().clamp(1, 2)
}

fn wait(mut reply: Reply, seconds: u64) -> Reply {
    reply.retry.after = Some(Duration::from_secs(seconds));
    reply
}
