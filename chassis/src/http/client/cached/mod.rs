//! [`Cached`]: the answers of methods that say `cache = "…"`, given again by the client.
//!
//! It stands before everything else of a call: an answer that is fresh costs no policy and no wire.
//! What the callee says holds (`cache-control`, `age`, `etag`); the contract says which methods, and
//! how long where the callee says nothing. A call within the process (`local:`) has no cache: it
//! passes values, which is cheaper than to look one up, and its callee is never stale.

mod control;
mod seen;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{AGE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use self::control::Control;
use self::seen::{Seen, Status};
use super::settings::CacheTable;
use crate::context::Env;
use crate::contract::{
    CacheInfo, ContractInfo, Outgoing, ParamPlace, StreamFuture, Transport, TransportFuture,
};
use crate::policy::cache::{Cache, Flight, Flights, Freshness, Good, Hit, Lead};
use crate::telemetry::Telemetry;
use crate::{CallError, Context};

/// Says what a cache made of a call (RFC 9211).
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// A transport with a cache before it.
pub(crate) struct Cached(Arc<Shared>);

struct Shared {
    inner: Box<dyn Transport>,
    contract: &'static ContractInfo,
    cache: Cache<Arc<str>, Arc<Kept>>,
    flights: Flights<Arc<str>>,
    settings: CacheTable,
    env: Env,
    seen: Seen,
}

/// An answer that is kept.
#[derive(Debug)]
struct Kept {
    response: Response<Bytes>,
}

/// What is asked, as far as the cache goes.
struct Ask {
    key: Arc<str>,
    info: CacheInfo,
    method: usize,
}

impl Cached {
    /// `inner` with a cache, if `contract` has a method for it and the settings don't turn it off.
    pub(crate) fn around(
        inner: impl Transport,
        contract: &'static ContractInfo,
        settings: &CacheTable,
        telemetry: &Telemetry,
    ) -> Arc<dyn Transport> {
        let any = contract.methods.iter().any(|info| info.cache.is_some());
        if !any || !settings.enabled {
            return Arc::new(inner);
        }
        Arc::new(Self(Arc::new(Shared {
            inner: Box::new(inner),
            contract,
            cache: Cache::new(settings.max_bytes.as_usize()),
            flights: Flights::default(),
            settings: settings.clone(),
            env: telemetry.env().clone(),
            seen: Seen::new(telemetry, contract),
        })))
    }
}

impl Transport for Cached {
    fn call(&self, outgoing: Outgoing) -> TransportFuture<'_> {
        match outgoing.info().cache {
            None => self.0.inner.call(outgoing),
            Some(info) => Box::pin(Arc::clone(&self.0).call(outgoing, info)),
        }
    }

    fn stream(&self, outgoing: Outgoing) -> StreamFuture<'_> {
        self.0.inner.stream(outgoing)
    }
}

impl Shared {
    async fn call(
        self: Arc<Self>,
        outgoing: Outgoing,
        info: CacheInfo,
    ) -> Result<Response<Bytes>, CallError> {
        let ask = Ask {
            key: key(&outgoing, info),
            info,
            method: outgoing.method,
        };
        let began = self.seen.begin();
        let answer = began.scope(self.answer(outgoing, &ask)).await;
        let status = answer.as_ref().map(|(_, status)| *status);
        began.end(&self.seen, ask.method, status.unwrap_or(Status::Miss));
        answer.map(|(response, _)| response)
    }

    async fn answer(
        self: &Arc<Self>,
        outgoing: Outgoing,
        ask: &Ask,
    ) -> Result<(Response<Bytes>, Status), CallError> {
        let mut waited = false;
        loop {
            let known = self.cache.get(&ask.key, self.env.now());
            if let Some(hit) = &known
                && hit.good == Good::Fresh
            {
                let status = if waited {
                    Status::Collapsed
                } else {
                    Status::Hit
                };
                return Ok((self.given(hit, status), status));
            }
            let flight = self.flights.join(&ask.key);
            match (flight, known) {
                (flight, Some(hit)) if hit.good == Good::Soon => {
                    if let Flight::Lead(lead) = flight {
                        self.revalidate(outgoing, ask, &hit, lead);
                    }
                    return Ok((self.given(&hit, Status::Stale), Status::Stale));
                }
                // Who waited and found nothing asks for himself: what came was not to be shared.
                (Flight::Wait(wait), _) if !waited => {
                    waited = true;
                    self.wait(wait.over()).await?;
                }
                (flight, known) => {
                    let answer = self.fetch(outgoing, ask, known).await;
                    drop(flight);
                    return answer;
                }
            }
        }
    }

    /// Waits for another's answer, no longer than the caller does.
    async fn wait(&self, over: impl Future<Output = ()>) -> Result<(), CallError> {
        let Some(deadline) = Context::current().deadline() else {
            over.await;
            return Ok(());
        };
        tokio::select! {
            () = over => Ok(()),
            () = self.env.sleep_until(deadline) => Err(CallError::Deadline {
                service: self.contract.name.to_owned(),
                stage: "called",
            }),
        }
    }

    /// Fetches a new answer beside the caller, who was given the old one.
    fn revalidate(
        self: &Arc<Self>,
        outgoing: Outgoing,
        ask: &Ask,
        hit: &Hit<Arc<Kept>>,
        lead: Lead<Arc<str>>,
    ) {
        let (shared, hit) = (Arc::clone(self), hit.clone());
        let ask = Ask {
            key: Arc::clone(&ask.key),
            ..*ask
        };
        let work = async move {
            // What fails is seen as the failed call that it is; the old answer stays.
            let _ = shared.fetch(outgoing, &ask, Some(hit)).await;
            drop(lead);
        };
        // The caller's time is not its own.
        let context = Context::current().without_deadline();
        drop(context.enter(|| crate::spawn(work)));
    }

    /// Asks the callee, by the validator of what is known.
    async fn fetch(
        &self,
        mut outgoing: Outgoing,
        ask: &Ask,
        known: Option<Hit<Arc<Kept>>>,
    ) -> Result<(Response<Bytes>, Status), CallError> {
        let tag = known.as_ref().and_then(|hit| hit.value.tag());
        if let Some(tag) = tag {
            outgoing.headers.insert(IF_NONE_MATCH, tag.clone());
        }
        let answer = self.inner.call(outgoing).await;
        let now = self.env.now();
        match (answer, known) {
            (Ok(response), Some(hit)) if response.status() == StatusCode::NOT_MODIFIED => {
                let headers = response.headers();
                if let Some((freshness, _)) = self.freshness(headers, ask.info) {
                    self.cache.renew(&ask.key, freshness, now);
                }
                let hit = Hit {
                    age: Duration::ZERO,
                    ..hit
                };
                let status = Status::Revalidated;
                Ok((self.given(&hit, status), status))
            }
            (Ok(response), Some(hit)) if response.status().is_server_error() => {
                let status = Status::IfError(Some(response.status().as_u16()));
                match self.in_need(ask) {
                    true => Ok((self.given(&hit, status), status)),
                    false => Ok((response, Status::Miss)),
                }
            }
            (Ok(response), _) => Ok((self.keep(response, ask, now), Status::Miss)),
            (Err(error), Some(hit)) if self.in_need(ask) => {
                let status = Status::IfError(None);
                self.seen.in_need(ask.method, &error);
                Ok((self.given(&hit, status), status))
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Whether what is known may be given although the callee fails: it may have grown too old while
    /// the callee was waited for.
    fn in_need(&self, ask: &Ask) -> bool {
        self.cache.get(&ask.key, self.env.now()).is_some()
    }

    /// Keeps `response` where it may be kept, and gives it.
    fn keep(&self, response: Response<Bytes>, ask: &Ask, now: Instant) -> Response<Bytes> {
        let success = self.contract.methods[ask.method].success;
        let is_error = response.status().is_server_error();
        let freshness = (response.status().as_u16() == success)
            .then(|| self.freshness(response.headers(), ask.info))
            .flatten();
        let Some((freshness, age)) = freshness else {
            if !is_error {
                // Whatever it is now, it is no more what it was.
                self.cache.remove(&ask.key);
            }
            return response;
        };
        let kept = Kept {
            response: response.clone(),
        };
        let size = 2 * ask.key.len() + kept.size();
        let made = now.checked_sub(age).unwrap_or(now);
        let key = Arc::clone(&ask.key);
        self.cache.put(key, Arc::new(kept), size, freshness, made);
        response
    }

    /// How long an answer with these headers may be given again, and how old it is already. `None`:
    /// it may not.
    fn freshness(&self, headers: &HeaderMap, info: CacheInfo) -> Option<(Freshness, Duration)> {
        let control = Control::of(headers);
        if control.no_store || (control.private && info.public) {
            return None;
        }
        let strict = control.must_revalidate;
        let stale = |said: Option<Duration>, own: Duration| match (strict, said) {
            (true, _) => Duration::ZERO,
            (false, said) => said.unwrap_or(own),
        };
        let freshness = Freshness {
            fresh: match control.no_cache {
                true => Duration::ZERO,
                false => control.max_age.unwrap_or(info.fresh),
            },
            while_revalidate: match control.no_cache {
                true => Duration::ZERO,
                false => stale(
                    control.while_revalidate,
                    *self.settings.stale_while_revalidate,
                ),
            },
            if_error: stale(control.if_error, *self.settings.stale_if_error),
        };
        Some((freshness, control.age))
    }

    /// The answer that is kept, with what the cache says of it.
    fn given(&self, hit: &Hit<Arc<Kept>>, status: Status) -> Response<Bytes> {
        let mut response = hit.value.response.clone();
        let headers = response.headers_mut();
        headers.insert(AGE, HeaderValue::from(hit.age.as_secs()));
        if let Ok(value) = HeaderValue::try_from(status.to_string()) {
            headers.insert(CACHE_STATUS, value);
        }
        response
    }
}

impl Kept {
    fn tag(&self) -> Option<&HeaderValue> {
        self.response.headers().get(ETAG)
    }

    fn size(&self) -> usize {
        let headers = self.response.headers().iter();
        let headers: usize = headers.map(|(n, v)| n.as_str().len() + v.len()).sum();
        self.response.body().len() + headers
    }
}

/// By what an answer is found again: whose it is, where the answers are not everybody's; method,
/// target, and the headers that the contract sends.
fn key(outgoing: &Outgoing, info: CacheInfo) -> Arc<str> {
    let context = Context::current();
    let principal = context.principal().filter(|_| !info.public);
    let mut key = match principal {
        Some(principal) => {
            let subject = principal.subject();
            format!("{}:{subject} ", subject.len())
        }
        None => String::new(),
    };
    key.push_str(&outgoing.target);
    for param in outgoing.info().params {
        if param.place == ParamPlace::Header
            && let Some(value) = outgoing.headers.get(param.name)
        {
            key.push('\n');
            key.push_str(&String::from_utf8_lossy(value.as_bytes()));
        } else if param.place == ParamPlace::Header {
            key.push('\r');
        }
    }
    key.into()
}

impl std::fmt::Debug for Cached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Cached").field(&self.0.cache).finish()
    }
}
